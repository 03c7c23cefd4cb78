"""Reading boundary files: any format of GDAL, any CRS, geometry repaired and checked, into areas in CRS84."""

# pyogrio has no types of its own.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.errors
import pyproj
import shapely

from contracts.errors import InvalidInput
from contracts.events import Area
from contracts.gazetteer import load_gazetteer

LEVELS = {2: "province", 4: "amphoe", 6: "tambon", 8: "village"}
CODE_COLUMNS = (
    "code",
    "village_code",
    "tambon_code",
    "amphoe_code",
    "province_code",
    "cod_pcode",
    "adm3_pcode",
    "adm2_pcode",
    "adm1_pcode",
    "pcode",
    "id",
    "fid",
)
THAI_COLUMNS = (
    "name_th",
    "tambon_th",
    "amphoe_th",
    "adm3_th",
    "adm2_th",
    "adm1_th",
    "tam_nam_t",
    "amp_nam_t",
)
ENGLISH_COLUMNS = (
    "name_en",
    "tambon_en",
    "amphoe_en",
    "adm3_en",
    "adm2_en",
    "adm1_en",
    "tam_nam_e",
    "amp_nam_e",
)
CODE = re.compile(r"(?:TH)?(\d{2}|\d{4}|\d{6}|\d{8})(?:\.0)?\Z", re.IGNORECASE)
GRID = 1e-7
"""Coordinates are kept to about a centimetre, so that shared edges stay equal and files stay small."""


def fault(code: str, message_en: str, message_th: str) -> InvalidInput:
    """What is wrong with a boundary file."""
    return InvalidInput(message_en, message_th=message_th, code=code, path="file")


def read_boundaries(path: Path, *, province: str) -> list[Area]:
    """The areas of a file inside `province`, by level and code; levels above those of the file are dissolved from them.

    Raises InvalidInput: BOUNDARY_UNREADABLE, BOUNDARY_NO_CODE, BOUNDARY_ELSEWHERE, BOUNDARY_NO_CRS, BOUNDARY_BROKEN.
    """
    found: dict[str, shapely.Geometry] = {}
    names: dict[str, tuple[str | None, str | None]] = {}
    for columns, geometries in _layers(path):
        codes = _codes(columns, len(geometries))
        thai, english = _first(columns, THAI_COLUMNS), _first(columns, ENGLISH_COLUMNS)
        for row, (code, geometry) in enumerate(zip(codes, geometries, strict=True)):
            if code is None or not code.startswith(province) or geometry is None:
                continue
            part = _repair(geometry, code)
            found[code] = part if code not in found else shapely.union(found[code], part)
            names[code] = (_text(thai, row), _text(english, row))
    if not found:
        raise fault(
            "BOUNDARY_ELSEWHERE",
            f"The file has no area of province {province}.",
            f"ไฟล์ไม่มีพื้นที่ของจังหวัดรหัส {province}",
        )
    _dissolve(found)
    return [
        _area(code, found[code], names.get(code, (None, None)))
        for code in sorted(found, key=lambda c: (len(c), c))
    ]


def _layers(path: Path) -> list[tuple[Mapping[str, Any], Sequence[shapely.Geometry | None]]]:
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        return [_read_layer(path, layer) for layer in layers]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise fault(
            "BOUNDARY_UNREADABLE",
            "The file cannot be read as boundaries; give GeoJSON, a GeoPackage or a Shapefile.",
            "อ่านไฟล์ขอบเขตไม่ได้ กรุณาใช้ GeoJSON, GeoPackage หรือ Shapefile",
        ) from error


def _read_layer(path: Path, layer: str) -> tuple[Mapping[str, Any], Sequence[shapely.Geometry | None]]:
    meta, fids, wkb, values = pyogrio.raw.read(path, layer=layer, return_fids=True)
    columns: dict[str, Any] = {
        str(name).lower(): value for name, value in zip(meta["fields"], values, strict=True)
    }
    columns.setdefault("fid", fids)
    geometries = shapely.from_wkb(wkb)
    if meta["crs"] is None:
        raise fault(
            "BOUNDARY_NO_CRS",
            "The file does not say which coordinate system it uses.",
            "ไฟล์ไม่ได้ระบุระบบพิกัด",
        )
    crs = pyproj.CRS.from_user_input(meta["crs"])
    if crs != pyproj.CRS.from_epsg(4326):
        transform = pyproj.Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
        geometries = shapely.transform(
            geometries, lambda points: np.column_stack(transform.transform(points[:, 0], points[:, 1]))
        )
    return columns, list(shapely.force_2d(geometries))


def _codes(columns: Mapping[str, Any], count: int) -> list[str | None]:
    for name in CODE_COLUMNS:
        if name not in columns:
            continue
        codes = [CODE.match(str(value).strip()) for value in columns[name]]
        if sum(match is not None for match in codes) > count // 2:
            return [None if match is None else match[1] for match in codes]
    raise fault(
        "BOUNDARY_NO_CODE",
        f"The file has no column with area codes; name one of {', '.join(CODE_COLUMNS[:6])}.",
        "ไฟล์ไม่มีคอลัมน์รหัสพื้นที่ เช่น tambon_code",
    )


def _first(columns: Mapping[str, Any], names: Sequence[str]) -> Sequence[object] | None:
    return next((columns[name] for name in names if name in columns), None)


def _text(column: Sequence[object] | None, row: int) -> str | None:
    value = None if column is None else column[row]
    return value.strip() or None if isinstance(value, str) else None


def _repair(geometry: shapely.Geometry, code: str) -> shapely.Geometry:
    polygons = shapely.get_parts(shapely.make_valid(shapely.set_precision(geometry, GRID)))
    kept = [part for part in polygons if isinstance(part, shapely.Polygon) and not part.is_empty]
    nested = [
        inner
        for part in polygons
        if isinstance(part, shapely.MultiPolygon | shapely.GeometryCollection)
        for inner in shapely.get_parts(part)
        if isinstance(inner, shapely.Polygon)
    ]
    whole = shapely.union_all(kept + nested)
    west, south, east, north = whole.bounds
    if whole.is_empty or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise fault(
            "BOUNDARY_BROKEN",
            f"The geometry of {code} is empty or lies outside the earth.",
            f"รูปหลายเหลี่ยมของ {code} ไม่ถูกต้อง",
        )
    return whole


def _dissolve(found: dict[str, shapely.Geometry]) -> None:
    for length in (6, 4):
        below = [code for code in found if len(code) == length]
        if any(len(code) == length - 2 for code in found):
            continue
        for parent in sorted({code[: length - 2] for code in below}):
            found[parent] = shapely.union_all([found[code] for code in below if code.startswith(parent)])


def _area(code: str, geometry: shapely.Geometry, names: tuple[str | None, str | None]) -> Area:
    known = load_gazetteer().areas.get(code)
    thai, english = names
    if isinstance(geometry, shapely.Polygon):
        geometry = shapely.MultiPolygon([geometry])
    return Area(
        code=code,
        level=LEVELS[len(code)],  # pyright: ignore[reportArgumentType] - the levels of the event
        geometry=shapely.to_wkb(geometry),
        name_th=thai or (known.name_th if known else code),
        name_en=english or (known.name_en if known else None),
    )
