"""What every route is handed: the pool, the log, the clock; and the one transaction in which a request reads."""

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Protocol, runtime_checkable
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, AsyncCursor, IsolationLevel, sql
from psycopg import errors as postgres
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from contracts.errors import HubError, Unavailable
from contracts.events import OpenedHelp, OpenedRecord, OpenedWords
from hub.api.answers import Overview
from hub.api.basis import Basis, Question, resolve_basis
from hub.api.limits import DEFAULT_RATE, RateLimit
from hub.api.metrics import Metrics
from hub.api.paging import Token
from hub.api.remembered import Remembered
from hub.api.statements import SQL
from hub.auth import PUBLIC, Caller, fetch_caller, record_reading
from hub.clock import Clock
from hub.counting.memory import Memory
from hub.intake.intake import Intake
from hub.intake.receipts import Receipt
from hub.intake.working import Desk
from hub.settings import Settings
from projections.reported import Kept, stand_on

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]
POOL_SIZE = 12
PATIENCE_SECONDS = 3.0
PROJECTION_SECONDS = 5.0
POLL_SECONDS = 0.01
FRESH_SECONDS = 1.0
SESSION = "-c plan_cache_mode=force_custom_plan -c statement_timeout=10000 -c TimeZone=UTC -c jit=off -c work_mem=48MB"
PLAN_ONCE = "SET LOCAL plan_cache_mode TO force_generic_plan"
Statement = sql.SQL | sql.Composed


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

    async def publish(self, lines: Sequence[bytes], caller: Caller, *, first_row: int) -> list[Receipt]:
        """Read, check, seal and append these JSON objects; a receipt for each, in this order. Raises Unavailable."""
        ...

    async def open(self) -> Intake:
        """The intake itself. Raises Unavailable."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reading:
    """A request's transaction and what its answer rests on."""

    cursor: AsyncCursor[TupleRow]
    basis: Basis
    _kept: Kept = dataclasses.field(default_factory=Kept)
    _stood: list[object] = dataclasses.field(default_factory=list[object])

    async def stand(self, households: Collection[int] | None = None) -> None:
        """Put what had been reported by the day of the basis before the tables; nothing to do where no day is asked for.

        With `households` only what concerns them is right afterwards.
        """
        concerned = None if households is None else frozenset(households)
        key = (self.basis.sequence, self.basis.reported_by, concerned)
        if self._stood[-1:] != [key]:
            await stand_on(self.cursor, self.basis, concerned, self._kept)
            self._stood.append(key)

    async def fetch_each(
        self, statements: Sequence[Statement], values: Mapping[str, object]
    ) -> list[list[TupleRow]]:
        """The rows of each of these statements, all of them in one statement."""
        found = self.cursor.connection.cursor(binary=True)
        await found.execute(_beside(statements), values)
        return list(await found.fetchone() or ())

    async def fetch_each_about(
        self, statements: Sequence[Statement], values: Mapping[str, object]
    ) -> list[list[TupleRow]]:
        """The same for statements that begin at one household; from here to the end of the transaction plans are kept.

        Whatever its number, the way to the rows of a household is the same; planning took longer than reading them. Of an
        instant alone (`valid @> …`) a kept plan would expect one row and walk through all: such a statement has to come before.
        """
        connection = self.cursor.connection
        found = connection.cursor(binary=True)
        async with connection.pipeline():
            await connection.execute(PLAN_ONCE)
            await found.execute(_beside(statements), values)
        return list(await found.fetchone() or ())


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hub:
    """The parts of the hub that the routes use; made once by `create_app`."""

    pool: Pool
    events: RawEvents
    intake: Publishing
    clock: Clock
    settings: Settings
    metrics: Metrics
    overviews: Remembered[Overview] = dataclasses.field(default_factory=Remembered[Overview])
    memory: Memory = dataclasses.field(default_factory=Memory)
    reported: Kept = dataclasses.field(default_factory=Kept)
    counting: asyncio.Lock = dataclasses.field(default_factory=asyncio.Lock)
    rate: RateLimit = dataclasses.field(default_factory=lambda: RateLimit(DEFAULT_RATE))
    desk: Desk | None = None

    @contextlib.asynccontextmanager
    async def read(
        self, question: Question, token: Token | None = None, *, stands: bool = True
    ) -> AsyncGenerator[Reading]:
        """One REPEATABLE READ transaction with its basis. Raises InvalidInput or Unavailable.

        A refusal inside the block ends it as an answer does: after a rollback the connection would have to prepare its statements anew.
        Where a day of reporting is asked for, it stands on all that had been reported by then, unless the caller does that (`stands`).
        """
        is_reported = question.reported_by is not None or (
            token is not None and token.reported_by is not None
        )
        if question.min_sequence is not None:
            await self.wait_until_projected(question.min_sequence)
        refusal: HubError | None = None
        async with (
            self.pool.connection() as connection,
            repeatable_read(connection, undone=is_reported),
            connection.cursor() as cursor,
        ):
            basis = await resolve_basis(
                cursor,
                as_of=question.as_of,
                valid_at=question.valid_at,
                reported_by=question.reported_by,
                now=self.clock(),
                token=token,
            )
            reading = Reading(cursor=cursor, basis=basis, _kept=self.reported)
            if stands:
                await reading.stand()
            try:
                yield reading
            except HubError as error:
                refusal = error
        if refusal is not None:
            raise refusal

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
            return await fetch_caller(connection, key)

    async def write_reading(self, caller: Caller, *, what: str, purpose: str, count: int) -> None:
        """Record that personal data was read, committed before it is shown."""
        async with self.pool.connection() as connection:
            await record_reading(
                connection, caller, what=what, purpose=purpose, count=count, now=self.clock()
            )


def _beside(statements: Sequence[Statement]) -> sql.Composed:
    lists = [sql.SQL("ARRAY(SELECT row FROM ({}) AS row)").format(one) for one in statements]
    return sql.SQL("SELECT {}").format(sql.SQL(", ").join(lists))


@contextlib.asynccontextmanager
async def repeatable_read(
    connection: AsyncConnection[TupleRow], *, undone: bool = False
) -> AsyncGenerator[None]:
    """A transaction that sees one moment of the database; what it is takes no round trip of its own.

    It is read-only, or may make relations of its own that are `undone` at its end.
    """
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
    await connection.set_read_only(not undone)
    try:
        async with connection.transaction(force_rollback=undone):
            yield
    finally:
        if connection.info.transaction_status == TransactionStatus.IDLE:  # else it is broken, and thrown away
            await connection.set_isolation_level(None)
            await connection.set_read_only(None)


class Checking:
    """Looks whether a connection still stands, unless it did so a moment ago: the turn to the database is a good part of a small answer."""

    def __init__(self) -> None:
        self._stood: WeakKeyDictionary[AsyncConnection[TupleRow], float] = WeakKeyDictionary()

    async def __call__(self, connection: AsyncConnection[TupleRow]) -> None:
        """Raises psycopg.OperationalError for one that does not stand."""
        now = time.monotonic()
        if now - self._stood.get(connection, -FRESH_SECONDS) >= FRESH_SECONDS:
            await AsyncConnectionPool.check_connection(connection)
            self._stood[connection] = now


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
        check=Checking(),
        open=False,
        name="api",
    )
