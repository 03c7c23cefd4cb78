"""Reading boundary files: any format of GDAL, any CRS, geometry repaired and checked, into areas in CRS84."""

# pyogrio has no types of its own.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.errors
import pyproj
import pyproj.exceptions
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
NUMBERING_COLUMNS = frozenset({"id", "fid"})
"""Columns that often hold no code but 1, 2, 3, …; two digits there are not taken for a province."""
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
THAI = re.compile(r"[\u0e01-\u0e4e]")
GRID = 1e-7
"""Coordinates are kept to about a centimetre, so that shared edges stay equal and files stay small."""


def fault(code: str, message_en: str, message_th: str) -> InvalidInput:
    """What is wrong with a boundary file."""
    return InvalidInput(message_en, message_th=message_th, code=code, path="file")


def read_boundaries(path: Path, *, province: str) -> list[Area]:
    """The areas of a file inside `province`, by level and code; levels above those of the file are dissolved from them.

    Raises InvalidInput: BOUNDARY_UNREADABLE, BOUNDARY_EMPTY, BOUNDARY_NO_CODE, BOUNDARY_ELSEWHERE, BOUNDARY_NO_CRS,
    BOUNDARY_BROKEN.
    """
    found: dict[str, shapely.Geometry] = {}
    names: dict[str, tuple[str | None, str | None]] = {}
    layers = _layers(path)
    if not any(geometry is not None for _, geometries in layers for geometry in geometries):
        raise fault("BOUNDARY_EMPTY", "The file has no polygons in it.", "ไฟล์ไม่มีรูปหลายเหลี่ยม")
    for columns, geometries in layers:
        codes = _codes(columns, len(geometries))
        thai, english = _first(columns, THAI_COLUMNS), _first(columns, ENGLISH_COLUMNS)
        for row, (code, geometry) in enumerate(zip(codes, geometries, strict=True)):
            if code is None or not code.startswith(province) or geometry is None:
                continue
            part = _repair(geometry, code)
            found[code] = part if code not in found else shapely.union(found[code], part)
            names[code] = (_thai_text(thai, row), _text(english, row))
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


def _broken(code: str) -> InvalidInput:
    return fault(
        "BOUNDARY_BROKEN",
        f"The geometry of {code} is empty, cannot be repaired or lies outside the earth.",
        f"รูปหลายเหลี่ยมของ {code} ไม่ถูกต้อง",
    )


def _read_layer(path: Path, layer: str) -> tuple[Mapping[str, Any], Sequence[shapely.Geometry | None]]:
    # GDAL and GEOS warn of what is repaired or refused below.
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        meta, fids, wkb, values = pyogrio.raw.read(path, layer=layer, return_fids=True)
        read = shapely.from_wkb(wkb, on_invalid="ignore")
    columns: dict[str, Any] = {
        str(name).lower(): value for name, value in zip(meta["fields"], values, strict=True)
    }
    columns.setdefault("fid", fids)
    # A shape that cannot be read at all is taken for an empty one, which is refused by its code.
    unreadable = shapely.Polygon()
    pairs = zip(read, wkb, strict=True)
    geometries = np.array([unreadable if g is None and b is not None else g for g, b in pairs], dtype=object)
    if meta["crs"] is None:
        raise fault(
            "BOUNDARY_NO_CRS",
            "The file does not say which coordinate system it uses.",
            "ไฟล์ไม่ได้ระบุระบบพิกัด",
        )
    try:
        crs = pyproj.CRS.from_user_input(meta["crs"])
    except pyproj.exceptions.CRSError as error:
        raise fault(
            "BOUNDARY_NO_CRS", "The file names an unknown coordinate system.", "ไม่รู้จักระบบพิกัดของไฟล์"
        ) from error
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
        matches = [CODE.match(str(value).strip()) for value in columns[name]]
        codes = [None if match is None else match[1] for match in matches]
        if name in NUMBERING_COLUMNS:
            codes = [None if code is None or len(code) == 2 else code for code in codes]
        if sum(code is not None for code in codes) > count // 2:
            return codes
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


def _thai_text(column: Sequence[object] | None, row: int) -> str | None:
    # Shapefiles without a declared encoding turn Thai into other letters: the code list knows better then.
    text = _text(column, row)
    return text if text and THAI.search(text) else None


def _repair(geometry: shapely.Geometry, code: str) -> shapely.Geometry:
    west, south, east, north = geometry.bounds
    is_finite = bool(np.isfinite(shapely.get_coordinates(geometry)).all())
    if not (is_finite and -180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _broken(code)
    try:
        whole = shapely.union_all(_polygons(shapely.make_valid(geometry)))
        rounded = shapely.union_all(_polygons(shapely.set_precision(whole, GRID)))
    except shapely.errors.GEOSException as error:
        raise _broken(code) from error
    if rounded.is_empty:
        raise _broken(code)
    return rounded


def _polygons(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    if isinstance(geometry, shapely.Polygon):
        return [] if geometry.is_empty else [geometry]
    if isinstance(geometry, shapely.MultiPolygon | shapely.GeometryCollection):
        return [polygon for part in geometry.geoms for polygon in _polygons(part)]
    return []


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
