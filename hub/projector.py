"""The projector's process: the log in, decoded and opened; rows out.

It goes on by itself when log or database come back. At an event that it cannot fold it stands still, says so in the registry (`/ready`, `hub
status`), and tries again now and then: nothing is ever skipped.
"""

import asyncio
import contextlib
import datetime as dt
import hashlib
import logging
from collections.abc import AsyncGenerator, Callable

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import HubError
from contracts.events import Sequenced, decode_event
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
Progress = Callable[[int], None]


class Reader:
    """Stored events into sequenced ones: `recorded_at` is the broker's time under a running maximum."""

    def __init__(self, latest: dt.datetime | None) -> None:
        self._latest = latest

    def read(self, stored: Stored) -> Sequenced:
        """The event at its place. Raises msgspec.MsgspecError for bytes that are not a known event."""
        recorded_at = stored.time if self._latest is None else max(self._latest, stored.time)
        self._latest = recorded_at
        return Sequenced(
            sequence=stored.sequence,
            recorded_at=recorded_at,
            event=decode_event(stored.data),
            digest=hashlib.sha256(stored.data).digest(),
        )


async def project(
    database_url: str,
    log: JetStreamLog,
    vault: Vault,
    *,
    stop_at: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Keep the live version up to date for ever, or until it holds event `stop_at`."""
    while True:
        try:
            async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
                await _project_once(connection, database_url, log, vault, stop_at, progress)
                return
        except (psycopg.OperationalError, psycopg.InterfaceError, versions.CheckpointMoved) as error:
            logger.warning("the projection was interrupted", extra={"reason": type(error).__name__})
            await asyncio.sleep(RECONNECT_SECONDS)
        except (FoldError, HubError, msgspec.MsgspecError, psycopg.Error) as error:
            logger.exception("the projection stands still")
            await _note(database_url, error)
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
    version = await versions.ensure_live(connection)
    await versions.lock(connection, version)
    version = await versions.ensure_live(connection)
    await versions.use_schema(connection, version.schema_name)
    projector = Projector(connection, version)
    logger.info("projecting", extra={"version": version.schema_name, "checkpoint": version.checkpoint})
    async with (
        await AsyncConnection.connect(database_url, autocommit=True) as keys,
        contextlib.aclosing(open_batches(keys, log, vault, version, stop_at)) as batches,
    ):
        await run(projector, batches, progress or unheard)


async def open_batches(
    keys: AsyncConnection[TupleRow],
    log: JetStreamLog,
    vault: Vault,
    version: versions.Version,
    stop_at: int | None,
) -> AsyncGenerator[list[Sequenced]]:
    """What follows the version's checkpoint, in batches read, decoded and opened ahead of the fold.

    So the database and this process work at the same time. Raises what reading, decoding and opening raise.
    """
    queue: asyncio.Queue[list[Sequenced] | Exception | None] = asyncio.Queue(AHEAD)

    async def fill() -> None:
        reader = Reader(version.recorded_at)
        try:
            async for stored in log.read(version.checkpoint, stop_at=stop_at, batch=BATCH):
                items = [reader.read(item) for item in stored]
                await queue.put(await vault.open(keys, items))
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


async def _note(database_url: str, error: Exception) -> None:
    """Why it stands still, without the contents of any event."""
    words = error.message_en if isinstance(error, HubError) else str(error)
    if isinstance(error, psycopg.Error):
        words = f"the database refused a row ({error.sqlstate})"
    try:
        async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
            version = await versions.ensure_live(connection)
            await versions.record_error(connection, version, f"{type(error).__name__}: {words}")
    except (psycopg.Error, HubError):
        logger.warning("the reason could not be written to the registry")
