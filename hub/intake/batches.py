"""The deliveries of files as they stand in the database: from arrival to receipt, through any restart."""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncGenerator, Collection, Sequence
from pathlib import Path

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from contracts.errors import Conflict, HubError, InvalidInput
from hub.intake.receipts import BatchReceipt, BatchState
from hub.intake.requests import FileRequest, encode_request
from projections import queries

logger = logging.getLogger(__name__)

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]
_SQL = queries.load(Path(__file__).parents[1] / "sql")
_TABLES = (
    "create_intake",
    "create_batch",
    "create_batch_key",
    "create_batch_list",
    "create_outcome",
    "create_rejected",
    "create_rejected_more",
    "create_rejected_open",
    "move_deliveries",
)
LOCK_PAUSE = 0.2
DRY_RUN_DAYS = 7
OUTCOMES_AT_ONCE = 50

Outcome = tuple[int, str, int | None]
"""First row of a record or action, what became of it, and the sequence of the event that holds its content."""

_part: msgspec.msgpack.Decoder[tuple[int, list[Outcome]]] = msgspec.msgpack.Decoder(tuple[int, list[Outcome]])


class Trouble(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a delivery came to nothing, or to less than all."""

    code: str
    message_en: str
    message_th: str
    path: str | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery. `request` is JSON for `decode_request`; `began` the last sequence before its work began."""

    batch: str
    source: str
    agency: str | None
    actor: str | None
    state: BatchState
    dry_run: bool
    digest: str
    size: int
    received_at: dt.datetime
    changed_at: dt.datetime
    began: int | None
    total: int
    done: int
    request: str
    receipt: BatchReceipt | None
    problem: Trouble | None


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A file that has arrived."""

    batch: str
    request: FileRequest
    digest: str
    size: int
    received_at: dt.datetime
    idempotency_key: str | None = None


async def ensure(connection: AsyncConnection[TupleRow]) -> None:
    """The tables of deliveries; harmless when they are there."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('intake'))")
        for name in _TABLES:
            await connection.execute(_SQL[name])


async def find(connection: AsyncConnection[TupleRow], batch: str) -> Batch | None:
    """The delivery with this id."""
    row = await (await connection.execute(_SQL["fetch_batch"], {"batch": batch})).fetchone()
    return None if row is None else _batch(row)


async def list_newest(
    connection: AsyncConnection[TupleRow],
    *,
    source: str | None = None,
    agency: str | None = None,
    state: str | None = None,
    before: tuple[dt.datetime, str] | None = None,
    limit: int,
) -> list[Batch]:
    """Deliveries behind a place, the newest first."""
    values = {
        "source": source,
        "agency": agency,
        "state": state,
        "before": before and before[0],
        "before_batch": before and before[1],
        "limit": limit,
    }
    cursor = await connection.execute(_SQL["list_batches"], values)
    return [_batch(row) for row in await cursor.fetchall()]


async def list_waiting(connection: AsyncConnection[TupleRow]) -> list[tuple[str, str]]:
    """Deliveries that wait or whose process may have ended, with the name of their lock."""
    cursor = await connection.execute(_SQL["list_waiting_batches"])
    return [(batch, lock_name(source, batch, dry_run=dry)) for batch, source, dry in await cursor.fetchall()]


def lock_name(source: str, batch: str, *, dry_run: bool) -> str:
    """Of one source one delivery is taken in at a time; dry runs stand in nobody's way."""
    return batch if dry_run else source


async def arrive(
    connection: AsyncConnection[TupleRow], arrival: Arrival, *, state: BatchState = "queued"
) -> tuple[Batch, bool]:
    """The delivery of a file, and whether there is work for it now.

    The same file again is the same delivery: it is worked on again only when it failed, was discarded, or is a dry run.
    Raises Conflict for an idempotency key that was used for another file.
    """
    request = arrival.request
    await _check_key(connection, arrival)
    values = {
        "batch": arrival.batch,
        "source": request.source,
        "agency": request.agency,
        "actor": request.actor,
        "state": state,
        "dry_run": request.dry_run,
        "idempotency_key": arrival.idempotency_key,
        "digest": arrival.digest,
        "size": arrival.size,
        "received_at": arrival.received_at,
        "request": encode_request(request).decode(),
    }
    async with connection.transaction():
        added = await connection.execute(_SQL["insert_batch"], values)
        is_open = added.rowcount == 1
        if not is_open:
            again = ["failed", "discarded"]
            again += (["finished"] if request.dry_run else []) + (["held"] if request.confirm else [])
            change = encode_request(request).decode()
            queued = {"batch": arrival.batch, "states": again, "change": change}
            is_open = (await connection.execute(_SQL["queue_batch"], queued)).rowcount == 1
            if is_open and request.dry_run:
                await connection.execute(_SQL["forget_outcomes"], {"batch": arrival.batch})
    found = await find(connection, arrival.batch)
    if found is None:
        raise InvalidInput("Another delivery has this id.", code="BATCH_UNKNOWN", path="batch")
    return found, is_open


