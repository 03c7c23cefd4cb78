"""Features and tiles out of the tables of a reading."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import LiteralString, cast

import msgspec
from psycopg import sql

from contracts.records import NEEDS
from contracts.times import to_text
from geo import filters
from geo.cells import GRID_SIDE, SIDE, Cells, to_cells
from geo.context import AreaCounts, Basis, Caller, Reading
from geo.layers import POINT_FILTERS, Layer
from geo.ogc import PCODE_PREFIX
from geo.params import ItemsQuery, Place, When, last_code, last_household
from projections import queries

_SQL = queries.load(Path(__file__).parent / "sql")

CELL_NUMBERS = ("households", *(f"need_{need}" for need in NEEDS))
WORLD_METRES = 2 * 20037508.342789244
"""The side of the world in Web Mercator."""
COLUMNS = {shown.name: shown.name.removeprefix("need_") for shown in POINT_FILTERS}
NUMBERS = (
    *("households", "persons", "records", "in_more_than_one"),
    *(f"need_{need}" for need in NEEDS),
    *("assisted_households", "actions", "amount_thb"),
)
Properties = dict[str, object]


class Feature(msgspec.Struct, frozen=True):
    """One feature: id, attributes, geometry as GeoJSON text; `place` is where a page goes on after it."""

    id: str
    properties: Properties
    geometry: bytes
    place: Place


class Page(msgspec.Struct, frozen=True):
    """Features of one page. `matched` is the number on all pages, if it is known."""

    features: list[Feature]
    matched: int | None
    has_more: bool


def _statement(name: str, **parts: filters.Condition) -> sql.Composed:
    text: LiteralString = _SQL[name]
    return sql.SQL(text).format(**parts)


def _basis_properties(basis: Basis) -> Properties:
    # Whole seconds: GDAL rounds 59.999999 up to a second 60 that does not exist.
    return {
        "basis_sequence": basis.sequence,
        "basis_valid_at": to_text(basis.valid_at.replace(microsecond=0)),
    }


async def fetch_areas(
    reading: Reading,
    layer: Layer,
    counts: Sequence[AreaCounts],
    query: ItemsQuery,
    *,
    only: str | None = None,
) -> Page:
    """A page of areas with their counts; `only` is the code of a single one."""
    basis = reading.basis
    condition = filters.boxes("geom", query.boxes) if only is None else filters.one_of("code", only)
    values = {
        "level": layer.level,
        "sequence": basis.sequence,
        "last": last_code(query.token),
        "limit": query.limit + 1,
    }
    await reading.cursor.execute(_statement("area_features", box=condition), values)
    rows = await reading.cursor.fetchall()
    by_code = {area.code: area for area in counts}
    features = [
        Feature(
            PCODE_PREFIX + code,
            {"code": code, "name_th": name_th, "name_en": name_en}
            | area_numbers(by_code.get(code))
            | {"approximate": approximate}
            | _basis_properties(basis),
            geometry.encode(),
            (code, None),
        )
        for code, name_th, name_en, approximate, geometry in rows[: query.limit]
    ]
    matched = None if query.boxes else await _count(reading, sql.SQL(_SQL["count_areas"]), values)
    return Page(features, matched, len(rows) > query.limit)


async def _count(reading: Reading, statement: filters.Condition, values: Mapping[str, object]) -> int:
    await reading.cursor.execute(statement, values)
    row = await reading.cursor.fetchone()
    return row[0] if row else 0


def area_numbers(area: AreaCounts | None) -> Properties:
    """The counts of an area as attributes; all hidden for an area that the caller has no counts of."""
    if area is None:
        return {**dict.fromkeys(NUMBERS), "suppressed": True}
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


async def fetch_points(reading: Reading, caller: Caller, layer: Layer, query: ItemsQuery) -> Page:
    """A page of households with points that the caller may see."""
    basis = reading.basis
    parts = {
        "known": filters.known(basis),
        "time": filters.valid(basis, query.when, narrows=query.narrows),
        "scope": filters.within(caller.areas),
        "equals": filters.equals(query.equals, COLUMNS),
    }
    box = {"near": filters.near(query.boxes), "box": filters.boxes("s.geom", query.boxes)}
    last, start = last_household(query.token)
    values = {"last": last, "last_start": start, "limit": query.limit + 1} | dict(query.equals)
    await reading.cursor.execute(_statement("point_features", **parts, **box), values)
    rows = await reading.cursor.fetchall()
    matched = query.token.matched if query.token else None
    if not query.boxes and query.token is None:
        matched = await _count(reading, _statement("count_points", **parts), values)
    features = [_point(row, basis, caller, layer) for row in rows[: query.limit]]
    return Page(features, matched, len(rows) > query.limit)


async def fetch_point(
    reading: Reading, caller: Caller, layer: Layer, id_: str, query: ItemsQuery
) -> Feature | None:
    """One household with a point, at the time of the query."""
    statement = _statement(
        "one_point",
        known=filters.known(reading.basis),
        time=filters.valid(reading.basis, query.when, narrows=query.narrows),
        scope=filters.within(caller.areas),
    )
    await reading.cursor.execute(statement, {"id": id_})
    row = await reading.cursor.fetchone()
    return None if row is None else _point(row, reading.basis, caller, layer)


def _point(row: Sequence[object], basis: Basis, caller: Caller, layer: Layer) -> Feature:
    household, id_, amphoe, tambon, moo, in_sources, sources, persons, *rest = row
    *needs, level, start, end, head_name, house_code, house_no, geometry = rest
    values: Properties = {
        "household_id": id_,
        "amphoe": amphoe,
        "tambon": tambon,
        "moo": moo,
        "in_sources": in_sources,
        "sources": ",".join(cast("list[str]", sources)),
        "persons": persons,
        **{f"need_{need}": value for need, value in zip(NEEDS, needs, strict=True)},
        "level": level,
        "valid_from": to_text(start) if isinstance(start, dt.datetime) else None,
        "valid_to": to_text(end) if isinstance(end, dt.datetime) else None,
        "head_name": head_name,
        "house_code": house_code,
        "house_no": house_no,
    } | _basis_properties(basis)
    shown = {p.name: values[p.name] for p in layer.shown(caller.rights)}
    place = to_text(start) if isinstance(start, dt.datetime) else None
    return Feature(str(id_), shown, str(geometry).encode(), (int(str(household)), place))


async def fetch_area_tile(
    reading: Reading, layer: Layer, counts: Sequence[AreaCounts], tile: tuple[int, int, int]
) -> bytes:
    """A vector tile (z, x, y) of areas with their counts; empty bytes for nothing."""
    areas = [area for area in counts if area.code is not None]
    numbers = [area_numbers(area) for area in areas]
    z, x, y = tile
    values: dict[str, object] = {
        name: [number[name] for number in numbers] for name in (*NUMBERS, "suppressed")
    }
    values |= {"codes": [area.code for area in areas], "z": z, "x": x, "y": y, "layer": layer.id}
    values |= {"level": layer.level, "sequence": reading.basis.sequence}
    await reading.cursor.execute(_SQL["area_tile"], values)
    return await _tile(reading)


async def fetch_point_tile(
    reading: Reading, caller: Caller, layer: Layer, tile: tuple[int, int, int], query: ItemsQuery
) -> bytes:
    """A vector tile (z, x, y) of the households at the basis as points."""
    z, x, y = tile
    statement = _statement("point_tile", **_where(reading, caller, query))
    await reading.cursor.execute(statement, {"z": z, "x": x, "y": y, "layer": layer.id})
    return await _tile(reading)


async def fetch_grid(reading: Reading, caller: Caller, query: ItemsQuery) -> Cells:
    """The households at the basis in the finest cells."""
    side = sql.Literal(WORLD_METRES / GRID_SIDE)
    statement = _statement(
        "point_grid", side=sql.SQL("{}::float8").format(side), **_where(reading, caller, query)
    )
    await reading.cursor.execute(statement, binary=True)
    return to_cells(await reading.cursor.fetchall(), len(CELL_NUMBERS))


async def fetch_cell_tile(reading: Reading, layer: Layer, tile: tuple[int, int, int], cells: Cells) -> bytes:
    """A vector tile (z, x, y) of these cells."""
    z, x, y = tile
    values: dict[str, object] = {
        name: cells.counts[:, place].tolist() for place, name in enumerate(CELL_NUMBERS)
    }
    values |= {
        "columns": cells.columns.tolist(),
        "rows": cells.rows.tolist(),
        "side": WORLD_METRES / (SIDE << z),
    }
    await reading.cursor.execute(_SQL["cell_tile"], values | {"z": z, "x": x, "y": y, "layer": layer.id})
    return await _tile(reading)


def _where(reading: Reading, caller: Caller, query: ItemsQuery) -> dict[str, filters.Condition]:
    return {
        "known": filters.known(reading.basis),
        "time": filters.valid(reading.basis, When(instant=query.when.instant), narrows=query.narrows),
        "scope": filters.within(caller.areas),
    }


async def _tile(reading: Reading) -> bytes:
    row = await reading.cursor.fetchone()
    return bytes(row[0]) if row and row[0] else b""


async def fetch_extent(reading: Reading) -> tuple[float, float, float, float] | None:
    """The box around the boundaries, in degrees."""
    await reading.cursor.execute(_SQL["area_extent"], {"sequence": reading.basis.sequence})
    row = await reading.cursor.fetchone()
    if row is None or row[0] is None:
        return None
    west, south, east, north = row
    return west, south, east, north
