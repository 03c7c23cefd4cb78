"""How long one household takes at random instants of the past, through the same code as GET /v1/households/{id}."""

import dataclasses
import datetime as dt
import random
import statistics
import time
import uuid
from collections.abc import Callable

import msgspec
from psycopg import AsyncConnection, sql

from contracts.errors import NotFound
from contracts.times import to_text
from hub import clock
from hub.api.basis import Question
from hub.api.household import fetch_detail, resolve_household
from hub.api.metrics import Metrics
from hub.api.parts import open_parts
from hub.api.reading import Hub
from hub.auth import RIGHTS, Caller
from hub.bench.figures import Figure, figure
from hub.servers.stack import Stack
from hub.settings import Secret, Settings

QUESTIONS = 1000
WARM_UP = 50
SEED = 1
LIMIT_MS = 10.0
PROMISED_EVENTS = 1_000_000
PERCENT = 100
Report = Callable[[str, int, int], None]
FIRST_DAY = dt.datetime(2022, 1, 1, tzinfo=dt.UTC)
EVERYTHING = Caller(role="auditor", rights=RIGHTS["auditor"], key_id="bench", purpose="benchmark")

_SAMPLE = sql.SQL("SELECT record, household_id FROM view_v1.record ORDER BY md5(household_id::text) LIMIT %s")


class Asked(msgspec.Struct, frozen=True):
    """A household and what it is asked for."""

    household_id: uuid.UUID
    question: Question


async def measure_asof(settings: Settings, stack: Stack, events: int, report: Report) -> list[Figure]:
    """Median and 99th percentile of a household's document at random sequences and instants, in milliseconds.

    Everything of the request but HTTP itself: the transaction, the basis, the SQL, the document with the provenance of
    every value, its JSON. One question at a time. Instants at which the household was not known are asked again.
    """
    households = await sample_households(stack)
    chance = random.Random(SEED)  # noqa: S311 - which households are asked is no secret
    async with open_parts(reaching(settings, stack), Metrics(), clock.now) as hub:
        spent: list[float] = []
        while len(spent) < WARM_UP + QUESTIONS:
            record, household_id = chance.choice(households)
            seconds = await answer(hub, ask(chance, record, household_id, events))
            if seconds is not None:
                spent.append(seconds * 1000)
                report("asof", len(spent), WARM_UP + QUESTIONS)
    cuts = statistics.quantiles(spent[WARM_UP:], n=PERCENT)
    return [
        figure("asof_household_p50", cuts[PERCENT // 2 - 1], "ms", LIMIT_MS),
        figure("asof_household_p99", cuts[-1], "ms", LIMIT_MS),
        figure("asof_log", events, "events", PROMISED_EVENTS),
    ]


async def sample_households(stack: Stack) -> list[tuple[int, uuid.UUID]]:
    """Founders with their household ids, the same ones each time."""
    async with await AsyncConnection.connect(stack.database_url, autocommit=True) as connection:
        await connection.execute("ANALYZE")  # a running hub has autovacuum do it
        cursor = await connection.execute(_SAMPLE, (QUESTIONS,))
        return [(int(record), household_id) for record, household_id in await cursor.fetchall()]


def reaching(settings: Settings, stack: Stack) -> Settings:
    """The settings of a hub that uses these servers."""
    return dataclasses.replace(
        settings,
        nats_url=stack.nats_url,
        database_url=stack.database_url,
        master_key=Secret(stack.master_key.hex()),
        pseudonym_key=Secret(stack.pseudonym_key.hex()),
    )


def ask(chance: random.Random, record: int, household_id: uuid.UUID, events: int) -> Asked:
    """A question about this household at a random sequence since it was known and a random instant."""
    moment = FIRST_DAY + chance.random() * (clock.now() - FIRST_DAY)
    question = Question(as_of=f"seq:{chance.randint(record, events)}", valid_at=to_text(moment))
    return Asked(household_id, question)


async def answer(hub: Hub, asked: Asked) -> float | None:
    """Seconds of one answer; None where the household was not known."""
    began = time.perf_counter()
    try:
        async with hub.read(asked.question) as reading:
            resolved = await resolve_household(reading, asked.household_id)
            detail = await fetch_detail(reading, resolved, EVERYTHING)
    except NotFound:
        return None
    msgspec.json.encode(detail)
    return time.perf_counter() - began
