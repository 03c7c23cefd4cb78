"""From scores to groups: greedy average link inside each connected component, with what people decided in force.

The partition is a function of the set of scores and constraints. Ties are broken by the lowest members, sums are whole numbers, and no order
of arrival enters.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np

from projections.linkage.columns import Ints

NEVER = -(10**12)
"""A score at or below half of this forbids; sums of real scores never come near it."""
ALWAYS = 10**9
LARGEST = 200
"""A component with more members is cut at a higher floor, until its parts are smaller or nothing is left to cut."""
STEP = 1_000
CLOSED = 4.0 * NEVER
"""The mean of two groups that are not to be looked at (again)."""
HIGHEST = 40_000
FEW = 12
"""Up to so many members, groups are joined without arrays."""


REPEATED = 0.7
"""How much of what a pair says is said again by another pair of the same two groups, where none of them can be relatives."""


@dataclass(frozen=True, slots=True)
class Cut:
    """From which mean score two groups are joined: `link` for a single pair, less for more pairs.

    With k pairs worth of independent evidence the odds are prior + k x (mean - prior); they are even at mean = prior x (1 - 1/k).
    `prior` is that prior, thousandths of a bit, at most 0. It is 0 where relatives are among the members: a relative resembles every record of
    a person alike, so that more pairs say no more than one.
    """

    link: int = 0
    prior: int = 0

    def lowest(self, pairs: int) -> float:
        """The lowest mean score that joins groups with so many pairs between them."""
        worth = pairs / (1 + (pairs - 1) * REPEATED)
        return self.link + self.prior * (1 - 1 / worth)


def components(size: int, left: Ints, right: Ints) -> Ints:
    """The lowest member connected with each member."""
    root = np.arange(size, dtype=np.int64)
    if not len(left):
        return root
    while True:
        low = np.minimum(root[left], root[right])
        before = root.copy()
        np.minimum.at(root, root[left], low)
        np.minimum.at(root, root[right], low)
        root = root[root]
        if np.array_equal(before, root):
            return root


def split_large(size: int, left: Ints, right: Ints, scores: Ints) -> tuple[Ints, list[int]]:
    """(root of every member, sizes of the components that were too large); the floor rises for those alone."""
    root = components(size, left, right)
    overflow: list[int] = []
    floor = int(scores.min(initial=0))
    while floor < HIGHEST:
        sizes = np.bincount(root, minlength=size)
        large = sizes > LARGEST
        if not large.any():
            break
        overflow.extend(sizes[large].tolist())
        floor += STEP
        inside = large[root[left]] & (root[left] == root[right])
        kept = ~inside | (scores >= floor)
        left, right, scores = left[kept], right[kept], scores[kept]
        root = components(size, left, right)
    return root, overflow


def members_of(root: Ints) -> list[Ints]:
    """The members of every component of two or more, each ordered, by lowest member."""
    order = np.argsort(root, kind="stable")
    starts = np.flatnonzero(np.concatenate(([True], np.diff(root[order]) != 0)))
    sizes = np.diff(np.append(starts, len(order)))
    return [order[start : start + count] for start, count in zip(starts, sizes, strict=True) if count > 1]


def all_pairs(groups: Sequence[Ints]) -> tuple[Ints, Ints, Ints]:
    """(left, right, start of each group) of all pairs inside groups, in the order that `joins` reads them."""
    left: list[Ints] = []
    right: list[Ints] = []
    starts = [0]
    for group in groups:
        a, b = np.triu_indices(len(group), 1)
        left.append(group[a])
        right.append(group[b])
        starts.append(starts[-1] + len(a))
    if not left:
        empty = np.zeros(0, np.int64)
        return empty, empty, np.asarray(starts, np.int64)
    return np.concatenate(left), np.concatenate(right), np.asarray(starts, np.int64)


def joined(members: Ints, scores: Ints, cut: Cut) -> list[tuple[int, int]]:
    """The joinings of one component, in their order: (lowest member that stays, lowest member that joins it).

    `scores` are those of all pairs of the ordered members, in the order of the upper triangle. The groups with the greatest mean
    score are tried first, the lower members first where means are equal.
    """
    size = len(members)
    if size == 2:
        return [(int(members[0]), int(members[1]))] if scores[0] >= cut.link else []
    if size <= FEW:
        return _joined_few(members.tolist(), scores.tolist(), cut)
    upper = np.triu_indices(size, 1)
    sums = np.zeros((size, size), np.int64)
    sums[upper] = scores
    sums += sums.T
    counts = np.ones(size, np.int64)
    means = np.full((size, size), CLOSED)
    means[upper] = scores
    floor = cut.lowest(size * size)
    found: list[tuple[int, int]] = []
    while True:
        low, high = divmod(int(means.argmax()), size)
        mean = float(means[low, high])
        if mean < floor:
            return found
        if mean < cut.lowest(int(counts[low] * counts[high])):
            means[low, high] = CLOSED
            continue
        found.append((int(members[low]), int(members[high])))
        sums[low] += sums[high]
        sums[:, low] = sums[low]
        counts[low] += counts[high]
        counts[high] = 0
        means[high, :] = means[:, high] = CLOSED
        row = np.where(counts > 0, sums[low] / np.maximum(counts * counts[low], 1), CLOSED)
        means[low, low + 1 :] = row[low + 1 :]
        means[:low, low] = row[:low]


def _joined_few(members: list[int], scores: list[int], cut: Cut) -> list[tuple[int, int]]:
    """The same for so few members that arrays cost more than they save."""
    size = len(members)
    sums: dict[tuple[int, int], int] = {}
    position = 0
    for low in range(size):
        for high in range(low + 1, size):
            sums[low, high] = scores[position]
            position += 1
    counts = [1] * size
    closed: set[tuple[int, int]] = set()
    found: list[tuple[int, int]] = []
    floor = cut.lowest(size * size)
    while True:
        low, high, best = -1, -1, floor
        for pair, total in sums.items():
            mean = total / (counts[pair[0]] * counts[pair[1]])
            if pair not in closed and (mean > best or (mean == best and (low < 0 or pair < (low, high)))):
                (low, high), best = pair, mean
        if low < 0:
            return found
        if best < cut.lowest(counts[low] * counts[high]):
            closed.add((low, high))
            continue
        found.append((members[low], members[high]))
        _absorb(sums, counts, closed, low, high)


def _absorb(
    sums: dict[tuple[int, int], int], counts: list[int], closed: set[tuple[int, int]], low: int, high: int
) -> None:
    """Make one group of two: what others have with the one they have with the other too."""
    del sums[low, high]
    counts[low] += counts[high]
    counts[high] = 0
    for other, count in enumerate(counts):
        if count and other != low:
            kept = (low, other) if low < other else (other, low)
            sums[kept] += sums.pop((high, other) if high < other else (other, high))
            closed.discard(kept)


def replay(size: int, done: Iterable[tuple[int, int]]) -> Ints:
    """The lowest member of every member's group after these joinings, in their order within a component."""
    root = list(range(size))
    members: dict[int, list[int]] = {}
    for low, high in done:
        moved = members.pop(high, [high])
        members.setdefault(low, [low]).extend(moved)
        for member in moved:
            root[member] = low
    return np.asarray(root, np.int64)


def constrained(
    left: Ints, right: Ints, scores: Ints, must: Set[tuple[int, int]], cannot: Set[tuple[int, int]]
) -> Ints:
    """The scores with decisions of people in force: what was confirmed always, what was rejected never; rejection wins."""
    if not must and not cannot:
        return scores
    found = scores.copy()
    for position, pair in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        if pair in cannot:
            found[position] = NEVER
        elif pair in must:
            found[position] = ALWAYS
    return found
