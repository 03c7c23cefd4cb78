"""How long the whole timeline of one household takes at random points of the past, through the code of GET …/timeline."""

import random
import statistics
import time
from collections.abc import Callable

import msgspec

from contracts.errors import NotFound
from hub import clock
from hub.api.household import resolve_household
from hub.api.metrics import Metrics
from hub.api.parts import open_parts
from hub.api.reading import Hub
from hub.api.timeline import fetch_rows, place_of
from hub.bench.asof import EVERYTHING, Asked, ask, reaching, sample_households
from hub.bench.figures import Figure, figure
from hub.servers.stack import Stack
from hub.settings import Settings

QUESTIONS = 500
WARM_UP = 50
SEED = 3
LIMIT_MS = 10.0
PERCENT = 100
Report = Callable[[str, int, int], None]


async def measure_timeline(settings: Settings, stack: Stack, events: int, report: Report) -> list[Figure]:
    """Median and 99th percentile in milliseconds: everything of the request but HTTP itself, all rows in order, their JSON."""
    households = await sample_households(stack)
    chance = random.Random(SEED)  # noqa: S311 - which households are asked is no secret
    async with open_parts(reaching(settings, stack), Metrics(), clock.now) as hub:
        spent: list[float] = []
        while len(spent) < WARM_UP + QUESTIONS:
            record, household_id = chance.choice(households)
            seconds = await _answer(hub, ask(chance, record, household_id, events))
            if seconds is not None:
                spent.append(seconds * 1000)
                report("timeline", len(spent), WARM_UP + QUESTIONS)
    cuts = statistics.quantiles(spent[WARM_UP:], n=PERCENT)
    return [
        figure("timeline_p50", cuts[PERCENT // 2 - 1], "ms", LIMIT_MS),
        figure("timeline_p99", cuts[-1], "ms", LIMIT_MS),
    ]


async def _answer(hub: Hub, asked: Asked) -> float | None:
    """Seconds of one answer; None where the household was not known."""
    began = time.perf_counter()
    try:
        async with hub.read(asked.question) as reading:
            resolved = await resolve_household(reading, asked.household_id)
            rows = await fetch_rows(hub, reading, resolved, EVERYTHING)
    except NotFound:
        return None
    rows.sort(key=place_of)
    msgspec.json.encode(rows)
    return time.perf_counter() - began
