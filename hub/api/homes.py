"""Where a person was at home, over the world's time. Pure."""

import datetime as dt
import itertools
import uuid
from collections.abc import Sequence

import msgspec

from contracts.records import Member
from hub.api.answers_story import PersonHome, PersonMember


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a household in which the statement `sequence` lists a person at `position`."""

    household: int
    household_id: uuid.UUID
    amphoe: str | None
    since: dt.datetime
    until: dt.datetime | None
    source: str
    sequence: int
    period: str
    happened_at: dt.datetime
    position: int
    member: Member | None

    def holds_at(self, moment: dt.datetime) -> bool:
        """Whether the household is so at this instant."""
        return self.since <= moment and (self.until is None or moment < self.until)


def home_at(listings: Sequence[Listing], moment: dt.datetime) -> Listing | None:
    """The household with the newest statement that lists the person."""
    held = [one for one in listings if one.holds_at(moment)]
    return max(held, key=lambda one: (one.happened_at, one.sequence)) if held else None


def list_homes(listings: Sequence[Listing]) -> list[PersonHome]:
    """The households at which a person was at home, one after the other, equal neighbours joined."""
    ends = {one.until for one in listings if one.until is not None}
    breaks: list[dt.datetime | None] = [*sorted({one.since for one in listings} | ends)]
    if any(one.until is None for one in listings):
        breaks.append(None)
    homes: list[PersonHome] = []
    for since, until in itertools.pairwise(breaks):
        home = None if since is None else home_at(listings, since)
        if since is None or home is None:
            continue
        last = homes[-1] if homes else None
        if last is not None and last.until == since and last.household_id == home.household_id:
            homes[-1] = msgspec.structs.replace(last, until=until)
            continue
        homes.append(
            PersonHome(
                household_id=home.household_id,
                since=since,
                until=until,
                source=home.source,
                sequence=home.sequence,
            )
        )
    return homes


def list_members(listings: Sequence[Listing], *, personal: bool) -> list[PersonMember]:
    """Each listing of the person in a statement, and as long as the statement held; names only where they may be seen."""
    groups: dict[tuple[int, int], list[Listing]] = {}
    for one in listings:
        groups.setdefault((one.sequence, one.position), []).append(one)
    found = [_to_member(group, personal=personal) for group in groups.values()]
    return sorted(found, key=lambda one: (one.happened_at, one.sequence, one.position))


def _to_member(group: Sequence[Listing], *, personal: bool) -> PersonMember:
    first = group[0]
    ends = [one.until for one in group]
    shown = PersonMember(
        source=first.source,
        sequence=first.sequence,
        period=first.period,
        position=first.position,
        happened_at=first.happened_at,
        until=None if None in ends else max(end for end in ends if end is not None),
    )
    if not personal:
        return shown
    member = first.member
    return msgspec.structs.replace(
        shown,
        title=None if member is None else member.title,
        first_name=None if member is None else member.first_name,
        last_name=None if member is None else member.last_name,
        relation=None if member is None else member.relation,
        citizen_id=None if member is None else member.citizen_id,
    )
