"""What linking looks at: the features of members and records, and the keys under which candidates meet."""

import hashlib
import re
from functools import lru_cache

import msgspec

from contracts.thai.text import ascii_digits
from projections.linkage.levels import AreaValue, DwellingValue
from projections.linkage.sound import sound_key

SPACES_AND_ZEROS = re.compile(r"\s+|^0+(?=\d)")


class MemberFeatures(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One member. `citizen` is the pseudonym of a valid citizen id; names are in normal form, "" when unknown.

    `rank` is its place among equals in its record, whoever came first. `digits` is the citizen id as given, with `valid` for its check digit. `current` says that the newest statement of its record
    lists the member.
    """

    member: int
    rank: int = 0
    citizen: str | None = None
    digits: str | None = None
    valid: bool = False
    first: str = ""
    last: str = ""
    sex: str | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    current: bool = True


class RecordFeatures(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record with its members. `house` is the pseudonym of a well-formed house code, `house_code` the code itself.

    `rank` is its place among equals, whoever came first.
    """

    record: int
    source: str
    rank: int = 0
    house: str | None = None
    house_code: str | None = None
    amphoe: str | None = None
    tambon: str | None = None
    moo: int | None = None
    house_no: str | None = None
    members: tuple[MemberFeatures, ...] = ()


class Edge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the model says of two members (`level` person) or two records (household, undecided); a < b.

    A person's score is in thousandths of a bit, a household's in thousandths of full agreement. An edge of level undecided joins
    nothing: its records might be one household. `rule` says why, in words.
    """

    level: str
    a: int
    b: int
    rule: str
    score: int


class Partition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The founder of every member's person and of every record's household."""

    persons: dict[int, int]
    households: dict[int, int]


def rank_of(name: str) -> int:
    """A place among equals that does not depend on the order of arrival."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=7).digest(), "big")


CROWD = 64
"""A key under which more records than this meet says nothing: a placeholder, a central register, a hospital's address."""


def is_crowded(size: int) -> bool:
    """Whether a key with so many records is left out: decided on the whole set, so that the order of arrival does not matter."""
    return size > CROWD


def key_of(kind: str, *values: str) -> int:
    """A stable signed 64-bit key of a kind and its values."""
    text = "\x1f".join((kind, *values)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


def citizen_key(citizen: str) -> int:
    """The key under which records meet that list this valid citizen id."""
    return key_of("citizen", citizen)


def house_key(house: str) -> int:
    """The key under which records meet that have this house code."""
    return key_of("house", house)


@lru_cache(maxsize=65_536)
def _door(house_no: str) -> str:
    return SPACES_AND_ZEROS.sub("", ascii_digits(house_no)).lower()


def door_of(features: RecordFeatures) -> str:
    """The house number in normal form, "" when unknown."""
    return _door(features.house_no) if features.house_no else ""


def dwelling_of(features: RecordFeatures) -> DwellingValue | None:
    """Where the house is inside its area, as `levels.dwelling` compares it."""
    moo = "" if features.moo is None else str(features.moo)
    value = (features.house_code or "", door_of(features), moo, "")
    return value if any(value) else None


def area_of(features: RecordFeatures) -> AreaValue | None:
    """The area by its codes, as `levels.area` compares it."""
    value = (features.tambon or "", features.amphoe or "", "", "")
    return value if any(value) else None


def _has_exact_day(member: MemberFeatures) -> bool:
    # 1 January is what registers write for an unknown day.
    return member.day is not None and member.month is not None and (member.day, member.month) != (1, 1)


def _member_keys(member: MemberFeatures, tambon: str | None) -> set[int]:
    keys: set[int] = set()
    if member.citizen is not None:
        keys.add(citizen_key(member.citizen))
    if member.year is None:
        return keys
    year = str(member.year)
    first = sound_key(member.first) if member.first else ""
    if first and member.last:
        keys.add(key_of("names", first, sound_key(member.last), year))
    if first and tambon is not None:
        keys.add(key_of("first", tambon, first, year))
    if tambon is not None and _has_exact_day(member):
        keys.add(key_of("day", tambon, year, str(member.month), str(member.day)))
    return keys


def blocking_keys(features: RecordFeatures) -> frozenset[int]:
    """The keys of a record: two records are compared when they share one. Independent of any other record."""
    keys: set[int] = set()
    door = door_of(features)
    if features.house is not None:
        keys.add(house_key(features.house))
    if features.tambon is not None and features.moo is not None and door:
        keys.add(key_of("door", features.tambon, str(features.moo), door))
    for member in features.members:
        keys |= _member_keys(member, features.tambon)
    return frozenset(keys)
