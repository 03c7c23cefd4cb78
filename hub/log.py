"""The log: appending events durably and reading them in order.

An acknowledgement means that the server has synced the event to disk (`sync_interval: always`). Several events go as one atomic
batch (NATS ADR-50): all of them get contiguous sequences, or none is stored. Every append says which sequence it believes to be the last of
its subject, so that several appenders cannot overwrite each other unknowingly.
"""

import asyncio
import contextlib
import datetime as dt
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence

import msgspec
import nats
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError, NoStreamResponseError

from contracts.errors import HubError, Unavailable
from hub.pulling import ASK_SECONDS, SequenceGap, Stored, check_contiguous, open_pull, to_stored
from hub.stream import EVENTS, PREFIX, ensure_stream

logger = logging.getLogger(__name__)

BATCH_LIMIT = 1000
ACK_EVERY = 250
HEADER_ROOM = 1024
READ_AGAIN_SECONDS = 0.3
CONNECT_SECONDS = 10.0
APPEND_SECONDS = 20.0
FETCHED_AT_ONCE = 100
WRONG_LAST_SEQUENCE = frozenset({10071, 10164})
RETRY_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 2.0, 5.0, 5.0, 5.0, 10.0, 10.0, 10.0)


class WrongLastSequence(HubError):
    """Another appender was first on one of the subjects; nothing of the append is stored."""

    default_code = "WRONG_LAST_SEQUENCE"


class OutcomeUnknown(HubError):
    """The acknowledgement did not arrive: the append may or may not be stored."""

    default_code = "OUTCOME_UNKNOWN"


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """One event to append. `expected` is the last sequence of its subject, 0 for a new one."""

    subject: str
    payload: bytes
    expected: int


class _Ack(msgspec.Struct):
    seq: int = 0
    count: int = 0
    error: dict[str, object] | None = None


_acks: msgspec.json.Decoder[_Ack] = msgspec.json.Decoder(_Ack)


