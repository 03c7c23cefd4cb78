"""What an event changed in a household. Pure: its state as known before and after, the differences out."""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from contracts.records import NEEDS
from hub.replay.sentences import Change


class HouseholdState(msgspec.Struct, frozen=True, kw_only=True):
    """A household at v as known at one sequence. `persons` is None where it does not exist; `findings` are class/need/state."""

    household_id: uuid.UUID
    amphoe: str | None
    records: tuple[str, ...]
    persons: int | None
    level: int | None
    standing: str | None
    needs: tuple[bool | None, ...]
    actions: int
    satang: int
    reported_twice: int
    findings: tuple[str, ...]


def fields_of(state: HouseholdState, *, helped: bool) -> Mapping[str, object]:
    """What is compared, in the order in which it is told; help and what follows from it only where `helped`."""
    told: dict[str, object] = {
        "records": list(state.records),
        "persons": state.persons,
        **dict(zip(NEEDS, state.needs, strict=True)),
        "level": state.level,
        "standing": state.standing,
    }
    if helped:
        told |= {
            "actions": state.actions,
            "help_thb": state.satang / 100,
            "reported_twice": state.reported_twice,
            "findings": list(state.findings),
        }
    return told


def list_changes(before: HouseholdState, after: HouseholdState, *, helped: bool) -> list[Change]:
    """The fields that differ."""
    was, now = fields_of(before, helped=helped), fields_of(after, helped=helped)
    return [Change(field=name, before=was[name], after=now[name]) for name in was if was[name] != now[name]]


def move(position: int, sequences: Sequence[int], command: str) -> int | None:
    """Where a reader goes from a place in a history: n(ext), p(revious), q(uit), or a sequence, or the one after it that is there.

    None ends the reading; what is no command leaves it where it is.
    """
    command = command.strip().lower()
    if command in ("q", "quit"):
        return None
    if command in ("", "n"):
        return min(position + 1, len(sequences) - 1)
    if command == "p":
        return max(position - 1, 0)
    if command.isdecimal():
        wanted = int(command)
        return next((place for place, one in enumerate(sequences) if one >= wanted), len(sequences) - 1)
    return position
