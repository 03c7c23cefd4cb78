"""Coordinates in free text: degrees in either order, UTM of zone 47 or 48 in metres, and what cannot be a place.

The province's bounding box tells what is doubtful; a doubtful point is kept and flagged, its text is always kept.
"""

import math
import re
from typing import NamedTuple

from contracts.records import Point
from contracts.thai.text import ascii_digits, is_empty, tidy
from contracts.thai.utm import to_degrees


class Box(NamedTuple):
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north


TOLERANCE = 0.3
PROVINCE = Box(103.089335, 14.326710, 104.092138, 15.482848)
NEAR_PROVINCE = Box(
    PROVINCE.west - TOLERANCE,
    PROVINCE.south - TOLERANCE,
    PROVINCE.east + TOLERANCE,
    PROVINCE.north + TOLERANCE,
)
# Latitudes and longitudes of Thailand never overlap, so exchanged axes are always seen.
COUNTRY = Box(97.0, 5.0, 106.0, 21.0)
ZONE_WIDTH = 6.0
ZONES = (48, 47)
LEAST_METRES = 50_000.0
MOST_EASTING = 1_200_000.0
MOST_NORTHING = 2_400_000.0
DECIMALS = 7
LONGEST_TEXT = 60

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\Z")
DEGREES = re.compile(
    r"(\d{1,3})\s*[°d]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|''|”)\s*)?\Z"
)
LETTERS = re.compile(r"^(?:lat|lon|long)?\s*[nNeExXyY:=\s]*|\s*[nNeE°]?\s*(?:m|ม\.?)?$")
DECIMAL_COMMA = re.compile(r"(-?\d{1,3}),(\d{2,})\Z")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
NOT_NUMBERS = frozenset(("inf", "-inf", "+inf", "infinity", "-infinity", "nan"))


class ReadPoint(NamedTuple):
    """The point, or None, and the flags about it (they are on the point too)."""

    point: Point | None
    flags: tuple[str, ...]


NO_POINT = ReadPoint(None, ())


def parse_point(lat_text: str, lon_text: str) -> ReadPoint:
    """The point that two cells give. Empty cells give none and no flag; text that cannot be a place gives none and a flag."""
    lat_text, lon_text = ascii_digits(tidy(lat_text)), ascii_digits(tidy(lon_text))
    if "nan" in {lat_text.lower(), lon_text.lower()}:
        return ReadPoint(None, ("POINT_NAN",))
    raw = f"{lat_text} {lon_text}".strip()
    if is_empty(lat_text) and is_empty(lon_text):
        return NO_POINT
    if is_empty(lon_text) or is_empty(lat_text):
        lat_text, lon_text = _split_pair(lon_text if is_empty(lat_text) else lat_text)
        if not lon_text:
            return ReadPoint(None, ("POINT_INCOMPLETE",))
    if len(raw) > 2 * LONGEST_TEXT:
        return ReadPoint(None, ("POINT_UNREADABLE",))
    if lat_text.lower() in NOT_NUMBERS or lon_text.lower() in NOT_NUMBERS:
        return ReadPoint(None, ("POINT_NAN",))
    first, second = _number(lat_text), _number(lon_text)
    if first is None or second is None:
        return ReadPoint(None, ("POINT_UNREADABLE",))
    if not (math.isfinite(first) and math.isfinite(second)):
        return ReadPoint(None, ("POINT_NAN",))
    if first == 0 or second == 0:
        return ReadPoint(None, ("POINT_ZERO",))
    if first >= LEAST_METRES and second >= LEAST_METRES:
        return _from_metres(min(first, second), max(first, second), raw)
    return _from_degrees(first, second, raw)


def _split_pair(text: str) -> tuple[str, str]:
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    return (parts[0], parts[1]) if len(parts) == 2 else ("", "")


def _number(text: str) -> float | None:
    if NUMBER.match(text) is not None:
        return float(text)
    found = DEGREES.match(LETTERS.sub("", text, count=1).rstrip("nNeE "))
    if found is not None:
        return float(found[1]) + float(found[2] or 0) / 60 + float(found[3] or 0) / 3600
    bare = LETTERS.sub("", text)
    if THOUSANDS.match(bare) is not None:
        bare = bare.replace(",", "")
    bare = DECIMAL_COMMA.sub(r"\1.\2", bare)
    return float(bare) if NUMBER.match(bare) is not None else None


def _from_metres(easting: float, northing: float, raw: str) -> ReadPoint:
    if easting > MOST_EASTING or northing > MOST_NORTHING:
        return ReadPoint(None, ("POINT_UNREADABLE",))
    zone, (lon, lat) = _zone_of(easting, northing)
    flags = [f"POINT_UTM{zone}"]
    if not NEAR_PROVINCE.holds(lon, lat):
        flags.append("POINT_OUTSIDE")
    return _point(lon, lat, raw, f"EPSG:326{zone}", f"utm{zone}", flags)


def _zone_of(easting: float, northing: float) -> tuple[int, tuple[float, float]]:
    for zone in ZONES:
        place = to_degrees(zone, easting, northing)
        if NEAR_PROVINCE.holds(*place):
            return zone, place
    return ZONES[0], to_degrees(ZONES[0], easting, northing)


def _from_degrees(lat: float, lon: float, raw: str) -> ReadPoint:
    flags: list[str] = []
    rule = "as_given"
    if not COUNTRY.holds(lon, lat) and _may_be_swapped(lon, lat):
        lat, lon = lon, lat
        flags.append("POINT_SWAPPED")
        rule = "swapped"
    if not NEAR_PROVINCE.holds(lon, lat):
        for shift in (ZONE_WIDTH, -ZONE_WIDTH):
            if PROVINCE.holds(lon + shift, lat):
                # UTM metres of one zone had been converted as the other: the two differ by exactly one zone width.
                lon += shift
                flags.append("POINT_ZONE")
                rule = "zone_shifted"
                break
        else:
            flags.append("POINT_OUTSIDE")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return ReadPoint(None, ("POINT_UNREADABLE",))
    return _point(lon, lat, raw, "EPSG:4326", rule, flags)


def _may_be_swapped(lon: float, lat: float) -> bool:
    return any(COUNTRY.holds(lat + shift, lon) for shift in (0.0, ZONE_WIDTH, -ZONE_WIDTH))


def _point(lon: float, lat: float, raw: str, crs: str, rule: str, flags: list[str]) -> ReadPoint:
    found = tuple(flags)
    return ReadPoint(
        Point(lon=round(lon, DECIMALS), lat=round(lat, DECIMALS), raw=raw, crs=crs, rule=rule, flags=found),
        found,
    )
