"""The gatekeeper: what agencies publish on `in.<agency>.>` is checked, sealed and appended; the receipt goes to `receipt.<agency>.>`.

The agency is the one in the subject, never one in the payload; of a message only its payload is read, no header of it gets any further.
A message is acknowledged to the broker only when its receipt is published, so a crash in between repeats it, and the repeat answers
`duplicate` or `unchanged`. Agencies take turns of at most SHARE messages.
"""

import asyncio
import logging
import re

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError

from contracts.errors import FieldError, Unavailable
from hub import clock
from hub.inboxes import DURABLE, SHARE, ensure_consumer, ensure_receipts, find_inboxes
from hub.intake import receipts
from hub.intake.intake import Intake
from hub.intake.publishing import Publisher, publish
from hub.intake.receipts import Receipt
from hub.pulling import open_pull_of

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
LOOK_SECONDS = 1.0
SEQUENCE_HEADER = "Hub-Inbox-Sequence"
REST = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,7}\Z")
NOT_JUDGED = FieldError(
    code="INTERNAL_ERROR",
    path="",
    message_en="The hub failed on this message and did not take it in; please tell its operator.",
    message_th="ระบบขัดข้องกับข้อความนี้จึงไม่ได้รับข้อมูลเข้า กรุณาแจ้งผู้ดูแลระบบ",
)


class Gate:
    """The door of one hub for all its agencies."""

    def __init__(self, intake: Intake, client: Client, *, province: str) -> None:
        self.intake = intake
        self.client = client
        self.province = province
        self._turn = asyncio.Lock()

    async def keep(self, *, replicas: int = 1) -> None:
        """Answer what arrives in every inbox there is or comes to be, until the connection is closed."""
        kept: dict[str, asyncio.Task[None]] = {}
        is_ready = False
        try:
            while not self.client.is_closed:
                try:
                    if not is_ready:
                        await ensure_receipts(self.client.jetstream(), replicas=replicas)
                        is_ready = True
                    for stream in await find_inboxes(self.client):
                        if stream not in kept or kept[stream].done():
                            kept[stream] = asyncio.create_task(self.keep_inbox(stream))
                except (nats.errors.Error, APIError, OSError, TimeoutError) as error:
                    logger.warning("the inboxes are away", extra={"reason": type(error).__name__})
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in kept.values():
                task.cancel()
            await asyncio.gather(*kept.values(), return_exceptions=True)

    async def keep_inbox(self, stream: str) -> None:
        """Answer what arrives in one inbox."""
        jetstream = self.client.jetstream()
        while not self.client.is_closed:
            try:
                await ensure_consumer(jetstream, stream)
                async with open_pull_of(self.client, stream, DURABLE, batch=SHARE) as pull:
                    async for messages in pull:
                        async with (
                            self._turn
                        ):  # first come, first served: nobody waits for two turns of another
                            await self.answer(messages)
            except (nats.errors.Error, APIError, OSError, TimeoutError) as error:
                logger.warning("an inbox is away", extra={"reason": type(error).__name__})
                await asyncio.sleep(RETRY_SECONDS)

    async def answer(self, messages: list[Msg]) -> None:
        """Take these messages in, publish a receipt for each, acknowledge them last; what cannot be taken in now comes again."""
        by_agency: dict[str, list[Msg]] = {}
        for message in messages:
            by_agency.setdefault(message.subject.split(".")[1], []).append(message)
        for agency, theirs in by_agency.items():
            try:
                answers = await self._take_in(agency, theirs)
            except Unavailable as error:
                logger.warning("nothing can be taken in now", extra={"code": error.code})
                for message in theirs:
                    await message.nak(delay=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for message, receipt in zip(theirs, answers, strict=True):
                headers = {SEQUENCE_HEADER: str(message.metadata.sequence.stream)}
                subject = f"receipt.{agency}.{rest_of(message.subject)}"
                said = msgspec.json.encode(msgspec.structs.replace(receipt, row=None))
                await self.client.publish(subject, said, headers=headers)
            await self.client.flush()
            for message in theirs:
                await message.ack()
        logger.info("answered", extra={"messages": len(messages)})

    async def _take_in(self, agency: str, messages: list[Msg]) -> list[Receipt]:
        """A receipt for each. A message that the hub fails on is rejected by itself and stops no other. Raises Unavailable."""
        publisher = Publisher(province=self.province, actor=f"nats:{agency}", agency=agency, rights=())
        lines = [message.data for message in messages]
        try:
            return await publish(self.intake, lines, publisher, now=clock.now())
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others of this agency and all agencies go on
            logger.error("failed on messages", extra={"count": len(messages), "reason": type(error).__name__})  # noqa: TRY400 - the text of the error may hold what they say
            if len(messages) == 1:
                return [receipts.rejected((NOT_JUDGED,))]
            return [answer for message in messages for answer in await self._take_in(agency, [message])]


def rest_of(subject: str) -> str:
    """What follows the agency in the subject, so that its receipt can be told from others; `event` for what is no plain tokens."""
    rest = subject.split(".", 2)[2:]
    return rest[0] if rest and REST.match(rest[0]) else "event"


async def keep_gate(intake: Intake, client: Client, *, province: str, replicas: int = 1) -> None:
    """Answer what arrives, until the connection is closed."""
    await Gate(intake, client, province=province).keep(replicas=replicas)
