"""Running the benchmarks that are asked for, each against its limit in the same run."""

import importlib.util
from collections.abc import Callable, Collection
from typing import Literal, get_args

from contracts.errors import InvalidInput, Unavailable
from hub.bench.append import measure_append
from hub.bench.asof import measure_asof
from hub.bench.audit import measure_audit
from hub.bench.figures import Figure
from hub.bench.items import measure_items
from hub.bench.linkage import measure_linkage
from hub.bench.overview import measure_overview
from hub.bench.province import open_loaded, open_province
from hub.bench.rebuild import measure_rebuild
from hub.bench.tiles import measure_tiles
from hub.bench.timeline import measure_timeline
from hub.bench.visible import measure_visible
from hub.servers.stack import Stack
from hub.settings import Settings

Work = Literal["append", "rebuild", "linkage", "asof", "timeline", "overview", "items", "tiles", "visible"]
WORKS: tuple[Work, ...] = get_args(Work)
READING: tuple[Work, ...] = ("asof", "timeline", "overview", "items", "tiles")
"""These leave the data as they are."""

Report = Callable[[str, int, int], None]


async def measure(
    works: Collection[Work], households: int, report: Report, *, peers: bool = False
) -> list[Figure]:
    """The figures of these works, in the order of WORKS; with `peers` also beside what people use instead. Raises Unavailable."""
    rows: list[Figure] = []
    if peers:
        require_peers()
    if "append" in works:
        rows += await measure_append(households, report)
    if peers or set(works) - {"append"}:
        async with open_province(households, report) as (settings, stack, loaded):
            if "rebuild" in works:
                rows += await measure_rebuild(stack, report)
            if "linkage" in works:
                rows += await measure_linkage(stack, report)
            rows += await _measure_reading(works, settings, stack, loaded.events, report)
            if "visible" in works:
                rows += await measure_visible(settings, stack, report)
            if peers:
                rows += await _measure_peers(settings, stack, loaded.events, report)
    return rows


async def measure_loaded(works: Collection[Work], settings: Settings, report: Report) -> list[Figure]:
    """The figures of the works that only read, on the data of these settings. Raises InvalidInput for another one, Unavailable."""
    writing = [work for work in works if work not in READING]
    if writing:
        raise InvalidInput(
            f"On loaded data {', '.join(READING)} can be measured, not {', '.join(writing)}.",
            message_th=f"กับข้อมูลที่มีอยู่วัดได้เฉพาะ {', '.join(READING)}",
            path="only",
        )
    async with open_loaded(settings) as (own, stack, events):
        return await _measure_reading(works, own, stack, events, report)


async def _measure_reading(
    works: Collection[Work], settings: Settings, stack: Stack, events: int, report: Report
) -> list[Figure]:
    rows: list[Figure] = []
    if "asof" in works:
        rows += await measure_asof(settings, stack, events, report)
    if "timeline" in works:
        rows += await measure_timeline(settings, stack, events, report)
    if "overview" in works:
        rows += await measure_overview(settings, stack, events, report)
    if "items" in works:
        rows += await measure_items(settings, stack, events, report)
    if "tiles" in works:
        rows += await measure_tiles(settings, stack, events, report)
    return rows


def require_peers() -> None:
    """Raises Unavailable where the library to compare with is not installed: nothing else in the hub needs it."""
    if importlib.util.find_spec("eventsourcing") is None:
        raise Unavailable(
            "The comparison needs the library eventsourcing; install it with `.venv/bin/uv pip install --group peers`.",
            message_th="การเปรียบเทียบต้องใช้ไลบรารี eventsourcing กรุณาติดตั้งด้วย `.venv/bin/uv pip install --group peers`",
            code="PEERS_MISSING",
        )


async def _measure_peers(settings: Settings, stack: Stack, events: int, report: Report) -> list[Figure]:
    from hub.bench.peers import measure_peers  # noqa: PLC0415 - its library is optional

    rows = await measure_peers(stack, events, report)
    return rows + await measure_audit(settings, stack, events, report)
