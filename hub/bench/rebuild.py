"""How fast a projection is rebuilt from the log, against merely fetching the log in order.

It runs in a process of its own, so that the memory it reports is that of a projector and of nothing else.
"""

import asyncio
import contextlib
import gc
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Protocol

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import Unavailable
from hub.ahead import Order, open_batches_ahead, order
from hub.bench.figures import Figure, figure, share_of
from hub.bench.stopwatch import Stopwatch, peak_memory
from hub.cli.shared import run as run_to_end
from hub.log import JetStreamLog, open_log
from hub.projector import BATCH
from hub.servers.stack import Stack
from hub.vault import Vault
from projections import version as versions
from projections.diff import count_differences
from projections.runner import Projector, run

SECOND = 2
MEMORY_LIMIT = 2048.0
FETCHES = 2
FETCHED_AT_ONCE = 5000
SILENCE_SECONDS = 30.0
MOST_PENDING = 1 << 30
Report = Callable[[str, int, int], None]


class Arrival(Protocol):
    """A message, as far as counting goes."""

    @property
    def data(self) -> bytes: ...


async def measure_rebuild(stack: Stack, report: Report) -> list[Figure]:
    """Rebuild the whole log into version 2 and compare it with the live version 1."""
    report("rebuild", 0, 1)
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as processes:
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(processes, measure_in_process, stack)
    report("rebuild", 1, 1)
    async with await AsyncConnection.connect(stack.database_url, autocommit=True) as connection:
        different = await count_differences(connection, "view_v1", f"view_v{SECOND}")
    return [*rows, figure("rebuild_differences", different, "rows", 0)]


def measure_in_process(stack: Stack) -> list[Figure]:
    """The whole measurement, for a fresh process."""
    return run_to_end(_measure(stack))


async def _measure(stack: Stack) -> list[Figure]:
    vault = Vault(stack.master_key)
    async with (
        open_log(stack.nats_servers) as log,
        await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
        await AsyncConnection.connect(stack.database_url, autocommit=True) as keys,
    ):
        events = await log.last_sequence()
        fetched = min([await fetch_pulled(log, events) for _ in range(FETCHES)])
        pushed = min([await fetch_pushed(log, events) for _ in range(FETCHES)])
        limit = events / fetched
        version = await versions.create_version(
            connection, number=SECOND, state="building", constraints=False
        )
        peaks: list[float] = []
        asked = order(stack.database_url, log, vault, version, events, BATCH)
        opened = await _timed(_open_only(asked))
        stages = Stopwatch()
        total = await _timed(_rebuild(connection, keys, asked, stages, peaks.append))
    return [
        figure("rebuild_events", events / total, "events/s", limit),
        figure("rebuild_of_pushed", events / total, "events/s", events / pushed),
        figure("rebuild_opened_only", events / opened, "events/s", limit),
        *share_of(stages.seconds, "rebuild", total),
        figure("rebuild_memory", peak_memory() + sum(peaks), "MiB", MEMORY_LIMIT),
        figure("rebuild_log", events, "events", events),
    ]


async def _timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def fetch_pulled(log: JetStreamLog, events: int) -> float:
    """Seconds in which the client's `fetch` pulls the whole stream in order, 5,000 at once and without acknowledgements.

    This is the raw ordered fetch that the design's budget of a rebuild is a share of. Raises what the client raises.
    """
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE,
        deliver_policy=DeliverPolicy.ALL,
        mem_storage=True,
        num_replicas=1,
        inactive_threshold=SILENCE_SECONDS,
    )
    count = 0
    began = time.perf_counter()
    subscription = await log.client.jetstream().pull_subscribe(
        f"{log.prefix}.>",
        stream=log.stream,
        config=config,
        pending_msgs_limit=MOST_PENDING,
        pending_bytes_limit=MOST_PENDING,
    )
    while count < events:
        count += len(await subscription.fetch(FETCHED_AT_ONCE, timeout=SILENCE_SECONDS))
    seconds = time.perf_counter() - began
    await subscription.unsubscribe()
    return seconds


async def fetch_pushed(log: JetStreamLog, events: int) -> float:
    """Seconds in which the client's ordered push consumer delivers the whole stream. Raises Unavailable."""
    done = asyncio.Event()
    count = 0

    async def take(_message: Arrival) -> None:
        nonlocal count
        count += 1
        if count == events:
            done.set()

    began = time.perf_counter()
    subscription = await log.client.jetstream().subscribe(
        f"{log.prefix}.>",
        stream=log.stream,
        cb=take,
        ordered_consumer=True,
        pending_msgs_limit=MOST_PENDING,
        pending_bytes_limit=MOST_PENDING,
    )
    try:
        async with asyncio.timeout(SILENCE_SECONDS + events / 1000):
            await done.wait()
        return time.perf_counter() - began
    except TimeoutError as error:
        raise Unavailable("The log was not delivered in time.", code="BENCH_INCOMPLETE") from error
    finally:
        await subscription.unsubscribe()


async def _open_only(asked: Order) -> None:
    async with contextlib.aclosing(open_batches_ahead(asked)) as batches:
        async for _ in batches:
            pass


async def _rebuild(
    connection: AsyncConnection[TupleRow],
    beside: AsyncConnection[TupleRow],
    asked: Order,
    stages: Stopwatch,
    note_peak: Callable[[float], None],
) -> None:
    projector = Projector(connection, asked.version, watch=stages, bulk=True)
    await projector.begin_bulk()
    async with contextlib.aclosing(open_batches_ahead(asked, note_peak)) as batches:
        await run(projector, batches, lambda _done: gc.freeze())
    await projector.end_bulk()
    await versions.use_schema(beside, asked.version.schema_name)
    with stages("constraints"):
        await versions.add_constraints(connection, beside)
