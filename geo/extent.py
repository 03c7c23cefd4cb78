"""Where the layers lie."""

from geo.context import Reading
from geo.features import SQL

Extent = tuple[float, float, float, float]


async def fetch_extent(reading: Reading) -> Extent | None:
    """The box around the boundaries, in degrees."""
    await reading.cursor.execute(SQL["area_extent"], {"sequence": reading.basis.sequence})
    row = await reading.cursor.fetchone()
    if row is None or row[0] is None:
        return None
    west, south, east, north = row
    return west, south, east, north
