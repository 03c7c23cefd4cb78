"""The log: appending events durably and reading them in order.

An acknowledgement means that the server has synced the event to disk (`sync_interval: always`). Several events go as one atomic
batch (NATS ADR-50): all of them get contiguous sequences, or none is stored. Every append says which sequence it believes to be the last of
its subject, so that several appenders cannot overwrite each other unknowingly.
"""

import asyncio
import contextlib
import datetime as dt
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence

import msgspec
import nats
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError, NoStreamResponseError

from contracts.errors import HubError, Unavailable
from hub.stream import EVENTS, PREFIX, ensure_stream

logger = logging.getLogger(__name__)

BATCH_LIMIT = 1000
ACK_EVERY = 250
APPEND_SECONDS = 20.0
ASK_SECONDS = 5.0
PULL_SECONDS = 5.0
HEARTBEAT_SECONDS = 1.0
SILENCE_SECONDS = 3.0
LINGER_SECONDS = 0.004
FETCHED_AT_ONCE = 100
WRONG_LAST_SEQUENCE = frozenset({10071, 10164})
RETRY_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 2.0, 5.0, 5.0, 5.0, 10.0, 10.0, 10.0)


class WrongLastSequence(HubError):
    """Another appender was first on one of the subjects; nothing of the append is stored."""

    default_code = "WRONG_LAST_SEQUENCE"


class OutcomeUnknown(HubError):
    """The acknowledgement did not arrive: the append may or may not be stored."""

    default_code = "OUTCOME_UNKNOWN"


class SequenceGap(HubError):
    """The log skipped a sequence: events are missing."""

    default_code = "SEQUENCE_GAP"


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """One event to append. `expected` is the last sequence of its subject, 0 for a new one."""

    subject: str
    payload: bytes
    expected: int


class Stored(msgspec.Struct, frozen=True, gc=False):
    """One event as stored; `time` is the broker's."""

    sequence: int
    time: dt.datetime
    subject: str
    data: bytes


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
        self, client: Client, *, stream: str = EVENTS, prefix: str = PREFIX, link: Link | None = None
    ) -> None:
        self.client = client
        self.stream = stream
        self.prefix = prefix
        self._link = link or Link()

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
        return Stored(
            int(headers["Nats-Sequence"]),
            dt.datetime.fromisoformat(headers["Nats-Time-Stamp"]).astimezone(dt.UTC),
            headers["Nats-Subject"],
            reply.data,
        )

    async def read(
        self, after: int, *, stop_at: int | None = None, batch: int = 2000
    ) -> AsyncIterator[list[Stored]]:
        """Every event after `after`, in order and without holes, in lists of at most `batch`.

        With `stop_at` it ends there; without, it waits for more for ever. A list is what has arrived: a single live event is handed on
        within a few milliseconds. Restarts of the server are ridden out. Raises SequenceGap.
        """
        last = after
        while stop_at is None or last < stop_at:
            try:
                async with self._consumer(last, batch) as pull:
                    async for messages in pull:
                        stored = [item for item in map(_stored, messages) if item.sequence > last]
                        if stop_at is not None:
                            stored = [item for item in stored if item.sequence <= stop_at]
                        _check_contiguous(last, stored)
                        if stored:
                            last = stored[-1].sequence
                            yield stored
                        if stop_at is not None and last >= stop_at:
                            return
            except (nats.errors.Error, APIError, NoStreamResponseError, OSError, TimeoutError) as error:
                logger.warning(
                    "reading the log was interrupted", extra={"after": last, "reason": type(error).__name__}
                )
                await asyncio.sleep(0.3)

    @contextlib.asynccontextmanager
    async def _consumer(self, after: int, batch: int) -> AsyncGenerator[AsyncIterator[list[Msg]]]:
        config = {
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": after + 1,
            "ack_policy": "none",
            "max_deliver": 1,
            "replay_policy": "instant",
            "inactive_threshold": 60_000_000_000,
            "mem_storage": True,
            "num_replicas": 1,
        }
        name = f"read_{uuid.uuid4().hex}"
        create = f"$JS.API.CONSUMER.CREATE.{self.stream}.{name}"
        request = msgspec.json.encode({"stream_name": self.stream, "config": {**config, "name": name}})
        reply = await self.client.request(create, request, timeout=ASK_SECONDS)
        error = msgspec.json.decode(reply.data).get("error")
        if error is not None:
            raise nats.errors.Error(str(error.get("description")))
        inbox = self.client.new_inbox()
        arrived = _Arrivals()
        subscription = await self.client.subscribe(
            inbox, cb=arrived.take, pending_msgs_limit=-1, pending_bytes_limit=-1
        )
        try:
            yield self._pull(name, inbox, arrived, batch)
        finally:
            with contextlib.suppress(nats.errors.Error, OSError):
                await subscription.unsubscribe()

    async def _pull(
        self, consumer: str, inbox: str, arrived: "_Arrivals", batch: int
    ) -> AsyncIterator[list[Msg]]:
        next_subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{consumer}"
        heartbeat = int(HEARTBEAT_SECONDS * 1e9)
        expires = int(PULL_SECONDS * 1e9)
        request = msgspec.json.encode(
            {"batch": batch, "expires": expires, "idle_heartbeat": heartbeat, "max_bytes": 64 << 20}
        )
        await self.client.publish(next_subject, request, reply=inbox)
        open_requests = 1
        asked = batch
        while True:
            found, ended = await arrived.wait(batch)
            asked -= len(found)
            open_requests -= ended
            if open_requests < 1 or asked <= batch // 2:
                asked = batch if open_requests < 1 else asked + batch
                await self.client.publish(next_subject, request, reply=inbox)
                open_requests = max(open_requests, 0) + 1
            if found:
                yield found


