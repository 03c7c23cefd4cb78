"""How fast records are linked: all of a province anew, rows in PostgreSQL included, and one that arrives.

Only linking is measured: features, candidates, weights, groups, household states, and the rows of these. It runs in a process of its own;
its memory is what that process holds more than before it began to link.
"""

import asyncio
import gc
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import Unavailable
from hub.bench.figures import Figure, figure
from hub.bench.stopwatch import peak_memory, resident_memory
from hub.cli.shared import run as run_to_end
from hub.servers.stack import Stack
from projections import version as versions
from projections.links import relink
from projections.output import Output
from projections.state import RecordState, State
from projections.switching import drop_unread
from projections.warm import load_all
from projections.write import write

NUMBER = 900
"""The version that the benchmark fills; it is dropped at its end."""

BATCH = 2000
ARRIVING = 400
"""Records held back from the bulk; each is then linked in a transaction of its own."""

PERSONS_A_SECOND = 10_000.0
"""600,000 person records in 60 s (docs/linkage.md of the reference, section 11)."""

MEMORY_LIMIT = 1024.0
ARRIVAL_LIMIT_MS = 5.0
Connection = AsyncConnection[TupleRow]
Report = Callable[[str, int, int], None]


async def measure_linkage(stack: Stack, report: Report) -> list[Figure]:
    """Link everything that the live version knows anew, in bulk and then record by record. Raises Unavailable."""
    report("linkage", 0, 1)
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as processes:
        rows = await asyncio.get_running_loop().run_in_executor(
            processes, measure_in_process, stack.database_url
        )
    report("linkage", 1, 1)
    return rows


def measure_in_process(database_url: str) -> list[Figure]:
    """The whole measurement, for a fresh process."""
    return run_to_end(_measure(database_url))


async def _measure(database_url: str) -> list[Figure]:
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        known = await _known_records(connection)
        gc.collect()
        before = resident_memory() or 0.0
        version = await versions.create_version(
            connection, number=NUMBER, state="building", constraints=False
        )
        try:
            return await _link(connection, known, before)
        finally:
            await drop_unread(connection, [version])


async def _link(connection: Connection, known: Sequence[RecordState], before: float) -> list[Figure]:
    bulk, arriving = known[:-ARRIVING], known[-ARRIVING:]
    state = State(complete=True)
    gc.freeze()
    began = time.perf_counter()
    for start in range(0, len(bulk), BATCH):
        await _link_batch(connection, state, bulk[start : start + BATCH])
    await versions.add_constraints(connection)
    seconds = time.perf_counter() - began
    persons, memory = len(state.person_of), (resident_memory() or peak_memory()) - before
    await connection.execute("ANALYZE")
    times = [await _timed(connection, state, record) for record in arriving]
    p50, p99 = (float(value) for value in np.percentile(np.asarray(times) * 1000, (50, 99)))
    return [
        figure("linkage_persons", persons / seconds, "persons/s", PERSONS_A_SECOND),
        figure("linkage_memory", memory, "MiB", MEMORY_LIMIT),
        figure("linkage_arrival_p50", p50, "ms", ARRIVAL_LIMIT_MS),
        figure("linkage_arrival_p99", p99, "ms", ARRIVAL_LIMIT_MS),
        figure("linkage_persons_in_all", persons, "persons", persons),
        *_components(state),
    ]


async def _timed(connection: Connection, state: State, record: RecordState) -> float:
    began = time.perf_counter()
    await _link_batch(connection, state, [record])
    return time.perf_counter() - began


async def _link_batch(connection: Connection, state: State, records: Iterable[RecordState]) -> None:
    output = Output()
    for record in records:
        fresh = RecordState(
            record=record.record,
            source=record.source,
            pseudonym=record.pseudonym,
            household_id=record.household_id,
            statements=record.statements,
        )
        state.records[record.record] = fresh
        relink(state, output, fresh, record.record)
    state.touched.clear()
    async with connection.transaction():
        await write(connection, output)


async def _known_records(connection: Connection) -> list[RecordState]:
    """The records of the live version with their statements, in the order of their arrival. Raises Unavailable."""
    async with connection.cursor() as cursor:
        live = await versions.fetch_live(cursor)
    if live is None:
        raise Unavailable("There is no live projection.", code="NOT_PROJECTED")
    await versions.use_schema(connection, live.schema_name)
    state = State(complete=False)
    await load_all(connection, state)
    state.forget_originals()
    return [state.records[record] for record in sorted(state.records)]


def _components(state: State) -> list[Figure]:
    """How many connected sets of records there are, and how large they get: the unit of linking."""
    sizes: list[int] = []
    seen: set[int] = set()
    for record in state.records:
        if record in seen:
            continue
        waiting, found = [record], {record}
        while waiting:
            for other in state.edges.get(waiting.pop(), {}).keys() - found:
                found.add(other)
                waiting.append(other)
        seen |= found
        sizes.append(len(found))
    counts = np.bincount(sizes)
    rows = [
        figure(f"linkage_sets_of_{size}", int(counts[size]), "sets", len(sizes))
        for size in range(1, min(len(counts), 7))
    ]
    larger = int(counts[7:].sum())
    return [
        *rows,
        figure("linkage_sets_of_more", larger, "sets", len(sizes)),
        figure("linkage_largest_set", max(sizes, default=0), "records", 200),
    ]
