"""Links back: telling a source which household each of its records belongs to, and when that changes later.

Changes stand in the tables of the projection in the order of events, so that a place among them (event, record) means the same for ever, also
after a rebuild. What was told is remembered as such a place, beside the ledger.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import msgspec
import nats.errors
import psycopg
from nats.aio.client import Client
from nats.js.errors import APIError, NoStreamResponseError
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from contracts.errors import HubError, InvalidInput
from hub.inboxes import ensure_receipts
from projections import queries
from projections.basis import use_live

logger = logging.getLogger(__name__)

AT_ONCE = 500
LAST = (1 << 63) - 1
POLL_SECONDS = 1.0
AWAY_SECONDS = 3.0

_SQL = queries.load(Path(__file__).parent / "sql")
Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


class Place(msgspec.Struct, frozen=True):
    """A place among the changes: behind the one of `record` at the event `sequence`."""

    sequence: int = 0
    record: int = 0

    def __str__(self) -> str:
        return f"{self.sequence}.{self.record}"


class LinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record belongs now. `amphoe` is that of its newest statement."""

    record: int
    since: int
    pseudonym: str
    household_id: str
    replaces: str | None
    records: int
    is_pending: bool
    rule: str | None
    score: int | None
    record_key: str | None
    amphoe: str | None


class LinkChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt that a source gets on `receipt.<source>.links`: a record of its own belongs to another household since event `since`.

    `record` is its pseudonym, as the receipt of its delivery and `/v1/sources/{source}/links` name it.
    """

    kind: str = "link.changed"
    record: str
    household_id: str
    replaces: str
    since: int


def read_place(text: str | None) -> Place:
    """A place as a cursor says it; the beginning without one. Raises InvalidInput."""
    if text is None:
        return Place()
    sequence, _, record = text.partition(".")
    if (
        not (sequence.isascii() and sequence.isdigit() and record.isascii() and record.isdigit())
        or len(text) > 38
    ):
        raise InvalidInput(
            "'cursor' is not one that this list gave.",
            message_th="'cursor' ไม่ถูกต้อง",
            code="BAD_TOKEN",
            path="cursor",
        )
    return Place(min(int(sequence), LAST), min(int(record), LAST))


async def list_links(
    cursor: AsyncCursor[TupleRow], source: str, after: Place, *, limit: int
) -> list[LinkRow]:
    """The links of a source behind a place. The cursor uses the schema of the live version."""
    values = {"source": source, "since": after.sequence, "record": after.record, "limit": limit}
    await cursor.execute(_SQL["list_links"], values)
    return [
        LinkRow(**dict(zip(LinkRow.__struct_fields__, row, strict=True))) for row in await cursor.fetchall()
    ]


async def ensure_notice(connection: AsyncConnection[TupleRow]) -> None:
    """Where it is remembered up to which change sources were told; harmless when it is there."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('intake'))")
        await connection.execute("CREATE SCHEMA IF NOT EXISTS intake")
        await connection.execute(_SQL["create_notice"])
        await connection.execute(_SQL["start_notice"])


async def tell_changes(connection: AsyncConnection[TupleRow], client: Client, *, limit: int = AT_ONCE) -> int:
    """Tell sources of records that went over to another household since the last time; how many.

    Told means stored by the broker. Cut short, the same are told again; a source recognises them by `record` and `since`, the broker for two
    minutes by their message id. Raises what the client and the database raise.
    """
    async with connection.transaction(), connection.cursor() as cursor:
        live = await use_live(cursor)
        await cursor.execute(_SQL["hold_notice"])
        held = await cursor.fetchone()
        if held is None or (held[0], held[1]) >= (live.checkpoint, LAST):
            return 0
        await cursor.execute(_SQL["list_changes"], {"since": held[0], "record": held[1], "limit": limit})
        rows = await cursor.fetchall()
        jetstream = client.jetstream()
        for _, since, pseudonym, household, former, source in rows:
            change = LinkChanged(record=pseudonym, household_id=household, replaces=former, since=since)
            headers = {"Nats-Msg-Id": f"link-{pseudonym}-{since}"}
            await jetstream.publish(f"receipt.{source}.links", msgspec.json.encode(change), headers=headers)
        through = (rows[-1][1], rows[-1][0]) if rows else (held[0], held[1])
        if len(rows) < limit:
            # Nothing up to the checkpoint is still to come: the next look begins behind it.
            through = max(through, (live.checkpoint, LAST))
        await cursor.execute(_SQL["put_notice"], {"since": through[0], "record": through[1]})
        return len(rows)


async def keep_telling_changes(pool: Pool, find_client: Callable[[], Client], *, replicas: int) -> None:
    """Tell sources of changes, for ever; while database or broker are away they wait."""
    ensured: Client | None = None
    while True:
        try:
            client = find_client()
            if ensured is not client:
                await ensure_receipts(client.jetstream(), replicas=replicas)
                async with pool.connection() as connection:
                    await ensure_notice(connection)
                ensured = client
            async with pool.connection() as connection:
                told = await tell_changes(connection, client)
            await asyncio.sleep(0 if told == AT_ONCE else POLL_SECONDS)
        except (
            HubError,
            psycopg.Error,
            PoolTimeout,
            nats.errors.Error,
            APIError,
            NoStreamResponseError,
            OSError,
            TimeoutError,
        ) as error:
            logger.info("changes of links wait to be told", extra={"reason": type(error).__name__})
            ensured = None
            await asyncio.sleep(AWAY_SECONDS)
