"""PPPConnext files: a JSON array of household objects (layout: docs/sources.md)."""

import functools
import json
import random
from collections.abc import Mapping
from typing import Any, cast

from pyproj import Transformer

from hub.demo import rates
from hub.demo.areas import Area
from hub.demo.places import moved
from hub.demo.scores import level_of, score
from hub.demo.sightings import Seen
from hub.demo.statements import FUTURE_YEAR_BE, Statement, Told, members_of

_MODELS = ("ผ้าไหมทอมือ", "ข้าวหอมมะลิอินทรีย์", "เลี้ยงโคขุน", "เลี้ยงไก่พื้นเมือง", "จักสานกระจูด", "ผักปลอดภัย")
_EDUCATION = ("ไม่ได้เรียน", "ประถมศึกษา", "มัธยมศึกษาตอนต้น", "มัธยมศึกษาตอนปลาย", "ปวช./ปวส.", "ปริญญาตรี")
_HEALTH = ("ปกติ", "ปกติ", "ปกติ", "โรคเรื้อรัง", "พิการ", "ติดเตียง")
_WELFARE = (
    ("บัตรสวัสดิการแห่งรัฐ", "300"),
    ("เบี้ยผู้สูงอายุ", "600"),
    ("เบี้ยความพิการ", "800"),
    ("เงินอุดหนุนเด็กแรกเกิด", "600"),
)


@functools.cache
def _to_utm() -> Transformer:
    return Transformer.from_crs("EPSG:4326", "EPSG:32648", always_xy=True)


def tell(statement: Statement, areas: Mapping[str, Area]) -> Told:
    """The object of one household."""
    r, house, household, sighting = statement.r, statement.house, statement.household, statement.sighting
    labels = sighting.labels(statement.round.year)
    head = statement.seen[0]
    year, number = statement.round.period.split("-")
    form = f"PPP32-{household.number:07d}"
    if sighting.no_code or r.random() >= rates.FORM_CODE_MISSING or len(statement.seen) == 0:
        code = form
    else:
        code = ""
        labels.append("form_code_missing")
    house_code = sighting.house_code(house)
    document: dict[str, Any] = {
        "form_code": code,
        "surveyed_at": f"{statement.day.isoformat()}T{r.randint(8, 17):02d}:{r.randint(0, 59):02d}:00+07:00",
        "survey_year_be": int(year),
        "survey_round": int(number),
        "period": "after" if number == "2" else "before",
        "model_name": r.choice(_MODELS) if number == "2" or r.random() < 0.15 else "",
        "house_code": house_code,
        "green_book_id": f"{r.randint(1, 99999):05d}" if r.random() < 0.08 else "",
        "head_title": head.title,
        "head_first": head.first,
        "head_last": head.last,
        "head_citizen_id": head.citizen_id,
        **_address(statement, areas, labels),
        **_counts(r, len(statement.seen)),
        **_scores(statement),
        "members": [_member(r, seen, statement) for seen in statement.seen],
    }
    key = code or f"{house_code}|{head.first} {head.last}"
    return Told(key, [[_text(document)]], labels, members_of(statement))


def revise(r: random.Random, told: Told) -> Told:
    """The same form after a correction by the source: the head's monthly income."""
    document = cast("dict[str, Any]", json.loads(cast("str", told.rows[0][0])))
    document["members"][0]["income_baht"] = str(500 * r.randint(31, 60))
    return Told(told.key, [[_text(document)]], [*told.labels, "revised"], told.members)


def spoil(told: Told, defect: str) -> Told:
    """The same form made unusable: a survey in the future, or nothing that says whose it is."""
    document = cast("dict[str, Any]", json.loads(cast("str", told.rows[0][0])))
    if defect == "broken_future_date":
        document["surveyed_at"] = f"{FUTURE_YEAR_BE - 543}-03-15T09:00:00+07:00"
    else:
        for name in ("form_code", "house_code", "head_first", "head_last", "head_citizen_id"):
            document[name] = ""
        document["members"] = []
    members = told.members if document["members"] else []
    return Told("" if not members else told.key, [[_text(document)]], [*told.labels, defect], members)


