"""The projector's process: the log in, decoded and opened; rows out.

It goes on by itself when log or database come back. At an event that it cannot fold it stands still, says so in the registry (`/ready`, `hub
status`), and tries again now and then: nothing is ever skipped.
"""

import asyncio
import contextlib
import datetime as dt
import hashlib
import itertools
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import HubError
from contracts.events import Sequenced
from hub.guards import LOG_CODES, Halt, check_length, check_log, decode, explain, note, open_up_to
from hub.log import JetStreamLog, Stored
from hub.vault import Vault
from projections import version as versions
from projections.records import FoldError
from projections.runner import Projector, run, unheard

logger = logging.getLogger(__name__)

BATCH = 2000
AHEAD = 2
STANDSTILL_SECONDS = 10.0
RECONNECT_SECONDS = 0.3
WATCH_SECONDS = 1.0
LENGTH_EVERY = 5
"""The length of the log is looked at every so many looks."""
Progress = Callable[[int], None]


class NoLongerLive(Exception):
    """Another version went live; its projector goes on."""


class Reader:
    """Stored events into sequenced ones: `recorded_at` is the broker's time under a running maximum."""

    def __init__(self, latest: dt.datetime | None) -> None:
        self._latest = latest

    def read(self, stored: Stored) -> Sequenced:
        """The event at its place. Raises Halt for bytes that are not a known event."""
        event = decode(stored)
        recorded_at = stored.time if self._latest is None else max(self._latest, stored.time)
        self._latest = recorded_at
        return Sequenced(
            sequence=stored.sequence,
            recorded_at=recorded_at,
            event=event,
            digest=hashlib.sha256(stored.data).digest(),
        )

    def read_up_to(self, stored: list[Stored]) -> tuple[list[Sequenced], Halt | None]:
        """These events, as far as they can be read, and the stop at the first that cannot."""
        items: list[Sequenced] = []
        for item in stored:
            try:
                items.append(self.read(item))
            except Halt as halt:
                return items, halt
        return items, None


async def project(
    database_url: str,
    log: JetStreamLog,
    vault: Vault,
    *,
    stop_at: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Keep the live version up to date for ever, or until it holds event `stop_at`; after a switch, the one that is live then."""
    while True:
        try:
            async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
                await _project_once(connection, database_url, log, vault, stop_at, progress)
                return
        except NoLongerLive:
            logger.info("another version went live")
        except (psycopg.OperationalError, psycopg.InterfaceError, versions.CheckpointMoved) as error:
            logger.warning("the projection was interrupted", extra={"reason": type(error).__name__})
            await asyncio.sleep(RECONNECT_SECONDS)
        except (FoldError, HubError, msgspec.MsgspecError, psycopg.Error) as error:
            why = explain(error)
            logger.exception(
                "the projection stands still", extra={"code": why.code, "sequence": why.sequence}
            )
            await _note(database_url, why)
            if stop_at is not None:
                raise
            await asyncio.sleep(STANDSTILL_SECONDS)


async def _project_once(
    connection: AsyncConnection[TupleRow],
    database_url: str,
    log: JetStreamLog,
    vault: Vault,
    stop_at: int | None,
    progress: Progress | None,
) -> None:
    version = await _lock_live(connection)
    await check_log(connection, log, version)
    if version.error_code in LOG_CODES:
        await versions.record_error(connection, version, None)
    await versions.use_schema(connection, version.schema_name)
    projector = Projector(connection, version)
    logger.info("projecting", extra={"version": version.schema_name, "checkpoint": version.checkpoint})
    async with (
        await AsyncConnection.connect(database_url, autocommit=True) as keys,
        contextlib.aclosing(open_batches(keys, log, vault, version, stop_at)) as batches,
    ):
        try:
            await _until_first(run(projector, batches, progress or unheard), _watch(keys, log, projector))
        except psycopg.Error as error:
            # The tables of a version that was replaced may be gone before this projector heard of it.
            if await _is_replaced(database_url, version):
                raise NoLongerLive from error
            raise


async def _is_replaced(database_url: str, version: versions.Version) -> bool:
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        live = await versions.fetch_live(connection.cursor())
    return live is not None and live.number != version.number


async def _lock_live(connection: AsyncConnection[TupleRow]) -> versions.Version:
    """The live version, and the right to write it; waits for another projector to go. Raises Unavailable."""
    version = await versions.ensure_live(connection)
    while True:
        await versions.lock(connection, version)
        live = await versions.ensure_live(connection)
        if live.number == version.number:
            return live
        await versions.unlock(connection, version)
        version = live


async def _watch(keys: AsyncConnection[TupleRow], log: JetStreamLog, projector: Projector) -> None:
    """Look now and then whether the version is still live and the log still as long. Raises NoLongerLive, Halt."""
    for turn in itertools.count(1):
        await asyncio.sleep(WATCH_SECONDS)
        async with keys.cursor() as cursor:
            live = await versions.fetch_live(cursor)
        if live is None or live.number != projector.version.number:
            raise NoLongerLive
        if turn % LENGTH_EVERY == 0:
            await check_length(log, projector.checkpoint)


async def _until_first(work: Coroutine[object, object, None], watch: Coroutine[object, object, None]) -> None:
    """Until the work ends or the watch raises; what is still going on is stopped, its write under way ended.

    Raises what ended first: what an interrupted write says afterwards only follows from it.
    """
    tasks = [asyncio.create_task(work), asyncio.create_task(watch)]
    done: set[asyncio.Task[None]] = set()
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if task in done:
            task.result()


async def open_batches(
    keys: AsyncConnection[TupleRow],
    log: JetStreamLog,
    vault: Vault,
    version: versions.Version,
    stop_at: int | None,
    batch: int | None = None,
) -> AsyncGenerator[list[Sequenced]]:
    """What follows the version's checkpoint, in batches (of at most `batch`) read, decoded and opened ahead of the fold.

    So the database and this process work at the same time. Raises what reading, decoding and opening raise, Halt for an event that stops
    everything, after all that comes before it.
    """
    queue: asyncio.Queue[list[Sequenced] | Exception | None] = asyncio.Queue(AHEAD)

    async def fill() -> None:
        reader = Reader(version.recorded_at)
        try:
            async for stored in log.read(version.checkpoint, stop_at=stop_at, batch=batch or BATCH):
                items, unread = reader.read_up_to(stored)
                await vault.destroy_erased(keys, items)
                opened, closed = await open_up_to(vault, keys, items)
                await queue.put(opened)
                if closed or unread:
                    await queue.put(closed or unread)
                    return
            await queue.put(None)
        except Exception as error:  # noqa: BLE001 - handed to the reader of the queue, who raises it
            await queue.put(error)

    filling = asyncio.create_task(fill())
    try:
        while (found := await queue.get()) is not None:
            if isinstance(found, Exception):
                raise found
            yield found
    finally:
        filling.cancel()
        await asyncio.wait({filling})


async def _note(database_url: str, why: versions.Standstill) -> None:
    try:
        await note(database_url, why)
    except psycopg.Error:
        logger.warning("the reason could not be written to the registry")
