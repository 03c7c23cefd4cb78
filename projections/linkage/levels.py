"""Levels of agreement between two values of one field. Pure, symmetric, without state.

A value is in normal form and never empty; level 0 (nothing to compare) is given by the caller. Level 1 is the strongest. Which level is
worth what is not decided here but learnt (`projections/linkage/training.py`).
"""

import math

from rapidfuzz.distance import OSA, JaroWinkler

from projections.linkage.sound import sound_keys, toneless

NameValue = tuple[str, str]
"""A name part and the other part of the same name: (first, last) for the first name, (last, first) for the last."""
BirthValue = tuple[int, int, int]
"""Year (CE), month, day; 0 when unknown."""
DwellingValue = tuple[str, str, str, str]
"""House code, house number, moo, street."""
AreaValue = tuple[str, str, str, str]
"""Subdistrict, district, province, postcode."""
PointValue = tuple[float, float]
"""Latitude and longitude in degrees."""

NAME = ("none", "equal", "sounds_equal", "close", "part", "similar", "swapped", "different")
BIRTH = (
    "none", "equal", "equal_unsure", "one_sign", "day_month_swapped", "same_year_month", "same_day_month", "year_equal",
    "same_year_other_day", "era_slip", "near_year", "different",
)  # fmt: skip
CITIZEN = ("none", "equal", "one_sign", "two_signs", "different", "both_valid_and_different")
DWELLING = ("none", "equal", "close", "number", "street", "different")
AREA = ("none", "equal", "close", "one_equal", "one_close", "district", "province", "different")
PHONE = ("none", "equal", "one_sign", "different")
SEX = ("none", "equal", "different")
POINT = ("none", "within_50_m", "within_200_m", "within_1_km", "within_10_km", "farther")
TEXT = ("none", "equal", "close", "part", "similar", "different")
CATEGORY = ("none", "equal", "different")
NUMBER = ("none", "equal", "near", "similar", "different")

CLOSE, SIMILAR = 0.92, 0.80
ERA = 543
EARTH_RADIUS_M = 6_371_000.0


def _token_shared(a: str, b: str) -> bool:
    if " " not in a and " " not in b:
        shorter, longer = (a, b) if len(a) <= len(b) else (b, a)
        return longer.startswith(shorter)
    return not {word for word in a.split(" ") if len(word) > 1}.isdisjoint(b.split(" "))


def _name_part(a: str, b: str) -> int:
    if a == b:
        return 1
    likeness = JaroWinkler.similarity(a, b)
    if toneless(a) == toneless(b):
        return 2
    if likeness >= SIMILAR and not set(sound_keys(a)).isdisjoint(sound_keys(b)):
        return 2
    if likeness >= CLOSE or (min(len(a), len(b)) >= 4 and OSA.distance(a, b, score_cutoff=1) <= 1):
        return 3
    if _token_shared(a, b):
        return 4
    return 5 if likeness >= SIMILAR else 7


def name(a: NameValue, b: NameValue) -> int:
    """Of two name parts; swapped when each is close to the other's other part."""
    level = _name_part(a[0], b[0])
    if level == 7 and a[1] and b[1] and _name_part(a[0], b[1]) <= 3 and _name_part(a[1], b[0]) <= 3:
        return 6
    return level


def birth(a: BirthValue, b: BirthValue) -> int:
    """Of two dates of birth, of which either may be known to the year or month only."""
    if a == b:
        return 1 if a[2] and (a[1], a[2]) != (1, 1) else 2
    if not (a[1] and b[1]):
        return _years(a[0], b[0])
    if not (a[2] and b[2]):
        return 5 if a[:2] == b[:2] else _years(a[0], b[0])
    if a[0] == b[0] and (a[1], a[2]) == (b[2], b[1]):
        return 4
    text_a, text_b = f"{a[0]:04}{a[1]:02}{a[2]:02}", f"{b[0]:04}{b[1]:02}{b[2]:02}"
    if OSA.distance(text_a, text_b, score_cutoff=1) <= 1:
        return 3
    if a[:2] == b[:2]:
        return 5
    if a[1:] == b[1:]:
        return 9 if abs(a[0] - b[0]) == ERA else 6
    # Whoever knows both days and finds them apart knows more than who knows the years only.
    return 8 if a[0] == b[0] else _years(a[0], b[0])


