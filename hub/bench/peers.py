"""What people use instead, on the same events in the same run: the library `eventsourcing` on PostgreSQL for appending and replaying."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import sql

from hub.bench.figures import Figure, figure
from hub.log import BATCH_LIMIT, JetStreamLog, Outgoing, open_log
from hub.pulling import Stored
from hub.servers.stack import Stack

MOST_EVENTS = 50_000
ONE_AT_A_TIME = 300
SCHEMA = "peer_eventsourcing"
STREAM, PREFIX = "PEERS", "peers"
READ_SECONDS = 20.0
ORIGINATOR = uuid.UUID("5b8ec1a4-6f0e-4f0e-9f0b-0d5ad7b7a1f6")
"""The name space of the originators: one for every subject of the log."""

Report = Callable[[str, int, int], None]


async def measure_peers(stack: Stack, events: int, report: Report) -> list[Figure]:
    """Events per second that the hub's log appends and hands over in order; the limit is the library doing the same.

    The events are the first stored ones of the province, their bytes as they are: neither side decodes or seals. Both are
    durable when acknowledged, both refuse a second event in the same place, both take a thousand at a time, then one.
    """
    number = min(events, MOST_EVENTS)
    async with (
        open_log(stack.nats_servers) as source,
        open_log(stack.nats_servers, stream=STREAM, prefix=PREFIX) as log,
    ):
        await log.ensure()
        stored = [
            item async for part in source.read(0, stop_at=number, patience=READ_SECONDS) for item in part
        ]
        hub = await _measure_log(log, stored)
    report("peers", 1, 2)
    peer = await asyncio.to_thread(_measure_library, stack.database_url, stored)
    report("peers", 2, 2)
    return [
        figure(f"peers_{name}", rate, "events/s", limit)
        for name, rate, limit in zip(("append", "append_one", "replay"), hub, peer, strict=True)
    ]


async def _measure_log(log: JetStreamLog, stored: Sequence[Stored]) -> tuple[float, float, float]:
    """Events per second: appended in batches, appended one by one, read in order."""
    messages = [Outgoing(f"{PREFIX}.event.{item.sequence}", item.data, 0) for item in stored]
    began = time.perf_counter()
    for start in range(0, len(messages), BATCH_LIMIT):
        await log.append(messages[start : start + BATCH_LIMIT])
    appended = time.perf_counter()
    read = 0
    async for part in log.read(0, stop_at=len(messages), patience=READ_SECONDS):
        read += len(part)
    replayed = time.perf_counter()
    again = stored[:ONE_AT_A_TIME]
    for item in again:
        await log.append([Outgoing(f"{PREFIX}.one.{item.sequence}", item.data, 0)])
    one = time.perf_counter() - replayed
    return len(messages) / (appended - began), len(again) / one, read / (replayed - appended)


def _measure_library(database_url: str, stored: Sequence[Stored]) -> tuple[float, float, float]:
    """The same of the library: its recorder, in a schema of its own of the same database."""
    recorder = _open_recorder(database_url)
    try:
        versions: Counter[str] = Counter()
        events: list[StoredEvent] = []
        for item in stored:
            versions[item.subject] += 1
            events.append(
                StoredEvent(
                    originator_id=uuid.uuid5(ORIGINATOR, item.subject),
                    originator_version=versions[item.subject],
                    topic="hub:event",
                    state=item.data,
                )
            )
        began = time.perf_counter()
        for start in range(0, len(events), BATCH_LIMIT):
            recorder.insert_events(events[start : start + BATCH_LIMIT])
        appended = time.perf_counter()
        read = _read_all(recorder, len(events))
        replayed = time.perf_counter()
        again = [
            StoredEvent(uuid.uuid5(ORIGINATOR, f"one {number}"), 1, "hub:event", item.data)
            for number, item in enumerate(stored[:ONE_AT_A_TIME])
        ]
        for event in again:
            recorder.insert_events([event])
        one = time.perf_counter() - replayed
        return len(events) / (appended - began), len(again) / one, read / (replayed - appended)
    finally:
        recorder.datastore.close()


def _open_recorder(database_url: str) -> PostgresApplicationRecorder:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
        info = connection.info
        datastore = PostgresDatastore(
            info.dbname,
            info.host,
            info.port,
            info.user,
            info.password,
            schema=SCHEMA,
            originator_id_type="uuid",
        )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    return recorder


def _read_all(recorder: PostgresApplicationRecorder, number: int) -> int:
    read, last = 0, 0
    while read < number:
        page = recorder.select_notifications(last + 1, BATCH_LIMIT)
        read, last = read + len(page), page[-1].id
    return read
