"""The coordinate systems that answers, boxes and filters may use (OGC API Features Part 2). Pure.

Axes come in the order of each system's definition: latitude first in EPSG:4326, longitude first in CRS84.
"""

import functools
import json
import math

import msgspec
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
import shapely.affinity
from shapely.errors import GEOSException

from contracts.errors import InvalidInput

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
FARTHEST = 1e9
EDGE_PARTS = 32
"""A straight edge of a box in metres is bent in degrees; it is followed in so many steps."""
VERTICES_MAX = 5000
SHAPES = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"})
"""Collections are not among them: PostGIS does not relate them."""
Box = tuple[float, float, float, float]
Places = npt.NDArray[np.float64]


class Crs(msgspec.Struct, frozen=True, kw_only=True):
    """One system. `flipped`: the first axis goes north; `digits` that are worth writing; `bent`: its boxes are not boxes in degrees."""

    uri: str
    srid: int
    title: str
    digits: int
    flipped: bool = False
    bent: bool = False


class Region(msgspec.Struct, frozen=True):
    """A box in CRS84, and the exact outline (WKB in CRS84) where the box is larger than what was asked."""

    box: Box
    outline: bytes | None = None


CRS84 = Crs(uri="http://www.opengis.net/def/crs/OGC/1.3/CRS84", srid=4326, title="WGS 84 lon/lat", digits=6)
OFFERED: tuple[Crs, ...] = (
    CRS84,
    Crs(uri=EPSG + "4326", srid=4326, title="WGS 84 lat/lon", digits=6, flipped=True),
    Crs(uri=EPSG + "3857", srid=3857, title="Web Mercator", digits=2),
    Crs(uri=EPSG + "32647", srid=32647, title="UTM 47N", digits=2, bent=True),
    Crs(uri=EPSG + "32648", srid=32648, title="UTM 48N", digits=2, bent=True),
)
"""CRS84 first (Part 2, requirement 2). Indian 1975 (24047, 24048) is not among them: libraries disagree by metres about its datum."""
BY_URI = {crs.uri: crs for crs in OFFERED}


def bad_crs(name: str) -> InvalidInput:
    """A system that is not offered."""
    return InvalidInput(
        f"'{name}' is one of {', '.join(BY_URI)}.",
        message_th=f"'{name}' ต้องเป็นระบบพิกัดที่รองรับ",
        code="BAD_PARAMETER",
        path=name,
    )


def bad_box(name: str = "bbox") -> InvalidInput:
    """A box that cannot be used."""
    return InvalidInput(
        f"'{name}' is minx,miny,maxx,maxy (or six numbers) in the units and axis order of its CRS.",
        message_th=f"'{name}' ต้องเป็น minx,miny,maxx,maxy ตามหน่วยและลำดับแกนของระบบพิกัด",
        code="BAD_PARAMETER",
        path=name,
    )


def bad_geometry(name: str) -> InvalidInput:
    """A geometry of a filter that cannot be used."""
    return InvalidInput(
        f"'{name}' has a geometry that is empty, crosses itself, is too long, or lies outside its CRS.",
        message_th=f"'{name}' มีรูปทรงที่ใช้ไม่ได้",
        code="BAD_FILTER",
        path=name,
    )


def parse_crs(text: str | None, name: str) -> Crs:
    """The system of this URI, CRS84 without one. Raises InvalidInput for any other text."""
    if text is None:
        return CRS84
    if text not in BY_URI:
        raise bad_crs(name)
    return BY_URI[text]


def parse_bbox(text: str | None, crs: Crs = CRS84) -> tuple[Region, ...]:
    """4 or 6 numbers in the axes of `crs`; a box over the antimeridian becomes two regions. No box: an empty tuple."""
    if text is None:
        return ()
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise bad_box() from error
    return regions_of(numbers, crs, "bbox")


def regions_of(numbers: list[float], crs: Crs, name: str) -> tuple[Region, ...]:
    """The regions of a box of 4 or 6 numbers. Raises InvalidInput naming `name`."""
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(abs(number) < FARTHEST for number in numbers):
        raise bad_box(name)
    west, south, east, north = numbers
    if crs.flipped:
        west, south, east, north = south, west, north, east
    if south > north or (west > east and crs.srid != CRS84.srid):
        raise bad_box(name)
    if crs.srid == CRS84.srid:
        if west > east:
            return (Region((west, south, 180.0, north)), Region((-180.0, south, east, north)))
        return (Region((west, south, east, north)),)
    return (_region_in_degrees(shapely.box(west, south, east, north), crs, name),)


def _region_in_degrees(box: shapely.Geometry, crs: Crs, name: str) -> Region:
    west, south, east, north = _bounds(box)
    if crs.bent:
        step = max(east - west, north - south) / EDGE_PARTS
        box = shapely.segmentize(box, step) if step else box
    shape = _to_degrees(box, crs)
    if shape is None:
        raise bad_box(name)
    shape = shapely.make_valid(shape) if crs.bent else shape
    return Region(_bounds(shape), shapely.to_wkb(shape) if crs.bent else None)


def read_geometry(document: object, crs: Crs, name: str) -> bytes:
    """A GeoJSON geometry in the axes of `crs` as WKB in CRS84. Raises InvalidInput naming `name`."""
    try:
        shape = shapely.from_geojson(json.dumps(document, allow_nan=False))
    except (GEOSException, ValueError, TypeError) as error:
        raise bad_geometry(name) from error
    if (
        shape.geom_type not in SHAPES
        or shape.is_empty
        or shapely.get_num_coordinates(shape) > VERTICES_MAX
        or not shape.is_valid
    ):
        raise bad_geometry(name)
    in_degrees = _to_degrees(flip(shape) if crs.flipped else shape, crs)
    if in_degrees is None:
        raise bad_geometry(name)
    return shapely.to_wkb(shapely.force_2d(in_degrees))


def flip(shape: shapely.Geometry) -> shapely.Geometry:
    """The same shape with its axes exchanged."""
    return shapely.affinity.affine_transform(shapely.force_2d(shape), [0, 1, 1, 0, 0, 0])


def union_wkb(regions: tuple[Region, ...]) -> bytes:
    """Regions as one geometry (WKB in CRS84)."""
    shapes = [
        shapely.from_wkb(region.outline) if region.outline else shapely.box(*region.box) for region in regions
    ]
    return shapely.to_wkb(shapely.union_all(shapes))


def _to_degrees(shape: shapely.Geometry, crs: Crs) -> shapely.Geometry | None:
    """None where a coordinate has no place on the globe."""
    if crs.srid != CRS84.srid:
        shape = shapely.transform(shape, functools.partial(_move, crs.srid))
    bounds = _bounds(shape)
    return shape if all(math.isfinite(number) and abs(number) < FARTHEST for number in bounds) else None


def _bounds(shape: shapely.Geometry) -> Box:
    west, south, east, north = (float(number) for number in shapely.bounds(shape))
    return west, south, east, north


def _move(srid: int, places: Places) -> Places:
    moved = _transformer(srid).transform(places[:, 0], places[:, 1])
    return np.column_stack(moved)


@functools.cache
def _transformer(srid: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(srid, "OGC:CRS84", always_xy=True)
