"""Opening what the commands and the server work with, from a stack: log, pool, vault, intake."""

import contextlib
from collections.abc import AsyncGenerator

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from contracts.errors import Unavailable
from hub import auth
from hub.intake.intake import Intake, Pool
from hub.letting_in import let_agencies_in
from hub.log import open_log
from hub.servers.stack import Stack
from hub.settings import Settings
from hub.vault import Vault
from projections import version as versions


@contextlib.asynccontextmanager
async def open_pool(database_url: str, *, size: int = 4) -> AsyncGenerator[Pool]:
    """Connections that commit by themselves and are checked before use. Raises Unavailable."""
    pool: Pool = AsyncConnectionPool(
        database_url,
        min_size=1,
        max_size=size,
        timeout=10,
        kwargs={"autocommit": True},
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=15)
    except psycopg.Error as error:
        await pool.close()
        raise Unavailable("The database cannot be reached.", code="DATABASE_UNAVAILABLE") from error
    try:
        yield pool
    finally:
        await pool.close()


@contextlib.asynccontextmanager
async def open_intake(settings: Settings, stack: Stack) -> AsyncGenerator[Intake]:
    """An intake whose stream, tables and ledger are ready. Raises Unavailable, Conflict."""
    async with open_log(stack.nats_servers) as log, open_pool(stack.database_url) as pool:
        await log.ensure(replicas=settings.stream_replicas)
        intake = Intake(pool, log, Vault(stack.master_key), stack.pseudonym_key)
        await intake.ensure()
        yield intake


async def prepare_hub(settings: Settings, stack: Stack) -> None:
    """Everything that must be there before the roles start: stream, vault, ledger, keys, NATS users, a live projection version."""
    async with (
        open_intake(settings, stack),
        await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
    ):
        await auth.ensure_access(connection)
        await let_agencies_in(settings, stack, connection)
        await versions.ensure_live(connection)


async def fetch_checkpoint(connection: AsyncConnection[TupleRow]) -> tuple[int, str | None]:
    """The last projected sequence, and why the projector stands still, if it does."""
    async with connection.cursor() as cursor:
        live = await versions.fetch_live(cursor)
    return (0, None) if live is None else (live.checkpoint, live.error)
