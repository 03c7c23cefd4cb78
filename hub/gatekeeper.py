"""The gatekeeper: what agencies publish on `in.<agency>.>` is checked, sealed and appended; the receipt goes to `receipt.<agency>.>`.

The agency is the one in the subject, never one in the payload. A message is acknowledged to the broker only when its receipt is published, so a crash in
between repeats it, and the repeat answers `duplicate` or `unchanged`.
"""

import asyncio
import logging

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from hub import clock
from hub.intake.intake import Intake
from hub.intake.publishing import Publisher, publish

logger = logging.getLogger(__name__)

INBOX, RECEIPTS = "INBOX", "RECEIPTS"
DURABLE = "gatekeeper"
FETCH = 100
FETCH_SECONDS = 2.0
RETRY_SECONDS = 0.5
INBOX_DAYS = 14
DAY_SECONDS = 86_400.0
MOST_BYTES = 1 << 20


async def ensure_streams(jetstream: JetStreamContext, *, replicas: int = 1) -> None:
    """The streams that agencies write to and read from."""
    inbox = StreamConfig(
        name=INBOX,
        subjects=["in.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        max_msg_size=MOST_BYTES,
        num_replicas=replicas,
    )
    receipts = StreamConfig(
        name=RECEIPTS,
        subjects=["receipt.>"],
        storage=StorageType.FILE,
        max_age=INBOX_DAYS * DAY_SECONDS,
        num_replicas=replicas,
    )
    for stream in (inbox, receipts):
        try:
            await jetstream.stream_info(str(stream.name))
        except NotFoundError:
            await jetstream.add_stream(stream)


async def keep_gate(intake: Intake, client: Client, *, province: str, replicas: int = 1) -> None:
    """Answer what arrives, until the connection is closed."""
    jetstream = client.jetstream()
    await ensure_streams(jetstream, replicas=replicas)
    config = ConsumerConfig(durable_name=DURABLE, ack_policy=AckPolicy.EXPLICIT, ack_wait=60)
    while not client.is_closed:
        try:
            pull = await jetstream.pull_subscribe("in.>", durable=DURABLE, stream=INBOX, config=config)
            while not client.is_closed:
                try:
                    messages = await pull.fetch(FETCH, timeout=FETCH_SECONDS)
                except (nats.errors.TimeoutError, TimeoutError):
                    continue
                await answer(intake, client, messages, province=province)
        except (nats.errors.Error, APIError, OSError) as error:
            logger.warning("the inbox is away", extra={"reason": type(error).__name__})
            await asyncio.sleep(RETRY_SECONDS)


async def answer(intake: Intake, client: Client, messages: list[Msg], *, province: str) -> None:
    """Take these messages in, publish a receipt for each, acknowledge them last."""
    by_agency: dict[str, list[Msg]] = {}
    for message in messages:
        by_agency.setdefault(message.subject.split(".")[1], []).append(message)
    for agency, theirs in by_agency.items():
        publisher = Publisher(province=province, actor=f"nats:{agency}", agency=agency)
        receipts = await publish(intake, [message.data for message in theirs], publisher, now=clock.now())
        for message, receipt in zip(theirs, receipts, strict=True):
            rest = message.subject.split(".", 2)[2:] or ["event"]
            await client.publish(f"receipt.{agency}.{rest[0]}", msgspec.json.encode(receipt))
        await client.flush()
        for message in theirs:
            await message.ack()
    logger.info("answered", extra={"messages": len(messages)})
