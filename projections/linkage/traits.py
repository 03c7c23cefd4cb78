"""What linking compares of one member: the values of its comparisons and the atoms its keys are made of, in normal form `norm@1`.

Everything is optional. A blank, "nan" or a dash is nothing, never a value.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from contracts.thai.citizen_id import parse_citizen_id
from contracts.thai.dates import DateFault, parse_thai_date
from contracts.thai.names import normal_name, read_name, read_sex, sex_of_title, split_title
from contracts.thai.text import ascii_digits, is_empty, tidy
from projections.linkage import levels
from projections.linkage.sound import is_thai, plain_latin, sound_keys

NORM = "norm@1"
Value = Any
"""A hashable value in normal form: a text, or a tuple of texts and numbers."""

LATEST = dt.date(2100, 12, 31)
NOT_WORD = re.compile(r"[^\w\s]+|_")
SPACES = re.compile(r"\s+")
NOT_DIGIT = re.compile(r"\D+")
GENERIC_ID = re.compile(r"^(.)\1*$|^0?123456789")
HOUSE_NUMBER = re.compile(r"\s+|^0+(?=\d)")


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison: its name, the names of its levels, whether rare values of its strongest levels weigh more."""

    name: str
    kind: str
    levels: tuple[str, ...]
    rare_counts: bool = False


FUNCTIONS: Mapping[str, Callable[[Any, Any], int]] = {
    "name": levels.name,
    "birth": levels.birth,
    "citizen": levels.citizen,
    "dwelling": levels.dwelling,
    "area": levels.area,
    "phone": levels.phone,
    "sex": levels.same,
    "point": levels.point,
    "text": levels.text,
    "category": levels.same,
    "date": levels.birth,
    "number": levels.number,
}
LEVELS = {
    "name": levels.NAME,
    "birth": levels.BIRTH,
    "citizen": levels.CITIZEN,
    "dwelling": levels.DWELLING,
    "area": levels.AREA,
    "phone": levels.PHONE,
    "sex": levels.SEX,
    "point": levels.POINT,
    "text": levels.TEXT,
    "category": levels.CATEGORY,
    "date": levels.BIRTH,
    "number": levels.NUMBER,
}
RARE_COUNTS = frozenset(("name", "birth", "dwelling", "area", "text", "category", "date", "citizen", "phone"))
STANDARD = (
    ("first", "name"), ("last", "name"), ("rest", "text"), ("birth", "birth"), ("sex", "sex"), ("citizen", "citizen"),
    ("dwelling", "dwelling"), ("area", "area"), ("phone", "phone"), ("point", "point"),
)  # fmt: skip


def field(name: str, kind: str) -> Field:
    """The comparison of that name and kind."""
    return Field(name=name, kind=kind, levels=LEVELS[kind], rare_counts=kind in RARE_COUNTS)


def bare(text: str | None) -> str:
    """The text tidied, "" when it says nothing."""
    if not text:
        return ""
    tidied = tidy(text)
    return "" if is_empty(tidied) else tidied


@lru_cache(maxsize=262_144)
def normal_text(text: str) -> str:
    """Any text in normal form: Thai as names are, Latin without accents and punctuation, in lower case."""
    text = bare(text)
    if not text:
        return ""
    normal = normal_name(text) if is_thai(text) else plain_latin(text)
    return SPACES.sub(" ", NOT_WORD.sub(" ", normal) if not is_thai(normal) else normal).strip()


def read_names(raw: Mapping[str, str]) -> tuple[str, str, str, str]:
    """(first, last, other words, title) of a whole name, of its parts, or of both."""
    whole, first, last = (bare(raw.get(name)) for name in ("full_name", "first_name", "last_name"))
    if not (whole or first or last):
        return "", "", "", ""
    if not (first or last):
        title, rest = split_title(whole)
        if "," in rest and not is_thai(rest) and len(rest.split(",")[0].split()) == 1:
            family, _, given = rest.partition(",")
            rest = f"{given.strip()} {family}"
        words = normal_text(rest).split(" ")
        if is_thai(rest):
            return words[0], " ".join(words[1:]), "", title
        return words[0], words[-1] if len(words) > 1 else "", " ".join(words[1:-1]), title
    name = read_name("", first, last)
    first, last = normal_text(name.first), normal_text(name.last)
    known = {*first.split(" "), *last.split(" ")}
    others = [word for word in normal_text(split_title(whole)[1]).split(" ") if word and word not in known]
    return first, last, " ".join(others), name.title


@lru_cache(maxsize=262_144)
def read_birth(text: str, form: str | None) -> levels.BirthValue | None:
    """The date in a cell: after `form` (strptime) where one is given and fits, else as Thai offices write dates."""
    text = bare(text)
    if not text:
        return None
    if form:
        try:
            day = dt.datetime.strptime(text, form)  # noqa: DTZ007 - a date without a clock
        except ValueError:
            day = None
        if day is not None:
            return _common_era(day.year), day.month, day.day
    try:
        date = parse_thai_date(text, LATEST)
    except DateFault:
        return _from_figures(text)
    return (date.year, date.month or 0, date.day or 0) if date is not None else None


def _common_era(year: int) -> int:
    return year - levels.ERA if year >= 2400 else year


def _from_figures(text: str) -> levels.BirthValue | None:
    """A date that the calendar refuses (month 13, or long ago) still has its figures."""
    figures = [int(part) for part in re.findall(r"\d+", text)]
    if len(figures) == 1 and len(text) == 8:
        figures = [int(text[:4]), int(text[4:6]), int(text[6:])]
    if len(figures) < 3 or max(figures[:3]) < 100:
        return None
    year, month, day = figures[:3] if figures[0] >= 100 else (figures[2], figures[0], figures[1])
    return (_common_era(year), month, day) if year < 3000 and month < 100 and day < 100 else None


