"""Whether two projection versions hold the same rows: digests by table, and where they differ exactly which rows.

No table has a surrogate id, so that equal logs give equal rows. Versions at different checkpoints are compared as both knew the world at
the lower one (the prefix law): a fact ended later counts as open, what came later does not count. Everything is computed in the
database, table by table, on one snapshot.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from contracts.errors import InvalidInput, NotFound
from projections import version as versions
from projections.indexes import NO_OVERLAP, RANGES
from projections.output import COLUMNS
from projections.state import MEMBERS_PER_EVENT
from projections.tables import metadata
from projections.version import Version

SHOWN = 20
"""Rows that are named at most, over all tables."""

LOG_COLUMNS = ("sequence", "event_id", "type", "recorded_at", "digest")
"""What the table `event` holds whatever the fold made of the event."""

HIDDEN = frozenset({"link_key.key"})
"""Key columns that follow from personal data."""

Side = Literal["left", "right", "both"]
Progress = Callable[[str, int, int], None]


def unheard(_stage: str, _done: int, _total: int) -> None:
    """Nobody wants to hear of progress."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row that differs: only on one side, or on both with other content. `key` holds no personal data."""

    table: str
    side: Side
    key: dict[str, str | int | None]


class TableDiff(msgspec.Struct, frozen=True, kw_only=True):
    """One table. `differences` counts keys; `rows` those of the left side."""

    table: str
    rows: int
    differences: int


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison found, as known after event `sequence`. `notes` say what was not compared, and why."""

    left: int
    right: int
    sequence: int
    tables: tuple[TableDiff, ...]
    differences: int
    first_rows: tuple[Row, ...]
    notes: tuple[str, ...]


class _Cut(msgspec.Struct, frozen=True):
    """A table as rows of (key, content) up to a sequence; None: all of it."""

    table: str
    columns: tuple[str, ...]
    until: int | None

    def rows_of(self, schema: str) -> sql.Composed:
        cells = [
            _until(self.until) if column == "recorded" else sql.Identifier(column) for column in self.columns
        ]
        return sql.SQL("SELECT {} AS key, ROW({})::text AS content FROM {} WHERE {}").format(
            _key(self.table),
            sql.SQL(", ").join(cells),
            sql.Identifier(schema, self.table),
            self._known(),
        )

    def _known(self) -> sql.Composable:
        if self.until is None:
            return sql.SQL("true")
        return sql.SQL("{} <= {}").format(_founded(self.table), sql.Literal(self.until))


def _until(sequence: int | None) -> sql.Composable:
    if sequence is None:
        return sql.Identifier("recorded")
    text = "int8range(lower(recorded), CASE WHEN upper(recorded) <= {} THEN upper(recorded) END)"
    return sql.SQL(text).format(sql.Literal(sequence))


def _columns(table: str) -> tuple[str, ...]:
    return tuple(COLUMNS[table].split(", "))


def _primary_key(table: str) -> tuple[str, ...]:
    return tuple(column.name for column in metadata.tables[table].primary_key)


def is_index(table: str) -> bool:
    """Whether a table is an index of the fold: it is not kept over time, so that its past cannot be seen."""
    return "recorded" not in _columns(table) and len(_primary_key(table)) > 1


def _founded(table: str) -> sql.Composable:
    """The sequence at which a row came to be known."""
    if "recorded" in _columns(table):
        return sql.SQL("lower(recorded)")
    (column,) = _primary_key(table)
    if table == "member":
        return sql.SQL("{} / {}").format(sql.Identifier(column), sql.Literal(MEMBERS_PER_EVENT))
    return sql.Identifier(column)


def _key(table: str) -> sql.Composed:
    """The key of a row as jsonb: of a fact also where its ranges begin."""
    names = next((columns for name, columns in NO_OVERLAP if name == table), _primary_key(table))
    parts: list[sql.Composable] = []
    for name in names:
        if f"{table}.{name}" in HIDDEN:
            continue
        value = sql.SQL("lower({})" if name in RANGES else "{}").format(sql.Identifier(name))
        parts += [sql.Literal(f"{name}_from" if name in RANGES else name), value]
    return sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(parts))


async def _digest(connection: AsyncConnection[TupleRow], cut: _Cut, schema: str) -> TupleRow:
    """How many rows there are, and two digests over the hashes of all of them that do not depend on their order."""
    # OFFSET 0 keeps the planner from computing the hash once for each use of it; parallel plans stay possible.
    text = (
        "SELECT count(*), coalesce(sum(hash), 0), coalesce(bit_xor(hash), 0) "
        "FROM (SELECT hashtextextended(content, 0) AS hash FROM ({}) AS cut OFFSET 0) AS hashes"
    )
    cursor = await connection.execute(sql.SQL(text).format(cut.rows_of(schema)))
    row = await cursor.fetchone()
    return row or (0, 0, 0)


def _alone(cut: _Cut, left: str, right: str) -> sql.Composed:
    """Rows that only one side has, by key."""
    text = (
        "SELECT key, count(*) FILTER (WHERE NOT is_right) AS in_left, count(*) FILTER (WHERE is_right) AS in_right FROM ("
        "(SELECT *, false AS is_right FROM ({left} EXCEPT ALL {right}) AS only_left) UNION ALL "
        "(SELECT *, true FROM ({right} EXCEPT ALL {left}) AS only_right)) AS alone GROUP BY key"
    )
    return sql.SQL(text).format(left=cut.rows_of(left), right=cut.rows_of(right))


async def _find(
    connection: AsyncConnection[TupleRow], cut: _Cut, left: str, right: str, most: int
) -> tuple[int, list[Row]]:
    alone = _alone(cut, left, right)
    row = await (
        await connection.execute(sql.SQL("SELECT count(*) FROM ({}) AS keys").format(alone))
    ).fetchone()
    named = sql.SQL("{} ORDER BY key LIMIT {}").format(alone, sql.Literal(most))
    found = await (await connection.execute(named)).fetchall()
    rows = [
        Row(
            table=cut.table,
            side="both" if in_left and in_right else "left" if in_left else "right",
            key=key,
        )
        for key, in_left, in_right in found
    ]
    return (row[0] if row else 0), rows


async def choose(
    connection: AsyncConnection[TupleRow], left: int | None, right: int | None
) -> tuple[Version, Version]:
    """The versions with these numbers; by themselves the live one and the newest other one. Raises NotFound."""
    async with connection.cursor() as cursor:
        known = await versions.fetch_all(cursor)
    one = next((v for v in known if (v.state == "live" if left is None else v.number == left)), None)
    others = [version for version in known if version != one]
    other = next((v for v in others if right is None or v.number == right), None)
    if one is None or other is None:
        listed = ", ".join(f"{v.number} ({v.state})" for v in known) or "none"
        raise NotFound(
            f"There are no two such versions to compare; there are: {listed}. `hub rebuild` makes another one.",
            message_th="ไม่มีชุดข้อมูลสองชุดให้เปรียบเทียบ สั่ง `hub rebuild` เพื่อสร้างอีกชุด",
            code="NOTHING_TO_COMPARE",
        )
    return one, other


async def compare(
    connection: AsyncConnection[TupleRow],
    left: int | None,
    right: int | None,
    *,
    as_of: int | None = None,
    progress: Progress = unheard,
) -> Diff:
    """Compare two versions on one snapshot, at their lower checkpoint or at `as_of` before it.

    Where they were written by different folds only the events themselves are compared. Raises NotFound, and InvalidInput for an
    `as_of` that one of them has not reached.
    """
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await connection.execute("SET LOCAL jit = off")
        one, other = await choose(connection, left, right)
        sequence = min(one.checkpoint, other.checkpoint) if as_of is None else as_of
        if sequence > min(one.checkpoint, other.checkpoint):
            raise InvalidInput(
                f"Version {one.number} is at {one.checkpoint}, version {other.number} at {other.checkpoint}: "
                f"seq:{sequence} is beyond.",
                code="AS_OF_BEYOND",
                path="--as-of",
            )
        cuts, notes = _plan(one, other, sequence)
        tables: list[TableDiff] = []
        rows: list[Row] = []
        for done, cut in enumerate(cuts):
            progress("compare", done, len(cuts))
            names = one.schema_name, other.schema_name
            digests = [await _digest(connection, cut, name) for name in names]
            differences = 0
            if digests[0] != digests[1]:
                differences, found = await _find(connection, cut, *names, SHOWN - len(rows))
                rows += found
            tables.append(TableDiff(table=cut.table, rows=digests[0][0], differences=differences))
        progress("compare", len(cuts), len(cuts))
    return Diff(
        left=one.number,
        right=other.number,
        sequence=sequence,
        tables=tuple(tables),
        differences=sum(table.differences for table in tables),
        first_rows=tuple(rows),
        notes=tuple(notes),
    )


def _plan(one: Version, other: Version, sequence: int) -> tuple[list[_Cut], list[str]]:
    if one.code != other.code:
        note = f"versions {one.code} and {other.code} of the fold write different rows: only the events are compared"
        return [_Cut("event", LOG_COLUMNS, sequence)], [note]
    if one.checkpoint == other.checkpoint == sequence:
        return [_Cut(table, _columns(table), None) for table in COLUMNS], []
    indexes = [table for table in COLUMNS if is_index(table)]
    note = f"{', '.join(indexes)} are not kept over time and only compared where both versions stand"
    return [_Cut(table, _columns(table), sequence) for table in COLUMNS if table not in indexes], [note]


async def count_differences(connection: AsyncConnection[TupleRow], before: str, after: str) -> int:
    """Rows, over all tables, that only one of the two schemas has. A row that differs counts in each."""
    different = 0
    for table in COLUMNS:
        cut = _Cut(table, _columns(table), None)
        if await _digest(connection, cut, before) == await _digest(connection, cut, after):
            continue
        total = sql.SQL("SELECT sum(in_left + in_right) FROM ({}) AS keys").format(_alone(cut, before, after))
        row = await (await connection.execute(total)).fetchone()
        different += int(row[0] or 0) if row else 0
    return different


def describe(found: Diff) -> Sequence[str]:
    """A comparison in words, a line each."""
    head = f"version {found.left} against version {found.right}, as known after event {found.sequence:,}"
    lines = [f"{head}: {found.differences:,} differences in {len(found.tables)} tables"]
    lines += [
        f"  {table.table:18} {table.rows:>12,} rows  {table.differences:,} differences"
        for table in found.tables
    ]
    sides = {
        "left": f"only in {found.left}",
        "right": f"only in {found.right}",
        "both": "with other content",
    }
    lines += [
        f"  {row.table}: {', '.join(f'{name} {value}' for name, value in row.key.items())}: {sides[row.side]}"
        for row in found.first_rows
    ]
    return lines + [f"  ({note})" for note in found.notes]
