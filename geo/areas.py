"""Areas with their counts: pages and tiles. The counts are handed in; the tables hold names and shapes."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from psycopg import sql

from contracts.records import NEEDS
from geo import filters
from geo.columns import AREA_SHAPE, column, drawn
from geo.context import AreaCounts, Reading
from geo.cql.compiling import Condition
from geo.features import (
    BASIS_NAMES,
    NO_SHAPE,
    Feature,
    Page,
    Properties,
    basis_properties,
    count,
    fetch_tile,
    listed,
    statement,
    stored,
)
from geo.layers import Layer, Type
from geo.ogc import PCODE_PREFIX
from geo.params import ItemsQuery, last_code
from geo.selecting import Selection
from geo.sorting import after, key_texts, order_by

Numbers = Mapping[str, Properties]
"""The counts of areas by code."""
ARRAYS: dict[Type, LiteralString] = {
    "integer": "bigint",
    "number": "float8",
    "boolean": "boolean",
    "string": "text",
}
TAIL = sql.SQL("a.code > %(last)s")
BY_CODE = sql.SQL("a.code")


def numbers_of(areas: Sequence[AreaCounts]) -> dict[str, Properties]:
    """The counts of areas by code, as attributes."""
    return {area.code: area_numbers(area) for area in areas if area.code is not None}


def area_numbers(area: AreaCounts) -> Properties:
    """The counts of one area as attributes."""
    return {
        "households": area.households,
        "persons": area.persons,
        "records": area.records,
        "in_more_than_one": area.in_more_than_one,
        **{f"need_{need}": area.needs.get(need) for need in NEEDS},
        "assisted_households": area.assisted_households,
        "actions": area.actions,
        "amount_thb": area.amount_thb,
        "suppressed": area.suppressed,
    }


async def fetch_areas(
    reading: Reading,
    layer: Layer,
    numbers: Numbers,
    query: ItemsQuery,
    selection: Selection,
    only: str | None = None,
) -> Page:
    """A page of areas with their counts; `only` is the code of a single one."""
    matching, values = _matching(query, selection)
    relation, given = _relation(reading, layer, numbers, only)
    keys = query.token.keys if query.token else ()
    going_on, at = after(selection.order, keys, TAIL) if query.token else (TAIL, {})
    names = stored(selection.names)
    columns = [
        BY_CODE,
        drawn(layer, selection.crs, has_geometry=selection.has_geometry),
        *key_texts(selection.order),
        *(column(layer, name) for name in names),
    ]
    page = statement(
        "area_features",
        relation=relation,
        columns=listed(columns),
        condition=sql.SQL("{} AND {}").format(matching, going_on),
        order=order_by(selection.order, BY_CODE),
    )
    limit = 0 if selection.hits else query.limit
    values |= given | at | {"last": last_code(query.token), "limit": limit + 1}
    await reading.cursor.execute(page, values)
    rows = await reading.cursor.fetchall()
    matched = query.token.matched if query.token else None
    if matched is None and only is None:
        counting = statement("count_areas", relation=relation, condition=matching)
        matched = await count(reading.cursor, counting, values)
    basis = _basis(reading, selection)
    width = len(selection.order)
    features = [
        Feature(
            PCODE_PREFIX + code,
            dict(zip(names, rest[width:], strict=True)) | basis,
            NO_SHAPE if geometry is None else geometry.encode(),
            code,
            None,
            tuple(rest[:width]),
        )
        for code, geometry, *rest in rows[:limit]
    ]
    return Page(features, matched, not selection.hits and len(rows) > limit)


async def fetch_area_tile(
    reading: Reading, layer: Layer, numbers: Numbers, tile: tuple[int, int, int]
) -> bytes:
    """A vector tile (z, x, y) of areas with their counts; empty bytes for nothing."""
    z, x, y = tile
    relation, values = _relation(reading, layer, numbers, None)
    shown = listed([sql.SQL("a.{}").format(sql.Identifier(number.name)) for number in layer.numbers])
    await reading.cursor.execute(
        statement("area_tile", relation=relation, columns=shown),
        values | {"z": z, "x": x, "y": y, "layer": layer.id},
    )
    return await fetch_tile(reading.cursor)


def _matching(query: ItemsQuery, selection: Selection) -> tuple[Condition, dict[str, object]]:
    found = selection.filter
    condition = filters.every(
        [
            filters.boxes(AREA_SHAPE, query.boxes),
            filters.equals(selection.equals, lambda name: sql.SQL("a.{}").format(sql.Identifier(name))),
            *([found.condition] if found else []),
        ]
    )
    return condition, filters.equal_values(selection.equals) | (found.values if found else {})


def _relation(
    reading: Reading, layer: Layer, numbers: Numbers, only: str | None
) -> tuple[Condition, dict[str, object]]:
    """The areas with their counts as the relation `a`, and the values of its parameters."""
    counted = layer.numbers
    arrays = [sql.SQL("%(codes)s::text[]")] + [
        sql.SQL("{}::" + ARRAYS[number.type] + "[]").format(sql.Placeholder(f"number_{number.name}"))
        for number in counted
    ]
    names = [sql.Identifier(number.name) for number in counted]
    shown = [
        sql.SQL("coalesce(counts.suppressed, true) AS suppressed")
        if number.name == "suppressed"
        else sql.SQL("counts.{}").format(sql.Identifier(number.name))
        for number in counted
    ]
    is_it = sql.SQL("true") if only is None else sql.SQL("area.code = %(only)s")
    relation = statement(
        "area_relation", arrays=listed(arrays), numbers=listed(names), shown=listed(shown), only=is_it
    )
    codes = list(numbers)
    values: dict[str, object] = {
        f"number_{number.name}": [numbers[code][number.name] for code in codes] for number in counted
    }
    basis = {"level": layer.level, "sequence": reading.basis.sequence, "codes": codes, "only": only}
    return relation, values | basis


def _basis(reading: Reading, selection: Selection) -> Properties:
    found = basis_properties(reading.basis)
    return {name: found[name] for name in BASIS_NAMES if name in selection.names}
