"""The oracle's statements: which of a record is valid when, and what a record offers to linking (docs/semantics.md)."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from contracts.records import House, Member, Need
from contracts.thai.names import normal_name
from projections.linkage.features import MemberFeatures, RecordFeatures, rank_of

HOUSE_CODE_DIGITS = 11


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says for one period: the content of the received event `sequence`, ended by a withdrawal if there was one."""

    record: int
    source: str
    period: str
    sequence: int
    happened_at: dt.datetime
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    withdrawn_at: dt.datetime | None
    amphoe: str | None
    tambon: str | None
    house: House | None
    needs: dict[Need, bool]
    listed: tuple[tuple[int, Member | None], ...]

    @property
    def newness(self) -> tuple[dt.datetime, int]:
        return (self.happened_at, self.sequence)


def valid_at(ordered: Sequence[Statement], moment: dt.datetime) -> Statement | None:
    """The statement of a record that holds at `moment`: from its own start to the next one's, and never beyond its withdrawal."""
    ends = [*(statement.happened_at for statement in ordered[1:]), None]
    for statement, end in zip(ordered, ends, strict=True):
        begun = statement.happened_at <= moment
        superseded = end is not None and end <= moment
        withdrawn = statement.withdrawn_at is not None and statement.withdrawn_at <= moment
        if begun and not superseded and not withdrawn:
            return statement
    return None


def read_features(pseudonym: str, ordered: Sequence[Statement]) -> RecordFeatures:
    """The address of the newest statement, and every member from the newest statement that lists it."""
    newest = ordered[-1]
    listed: dict[int, Member | None] = {}
    for statement in ordered:
        listed |= dict(statement.listed)
    current = {number for number, _ in newest.listed}
    house = newest.house
    well_formed = house is not None and len(house.house_code or "") == HOUSE_CODE_DIGITS
    return RecordFeatures(
        record=newest.record,
        source=newest.source,
        rank=rank_of(pseudonym),
        house=house.house_ref if house is not None and well_formed else None,
        house_code=house.house_code if house is not None and well_formed else None,
        amphoe=newest.amphoe,
        tambon=newest.tambon,
        moo=None if house is None else house.moo,
        house_no=None if house is None else house.house_no,
        members=tuple(read_member(n, member, current=n in current) for n, member in sorted(listed.items())),
    )


def read_member(number: int, member: Member | None, *, current: bool) -> MemberFeatures:
    """What a member offers to linking; an erased one offers nothing."""
    if member is None:
        return MemberFeatures(member=number, current=current)
    birth = member.birth
    return MemberFeatures(
        member=number,
        rank=rank_of(member.key),
        citizen=member.citizen_ref if member.citizen_valid else None,
        digits=member.citizen_id,
        valid=member.citizen_valid,
        first=normal_name(member.first_name or ""),
        last=normal_name(member.last_name or ""),
        sex=member.sex,
        year=birth.year if birth else None,
        month=birth.month if birth else None,
        day=birth.day if birth else None,
        current=current,
    )
