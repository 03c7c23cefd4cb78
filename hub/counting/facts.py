"""The facts that are counted, as columns of numbers, brought forward from the tables of one projection version.

A fact never changes but for its end, so columns that know a sequence answer every earlier one too. Bytes of a row (`row_bytes`): states 59,
helps 52, places 40, findings 58, holders 32, edges 32: about 100 MB for a province of 144,551 households.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, LiteralString

import msgspec
import numpy as np
from psycopg import AsyncCursor, sql
from psycopg.rows import TupleRow

from contracts.records import NEEDS
from hub.api.basis import Basis
from hub.api.conditions import actions, findings, states
from hub.api.statements import SQL
from hub.counting.columns import Columns, Numbers, Words, parse_rows

RANGES = {"from": "i8", "until": "i8"}
"""Sequences from which and until which the hub knew a fact."""

PERIOD = {"starts": "i8", "ends": "i8"}
"""Microseconds since 1970 between which it is true in the world."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """How one kind of fact is read: its statement, which columns hold words, and which name an open row."""

    name: str
    statement: str
    types: Mapping[str, str]
    keys: tuple[str, ...]
    words: Mapping[str, LiteralString] = dataclasses.field(default_factory=dict[str, LiteralString])
    """The SQL of each word."""


STATES = Table(
    name="states",
    statement="read_states",
    types={
        "household": "i8",
        **PERIOD,
        **RANGES,
        "place": "i2",
        "sources": "i2",
        "in_sources": "i2",
        "persons": "i2",
        **dict.fromkeys(NEEDS, "i1"),
        "level": "i1",
        "standing": "i1",
    },
    keys=("household", "starts", "from"),
    words={
        "place": "coalesce(fact.amphoe, '') || '/' || coalesce(fact.tambon, '')",
        "sources": "array_to_string(fact.sources, ' ')",
        "standing": "fact.standing",
    },
)
HELPS = Table(
    name="helps",
    statement="read_helps",
    types={
        "action": "i8",
        "starts": "i8",
        "reported": "i8",
        **RANGES,
        "satang": "i8",
        "agency": "i2",
        "need": "i1",
        "kind": "i1",
    },
    keys=("action", "from"),
    words={"agency": "fact.agency", "need": "fact.need", "kind": "fact.kind"},
)
PLACES = Table(
    name="places",
    statement="read_places",
    types={"action": "i8", "household": "i8", "repeats": "i8", **RANGES},
    keys=("action", "from"),
)
FINDINGS = Table(
    name="findings",
    statement="read_findings",
    types={
        "household": "i8",
        **PERIOD,
        **RANGES,
        "action": "i8",
        "other": "i8",
        "class": "i1",
        "need": "i1",
    },
    keys=("household", "class", "need", "action", "starts", "from"),
    words={"class": "fact.class", "need": "fact.need"},
)
HOLDERS = Table(
    name="holders",
    statement="read_holders",
    types={"record": "i8", "household": "i8", **RANGES},
    keys=("record", "from"),
)
EDGES = Table(
    name="edges", statement="read_edges", types={"a": "i8", "b": "i8", **RANGES}, keys=("a", "b", "from")
)
TABLES = (STATES, HELPS, PLACES, FINDINGS, HOLDERS, EDGES)
STANDINGS = ("poor", "not_poor", "exited")


class Decided(msgspec.Struct, frozen=True, gc=False):
    """A decision about a finding. `happened` in microseconds since 1970."""

    sequence: int
    finding: str
    verdict: str
    happened: int


class Facts:
    """All counted facts of one projection version, as known up to `through`."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.through = -1
        self.tables = {table.name: Columns(table.types) for table in TABLES}
        self.words: dict[str, Words] = {
            name: Words() for name in ("place", "sources", "standing", "agency", "need", "kind", "class")
        }
        self.words["standing"].learn(STANDINGS)
        self.decisions: list[Decided] = []
        self.of_edges = np.empty(0, dtype=np.intp)

    def index(self) -> None:
        """Note which holders belong to undecided edges: few, and asked for each time."""
        edges, holders = self.tables["edges"], self.tables["holders"]
        ends = np.union1d(edges["a"], edges["b"])
        self.of_edges = (
            np.flatnonzero(np.isin(holders["record"], ends)) if len(ends) else ends.astype(np.intp)
        )

    @property
    def bytes(self) -> int:
        """What the rows take, without the room to grow."""
        return sum(columns.size * columns.row_bytes for columns in self.tables.values())


