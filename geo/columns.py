"""Where the attributes and shapes of a layer stand in its statements. Pure."""

from collections.abc import Mapping

from psycopg import sql

from contracts.records import NEEDS
from geo.cql.compiling import Condition, Queryable
from geo.crs import CRS84, Crs
from geo.layers import Layer

GEOMETRY = "geometry"
POINT_COLUMNS: Mapping[str, Condition] = {
    "household_id": sql.SQL("r.household_id::text"),
    "amphoe": sql.SQL("s.amphoe"),
    "tambon": sql.SQL("s.tambon"),
    "moo": sql.SQL("s.moo"),
    "in_sources": sql.SQL("s.in_sources"),
    "sources": sql.SQL("array_to_string(s.sources, ',')"),
    "persons": sql.SQL("s.persons"),
    **{f"need_{need}": sql.SQL("s.{}").format(sql.Identifier(need)) for need in NEEDS},
    "level": sql.SQL("s.level"),
    "valid_from": sql.SQL("lower(s.valid)"),
    "valid_to": sql.SQL("upper(s.valid)"),
    "head_name": sql.SQL("s.head_name"),
    "house_code": sql.SQL("s.house_code"),
    "house_no": sql.SQL("s.house_no"),
}
POINT_SHAPE: Condition = sql.SQL("s.geom")
AREA_SHAPE: Condition = sql.SQL("a.geom")


def column(layer: Layer, name: str) -> Condition:
    """The SQL of an attribute that is kept in the tables."""
    if layer.kind == "point":
        return POINT_COLUMNS[name]
    return sql.SQL("a.{}").format(sql.Identifier(name))


def shape_of(layer: Layer) -> Condition:
    """The SQL of the geometry, in degrees."""
    return POINT_SHAPE if layer.kind == "point" else AREA_SHAPE


def queryables_of(layer: Layer) -> dict[str, Queryable]:
    """What a filter on the layer may name."""
    found = {shown.name: Queryable(column(layer, shown.name), shown.type) for shown in layer.queryables}
    return found | {GEOMETRY: Queryable(shape_of(layer), "geometry")}


def drawn(layer: Layer, crs: Crs, *, has_geometry: bool) -> Condition:
    """The geometry as GeoJSON text in the axes of `crs`; nothing where none is asked for."""
    if not has_geometry:
        return sql.SQL("NULL::text")
    shape = shape_of(layer)
    if crs.srid != CRS84.srid:
        shape = sql.SQL("ST_Transform({}, {})").format(shape, sql.Literal(crs.srid))
    if crs.flipped:
        shape = sql.SQL("ST_FlipCoordinates({})").format(shape)
    return sql.SQL("ST_AsGeoJSON({}, {}, 0)").format(shape, sql.Literal(crs.digits))
