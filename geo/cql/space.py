"""Shapes of a filter. Pure."""

from collections.abc import Callable
from typing import Any, cast

from psycopg import sql

from geo.cql.reading import bad_filter
from geo.crs import Crs, read_geometry, regions_of, union_wkb

OPERATORS: dict[str, sql.SQL] = {
    "s_intersects": sql.SQL("ST_Intersects({}, {})"),
    "s_disjoint": sql.SQL("ST_Disjoint({}, {})"),
    "s_equals": sql.SQL("ST_Equals({}, {})"),
    "s_touches": sql.SQL("ST_Touches({}, {})"),
    "s_crosses": sql.SQL("ST_Crosses({}, {})"),
    "s_within": sql.SQL("ST_Within({}, {})"),
    "s_contains": sql.SQL("ST_Contains({}, {})"),
    "s_overlaps": sql.SQL("ST_Overlaps({}, {})"),
}


def literal(node: dict[str, Any], crs: Crs, bind: Callable[[object], sql.Placeholder]) -> sql.Composed:
    """A geometry or box in the axes of `crs`, in the system of the tables. Raises InvalidInput."""
    if "bbox" in node:
        wkb = union_wkb(regions_of(_numbers(node["bbox"]), crs, "filter"))
    else:
        wkb = read_geometry(node, crs, "filter")
    return sql.SQL("ST_GeomFromWKB({}, 4326)").format(bind(wkb))


def _numbers(found: object) -> list[float]:
    numbers = cast("list[object]", found) if isinstance(found, list) else []
    try:
        return [_number(number) for number in numbers]
    except (TypeError, OverflowError) as error:
        raise bad_filter("A box in the filter is four or six numbers.") from error


def _number(found: object) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise TypeError(found)
    return float(found)
