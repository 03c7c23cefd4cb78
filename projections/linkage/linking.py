"""The stages of linking many members, as pure functions: prepare, meet, learn, score, group. A caller times and stores them.

The fold does the same for one record at a time with `weighing`, `compare` and `cluster`, over the same levels, weights and joinings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from projections.linkage.candidates import Recipe
from projections.linkage.columns import Columns, Ints
from projections.linkage.grouping import Cut, all_pairs, constrained, joined, members_of, replay, split_large
from projections.linkage.model import LinkModel, Prior
from projections.linkage.priors import find_priors, group_prior
from projections.linkage.scoring import Scored, Scorer, settle
from projections.linkage.training import build_model, learn, named

SEED = 20_260_101
NO_PRIOR = Prior(strangers=0, relatives=0)
Pairs = frozenset[tuple[int, int]]


@dataclass(slots=True)
class Graph:
    """All pairs inside the components at the review floor, with their scores in the order that `joined` reads them."""

    components: list[Ints]
    left: Ints
    right: Ints
    scores: Ints
    starts: Ints
    overflow: list[int]


def train(columns: Columns, recipes: Sequence[Recipe], left: Ints, right: Ints) -> tuple[LinkModel, Scored]:
    """A model learnt from these members and their candidates, and the candidates weighed by it."""
    learnt = learn(columns, recipes, SEED)
    model = build_model(columns, recipes, learnt, NO_PRIOR, NO_PRIOR, SEED)
    weighed = Scorer(columns, model).weigh(left, right)
    within, across = find_priors(columns, weighed, has_relatives=model.has_relatives)
    group = 0 if model.has_relatives else group_prior(columns, within, across)
    return named(msgspec.structs.replace(model, within=within, across=across, group=group)), weighed


def score(model: LinkModel, weighed: Scored) -> Ints:
    """The scores of weighed candidates."""
    return settle(model, weighed)


def graph(
    scorer: Scorer,
    left: Ints,
    right: Ints,
    scores: Ints,
    must: Pairs = frozenset(),
    cannot: Pairs = frozenset(),
) -> Graph:
    """The components at the review floor with every pair inside them scored, candidates or not.

    `must` and `cannot` are pairs (low, high) that people confirmed and rejected; a confirmed pair connects whatever its score.
    """
    model = scorer.model
    kept = scores >= model.review
    edges_left, edges_right, edges_scores = left[kept], right[kept], scores[kept]
    if must:
        extra = np.asarray(sorted(must), np.int64)
        edges_left = np.concatenate((edges_left, extra[:, 0]))
        edges_right = np.concatenate((edges_right, extra[:, 1]))
        edges_scores = np.concatenate((edges_scores, np.full(len(extra), 10**9, np.int64)))
    root, overflow = split_large(scorer.columns.size, edges_left, edges_right, edges_scores)
    groups = members_of(root)
    inner_left, inner_right, starts = all_pairs(groups)
    inner = constrained(inner_left, inner_right, scorer.scores(inner_left, inner_right), must, cannot)
    return Graph(groups, inner_left, inner_right, inner, starts, overflow)


def cut_of(model: LinkModel) -> Cut:
    """Where groups are joined under this model."""
    return Cut(link=model.link, prior=model.group)


def persons(size: int, found: Graph, cut: Cut) -> Ints:
    """The lowest member of every member's person at this cut."""
    done: list[tuple[int, int]] = []
    for number, group in enumerate(found.components):
        scores = found.scores[int(found.starts[number]) : int(found.starts[number + 1])]
        done.extend(joined(group, scores, cut))
    return replay(size, done)
