"""The scores of many pairs under a model, equal to the thousandth of a bit to judging each alone (`projections/linkage/model.py`)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projections.linkage.columns import Columns, Ints, Levels, level_matrix
from projections.linkage.model import (
    BOTH_VALID_AND_DIFFERENT,
    DIFFERENT_BIRTH,
    DIFFERENT_NAME,
    LinkModel,
    Prior,
    rare_level,
    rare_weight,
    token_key,
)

Flags = NDArray[np.bool_]
PORTION = 500_000
VETO = -(10**12)
"""The score of a pair that can never be linked by itself: no sum of scores makes up for it."""


@dataclass(slots=True)
class Scored:
    """Pairs with their scores against both worlds before the prior, and what forbids them."""

    left: Ints
    right: Ints
    levels: Levels
    strangers: Ints
    relatives: Ints
    one_source: Flags
    vetoed: Flags
    contradicts: Flags


def _rare(columns: Columns, model: LinkModel) -> dict[str, Ints]:
    found: dict[str, Ints] = {}
    for comparison in model.comparisons:
        column = columns.columns.get(comparison.field.name)
        if column is None or not comparison.field.rare_counts:
            continue
        of_count: dict[int, int] = {}
        per_token: list[int] = []
        for token in column.names:
            count = comparison.common.get(token_key(comparison.field.name, token), comparison.unlisted)
            if count not in of_count:
                of_count[count] = rare_weight(comparison.usual, count / comparison.known)
            per_token.append(of_count[count])
        found[comparison.field.name] = np.asarray(per_token, np.int64)[column.tokens]
    return found


class Scorer:
    """Scores pairs of the members of some columns under a model."""

    def __init__(self, columns: Columns, model: LinkModel) -> None:
        self.columns = columns
        self.model = model
        self.rare = _rare(columns, model)

    def weigh(self, left: Ints, right: Ints) -> Scored:
        """The pairs weighed, in their order."""
        return weigh(self.columns, self.model, self.rare, left, right)

    def scores(self, left: Ints, right: Ints) -> Ints:
        """The score of every pair, VETO where it is forbidden."""
        parts = [
            settle(self.model, self.weigh(left[start : start + PORTION], right[start : start + PORTION]))
            for start in range(0, len(left), PORTION)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def weigh(columns: Columns, model: LinkModel, rare: dict[str, Ints], left: Ints, right: Ints) -> Scored:
    """The weights of pairs against strangers and relatives, without prior."""
    levels = level_matrix(columns, left, right)
    strangers = np.zeros(len(left), np.int64)
    relatives = np.zeros(len(left), np.int64)
    known = {comparison.field.name: comparison for comparison in model.comparisons}
    for position, (name, column) in enumerate(columns.columns.items()):
        comparison = known.get(name)
        if comparison is None:
            continue
        level = levels[:, position]
        strangers += np.asarray(comparison.strangers, np.int64)[level]
        relatives += np.asarray(comparison.relatives, np.int64)[level]
        if name in rare:
            counts = np.flatnonzero((level > 0) & (level <= rare_level(comparison.field.kind)))
            a, b = column.codes[left[counts]], column.codes[right[counts]]
            strangers[counts] += np.minimum(rare[name][a], rare[name][b])
    return Scored(
        left=left,
        right=right,
        levels=levels,
        strangers=strangers,
        relatives=relatives,
        one_source=columns.source[left] == columns.source[right],
        vetoed=_vetoed(columns, levels, left, right),
        contradicts=_contradicts(columns, levels, left),
    )


def _vetoed(columns: Columns, levels: Levels, left: Ints, right: Ints) -> Flags:
    vetoed = (columns.record[left] >= 0) & (columns.record[left] == columns.record[right])
    names = list(columns.columns)
    if "citizen" in names:
        vetoed |= levels[:, names.index("citizen")] == BOTH_VALID_AND_DIFFERENT
    return vetoed


def _contradicts(columns: Columns, levels: Levels, left: Ints) -> Flags:
    names = list(columns.columns)
    if not {"citizen", "first", "birth"} <= set(names):
        return np.zeros(len(levels), np.bool_)
    level = {name: levels[:, position] for position, name in enumerate(names)}
    citizen = columns.columns["citizen"]
    found: Flags = (
        (level["citizen"] == 1) & (level["birth"] == DIFFERENT_BIRTH) & (level["first"] == DIFFERENT_NAME)
    )
    valid = np.asarray([value[1] for value in citizen.values], np.bool_)[citizen.codes[left]]
    return found & (valid | (level["last"] == DIFFERENT_NAME if "last" in level else False))


def with_prior(pairs: Scored, within: Prior, across: Prior, *, has_relatives: bool) -> Ints:
    """The scores with their priors; vetoes are left to `settle`."""
    strangers = pairs.strangers + np.where(pairs.one_source, within.strangers, across.strangers)
    if not has_relatives:
        return strangers
    return np.minimum(
        strangers, pairs.relatives + np.where(pairs.one_source, within.relatives, across.relatives)
    )


def settle(model: LinkModel, pairs: Scored) -> Ints:
    """The final scores: vetoes in force, borrowed ids held below the cut."""
    found = with_prior(pairs, model.within, model.across, has_relatives=model.has_relatives)
    held = np.maximum(np.minimum(found, model.link - 1), model.review)
    found = np.where(pairs.contradicts, held, found)
    found[pairs.vetoed] = VETO
    return found