def _years(a: int, b: int) -> int:
    apart = abs(a - b)
    if apart == 0:
        return 7
    if apart == ERA:
        return 9
    return 10 if apart == 1 else 11


def citizen(a: tuple[str, bool], b: tuple[str, bool]) -> int:
    """Of two national ids, each with whether its check digit vouches for it."""
    if a[0] == b[0]:
        return 1
    if a[1] and b[1]:
        return 5
    apart = OSA.distance(a[0], b[0], score_cutoff=2)
    return apart + 1 if apart <= 2 else 4


def dwelling(a: DwellingValue, b: DwellingValue) -> int:
    """Of two houses inside their area: the code, or the number with moo and street."""
    if a[0] and a[0] == b[0]:
        return 1
    number = bool(a[1]) and a[1] == b[1]
    moo = a[2] == b[2] or not (a[2] and b[2])
    street = JaroWinkler.similarity(a[3], b[3]) if a[3] and b[3] else -1.0
    if number and moo and (street == 1.0 or (street < 0 and bool(a[2]) and bool(b[2]))):
        return 1
    if number and moo and street >= SIMILAR:
        return 2
    if street == 1.0 and a[1] and b[1] and OSA.distance(a[1], b[1], score_cutoff=1) <= 1:
        return 2
    if number and moo:
        return 3
    return 4 if street >= CLOSE else 5


def _place_part(a: str, b: str) -> int:
    """-1 unknown, 2 equal, 1 close, 0 different."""
    if not (a and b):
        return -1
    if a == b:
        return 2
    if JaroWinkler.similarity(a, b) >= CLOSE:
        return 1
    return 0


def _postcode_part(a: str, b: str) -> int:
    if not (a and b):
        return -1
    if a == b:
        return 2
    if OSA.distance(a, b, score_cutoff=1) <= 1 or a[: max(3, len(a) // 2)] == b[: max(3, len(b) // 2)]:
        return 1
    return 0


def area(a: AreaValue, b: AreaValue) -> int:
    """Of two areas: the finest part counts, coarser ones only where the fine ones differ or are missing."""
    place, post = _place_part(a[0], b[0]), _postcode_part(a[3], b[3])
    best, worst = max(place, post), min(place, post)
    if best == 2 and worst != 0:
        return 2 if worst == 1 else 1
    if best == 2:
        return 3
    if best == 1:
        return 4
    if a[1] and a[1] == b[1]:
        return 5
    return 6 if a[2] and a[2] == b[2] else 7


def phone(a: str, b: str) -> int:
    """Of two telephone numbers."""
    if a == b:
        return 1
    return 2 if OSA.distance(a, b, score_cutoff=1) <= 1 else 3


def same(a: str, b: str) -> int:
    """Of two values that are equal or not."""
    return 1 if a == b else 2


def text(a: str, b: str) -> int:
    """Of two texts of any kind."""
    if a == b:
        return 1
    likeness = JaroWinkler.similarity(a, b)
    if likeness >= CLOSE or (min(len(a), len(b)) >= 5 and OSA.distance(a, b, score_cutoff=1) <= 1):
        return 2
    if _token_shared(a, b):
        return 3
    return 4 if likeness >= SIMILAR else 5


def number(a: float, b: float) -> int:
    """Of two numbers: near is within a hundredth or one, similar within a tenth."""
    if a == b:
        return 1
    apart, size = abs(a - b), max(abs(a), abs(b))
    if apart <= max(1.0, size / 100):
        return 2
    return 3 if apart <= size / 10 else 4


def point(a: PointValue, b: PointValue) -> int:
    """Of two points on the ground, by their distance in metres."""
    north = math.radians(a[0] - b[0])
    east = math.radians(a[1] - b[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    metres = EARTH_RADIUS_M * math.hypot(north, east)
    for level, limit in enumerate((50, 200, 1000, 10_000), 1):
        if metres <= limit:
            return level
    return 5
