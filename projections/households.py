"""The households of linked records over world time. Pure: statements and links in, rectangles' world sides out."""

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence

import msgspec

from contracts.records import NEEDS
from projections.statements import Facts, Segment, Statement

Newness = tuple[dt.datetime, int]
Needs = tuple[bool | None, ...]
UNKNOWN: Needs = (None,) * len(NEEDS)


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """A household looks the same from `start` until `end`: `basis` are the sequences of its statements, in order.

    `needs` are the preferred ones; `standing` is `poor`, `not_poor`, `exited` (no longer poor) or None (unknown).
    """

    start: dt.datetime
    end: dt.datetime | None
    basis: tuple[int, ...]
    persons: int
    needs: Needs = UNKNOWN
    standing: str | None = None


class HouseholdFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The preferred values of a household: of each field the newest statement that has one."""

    amphoe: str | None
    tambon: str | None
    moo: int | None
    sources: tuple[str, ...]
    needs: tuple[bool | None, ...]
    level: int | None
    head_name: str | None
    house_code: str | None
    house_no: str | None
    lon: float | None
    lat: float | None


def newness(statement: Statement) -> Newness:
    """By what the newest of several statements is chosen."""
    return (statement.happened_at, statement.sequence)


def _breaks(timelines: Mapping[int, Sequence[Segment]]) -> list[dt.datetime | None]:
    instants = {segment.start for line in timelines.values() for segment in line}
    ends = {segment.end for line in timelines.values() for segment in line}
    bounded = sorted(instants | {end for end in ends if end is not None})
    return [*bounded, None] if None in ends else [*bounded]


def _valid_in(line: Sequence[Segment], start: dt.datetime) -> Statement | None:
    for segment in line:
        if segment.start <= start and (segment.end is None or start < segment.end):
            return segment.statement
    return None


def _count_homes(
    statements: Mapping[int, Statement], household_of: Mapping[int, int], person_of: Mapping[int, int]
) -> dict[int, int]:
    homes: dict[int, tuple[Newness, int]] = {}
    for record, statement in statements.items():
        here = (newness(statement), household_of[record])
        for member in statement.members:
            person = person_of[member.member]
            if person not in homes or homes[person] < here:
                homes[person] = here
    counts: dict[int, int] = {}
    for _, household in homes.values():
        counts[household] = counts.get(household, 0) + 1
    return counts


def build_stretches(
    timelines: Mapping[int, Sequence[Segment]],
    household_of: Mapping[int, int],
    person_of: Mapping[int, int],
    poor_levels: Collection[int],
) -> dict[int, list[Stretch]]:
    """The stretches of every household of a connected set of records, oldest first, equal neighbours joined.

    A person is counted in one household at a time: that of the newest statement that lists one of its members. `poor_levels` are the
    levels that mean poor.
    """
    if len(timelines) == 1:
        ((record, line),) = timelines.items()
        return {household_of[record]: _judge_standing(_stretches_of_one(line, person_of), poor_levels)}
    found = _build(timelines, household_of, person_of)
    return {household: _judge_standing(line, poor_levels) for household, line in found.items()}


def _build(
    timelines: Mapping[int, Sequence[Segment]], household_of: Mapping[int, int], person_of: Mapping[int, int]
) -> dict[int, list[tuple[Stretch, int | None]]]:
    breaks = _breaks(timelines)
    found: dict[int, list[tuple[Stretch, int | None]]] = {household_of[record]: [] for record in timelines}
    for start, end in itertools.pairwise(breaks):
        if start is None:
            break
        valid = {record: s for record, line in timelines.items() if (s := _valid_in(line, start)) is not None}
        homes = _count_homes(valid, household_of, person_of)
        bases: dict[int, list[Statement]] = {}
        for record, statement in valid.items():
            bases.setdefault(household_of[record], []).append(statement)
        for household, basis in bases.items():
            _extend(found[household], start, end, basis, homes.get(household, 0))
    return found


def _stretches_of_one(
    line: Sequence[Segment], person_of: Mapping[int, int]
) -> list[tuple[Stretch, int | None]]:
    """The same where nothing is linked: each statement is a stretch of its own, given with its level."""
    return [
        (
            Stretch(
                segment.start,
                segment.end,
                (segment.statement.sequence,),
                len({person_of[member.member] for member in segment.statement.members}),
                segment.statement.facts.needs,
            ),
            segment.statement.facts.level,
        )
        for segment in line
    ]


def _extend(
    line: list[tuple[Stretch, int | None]],
    start: dt.datetime,
    end: dt.datetime | None,
    statements: list[Statement],
    persons: int,
) -> None:
    basis = tuple(sorted(statement.sequence for statement in statements))
    if line:
        last, level = line[-1]
        if last.end == start and (last.basis, last.persons) == (basis, persons):
            line[-1] = (Stretch(last.start, end, basis, persons, last.needs), level)
            return
    if len(statements) == 1:
        needs, level = statements[0].facts.needs, statements[0].facts.level
    else:
        newest_first = [one.facts for one in sorted(statements, key=newness, reverse=True)]
        needs = tuple(_first_need(newest_first, position) for position in range(len(NEEDS)))
        level = _first_level(newest_first)
    line.append((Stretch(start, end, basis, persons, needs), level))


def _judge_standing(
    line: Sequence[tuple[Stretch, int | None]], poor_levels: Collection[int]
) -> list[Stretch]:
    """The stretches of a household with its standing: exited is who is not poor and was, at any time before."""
    found: list[Stretch] = []
    was_poor = False
    for stretch, level in line:
        needs = stretch.needs
        if True in needs or (level is not None and level in poor_levels):
            standing, was_poor = "poor", True
        elif level is None and False not in needs:
            standing = None
        else:
            standing = "exited" if was_poor else "not_poor"
        found.append(Stretch(stretch.start, stretch.end, stretch.basis, stretch.persons, needs, standing))
    return found


def prefer(basis: Sequence[tuple[str, Statement]]) -> HouseholdFacts:
    """The preferred values among the statements of a household, each given with its source."""
    if len(basis) == 1:
        source, only = basis[0]
        return _only(source, only.facts)
    newest_first = [s.facts for _, s in sorted(basis, key=lambda item: newness(item[1]), reverse=True)]
    with_moo = next((facts for facts in newest_first if facts.moo is not None), newest_first[0])
    placed = next((facts for facts in newest_first if facts.amphoe is not None), with_moo)
    point = next((facts for facts in newest_first if facts.lon is not None), newest_first[0])
    return HouseholdFacts(
        amphoe=placed.amphoe,
        tambon=placed.tambon,
        moo=placed.moo,
        sources=tuple(sorted(source for source, _ in basis)),
        needs=tuple(_first_need(newest_first, position) for position in range(len(NEEDS))),
        level=_first_level(newest_first),
        head_name=next((facts.head_name for facts in newest_first if facts.head_name), None),
        house_code=next((facts.house_code for facts in newest_first if facts.house_code), None),
        house_no=next((facts.house_no for facts in newest_first if facts.house_no), None),
        lon=point.lon,
        lat=point.lat,
    )


def _only(source: str, facts: Facts) -> HouseholdFacts:
    return HouseholdFacts(
        amphoe=facts.amphoe,
        tambon=facts.tambon,
        moo=facts.moo,
        sources=(source,),
        needs=facts.needs,
        level=facts.level,
        head_name=facts.head_name or None,
        house_code=facts.house_code or None,
        house_no=facts.house_no or None,
        lon=facts.lon,
        lat=facts.lat,
    )


def _first_level(newest_first: Sequence[Facts]) -> int | None:
    return next((facts.level for facts in newest_first if facts.level is not None), None)


def _first_need(newest_first: Sequence[Facts], position: int) -> bool | None:
    return next((facts.needs[position] for facts in newest_first if facts.needs[position] is not None), None)
