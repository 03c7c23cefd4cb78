"""How well a linking agrees with the truth. Only rows whose truth is known are scored."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Agreement(msgspec.Struct, frozen=True):
    """Precision, recall and their harmonic mean; 0 where nothing was there to be found."""

    precision: float
    recall: float
    f1: float


def agreement(right: float, found: float, true: float) -> Agreement:
    """From the number found rightly, found at all, and there to be found."""
    precision = right / found if found else 0.0
    recall = right / true if true else 0.0
    both = precision + recall
    return Agreement(
        round(precision, 6), round(recall, 6), round(2 * precision * recall / both if both else 0.0, 6)
    )


def labels(texts: Sequence[str]) -> Ints:
    """A number per different text, -1 for "" (unknown)."""
    known: dict[str, int] = {}
    return np.asarray([known.setdefault(text, len(known)) if text else -1 for text in texts], np.int64)


def pair_count(groups: Ints) -> int:
    """The number of pairs inside groups."""
    sizes = np.bincount(groups)
    return int((sizes * (sizes - 1) // 2).sum())


def _both(groups: Ints, truth: Ints) -> tuple[Ints, Ints, Ints]:
    """(group, truth, size) of every non-empty intersection of a group and a true group."""
    width = np.int64(truth.max(initial=0) + 1)
    codes, sizes = np.unique(groups * width + truth, return_counts=True)
    return codes // width, codes % width, sizes.astype(np.int64)


def cluster_pairs(groups: Ints, truth: Ints) -> Agreement:
    """Pairwise agreement of two partitions."""
    kept = truth >= 0
    groups, truth = groups[kept], truth[kept]
    if not len(groups):
        return agreement(0, 0, 0)
    sizes = _both(groups, truth)[2]
    return agreement(int((sizes * (sizes - 1) // 2).sum()), pair_count(groups), pair_count(truth))


def b_cubed(groups: Ints, truth: Ints) -> Agreement:
    """B-cubed agreement: the mean over members of how pure and how whole their group is."""
    kept = truth >= 0
    groups, truth = groups[kept], truth[kept]
    if not len(groups):
        return agreement(0, 0, 0)
    group, true, sizes = _both(groups, truth)
    squares = sizes.astype(float) ** 2
    precision = float((squares / np.bincount(groups)[group]).sum() / len(groups))
    recall = float((squares / np.bincount(truth)[true]).sum() / len(groups))
    return Agreement(
        round(precision, 6), round(recall, 6), round(2 * precision * recall / (precision + recall), 6)
    )


def accepted_pairs(left: Ints, right: Ints, truth: Ints) -> Agreement:
    """Agreement of single pairs with the truth."""
    known = (truth[left] >= 0) & (truth[right] >= 0)
    same = truth[left[known]] == truth[right[known]]
    return agreement(int(same.sum()), int(known.sum()), pair_count(truth[truth >= 0]))


def best_over_cuts(left: Ints, right: Ints, scores: Ints, truth: Ints) -> tuple[float, int]:
    """(best F1, its cut) that single pairs could reach if the truth chose the cut: an oracle."""
    known = (truth[left] >= 0) & (truth[right] >= 0)
    if not known.any():
        return 0.0, 0
    order = np.argsort(-scores[known], kind="stable")
    ordered = scores[known][order]
    right_so_far = np.cumsum(truth[left[known]][order] == truth[right[known]][order])
    f1 = 2 * right_so_far / (np.arange(1, len(order) + 1) + pair_count(truth[truth >= 0]))
    last = np.append(ordered[1:] != ordered[:-1], True)
    best = int(np.where(last, f1, -1.0).argmax())
    return round(float(f1[best]), 6), int(ordered[best])