class _Arrivals:
    """Messages of one pull subscription, in order, and the status messages between them."""

    def __init__(self) -> None:
        self._messages: list[Msg] = []
        self._ended = 0
        self._wake = asyncio.Event()
        self._failure: str | None = None

    async def take(self, message: Msg) -> None:
        """What the client calls for every message."""
        status = message.headers.get("Status") if message.headers else None
        if status is None:
            self._messages.append(message)
        elif status in {"404", "408", "409"}:
            self._ended += 1
        elif status != "100":
            self._failure = status
        self._wake.set()

    async def wait(self, limit: int) -> tuple[list[Msg], int]:
        """What has arrived (at most `limit`, maybe nothing), and how many pull requests ran out.

        Raises TimeoutError when not even a heartbeat came, nats.errors.Error for a status that ends the consumer.
        """
        if not self._messages and not self._ended:
            async with asyncio.timeout(SILENCE_SECONDS):
                await self._wake.wait()
            if 0 < len(self._messages) < limit:
                await asyncio.sleep(LINGER_SECONDS)
        self._wake.clear()
        if self._failure is not None:
            raise nats.errors.Error(f"the pull ended with status {self._failure}")
        found, self._messages = self._messages[:limit], self._messages[limit:]
        ended, self._ended = self._ended, 0
        return found, ended


def _away() -> Unavailable:
    return Unavailable(
        "The event log (nats-server) cannot be reached at the moment; try again.",
        message_th="ขณะนี้ติดต่อบันทึกเหตุการณ์ไม่ได้ กรุณาลองใหม่",
        code="LOG_UNAVAILABLE",
    )


def _stored(message: Msg) -> Stored:
    # $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>, with domain and account before in v2.
    tokens = message.reply.split(".")
    offset = 0 if len(tokens) == 9 else 2
    nanoseconds = int(tokens[7 + offset])
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    time = dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=rest // 1000)
    return Stored(int(tokens[5 + offset]), time, message.subject, message.data)


def _check_contiguous(last: int, stored: list[Stored]) -> None:
    if stored and stored[-1].sequence - last != len(stored):
        expected = last + 1
        for item in stored:
            if item.sequence != expected:
                raise SequenceGap(f"after event {expected - 1} the log goes on with {item.sequence}")
            expected += 1


@contextlib.asynccontextmanager
async def open_log(
    servers: Sequence[str], *, stream: str = EVENTS, prefix: str = PREFIX
) -> AsyncGenerator[JetStreamLog]:
    """A log on these servers; the connection comes back by itself when a server restarts. Raises Unavailable."""

    link = Link()

    async def note(error: Exception) -> None:
        logger.debug("connection to the log", extra={"reason": type(error).__name__})

    try:
        client = await nats.connect(
            servers=list(servers),
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,
            connect_timeout=5,
            allow_reconnect=True,
            error_cb=note,
            disconnected_cb=link.note_break,
            pending_size=64 << 20,
            flusher_queue_size=4096,
        )
    except (nats.errors.Error, OSError) as error:
        raise _away() from error
    try:
        yield JetStreamLog(client, stream=stream, prefix=prefix, link=link)
    finally:
        with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
            await client.close()
