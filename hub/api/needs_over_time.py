"""How needs and levels of a household went over the world's time, and what each source itself said. Pure."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from contracts.records import NEEDS
from contracts.sources.originals import DIMENSIONS, WORDED, Originals, originals_of
from hub.api.answers import UNSET
from hub.api.answers_story import LevelPoint, NeedStretch
from hub.api.provenance import BasisStatement

_originals: msgspec.msgpack.Decoder[Originals] = msgspec.msgpack.Decoder(Originals)


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A household from `since` until `until`: the statements it rests on, its needs in the order of NEEDS."""

    since: dt.datetime
    until: dt.datetime | None
    basis: frozenset[int]
    needs: tuple[bool | None, ...]


def list_levels(statements: Sequence[BasisStatement]) -> list[LevelPoint]:
    """Every level that a statement gives, the oldest first."""
    return [
        LevelPoint(
            happened_at=one.happened_at,
            reported_at=one.reported_at,
            source=one.source,
            sequence=one.sequence,
            level=one.facts.level,
        )
        for one in statements
        if one.facts.level is not None
    ]


def list_needs(
    stretches: Sequence[Stretch], statements: Sequence[BasisStatement], *, personal: bool
) -> dict[str, list[NeedStretch]]:
    """Of each need its stretches, equal neighbours joined; a source's own words only where they may be seen."""
    newest_first = sorted(statements, key=lambda one: (one.happened_at, one.sequence), reverse=True)
    found: dict[str, list[NeedStretch]] = {need: [] for need in NEEDS}
    for stretch in stretches:
        standing = [one for one in newest_first if one.sequence in stretch.basis]
        for place, need in enumerate(NEEDS):
            said = next((one for one in standing if one.facts.needs[place] is not None), None)
            _extend(found[need], stretch, stretch.needs[place], said, need, personal=personal)
    return found


def _extend(
    line: list[NeedStretch],
    stretch: Stretch,
    value: bool | None,  # noqa: FBT001 - a need is yes, no or unknown
    said: BasisStatement | None,
    need: str,
    *,
    personal: bool,
) -> None:
    sequence = None if said is None else said.sequence
    if line:
        last = line[-1]
        if last.until == stretch.since and (last.value, last.sequence) == (value, sequence):
            line[-1] = msgspec.structs.replace(last, until=stretch.until)
            return
    line.append(
        NeedStretch(
            since=stretch.since,
            until=stretch.until,
            value=value,
            source=None if said is None else said.source,
            sequence=sequence,
            original=original_of(said, need) if personal and said is not None else UNSET,
        )
    )


def original_of(one: BasisStatement, need: str) -> dict[str, object]:
    """What a statement says about a need in the source's own words: of the household, of each member, and the scores it rests on."""
    packed = originals_of(
        one.source, one.document.house, tuple(listed.member for listed in one.document.members)
    )
    said = _originals.decode(packed) if packed else Originals()
    place = _place(one.source, need)
    if one.source == "thaiqm":
        return {"problems": list(said.texts)}
    found: dict[str, object] = {}
    if place is not None and place < len(said.texts):
        found["household"] = said.texts[place]
    if place is not None and any(said.members):
        found["members"] = [texts[place] if place < len(texts) else "" for texts in said.members]
    if said.components:
        found["components"] = said.components
    if said.capitals:
        found["capitals"] = said.capitals
    return found


def _place(source: str, need: str) -> int | None:
    """Where the texts of a source speak of a need."""
    order: Sequence[str] = NEEDS
    if source == "mso_logbook":
        order = tuple(DIMENSIONS.values())
    elif source == "pppconnext":
        order = WORDED
    return order.index(need) if need in order else None
