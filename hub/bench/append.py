"""How fast intake appends, against raw atomic batches of the same bytes."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence

from contracts.errors import Unavailable
from hub import clock
from hub.bench.figures import Figure, figure
from hub.bench.samples import make_action, make_record
from hub.bench.stores import open_stores
from hub.intake.intake import Intake
from hub.intake.items import Delivery, Item, action_item, record_item
from hub.log import BATCH_LIMIT, JetStreamLog, open_log
from hub.opening import open_intake

RAW_STREAM = "RAW"
RAW_PREFIX = "raw"
RAW_AT_ONCE = 2
APPEND_SECONDS = 20.0
Report = Callable[[str, int, int], None]
MakeItem = Callable[[int], Item]


async def measure_append(number: int, report: Report) -> list[Figure]:
    """Events per second of records (four members each) and of actions, `number` of each, in stores of their own.

    Timed: pseudonyms, deciding against the ledger, new keys, sealing, the durable append, the ledger. Not timed: reading
    files, which is not appending. The limit is the same bytes on fresh subjects, without any of that.
    """
    async with open_stores("append") as (settings, stack), open_intake(settings, stack) as intake:
        delivery = Delivery(
            province=settings.province, received_at=clock.now(), contract="tpmap@1", batch_id="bench"
        )
        key = intake.pseudonym_key
        records = [make_record(each, key) for each in range(number)]
        actions = [make_action(each, key) for each in range(number)]
        works: dict[str, MakeItem] = {
            "append_records": lambda row: record_item(records[row], delivery, key, row=row + 1),
            "append_actions": lambda row: action_item(actions[row], delivery, key, row=row + 1),
        }
        async with open_log(stack.nats_servers, stream=RAW_STREAM, prefix=RAW_PREFIX) as raw:
            await raw.ensure()
            return [await _measure(name, make, number, intake, raw, report) for name, make in works.items()]


async def _measure(
    name: str, make: MakeItem, number: int, intake: Intake, raw: JetStreamLog, report: Report
) -> Figure:
    before = await intake.log.last_sequence()
    began = time.perf_counter()
    taken = 0
    async for receipts in intake.submit_all(_chunks(make, number)):
        taken += sum(receipt.status == "accepted" for receipt in receipts)
        report(name, taken, number)
    seconds = time.perf_counter() - began
    if taken != number:
        raise Unavailable(f"Intake took {taken} of {number} in.", code="BENCH_INCOMPLETE")
    payloads = [
        item.data
        async for stored in intake.log.read(before, stop_at=before + number, patience=APPEND_SECONDS)
        for item in stored
    ]
    raw_seconds = await append_raw(raw, name, payloads)
    report(f"{name} raw", number, number)
    return figure(name, number / seconds, "events/s", number / raw_seconds)


async def _chunks(make: MakeItem, number: int) -> AsyncIterator[list[Item]]:
    for start in range(0, number, BATCH_LIMIT):
        yield [make(row) for row in range(start, min(start + BATCH_LIMIT, number))]


async def append_raw(log: JetStreamLog, family: str, payloads: Sequence[bytes]) -> float:
    """Seconds that it takes to store these bytes durably as atomic batches, two of them under way at a time.

    The least that a batch needs: no expectations, one acknowledgement at its end.
    """
    limit = asyncio.Semaphore(RAW_AT_ONCE)

    async def send(start: int) -> None:
        async with limit:
            part = payloads[start : start + BATCH_LIMIT]
            await _append_batch(log, f"{log.prefix}.{family}", start, part)

    began = time.perf_counter()
    await asyncio.gather(*(send(start) for start in range(0, len(payloads), BATCH_LIMIT)))
    return time.perf_counter() - began


async def _append_batch(log: JetStreamLog, subject: str, start: int, payloads: Sequence[bytes]) -> None:
    batch = uuid.uuid4().hex
    last = len(payloads)
    for position, payload in enumerate(payloads, start=1):
        headers = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(position)}
        if position < last:
            await log.client.publish(f"{subject}.{start + position}", payload, headers=headers)
            continue
        headers["Nats-Batch-Commit"] = "1"
        reply = await log.client.request(
            f"{subject}.{start + position}", payload, timeout=APPEND_SECONDS, headers=headers
        )
        if b'"error"' in reply.data:
            raise Unavailable("The raw stream refused a batch.", code="BENCH_INCOMPLETE")
