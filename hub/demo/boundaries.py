"""Approximate amphoe and tambon polygons of the demo province, or given ones read from a GeoJSON file."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import shapely
from shapely.geometry import MultiPoint, Point, mapping, shape
from shapely.geometry.base import BaseGeometry

from hub.demo.areas import LABEL_POINTS, PROVINCE, Area

_GRID = 1e-6  # degrees: every vertex lies on this grid, so that shared edges are equal
_REACH = 0.165  # degrees: no cell reaches further from its label point
_BOUNDS = (103.089335, 14.326710, 104.092138, 15.482848)  # of the province, domain.md 4.1


class BoundaryFileError(ValueError):
    """The given boundary file cannot place the houses of every tambon."""


def approximate_polygons(areas: Mapping[str, Area], seed: int) -> dict[str, BaseGeometry]:
    """Polygons by code of the province, its amphoe and its tambon; each level is the union of the next."""
    reach = {code: Point(point).buffer(_REACH, quad_segs=8) for code, point in LABEL_POINTS.items()}
    hull = shapely.box(*_BOUNDS)
    amphoe_cells = {code: cell.intersection(reach[code]) for code, cell in _cells(LABEL_POINTS, hull).items()}
    tambon_cells: dict[str, BaseGeometry] = {}
    for amphoe, cell in amphoe_cells.items():
        codes = [code for code in areas if len(code) == 6 and code[:4] == amphoe]
        tambon_cells.update(_cells(_spread_points(codes, cell, seed), cell))
    tambon = _coverage(tambon_cells)
    amphoe_union = {
        amphoe: _tidy([tambon[code] for code in tambon if code[:4] == amphoe]) for amphoe in LABEL_POINTS
    }
    province = _tidy(list(tambon.values()))
    return {PROVINCE: province, **amphoe_union, **{code: tambon[code] for code in areas if code in tambon}}


def write_geojson(polygons: Mapping[str, BaseGeometry], areas: Mapping[str, Area], path: Path) -> int:
    """Write the polygons as one CRS84 FeatureCollection; returns the number of features."""
    features = [_feature(areas[code], polygon) for code, polygon in polygons.items()]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    head = '{"type":"FeatureCollection","name":"surin_approximate","features":[\n'
    path.write_text(f"{head}{lines}\n]}}\n", encoding="utf-8", newline="\n")
    return len(features)


def read_tambon_polygons(path: Path, areas: Mapping[str, Area]) -> dict[str, BaseGeometry]:
    """Tambon polygons by code from a GeoJSON file.

    The code stands in the property `code`, `tambon_code` or `cod_pcode`, or is the feature's id.

    Raises:
        BoundaryFileError: the file is not GeoJSON, or a tambon of the province is missing from it.
    """
    try:
        document = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        features = cast("list[dict[str, Any]]", document["features"])
    except (ValueError, KeyError, TypeError) as error:
        raise BoundaryFileError(f"{path}: not a GeoJSON FeatureCollection") from error
    found: dict[str, BaseGeometry] = {}
    for feature in features:
        code = _code_of(feature)
        if code in areas and len(code) == 6:
            found[code] = shapely.make_valid(shape(feature["geometry"]))
    missing = [code for code in areas if len(code) == 6 and code not in found]
    if missing:
        raise BoundaryFileError(
            f"{path}: no polygon for tambon {', '.join(missing[:5])} ({len(missing)} in all)"
        )
    return {code: found[code] for code in areas if code in found}


def _code_of(feature: Mapping[str, Any]) -> str:
    properties = cast("dict[str, Any]", feature.get("properties") or {})
    for value in (
        properties.get("code"),
        properties.get("tambon_code"),
        properties.get("cod_pcode"),
        feature.get("id"),
    ):
        if value is not None:
            return str(value).removeprefix("TH")
    return ""


def _cells(points: Mapping[str, tuple[float, float]], hull: BaseGeometry) -> dict[str, BaseGeometry]:
    """Voronoi cells of the points inside a convex hull (so every cell is convex)."""
    if len(points) == 1:
        return dict.fromkeys(points, hull)
    diagram = shapely.voronoi_polygons(MultiPoint(list(points.values())), extend_to=hull.buffer(1.0))
    parts = list(shapely.get_parts(diagram))
    cells: dict[str, BaseGeometry] = {}
    for code, point in points.items():
        here = Point(point)
        cell = next(part for part in parts if part.covers(here))
        cells[code] = cell.intersection(hull)
    return cells


def _spread_points(codes: list[str], cell: BaseGeometry, seed: int) -> dict[str, tuple[float, float]]:
    """One point a code inside the cell, moved twice to its own cell's centre so that sizes stay alike."""
    r = random.Random(f"{seed}/tambon/{codes[0]}")
    west, south, east, north = cell.bounds
    points: dict[str, tuple[float, float]] = {}
    for code in codes:
        while True:
            x, y = r.uniform(west, east), r.uniform(south, north)
            if cell.contains(Point(x, y)):
                break
        points[code] = (x, y)
    for _ in range(2):
        points = {code: (part.centroid.x, part.centroid.y) for code, part in _cells(points, cell).items()}
    return points


def _coverage(cells: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """The same cells with every edge noded against every other, so that neighbours share their vertices."""
    lines = shapely.unary_union([cell.boundary for cell in cells.values()], grid_size=_GRID)
    faces = list(shapely.get_parts(shapely.polygonize([lines])))
    owned: dict[str, list[BaseGeometry]] = {code: [] for code in cells}
    for face in faces:
        inside = face.representative_point()
        for code, cell in cells.items():
            if cell.contains(inside):
                owned[code].append(face)
                break
    return {code: _tidy(parts) for code, parts in owned.items()}


def _tidy(parts: list[BaseGeometry]) -> BaseGeometry:
    """The union of coverage parts in one fixed form, outer rings counter-clockwise (RFC 7946)."""
    return shapely.orient_polygons(shapely.normalize(shapely.coverage_union_all(parts)))


def _feature(area: Area, polygon: BaseGeometry) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": area.code,
        "properties": {
            "code": area.code,
            "level": area.level,
            "name_th": area.name_th,
            "name_en": area.name_en,
            "approximate": True,
        },
        "geometry": mapping(polygon),
    }
