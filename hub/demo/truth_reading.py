"""Reading the truth files of a demo folder again: records, members, actions, planted findings."""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import InvalidInput
from contracts.sources import thaiqm
from contracts.times import end_of_day, start_of_day

RecordKey = tuple[str, str]
"""Source and its own household id."""


@dataclass(frozen=True, slots=True)
class TrueMember:
    """One person as a delivered record lists it; `labels` are the defects put into this mention."""

    person: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrueRecord:
    """One delivered record that intake takes in, with its members in order."""

    key: RecordKey
    period: str
    household: str
    labels: tuple[str, ...]
    members: tuple[TrueMember, ...]


@dataclass(frozen=True, slots=True)
class TrueAction:
    """One row of help, as it truly happened; money in satang, `until` exclusive."""

    giver: str
    action_id: str
    reporter: str
    household: str
    person: str
    programme: str
    kind: str
    need: str
    start: dt.datetime
    until: dt.datetime | None
    satang: int | None
    cause: str

    @property
    def name(self) -> str:
        return f"{self.giver}/{self.action_id}"


@dataclass(frozen=True, slots=True)
class Planted:
    """A finding that the generator put in."""

    household: str
    kind: str
    need: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that the truth files say and intake should have taken in."""

    records: tuple[TrueRecord, ...]
    actions: tuple[TrueAction, ...]
    planted: tuple[Planted, ...]


def read_truth(folder: Path) -> Truth:
    """The truth of a demo folder, or of its folder `truth`. Raises InvalidInput."""
    folder = folder / "truth" if (folder / "truth").is_dir() else folder
    try:
        return Truth(
            records=tuple(_records(folder)),
            actions=tuple(_actions(folder)),
            planted=tuple(
                Planted(row["household_id"], row["finding"], row["dimension"], _split(row["evidence"]))
                for row in _rows(folder, "findings")
            ),
        )
    except (OSError, KeyError, ValueError) as error:
        raise InvalidInput(
            f"{folder} holds no truth files of this version; `hub demo generate` writes them.",
            code="NOT_A_TRUTH_FOLDER",
            path="--truth",
        ) from error


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _records(folder: Path) -> Iterator[TrueRecord]:
    listed = _members(folder)
    for row in _rows(folder, "records"):
        members = listed.get((row["file"], row["row"]), ())
        if row["state"] != "rejected":
            yield TrueRecord(
                key=(row["source"], _as_intake_names(row["source"], row["record_key"])),
                period=row["period"],
                household=row["household_id"],
                labels=_split(row["labels"]),
                members=members,
            )


def _as_intake_names(source: str, key: str) -> str:
    """The truth has Thai QM's keys as the cells were delivered; intake reads a head's id or name in its normal form."""
    if source != "thaiqm":
        return key
    code, _, head = key.partition("|")
    column = thaiqm.HEAD_ID if any(letter.isdecimal() for letter in head) else thaiqm.HEAD_NAME
    return thaiqm.identity({thaiqm.HOUSE_CODE: code, column: head}) or key


def _members(folder: Path) -> dict[tuple[str, str], tuple[TrueMember, ...]]:
    """By file and first row; ordinals begin anew with every record."""
    found: dict[tuple[str, str], tuple[TrueMember, ...]] = {}
    place, members = ("", ""), ()
    for row in _rows(folder, "members"):
        if row["ordinal"] == "1":
            place, members = (row["file"], row["row"]), ()
        members = (*members, TrueMember(row["person_id"], _split(row["labels"])))
        found[place] = members
    return found


def _actions(folder: Path) -> Iterator[TrueAction]:
    for row in _rows(folder, "actions"):
        if row["cause"].startswith("broken"):
            continue
        until, amount = row["until"], row["amount_baht"]
        yield TrueAction(
            giver=row["agency"],
            action_id=row["action_id"],
            reporter=row["reporter"] or row["agency"],
            household=row["household_id"],
            person=row["person_id"],
            programme=row["programme_id"],
            kind=row["kind"],
            need=row["need"],
            start=start_of_day(dt.date.fromisoformat(row["happened_on"])),
            until=end_of_day(dt.date.fromisoformat(until)) if until else None,
            satang=int(amount) * 100 if amount else None,
            cause=row["cause"],
        )
