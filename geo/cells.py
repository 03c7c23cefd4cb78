"""Counting points in cells for zooms at which there are too many to draw. Nothing is left out: the cells of all tiles add up.

One grid of the finest cells is made for a basis and remembered; a cell of a coarser zoom is the sum of finer ones, 64 on each side of a tile.
"""

import asyncio
import dataclasses
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

import numpy as np
import numpy.typing as npt

FINEST = 10
"""The deepest zoom with cells; from the next on a tile holds points."""
SIDE = 64
SIDE_BITS = 6
GRID_SIDE = SIDE << FINEST
WORLD_METRES = 2 * 20037508.342789244
"""The side of the world in Web Mercator."""
Numbers = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cells:
    """Cells by column and row (from the north-west corner of the world), and a row of counts for each."""

    columns: Numbers
    rows: Numbers
    counts: Numbers


def gather(columns: Numbers, rows: Numbers, counts: Numbers, side: int) -> Cells:
    """Points or cells as cells, each place once, in the order of rows and columns; `side` is how many there are in a row."""
    if not len(columns):
        return Cells(columns=columns, rows=rows, counts=counts)
    places = rows * side + columns
    order = np.argsort(places, kind="stable")
    places = places[order]
    first = np.flatnonzero(np.diff(places, prepend=-1))
    found = places[first]
    return Cells(
        columns=found % side, rows=found // side, counts=np.add.reduceat(counts[order], first, axis=0)
    )


def sum_cells(grid: Cells, tile: tuple[int, int, int]) -> Cells:
    """The cells of a tile (z, x, y) of a zoom up to FINEST, in the order of rows and columns."""
    z, x, y = tile
    finer = FINEST - z
    bits = finer + SIDE_BITS
    inside = (grid.columns >> bits == x) & (grid.rows >> bits == y)
    columns, rows = grid.columns[inside] >> finer, grid.rows[inside] >> finer
    return gather(columns, rows, grid.counts[inside], SIDE << z)


class Grids:
    """The grids of the last questions. None is kept longer than `seconds`: erasure must reach them."""

    def __init__(self, most: int = 16, seconds: float = 300.0) -> None:
        self._most = most
        self._seconds = seconds
        self._kept: OrderedDict[Hashable, tuple[float, Cells]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Lock] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Cells]]) -> Cells:
        """The grid under this key. The tiles of one map ask at once; it is made for the first of them."""
        lock = self._making.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                found = self._find(key)
                if found is None:
                    found = await make()
                    self._kept[key] = (time.monotonic() + self._seconds, found)
                    while len(self._kept) > self._most:
                        self._kept.popitem(last=False)
                return found
        finally:
            if not lock.locked():
                self._making.pop(key, None)

    def _find(self, key: Hashable) -> Cells | None:
        ends, found = self._kept.get(key, (0.0, None))
        if found is None or ends < time.monotonic():
            return None
        self._kept.move_to_end(key)
        return found
