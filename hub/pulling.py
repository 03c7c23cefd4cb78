"""Pulling messages from a stream in order.

The client's own `fetch` stalls on orphaned requests and stays dead after a restart of the server (nats.py #933, #986, #504), so this asks
`$JS.API.CONSUMER.MSG.NEXT` itself and watches the heartbeats.
"""

import asyncio
import contextlib
import datetime as dt
import uuid
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.errors import HubError

ASK_SECONDS = 5.0
PULL_SECONDS = 5.0
HEARTBEAT_SECONDS = 1.0
SILENCE_SECONDS = 3.0
LINGER_SECONDS = 0.002
FEW = 200
HEARTBEAT = "100"
UNSERVED = "Nats-Pending-Messages"


class SequenceGap(HubError):
    """The log skipped a sequence: events are missing."""

    default_code = "SEQUENCE_GAP"


class Stored(msgspec.Struct, frozen=True, gc=False):
    """One event as stored; `time` is the broker's."""

    sequence: int
    time: dt.datetime
    subject: str
    data: bytes


@contextlib.asynccontextmanager
async def open_pull(
    client: Client, stream: str, *, after: int, batch: int
) -> AsyncGenerator[AsyncIterator[list[Msg]]]:
    """Lists of at most `batch` messages from `after` + 1 on, as they arrive.

    The consumer lives as long as the block and asks for no acknowledgements. Raises nats.errors.Error, OSError or TimeoutError when it
    falls silent, as after a restart of the server: then open another.
    """
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
    create = f"$JS.API.CONSUMER.CREATE.{stream}.{name}"
    request = msgspec.json.encode({"stream_name": stream, "config": {**config, "name": name}})
    reply = await client.request(create, request, timeout=ASK_SECONDS)
    error = msgspec.json.decode(reply.data).get("error")
    if error is not None:
        raise nats.errors.Error(str(error.get("description")))
    async with open_pull_of(client, stream, name, batch=batch) as pull:
        yield pull


@contextlib.asynccontextmanager
async def open_pull_of(
    client: Client, stream: str, consumer: str, *, batch: int
) -> AsyncGenerator[AsyncIterator[list[Msg]]]:
    """The same from a consumer that is there, from where it stands. Raises as `open_pull`."""
    inbox = client.new_inbox()
    arrived = _Arrivals()
    subscription = await client.subscribe(
        inbox, cb=arrived.take, pending_msgs_limit=-1, pending_bytes_limit=-1
    )
    try:
        yield _pull(client, stream, consumer, inbox, arrived, batch)
    finally:
        with contextlib.suppress(nats.errors.Error, OSError):
            await subscription.unsubscribe()


async def _pull(
    client: Client, stream: str, consumer: str, inbox: str, arrived: "_Arrivals", batch: int
) -> AsyncIterator[list[Msg]]:
    next_subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
    heartbeat = int(HEARTBEAT_SECONDS * 1e9)
    expires = int(PULL_SECONDS * 1e9)
    request = msgspec.json.encode(
        {"batch": batch, "expires": expires, "idle_heartbeat": heartbeat, "max_bytes": 64 << 20}
    )
    asked = 0
    while True:
        if asked <= batch // 2:
            await client.publish(next_subject, request, reply=inbox)
            asked += batch
        found, unserved = await arrived.wait(batch)
        asked -= len(found) + unserved
        if found:
            yield found


class _Arrivals:
    """Messages of one pull subscription, in order, and the status messages between them."""

    def __init__(self) -> None:
        self._messages: list[Msg] = []
        self._unserved = 0
        self._wake = asyncio.Event()
        self._failure: str | None = None

    async def take(self, message: Msg) -> None:
        """What the client calls for every message."""
        status = message.headers.get("Status") if message.headers else None
        if status is None:
            self._messages.append(message)
        elif status != HEARTBEAT:
            unserved = message.headers.get(UNSERVED) if message.headers else None
            if unserved is None:
                self._failure = status
            else:
                self._unserved += int(unserved)
        self._wake.set()

    async def wait(self, limit: int) -> tuple[list[Msg], int]:
        """What has arrived (at most `limit`, maybe nothing), and how many messages of requests that ran out will not come.

        Raises TimeoutError when not even a heartbeat came, nats.errors.Error for a status that ends the consumer.
        """
        if not self._messages and not self._unserved:
            async with asyncio.timeout(SILENCE_SECONDS):
                await self._wake.wait()
            if 0 < len(self._messages) < min(limit, FEW):
                await asyncio.sleep(LINGER_SECONDS)
        self._wake.clear()
        if self._failure is not None:
            raise nats.errors.Error(f"the pull ended with status {self._failure}")
        found, self._messages = self._messages[:limit], self._messages[limit:]
        unserved, self._unserved = self._unserved, 0
        return found, unserved


def to_stored(message: Msg) -> Stored:
    """The event in a pulled message; its place is in the reply subject."""
    # $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>, with domain and account before in v2.
    tokens = message.reply.split(".")
    offset = 0 if len(tokens) == 9 else 2
    nanoseconds = int(tokens[7 + offset])
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    time = dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=rest // 1000)
    return Stored(int(tokens[5 + offset]), time, message.subject, message.data)


def check_contiguous(last: int, stored: list[Stored]) -> None:
    """Raises SequenceGap unless these are the events next after `last`."""
    if stored and stored[-1].sequence - last != len(stored):
        expected = last + 1
        for item in stored:
            if item.sequence != expected:
                raise SequenceGap(f"after event {expected - 1} the log goes on with {item.sequence}")
            expected += 1
