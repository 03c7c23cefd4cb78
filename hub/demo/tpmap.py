"""TPMAP files: CSV, one row per person (layout: docs/sources.md)."""

import random
from collections.abc import Mapping

from hub.demo import dates, rates
from hub.demo.areas import Area
from hub.demo.needs import DIMENSIONS
from hub.demo.sightings import Seen
from hub.demo.statements import FUTURE_YEAR_BE, Cell, Statement, Told, flag, members_of

COLUMNS = (
    "year_be",
    "survey_year_be",
    "card_year_be",
    "house_id",
    "house_no",
    "village_id",
    "citizen_id",
    "title",
    "first_name",
    "last_name",
    "birth",
    "sex",
    "relation",
    "jpt_poor",
    "mof_registered",
    "mof_validated",
    *DIMENSIONS,
    "edition",
    "failed_indicators",
    "survey_date",
)
_AT = {name: place for place, name in enumerate(COLUMNS)}
# Indicator numbers by dimension; the older edition's numbers mean other things (domain.md 2.1).
_INDICATORS = {
    "2560-2564": {
        "health": range(1, 8),
        "living": range(8, 15),
        "education": range(15, 20),
        "income": range(20, 24),
    },
    "2565-2569": {
        "health": range(1, 13),
        "living": range(13, 22),
        "education": range(22, 27),
        "income": range(27, 31),
        "accessibility": range(31, 36),
    },
}


def tell(statement: Statement, areas: Mapping[str, Area]) -> Told:  # noqa: ARG001 - one shape for all layouts
    """The rows of one household."""
    r = statement.r
    house, household = statement.house, statement.household
    year = statement.round.year
    edition = "2560-2564" if year - 1 <= 2564 else "2565-2569"
    survey_code = household.survey_id and house is household.house
    house_id = household.survey_id if survey_code else statement.sighting.house_code(house)
    alone = statement.seen[0] if len(statement.seen) == 1 else None
    no_house = alone is not None and alone.citizen_id.isdigit() and r.random() < rates.HOUSE_ID_MISSING
    if no_house:
        house_id = ""
    village = f"{house.place.tambon}{house.place.moo:02d}" + ("" if r.random() < 0.05 else "01")
    day = dates.thai_numeric(statement.day) if r.random() < 0.6 else statement.day.isoformat()
    registered = r.random() < 0.8
    failing = {need: _who_fails(r, need, statement) for need, said in statement.said.items() if said}
    rows: list[list[Cell]] = []
    for place, seen in enumerate(statement.seen):
        needs = [
            flag(None if statement.said[need] is None else place in failing.get(need, ()))
            for need in DIMENSIONS
        ]
        fails = [need for need, cell in zip(DIMENSIONS, needs, strict=True) if cell == "1"]
        rows.append(
            [
                str(year),
                str(year - 1),
                str(year - 2),
                house_id,
                house.number,
                village,
                seen.citizen_id,
                seen.title,
                seen.first,
                seen.last,
                seen.birth,
                "ชาย" if seen.person.sex == "m" else "หญิง",
                seen.relation,
                "1" if fails else "0",
                flag(registered),
                flag(registered and r.random() < 0.92),
                *needs,
                edition,
                _indicators(r, edition, fails),
                day,
            ]
        )
    labels = [
        label for label in statement.sighting.labels(year) if label != "house_code_10" or not survey_code
    ]
    if no_house:
        labels.append("house_id_missing")
    return Told(house_id or statement.seen[0].citizen_id, rows, labels, members_of(statement))


def revise(r: random.Random, told: Told) -> Told:
    """The same record after a correction by the source: one person's welfare-card status."""
    rows = [list(row) for row in told.rows]
    row = rows[int(r.random() * len(rows))]
    row[_AT["mof_validated"]] = "0" if row[_AT["mof_validated"]] == "1" else "1"
    return Told(told.key, rows, [*told.labels, "revised"], told.members)


def spoil(told: Told, defect: str) -> Told:
    """The same record made unusable: a survey in the future, or nothing that says whose it is."""
    rows = [list(row) for row in told.rows]
    for row in rows:
        if defect == "broken_future_date":
            row[_AT["survey_date"]] = f"15/3/{FUTURE_YEAR_BE}"
        else:
            row[_AT["house_id"]] = row[_AT["citizen_id"]] = ""
            row[_AT["first_name"]] = row[_AT["last_name"]] = ""
    return Told(
        "" if defect == "broken_no_identity" else told.key, rows, [*told.labels, defect], told.members
    )


def _who_fails(r: random.Random, need: str, statement: Statement) -> set[int]:
    """The places of the members who fail the dimension; never empty."""
    everyone = range(len(statement.seen))
    if need in {"living", "accessibility"}:
        return set(everyone)
    found = {
        place for place in everyone if _may_fail(need, statement.seen[place], statement) and r.random() < 0.7
    }
    return found or {int(r.random() * len(statement.seen))}


def _may_fail(need: str, seen: Seen, statement: Statement) -> bool:
    age = seen.person.age(statement.day)
    if need == "education":
        return 6 <= age <= 22
    if need == "income":
        return age >= 15
    return age >= 60 or age <= 5


def _indicators(r: random.Random, edition: str, fails: list[str]) -> str:
    numbers: list[int] = []
    for need in fails:
        choices = _INDICATORS[edition].get(need)
        if choices is not None:
            numbers.extend(sorted(r.sample(choices, 1 if r.random() < 0.7 else 2)))
    return ";".join(str(number) for number in numbers)