class Link:
    """Tells who waits for an answer that the connection broke: it will not come on the next one."""

    def __init__(self) -> None:
        self._broken: asyncio.Future[None] | None = None

    async def note_break(self) -> None:
        """What the client calls when it loses its connection."""
        if self._broken is not None and not self._broken.done():
            self._broken.set_result(None)

    async def hold(self, answer: Coroutine[object, object, Msg]) -> Msg:
        """The answer. Raises OutcomeUnknown as soon as the connection breaks."""
        if self._broken is None or self._broken.done():
            self._broken = asyncio.get_running_loop().create_future()
        asking = asyncio.ensure_future(answer)
        try:
            await asyncio.wait({asking, self._broken}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
        finally:
            asking.cancel()
        raise OutcomeUnknown("the connection to the log was lost")


class JetStreamLog:
    """One stream. All methods may be used from several tasks at once."""

    def __init__(
        self,
        client: Client,
        *,
        stream: str = EVENTS,
        prefix: str = PREFIX,
        link: Link | None = None,
        servers: Sequence[str] = (),
    ) -> None:
        """`servers` are those of the client, as `open_log` takes them: with what it takes to get in."""
        self.client = client
        self.servers = tuple(servers)
        self.stream = stream
        self.prefix = prefix
        self._link = link or Link()

    @property
    def largest_payload(self) -> int:
        """The most bytes that an event may have."""
        return self.client.max_payload - HEADER_ROOM

    def without_prefix(self, subject: str) -> str:
        """A subject of this stream without the stream's prefix."""
        return subject[len(self.prefix) + 1 :]

    async def ensure(self, *, replicas: int = 1) -> None:
        """Make the stream or check it. Raises Conflict."""
        jetstream = self.client.jetstream()
        await ensure_stream(jetstream, name=self.stream, prefix=self.prefix, replicas=replicas)

    async def append(self, messages: Sequence[Outgoing]) -> int:
        """Store all of `messages` (at most BATCH_LIMIT, subjects all different); the sequence of the first.

        Raises WrongLastSequence (nothing stored), OutcomeUnknown (read again what is there), Unavailable.
        """
        if len(messages) == 1:
            only = messages[0]
            headers = {"Nats-Expected-Last-Subject-Sequence": str(only.expected)}
            return (await self._request(only.subject, only.payload, headers)).seq
        batch = uuid.uuid4().hex
        acknowledged: _Ack | None = None
        for position, message in enumerate(messages, start=1):
            headers = {
                "Nats-Batch-Id": batch,
                "Nats-Batch-Sequence": str(position),
                "Nats-Expected-Last-Subject-Sequence": str(message.expected),
            }
            is_last = position == len(messages)
            if is_last:
                headers["Nats-Batch-Commit"] = "1"
            if is_last or position == 1 or position % ACK_EVERY == 0:
                acknowledged = await self._request(message.subject, message.payload, headers)
            else:
                await self._publish(message, headers)
        if acknowledged is None or acknowledged.count != len(messages):
            raise OutcomeUnknown("the batch was acknowledged in part")
        return acknowledged.seq - len(messages) + 1

    async def _publish(self, message: Outgoing, headers: dict[str, str]) -> None:
        if not self.client.is_connected:
            raise OutcomeUnknown("the connection to the log was lost")
        try:
            await self.client.publish(message.subject, message.payload, headers=headers)
        except (nats.errors.Error, OSError) as error:
            raise OutcomeUnknown("the connection to the log was lost") from error

    async def _request(self, subject: str, payload: bytes, headers: dict[str, str]) -> _Ack:
        if not self.client.is_connected:
            raise _away()
        try:
            reply = await self._link.hold(
                self.client.request(subject, payload, timeout=APPEND_SECONDS, headers=headers)
            )
        except nats.errors.NoRespondersError as error:
            raise Unavailable("The log has no stream to append to yet.", code="LOG_UNAVAILABLE") from error
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise OutcomeUnknown("the log did not acknowledge") from error
        if not reply.data:
            return _Ack()
        ack = _acks.decode(reply.data)
        if ack.error is not None:
            if ack.error.get("err_code") in WRONG_LAST_SEQUENCE:
                raise WrongLastSequence("a subject has moved on")
            raise Unavailable(f"The log refused: {ack.error.get('description')}", code="LOG_REFUSED")
        return ack

    async def last_sequence(self) -> int:
        """The sequence of the newest event, 0 for none. Raises Unavailable."""
        if not self.client.is_connected:
            raise _away()
        try:
            info = await self.client.jetstream(timeout=ASK_SECONDS).stream_info(self.stream)
        except (nats.errors.Error, APIError, NoStreamResponseError, OSError, TimeoutError) as error:
            raise _away() from error
        return info.state.last_seq

    async def fetch(self, sequences: Sequence[int]) -> list[Stored]:
        """These events, in the order asked. Raises SequenceGap for one that is not there, and what the client raises."""
        found: list[Stored] = []
        for start in range(0, len(sequences), FETCHED_AT_ONCE):
            wanted = sequences[start : start + FETCHED_AT_ONCE]
            found += await asyncio.gather(*(self._fetch_one(sequence) for sequence in wanted))
        return found

    async def _fetch_one(self, sequence: int) -> Stored:
        subject = f"$JS.API.DIRECT.GET.{self.stream}"
        reply = await self.client.request(
            subject, msgspec.json.encode({"seq": sequence}), timeout=ASK_SECONDS
        )
        headers = reply.headers or {}
        if "Nats-Sequence" not in headers:
            raise SequenceGap(f"event {sequence} is not in the log")
        return _direct(reply)

    async def find_next(self, subjects: str, after: int) -> Stored | None:
        """The first event behind `after` on these subjects (without the stream's prefix; wildcards count). Raises Unavailable."""
        wanted = {"seq": after + 1, "next_by_subj": f"{self.prefix}.{subjects}"}
        if not self.client.is_connected:
            raise _away()
        try:
            reply = await self.client.request(
                f"$JS.API.DIRECT.GET.{self.stream}", msgspec.json.encode(wanted), timeout=ASK_SECONDS
            )
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise _away() from error
        headers = reply.headers or {}
        return _direct(reply) if "Nats-Sequence" in headers else None

    async def read(
        self, after: int, *, stop_at: int | None = None, batch: int = 2000, patience: float | None = None
    ) -> AsyncIterator[list[Stored]]:
        """Every event after `after`, in order and without holes, in lists of at most `batch`.

        With `stop_at` it ends there; without, it waits for more for ever. A list is what has arrived: a single live event is handed on
        within a few milliseconds. Restarts of the server are ridden out; with `patience` for at most so many seconds without an event.
        Raises SequenceGap, Unavailable.
        """
        last, heard = after, time.monotonic()
        while stop_at is None or last < stop_at:
            try:
                async with open_pull(self.client, self.stream, after=last, batch=batch) as pull:
                    async for messages in pull:
                        stored = [item for item in map(to_stored, messages) if item.sequence > last]
                        if stop_at is not None:
                            stored = [item for item in stored if item.sequence <= stop_at]
                        check_contiguous(last, stored)
                        if stored:
                            last = stored[-1].sequence
                            yield stored
                            heard = time.monotonic()
                        if stop_at is not None and last >= stop_at:
                            return
            except (nats.errors.Error, APIError, NoStreamResponseError, OSError, TimeoutError) as error:
                logger.warning(
                    "reading the log was interrupted", extra={"after": last, "reason": type(error).__name__}
                )
                if patience is not None and time.monotonic() - heard > patience:
                    raise _away() from error
                await asyncio.sleep(READ_AGAIN_SECONDS)


def _direct(reply: Msg) -> Stored:
    headers = reply.headers or {}
    time_ = dt.datetime.fromisoformat(headers["Nats-Time-Stamp"]).astimezone(dt.UTC)
    return Stored(int(headers["Nats-Sequence"]), time_, headers["Nats-Subject"], reply.data)


def _away() -> Unavailable:
    return Unavailable(
        "The event log (nats-server) cannot be reached at the moment; try again.",
        message_th="ขณะนี้ติดต่อบันทึกเหตุการณ์ไม่ได้ กรุณาลองใหม่",
        code="LOG_UNAVAILABLE",
    )


@contextlib.asynccontextmanager
async def open_log(
    servers: Sequence[str],
    *,
    stream: str = EVENTS,
    prefix: str = PREFIX,
    patience: float = CONNECT_SECONDS,
) -> AsyncGenerator[JetStreamLog]:
    """A log on these servers; the connection comes back by itself when a server restarts.

    Raises Unavailable when none answers within `patience` seconds.
    """
    link = Link()

    async def note(error: Exception) -> None:
        logger.debug("connection to the log", extra={"reason": type(error).__name__})

    client = Client()
    try:
        async with _closed_unless_connected(client), asyncio.timeout(patience):
            await client.connect(
                servers=list(servers),
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.2,  # pyright: ignore[reportArgumentType] - seconds, and may be a part of one
                connect_timeout=5,
                allow_reconnect=True,
                error_cb=note,
                disconnected_cb=link.note_break,
                pending_size=64 << 20,
                flusher_queue_size=4096,
            )
    except (nats.errors.Error, OSError, TimeoutError) as error:
        raise _away() from error
    try:
        yield JetStreamLog(client, stream=stream, prefix=prefix, link=link, servers=servers)
    finally:
        with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
            await client.close()


@contextlib.asynccontextmanager
async def _closed_unless_connected(client: Client) -> AsyncGenerator[None]:
    """Connecting that is given up half way leaves its socket open; this closes it."""
    try:
        yield
    finally:
        if not client.is_connected:
            with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
                await client.close()
