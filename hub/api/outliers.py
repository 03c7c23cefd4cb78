"""D3: an outlying share of help while neighbours with the same need got none. Computed when asked for, never stored."""

import dataclasses
import datetime as dt

import msgspec
from psycopg import sql

from contracts.records import NEEDS
from contracts.rules import DEFAULT_RULES, Rules
from contracts.times import BUDDHIST_OFFSET, bangkok_date, fiscal_year, start_of_day
from hub.api.answers import to_baht
from hub.api.answers_findings import OutlierKind, OutlierShare
from hub.api.basis import Basis
from hub.api.conditions import actions, known, states
from hub.api.finding_rows import FoundRow
from hub.api.finding_words import Involved
from hub.api.reading import Reading
from hub.api.statements import SQL

REASON = "outlying_share"
MICROSECOND = dt.timedelta(microseconds=1)
_rules: msgspec.json.Decoder[Rules] = msgspec.json.Decoder(Rules)


class GivenKind(msgspec.Struct, frozen=True, array_like=True):
    """Help of one kind to one household for one need in a fiscal year."""

    kind: str
    actions: int
    satang: int | None
    numbers: tuple[int, ...]


_kinds: msgspec.json.Decoder[tuple[GivenKind, ...]] = msgspec.json.Decoder(tuple[GivenKind, ...])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outlier:
    """A share with what makes it outlying."""

    row: FoundRow
    kinds: tuple[GivenKind, ...]

    @property
    def numbers(self) -> list[int]:
        """The actions that it is made of."""
        return sorted(number for one in self.kinds for number in one.numbers)

    def to_share(self) -> OutlierShare:
        """As it is shown."""
        return OutlierShare(
            fiscal_year=self.row.year or 0,
            kinds=[
                OutlierKind(kind=one.kind, actions=one.actions, amount_thb=to_baht(one.satang))
                for one in self.kinds
            ],
            neighbours=self.row.neighbours,
            neighbours_without=self.row.without,
        )


def year_of(basis: Basis) -> int:
    """The Thai fiscal year (BE) of v."""
    return fiscal_year(bangkok_date(basis.valid_at))


def bounds_of(year: int) -> tuple[dt.datetime, dt.datetime]:
    """The half-open fiscal year (BE)."""
    first = year - BUDDHIST_OFFSET - 1
    return start_of_day(dt.date(first, 10, 1)), start_of_day(dt.date(first + 1, 10, 1))


async def fetch_rules(reading: Reading) -> Rules:
    """The rules in force at s."""
    await reading.cursor.execute(SQL["fetch_rules_in_force"], reading.basis.values)
    row = await reading.cursor.fetchone()
    return DEFAULT_RULES if row is None else _rules.decode(row[0])


async def fetch_version(reading: Reading, version: str) -> Rules | None:
    """The rules of a version; None for one that was never published by s."""
    await reading.cursor.execute(SQL["find_rules"], reading.basis.values | {"version": version})
    row = await reading.cursor.fetchone()
    if row is not None:
        return _rules.decode(row[0])
    return DEFAULT_RULES if version == DEFAULT_RULES.version else None


async def fetch_outliers(reading: Reading, year: int | None = None) -> list[Outlier]:
    """The outlying shares of a fiscal year as they stood at v, or at its end where v is later; by household and need."""
    basis = reading.basis
    asked = year_of(basis) if year is None else year
    begins, ends = bounds_of(asked)
    if begins > basis.valid_at:
        return []
    rules = await fetch_rules(reading)
    values = basis.values | {
        "year_from": begins,
        "year_until": ends,
        "valid_at": min(basis.valid_at, ends - MICROSECOND),
        "kinds": rules.outlier_kinds,
        "neighbours": rules.outlier_neighbours,
        "needs": list(NEEDS),
    }
    statement = sql.SQL(SQL["list_outliers"]).format(
        states=states(basis),
        actions=actions(basis),
        known_state=known("s", basis),
        known_action=known("st", basis),
        known_anchor=known("ah", basis),
    )
    await reading.cursor.execute(statement, values)
    rows = await reading.cursor.fetchall()
    if not rows:
        return []
    verdicts = await _fetch_verdicts(reading, asked)
    found: list[Outlier] = []
    for household, need, amphoe, tambon, since, satang, text, household_id, neighbours, without in rows:
        kinds = _kinds.decode(text)
        row = FoundRow(
            household=household,
            class_="D3",
            need=need,
            action=0,
            other=None,
            reason=REASON,
            satang=satang,
            rules=rules.version,
            valid_from=since,
            valid_until=ends,
            state=verdicts.get((household, need), "suspected"),
            household_id=household_id,
            amphoe=amphoe,
            tambon=tambon,
            recorded_at=None,
            year=asked,
            kinds=len(kinds),
            neighbours=neighbours,
            without=without,
        )
        found.append(Outlier(row=row, kinds=kinds))
    return await _with_agencies(reading, found)


async def _fetch_verdicts(reading: Reading, year: int) -> dict[tuple[int, str], str]:
    statement = sql.SQL(SQL["list_outlier_decisions"]).format(known_link=known("hr", reading.basis))
    await reading.cursor.execute(statement, reading.basis.values)
    rows = await reading.cursor.fetchall()
    return {(household, need): verdict for household, need, of, verdict in rows if of == str(year)}


async def _with_agencies(reading: Reading, outliers: list[Outlier]) -> list[Outlier]:
    basis = reading.basis
    statement = sql.SQL(SQL["list_outlier_agencies"]).format(
        actions=actions(basis), known_action=known("st", basis)
    )
    numbers = [number for outlier in outliers for number in outlier.numbers]
    await reading.cursor.execute(statement, basis.values | {"actions": numbers})
    known_by = {row[0]: Involved(*row) for row in await reading.cursor.fetchall()}
    return [
        dataclasses.replace(
            one,
            row=dataclasses.replace(
                one.row, involved=tuple(known_by[number] for number in one.numbers if number in known_by)
            ),
        )
        for one in outliers
    ]
