"""Which sources survey a household when, and what goes into which delivered file."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.demo import mso_logbook, pppconnext, rates, thaiqm, tpmap
from hub.demo.areas import Area
from hub.demo.dates import between
from hub.demo.deliveries import DELIVERIES, ROUNDS, Delivery, Round
from hub.demo.files import CsvFile, JsonFile, RowFile, XlsxFile
from hub.demo.households import Household
from hub.demo.sightings import Sighting, draw_sighting
from hub.demo.statements import Statement, Told
from hub.demo.truth import Truth

_FIRST_SEEN = {2565: 0.52, 2566: 0.28, 2567: 0.12, 2568: 0.08}
_AFTER_ROUND = 0.3  # of the forms of 2567-1 are repeated after the operating model
_CHANGED_AGAIN = 0.4  # share surveyed again when something happened to the household


@dataclass(slots=True)
class Surveys:
    """The delivered files of the four sources, open for writing.

    `records` counts delivered records, `statements` the different (source, record, period), and `changes` what an
    intake must append beyond them: changed content and withdrawals.
    """

    folder: Path
    areas: Mapping[str, Area]
    truth: Truth
    records: dict[str, int] = field(default_factory=dict[str, int])
    statements: int = 0
    changes: int = 0
    broken: int = 0
    _files: dict[str, RowFile] = field(default_factory=dict[str, RowFile])
    _first: dict[tuple[str, str], Delivery] = field(default_factory=dict[tuple[str, str], Delivery])
    _second: dict[tuple[str, str], Delivery] = field(default_factory=dict[tuple[str, str], Delivery])

    def __post_init__(self) -> None:
        for delivery in DELIVERIES:
            table = self._second if delivery.repeats else self._first
            table[delivery.source, delivery.period] = delivery

    def survey(
        self, r: random.Random, household: Household, neighbour_id: str
    ) -> tuple[dict[str, dict[str, bool | None]], list[tuple[str, str]]]:
        """Write everything the sources say of the household.

        Returns each source's latest word on its needs, and the record references an agency could quote.
        """
        said: dict[str, dict[str, bool | None]] = {}
        references: list[tuple[str, str]] = []
        for source in household.sources:
            sighting = draw_sighting(r, source, household)
            for number, round_ in enumerate(_rounds_of(r, source, household)):
                told, said[source] = self._tell(r, sighting, round_, neighbour_id)
                reference = _reference(source, told)
                if number > 0 and r.random() < rates.BROKEN:
                    self._deliver_broken(r, household, round_, told)
                    continue
                self._deliver(r, household, round_, told)
                if reference and (source, reference) not in references:
                    references.append((source, reference))
        return said, references

    def close(self) -> dict[str, int]:
        """Close all files; returns the rows of each."""
        for file in self._files.values():
            file.close()
        return {name: self._files[name].rows for name in sorted(self._files)}

    def _tell(
        self, r: random.Random, sighting: Sighting, round_: Round, neighbour_id: str
    ) -> tuple[Told, dict[str, bool | None]]:
        day = between(r, round_.first_day, round_.last_day)
        household = sighting.household
        said = sighting.said(round_.year)
        statement = Statement(
            household=household,
            sighting=sighting,
            round=round_,
            day=day,
            house=household.house_in(round_.year),
            seen=sighting.members(round_.year, day, neighbour_id),
            said=said,
            r=r,
        )
        return _LAYOUTS[round_.source].tell(statement, self.areas), said

    def _deliver(self, r: random.Random, household: Household, round_: Round, told: Told) -> None:
        first = self._first[round_.source, round_.period]
        second = self._second.get((round_.source, round_.period))
        self.statements += 1
        amphoe = household.house_in(round_.year).place.tambon[:4]
        if second is None or (second.areas is not None and amphoe not in second.areas):
            self._write(first, told, household, "new")
            return
        roll = r.random()
        if roll < rates.REDELIVERY_LATE:
            self._write(second, told, household, "new")
        elif roll < rates.REDELIVERY_LATE + rates.REDELIVERY_GONE:
            told.labels.append("gone_from_next_delivery")
            self._write(first, told, household, "new")
            self.changes += 1
        elif roll < rates.REDELIVERY_LATE + rates.REDELIVERY_GONE + rates.REDELIVERY_CHANGED:
            self._write(first, told, household, "new")
            self._write(second, _LAYOUTS[round_.source].revise(r, told), household, "changed")
            self.changes += 1
        else:
            self._write(first, told, household, "new")
            self._write(second, told, household, "unchanged")

    def _deliver_broken(self, r: random.Random, household: Household, round_: Round, told: Told) -> None:
        defect = "broken_future_date" if r.random() < 0.5 else "broken_no_identity"
        spoilt = _LAYOUTS[round_.source].spoil(told, defect)
        self._write(self._first[round_.source, round_.period], spoilt, household, "rejected")
        self.broken += 1

    def _write(self, delivery: Delivery, told: Told, household: Household, state: str) -> None:
        file = self._files.get(delivery.file)
        if file is None:
            file = self._files[delivery.file] = _open(self.folder / delivery.file, delivery.source)
        self.truth.record(delivery, file.rows + 1, told, household, state)
        for row in told.rows:
            file.add(row)
        self.records[delivery.file] = self.records.get(delivery.file, 0) + 1


_LAYOUTS = {"tpmap": tpmap, "pppconnext": pppconnext, "thaiqm": thaiqm, "mso_logbook": mso_logbook}


def _open(path: Path, source: str) -> RowFile:
    match source:
        case "tpmap":
            return CsvFile(path, tpmap.COLUMNS, "utf-8-sig")
        case "mso_logbook":
            return CsvFile(path, mso_logbook.COLUMNS, "cp874")
        case "thaiqm":
            return XlsxFile(path, thaiqm.COLUMNS)
        case _:
            return JsonFile(path)


def _rounds_of(r: random.Random, source: str, household: Household) -> list[Round]:
    """The rounds in which the source meets the household, at least one."""
    rounds = [
        each for each in ROUNDS[source] if each.year >= household.founded and household.members_in(each.year)
    ]
    starts = [each for each in rounds if each.period != "2567-2"]
    first = r.choices(starts, [_FIRST_SEEN[each.year] for each in starts])[0]
    again = _CHANGED_AGAIN if household.flags else rates.RESURVEY
    met = [first]
    for each in rounds[rounds.index(first) + 1 :]:
        chance = again
        if each.period == "2567-2":
            chance = _AFTER_ROUND if met[-1].period == "2567-1" else 0.0
        if r.random() < chance:
            met.append(each)
    return met


def _reference(source: str, told: Told) -> str:
    """The record id as agencies quote it; Thai QM has none."""
    if source == "thaiqm":
        return ""
    return pppconnext.reference(told) if source == "pppconnext" else told.key
