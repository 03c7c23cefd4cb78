"""A record over time: its statements, which of them is valid when, and what it offers to linking. Pure."""

import datetime as dt
import functools
from collections.abc import Iterable, Mapping

import msgspec

from contracts.events import OpenedRecord
from contracts.records import NEEDS, House, Member, Need
from contracts.thai.names import normal_name
from projections.linkage.features import MemberFeatures, RecordFeatures, rank_of

HOUSE_CODE_DIGITS = 11
NAMES_KEPT = 65_536

_KNOWN_NEEDS: dict[tuple[bool | None, ...], tuple[bool | None, ...]] = {}
_normal_name = functools.lru_cache(NAMES_KEPT)(normal_name)
_rank_of = functools.lru_cache(NAMES_KEPT)(rank_of)


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one statement says about its household. `needs` follows contracts.records.NEEDS; None is unknown."""

    amphoe: str | None
    tambon: str | None
    moo: int | None
    house_code: str | None
    house: str | None
    house_no: str | None
    lon: float | None
    lat: float | None
    needs: tuple[bool | None, ...]
    level: int | None
    head_name: str | None


class Statement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a record says for one period, as known: content of `sequence`, ended early where it was withdrawn.

    `originals` (contracts.sources.originals) are there only while other rules read them again.
    """

    sequence: int
    period: str
    happened_at: dt.datetime
    withdrawn_at: dt.datetime | None
    facts: Facts
    members: tuple[MemberFeatures, ...]
    originals: bytes = b""


class Segment(msgspec.Struct, frozen=True, gc=False):
    """`statement` is valid from `start` until `end` (exclusive); an end of None is open."""

    start: dt.datetime
    end: dt.datetime | None
    statement: Statement


NO_FACTS = Facts(
    amphoe=None,
    tambon=None,
    moo=None,
    house_code=None,
    house=None,
    house_no=None,
    lon=None,
    lat=None,
    needs=(None,) * len(NEEDS),
    level=None,
    head_name=None,
)


def full_name(member: Member) -> str | None:
    """Title, first and last name in one line, or None where there is no name."""
    parts = [part for part in (member.first_name, member.last_name) if part]
    return (member.title or "") + " ".join(parts) if parts else None


def read_facts(
    opened: OpenedRecord,
    *,
    amphoe: str | None,
    tambon: str | None,
    needs: Mapping[Need, bool] | None = None,
) -> Facts:
    """The facts of an opened record; the areas are those of the open part, which an erasure leaves.

    `needs` are those of the crosswalk in force, where it is not the one that intake used.
    """
    head = next((member for member in opened.members if member is not None and member.is_head), None)
    head_name = full_name(head) if head is not None else None
    house = opened.house
    if house is None:
        return msgspec.structs.replace(NO_FACTS, amphoe=amphoe, tambon=tambon, head_name=head_name)
    return Facts(
        amphoe=amphoe,
        tambon=tambon,
        moo=house.moo,
        house_code=house.house_code,
        house=_well_formed(house),
        house_no=house.house_no,
        lon=None if house.point is None else house.point.lon,
        lat=None if house.point is None else house.point.lat,
        needs=to_needs(house.needs if needs is None else needs),
        level=house.level,
        head_name=head_name,
    )


def to_needs(answers: Mapping[Need, bool]) -> tuple[bool | None, ...]:
    """The needs in the order of NEEDS; None is unknown. Equal needs are one and the same object, to save memory."""
    needs = tuple(answers.get(need) for need in NEEDS)
    return _KNOWN_NEEDS.setdefault(needs, needs)


def _well_formed(house: House) -> str | None:
    code = house.house_code
    return house.house_ref if code is not None and len(code) == HOUSE_CODE_DIGITS else None


def read_member(member_id: int, member: Member | None) -> MemberFeatures:
    """The linking features of one member; an erased one has none."""
    if member is None:
        return MemberFeatures(member=member_id)
    birth = member.birth
    return MemberFeatures(
        member=member_id,
        rank=_rank_of(member.key),
        citizen=member.citizen_ref if member.citizen_valid else None,
        digits=member.citizen_id,
        valid=member.citizen_valid,
        first=_normal_name(member.first_name) if member.first_name else "",
        last=_normal_name(member.last_name) if member.last_name else "",
        sex=member.sex,
        year=None if birth is None else birth.year,
        month=None if birth is None else birth.month,
        day=None if birth is None else birth.day,
    )


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Oldest first: by `happened_at`, then by the sequence that gave the content."""
    return sorted(statements, key=lambda statement: (statement.happened_at, statement.sequence))


def segments(ordered: list[Statement]) -> list[Segment]:
    """When each statement is valid; at most one of a record at any instant, and none for an empty stretch."""
    found: list[Segment] = []
    for position, statement in enumerate(ordered):
        end = ordered[position + 1].happened_at if position + 1 < len(ordered) else None
        withdrawn = statement.withdrawn_at
        if withdrawn is not None and (end is None or withdrawn < end):
            end = withdrawn
        if end is None or end > statement.happened_at:
            found.append(Segment(statement.happened_at, end, statement))
    return found


def read_features(record: int, source: str, pseudonym: str, ordered: list[Statement]) -> RecordFeatures:
    """What a record offers to linking: the address of its newest statement, every member from the newest that lists it."""
    newest = ordered[-1]
    listed: dict[int, MemberFeatures] = {}
    for statement in ordered:
        for member in statement.members:
            listed[member.member] = member
    current = {member.member for member in newest.members}
    members = tuple(
        member if member.member in current else msgspec.structs.replace(member, current=False)
        for _, member in sorted(listed.items())
    )
    facts = newest.facts
    return RecordFeatures(
        record=record,
        source=source,
        rank=rank_of(pseudonym),
        house=facts.house,
        house_code=facts.house_code if facts.house is not None else None,
        amphoe=facts.amphoe,
        tambon=facts.tambon,
        moo=facts.moo,
        house_no=facts.house_no,
        members=members,
    )
