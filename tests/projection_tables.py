"""Rows of a projection version, whole or as known at a sequence, for comparing one with another."""

import psycopg
from psycopg import sql

from projections.indexes import FACTS
from projections.output import COLUMNS

INDEXES_OF_THE_FOLD = ("link_key", "action_recipient")
FOUNDED_AT = {
    "event": "sequence",
    "record": "record",
    "record_version": "sequence",
    "member": "member / 1024",
    "action": "action",
    "finding_decision": "sequence",
    "link_revocation": "sequence",
    "link_model": "sequence",
    "batch": "sequence",
}


async def rows(
    connection: psycopg.AsyncConnection, table: str, at: int | None = None
) -> list[tuple[str, ...]]:
    """Every row of a table as text, sorted; `at` cuts to what was known after that sequence."""
    columns = [sql.Identifier(column) for column in COLUMNS[table].split(", ") if column != "recorded"]
    texts = [sql.SQL("coalesce({}::text, '-')").format(column) for column in columns]
    where = sql.SQL("true")
    if table in FACTS:
        recorded = sql.SQL("recorded::text")
        if at is not None:
            known = (
                "int8range(lower(recorded), CASE WHEN upper(recorded) <= {} THEN upper(recorded) END)::text"
            )
            recorded = sql.SQL(known).format(sql.Literal(at))
            where = sql.SQL("lower(recorded) <= {}").format(sql.Literal(at))
        texts.append(recorded)
    elif at is not None:
        where = sql.SQL(FOUNDED_AT[table] + " <= {}").format(sql.Literal(at))
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY 1").format(
        sql.SQL(" || '|' || ").join(texts), sql.Identifier(table), where
    )
    cursor = await connection.execute(query)
    return await cursor.fetchall()


async def all_rows(
    connection: psycopg.AsyncConnection, *, at: int | None = None
) -> dict[str, list[tuple[str, ...]]]:
    """Rows of every table; with `at` without the indexes of the fold, which are not kept over time."""
    tables = [table for table in COLUMNS if at is None or table not in INDEXES_OF_THE_FOLD]
    return {table: await rows(connection, table, at) for table in tables}
