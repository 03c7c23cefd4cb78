"""Writing a batch's changes: closings first, then COPY, inside the caller's transaction."""

from pathlib import Path

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from projections import queries
from projections.output import COLUMNS, Output

_SQL = queries.load(Path(__file__).parent / "sql")
_COPIES = {
    table: sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(column) for column in columns.split(", "))
    )
    for table, columns in COLUMNS.items()
}


async def write(connection: AsyncConnection[TupleRow], output: Output) -> None:
    """Bring the tables of the schema in use to where `output` leads."""
    async with connection.cursor() as cursor:
        for table, closings in output.closings.items():
            columns = zip(*(key for key, _ in closings), strict=True)
            values: dict[str, object] = {
                f"k{position}": list(column) for position, column in enumerate(columns)
            }
            values["upper"] = [upper for _, upper in closings]
            await cursor.execute(_SQL[f"close_{table}"], values)
        if output.link_keys_gone:
            keys, records = zip(*output.link_keys_gone, strict=True)
            await cursor.execute(_SQL["drop_link_keys"], {"key": list(keys), "record": list(records)})
        if output.recipients_gone:
            await cursor.execute(_SQL["drop_recipients"], {"actions": list(output.recipients_gone)})
        for table, lines in output.lines().items():
            async with cursor.copy(_COPIES[table]) as copy:
                await copy.write(lines)
    await _erase(connection, output)


async def _erase(connection: AsyncConnection[TupleRow], output: Output) -> None:
    for record, members in output.erased_records.items():
        async with connection.cursor() as cursor:
            await cursor.execute(_SQL["fetch_documents"], {"record": record})
            versions = await cursor.fetchall()
            for sequence, document in versions:
                emptied = msgspec.json.encode(_without(document, members)).decode()
                await cursor.execute(_SQL["put_document"], {"sequence": sequence, "document": emptied})
            name = "erase_house_columns" if members is None else "erase_name_columns"
            await cursor.execute(_SQL[name], {"sequences": [sequence for sequence, _ in versions]})
    if output.erased_subjects:
        subjects = [bytes.fromhex(subject) for subject in output.erased_subjects]
        await connection.execute(_SQL["erase_help"], {"subjects": subjects})


def _without(document: dict[str, object], members: set[int] | None) -> dict[str, object]:
    if members is None:
        return {**document, "house": None}
    listed = msgspec.convert(document["members"], list[dict[str, object]])
    kept = [{**entry, "member": None} if entry["id"] in members else entry for entry in listed]
    return {**document, "members": kept}
