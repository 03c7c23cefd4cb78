"""Who read personal data: written down before it is shown, then told to the stream ACCESS, which nobody can alter.

The stream is the record. The table `access.read_log` is what is still to be told, and the index by which the record is searched: a row is
committed before the answer goes out, so that no reading is lost while the stream is away. Each reading has a subject of its own and is told once,
by whichever process comes first.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path

import msgspec
import nats.errors
import psycopg
from nats.js.errors import APIError
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from contracts.errors import HubError, Unavailable
from contracts.events_access import AccessRead, Reading, decode_access, encode_access
from hub.auth import Caller
from hub.log import JetStreamLog, OutcomeUnknown, Outgoing, WrongLastSequence
from hub.stream import EVENTS
from projections import queries

logger = logging.getLogger(__name__)

STREAM, ACCESS_PREFIX = "ACCESS", "access"
AT_ONCE = 500
POLL_SECONDS = 0.5
AWAY_SECONDS = 2.0
READ_AT_ONCE = 1000

_SQL = queries.load(Path(__file__).parent / "sql")
Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One reading as it is listed. `sequence` is its place in the stream ACCESS, null for a moment."""

    id: int
    event_id: str
    read_at: dt.datetime
    key_id: str
    role: str
    what: str
    purpose: str
    count: int
    agencies: tuple[str, ...]
    sequence: int | None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The stream against the table: `changed` are sequences whose reading differs or is missing in one of them; `untold` are on their way."""

    readings: int
    untold: int
    changed: tuple[int, ...]


def names_of(stream: str, prefix: str) -> tuple[str, str]:
    """Stream and subject prefix of the readings beside a log."""
    return (
        (STREAM, ACCESS_PREFIX) if stream == EVENTS else (f"{stream}_{STREAM}", f"{prefix}_{ACCESS_PREFIX}")
    )


def beside(log: JetStreamLog) -> JetStreamLog:
    """The stream of readings beside a log, over the same connection."""
    stream, prefix = names_of(log.stream, log.prefix)
    return JetStreamLog(log.client, stream=stream, prefix=prefix)


async def record_reading(
    connection: AsyncConnection[TupleRow],
    caller: Caller,
    *,
    what: str,
    purpose: str,
    count: int,
    agencies: Collection[str],
    now: dt.datetime,
) -> None:
    """Write down that this key read the personal data of `count` households, actions or events, in a transaction of its own."""
    values = {
        "key_id": caller.key_id,
        "role": caller.role,
        "what": what,
        "purpose": purpose,
        "count": count,
        "read_at": now,
        "agencies": sorted(agencies),
    }
    async with connection.transaction():
        await connection.execute(_SQL["insert_reading"], values)


async def list_readings(
    connection: AsyncConnection[TupleRow],
    *,
    agency: str | None = None,
    key: str | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Row]:
    """Readings in the order in which they were written down; with an agency those that showed its records."""
    values = {"agency": agency, "key": key, "since": since, "until": until, "after": after, "limit": limit}
    cursor = await connection.execute(_SQL["list_readings"], values)
    found: list[Row] = []
    for (
        id_,
        event_id,
        read_at,
        key_id,
        role,
        what,
        purpose,
        count,
        agencies,
        sequence,
    ) in await cursor.fetchall():
        found.append(
            Row(
                id=id_,
                event_id=event_id,
                read_at=read_at,
                key_id=key_id,
                role=role,
                what=what,
                purpose=purpose,
                count=count,
                agencies=tuple(agencies),
                sequence=sequence,
            )
        )
    return found


async def tell(
    connection: AsyncConnection[TupleRow], log: JetStreamLog, *, source: str, limit: int = AT_ONCE
) -> int:
    """Tell the stream of readings that it does not hold yet; how many. Raises Unavailable, OutcomeUnknown: then again, none is told twice."""
    async with connection.transaction():
        rows = await (await connection.execute(_SQL["take_untold"], {"limit": limit})).fetchall()
        if not rows:
            return 0
        messages = [
            Outgoing(f"{log.prefix}.{row[2]}.{row[1]}", encode_access(_event(row[1:], source)), 0)
            for row in rows
        ]
        sequences = await _append(log, messages)
        await connection.execute(_SQL["put_told"], {"ids": [row[0] for row in rows], "sequences": sequences})
    return len(rows)


async def _append(log: JetStreamLog, messages: Sequence[Outgoing]) -> list[int]:
    try:
        first = await log.append(messages)
    except WrongLastSequence:
        return [await _append_one(log, message) for message in messages]
    return list(range(first, first + len(messages)))


async def _append_one(log: JetStreamLog, message: Outgoing) -> int:
    """Of one that an attempt without an answer stored, its place."""
    try:
        return await log.append([message])
    except WrongLastSequence:
        found = await log.find_next(log.without_prefix(message.subject), 0)
        if found is None:
            raise
        return found.sequence


def _event(row: Sequence[object], source: str) -> AccessRead:
    event_id, key, role, what, purpose, count, read_at, agencies = row
    data = {"key": key, "role": role, "what": what, "purpose": purpose, "count": count, "agencies": agencies}
    return AccessRead(
        specversion="1.0",
        id=str(event_id),
        source=source,
        time=msgspec.convert(read_at, dt.datetime),
        data=msgspec.convert(data, Reading),
    )


async def keep_telling(
    pool: Pool,
    find_log: Callable[[], JetStreamLog],
    *,
    source: str,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Tell the stream of every reading, for ever; while database or stream are away they wait in the table."""
    ensured: JetStreamLog | None = None
    while True:
        try:
            log = find_log()
            if ensured is None or ensured.client is not log.client:
                ensured = beside(log)
                await ensured.ensure()
            async with pool.connection() as connection:
                told = await tell(connection, ensured, source=source)
            await pause(0 if told == AT_ONCE else POLL_SECONDS)
        except (
            HubError,
            psycopg.Error,
            PoolTimeout,
            nats.errors.Error,
            APIError,
            OSError,
            TimeoutError,
        ) as error:
            if not isinstance(error, Unavailable | OutcomeUnknown):
                logger.warning("readings wait to be told", extra={"reason": type(error).__name__})
            ensured = None
            await pause(AWAY_SECONDS)


async def compare(connection: AsyncConnection[TupleRow], log: JetStreamLog) -> Compared:
    """Whether table and stream say the same of every reading told. Raises Unavailable."""
    last = await log.last_sequence()
    changed: list[int] = []
    seen = 0
    if last:
        async for stored in log.read(0, stop_at=last, batch=READ_AT_ONCE, patience=30.0):
            sequences = [one.sequence for one in stored]
            cursor = await connection.execute(_SQL["fetch_told"], {"sequences": sequences})
            rows = {row[0]: row[1:] for row in await cursor.fetchall()}
            for one in stored:
                event = decode_access(one.data)
                row = rows.get(one.sequence)
                if row is None or _event(row, event.source) != event:
                    changed.append(one.sequence)
            seen += len(rows)
    row = await (await connection.execute(_SQL["count_told"])).fetchone()
    told, untold = (0, 0) if row is None else (int(row[0]), int(row[1]))
    beyond = [] if told <= seen else [last + 1]
    return Compared(readings=told, untold=untold, changed=(*changed, *beyond))
