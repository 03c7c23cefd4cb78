"""Hiding small counts from the public, so that neither a count nor a total minus what is shown tells of fewer than K households.

Hidden is null, never 0. A count of 1 to K - 1 is hidden (0 is shown); inside a published total at least two counts are hidden, together at least K; where
a total itself is hidden, at least one of its parts is. What follows from a hidden number of households goes with it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from hub.api.answers import AreaNumbers, NeedCounts, Overview, OverviewAssistance
from hub.api.answers_numbers import HelpCounts, Number, NumbersOverview

Whole = TypeVar("Whole", bound=Overview)
K = 10
PARENT_DIGITS = 4
OF_FINDINGS = ("twice", "unserved", "mistargeted", "exited")
"""Counts that an area has where findings are counted."""


def choose_hidden(
    counts: Sequence[int], *, must: Iterable[int] = (), total_is_shown: bool = True
) -> set[int]:
    """The positions to hide among counts that add up to a total. `must` are hidden for another reason."""
    hidden = {position for position, count in enumerate(counts) if 0 < count < K} | set(must)
    if total_is_shown and not hidden:
        return hidden
    waiting = sorted(
        set(range(len(counts))) - hidden, key=lambda position: (counts[position] == 0, counts[position])
    )
    for position in waiting:
        if _is_safe(counts, hidden, total_is_shown=total_is_shown):
            break
        hidden.add(position)
    return hidden


def _is_safe(counts: Sequence[int], hidden: set[int], *, total_is_shown: bool) -> bool:
    amount = sum(counts[position] for position in hidden)
    if not total_is_shown:
        # The hidden parts of several hidden totals can be taken together: each of them has to be large enough.
        return amount >= min(K, sum(counts))
    # What adds up to 0 may be worked out: 0 is shown anyway.
    return amount == 0 or (len(hidden) >= 2 and amount >= K)


class Parent(msgspec.Struct, frozen=True):
    """An area of the level above: its numbers, and what the public sees of them."""

    whole: AreaNumbers
    shown: AreaNumbers


def to_parents(whole: Sequence[AreaNumbers]) -> dict[str | None, Parent]:
    """The amphoe, for the tambons in them."""
    shown = suppress_areas(whole, {})
    return {area.code: Parent(area, seen) for area, seen in zip(whole, shown, strict=True)}


def suppress_areas(areas: Sequence[AreaNumbers], parents: Mapping[str | None, Parent]) -> list[AreaNumbers]:
    """Areas as the public may see them. `parents` are the areas of the level above by code."""
    groups: dict[str | None, list[int]] = {}
    for position, area in enumerate(areas):
        groups.setdefault(parent_of(area), []).append(position)
    found = list(areas)
    for parent, positions in groups.items():
        group = [areas[position] for position in positions]
        for position, area in zip(positions, suppress_group(group, parents.get(parent)), strict=True):
            found[position] = area
    return found


def parent_of(area: AreaNumbers) -> str | None:
    """The amphoe of a tambon; None for the province."""
    return area.code[:PARENT_DIGITS] if area.code is not None and len(area.code) > PARENT_DIGITS else None


def suppress_group(areas: Sequence[AreaNumbers], parent: Parent | None) -> list[AreaNumbers]:
    """The areas of one parent, column by column; an area whose households are hidden shows no count at all.

    What the parent has and none of its areas (households without a tambon) is one more count, and never shown.
    """

    def hide(read: Callable[[AreaNumbers], int | None], must: Iterable[int] = ()) -> set[int]:
        counts = [read(area) or 0 for area in areas]
        if parent is None:
            return choose_hidden(counts, must=must)
        rest = (read(parent.whole) or 0) - sum(counts)
        never = {len(counts)} if rest > 0 else set[int]()
        total_is_shown = read(parent.shown) is not None
        return choose_hidden([*counts, rest], must={*must, *never}, total_is_shown=total_is_shown)

    def read_need(name: str) -> Callable[[AreaNumbers], int | None]:
        return lambda area: area.needs[name]

    def read_named(name: str) -> Callable[[AreaNumbers], int | None]:
        return lambda area: getattr(area, name)

    rows = hide(lambda area: area.households)
    several = hide(lambda area: area.in_more_than_one, rows)
    helped = hide(lambda area: area.assisted_households, rows)
    needs = {name: hide(read_need(name), rows) for name in (areas[0].needs if areas else ())}
    more = {name: hide(read_named(name), rows) for name in OF_FINDINGS if areas and hasattr(areas[0], name)}
    return [
        _blank(area, position, rows=rows, several=several, helped=helped, needs=needs, more=more)
        for position, area in enumerate(areas)
    ]


def _blank(
    area: AreaNumbers,
    position: int,
    *,
    rows: set[int],
    several: set[int],
    helped: set[int],
    needs: dict[str, set[int]],
    more: dict[str, set[int]],
) -> AreaNumbers:
    changes: dict[str, object] = {}
    if position in rows:
        changes |= {"households": None, "persons": None, "records": None}
    if position in several:
        changes["in_more_than_one"] = None
    if position in helped:
        changes |= {"assisted_households": None, "actions": None, "amount_thb": None}
    changes |= {name: None for name, hidden in more.items() if position in hidden}
    shown = {name: None if position in needs[name] else count for name, count in area.needs.items()}
    if shown != area.needs:
        changes["needs"] = shown
    return msgspec.structs.replace(area, **changes, suppressed=True) if changes else area


def suppress_overview(whole: Whole, areas: list[AreaNumbers]) -> Whole:
    """The totals as the public may see them, with areas that are suppressed already."""
    few = 0 < (whole.households or 0) < K
    help_ = whole.assistance
    few_helped = few or 0 < (help_.households or 0) < K
    shown = msgspec.structs.replace(
        whole,
        records=suppress_parts(whole.records, all_hidden=few),
        in_sources=suppress_parts(whole.in_sources, all_hidden=few),
        households=None if few else whole.households,
        persons=None if few else whole.persons,
        needs={name: _suppress_need(counts, all_hidden=few) for name, counts in whole.needs.items()},
        assistance=OverviewAssistance(
            actions=None if few_helped else help_.actions,
            amount_thb=None if few_helped else help_.amount_thb,
            households=None if few_helped else help_.households,
            unresolved=None if few_helped or 0 < (help_.unresolved or 0) < K else help_.unresolved,
        ),
        areas=areas,
        suppressed=True,
    )
    if isinstance(shown, NumbersOverview):
        shown = msgspec.structs.replace(
            shown,
            numbers=_suppress_numbers(shown, all_hidden=few),
            reported_twice=HelpCounts(actions=None, amount_thb=None),
        )
    return shown


def _suppress_numbers(shown: NumbersOverview, *, all_hidden: bool) -> dict[str, Number]:
    """Values only. In more than one database is a sum of `in_sources`, so it is hidden with any of its parts."""
    parts_hidden = None in shown.in_sources.values()
    hidden = {
        name
        for name, number in shown.numbers.items()
        if all_hidden or 0 < (number.value or 0) < K or (name == "in_more_than_one" and parts_hidden)
    }
    return {
        name: Number(
            value=None if name in hidden else number.value,
            definition_th=number.definition_th,
            definition_en=number.definition_en,
            list=number.list,
        )
        for name, number in shown.numbers.items()
    }


def suppress_parts(parts: dict[str, int | None], *, all_hidden: bool) -> dict[str, int | None]:
    """Named counts that add up to a published total."""
    if all_hidden:
        return dict.fromkeys(parts)
    hidden = choose_hidden([count or 0 for count in parts.values()])
    return {
        name: None if position in hidden else count for position, (name, count) in enumerate(parts.items())
    }


def _suppress_need(counts: NeedCounts, *, all_hidden: bool) -> NeedCounts:
    parts = {"need": counts.need, "no_need": counts.no_need, "unknown": counts.unknown}
    return NeedCounts(**suppress_parts(parts, all_hidden=all_hidden))
