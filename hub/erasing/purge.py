"""Purging the database's files of what was erased: a rebuild made new tables, this removes what deleting alone leaves behind.

Deleted rows stay in pages until these are written anew, values in the planner's statistics, and both in the write-ahead log. The log of events
needs none of it: what it holds is sealed, and its keys are gone.
"""

import datetime as dt
from pathlib import Path

import msgspec
import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from projections import queries
from projections.version import Version

WITHIN = dt.timedelta(hours=24)
"""So long after an erasure the rebuild has to have followed."""

_SQL = queries.load(Path(__file__).parents[1] / "sql")


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """What was purged. `refused` names the steps for which the database gives this user no right: the administrator has to take them."""

    sequence: int
    wal_segments: int
    refused: tuple[str, ...] = ()


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A rebuild is due: the oldest erasure whose traces may still be there, and until when it has to be done."""

    sequence: int
    erased_at: dt.datetime
    until: dt.datetime


async def fetch_due(connection: AsyncConnection[TupleRow], live: Version | None) -> Due | None:
    """Whether a rebuild has to follow an erasure, and until when; None when nothing is left to do."""
    if live is None or live.erased == 0:
        return None
    cursor = await connection.execute(_SQL["fetch_purged"])
    row = await cursor.fetchone()
    done = 0 if row is None else int(row[0])
    if live.erased <= done:
        return None
    async with connection.transaction():
        path = sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(live.schema_name))
        await connection.execute(path)
        cursor = await connection.execute(_SQL["fetch_first_unpurged"], {"sequence": done})
        first = await cursor.fetchone()
    if first is None:
        return None
    return Due(sequence=first[0], erased_at=first[1], until=first[1] + WITHIN)


async def purge(connection: AsyncConnection[TupleRow], sequence: int) -> Purged:
    """Purge the files of whom the events up to `sequence` erased. The connection commits by itself; the keys are locked for a moment.

    Every table with traces has to be gone before. Raises psycopg.Error.
    """
    refused = [name for name in ("rewrite_keys", "rewrite_statistics") if not await _try(connection, name)]
    segments = await _purge_wal(connection)
    if segments is None:
        refused.append("purge_wal")
    await connection.execute(_SQL["put_purged"], {"sequence": sequence})
    return Purged(sequence=sequence, wal_segments=segments or 0, refused=tuple(refused))


async def _try(connection: AsyncConnection[TupleRow], name: str) -> bool:
    try:
        await connection.execute(_SQL[name])
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


async def _purge_wal(connection: AsyncConnection[TupleRow]) -> int | None:
    """Overwrite the write-ahead log once around: files are used again, with what they held before."""
    try:
        # The file in use is left first: a checkpoint makes only those before it free to be used again.
        await connection.execute(_SQL["fill_wal_segment"])
        await connection.execute("CHECKPOINT")
        row = await (await connection.execute(_SQL["count_wal_segments"])).fetchone()
        segments = 0 if row is None else int(row[0])
        for _ in range(segments + 1):
            await connection.execute(_SQL["fill_wal_segment"])
        await connection.execute("CHECKPOINT")
    except psycopg.errors.InsufficientPrivilege:
        return None
    return segments
