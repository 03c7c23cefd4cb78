"""The part of a record's key that names a member, told apart from the rest. Pure.

Some sources have no number of their own for a household, so that its key holds the citizen id or the name of its head. What names a member is
sealed with that member and not with the house: erasing the member then leaves it nowhere.
"""

from collections.abc import Sequence

import msgspec

from contracts.records import House, Member
from contracts.thai.names import normal_name

DIVIDER = "|"


def part_key(house: House, members: Sequence[Member]) -> tuple[House, tuple[Member, ...]]:
    """House and members as they are sealed. A part of the key that no member owns goes with the head, else with the first."""
    rest, divider, named = house.record_key.rpartition(DIVIDER)
    if not members or not named:
        return house, tuple(members)
    place = _owner(named, members)
    if place is None:
        if not divider:
            return house, tuple(members)
        place = next((at for at, member in enumerate(members) if member.is_head), 0)
    kept = tuple(
        msgspec.structs.replace(member, key_part=named) if at == place else member
        for at, member in enumerate(members)
    )
    return msgspec.structs.replace(house, record_key=rest + divider), kept


def join_key(house: House | None, members: Sequence[Member | None]) -> House | None:
    """The house with its whole key again; without the part of a member who is erased."""
    if house is None:
        return None
    for member in members:
        if member is not None and member.key_part is not None:
            return msgspec.structs.replace(house, record_key=house.record_key + member.key_part)
    return house


def without_part(record_key: str, key_part: str) -> str:
    """A whole key without the part of one member, as the house section holds it."""
    return record_key.removesuffix(key_part)


def _owner(named: str, members: Sequence[Member]) -> int | None:
    for place, member in enumerate(members):
        if named in {member.citizen_id, _name(member)}:
            return place
    return None


def _name(member: Member) -> str:
    parts = (normal_name(member.first_name or ""), normal_name(member.last_name or ""))
    return " ".join(part for part in parts if part)
