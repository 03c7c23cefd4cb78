"""Writing a batch's changes: closings first, then COPY, inside the caller's transaction.

A version under construction has no indexes: there the closings are put aside (`closing_<table>`) and applied once, set-wise, by
`apply_closings`, and the indexes of the fold are written once, by `write_indexes`.
"""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import TupleRow

from contracts.key_parts import without_part
from projections import queries
from projections.output import COLUMNS, Erased, Key, Output, link_key_line, recipient_line, written
from projections.state import State

_SQL = queries.load(Path(__file__).parent / "sql")
LINES_AT_ONCE = 20_000
_COPIES = {
    table: sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(column) for column in columns.split(", "))
    )
    for table, columns in COLUMNS.items()
}


CLOSING_KEYS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "household_state": (
        ("household", "bigint", "fact.household"),
        ("start", "timestamptz", "lower(fact.valid)"),
    ),
    "household_record": (("record", "bigint", "fact.record"),),
    "person_member": (("member", "bigint", "fact.member"),),
    "link_edge": (("level", "text", "fact.level"), ("a", "bigint", "fact.a"), ("b", "bigint", "fact.b")),
    "action_state": (("action", "bigint", "fact.action"),),
    "action_household": (("action", "bigint", "fact.action"),),
    "finding": (
        ("household", "bigint", "fact.household"),
        ("class", "text", "fact.class"),
        ("need", "text", "fact.need"),
        ("action", "bigint", "fact.action"),
        ("start", "timestamptz", "lower(fact.valid)"),
    ),
}
"""Of the tables with many closings: the key of a closing, its type, and the expression of the row that equals it."""


def _closing(table: str) -> sql.Identifier:
    return sql.Identifier(f"closing_{table}")


async def create_closings(connection: AsyncConnection[TupleRow]) -> None:
    """Where the closings of a version under construction wait; empty afterwards."""
    for table, keys in CLOSING_KEYS.items():
        columns = sql.SQL(", ").join(sql.SQL(f"{name} {type_}") for name, type_, _ in keys)  # pyright: ignore[reportArgumentType] - constants of this file
        await connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_closing(table)))
        await connection.execute(
            sql.SQL("CREATE UNLOGGED TABLE {} ({}, upper bigint)").format(_closing(table), columns)
        )


async def apply_closings(connection: AsyncConnection[TupleRow]) -> None:
    """End every fact at the first of its closings, and forget them. One pass over each table."""
    for table, keys in CLOSING_KEYS.items():
        same = sql.SQL(" AND ").join(
            sql.SQL("{} = gone.{}").format(sql.SQL(expression), sql.Identifier(name))  # pyright: ignore[reportArgumentType] - constants of this file
            for name, _, expression in keys
        )
        statement = sql.SQL(_SQL["apply_closings"]).format(
            table=sql.Identifier(table), closing=_closing(table), same=same
        )
        async with connection.transaction():
            await connection.execute(sql.SQL("ANALYZE {}").format(_closing(table)))
            await connection.execute(statement)
            await connection.execute(sql.SQL("DROP TABLE {}").format(_closing(table)))


async def _put_aside(cursor: AsyncCursor[TupleRow], table: str, closings: Sequence[tuple[Key, int]]) -> None:
    async with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_closing(table))) as copy:
        await copy.write("".join([_closing_line(key, upper) for key, upper in closings]))


def _closing_line(key: Key, upper: int) -> str:
    cells = [written(cell) if isinstance(cell, dt.datetime) else str(cell) for cell in key]
    return "\t".join([*cells, str(upper)]) + "\n"


async def write(connection: AsyncConnection[TupleRow], output: Output, *, put_aside: bool = False) -> None:
    """Bring the tables of the schema in use to where `output` leads; `put_aside` leaves closings and indexes of the fold for later."""
    async with connection.cursor() as cursor:
        for table, closings in output.closings.items():
            if put_aside and table in CLOSING_KEYS:
                await _put_aside(cursor, table, closings)
                continue
            columns = zip(*(key for key, _ in closings), strict=True)
            values: dict[str, object] = {
                f"k{position}": list(column) for position, column in enumerate(columns)
            }
            values["upper"] = [upper for _, upper in closings]
            await cursor.execute(_SQL[f"close_{table}"], values)
        for table, lines in output.lines().items():
            await _copy(cursor, table, lines)
        if not put_aside:
            await _change_indexes(cursor, output)
    await _erase(connection, output)


