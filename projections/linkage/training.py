"""Learning a model from the members themselves, without any known truth. Seeded, and blind to the order of arrival.

Chance levels come from random pairs; what matches look like from several sessions of expectation maximisation, each over the pairs of another
recipe with the fields of that recipe left out, joined by geometric mean. How many matches there are is then found over all candidates,
against strangers counted over all pairs there are.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from projections.linkage.candidates import Recipe, cost_of, pairs_of
from projections.linkage.columns import Column, Columns, Ints, Levels, level_matrix
from projections.linkage.model import Comparison, LinkModel, Prior, token_key
from projections.linkage.traits import NORM, Field

Floats = NDArray[np.float64]

RANDOM_PAIRS = 100_000
SESSION_PAIRS = 40_000
SESSIONS = 8
ROUNDS = 40
SMOOTHING = 0.1
LEAST_SHARE = 1e-7
UNSEEN = 0.01
"""The part of the first guess in what matches look like: a mistake that these members do not show is not therefore impossible."""
ANCHOR = 0.02
"""How strongly the pairs of a session that are no matches are taken for strangers: they may be relatives."""
REVIEW = -6_000
LEAST_RELATIVES = 200
LEAST_RELATED_SHARE = 0.1
ATOM_FIELDS = {
    "word": ("first", "last", "rest"), "place": ("area", "point"), "postcode": ("area", "point"), "cell": ("area", "point", "dwelling"),
    "house": ("dwelling", "point", "area"), "door": ("dwelling", "point"), "number": ("dwelling",), "street": ("dwelling", "point"),
    "citizen_head": ("citizen",),
}  # fmt: skip


@dataclass(slots=True)
class Learnt:
    """Shares of levels per comparison (rows) among matches, strangers, relatives; padded with zeros to the longest comparison."""

    matches: Floats
    strangers: Floats
    relatives: Floats | None


def fields_of(recipe: Recipe) -> set[str]:
    """The comparisons that say again what the atoms of a recipe say."""
    found: set[str] = set()
    for atom in recipe:
        found.update(ATOM_FIELDS.get(atom, (atom.removesuffix("_year").removesuffix("_day"),)))
    return found


def _shares(levels: Levels, width: int, sizes: Sequence[int], weights: Floats | None = None) -> Floats:
    """The smoothed share of every level among the known ones, per comparison."""
    found = np.zeros((levels.shape[1], width))
    for position, size in enumerate(sizes):
        counts = np.bincount(levels[:, position], weights=weights, minlength=width).astype(float)
        counts[0] = 0.0
        counts[1:size] += SMOOTHING
        found[position] = counts / counts.sum()
    return found


def _strangers(columns: Columns, sizes: Sequence[int], width: int, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    left = random.integers(0, columns.size, RANDOM_PAIRS)
    right = random.integers(0, columns.size, RANDOM_PAIRS)
    apart = left != right
    found = _shares(level_matrix(columns, left[apart], right[apart]), width, sizes)
    for position, column in enumerate(columns.columns.values()):
        if column.field.rare_counts and column.field.kind not in ("birth", "date"):
            equal = max(usual_share(column), LEAST_SHARE)
            rest = found[position, 2:].sum()
            found[position, 2:] *= (1 - equal) / rest
            found[position, 1] = equal
    return found


def usual_share(column: Column) -> float:
    """How likely two random members with a value have the same one."""
    counts = column.counts().astype(float)
    known = counts.sum()
    return float((counts * (counts - 1)).sum() / max(known * (known - 1), 1.0))


def _patterns(levels: Levels) -> tuple[Levels, Ints]:
    if not len(levels):
        return levels, np.zeros(0, np.int64)
    codes = np.zeros(len(levels), np.int64)
    for position in range(levels.shape[1]):
        codes = codes * 16 + levels[:, position]
        _, codes = np.unique(codes, return_inverse=True)
    _, first, counts = np.unique(codes, return_index=True, return_counts=True)
    return levels[first], counts.astype(np.int64)


def _log_sum(levels: Levels, shares: Floats, used: Sequence[int]) -> Floats:
    total = np.zeros(len(levels))
    for position in used:
        logs = np.log2(np.maximum(shares[position], LEAST_SHARE))
        logs[0] = 0.0
        total += logs[levels[:, position]]
    return total


def _first_guess(sizes: Sequence[int], width: int) -> Floats:
    found = np.zeros((len(sizes), width))
    for position, size in enumerate(sizes):
        steps = 0.5 ** np.arange(size - 1)
        steps[0] += 1.0
        found[position, 1:size] = steps / steps.sum()
    return found


def _anchored(levels: Levels, width: int, weights: Floats, anchor: Floats, strength: float) -> Floats:
    """Shares of levels among pairs that are no matches, drawn towards those of strangers."""
    found = anchor * strength
    for position in range(levels.shape[1]):
        counts = np.bincount(levels[:, position], weights=weights, minlength=width)
        counts[0] = 0.0
        found[position] += counts
    return found / found.sum(axis=1, keepdims=True)


def _session(
    levels: Levels, strangers: Floats, used: Sequence[int], sizes: Sequence[int], width: int
) -> tuple[Floats, float]:
    """(shares among the matches of these pairs, share of matches) by expectation maximisation over distinct patterns."""
    patterns, counts = _patterns(levels)
    matches, share = _first_guess(sizes, width), 0.3
    others, anchor = strangers, ANCHOR * float(counts.sum())
    for _ in range(ROUNDS):
        odds = (
            _log_sum(patterns, matches, used)
            - _log_sum(patterns, others, used)
            + np.log2(share / (1 - share))
        )
        sure = 1 / (1 + np.exp2(-np.clip(odds, -60, 60)))
        weights = sure * counts
        matches = _shares(patterns, width, sizes, weights)
        others = _anchored(patterns, width, counts - weights, strangers, anchor)
        share = float(np.clip(weights.sum() / counts.sum(), 1e-6, 0.98))
    return matches, share


def _session_pairs(columns: Columns, recipe: Recipe, seed: int) -> tuple[Ints, Ints]:
    pairs = np.sort(pairs_of(columns, recipe))
    if len(pairs) > SESSION_PAIRS:
        pairs = np.random.default_rng(seed).choice(pairs, SESSION_PAIRS, replace=False)
    return pairs // columns.size, pairs % columns.size


def choose_sessions(columns: Columns, recipes: Sequence[Recipe]) -> list[Recipe]:
    """Recipes to learn from: enough pairs, at least two fields left to learn, every field left out as seldom as can be."""
    names = set(columns.columns)
    known = {name: int((column.codes >= 0).sum()) for name, column in columns.columns.items()}
    rated: list[tuple[int, float, Recipe]] = []
    for recipe in recipes:
        left = names - fields_of(recipe)
        pairs = cost_of(columns, recipe)
        if len(left) >= 2 and pairs >= max(50, columns.size // 100) and not recipe[0].startswith("number"):
            rated.append((pairs, float(sum(known[name] for name in left)), recipe))
    rated.sort(key=lambda item: (-item[1], -item[0], item[2]))
    chosen: list[Recipe] = []
    seen: dict[str, int] = dict.fromkeys(sorted(names), 0)
    while rated and len(chosen) < SESSIONS:
        best = min(
            rated,
            key=lambda item: (sum(seen[name] for name in fields_of(item[2]) & names), -item[0], item[2]),
        )
        rated.remove(best)
        chosen.append(best[2])
        for name in fields_of(best[2]) & names:
            seen[name] += 1
    return chosen


def _matches(
    columns: Columns,
    recipes: Sequence[Recipe],
    strangers: Floats,
    sizes: Sequence[int],
    width: int,
    seed: int,
) -> Floats:
    logs = np.zeros((len(sizes), width))
    weight = np.zeros((len(sizes), 1))
    names = list(columns.columns)
    for number, recipe in enumerate(choose_sessions(columns, recipes)):
        left, right = _session_pairs(columns, recipe, seed + number)
        levels = level_matrix(columns, left, right)
        used = [position for position, name in enumerate(names) if name not in fields_of(recipe)]
        shares, _ = _session(levels, strangers, used, sizes, width)
        for position in used:
            known = float((levels[:, position] > 0).sum())
            if known >= 30:
                logs[position] += np.log(np.maximum(shares[position], LEAST_SHARE))
                weight[position] += 1
    guess = _first_guess(sizes, width)
    found = np.where(weight > 0, np.exp(logs / np.maximum(weight, 1)), guess)
    for position, size in enumerate(sizes):
        found[position, 0] = 0.0
        found[position, size:] = 0.0
    found = (1 - UNSEEN) * found / found.sum(axis=1, keepdims=True) + UNSEEN * guess
    return found / found.sum(axis=1, keepdims=True)


def _record_mates(columns: Columns, seed: int) -> tuple[Ints, Ints]:
    """Pairs of different members of one record, where records are known."""
    order = np.argsort(columns.record, kind="stable")
    order = order[columns.record[order] >= 0]
    left = np.concatenate([order[:-step] for step in (1, 2) if len(order) > step] or [order[:0]])
    right = np.concatenate([order[step:] for step in (1, 2) if len(order) > step] or [order[:0]])
    together = columns.record[left] == columns.record[right]
    return _sample(left[together], right[together], seed)


def _sample(left: Ints, right: Ints, seed: int) -> tuple[Ints, Ints]:
    if len(left) <= SESSION_PAIRS:
        return left, right
    kept = np.sort(np.random.default_rng(seed).choice(len(left), SESSION_PAIRS, replace=False))
    return left[kept], right[kept]


def _relatives(columns: Columns, known: Learnt, sizes: Sequence[int], width: int, seed: int) -> Floats | None:
    """What two different members of one house look like: from records that hold several, else from houses that hold several."""
    left, right = _record_mates(columns, seed)
    if len(left) >= LEAST_RELATIVES:
        return _shares(level_matrix(columns, left, right), width, sizes)
    houses = [atom for atom in ("house", "door") if atom in columns.atoms]
    if not houses:
        return None
    left, right = _session_pairs(columns, (houses[0],), seed)
    levels = level_matrix(columns, left, right)
    used = [
        position
        for position, name in enumerate(columns.columns)
        if name not in fields_of((houses[0],)) | {"area"}
    ]
    if not used:
        return None
    return _housemates(levels, known, used, sizes, width)


def _housemates(
    levels: Levels, known: Learnt, used: Sequence[int], sizes: Sequence[int], width: int
) -> Floats | None:
    """The shares among those pairs of one house that are not one person; None where there are too few to learn from."""
    patterns, counts = _patterns(levels)
    matches, others, share = _log_sum(patterns, known.matches, used), known.strangers, 0.5
    weights = counts.astype(float)
    for _ in range(ROUNDS):
        odds = matches - _log_sum(patterns, others, used) + np.log2(share / (1 - share))
        weights = counts / (1 + np.exp2(np.clip(odds, -60, 60)))
        others = _shares(patterns, width, sizes, weights)
        share = float(np.clip(1 - weights.sum() / counts.sum(), 1e-6, 1 - 1e-6))
    enough = weights.sum() >= LEAST_RELATIVES and weights.sum() >= LEAST_RELATED_SHARE * counts.sum()
    return others if enough else None


def learn(columns: Columns, recipes: Sequence[Recipe], seed: int) -> Learnt:
    """What matches, strangers and relatives look like among these members."""
    sizes = [len(column.field.levels) for column in columns.columns.values()]
    width = max(sizes)
    strangers = _strangers(columns, sizes, width, seed)
    known = Learnt(_matches(columns, recipes, strangers, sizes, width, seed), strangers, None)
    known.relatives = _relatives(columns, known, sizes, width, seed)
    return known


def weights_of(matches: Floats, others: Floats) -> Ints:
    """Thousandths of a bit per level; 0 where nothing can be compared."""
    found = np.rint(1000 * np.log2(np.maximum(matches, LEAST_SHARE) / np.maximum(others, LEAST_SHARE)))
    found[:, 0] = 0
    return found.astype(np.int64)


def _in_order(field: Field, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Against strangers a weaker agreement never weighs more than a stronger one, which few examples might say. Dates have no such order."""
    if field.kind in ("birth", "date"):
        return weights
    capped = list(weights)
    limit = capped[1]
    for level in range(1, len(capped)):
        if field.levels[level] == "swapped":
            capped[level] = min(capped[level], capped[1])
            continue
        limit = capped[level] = min(limit, capped[level])
    return tuple(capped)