async def bring_forward(cursor: AsyncCursor[TupleRow], facts: Facts, basis: Basis) -> None:
    """Read what the hub came to know after `facts.through`, in the transaction of the basis. All or nothing."""
    await cursor.execute(SQL["fetch_checkpoint"])
    row = await cursor.fetchone()
    checkpoint = 0 if row is None else int(row[0])
    values: dict[str, object] = {"through": facts.through}
    news = sql.SQL("lower(fact.recorded) > %(through)s::bigint")
    rows = {table.name: await _read(cursor, table, facts, basis, news, values) for table in TABLES}
    closings: dict[str, Numbers] = {}
    if facts.through >= 0:
        ended = sql.SQL(
            "upper(fact.recorded) > %(through)s::bigint AND lower(fact.recorded) <= %(through)s::bigint"
        )
        for table in TABLES:
            read = await _read(cursor, table, facts, basis, ended, values)
            names = list(table.types)
            closings[table.name] = read[:, [names.index(key) for key in (*table.keys, "until")]]
    decisions = await _fetch_decisions(cursor)
    for table in TABLES:
        columns = facts.tables[table.name]
        if table.name in closings:
            columns.close(table.keys, closings[table.name])
        columns.append(rows[table.name])
    facts.index()
    facts.decisions = decisions
    facts.through = checkpoint


async def load_moment(cursor: AsyncCursor[TupleRow], basis: Basis) -> Facts:
    """Only what is known at the sequence of the basis, from the relations that its `reported_by` makes."""
    facts = Facts(basis.version)
    known = sql.SQL("fact.recorded @> %(sequence)s::bigint")
    for table in TABLES:
        rows = await _read(cursor, table, facts, basis, known, basis.values)
        facts.tables[table.name].append(rows)
    facts.index()
    facts.decisions = await _fetch_decisions(cursor)
    facts.through = basis.sequence
    return facts


async def _read(
    cursor: AsyncCursor[TupleRow],
    table: Table,
    facts: Facts,
    basis: Basis,
    condition: sql.Composable,
    values: Mapping[str, Any],
) -> Numbers:
    """The rows of one table for which the condition holds; words that are new are learnt on the way."""
    relations: dict[str, sql.Composable] = {
        "states": states(basis),
        "helps": actions(basis),
        "findings": findings(basis),
        "places": sql.Identifier("action_household"),
        "holders": sql.Identifier("household_record"),
        "edges": sql.Identifier("link_edge"),
    }
    parts = {"relation": relations[table.name], "condition": condition}
    given = dict(values)
    for name, expression in table.words.items():
        words = facts.words[name]
        statement = sql.SQL(SQL["list_words"]).format(word=sql.SQL(expression), **parts)
        await cursor.execute(statement, values)
        words.learn(sorted(row[0] for row in await cursor.fetchall() if row[0] is not None))
        given[name] = words.texts
    query = sql.SQL("COPY ({}) TO STDOUT (DELIMITER ' ')").format(
        sql.SQL(SQL[table.statement]).format(**parts)
    )
    text = bytearray()
    async with cursor.copy(query, given) as copy:
        async for part in copy:
            text += part
    return parse_rows(bytes(text), len(table.types)) if text else np.empty((0, len(table.types)), np.int64)


async def _fetch_decisions(cursor: AsyncCursor[TupleRow]) -> list[Decided]:
    await cursor.execute(SQL["list_decided_findings"])
    return [Decided(*row) for row in await cursor.fetchall()]
