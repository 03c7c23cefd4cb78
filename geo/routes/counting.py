"""The counts that the areas of a layer show: of one day, or of two days and their difference."""

from geo.areas import numbers_of
from geo.changes import compare
from geo.context import Caller, GeoContext, Moment, Reading
from geo.features import Properties
from geo.layers import Layer
from geo.links import Root


async def count_layer(
    geo: GeoContext, reading: Reading, caller: Caller, layer: Layer, root: Root, moment: Moment
) -> dict[str, Properties]:
    """The numbers by area code. In a root that compares, the reading is that of the second day; both rest on its sequence."""
    after = numbers_of(await geo.count_areas(reading, caller, str(layer.level), moment))
    if root.compared_with is None:
        return after
    first = await geo.read_again(reading, root.compared_with)
    before = numbers_of(await geo.count_areas(first, caller, str(layer.level), "given"))
    return compare(before, after)
