"""Projection versions: a schema each, a checkpoint each, at most one live."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import LiteralString

import msgspec
from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import TupleRow

from contracts.errors import Unavailable
from projections import queries
from projections.indexes import FACTS, create_constraints
from projections.tables import create_tables

CODE = "3"
"""Raised with every change of what the fold writes."""

_SQL = queries.load(Path(__file__).parent / "sql")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the registry. `recorded_at` belongs to the event at the checkpoint.

    `began` is the newest sequence of the log when the version was begun: what was erased until then never entered it. `erased` is the
    last event that erased somebody, 0 for none. While the
    projector stands still, `error` says why (`error_th` in Thai), `error_code` stably, `error_sequence` at which event.
    """

    number: int
    schema_name: str
    state: str
    checkpoint: int
    recorded_at: dt.datetime | None
    code: str
    began: int = 0
    erased: int = 0
    error: str | None = None
    error_th: str | None = None
    error_code: str | None = None
    error_sequence: int | None = None

    @property
    def rebuild_is_due(self) -> bool:
        """Whether what was inferred from somebody erased may still be in it."""
        return self.erased > self.began


class CheckpointMoved(Exception):
    """Another projector moved the checkpoint of this version, or the version is no longer what it was."""


async def ensure_registry(connection: AsyncConnection[TupleRow]) -> None:
    """The registry and the extensions it needs; harmless when they are there."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('projection.registry'))")
        await connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        await connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        await connection.execute("CREATE SCHEMA IF NOT EXISTS projection")
        await connection.execute(_SQL["create_registry"])
        await connection.execute(_SQL["widen_registry"])
        await connection.execute(_SQL["one_live_version"])


async def fetch_live(cursor: AsyncCursor[TupleRow]) -> Version | None:
    """The live version as this transaction sees it."""
    await ask_live(cursor)
    return await take_live(cursor)


async def ask_live(cursor: AsyncCursor[TupleRow]) -> None:
    """Ask for the live version; `take_live` hands it over. Apart, so that other questions can travel with it."""
    await cursor.execute(_SQL["fetch_live_version"])


async def take_live(cursor: AsyncCursor[TupleRow]) -> Version | None:
    """The live version that `ask_live` asked for."""
    row = await cursor.fetchone()
    return None if row is None else _version(row)


async def fetch_all(cursor: AsyncCursor[TupleRow]) -> list[Version]:
    """Every version, the newest first."""
    await cursor.execute(_SQL["fetch_versions"])
    return [_version(row) for row in await cursor.fetchall()]


async def fetch_version(cursor: AsyncCursor[TupleRow], number: int) -> Version | None:
    """The version with this number."""
    return next((version for version in await fetch_all(cursor) if version.number == number), None)


async def fetch_at_work(cursor: AsyncCursor[TupleRow]) -> set[int]:
    """The numbers of the versions that a projector or a rebuild writes at this moment."""
    await cursor.execute(_SQL["fetch_versions_at_work"])
    return {row[0] for row in await cursor.fetchall()}


def _version(row: TupleRow) -> Version:
    return Version(**dict(zip(Version.__struct_fields__, row, strict=True)))


async def use_schema(connection: AsyncConnection[TupleRow], schema_name: str) -> None:
    """Unqualified names mean this version until the session ends."""
    await connection.execute(sql.SQL("SET search_path TO {}, public").format(sql.Identifier(schema_name)))


async def create_version(
    connection: AsyncConnection[TupleRow], *, number: int, state: str, constraints: bool, began: int = 0
) -> Version:
    """A new, empty version with its tables; `constraints` are added at once or later by `add_constraints`."""
    schema_name = f"view_v{number}"
    async with connection.transaction():
        await connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema_name)))
        await use_schema(connection, schema_name)
        for statement in create_tables():
            await connection.execute(statement)
        await connection.execute(_SQL["compress_quickly"])
        if constraints:
            await add_constraints(connection)
        values = {"number": number, "schema_name": schema_name, "state": state, "code": CODE, "began": began}
        await connection.execute(_SQL["insert_version"], values)
    return Version(
        number=number,
        schema_name=schema_name,
        state=state,
        checkpoint=0,
        recorded_at=None,
        code=CODE,
        began=began,
    )


async def add_constraints(connection: AsyncConnection[TupleRow], *beside: AsyncConnection[TupleRow]) -> None:
    """The exclusion constraints and indexes of the schema in use; `beside` are connections that take tables off it.

    They use the same schema and see its rows committed. Raises psycopg.Error when every connection has ended its work.
    """
    waiting = [statements for _, statements in await _longest_first(connection)]

    async def work(worker: AsyncConnection[TupleRow]) -> None:
        while waiting:
            for statement in waiting.pop(0):
                await worker.execute(statement)

    ended = await asyncio.gather(*map(work, (connection, *beside)), return_exceptions=True)
    for error in ended:
        if error is not None:
            raise error


async def _longest_first(connection: AsyncConnection[TupleRow]) -> list[tuple[str, list[LiteralString]]]:
    """The statements by table, first what takes longest: exclusion over many rows."""
    cursor = await connection.execute(_SQL["fetch_table_sizes"])
    sizes: dict[str, int] = dict(await cursor.fetchall())
    return sorted(
        create_constraints().items(), key=lambda of: (of[0] in FACTS, sizes.get(of[0], 0)), reverse=True
    )


async def ensure_live(connection: AsyncConnection[TupleRow]) -> Version:
    """The live version, created empty when there is none. Raises Unavailable for one made by other code."""
    await ensure_registry(connection)
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT pg_advisory_lock(hashtext('projection.ensure_live'))")
        try:
            live = await fetch_live(cursor)
            if live is None:
                versions = await fetch_all(cursor)
                number = versions[0].number + 1 if versions else 1
                return await create_version(connection, number=number, state="live", constraints=True)
        finally:
            await cursor.execute("SELECT pg_advisory_unlock(hashtext('projection.ensure_live'))")
    if live.code != CODE:
        raise Unavailable(
            f"Projection {live.schema_name} was written by version {live.code} of the fold, this is version {CODE}. "
            "Run `hub rebuild`.",
            message_th=f"ชุดข้อมูล {live.schema_name} สร้างด้วยโปรแกรมรุ่น {live.code} กรุณาสั่ง `hub rebuild`",
            code="PROJECTION_OUTDATED",
        )
    return live


async def lock(connection: AsyncConnection[TupleRow], version: Version) -> None:
    """Hold the right to write this version until the connection ends; waits for another projector to go."""
    await connection.execute(_SQL["lock_version"], {"number": version.number})


async def unlock(connection: AsyncConnection[TupleRow], version: Version) -> None:
    """Give the right to write this version back."""
    await connection.execute(_SQL["unlock_version"], {"number": version.number})


async def advance(
    connection: AsyncConnection[TupleRow],
    version: Version,
    *,
    before: int,
    checkpoint: int,
    recorded_at: dt.datetime,
) -> None:
    """Move the checkpoint inside the caller's transaction. Raises CheckpointMoved."""
    values = {
        "number": version.number,
        "before": before,
        "checkpoint": checkpoint,
        "recorded_at": recorded_at,
        "state": version.state,
    }
    done = await connection.execute(_SQL["advance_checkpoint"], values)
    if done.rowcount != 1:
        raise CheckpointMoved(
            f"the checkpoint of {version.schema_name} is no longer {before}, or it is not {version.state}"
        )


class Standstill(msgspec.Struct, frozen=True, kw_only=True):
    """Why a projector stands still: a stable code, the event it concerns if it is known, and words without personal data."""

    code: str
    sequence: int | None
    message_en: str
    message_th: str


async def note_erasure(connection: AsyncConnection[TupleRow], version: Version, erased: int) -> None:
    """Inside the transaction that empties the rows: this event erased somebody."""
    await connection.execute(_SQL["note_erasure"], {"number": version.number, "erased": erased})


async def record_error(
    connection: AsyncConnection[TupleRow], version: Version, why: Standstill | None
) -> None:
    """Say in the registry why the projector stands still; None: it does not."""
    values = {
        "number": version.number,
        "error": None if why is None else why.message_en,
        "error_th": None if why is None else why.message_th,
        "code": None if why is None else why.code,
        "sequence": None if why is None else why.sequence,
    }
    await connection.execute(_SQL["record_error"], values)
