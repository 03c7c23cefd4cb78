"""What the layers hand out: features and pages of them, and the statements they are read with."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import LiteralString

import msgspec
from psycopg import AsyncCursor, sql
from psycopg.rows import TupleRow

from contracts.times import to_text
from geo.context import Basis
from geo.cql.compiling import Condition
from projections import queries

SQL = queries.load(Path(__file__).parent / "sql")
NO_SHAPE = b"null"
BASIS_NAMES = ("basis_sequence", "basis_valid_at")
Properties = dict[str, object]


class Feature(msgspec.Struct, frozen=True):
    """One feature: id, attributes, geometry as GeoJSON text. A page goes on after `key`, `start` of its version, and `keys` of its order."""

    id: str
    properties: Properties
    geometry: bytes
    key: int | str
    start: dt.datetime | None = None
    keys: tuple[str | None, ...] = ()


class Page(msgspec.Struct, frozen=True):
    """Features of one page. `matched` is the number on all pages, if it is known."""

    features: list[Feature]
    matched: int | None
    has_more: bool


def statement(name: str, **parts: sql.Composable) -> sql.Composed:
    """A named statement with its parts put in."""
    text: LiteralString = SQL[name]
    return sql.SQL(text).format(**parts)


def basis_properties(basis: Basis) -> Properties:
    """The basis as attributes of a feature."""
    # Whole seconds: GDAL rounds 59.999999 up to a second 60 that does not exist.
    texts = (basis.sequence, to_text(basis.valid_at.replace(microsecond=0)))
    return dict(zip(BASIS_NAMES, texts, strict=True))


def stored(names: Sequence[str]) -> list[str]:
    """The attributes that are read from the tables."""
    return [name for name in names if name not in BASIS_NAMES]


def listed(columns: Sequence[sql.Composable]) -> sql.Composed:
    """Columns, separated by commas."""
    return sql.SQL(", ").join(columns)


async def count(cursor: AsyncCursor[TupleRow], query: Condition, values: Mapping[str, object]) -> int:
    """The one number that a statement gives."""
    await cursor.execute(query, values)
    row = await cursor.fetchone()
    return row[0] if row else 0


async def fetch_tile(cursor: AsyncCursor[TupleRow]) -> bytes:
    """The tile that was asked for; empty bytes for nothing."""
    row = await cursor.fetchone()
    return bytes(row[0]) if row and row[0] else b""
