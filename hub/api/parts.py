"""Opening the parts of a hub for the API: the pool, the link to the log, intake."""

import contextlib
from collections.abc import AsyncGenerator

from hub.api.intake_link import IntakeLink
from hub.api.limits import RateLimit
from hub.api.log_link import keep_link
from hub.api.metrics import Metrics
from hub.api.reading import Hub, create_pool
from hub.clock import Clock
from hub.intake.spool import Spool
from hub.intake.working import Desk, keep_working
from hub.servers.paths import DataFolder
from hub.servers.stack import open_stack
from hub.settings import Settings
from hub.stream import EVENTS, PREFIX
from hub.vault import Vault


@contextlib.asynccontextmanager
async def open_parts(
    settings: Settings, metrics: Metrics, clock: Clock, *, stream: str = EVENTS, prefix: str = PREFIX
) -> AsyncGenerator[Hub]:
    """The parts, for as long as the block runs. A database or log that is away now is used as soon as it is there."""
    async with contextlib.AsyncExitStack() as stack:
        servers = await stack.enter_async_context(open_stack(settings))
        pool = create_pool(servers.database_url)
        await pool.open(wait=False)
        stack.push_async_callback(pool.close)
        vault = Vault(servers.master_key)
        link = await stack.enter_async_context(
            keep_link(servers.nats_servers, pool, vault, stream=stream, prefix=prefix)
        )
        intake = IntakeLink(
            link=link,
            pool=pool,
            vault=vault,
            pseudonym_key=servers.pseudonym_key,
            province=settings.province,
            clock=clock,
        )
        desk = Desk(Spool(DataFolder(settings.data_dir).batches), vault, province=settings.province)
        await stack.enter_async_context(keep_working(desk, intake.open, now=clock))
        yield Hub(
            pool=pool,
            events=link,
            intake=intake,
            clock=clock,
            settings=settings,
            metrics=metrics,
            rate=RateLimit(settings.rate),
            desk=desk,
        )
