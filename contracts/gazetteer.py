"""The amphoe and tambon of the province, found by code or by the names that people write. Nothing is ever guessed.

The key of a tambon is (amphoe, tambon): inside Surin a tambon's name alone is not unique.
"""

import csv
import importlib.resources
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from contracts.thai.text import ascii_digits, is_empty, repair, tidy

AREA_FILE = "data/areas_th32.csv"
AMPHOE_DIGITS, TAMBON_DIGITS, VILLAGE_DIGITS = 4, 6, 8
LONG_VILLAGE_DIGITS = 10
FIRST_MUNICIPAL_TAMBON = 50
MOST_REMEMBERED = 20_000
AMPHOE_PREFIX = re.compile(r"(?:กิ่งอำเภอ|กิ่งอ\.|กิ่ง|อำเภอ|อ\.|เขต|amphoe|amphur|district)\s*", re.IGNORECASE)
TAMBON_PREFIX = re.compile(r"(?:ตำบล|ต\.|แขวง|tambon|tambol|subdistrict)\s*", re.IGNORECASE)
NOT_LETTERS = re.compile(r"[\s.\-]+")
DECIMAL_TAIL = re.compile(r"\.0+\Z")
# Other names of an area, as people write them; data, to be extended when a file shows others.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "3201": ("เมือง", "Mueang", "Muang", "Muang Surin"),
    "3216": ("เขวาสินริน", "Khwao Sinarin", "Khwao Sinrin"),
    "3209": ("ศรีขรภูมิ", "ศรีขรภูมิ์", "ศีขรภูมิ์"),
    "3214": ("พนมดงรักษ์",),
    "3217": ("โนนนารายน์",),
}


class Area(NamedTuple):
    """One entry of the code list."""

    code: str
    level: Literal["province", "amphoe", "tambon"]
    name_th: str
    name_en: str
    postcode: str


class Place(NamedTuple):
    """Where something is, as far as it is sure."""

    amphoe: str | None
    tambon: str | None
    moo: int | None
    flags: tuple[str, ...]


NOWHERE = Place(None, None, None, ())
UNRESOLVED = ("AREA_UNRESOLVED",)


def area_key(name: str) -> str:
    """What two spellings of an area's name have in common: repaired, without spaces, stops and hyphens, Latin in lower case."""
    return NOT_LETTERS.sub("", repair(name)).lower()


def _without(prefix: re.Pattern[str], text: str) -> str:
    bare = prefix.sub("", text, count=1) if prefix.match(text) else text
    return bare or text


