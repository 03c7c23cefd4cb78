"""Counting points in cells for zooms at which there are too many to draw. Nothing is left out: the cells of all tiles add up.

One grid of the finest cells is made for a basis and remembered; a cell of a coarser zoom is the sum of finer ones, 64 on each side of a tile.
"""

import asyncio
import dataclasses
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt

FINEST = 10
"""The deepest zoom with cells; from the next on a tile holds points."""
SIDE = 64
SIDE_BITS = 6
GRID_SIDE = SIDE << FINEST
Numbers = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cells:
    """Cells by column and row (from the north-west corner of the world), and a row of counts for each."""

    columns: Numbers
    rows: Numbers
    counts: Numbers


def to_cells(found: Sequence[Sequence[int]], counts: int) -> Cells:
    """Rows of column, row, and so many counts, as cells."""
    numbers = np.array(found, dtype=np.int64).reshape(len(found), 2 + counts)
    return Cells(columns=numbers[:, 0], rows=numbers[:, 1], counts=numbers[:, 2:])


def sum_cells(grid: Cells, tile: tuple[int, int, int]) -> Cells:
    """The cells of a tile (z, x, y) of a zoom up to FINEST, in the order of rows and columns."""
    z, x, y = tile
    finer = FINEST - z
    bits = finer + SIDE_BITS
    inside = (grid.columns >> bits == x) & (grid.rows >> bits == y)
    columns, rows = grid.columns[inside] >> finer, grid.rows[inside] >> finer
    side = SIDE << z
    places, which = np.unique(rows * side + columns, return_inverse=True)
    counts = np.zeros((len(places), grid.counts.shape[1]), dtype=np.int64)
    np.add.at(counts, which, grid.counts[inside])
    return Cells(columns=places % side, rows=places // side, counts=counts)


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