def thinned(model: LinkModel, least: int) -> LinkModel:
    """The model with the counts of common values only; a value that is not listed counts as those left out do on the average."""

    def thin(comparison: Comparison) -> Comparison:
        dropped = [count for count in comparison.common.values() if count < least]
        alone = max(comparison.known - sum(comparison.common.values()), 0)
        members = alone + sum(dropped)
        usual = round((alone + sum(count * count for count in dropped)) / members) if members else 1
        kept = {key: count for key, count in comparison.common.items() if count >= least}
        return msgspec.structs.replace(comparison, common=kept, unlisted=max(usual, 1))

    return named(msgspec.structs.replace(model, comparisons=tuple(thin(one) for one in model.comparisons)))


def build_model(
    columns: Columns, recipes: Sequence[Recipe], learnt: Learnt, within: Prior, across: Prior, seed: int
) -> LinkModel:
    """The model that is stored; its id is a hash of all that it says."""
    strangers = weights_of(learnt.matches, learnt.strangers)
    relatives = strangers if learnt.relatives is None else weights_of(learnt.matches, learnt.relatives)
    comparisons: list[Comparison] = []
    for position, column in enumerate(columns.columns.values()):
        size = len(column.field.levels)
        counts = column.counts()
        known = max(int(counts.sum()), 1)
        name = column.field.name
        comparisons.append(
            Comparison(
                field=column.field,
                strangers=_in_order(column.field, tuple(strangers[position, :size].tolist())),
                relatives=tuple(relatives[position, :size].tolist()),
                matches=tuple(learnt.matches[position, :size].round(9).tolist()),
                chance=tuple(learnt.strangers[position, :size].round(9).tolist()),
                known=known,
                usual=max(usual_share(column), 1 / known),
                common={
                    token_key(name, column.names[token]): int(counts[token])
                    for token in np.flatnonzero(counts > 1)
                }
                if column.field.rare_counts
                else {},
            )
        )
    model = LinkModel(
        model_id="",
        norm=NORM,
        seed=seed,
        recipes=tuple(recipes),
        comparisons=tuple(comparisons),
        within=within,
        across=across,
        review=REVIEW,
        link=0,
        group=0,
        has_relatives=learnt.relatives is not None,
    )
    return named(model)


def named(model: LinkModel) -> LinkModel:
    """The model under the id that its content gives it."""
    bare = msgspec.structs.replace(model, model_id="")
    digest = hashlib.blake2b(msgspec.json.encode(bare), digest_size=8).hexdigest()
    return msgspec.structs.replace(model, model_id=f"lm-{digest}")
