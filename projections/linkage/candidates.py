"""Who is compared with whom: recipes of keys chosen by what they cost, a key being the values of two or three atoms.

A recipe and its stop list belong to the model: which value is too common is settled when the model is trained, never by who came first.
"""

import hashlib
import itertools
from collections.abc import Sequence

import numpy as np

from projections.linkage.columns import Columns, Ints

Recipe = tuple[str, ...]

BLOCK = 120
"""A key under which more members than this meet is on the stop list of its recipe."""
PAIRS_PER_MEMBER = 200
MOST_PAIRS = 4_000_000
SHARE = 10
"""No recipe may cost more than this part of the budget, so that one coarse key does not crowd out the others."""
STRONG = ("citizen", "phone", "house")
TOO_COARSE = 3
"""An atom with fewer values than this cannot be part of a key."""


def _related(a: str, b: str) -> bool:
    """Whether two atoms say the same thing, so that their combination is no narrower."""
    head = a.split("_")[0]
    return head == b.split("_")[0] or {a, b} in ({"place", "postcode"}, {"place", "cell"}, {"house", "door"})


def possible_recipes(atoms: Sequence[str]) -> list[Recipe]:
    """Every recipe over these atoms: strong atoms alone, then pairs, then triples of unrelated atoms."""
    names = sorted(atoms)
    alone: list[Recipe] = [
        (name,) for name in names if name in (*STRONG, "birth", "door") or name.startswith("x.")
    ]
    pairs: list[Recipe] = [(a, b) for a, b in itertools.combinations(names, 2) if not _related(a, b)]
    triples: list[Recipe] = [
        three
        for three in itertools.combinations(names, 3)
        if "word" not in three and not any(_related(a, b) for a, b in itertools.combinations(three, 2))
    ]
    return alone + pairs + triples


def _keyed(columns: Columns, recipe: Recipe) -> tuple[Ints, Ints]:
    """(members, key codes) of a recipe, each member at most once under a key."""
    single = [name for name in recipe if name != "word"]
    if "word" in recipe:
        rows, keys, _ = columns.atoms["word"]
    else:
        rows, keys, _ = columns.atoms[single.pop()]
    for name in single:
        of_row = np.full(columns.size, -1, np.int64)
        members, codes, values = columns.atoms[name]
        of_row[members] = codes
        part = of_row[rows]
        kept = part >= 0
        rows, keys = rows[kept], keys[kept] * np.int64(len(values)) + part[kept]
        _, keys = np.unique(keys, return_inverse=True)
    return rows, keys


def _blocks(columns: Columns, recipe: Recipe) -> tuple[Ints, Ints, Ints, int]:
    """(members ordered by key, starts, sizes, pairs) of the blocks of a recipe; crowded and lonely ones left out."""
    rows, keys = _keyed(columns, recipe)
    if not len(rows):
        return rows, rows, rows, 0
    order = np.lexsort((rows, keys))
    rows, keys = rows[order], keys[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.append(starts, len(rows)))
    kept = (sizes > 1) & (sizes <= BLOCK)
    starts, sizes = starts[kept], sizes[kept]
    return rows, starts, sizes, int((sizes * (sizes - 1) // 2).sum())


def cost_of(columns: Columns, recipe: Recipe) -> int:
    """How many pairs meet under a recipe."""
    return _blocks(columns, recipe)[3]


def pairs_of(columns: Columns, recipe: Recipe) -> Ints:
    """The pairs that meet under a recipe, each as low x size + high, without order."""
    rows, starts, sizes, _ = _blocks(columns, recipe)
    found: list[Ints] = []
    for size in np.unique(sizes):
        members = rows[starts[sizes == size][:, None] + np.arange(size)]
        a, b = np.triu_indices(int(size), 1)
        found.append((members[:, a] * np.int64(columns.size) + members[:, b]).ravel())
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def choose_recipes(columns: Columns) -> list[Recipe]:
    """The recipes whose pairs fit the budget, cheapest first.

    Of two recipes of which one holds the other's atoms, the wider one makes the narrower needless.
    """
    usable = [name for name, (_, _, values) in columns.atoms.items() if len(values) >= TOO_COARSE]
    budget = min(PAIRS_PER_MEMBER * columns.size, MOST_PAIRS)
    priced: list[tuple[int, Recipe]] = []
    for recipe in possible_recipes(usable):
        if any(set(wide) < set(recipe) for _, wide in priced):
            continue
        _, keys = _keyed(columns, recipe)
        sizes = np.bincount(keys) if len(keys) else np.zeros(1, np.int64)
        cost = int((sizes * (sizes - 1) // 2).sum())
        if 0 < cost <= budget // SHARE or (len(recipe) == 1 and recipe[0] in STRONG):
            priced.append((min(cost, columns.size * BLOCK), recipe))
    chosen: list[Recipe] = []
    for cost, recipe in sorted(priced):
        budget -= cost
        if budget < 0 and chosen:
            break
        chosen.append(recipe)
    return chosen


def candidate_pairs(columns: Columns, recipes: Sequence[Recipe]) -> tuple[Ints, Ints]:
    """Every pair that shares a key, once, as (left, right) with left < right, ordered."""
    found = [pairs_of(columns, recipe) for recipe in recipes]
    codes = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    return codes // columns.size, codes % columns.size


def key_of(recipe: Recipe, values: Sequence[object]) -> int:
    """The stable signed 64-bit key of these values of a recipe's atoms."""
    text = "\x1f".join(("+".join(recipe), *(repr(value) for value in values))).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)
