"""Cells add up at every zoom, and a grid is made once."""

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.cells import FINEST, GRID_SIDE, Cells, Grids, gather, sum_cells

place = st.integers(0, GRID_SIDE - 1)


def to_cells(found, counts: int) -> Cells:
    numbers = np.array(found, dtype=np.int64).reshape(len(found), 2 + counts)
    return gather(numbers[:, 0], numbers[:, 1], numbers[:, 2:], GRID_SIDE)


grids = st.lists(st.tuples(place, place, st.integers(0, 50), st.integers(0, 50)), max_size=30)


@given(grids, st.integers(0, FINEST))
def test_the_cells_of_all_tiles_of_a_zoom_add_up(found: list[tuple[int, ...]], zoom: int) -> None:
    grid = to_cells(found, 2)
    bits = FINEST - zoom + 6
    tiles = {(x >> bits, y >> bits) for x, y, *_ in found}
    parts = [sum_cells(grid, (zoom, x, y)) for x, y in tiles]
    assert sum((part.counts.sum(axis=0) for part in parts), np.zeros(2, dtype=np.int64)).tolist() == [
        sum(row[2] for row in found),
        sum(row[3] for row in found),
    ]
    for part, (x, y) in zip(parts, tiles, strict=True):
        assert ((part.columns // 64 == x) & (part.rows // 64 == y)).all()
        places = part.rows * GRID_SIDE + part.columns
        assert (np.diff(places) > 0).all()


@given(grids, st.integers(1, FINEST))
def test_a_cell_is_the_sum_of_those_it_holds(found: list[tuple[int, ...]], zoom: int) -> None:
    grid = to_cells(found, 2)

    def by_place(z: int, finer: int) -> dict[tuple[int, int], list[int]]:
        sums: dict[tuple[int, int], list[int]] = {}
        bits = FINEST - z + 6
        for x, y in {(column >> bits, row >> bits) for column, row, *_ in found}:
            part = sum_cells(grid, (z, x, y))
            for column, row, counts in zip(part.columns, part.rows, part.counts, strict=True):
                known = sums.setdefault((int(column) >> finer, int(row) >> finer), [0, 0])
                sums[int(column) >> finer, int(row) >> finer] = [
                    a + int(b) for a, b in zip(known, counts, strict=True)
                ]
        return sums

    assert by_place(zoom - 1, 0) == by_place(zoom, 1)


def test_nothing_is_no_cells() -> None:
    empty = sum_cells(to_cells([], 6), (3, 1, 2))
    assert (len(empty.columns), empty.counts.shape) == (0, (0, 6))


async def test_tiles_that_ask_at_once_share_one_grid() -> None:
    made: list[Cells] = []

    async def make() -> Cells:
        await asyncio.sleep(0.01)
        made.append(to_cells([(1, 2, 3)], 1))
        return made[-1]

    memory = Grids(most=2)
    found = await asyncio.gather(*(memory.get("a", make) for _ in range(5)))
    assert len(made) == 1
    assert all(grid is made[0] for grid in found)
    for key in ("b", "c", "a"):
        await memory.get(key, make)
    assert len(made) == 4


async def test_a_grid_grows_old_and_a_failure_is_not_remembered() -> None:
    count = 0

    async def make() -> Cells:
        nonlocal count
        count += 1
        if count == 1:
            raise ConnectionError
        return to_cells([], 1)

    memory = Grids(seconds=0)
    with pytest.raises(ConnectionError):
        await memory.get("a", make)
    await memory.get("a", make)
    await memory.get("a", make)
    assert count == 3
