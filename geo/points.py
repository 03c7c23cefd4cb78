"""Households with a point: pages, single ones, tiles."""

import datetime as dt
from collections.abc import Sequence

from psycopg import sql
from psycopg.rows import TupleRow

from geo import filters
from geo.columns import POINT_COLUMNS, POINT_SHAPE, column, drawn
from geo.context import Caller, Reading
from geo.cql.compiling import Condition
from geo.features import (
    BASIS_NAMES,
    NO_SHAPE,
    Feature,
    Page,
    basis_properties,
    count,
    fetch_tile,
    listed,
    statement,
    stored,
)
from geo.layers import Layer
from geo.params import ItemsQuery, When, last_household
from geo.selecting import Selection
from geo.sorting import after, key_texts, order_by

COUNTED_TO = 10_000
"""A filter that more households match than this is not counted to the end, unless the number is what is asked for."""
EVERYTHING = (1 << 62) - 1
TAIL = sql.SQL("(s.household, lower(s.valid)) > (%(last)s::bigint, %(last_start)s::timestamptz)")
BY_KEY = sql.SQL("s.household, lower(s.valid)")
ITS_ID = sql.SQL("r.household_id = %(id)s::uuid")


async def fetch_points(
    reading: Reading, caller: Caller, layer: Layer, query: ItemsQuery, selection: Selection, total: int | None
) -> Page:
    """A page of households that the caller may see. `total` is the number on all pages where nothing is filtered."""
    matching, values = _matching(reading, caller, query, selection)
    going_on, at = (TAIL, {})
    if query.token is not None:
        going_on, at = after(selection.order, query.token.keys, TAIL)
    last, start = last_household(query.token)
    limit = query.limit
    values |= at | {"last": last, "last_start": start, "limit": limit + 1}
    rows: Sequence[TupleRow] = []
    if not selection.hits:
        condition = sql.SQL("{} AND {}").format(matching, going_on)
        rows = await _fetch(reading, layer, selection, condition, values)
    features = _features(reading, rows[:limit], selection)
    has_more = len(rows) > limit
    matched = query.token.matched if query.token else total
    if matched is None and query.token is None:
        matched = len(features) if not has_more and not selection.hits else None
        most = EVERYTHING if selection.hits else COUNTED_TO + 1
        if matched is None:
            counting = statement("count_points", condition=matching)
            matched = await count(reading.cursor, counting, values | {"most": most})
            matched = None if matched == most else matched
    return Page(features, matched, has_more)


async def fetch_point(
    reading: Reading, caller: Caller, layer: Layer, id_: str, query: ItemsQuery, selection: Selection
) -> Feature | None:
    """One household with a point, at the time of the query."""
    condition = filters.every([*_where(reading, caller, query), ITS_ID])
    rows = await _fetch(reading, layer, selection, condition, {"id": id_, "limit": 1})
    features = _features(reading, rows, selection)
    return features[0] if features else None


async def fetch_versions(
    reading: Reading, caller: Caller, id_: str
) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """When each version of a household's point holds: from and until, None for no end."""
    ever = ItemsQuery(when=When(is_interval=True))
    condition = filters.every([*_where(reading, caller, ever), ITS_ID])
    await reading.cursor.execute(statement("point_versions", condition=condition), {"id": id_})
    return [(start, end) for start, end in await reading.cursor.fetchall()]


async def fetch_point_tile(
    reading: Reading, caller: Caller, layer: Layer, tile: tuple[int, int, int], query: ItemsQuery
) -> bytes:
    """A vector tile (z, x, y) of the households at the basis as points."""
    z, x, y = tile
    at_once = ItemsQuery(when=When(instant=query.when.instant), narrows=query.narrows)
    condition = filters.every(_where(reading, caller, at_once))
    await reading.cursor.execute(
        statement("point_tile", condition=condition), {"z": z, "x": x, "y": y, "layer": layer.id}
    )
    return await fetch_tile(reading.cursor)


def _where(reading: Reading, caller: Caller, query: ItemsQuery) -> list[Condition]:
    return [
        filters.known(reading.basis),
        filters.valid(reading.basis, query.when, narrows=query.narrows),
        filters.within(caller.areas),
    ]


def _matching(
    reading: Reading, caller: Caller, query: ItemsQuery, selection: Selection
) -> tuple[Condition, dict[str, object]]:
    found = selection.filter
    condition = filters.every(
        [
            *_where(reading, caller, query),
            filters.near(query.boxes),
            filters.boxes(POINT_SHAPE, query.boxes),
            filters.equals(selection.equals, POINT_COLUMNS.__getitem__),
            *([found.condition] if found else []),
        ]
    )
    return condition, filters.equal_values(selection.equals) | (found.values if found else {})


async def _fetch(
    reading: Reading, layer: Layer, selection: Selection, condition: Condition, values: dict[str, object]
) -> Sequence[TupleRow]:
    columns = [
        sql.SQL("s.household, lower(s.valid), r.household_id::text"),
        drawn(layer, selection.crs, has_geometry=selection.has_geometry),
        *key_texts(selection.order),
        *(column(layer, name) for name in stored(selection.names)),
    ]
    query = statement(
        "point_features",
        columns=listed(columns),
        condition=condition,
        order=order_by(selection.order, BY_KEY),
    )
    await reading.cursor.execute(query, values, binary=True)
    return await reading.cursor.fetchall()


def _features(reading: Reading, rows: Sequence[TupleRow], selection: Selection) -> list[Feature]:
    names = stored(selection.names)
    found = basis_properties(reading.basis)
    basis = {name: found[name] for name in BASIS_NAMES if name in selection.names}
    width = len(selection.order)
    return [
        Feature(
            id_,
            dict(zip(names, rest[width:], strict=True)) | basis,
            NO_SHAPE if geometry is None else geometry.encode(),
            household,
            start,
            tuple(rest[:width]),
        )
        for household, start, id_, geometry, *rest in rows
    ]
