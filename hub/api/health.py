"""GET /health, /ready and /metrics: whether the hub is up, whether it can answer, and what it counts."""

import asyncio
from typing import Any

import msgspec
import psycopg
from litestar import Response, get
from litestar.di import NamedDependency
from psycopg import errors as postgres

from contracts.errors import Unavailable
from hub.api import examples
from hub.api.metrics import MEDIA_TYPE
from hub.api.problems import RETRY_SECONDS
from hub.api.reading import Hub
from projections import version as versions
from projections.version import Version

LOOK_SECONDS = 4.0


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The process is up."""

    status: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether questions can be answered; `problems` says in words what is missing. `lag` is in events."""

    ready: bool
    database: bool
    log: bool
    version: int | None
    checkpoint: int | None
    last_sequence: int | None
    lag: int | None
    projector_error: str | None
    problems: list[str]


@get(
    "/health", summary="Is the process up", responses=examples.of(Health, examples.HEALTH), tags=["operation"]
)
async def get_health() -> Health:
    """Answers as long as the process runs; looks at nothing else."""
    return Health(status="up")


@get(
    "/ready",
    summary="Can it answer",
    responses=examples.of(Readiness, examples.READINESS),
    tags=["operation"],
)
async def get_ready(hub: NamedDependency[Hub]) -> Response[Readiness]:
    """Looks at the database, the log and the live projection. 503 when one of them is missing."""
    found = await look(hub)
    headers = {"Cache-Control": "no-store"}
    if found.ready:
        return Response(found, headers=headers)
    return Response(found, status_code=503, headers=headers | {"Retry-After": RETRY_SECONDS})


@get("/metrics", summary="Counters for Prometheus", media_type=MEDIA_TYPE, tags=["operation"])
async def get_metrics(hub: NamedDependency[Hub]) -> Response[Any]:
    """Requests of this process, and how far the projection is."""
    found = await look(hub)
    gauges: dict[str, float] = {"hub_ready": float(found.ready)}
    numbers = {
        "hub_checkpoint": found.checkpoint,
        "hub_last_sequence": found.last_sequence,
        "hub_lag_events": found.lag,
    }
    gauges |= {name: float(value) for name, value in numbers.items() if value is not None}
    return Response(hub.metrics.to_text(gauges), media_type=MEDIA_TYPE)


async def look(hub: Hub) -> Readiness:
    """The state of every part, as far as it can be seen within a few seconds."""
    (database, live), last = await asyncio.gather(look_at_database(hub), look_at_log(hub))
    problems: list[str] = []
    if not database:
        problems.append("The database cannot be reached.")
    if last is None:
        problems.append("The log (nats-server) cannot be reached.")
    if database and live is None:
        problems.append("There is no live projection yet; the projector has not started.")
    if live is not None and live.error:
        problems.append(f"The projector stands still: {live.error}")
    checkpoint = None if live is None else live.checkpoint
    return Readiness(
        ready=not problems,
        database=database,
        log=last is not None,
        version=None if live is None else live.number,
        checkpoint=checkpoint,
        last_sequence=last,
        lag=None if last is None or checkpoint is None else max(last - checkpoint, 0),
        projector_error=None if live is None else live.error,
        problems=problems,
    )


async def look_at_database(hub: Hub) -> tuple[bool, Version | None]:
    """Whether it answers, and the live version."""
    try:
        async with asyncio.timeout(LOOK_SECONDS), hub.pool.connection() as connection:
            try:
                return True, await versions.fetch_live(connection.cursor())
            except (postgres.UndefinedTable, postgres.InvalidSchemaName):
                await connection.rollback()
                return True, None
    except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError):
        return False, None


async def look_at_log(hub: Hub) -> int | None:
    """The newest sequence; None when the log is away."""
    try:
        return await hub.events.last_sequence()
    except Unavailable:
        return None
