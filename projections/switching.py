"""Which version is live: one takes the place of another in one transaction, and those that nobody needs are dropped."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from psycopg import AsyncConnection, sql
from psycopg import errors as postgres
from psycopg.rows import TupleRow

from contracts.errors import Conflict, NotFound
from projections import queries
from projections import version as versions
from projections.version import CODE, Version

READERS_SECONDS = 60.0
POLL_SECONDS = 0.1

_SQL = queries.load(Path(__file__).parent / "sql")


async def lock_rebuild(connection: AsyncConnection[TupleRow]) -> None:
    """Hold the right to rebuild until the connection ends. Raises Conflict when somebody else has it."""
    row = await (await connection.execute(_SQL["lock_rebuild"])).fetchone()
    if row is None or not row[0]:
        raise Conflict(
            "Another rebuild or rollback is at work on this hub; wait for its end (`hub status` shows how far it is).",
            message_th="มีการสร้างชุดข้อมูลใหม่อยู่แล้ว กรุณารอให้เสร็จ",
            code="REBUILD_RUNNING",
        )


async def hold_live(connection: AsyncConnection[TupleRow]) -> Version | None:
    """The live version; its projector cannot commit until the caller's transaction ends."""
    await connection.execute("SET LOCAL lock_timeout = '30s'")
    async with connection.cursor() as cursor:
        await cursor.execute(_SQL["hold_live_version"])
        row = await cursor.fetchone()
        return None if row is None else await versions.fetch_version(cursor, row[0])


async def make_live(connection: AsyncConnection[TupleRow], version: Version, instead: Version | None) -> None:
    """Inside the transaction that holds `instead`: this version answers from its commit on."""
    if instead is not None:
        await connection.execute(_SQL["set_state"], {"number": instead.number, "state": "retired"})
    await connection.execute(_SQL["set_state"], {"number": version.number, "state": "live"})


async def fetch_last_erasure(connection: AsyncConnection[TupleRow], version: Version) -> int:
    """The sequence of the last event that erased somebody, as far as this version knows; 0 for none."""
    async with connection.transaction():
        path = sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(version.schema_name))
        await connection.execute(path)
        row = await (await connection.execute(_SQL["fetch_last_erasure"])).fetchone()
    return 0 if row is None else row[0]


def choose_rollback(known: Iterable[Version], erasure: int) -> Version:
    """The newest retired version that this program can go on with and that nobody was erased after. Raises NotFound."""
    retired = sorted((v for v in known if v.state == "retired"), key=lambda v: -v.number)
    for version in retired:
        if version.code == CODE and version.began >= erasure:
            return version
    why = "there is no retired version"
    if retired:
        why = "; ".join(
            f"{v.schema_name} was written by version {v.code} of the fold, this is {CODE}"
            if v.code != CODE
            else f"{v.schema_name} was begun before the erasure at sequence {erasure}"
            for v in retired
        )
    raise NotFound(
        f"There is nothing to go back to: {why}.",
        message_th="ไม่มีชุดข้อมูลเดิมที่ย้อนกลับไปใช้ได้",
        code="NO_ROLLBACK",
    )


def choose_dropped(known: Iterable[Version], *, before: int | None, keep: int, erasure: int) -> list[Version]:
    """The retired versions that go: those begun before the last erasure, and all but `keep` of the others.

    The one that was live `before` is kept first, then the newest.
    """
    retired = sorted(
        (v for v in known if v.state == "retired"), key=lambda v: (v.number != before, -v.number)
    )
    lawful = [version for version in retired if version.began >= erasure]
    return [version for version in retired if version.began < erasure] + lawful[keep:]


async def drop(connection: AsyncConnection[TupleRow], gone: Iterable[Version]) -> list[Version]:
    """Drop versions once every transaction that may read them has ended; answers those that were still in use after a minute.

    A request that found one of them live before the switch reads it to its end.
    """
    gone = list(gone)
    if not gone:
        return []
    row = await (await connection.execute(_SQL["fetch_now"])).fetchone()
    for _ in range(round(READERS_SECONDS / POLL_SECONDS)):
        readers = await connection.execute(_SQL["count_readers"], {"before": row and row[0]})
        if await readers.fetchone() == (0,):
            break
        await asyncio.sleep(POLL_SECONDS)
    return await drop_unread(connection, gone)


async def drop_unread(connection: AsyncConnection[TupleRow], gone: Iterable[Version]) -> list[Version]:
    """Drop versions that nobody was told of; answers those that somebody reads all the same."""
    return [version for version in gone if not await _drop_one(connection, version)]


async def _drop_one(connection: AsyncConnection[TupleRow], version: Version) -> bool:
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = '10s'")
            statement = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(
                sql.Identifier(version.schema_name)
            )
            await connection.execute(statement)
            await connection.execute(_SQL["delete_version"], {"number": version.number})
    except postgres.LockNotAvailable:
        return False
    return True
