"""What linking looks at: the features of members and records, and the keys under which candidates meet."""

import hashlib

import msgspec


class MemberFeatures(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One member. `citizen` is the pseudonym of a valid citizen id; names are in normal form, "" when unknown.

    `current` says that the newest statement of its record lists the member.
    """

    member: int
    citizen: str | None = None
    first: str = ""
    last: str = ""
    sex: str | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    current: bool = True


class RecordFeatures(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record with its members. `house` is the pseudonym of a well-formed house code."""

    record: int
    source: str
    house: str | None = None
    tambon: str | None = None
    moo: int | None = None
    house_no: str | None = None
    members: tuple[MemberFeatures, ...] = ()


class Edge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A link between two members (`level` person) or two records (`level` household); a < b, score in thousandths."""

    level: str
    a: int
    b: int
    rule: str
    score: int


class Partition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The founder of every member's person and of every record's household."""

    persons: dict[int, int]
    households: dict[int, int]


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


def _has_exact_day(member: MemberFeatures) -> bool:
    # 1 January is what registers write for an unknown day.
    return member.day is not None and member.month is not None and (member.day, member.month) != (1, 1)


def blocking_keys(features: RecordFeatures) -> frozenset[int]:
    """The keys of a record: two records are compared when they share one. Independent of any other record."""
    keys: set[int] = set()
    if features.house is not None:
        keys.add(house_key(features.house))
    for member in features.members:
        if member.citizen is not None:
            keys.add(citizen_key(member.citizen))
        if features.tambon is None or member.year is None:
            continue
        year = str(member.year)
        if _has_exact_day(member):
            keys.add(key_of("day", features.tambon, year, str(member.month), str(member.day)))
        if member.first and member.last:
            keys.add(key_of("name", features.tambon, member.first, year))
    return frozenset(keys)
