"""Exchanging the master key: every key of the vault is wrapped anew under the first of the master keys."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from hub.vault import Vault
from projections import queries

AT_ONCE = 5000
SETTLE_SECONDS = 1.0
"""So long whoever looked at the old key before the exchange may still be committing one that it wraps."""

_SQL = queries.load(Path(__file__).parent / "sql")
Progress = Callable[[int], None]


class Exchanged(msgspec.Struct, frozen=True, kw_only=True):
    """How many keys there are, and how many of them had to be wrapped anew."""

    keys: int
    wrapped: int


async def wrap_anew(
    connection: AsyncConnection[TupleRow], vault: Vault, progress: Progress = lambda _: None
) -> Exchanged:
    """Wrap every key under the first master key. Cut short it can be done again; keys made or destroyed meanwhile stay so.

    The connection commits by itself. Raises WrongMasterKey for a key that none of the master keys opens.
    """
    seen, wrapped = await _pass(connection, vault, progress)
    while True:
        await asyncio.sleep(SETTLE_SECONDS)
        seen, more = await _pass(connection, vault, lambda _: None)
        wrapped += more
        if not more:
            return Exchanged(keys=seen, wrapped=wrapped)


async def _pass(connection: AsyncConnection[TupleRow], vault: Vault, progress: Progress) -> tuple[int, int]:
    after, seen, wrapped = b"", 0, 0
    while True:
        values = {"after": after, "limit": AT_ONCE}
        cursor = await connection.execute(_SQL["fetch_wrapped"], values, binary=True)
        rows = await cursor.fetchall()
        if not rows:
            return seen, wrapped
        old = [(subject, before) for subject, before in rows if not vault.wraps(subject, before)]
        if old:
            new = {
                "subjects": [subject for subject, _ in old],
                "before": [before for _, before in old],
                "wrapped": [vault.wrap_anew(subject, before) for subject, before in old],
            }
            async with connection.transaction():
                await connection.execute(_SQL["exchange_wrapped"], new)
        after, seen, wrapped = rows[-1][0], seen + len(rows), wrapped + len(old)
        progress(seen)
