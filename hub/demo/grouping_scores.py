"""How well things were put together: pairs and whole groups, found against true. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

import msgspec

Group = TypeVar("Group", bound=Hashable)


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How many there should be, how many were found, and how many of these are right. A share of nothing is None."""

    expected: int
    found: int
    right: int

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.right / self.expected if self.expected else None


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs put together, and groups that hold exactly the right ones."""

    pairs: Score
    groups: Score


def score_sets(expected: Collection[Hashable], found: Collection[Hashable]) -> Score:
    """Of two sets."""
    one, other = frozenset(expected), frozenset(found)
    return Score(expected=len(one), found=len(other), right=len(one & other))


def score_groups(things: Sequence[tuple[Hashable, Hashable]]) -> Grouping:
    """Of things given as (true group, found group)."""
    true_sizes = Counter(true for true, _ in things)
    found_sizes = Counter(found for _, found in things)
    both = Counter(things)
    exact = sum(size == true_sizes[true] == found_sizes[found] for (true, found), size in both.items())
    return Grouping(
        pairs=Score(expected=_pairs(true_sizes), found=_pairs(found_sizes), right=_pairs(both)),
        groups=Score(expected=len(true_sizes), found=len(found_sizes), right=exact),
    )


def _pairs(sizes: Mapping[Group, int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def score_labelled(
    things: Sequence[tuple[Hashable, Hashable]], labels: Sequence[Collection[str]]
) -> dict[str, Score]:
    """By label: the pairs of which at least one thing bears it. `labels` stands beside `things`."""
    true_sizes = Counter(true for true, _ in things)
    found_sizes = Counter(found for _, found in things)
    both = Counter(things)
    labelled: dict[str, list[tuple[Hashable, Hashable]]] = defaultdict(list)
    for thing, names in zip(things, labels, strict=True):
        for name in names:
            labelled[name].append(thing)
    return {
        name: Score(
            expected=_touching(Counter(true for true, _ in bearers), true_sizes),
            found=_touching(Counter(found for _, found in bearers), found_sizes),
            right=_touching(Counter(bearers), both),
        )
        for name, bearers in sorted(labelled.items())
    }


def _touching(bearers: Mapping[Group, int], sizes: Mapping[Group, int]) -> int:
    """The pairs with at least one bearer: with each of the others, and with each other once."""
    return sum(count * (sizes[group] - count) + count * (count - 1) // 2 for group, count in bearers.items())