async def _check_key(connection: AsyncConnection[TupleRow], arrival: Arrival) -> None:
    if arrival.idempotency_key is None:
        return
    values = {"actor": arrival.request.actor, "key": arrival.idempotency_key}
    row = await (await connection.execute(_SQL["fetch_batch_of_key"], values)).fetchone()
    if row is not None and row[0] != arrival.batch:
        raise Conflict(
            f"The Idempotency-Key belongs to the delivery {row[0]} of another file or another scope.",
            message_th=f"Idempotency-Key นี้ใช้กับการส่ง {row[0]} ของไฟล์หรือขอบเขตอื่นแล้ว",
            code="IDEMPOTENCY_KEY_USED",
            path="Idempotency-Key",
        )


async def confirm(connection: AsyncConnection[TupleRow], batch: str) -> bool:
    """Queue a held delivery to be taken in as it is. False when it is not held."""
    values = {"batch": batch, "states": ["held"], "change": '{"confirm": true}'}
    return (await connection.execute(_SQL["queue_batch"], values)).rowcount == 1


async def discard(connection: AsyncConnection[TupleRow], batch: str) -> bool:
    """Give a held delivery up; nothing of it was taken in. False when it is not held."""
    return (await connection.execute(_SQL["discard_batch"], {"batch": batch})).rowcount == 1


async def begin(connection: AsyncConnection[TupleRow], batch: str, *, began: int, total: int) -> int:
    """Work begins or goes on; the last sequence before it began for the first time."""
    values = {"batch": batch, "began": began, "total": total}
    row = await (await connection.execute(_SQL["begin_batch"], values)).fetchone()
    return began if row is None else int(row[0])


async def settle(
    connection: AsyncConnection[TupleRow],
    batch: str,
    state: BatchState,
    *,
    receipt: BatchReceipt | None = None,
    problem: HubError | None = None,
) -> None:
    """The state that a delivery has come to."""
    trouble = None
    if problem is not None:
        trouble = Trouble(
            code=problem.code,
            message_en=problem.message_en,
            message_th=problem.message_th,
            path=problem.path,
        )
    values = {
        "batch": batch,
        "state": state,
        "receipt": None if receipt is None else msgspec.json.encode(receipt).decode(),
        "problem": None if trouble is None else msgspec.json.encode(trouble).decode(),
    }
    await connection.execute(_SQL["settle_batch"], values)


async def put_outcomes(
    connection: AsyncConnection[TupleRow], batch: str, start: int, groups: int, outcomes: Sequence[Outcome]
) -> None:
    """What became of the records from the one at place `start` on, `groups` of them; inside a transaction of the caller's."""
    packed = msgspec.msgpack.encode((groups, outcomes))
    await connection.execute(_SQL["put_outcomes"], {"batch": batch, "start": start, "outcomes": packed})
    await connection.execute(_SQL["advance_batch"], {"batch": batch, "done": start + groups})


async def read_outcomes(
    connection: AsyncConnection[TupleRow], batch: str, start: int = 0
) -> AsyncGenerator[tuple[int, int, list[Outcome]]]:
    """What became of the records of a delivery from a place on, in parts: place of the first, how many records, outcomes."""
    while True:
        values = {"batch": batch, "start": start, "limit": OUTCOMES_AT_ONCE}
        rows = await (await connection.execute(_SQL["list_outcomes"], values)).fetchall()
        for place, packed in rows:
            groups, found = _part.decode(packed)
            start = place + groups
            yield place, groups, found
        if len(rows) < OUTCOMES_AT_ONCE:
            return


async def forget_dry_runs(connection: AsyncConnection[TupleRow], *, now: dt.datetime) -> None:
    """Drop what dry runs of long ago found."""
    await connection.execute(_SQL["forget_dry_runs"], {"before": now - dt.timedelta(days=DRY_RUN_DAYS)})


@contextlib.asynccontextmanager
async def hold(pool: Pool, name: str, *, wait: bool = True) -> AsyncGenerator[bool]:
    """Whether this process alone works under `name`, for as long as the block runs; `wait` until it does.

    The lock is the database connection's: it ends with the process, however that ends.
    """
    async with pool.connection() as connection:
        held = await _try_lock(connection, name)
        while wait and not held:
            await asyncio.sleep(LOCK_PAUSE)
            held = await _try_lock(connection, name)
        try:
            yield held
        finally:
            if held:
                with contextlib.suppress(psycopg.Error):
                    await connection.execute(_SQL["end_batch_lock"], {"name": name})


async def _try_lock(connection: AsyncConnection[TupleRow], name: str) -> bool:
    row = await (await connection.execute(_SQL["try_batch_lock"], {"name": name})).fetchone()
    return row is not None and bool(row[0])


def _batch(row: TupleRow) -> Batch:
    *plain, request, receipt, problem = row
    names: Collection[str] = Batch.__struct_fields__[: len(plain)]
    return Batch(
        **dict(zip(names, plain, strict=True)),
        request=request,
        receipt=None if receipt is None else msgspec.json.decode(receipt, type=BatchReceipt),
        problem=None if problem is None else msgspec.json.decode(problem, type=Trouble),
    )
