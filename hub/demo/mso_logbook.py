"""MSO-Logbook files: CSV in CP874, one row per family member (layout: docs/sources.md)."""

import random
from collections.abc import Mapping

from hub.demo import dates, rates
from hub.demo.areas import Area
from hub.demo.places import moved
from hub.demo.pppconnext import short_amphoe
from hub.demo.statements import FUTURE_YEAR_BE, Cell, Statement, Told, members_of

COLUMNS = (
    "logbook_no",
    "family_seq",
    "household_ref",
    "house_code",
    "house_no",
    "moo",
    "tambon",
    "amphoe",
    "member_no",
    "title",
    "first_name",
    "last_name",
    "sex",
    "citizen_id",
    "birth",
    "relation",
    "health",
    "education",
    "income_baht",
    "dim_income",
    "dim_housing",
    "dim_health",
    "dim_education",
    "dim_access",
    "vulnerable_types",
    "fragile_level",
    "lat",
    "lon",
    "visited_on",
    "year_be",
)
_AT = {name: place for place, name in enumerate(COLUMNS)}
_DIMENSIONS = ("income", "living", "health", "education", "accessibility")
_WORDS = {True: "ต้องการความช่วยเหลือ", False: "ปกติ", None: ""}


def tell(statement: Statement, areas: Mapping[str, Area]) -> Told:
    """The rows of one family; what concerns the household stands on every row."""
    r, house, household, sighting = statement.r, statement.house, statement.household, statement.sighting
    place = house.place
    labels = sighting.labels(statement.round.year)
    tambon, amphoe = areas[place.tambon].name_th, areas[place.tambon[:4]]
    latitude, longitude = _coordinates(statement, labels)
    home: list[Cell] = [
        household.logbook_no,
        str(household.family_seq),
        f"HR{household.logbook_no[4:]}",
        sighting.house_code(house),
        house.number,
        "" if sighting.no_moo else str(place.moo),
        f"ต.{tambon}" if sighting.alias else tambon,
        short_amphoe(amphoe) if sighting.alias else amphoe.name_th,
    ]
    level = min(3, sum(1 for said in statement.said.values() if said))
    tail: list[Cell] = [
        *(_WORDS[statement.said[need]] for need in _DIMENSIONS),
        _vulnerable(statement),
        str(level),
        latitude,
        longitude,
        dates.thai_numeric(statement.day) if r.random() < 0.8 else dates.thai_words(statement.day),
        statement.round.period,
    ]
    rows: list[list[Cell]] = []
    for number, seen in enumerate(statement.seen, 1):
        age = seen.person.age(statement.day)
        poor = bool(statement.said["income"])
        rows.append(
            [
                *home,
                str(number),
                seen.title,
                seen.first,
                seen.last,
                "ชาย" if seen.person.sex == "m" else "หญิง",
                seen.citizen_id,
                seen.birth,
                seen.relation,
                "มีโรคประจำตัว" if statement.said["health"] and age >= 60 else "แข็งแรง",
                "กำลังศึกษา" if 6 <= age <= 18 else "",
                str(100 * r.randint(5, 45) if poor else 100 * r.randint(50, 150)) if age >= 18 else "0",
                *tail,
            ]
        )
    return Told(f"{household.logbook_no}/{household.family_seq}", rows, labels, members_of(statement))


def revise(r: random.Random, told: Told) -> Told:
    """The same family after a correction by the source: the head's monthly income."""
    rows = [list(row) for row in told.rows]
    rows[0][_AT["income_baht"]] = str(500 * r.randint(31, 60))
    return Told(told.key, rows, [*told.labels, "revised"], told.members)


def spoil(told: Told, defect: str) -> Told:
    """The same family made unusable: a visit in the future, or nothing that says whose it is."""
    rows = [list(row) for row in told.rows]
    for row in rows:
        if defect == "broken_future_date":
            row[_AT["visited_on"]] = f"15/3/{FUTURE_YEAR_BE}"
        else:
            for name in ("logbook_no", "family_seq", "house_code", "citizen_id", "first_name", "last_name"):
                row[_AT[name]] = ""
    return Told(
        "" if defect == "broken_no_identity" else told.key, rows, [*told.labels, defect], told.members
    )


def _coordinates(statement: Statement, labels: list[str]) -> tuple[str, str]:
    r, place = statement.r, statement.house.place
    if r.random() < rates.COORDINATES_MISSING["mso_logbook"]:
        labels.append("coordinates_missing")
        return "", ""
    if place.outside:
        labels.append("outside_tambon")
    x, y = moved(place.longitude, place.latitude, r.gauss(0.0, 8.0), r.gauss(0.0, 8.0))
    if r.random() < rates.COORDINATES_SWAPPED:
        labels.append("coordinates_swapped")
        return f"{x:.6f}", f"{y:.6f}"
    return f"{y:.6f}", f"{x:.6f}"


def _vulnerable(statement: Statement) -> str:
    ages = [seen.person.age(statement.day) for seen in statement.seen]
    kinds = [
        word
        for word, there in (
            ("เด็ก", any(age < 18 for age in ages)),
            ("ผู้สูงอายุ", any(age >= 60 for age in ages)),
            ("ผู้ป่วยติดเตียง", bool(statement.said["health"]) and max(ages) >= 75),
            ("ผู้มีรายได้น้อย", bool(statement.said["income"])),
        )
        if there
    ]
    return ";".join(kinds)
