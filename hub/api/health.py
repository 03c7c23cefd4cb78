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
from hub.erasing.purge import Due, fetch_due
from projections import version as versions
from projections.version import Version

LOOK_SECONDS = 4.0


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The process is up."""

    status: str


class VersionReadiness(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the projection: `live`, `building` or `retired`. `at_work`: a projector or a rebuild writes it now."""

    version: int
    state: str
    checkpoint: int
    at_work: bool


class RebuildProgress(msgspec.Struct, frozen=True, kw_only=True):
    """A rebuild that is going on: how far of how much."""

    version: int
    checkpoint: int
    last_sequence: int | None


class Readiness(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether questions can be answered; `problems` says in words what is missing. `lag` is in events.

    While the projector stands still `code` says why, stably, and `sequence` at which event, if that is known. `rebuild_due`: somebody was
    erased, and until when `hub rebuild` has to follow.
    """

    ready: bool
    database: bool
    log: bool
    version: int | None
    checkpoint: int | None
    last_sequence: int | None
    lag: int | None
    projector_error: str | None
    problems: list[str]
    problems_th: list[str] = []
    code: str | None = None
    sequence: int | None = None
    versions: list[VersionReadiness] = []
    rebuild: RebuildProgress | None = None
    rebuild_due: Due | None = None


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
    """Looks at the database, the log and the versions of the projection. 503 when one is missing or the projector stands still."""
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
    (database, known, at_work, due), last = await asyncio.gather(look_at_database(hub), look_at_log(hub))
    live = next((version for version in known if version.state == "live"), None)
    problems = find_problems(live, database=database, log=last is not None)
    checkpoint = None if live is None else live.checkpoint
    building = next((v for v in known if v.state == "building" and v.number in at_work), None)
    return Readiness(
        ready=not problems,
        database=database,
        log=last is not None,
        version=None if live is None else live.number,
        checkpoint=checkpoint,
        last_sequence=last,
        lag=None if last is None or checkpoint is None else max(last - checkpoint, 0),
        projector_error=None if live is None else live.error,
        problems=[english for _, english, _ in problems],
        problems_th=[thai for _, _, thai in problems],
        code=problems[0][0] if problems else None,
        sequence=None if live is None else live.error_sequence,
        versions=[
            VersionReadiness(
                version=version.number,
                state=version.state,
                checkpoint=version.checkpoint,
                at_work=version.number in at_work,
            )
            for version in known
        ],
        rebuild=None
        if building is None
        else RebuildProgress(version=building.number, checkpoint=building.checkpoint, last_sequence=last),
        rebuild_due=due,
    )


def find_problems(live: Version | None, *, database: bool, log: bool) -> list[tuple[str, str, str]]:
    """What keeps the hub from answering: code, English, Thai."""
    found: list[tuple[str, str, str]] = []
    if not database:
        found.append(("DATABASE_AWAY", "The database cannot be reached.", "ติดต่อฐานข้อมูลไม่ได้"))
    if not log:
        found.append(
            (
                "LOG_UNAVAILABLE",
                "The log (nats-server) cannot be reached.",
                "ติดต่อบันทึกเหตุการณ์ (nats-server) ไม่ได้",
            )
        )
    if database and live is None:
        words = "There is no live projection yet; the projector has not started."
        found.append(("NO_PROJECTION", words, "ระบบยังไม่ได้เตรียมข้อมูล"))
    if live is not None and live.error:
        code = live.error_code or "FOLD_FAILED"
        thai = f"ระบบประมวลผลหยุดอยู่: {live.error_th or live.error}"
        found.append((code, f"The projector stands still: {live.error}", thai))
    return found


async def look_at_database(hub: Hub) -> tuple[bool, list[Version], set[int], Due | None]:
    """Whether it answers, the versions of the projection, which of them are being written, and whether a rebuild is due."""
    try:
        async with asyncio.timeout(LOOK_SECONDS), hub.pool.connection() as connection:
            try:
                known = await versions.fetch_all(connection.cursor())
                at_work = await versions.fetch_at_work(connection.cursor())
                live = next((version for version in known if version.state == "live"), None)
                return True, known, at_work, await fetch_due(connection, live)
            except (postgres.UndefinedTable, postgres.InvalidSchemaName, postgres.UndefinedColumn):
                await connection.rollback()
                return True, [], set(), None
    except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError):
        return False, [], set(), None


async def look_at_log(hub: Hub) -> int | None:
    """The newest sequence; None when the log is away."""
    try:
        return await hub.events.last_sequence()
    except Unavailable:
        return None
