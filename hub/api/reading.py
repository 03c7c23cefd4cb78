"""What every route is handed: the pool, the log, the clock; and the one transaction in which a request reads."""

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Protocol, runtime_checkable

from psycopg import AsyncConnection, AsyncCursor
from psycopg import errors as postgres
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from contracts.errors import Unavailable
from contracts.events import OpenedHelp, OpenedRecord, OpenedWords
from hub.access_log import record_reading
from hub.api.answers import Overview
from hub.api.basis import Basis, Question, resolve_basis
from hub.api.limits import RateLimit
from hub.api.metrics import Metrics
from hub.api.paging import Token
from hub.api.remembered import Remembered
from hub.api.statements import SQL
from hub.auth import PUBLIC, Caller, fetch_caller
from hub.clock import Clock
from hub.counting.memory import Memory
from hub.erasing.erase import Erased
from hub.erasing.plan import Wanted
from hub.intake.receipts import Receipt
from hub.settings import Settings

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]
POOL_SIZE = 12
PATIENCE_SECONDS = 3.0
PROJECTION_SECONDS = 5.0
POLL_SECONDS = 0.01
PRECHECKS_A_SECOND = 1.0
SESSION = "-c plan_cache_mode=force_custom_plan -c statement_timeout=10000 -c TimeZone=UTC -c jit=off -c work_mem=48MB"


@runtime_checkable
class RawEvents(Protocol):
    """The log, as far as reading single events goes."""

    async def fetch_raw(self, sequences: Sequence[int]) -> list[bytes]:
        """The stored bytes of these events, in this order. Raises Unavailable."""
        ...

    async def fetch_opened(
        self, sequences: Sequence[int]
    ) -> list[OpenedRecord | OpenedHelp | OpenedWords | None]:
        """The opened sections of these events, in this order; None for an event without any. Raises Unavailable."""
        ...

    async def last_sequence(self) -> int:
        """The newest sequence. Raises Unavailable."""
        ...


@runtime_checkable
class Publishing(Protocol):
    """Intake, as far as publishing over HTTP goes."""

    @property
    def pseudonym_key(self) -> bytes:
        """Makes pseudonyms of what is asked."""
        ...

    async def publish(self, lines: Sequence[bytes], caller: Caller, *, first_row: int) -> list[Receipt]:
        """Read, check, seal and append these JSON objects; a receipt for each, in this order. Raises Unavailable."""
        ...

    async def erase(self, wanted: Wanted, caller: Caller) -> Erased:
        """Erase somebody for ever. Raises NotFound, InvalidInput, Unavailable."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reading:
    """A request's transaction and what its answer rests on."""

    cursor: AsyncCursor[TupleRow]
    basis: Basis


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hub:
    """The parts of the hub that the routes use; made once by `create_app`."""

    pool: Pool
    events: RawEvents
    intake: Publishing
    clock: Clock
    settings: Settings
    metrics: Metrics
    prechecks: RateLimit = dataclasses.field(default_factory=lambda: RateLimit(PRECHECKS_A_SECOND))
    overviews: Remembered[Overview] = dataclasses.field(default_factory=Remembered[Overview])
    memory: Memory = dataclasses.field(default_factory=Memory)
    counting: asyncio.Lock = dataclasses.field(default_factory=asyncio.Lock)

    @contextlib.asynccontextmanager
    async def read(self, question: Question, token: Token | None = None) -> AsyncGenerator[Reading]:
        """One REPEATABLE READ transaction with its basis. Raises InvalidInput or Unavailable."""
        if question.min_sequence is not None:
            await self.wait_until_projected(question.min_sequence)
        async with (
            self.pool.connection() as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            await cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            basis = await resolve_basis(
                cursor,
                as_of=question.as_of,
                valid_at=question.valid_at,
                reported_by=question.reported_by,
                now=self.clock(),
                token=token,
            )
            yield Reading(cursor=cursor, basis=basis)

    async def wait_until_projected(self, sequence: int) -> None:
        """Returns when the live version is at `sequence`. Raises Unavailable after five seconds."""
        deadline = time.monotonic() + PROJECTION_SECONDS
        while True:
            if await self.fetch_checkpoint() >= sequence:
                return
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"Sequence {sequence} is not projected yet; try again.",
                    message_th=f"ลำดับที่ {sequence} ยังประมวลผลไม่เสร็จ กรุณาลองใหม่",
                    code="NOT_YET_PROJECTED",
                    path="min_sequence",
                )
            await asyncio.sleep(POLL_SECONDS)

    async def fetch_checkpoint(self) -> int:
        """How far the live version is; -1 when there is none."""
        async with self.pool.connection() as connection:
            try:
                row = await (await connection.execute(SQL["fetch_checkpoint"])).fetchone()
            except (postgres.UndefinedTable, postgres.InvalidSchemaName):
                await connection.rollback()
                return -1
        return -1 if row is None else int(row[0])

    async def identify(self, key: str | None) -> Caller:
        """Whose key this is; the public without one. Raises Unauthorized."""
        if key is None:
            return PUBLIC
        async with self.pool.connection() as connection:
            return await fetch_caller(connection, key, now=self.clock())

    async def write_reading(
        self, caller: Caller, *, what: str, purpose: str, count: int, agencies: Collection[str]
    ) -> None:
        """Record that personal data of these agencies' records was read, committed before it is shown."""
        async with self.pool.connection() as connection:
            await record_reading(
                connection,
                caller,
                what=what,
                purpose=purpose,
                count=count,
                agencies=agencies,
                now=self.clock(),
            )


def create_pool(database_url: str) -> Pool:
    """A pool that is not open yet.

    It makes connections again by itself after the database was away: an attempt is given up after a few seconds, and the next
    request begins a new one.
    """
    return AsyncConnectionPool(
        database_url,
        kwargs={"options": SESSION, "connect_timeout": 3, "autocommit": True},
        min_size=2,
        max_size=POOL_SIZE,
        timeout=PATIENCE_SECONDS,
        reconnect_timeout=PATIENCE_SECONDS,
        check=AsyncConnectionPool.check_connection,
        open=False,
        name="api",
    )
