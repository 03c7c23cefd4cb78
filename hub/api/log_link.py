"""The API's way to the log: connects in the background, answers at once, and says so when the log is away."""

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import AsyncGenerator, Awaitable, Sequence
from typing import TypeVar

import nats.errors
from nats.js.errors import APIError, NoStreamResponseError

from contracts.errors import Unavailable
from contracts.events import OpenedHelp, OpenedRecord, OpenedWords, Sequenced, decode_event
from hub.api.reading import Pool
from hub.ending import end
from hub.log import JetStreamLog, SequenceGap, Stored, open_log
from hub.vault import Vault

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 3.0
RETRY_SECONDS = 0.5
AT_ONCE = 100
Result = TypeVar("Result")


def log_away() -> Unavailable:
    """The log cannot be reached."""
    return Unavailable(
        "The event log cannot be reached at the moment.",
        message_th="ขณะนี้ติดต่อบันทึกเหตุการณ์ไม่ได้",
        code="LOG_AWAY",
    )


@dataclasses.dataclass(kw_only=True)
class LogLink:
    """Reads single events; `log` is None until the first connection. Made by `keep_link`."""

    pool: Pool
    vault: Vault
    log: JetStreamLog | None = None

    def require(self) -> JetStreamLog:
        """The connected log. Raises Unavailable."""
        if self.log is None or not self.log.client.is_connected:
            raise log_away()
        return self.log

    async def fetch_raw(self, sequences: Sequence[int]) -> list[bytes]:
        """The stored bytes of these events, in this order. Raises Unavailable."""
        return [stored.data for stored in await self._fetch(sequences)]

    async def fetch_opened(
        self, sequences: Sequence[int]
    ) -> list[OpenedRecord | OpenedHelp | OpenedWords | None]:
        """The opened sections of these events, in this order; None for an event without any. Raises Unavailable."""
        items = [
            Sequenced(sequence=one.sequence, recorded_at=one.time, event=decode_event(one.data), digest=b"")
            for one in await self._fetch(sequences)
        ]
        async with self.pool.connection() as connection:
            return [item.opened for item in await self.vault.open(connection, items)]

    async def last_sequence(self) -> int:
        """The newest sequence. Raises Unavailable."""
        return await in_time(self.require().last_sequence())

    async def _fetch(self, sequences: Sequence[int]) -> list[Stored]:
        log = self.require()
        found: list[Stored] = []
        for start in range(0, len(sequences), AT_ONCE):
            wanted = sequences[start : start + AT_ONCE]
            for one in await in_time(asyncio.gather(*(log.fetch([sequence]) for sequence in wanted))):
                found.extend(one)
        return found


async def in_time(work: Awaitable[Result]) -> Result:
    """The result of a question to the log, within a few seconds. Raises Unavailable."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await work
    except (nats.errors.Error, APIError, NoStreamResponseError, SequenceGap, OSError, TimeoutError) as error:
        raise log_away() from error


@contextlib.asynccontextmanager
async def keep_link(
    servers: Sequence[str], pool: Pool, vault: Vault, *, stream: str, prefix: str
) -> AsyncGenerator[LogLink]:
    """A link that connects as soon as the log is there, for as long as the block runs."""
    link = LogLink(pool=pool, vault=vault)
    task = asyncio.create_task(_hold(link, servers, stream=stream, prefix=prefix))
    try:
        yield link
    finally:
        await end(task)


async def _hold(link: LogLink, servers: Sequence[str], *, stream: str, prefix: str) -> None:
    while True:
        try:
            async with open_log(servers, stream=stream, prefix=prefix) as link.log:
                logger.info("connected to the log")
                await asyncio.Event().wait()
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)