async def _copy(cursor: AsyncCursor[TupleRow], table: str, lines: str) -> None:
    async with cursor.copy(_COPIES[table]) as copy:
        await copy.write(lines)


async def _change_indexes(cursor: AsyncCursor[TupleRow], output: Output) -> None:
    if output.link_keys_gone:
        keys, records = zip(*output.link_keys_gone, strict=True)
        await cursor.execute(_SQL["drop_link_keys"], {"key": list(keys), "record": list(records)})
    if output.recipients_gone:
        await cursor.execute(_SQL["drop_recipients"], {"actions": list(output.recipients_gone)})
    for table, lines in output.index_lines().items():
        await _copy(cursor, table, lines)


async def write_indexes(connection: AsyncConnection[TupleRow], state: State) -> None:
    """The indexes of the fold as a complete memory says that they are, in place of what they hold; one transaction.

    A bulk load writes them so, once: kept up batch by batch they would cost half of what all other tables cost together.
    """
    async with connection.transaction(), connection.cursor() as cursor:
        for name in ("empty_indexes", "open_index_keys"):
            await cursor.execute(_SQL[name])
        for table, lines in (("link_key", _link_keys(state)), ("action_recipient", _recipients(state))):
            async with cursor.copy(_COPIES[table]) as copy:
                for some in _chunks(lines):
                    await copy.write("".join(some))
        await cursor.execute(_SQL["close_index_keys"])


def _link_keys(state: State) -> Iterator[str]:
    for record in state.records.values():
        for key in record.keys:
            yield link_key_line(key, record.record)


def _recipients(state: State) -> Iterator[str]:
    for action in state.actions.values():
        for ordinal, (kind, ref) in enumerate(action.refs):
            yield recipient_line(action.action, ordinal, kind, ref)


def _chunks(lines: Iterator[str]) -> Iterator[list[str]]:
    while some := list(itertools.islice(lines, LINES_AT_ONCE)):
        yield some


async def _erase(connection: AsyncConnection[TupleRow], output: Output) -> None:
    for record, gone in output.erased_records.items():
        async with connection.cursor() as cursor:
            await cursor.execute(_SQL["fetch_documents"], {"record": record})
            versions = await cursor.fetchall()
            for sequence, document in versions:
                emptied = msgspec.json.encode(_without(document, gone)).decode()
                await cursor.execute(_SQL["put_document"], {"sequence": sequence, "document": emptied})
            name = "erase_house_columns" if gone.house else "erase_name_columns"
            await cursor.execute(_SQL[name], {"sequences": [sequence for sequence, _ in versions]})
    if output.erased_subjects:
        subjects = [bytes.fromhex(subject) for subject in output.erased_subjects]
        for name in (
            "erase_help",
            "erase_decision_words",
            "erase_referral_words",
            "erase_link_words",
            "erase_revocation_words",
        ):
            await connection.execute(_SQL[name], {"subjects": subjects})


def _without(document: dict[str, object], gone: Erased) -> dict[str, object]:
    house, kept = document["house"], list[dict[str, object]]()
    for entry in msgspec.convert(document["members"], list[dict[str, object]]):
        if entry["id"] not in gone.members:
            kept.append(entry)
            continue
        kept.append({**entry, "member": None})
        house = _without_part(house, entry["member"])
    return {**document, "house": None if gone.house else house, "members": kept}


def _without_part(house: object, member: object) -> object:
    """The house without what of its key names a member who goes."""
    if house is None or member is None:
        return house
    known = msgspec.convert(house, dict[str, object])
    part = msgspec.convert(member, dict[str, object]).get("key_part")
    return (
        known if part is None else known | {"record_key": without_part(str(known["record_key"]), str(part))}
    )
