"""The streams behind the door for NATS: an inbox for each agency, and the receipts.

An inbox of one's own has limits of its own, so that a flood fills nobody else's, and message ids of its own: the broker's window for repeats
is one per stream, and in a shared one an agency could make another's message pass for a repeat.
"""

import msgspec
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

PREFIX, RECEIPTS = "INBOX_", "RECEIPTS"
SHARED = "INBOX"
"""What all agencies wrote to before each had its own."""
DURABLE = "gatekeeper"
SHARE = 100
"""How many messages of one agency are taken in before it is another's turn."""
MOST_BYTES = 1 << 20
MOST_WAITING, MOST_WAITING_BYTES = 100_000, 256 << 20
REPEAT_SECONDS = 600.0
RECEIPT_SECONDS = 14 * 86_400.0
RECEIPT_BYTES = 1 << 30
ACK_WAIT_SECONDS = 60.0
ASK_SECONDS = 5.0


class _Names(msgspec.Struct):
    streams: list[str] | None = None
    total: int = 0


_names: msgspec.json.Decoder[_Names] = msgspec.json.Decoder(_Names)


def stream_of(agency: str) -> str:
    """The name of an agency's inbox."""
    return f"{PREFIX}{agency}"


async def ensure_receipts(jetstream: JetStreamContext, *, replicas: int = 1) -> None:
    """The stream of receipts; agencies get them live, what is stored is for looking into."""
    await _ensure(
        jetstream,
        StreamConfig(
            name=RECEIPTS,
            subjects=["receipt.>"],
            storage=StorageType.FILE,
            max_age=RECEIPT_SECONDS,
            max_bytes=RECEIPT_BYTES,
            num_replicas=replicas,
        ),
    )


async def ensure_inbox(jetstream: JetStreamContext, agency: str, *, replicas: int = 1) -> None:
    """The inbox of an agency: full means refused, nothing is dropped."""
    await _retire_shared(jetstream)
    await _ensure(
        jetstream,
        StreamConfig(
            name=stream_of(agency),
            subjects=[f"in.{agency}.>"],
            retention=RetentionPolicy.WORK_QUEUE,
            discard=DiscardPolicy.NEW,
            storage=StorageType.FILE,
            max_msgs=MOST_WAITING,
            max_bytes=MOST_WAITING_BYTES,
            max_msg_size=MOST_BYTES,
            duplicate_window=REPEAT_SECONDS,
            num_replicas=replicas,
        ),
    )


async def ensure_consumer(jetstream: JetStreamContext, stream: str) -> None:
    """The place up to which an inbox is answered."""
    try:
        await jetstream.consumer_info(stream, DURABLE)
    except NotFoundError:
        config = ConsumerConfig(
            durable_name=DURABLE,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_ack_pending=2 * SHARE,
        )
        await jetstream.add_consumer(stream, config)


async def find_inboxes(client: Client) -> list[str]:
    """The names of all inboxes, also the old shared one. Raises what the client raises."""
    found: list[str] = []
    while True:
        question = msgspec.json.encode({"offset": len(found)})
        reply = await client.request("$JS.API.STREAM.NAMES", question, timeout=ASK_SECONDS)
        page = _names.decode(reply.data)
        found += page.streams or []
        if not page.streams or len(found) >= page.total:
            return [name for name in found if name.startswith(PREFIX) or name == SHARED]


async def _ensure(jetstream: JetStreamContext, config: StreamConfig) -> None:
    try:
        await jetstream.stream_info(str(config.name))
    except NotFoundError:
        await jetstream.add_stream(config)


async def _retire_shared(jetstream: JetStreamContext) -> None:
    """Take its subjects from the shared inbox; what still lies in it is answered as before."""
    try:
        config = (await jetstream.stream_info(SHARED)).config
    except NotFoundError:
        return
    if config.subjects != [SHARED]:
        config.subjects = [SHARED]
        await jetstream.update_stream(config)
