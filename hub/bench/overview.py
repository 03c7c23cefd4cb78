"""How long the province in numbers takes, newest and at random points of the past, through the code of GET /v1/overview."""

import random
import statistics
import time
from collections.abc import Callable

import msgspec
from psycopg import AsyncConnection

from contracts.times import to_text
from hub import clock
from hub.api.basis import Question
from hub.api.metrics import Metrics
from hub.api.overview import compute_overview
from hub.api.parts import open_parts
from hub.api.reading import Hub
from hub.bench.asof import EVERYTHING, FIRST_DAY, reaching
from hub.bench.figures import Figure, figure
from hub.servers.stack import Stack
from hub.settings import Settings

QUESTIONS = 200
WARM_UP = 5
SEED = 2
NEWEST_MS, PAST_MS = 50.0, 300.0
MEMORY_MIB = 300.0
LOAD_SECONDS = 30.0
PERCENT = 100
BYTES_PER_MIB = 1024 * 1024
Report = Callable[[str, int, int], None]


async def measure_overview(settings: Settings, stack: Stack, events: int, report: Report) -> list[Figure]:
    """Median and 99th percentile in milliseconds. Nothing is remembered: every question is counted anew.

    Everything of the request but HTTP itself. The first question reads the counted facts; its seconds and their size stand apart.
    """
    async with await AsyncConnection.connect(stack.database_url, autocommit=True) as connection:
        await connection.execute("ANALYZE")  # a running hub has autovacuum do it
    chance = random.Random(SEED)  # noqa: S311 - which instants are asked is no secret
    spent: dict[str, list[float]] = {"newest": [], "past": []}
    async with open_parts(reaching(settings, stack), Metrics(), clock.now) as hub:
        load = await answer(hub, Question())
        memory = hub.memory.bytes / BYTES_PER_MIB
        for number in range(WARM_UP + QUESTIONS):
            for name, question in (
                ("newest", Question()),
                ("past", at_random(chance, chance.randint(1, events))),
            ):
                spent[name].append(await answer(hub, question) * 1000)
            report("overview", number + 1, WARM_UP + QUESTIONS)
    rows = [
        figure("overview_load", load, "s", LOAD_SECONDS),
        figure("overview_memory", memory, "MiB", MEMORY_MIB),
    ]
    for name, limit in (("newest", NEWEST_MS), ("past", PAST_MS)):
        cuts = statistics.quantiles(spent[name][WARM_UP:], n=PERCENT)
        rows += [
            figure(f"overview_{name}_p50", cuts[PERCENT // 2 - 1], "ms", limit),
            figure(f"overview_{name}_p99", cuts[-1], "ms", limit),
        ]
    return rows


def at_random(chance: random.Random, sequence: int) -> Question:
    """What was known at this sequence of a random instant."""
    moment = FIRST_DAY + chance.random() * (clock.now() - FIRST_DAY)
    return Question(as_of=f"seq:{sequence}", valid_at=to_text(moment))


async def answer(hub: Hub, question: Question) -> float:
    """Seconds of one answer."""
    began = time.perf_counter()
    async with hub.read(question) as reading:
        whole = await compute_overview(hub, reading, EVERYTHING, "amphoe")
    msgspec.json.encode(whole)
    return time.perf_counter() - began
