"""What the six numbers could become by deciding the links that nobody has decided yet. Pure.

`distinct` and `in_more_than_one` are counted with all undecided links joined and with none. What rests on help or on needs would have to be
judged again for every way of deciding, so its bounds are what cannot be passed whatever is decided: a household without an undecided
link stays as it is; one that two become counts at most once, and only where there is something in them that could make it count.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from hub.counting.columns import Numbers
from hub.counting.moment import Mask, Moment

EXITED, POOR = "exited", "poor"


class Bounds(msgspec.Struct, frozen=True):
    """At least and at most so many."""

    low: int
    high: int


def find_bounds(moment: Moment, sets: Mapping[str, Mask], inside: Mask) -> dict[str, Bounds]:
    """The bounds of each of the six numbers, among the households that are inside."""
    groups = find_groups(moment.edges)
    values = {name: int(np.count_nonzero(chosen & inside)) for name, chosen in sets.items()}
    households = int(np.count_nonzero(inside))
    found = {
        "distinct": Bounds(households - _count_merged(moment, inside), households),
        "in_more_than_one": _across_sources(moment, sets["in_more_than_one"], inside),
    }
    given = _count_help(moment)
    standing = moment.facts.words["standing"]
    fallible = [standing.number(EXITED), standing.number(POOR)]
    was_poor = np.isin(moment.households.standing, fallible)
    could: dict[str, Mask | None] = {
        "twice": given > 0,
        "unserved": None,
        "mistargeted": given > 0,
        "exited": was_poor,
    }
    for name, potential in could.items():
        low, high = values[name], values[name]
        for group in groups:
            chosen = [one for one in group if sets[name][one] and inside[one]]
            low -= len(chosen)
            if potential is not None and potential[group].any():
                high += (len(group) - len(chosen)) // 2
        found[name] = Bounds(low, high)
    return found


def find_groups(edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The households that could all be one, by position; each of them has an undecided link."""
    parent: dict[int, int] = {}

    def root(position: int) -> int:
        parent.setdefault(position, position)
        while (above := parent[position]) != position:
            parent[position] = parent[above]
            position = above
        return position

    for a, b in edges:
        first, second = root(a), root(b)
        if first != second:
            parent[max(first, second)] = min(first, second)
    groups: dict[int, list[int]] = {}
    for position in sorted(parent):
        groups.setdefault(root(position), []).append(position)
    return list(groups.values())


def _within(moment: Moment, inside: Mask) -> list[list[int]]:
    """The groups that the pairs make of which both are inside."""
    return find_groups([(a, b) for a, b in moment.edges if inside[a] and inside[b]])


def _count_merged(moment: Moment, inside: Mask) -> int:
    """How many households fewer there are when every undecided pair is one."""
    return sum(len(group) - 1 for group in _within(moment, inside))


def _across_sources(moment: Moment, chosen: Mask, inside: Mask) -> Bounds:
    """Households of more than one database, with all undecided links joined and with none."""
    texts = moment.facts.words["sources"].texts
    apart = joined = int(np.count_nonzero(chosen & inside))
    for group in _within(moment, inside):
        joined -= sum(bool(chosen[one]) for one in group)
        sources = {word for one in group for word in texts[int(moment.households.sources[one])].split()}
        joined += len(sources) > 1
    return Bounds(min(apart, joined), max(apart, joined))


def _count_help(moment: Moment) -> Numbers:
    """How many actions belong to each household."""
    at = moment.help.at
    return np.bincount(at[at >= 0], minlength=len(moment.households.number)).astype(np.int64)