def _birth(raw: Mapping[str, str], form: str | None) -> levels.BirthValue | None:
    whole = read_birth(raw.get("birth_date") or "", form)
    if whole is not None:
        return whole
    parts = [
        NOT_DIGIT.sub("", bare(raw.get(f"birth_{part}")).removesuffix(".0"))
        for part in ("year", "month", "day")
    ]
    if not parts[0]:
        return None
    year, month, day = (int(ascii_digits(part) or 0) for part in parts)
    return (_common_era(year), month, day) if year else None


def _citizen(text: str) -> tuple[str, bool] | None:
    if not text:
        return None
    thai = parse_citizen_id(text)
    if thai.digits is not None:
        return thai.digits, thai.valid
    digits = re.sub(r"[\W_]+", "", ascii_digits(text)).lower().removesuffix("x")
    return (digits, False) if len(digits) >= 4 and not GENERIC_ID.match(digits) else None


def _point(raw: Mapping[str, str]) -> levels.PointValue | None:
    try:
        lat, lon = float(bare(raw.get("latitude")) or "nan"), float(bare(raw.get("longitude")) or "nan")
    except ValueError:
        return None
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 and (lat, lon) != (0, 0) else None


def _sex(raw: Mapping[str, str], title: str) -> str | None:
    text = bare(raw.get("sex"))
    if not text:
        return sex_of_title(title) if title else None
    return read_sex(text) or normal_text(text) or None


def _several(values: tuple[str, ...]) -> tuple[str, ...] | None:
    return values if any(values) else None


def _extra(text: str, kind: str) -> Value | None:
    text = bare(text)
    if not text:
        return None
    if kind == "date":
        return read_birth(text, None)
    if kind == "number":
        try:
            return float(ascii_digits(text).replace(",", ""))
        except ValueError:
            return None
    return normal_text(text) or None


def read_traits(
    raw: Mapping[str, str], extra: Mapping[str, str], birth_form: str | None = None
) -> dict[str, Value]:
    """The values of one member by comparison, those that are known.

    `raw` are cells by our field names, `extra` the kinds (text, category, date, number) of further columns in `raw`.
    """
    first, last, rest, title = read_names(raw)
    place = {
        name: normal_text(raw.get(name) or "") for name in ("subdistrict", "district", "province", "street")
    }
    number = HOUSE_NUMBER.sub("", ascii_digits(bare(raw.get("house_number"))).lower().removesuffix(".0"))
    moo = NOT_DIGIT.sub("", ascii_digits(bare(raw.get("moo")))).lstrip("0")
    postcode = re.sub(r"\s+", "", bare(raw.get("postcode")).lower().removesuffix(".0"))
    found: dict[str, Value | None] = {
        "first": (first, last) if first else None,
        "last": (last, first) if last else None,
        "rest": rest or None,
        "birth": _birth(raw, birth_form),
        "sex": _sex(raw, title),
        "citizen": _citizen(bare(raw.get("national_id"))),
        "dwelling": _several((bare(raw.get("house_code")), number, moo, place["street"])),
        "area": _several((place["subdistrict"], place["district"], place["province"], postcode)),
        "phone": NOT_DIGIT.sub("", ascii_digits(bare(raw.get("phone"))))[-9:] or None,
        "point": _point(raw),
    }
    found |= {f"x.{name}": _extra(raw.get(name) or "", kind) for name, kind in extra.items()}
    return {name: value for name, value in found.items() if value is not None}


def rare_token(kind: str, value: Value) -> Value:
    """The part of a value whose rarity counts: the name itself, not the name it stands beside."""
    if kind == "name":
        return value[0]
    if kind == "area":
        return value[3] or value[0]
    return value


def atoms(kind: str, name: str, value: Value) -> dict[str, tuple[Value, ...]]:
    """The parts of a value that keys are made of, by atom; an atom can have several values."""
    if kind == "name":
        own = sound_keys(value[0])
        words = tuple(sorted({key for word in value[0].split(" ") for key in sound_keys(word)}))
        return {name: own[:1], "word": words} if own else {}
    if kind in ("birth", "date"):
        return _date_atoms(name, value)
    if kind == "area":
        return {"place": (value[0],) if value[0] else (), "postcode": (value[3],) if value[3] else ()}
    if kind == "dwelling":
        return _dwelling_atoms(value)
    if kind == "citizen":
        return {"citizen": (value[0],), "citizen_head": (value[0][: max(4, len(value[0]) * 2 // 3)],)}
    if kind == "point":
        return {"cell": (f"{value[0]:.3f},{value[1]:.3f}",)}
    if kind == "text":
        words = tuple(sorted({key for word in value.split(" ") if len(word) > 1 for key in sound_keys(word)}))
        return {"word": words} if name == "rest" else {name: (value,)}
    return {name: (value,)}


def _date_atoms(name: str, value: levels.BirthValue) -> dict[str, tuple[Value, ...]]:
    year, month, day = value
    found: dict[str, tuple[Value, ...]] = {f"{name}_year": (year,)}
    if day and (month, day) != (1, 1):
        found |= {name: (value,), f"{name}_day": ((min(month, day), max(month, day)),)}
    return found


def _dwelling_atoms(value: levels.DwellingValue) -> dict[str, tuple[Value, ...]]:
    code, number, moo, street = value
    found: dict[str, tuple[Value, ...]] = {}
    if code:
        found["house"] = (code,)
    if number and (moo or street):
        found["door"] = ((number, moo or street),)
    elif number:
        found["number"] = (number,)
    if street:
        found["street"] = (street,)
    return found
