"""A plain audit table, filled from the same events: how long it takes to say what was known at a past time."""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import TupleRow

from hub import clock
from hub.api.basis import Question
from hub.api.metrics import Metrics
from hub.api.parts import open_parts
from hub.bench import asof, overview
from hub.bench.asof import Asked, ask, reaching, sample_households
from hub.bench.figures import Figure, figure
from hub.servers.stack import Stack
from hub.settings import Settings
from projections import queries
from projections.basis import use_live

QUESTIONS = 200
COUNTS = 20
SEED = 4
Report = Callable[[str, int, int], None]

_SQL = queries.load(Path(__file__).parent / "sql")


async def measure_audit(settings: Settings, stack: Stack, events: int, report: Report) -> list[Figure]:
    """Median milliseconds of the hub; the limit is that of the audit table, asked the same households and the same sequences.

    The audit table says less: the rows of the records, but neither which records belong together (it is told), nor help and
    findings, nor what was true on a day.
    """
    households = await sample_households(stack)
    chance = random.Random(SEED)  # noqa: S311 - which households are asked is no secret
    asked = [ask(chance, *chance.choice(households), events) for _ in range(QUESTIONS)]
    sequences = [chance.randint(1, events) for _ in range(COUNTS)]
    read, counted = await _ask_table(stack, asked, sequences)
    report("audit", 1, 2)
    async with open_parts(reaching(settings, stack), Metrics(), clock.now) as hub:
        await overview.answer(hub, Question())  # reads the counted facts
        documents = [await asof.answer(hub, one) for one in asked]
        overviews = [await overview.answer(hub, overview.at_random(chance, one)) for one in sequences]
    report("audit", 2, 2)
    return [
        figure("peers_past_household", _median(documents), "ms", _median(read)),
        figure("peers_past_province", _median(overviews), "ms", _median(counted)),
    ]


async def _ask_table(
    stack: Stack, asked: Sequence[Asked], sequences: Sequence[int]
) -> tuple[list[float], list[float]]:
    """Seconds of each household and of each count of the province."""
    async with (
        await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        async with connection.transaction():
            await use_live(cursor)
            for name in ("create_schema", "create_audit", "fill_audit"):
                await cursor.execute(_SQL[name])
        await cursor.execute("ANALYZE peer_audit.record")
        read = [await _read_household(cursor, one) for one in asked]
        return read, [await _timed(cursor, "count_audited_province", {"sequence": one}) for one in sequences]


async def _read_household(cursor: AsyncCursor[TupleRow], asked: Asked) -> float:
    """Which records are asked for is told and not timed."""
    values: dict[str, object] = {
        "sequence": int(str(asked.question.as_of).removeprefix("seq:")),
        "household_id": asked.household_id,
    }
    async with cursor.connection.transaction():
        await use_live(cursor)
        await cursor.execute(_SQL["list_audited"], values)
        records = [row[0] for row in await cursor.fetchall()]
    return await _timed(cursor, "read_audited_household", {**values, "records": records})


async def _timed(cursor: AsyncCursor[TupleRow], name: str, values: Mapping[str, object]) -> float:
    began = time.perf_counter()
    await cursor.execute(_SQL[name], values)
    await cursor.fetchall()
    return time.perf_counter() - began


def _median(seconds: Sequence[float | None]) -> float:
    """In milliseconds; questions about a household that was not known then are left out."""
    return statistics.median(one for one in seconds if one is not None) * 1000
