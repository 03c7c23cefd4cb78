"""A query's conditions as SQL, one small function each; text from outside stays a parameter. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence

from psycopg import sql

from geo.context import Basis
from geo.params import Box, When

Condition = sql.SQL | sql.Composed
ALWAYS: Condition = sql.SQL("true")
EARTH_RADIUS = 6378137.0
MERCATOR_LATITUDE = 85.0
EVERYWHERE = 1e9


def known(basis: Basis) -> Condition:
    """What the hub knew at the basis; for the newest sequence the open facts, which have an index of their own."""
    if basis.is_newest:
        return sql.SQL("upper_inf(s.recorded)")
    return sql.SQL("s.recorded @> {}::bigint").format(sql.Literal(basis.sequence))


def valid(basis: Basis, when: When, *, narrows: bool = False) -> Condition:
    """Valid at the basis, or at some moment of a closed interval (OGC 17-069r4, 7.15.4); `narrows` asks for both."""
    at = sql.SQL("s.valid @> {}::timestamptz")
    now = at.format(sql.Literal(basis.valid_at))
    if when.is_interval:
        span = sql.SQL("s.valid && tstzrange({}, {}, '[]')")
        asked = span.format(sql.Literal(when.start), sql.Literal(when.end))
        return sql.SQL("{} AND {}").format(now, asked) if narrows else asked
    if narrows and when.instant is not None:
        return sql.SQL("{} AND {}").format(now, at.format(sql.Literal(when.instant)))
    return now


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


def near(found: Sequence[Box]) -> Condition:
    """Points in or beside the boxes, by the index on Web Mercator; `boxes` says it exactly."""
    if not found:
        return ALWAYS
    parts = [
        sql.SQL("s.g3857 && ST_MakeEnvelope({}, {}, {}, {}, 3857)").format(
            *(sql.Literal(number) for number in to_mercator(box))
        )
        for box in found
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


def to_mercator(box: Box) -> Box:
    """A box in degrees as one in Web Mercator, a metre larger; beyond the latitudes of that map it has no end."""
    west, south, east, north = box
    return _x(west) - 1, _y(south) - 1, _x(east) + 1, _y(north) + 1


def _x(longitude: float) -> float:
    return EARTH_RADIUS * math.radians(longitude)


def _y(latitude: float) -> float:
    if abs(latitude) > MERCATOR_LATITUDE:
        return math.copysign(EVERYWHERE, latitude)
    return EARTH_RADIUS * math.asinh(math.tan(math.radians(latitude)))


def one_of(column: str, value: str) -> Condition:
    """One value of a column."""
    return sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(value))


def equals(names: Iterable[str], columns: Mapping[str, str]) -> Condition:
    """Simple equality on named columns; the names are checked before, the values are parameters of the same names."""
    parts = [
        sql.SQL("s.{}::text = {}").format(sql.Identifier(columns[name]), sql.Placeholder(name))
        for name in names
    ]
    return sql.SQL(" AND ").join(parts) if parts else ALWAYS
