"""Whose records an answer shows: the sources and agencies that its items name."""

from collections.abc import Iterable
from typing import cast

import msgspec

EVERYBODY = "*"
"""Stands for every source, where an answer is not told apart by whose records it rests on."""

ONE = ("source", "agency", "reporter", "sender", "receiver")
SEVERAL = ("sources",)
DEEP = ("items", "records", "steps", "referrals", "members", "persons")


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """Of an event: who sent it, and the agency that gave."""

    source: str
    agency: str | None


def agencies_of(shown: object) -> set[str]:
    """The ids of sources and agencies in an item, a list of items, or a structure of them."""
    found: set[str] = set()
    _collect(shown, found)
    return found


def _collect(shown: object, found: set[str]) -> None:
    if isinstance(shown, list | tuple):
        for item in cast("Iterable[object]", shown):
            _collect(item, found)
        return
    if not isinstance(shown, msgspec.Struct):
        return
    fields = shown.__struct_fields__
    for name in ONE:
        if name in fields and isinstance(value := getattr(shown, name), str):
            found.add(value)
    for name in SEVERAL:
        if name in fields and isinstance(value := getattr(shown, name), list | tuple):
            found.update(str(one) for one in cast("Iterable[object]", value))
    for name in DEEP:
        if name in fields:
            _collect(getattr(shown, name), found)