class Gazetteer:
    """The code list of one province with its spellings."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.areas: Mapping[str, Area] = {area.code: area for area in areas}
        self._amphoe: dict[str, str] = {}
        self._tambon: dict[tuple[str, str], str] = {}
        self._tambons_named: dict[str, list[str]] = {}
        self._remembered: dict[tuple[str, str], Place] = {}
        self._villages: dict[str, Place] = {}
        for area in self.areas.values():
            self._enter(area)

    def _enter(self, area: Area) -> None:
        keys = {area_key(name) for name in (area.name_th, area.name_en, *ALIASES.get(area.code, ())) if name}
        for key in keys:
            if area.level == "amphoe":
                self._amphoe[key] = area.code
            elif area.level == "tambon":
                self._tambon[area.code[:AMPHOE_DIGITS], key] = area.code
                self._tambons_named.setdefault(key, []).append(area.code)

    def find(self, code: str) -> Area | None:
        """The area with this code, of any level."""
        return self.areas.get(code)

    def by_names(self, amphoe: str, tambon: str) -> Place:
        """The place that two cells name, with or without อ. and ต.; a code is taken as a name too.

        A tambon without its amphoe is resolved only when the province has one of that name.
        """
        known = self._remembered.get((amphoe, tambon))
        if known is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[amphoe, tambon] = self._by_names(tidy(amphoe), tidy(tambon))
        return known

    def _by_names(self, amphoe_text: str, tambon_text: str) -> Place:
        if is_empty(amphoe_text) and is_empty(tambon_text):
            return NOWHERE
        amphoe = None if is_empty(amphoe_text) else self._amphoe_of(amphoe_text)
        if not is_empty(amphoe_text) and amphoe is None:
            return Place(None, None, None, UNRESOLVED)
        if is_empty(tambon_text):
            return Place(amphoe, None, None, ())
        tambon = self._tambon_of(amphoe, tambon_text)
        if tambon is None:
            return Place(amphoe, None, None, UNRESOLVED)
        return Place(tambon[:AMPHOE_DIGITS], tambon, None, ())

    def _amphoe_of(self, text: str) -> str | None:
        digits = ascii_digits(text).replace(" ", "")
        if len(digits) == AMPHOE_DIGITS and digits.isdigit():
            return digits if digits in self.areas else None
        return self._amphoe.get(area_key(_without(AMPHOE_PREFIX, repair(text)))) or self._amphoe.get(
            area_key(text)
        )

    def _tambon_of(self, amphoe: str | None, text: str) -> str | None:
        digits = ascii_digits(text).replace(" ", "")
        if len(digits) == TAMBON_DIGITS and digits.isdigit():
            fits = digits in self.areas and amphoe in (None, digits[:AMPHOE_DIGITS])
            return digits if fits else None
        for key in (area_key(_without(TAMBON_PREFIX, repair(text))), area_key(text)):
            if amphoe is not None:
                code = self._tambon.get((amphoe, key))
            else:
                named = self._tambons_named.get(key, [])
                code = named[0] if len(named) == 1 else None
            if code is not None:
                return code
        return None

    def by_village_id(self, text: str) -> Place:
        """The place of a village code of 8 digits (CCAATTMM) or 10. A tambon number from 50 on is a municipal area: the amphoe only."""
        known = self._villages.get(text)
        if known is None:
            if len(self._villages) >= MOST_REMEMBERED:
                self._villages.clear()
            known = self._villages[text] = self._by_village_id(DECIMAL_TAIL.sub("", ascii_digits(tidy(text))))
        return known

    def _by_village_id(self, digits: str) -> Place:
        if is_empty(digits):
            return NOWHERE
        if not (
            digits.isascii() and digits.isdigit() and len(digits) in (VILLAGE_DIGITS, LONG_VILLAGE_DIGITS)
        ):
            return Place(None, None, None, UNRESOLVED)
        amphoe, tambon = digits[:AMPHOE_DIGITS], digits[:TAMBON_DIGITS]
        if amphoe not in self.areas:
            return Place(None, None, None, UNRESOLVED)
        if int(tambon[AMPHOE_DIGITS:]) >= FIRST_MUNICIPAL_TAMBON:
            return Place(amphoe, None, None, ("AREA_MUNICIPAL",))
        if tambon not in self.areas:
            return Place(amphoe, None, None, UNRESOLVED)
        return Place(amphoe, tambon, int(digits[TAMBON_DIGITS:VILLAGE_DIGITS]) or None, ())


class _AreaRow(msgspec.Struct, frozen=True):
    code: str
    name_th: str
    name_en: str
    postcode: str = ""


def _to_area(row: _AreaRow) -> Area:
    levels: dict[int, Literal["province", "amphoe", "tambon"]] = {2: "province", 4: "amphoe", 6: "tambon"}
    return Area(row.code, levels[len(row.code)], row.name_th, row.name_en, row.postcode)


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """The gazetteer of Surin, read once from the packaged code list."""
    text = importlib.resources.files("contracts").joinpath(AREA_FILE).read_text(encoding="utf-8-sig")
    rows = msgspec.convert(list(csv.DictReader(text.splitlines())), list[_AreaRow])
    return Gazetteer(_to_area(row) for row in rows)
