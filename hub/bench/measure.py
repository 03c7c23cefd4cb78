"""Running the benchmarks that are asked for, each against its limit in the same run."""

from collections.abc import Callable, Collection
from typing import Literal, get_args

from hub.bench.append import measure_append
from hub.bench.asof import measure_asof
from hub.bench.figures import Figure
from hub.bench.items import measure_items
from hub.bench.overview import measure_overview
from hub.bench.province import open_province
from hub.bench.rebuild import measure_rebuild
from hub.bench.tiles import measure_tiles
from hub.bench.timeline import measure_timeline
from hub.bench.visible import measure_visible

Work = Literal["append", "rebuild", "asof", "timeline", "overview", "items", "tiles", "visible"]
WORKS: tuple[Work, ...] = get_args(Work)
Report = Callable[[str, int, int], None]


async def measure(works: Collection[Work], households: int, report: Report) -> list[Figure]:
    """The figures of these works, in the order of WORKS. Raises Unavailable."""
    rows: list[Figure] = []
    if "append" in works:
        rows += await measure_append(households, report)
    if set(works) - {"append"}:
        async with open_province(households, report) as (settings, stack, loaded):
            if "rebuild" in works:
                rows += await measure_rebuild(stack, report)
            if "asof" in works:
                rows += await measure_asof(settings, stack, loaded.events, report)
            if "timeline" in works:
                rows += await measure_timeline(settings, stack, loaded.events, report)
            if "overview" in works:
                rows += await measure_overview(settings, stack, loaded.events, report)
            if "items" in works:
                rows += await measure_items(settings, stack, loaded.events, report)
            if "tiles" in works:
                rows += await measure_tiles(settings, stack, loaded.events, report)
            if "visible" in works:
                rows += await measure_visible(settings, stack, report)
    return rows
