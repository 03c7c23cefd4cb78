"""A demo province taken in and projected in stores of the benchmark's own: what rebuild and asof are measured on."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from psycopg import AsyncConnection

from hub.bench.stores import open_stores
from hub.demo.generate import generate
from hub.demo.loading import Loaded, load_demo, own_projector
from hub.opening import prepare_hub
from hub.servers.stack import Stack, open_stack
from hub.settings import Settings
from projections.basis import use_live

SEED = 1
STAGES = frozenset({"households", "files", "projecting"})
Report = Callable[[str, int, int], None]


@contextlib.asynccontextmanager
async def open_province(households: int, report: Report) -> AsyncGenerator[tuple[Settings, Stack, Loaded]]:
    """So many made-up households, loaded as `hub demo load` does: files through intake, a projector beside it."""

    def report_stage(stage: str, done: int, total: int) -> None:
        if stage in STAGES:
            report(stage, done, total)

    async with open_stores("province") as (settings, stack):
        await prepare_hub(settings, stack)
        folder = settings.data_dir / "demo"
        await asyncio.to_thread(generate, households, SEED, folder, None, report_stage)
        async with own_projector(settings, stack):
            loaded = await load_demo(settings, stack, folder, report_stage)
        yield settings, stack, loaded


@contextlib.asynccontextmanager
async def open_loaded(settings: Settings) -> AsyncGenerator[tuple[Settings, Stack, int]]:
    """The data that are there, and how many events are projected; nothing is changed. Raises Unavailable without a projection."""
    async with (
        open_stack(settings) as stack,
        await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
    ):
        async with connection.transaction(), connection.cursor() as cursor:
            live = await use_live(cursor)
        yield settings, stack, live.checkpoint
