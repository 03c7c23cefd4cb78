"""A query's conditions as SQL, one small function each; every value stays a parameter. Pure."""

from collections.abc import Mapping, Sequence

from psycopg import sql

from geo.context import Basis
from geo.params import Box, When

Condition = sql.SQL | sql.Composed
ALWAYS: Condition = sql.SQL("true")


def known(basis: Basis) -> Condition:
    """What the hub knew at the basis; for the newest sequence the open facts, which have an index of their own."""
    if basis.is_newest:
        return sql.SQL("upper_inf(s.recorded)")
    return sql.SQL("s.recorded @> {}::bigint").format(sql.Literal(basis.sequence))


def valid(basis: Basis, when: When) -> Condition:
    """Valid at the basis, or at some moment of a closed interval (OGC 17-069r4, 7.15.4)."""
    if not when.is_interval:
        return sql.SQL("s.valid @> {}::timestamptz").format(sql.Literal(basis.valid_at))
    span = sql.SQL("s.valid && tstzrange({}, {}, '[]')")
    return span.format(sql.Literal(when.start), sql.Literal(when.end))


def within(areas: Sequence[str]) -> Condition:
    """Inside the amphoe of a key; none means everywhere."""
    if not areas:
        return ALWAYS
    return sql.SQL("s.amphoe = ANY({})").format(sql.Literal(list(areas)))


def boxes(column: str, found: Sequence[Box]) -> Condition:
    """Touching one of the boxes."""
    if not found:
        return ALWAYS
    parts = [
        sql.SQL("ST_Intersects({}, ST_MakeEnvelope({}, {}, {}, {}, 4326))").format(
            sql.Identifier(*column.split(".")), *(sql.Literal(number) for number in box)
        )
        for box in found
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


def equals(pairs: Mapping[str, str], columns: Mapping[str, str]) -> Condition:
    """Simple equality on named columns; the names are checked before."""
    parts = [
        sql.SQL("s.{}::text = {}").format(sql.Identifier(columns[name]), sql.Literal(value))
        for name, value in pairs.items()
    ]
    return sql.SQL(" AND ").join(parts) if parts else ALWAYS
