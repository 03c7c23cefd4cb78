"""A query's conditions as SQL, one small function each; text from outside stays a parameter. Pure."""

import math
from collections.abc import Callable, Sequence

from psycopg import sql

from geo.context import Basis
from geo.cql.compiling import Condition
from geo.crs import Box, Region
from geo.params import Equal, When

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


def boxes(shape: Condition, found: Sequence[Region]) -> Condition:
    """Touching one of the regions."""
    if not found:
        return ALWAYS
    parts = [sql.SQL("ST_Intersects({}, {})").format(shape, _outline(region)) for region in found]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


def _outline(region: Region) -> Condition:
    if region.outline is not None:
        return sql.SQL("ST_GeomFromWKB({}, 4326)").format(sql.Literal(region.outline))
    return sql.SQL("ST_MakeEnvelope({}, {}, {}, {}, 4326)").format(*(sql.Literal(n) for n in region.box))


def near(found: Sequence[Region]) -> Condition:
    """Points in or beside the regions, by the index on Web Mercator; `boxes` says it exactly."""
    if not found:
        return ALWAYS
    parts = [
        sql.SQL("s.g3857 && ST_MakeEnvelope({}, {}, {}, {}, 3857)").format(
            *(sql.Literal(number) for number in to_mercator(region.box))
        )
        for region in found
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


def equals(asked: Sequence[Equal], find: Callable[[str], Condition]) -> Condition:
    """Attributes that must have these values; the values are parameters (`equal_values`)."""
    parts = [
        sql.SQL("{} = {}").format(find(equal.name), sql.Placeholder(f"equal_{equal.name}")) for equal in asked
    ]
    return every(parts)


def equal_values(asked: Sequence[Equal]) -> dict[str, object]:
    """The values of the parameters of `equals`."""
    return {f"equal_{equal.name}": equal.value for equal in asked}


def every(parts: Sequence[Condition]) -> Condition:
    """All of them."""
    return sql.SQL(" AND ").join(parts) if parts else ALWAYS
