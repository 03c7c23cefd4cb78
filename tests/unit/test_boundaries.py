"""Boundary files as provinces have them: formats, coordinate systems, columns, faults."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from contracts.errors import InvalidInput
from contracts.events import Area
from geo.boundaries import read_boundaries

WEST, SOUTH = 103.4, 14.8


def square(x: float, y: float, side: float = 0.1) -> shapely.Polygon:
    return shapely.box(x, y, x + side, y + side)


TAMBON = {
    "320101": square(WEST, SOUTH),
    "320102": square(WEST + 0.1, SOUTH),
    "320201": square(WEST + 0.2, SOUTH),
}


def geojson(path: Path, *features: tuple[dict, object]) -> Path:
    listed = [
        {"type": "Feature", "properties": properties, "geometry": shape}
        if not isinstance(shape, shapely.Geometry)
        else {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
        for properties, shape in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}), encoding="utf-8")
    return path


def write(
    path: Path, driver: str, crs: str | None, columns: dict[str, list], shapes: list, **options
) -> Path:
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[np.array(values, dtype=object) for values in columns.values()],
        fields=list(columns),
        geometry_type="Polygon",
        crs=crs,
        driver=driver,
        **options,
    )
    return path


def by_code(areas: list[Area]) -> dict[str, Area]:
    return {area.code: area for area in areas}


def shape_of(area: Area) -> shapely.Geometry:
    return shapely.from_wkb(area.geometry)


def refusal(path: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_boundaries(path, province="32")
    assert refused.value.path == "file"
    assert refused.value.message_th != refused.value.message_en
    return refused.value.code


@pytest.mark.parametrize(
    ("suffix", "driver"), [("geojson", "GeoJSON"), ("gpkg", "GPKG"), ("shp", "ESRI Shapefile")]
)
def test_any_format_gives_the_same_areas(tmp_path: Path, suffix: str, driver: str) -> None:
    columns = {"code": list(TAMBON), "name_th": ["ในเมือง", "ตั้งใจ", "ชุมพลบุรี"]}
    path = write(
        tmp_path / f"a.{suffix}", driver, "EPSG:4326", columns, list(TAMBON.values()), encoding="UTF-8"
    )
    areas = read_boundaries(path, province="32")
    assert [(area.code, area.level) for area in areas] == [
        ("32", "province"),
        *[("3201", "amphoe"), ("3202", "amphoe")],
        *[("320101", "tambon"), ("320102", "tambon"), ("320201", "tambon")],
    ]
    assert by_code(areas)["320101"].name_th == "ในเมือง"
    for area in areas:
        assert shape_of(area).geom_type == "MultiPolygon"
        assert shape_of(area).is_valid
    whole = shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.1)
    dissolved = shape_of(by_code(areas)["3201"])
    assert len(dissolved.geoms) == 1
    assert dissolved.symmetric_difference(whole).area < 1e-6


@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:32647", "EPSG:3857", "EPSG:24048"])
def test_any_coordinate_system_arrives_in_degrees(tmp_path: Path, crs: str) -> None:
    import pyproj

    there = pyproj.Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
    shapes = [
        shapely.transform(shape, lambda p: np.column_stack(there.transform(p[:, 0], p[:, 1])))
        for shape in TAMBON.values()
    ]
    path = write(tmp_path / "utm.gpkg", "GPKG", crs, {"code": list(TAMBON)}, shapes)
    found = shape_of(by_code(read_boundaries(path, province="32"))["320101"])
    assert np.allclose(found.bounds, TAMBON["320101"].bounds, atol=1e-6)


@pytest.mark.parametrize(
    "properties",
    [
        {"code": "320101"},
        {"CODE": 320101},
        {"tambon_code": "320101", "amphoe_code": "3201", "province_code": "32"},
        {"ADM3_PCODE": "TH320101", "ADM3_TH": "ในเมือง"},
        {"cod_pcode": "th320101", "id": 7},
        {"amphoe_code": 3201.0, "tambon_code": 320101.0},
    ],
)
def test_the_code_is_found_under_the_names_in_use(tmp_path: Path, properties: dict) -> None:
    path = geojson(tmp_path / "a.geojson", (properties, TAMBON["320101"]))
    assert [area.code for area in read_boundaries(path, province="32")] == ["32", "3201", "320101"]


def test_the_code_may_be_the_id_of_the_feature(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", ({}, TAMBON["320101"]))
    document = json.loads(path.read_text())
    document["features"][0]["id"] = "TH320101"
    path.write_text(json.dumps(document))
    assert by_code(read_boundaries(path, province="32")).keys() == {"32", "3201", "320101"}


def test_numbers_of_rows_are_not_taken_for_codes(tmp_path: Path) -> None:
    rows = [({"id": number}, square(WEST + number / 1000, SOUTH, 0.001)) for number in range(10, 60)]
    assert refusal(geojson(tmp_path / "a.geojson", *rows)) == "BOUNDARY_NO_CODE"


def test_names_without_thai_letters_come_from_the_code_list(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", ({"code": "320101", "name_th": "ã¹àÁ×Í§"}, TAMBON["320101"]))
    found = by_code(read_boundaries(path, province="32"))
    assert (found["320101"].name_th, found["3201"].name_th, found["32"].name_th) == (
        "ในเมือง",
        "เมืองสุรินทร์",
        "สุรินทร์",
    )


def test_parts_of_one_area_become_one_and_other_provinces_are_left_out(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "a.geojson",
        ({"code": "320101"}, square(WEST, SOUTH)),
        ({"code": "320101"}, square(WEST + 0.5, SOUTH)),
        ({"code": "310101"}, square(WEST + 1, SOUTH)),
        ({"code": "320102"}, None),
    )
    areas = by_code(read_boundaries(path, province="32"))
    assert areas.keys() == {"32", "3201", "320101"}
    assert len(shape_of(areas["320101"]).geoms) == 2


def test_a_shape_that_crosses_itself_is_repaired(tmp_path: Path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[103, 14], [104, 15], [104, 14], [103, 15], [103, 14]]]}
    areas = by_code(
        read_boundaries(geojson(tmp_path / "a.geojson", ({"code": "320101"}, bow)), province="32")
    )
    assert shape_of(areas["320101"]).is_valid
    assert shape_of(areas["320101"]).area == pytest.approx(0.5)


def test_heights_and_lines_beside_the_polygon_are_dropped(tmp_path: Path) -> None:
    mixed = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Polygon", "coordinates": [[[103, 14, 5], [104, 14, 5], [104, 15, 5], [103, 14, 5]]]},
            {"type": "LineString", "coordinates": [[103, 14, 5], [105, 15, 5]]},
        ],
    }
    areas = by_code(
        read_boundaries(geojson(tmp_path / "a.geojson", ({"code": "320101"}, mixed)), province="32")
    )
    assert not shape_of(areas["320101"]).has_z
    assert shape_of(areas["320101"]).bounds == (103, 14, 104, 15)


@pytest.mark.parametrize(
    ("features", "code"),
    [
        ([], "BOUNDARY_EMPTY"),
        ([({"code": "320101"}, None)], "BOUNDARY_EMPTY"),
        ([({"name": "x"}, TAMBON["320101"])], "BOUNDARY_NO_CODE"),
        ([({"code": "100101"}, TAMBON["320101"])], "BOUNDARY_ELSEWHERE"),
        ([({"code": "320101"}, shapely.Point(103, 14))], "BOUNDARY_BROKEN"),
        ([({"code": "320101"}, square(400, 14))], "BOUNDARY_BROKEN"),
        ([({"code": "320101"}, square(103, 14, 1e-9))], "BOUNDARY_BROKEN"),
        ([({"code": "320101"}, {"type": "Polygon", "coordinates": []})], "BOUNDARY_BROKEN"),
        (
            [({"code": "320101"}, {"type": "Polygon", "coordinates": [[[103, 14], [104, 15]]]})],
            "BOUNDARY_BROKEN",
        ),
        (
            [
                (
                    {"code": "320101"},
                    {
                        "type": "Polygon",
                        "coordinates": [[[103, 14], [float("nan"), 15], [104, 14], [103, 14]]],
                    },
                )
            ],
            "BOUNDARY_BROKEN",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, features: list, code: str) -> None:
    assert refusal(geojson(tmp_path / "a.geojson", *features)) == code


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", b"\x00junk"),
        ("a.txt", b"hello"),
        ("a.geojson", b'{"type":"FeatureColl'),
        ("a.gpkg", b""),
        ("a.shp", b"x"),
    ],
)
def test_what_is_no_map_is_unreadable(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path) == "BOUNDARY_UNREADABLE"
    assert refusal(tmp_path / "none.geojson") == "BOUNDARY_UNREADABLE"


def test_a_shapefile_without_its_coordinate_system_is_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.shp", "ESRI Shapefile", "EPSG:4326", {"code": list(TAMBON)}, list(TAMBON.values())
    )
    path.with_suffix(".prj").unlink()
    assert refusal(path) == "BOUNDARY_NO_CRS"
