"""Cells drawn as a vector tile."""

from contracts.records import NEEDS
from geo.cells import SIDE, WORLD_METRES, Cells, Numbers
from geo.context import Reading
from geo.features import SQL, fetch_tile
from geo.layers import Layer

CELL_NUMBERS = ("households", *(f"need_{need}" for need in NEEDS))


async def fetch_cell_tile(reading: Reading, layer: Layer, tile: tuple[int, int, int], cells: Cells) -> bytes:
    """A vector tile (z, x, y) of these cells."""
    z, x, y = tile
    values: dict[str, object] = {
        name: _array(cells.counts[:, place]) for place, name in enumerate(CELL_NUMBERS)
    }
    values |= {
        "columns": _array(cells.columns),
        "rows": _array(cells.rows),
        "side": WORLD_METRES / (SIDE << z),
    }
    await reading.cursor.execute(SQL["cell_tile"], values | {"z": z, "x": x, "y": y, "layer": layer.id})
    return await fetch_tile(reading.cursor)


def _array(numbers: Numbers) -> str:
    # As PostgreSQL writes an array: adapting thousands of numbers one by one takes longer than drawing them.
    return "{" + ",".join(map(str, numbers.tolist())) + "}"