def _address(statement: Statement, areas: Mapping[str, Area], labels: list[str]) -> dict[str, Any]:
    r, place, sighting = statement.r, statement.house.place, statement.sighting
    tambon, amphoe = areas[place.tambon], areas[place.tambon[:4]]
    postcode = tambon.postcode
    if r.random() < rates.WRONG_POSTCODE:
        postcode = r.choice(("32000", "32110", "32120", "31000", "32190"))
        labels.append("postcode_wrong") if postcode != tambon.postcode else None
    latitude, longitude = _coordinates(statement, labels)
    alias = sighting.alias
    return {
        "house_no": statement.house.number,
        "moo": "" if sighting.no_moo else str(place.moo),
        "village": f"บ้าน{place.village}",
        "alley": "",
        "road": "",
        "subdistrict": f"ต.{tambon.name_th}" if alias else tambon.name_th,
        "district": short_amphoe(amphoe) if alias else amphoe.name_th,
        "province": "จ.สุรินทร์" if alias else "สุรินทร์",
        "postcode": postcode,
        "lat": latitude,
        "lon": longitude,
    }


def short_amphoe(amphoe: Area) -> str:
    """The district as people write it when they do not copy the list."""
    return "เมือง" if amphoe.code == "3201" else f"อ.{amphoe.name_th}"


def _coordinates(statement: Statement, labels: list[str]) -> tuple[str, str]:
    """Latitude and longitude cells: degrees with the error of a phone, or one of the known faults."""
    r, place = statement.r, statement.house.place
    if r.random() < rates.COORDINATES_MISSING["pppconnext"]:
        labels.append("coordinates_missing")
        return "", ""
    x, y = moved(place.longitude, place.latitude, r.gauss(0.0, 6.0), r.gauss(0.0, 6.0))
    if place.outside:
        labels.append("outside_tambon")
    roll = r.random()
    if roll < rates.COORDINATES_UTM:
        labels.append("coordinates_utm")
        east, north = cast("tuple[float, float]", _to_utm().transform(x, y))
        return f"{north:.2f}", f"{east:.2f}"
    digits = r.choice((6, 6, 7, 8))
    latitude, longitude = f"{y:.{digits}f}", f"{x:.{digits}f}"
    if roll < rates.COORDINATES_UTM + rates.COORDINATES_SWAPPED:
        labels.append("coordinates_swapped")
        return longitude, latitude
    return latitude, longitude


def _counts(r: random.Random, living: int) -> dict[str, int]:
    absent = r.choice((0, 0, 0, 1, 1, 2))
    unregistered = r.choice((0, 0, 0, 0, 1)) if living > 1 else 0
    return {
        "n_registered": living + absent - unregistered,
        "n_living": living,
        "n_registered_absent": absent,
        "n_unregistered_present": unregistered,
    }


def _scores(statement: Statement) -> dict[str, Any]:
    components, capitals = score(statement.r, statement.said)
    mean = round(sum(capitals.values()) / len(capitals), 2)
    scores: dict[str, float] = dict(capitals)
    if statement.r.random() < 0.2:
        scores["economic"] = scores.pop("financial")
    return {"scores": scores, "components": components, "score_mean": mean, "level": level_of(mean)}


def _member(r: random.Random, seen: Seen, statement: Statement) -> dict[str, Any]:
    age = seen.person.age(statement.day)
    earns = age >= 18
    income = str(100 * r.randint(5, 45) if statement.said["income"] else 100 * r.randint(50, 150))
    member: dict[str, Any] = {
        "title": seen.title,
        "first_name": seen.first,
        "last_name": seen.last,
        "sex": "ชาย" if seen.person.sex == "m" else "หญิง",
        "citizen_id": seen.citizen_id,
        "birth": seen.birth,
        "age_yaer" if r.random() < 0.1 else "age_years": age,
        "age_months": r.randint(0, 11),
        "relation": seen.relation,
        "health": r.choice(_HEALTH[3:]) if statement.said["health"] and age >= 60 else "ปกติ",
        "education": _EDUCATION[0]
        if age < 7
        else r.choice(_EDUCATION[1:3] if age < 15 or age > 50 else _EDUCATION[1:]),
        "agv_income" if r.random() < 0.1 else "income_baht": income if earns else "",
        "expense_baht": str(100 * r.randint(5, 60)) if earns else "",
        "welfare": _welfare(r, age),
    }
    if statement.round.period.endswith("-2"):
        member["still_poor"] = bool(statement.said["income"])
    return member


def _welfare(r: random.Random, age: int) -> list[dict[str, str]]:
    kinds = (
        [_WELFARE[1]]
        if age >= 60
        else [_WELFARE[3]]
        if age < 6
        else [_WELFARE[0]]
        if r.random() < 0.3
        else []
    )
    spelling = "frequncy" if r.random() < 0.1 else "frequency"  # codespell:ignore frequncy
    return [{"kind": kind, "amount_baht": amount, spelling: "เดือน"} for kind, amount in kinds]


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def reference(told: Told) -> str:
    """The record id an agency would quote: the form code, or nothing when the form has none."""
    return told.key if told.key.startswith("PPP32-") else ""
