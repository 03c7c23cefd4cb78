"""The layers in real GIS clients, against a running hub with a demo province."""

import gzip
import json
import math
import subprocess
import urllib.error
import urllib.request

import mapbox_vector_tile
import openapi_spec_validator
import pyogrio
import pytest

from tests.fixtures.hub import RunningHub

PAST = "2023-09-30"


def fetch(hub: RunningHub, path: str, role: str | None = None, **headers: str):
    request = urllib.request.Request(hub.base_url + path, headers=headers)
    if role:
        request.add_header("X-API-Key", hub.keys[role])
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def items(hub: RunningHub, layer: str, query: str = "", role: str | None = "auditor", root: str = "/ogc"):
    status, _, body = fetch(hub, f"{root}/collections/{layer}/items{query}", role)
    assert status == 200, body
    return json.loads(body)


def test_gdal_reads_every_amphoe_with_the_numbers_of_the_api(demo_hub: RunningHub) -> None:
    meta, _, _, values = pyogrio.raw.read(f"OAPIF:{demo_hub.base_url}/ogc/", layer="amphoe_summary")
    columns = dict(zip(meta["fields"], values, strict=True))
    overview = demo_hub.get("/v1/overview")
    expected = {area["code"]: area["households"] for area in overview["areas"] if area["code"]}
    found = dict(zip(columns["code"], columns["households"], strict=True))
    assert len(found) == 17
    for code, households in expected.items():
        assert households is None or found[code] == households


def test_ogr2ogr_writes_a_geopackage_of_a_past_day(demo_hub: RunningHub, tmp_path) -> None:
    out = tmp_path / "tambon.gpkg"
    source = f"OAPIF:{demo_hub.base_url}/ogc/valid/{PAST}"
    subprocess.run(["ogr2ogr", "-f", "GPKG", str(out), source, "tambon_summary"], check=True, timeout=60)
    meta, _, geometry, values = pyogrio.raw.read(out)
    columns = dict(zip(meta["fields"], values, strict=True))
    assert len(geometry) == 159
    assert len(set(columns["code"])) == 159
    assert {str(value)[:10].replace("/", "-") for value in columns["basis_valid_at"]} == {PAST}


def test_paging_covers_every_household_once_on_one_basis(demo_hub: RunningHub) -> None:
    whole = items(demo_hub, "household_points", "?limit=10000")
    seen, query, sequences = [], "?limit=7", set()
    while query:
        page = items(demo_hub, "household_points", query)
        seen += [feature["id"] for feature in page["features"]]
        sequences.add(page["basis"]["valid_at"])
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        query = "?" + following[0].partition("?")[2] if following else ""
    assert seen == [feature["id"] for feature in whole["features"]]
    assert len(seen) == len(set(seen)) == whole["numberMatched"] > 50
    assert len(sequences) == 1


def test_points_are_absent_without_the_right_and_hide_names_without_another(demo_hub: RunningHub) -> None:
    status, _, _ = fetch(demo_hub, "/ogc/collections/household_points/items")
    assert status == 404
    listed = json.loads(fetch(demo_hub, "/ogc/collections")[2])["collections"]
    assert [layer["id"] for layer in listed] == ["amphoe_summary", "tambon_summary"]
    assert b"household_points" not in fetch(demo_hub, "/ogc/api")[2]
    gis = items(demo_hub, "household_points", "?limit=5", "gis")["features"][0]["properties"]
    auditor = items(demo_hub, "household_points", "?limit=5")["features"][0]["properties"]
    assert "head_name" not in gis
    assert auditor["head_name"]


def test_the_public_never_sees_a_count_below_ten_nor_can_work_one_out(demo_hub: RunningHub) -> None:
    for layer, parent_digits in (("tambon_summary", 4), ("amphoe_summary", 2)):
        shown = items(demo_hub, layer, "?limit=1000", None)["features"]
        true = {f["id"]: f["properties"] for f in items(demo_hub, layer, "?limit=1000")["features"]}
        groups: dict[str, list] = {}
        for feature in shown:
            count = feature["properties"]["households"]
            assert count is None or count == 0 or count >= 10
            assert feature["properties"]["suppressed"] or count == true[feature["id"]]["households"]
            groups.setdefault(feature["properties"]["code"][:parent_digits], []).append(feature)
        for group in groups.values():
            hidden = [f for f in group if f["properties"]["households"] is None]
            rest = sum(true[f["id"]]["households"] for f in hidden)
            assert not hidden or rest == 0 or rest >= 10 or len(hidden) == len(group)


def test_every_point_is_in_the_tiles_once_and_cells_add_up(demo_hub: RunningHub) -> None:
    points = items(demo_hub, "household_points", "?limit=10000")["features"]
    for zoom in (6, 9, 12):
        tiles = {tile_of(*feature["geometry"]["coordinates"], zoom) for feature in points}
        ids, households = set(), 0
        for x, y in tiles:
            status, headers, body = fetch(
                demo_hub,
                f"/ogc/xyz/household_points/{zoom}/{x}/{y}.mvt",
                "auditor",
                **{"Accept-Encoding": "gzip"},
            )
            assert status == 200
            assert headers["Content-Encoding"] == "gzip"
            layer = mapbox_vector_tile.decode(gzip.decompress(body))["household_points"]
            for feature in layer["features"]:
                if zoom < 11:
                    households += feature["properties"]["households"]
                else:
                    ids.add(feature["properties"]["id"])
        assert zoom >= 11 or households == len(points)
        assert zoom < 11 or ids == {feature["id"] for feature in points}


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * side), int(y * side)


def test_an_area_tile_carries_codes_and_counts(demo_hub: RunningHub) -> None:
    x, y = tile_of(103.5, 14.9, 8)
    _, _, body = fetch(
        demo_hub, f"/ogc/collections/amphoe_summary/tiles/WebMercatorQuad/8/{y}/{x}", "auditor"
    )
    features = mapbox_vector_tile.decode(body)["amphoe_summary"]["features"]
    counts = {area["code"]: area["households"] for area in demo_hub.get("/v1/overview", "auditor")["areas"]}
    assert features
    for feature in features:
        assert feature["properties"]["households"] == counts[feature["properties"]["code"]]


def test_a_client_that_has_the_answer_gets_304(demo_hub: RunningHub) -> None:
    path = f"/ogc/as-of/seq:100/collections/amphoe_summary/items?datetime={PAST}"
    status, headers, body = fetch(demo_hub, path, "auditor")
    assert status == 200
    assert fetch(demo_hub, path, "auditor")[2] == body
    status, _, _ = fetch(demo_hub, path, "auditor", **{"If-None-Match": headers["ETag"]})
    assert status == 304


def test_a_buddhist_year_in_the_path_leads_to_the_common_one(demo_hub: RunningHub) -> None:
    status, _, body = fetch(demo_hub, "/ogc/valid/2566-09-30/")
    assert status == 200
    assert json.loads(body)["links"][0]["href"].endswith("/ogc/valid/2023-09-30/")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=unlimited",
        "limit=-1",
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=1,9,2,3",
        "nothing=1",
        "datetime=0.5",
        "datetime=2023-13-01",
        "datetime=2024/2023",
        "as_of=tomorrow",
        "as_of=seq:999999999",
        "token=%21",
        "as_of=2999-01-01",
        "crs=http://www.opengis.net/def/crs/0/unsupported",
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(demo_hub: RunningHub, query: str) -> None:
    status, headers, body = fetch(demo_hub, f"/ogc/collections/amphoe_summary/items?{query}")
    assert status == 400, body
    assert headers["Content-Type"].startswith("application/problem+json")
    assert json.loads(body)["detail_th"]


@pytest.mark.parametrize(
    ("bbox", "is_empty"),
    [
        ("103,14,104.2,15.6", False),
        ("-1.5,50,1.5,53", True),
        ("177,65,-177,70", True),
        ("-180,85,180,90", True),
        ("-180,-90,180,-85", True),
        ("103,14,0,104.2,15.6,9", False),
    ],
)
def test_any_box_of_the_kit_is_answered(demo_hub: RunningHub, bbox: str, is_empty: bool) -> None:
    page = items(demo_hub, "amphoe_summary", f"?bbox={bbox}", None)
    assert (page["numberReturned"] == 0) == is_empty
    assert page["numberReturned"] == len(page["features"])


def test_the_service_describes_itself_as_clients_need_it(demo_hub: RunningHub) -> None:
    landing = json.loads(fetch(demo_hub, "/ogc/")[2])
    relations = {link["rel"]: link for link in landing["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= relations.keys()
    assert relations["service-desc"]["type"] == "application/vnd.oai.openapi+json;version=3.0"
    for link in landing["links"]:
        assert fetch(demo_hub, link["href"].removeprefix(demo_hub.base_url))[0] == 200
    _, headers, body = fetch(demo_hub, "/ogc/api")
    assert headers["Content-Type"] == relations["service-desc"]["type"]
    document = json.loads(body)
    openapi_spec_validator.validate(document)
    limit = document["components"]["parameters"]["limit"]["schema"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 10_000, 1000)
    listed = {
        layer["id"]: layer for layer in json.loads(fetch(demo_hub, "/ogc/collections")[2])["collections"]
    }
    for id_, layer in listed.items():
        assert json.loads(fetch(demo_hub, f"/ogc/collections/{id_}")[2]) == layer
        _, headers, _ = fetch(demo_hub, f"/ogc/collections/{id_}/items?limit=2")
        assert headers["Content-Type"] == "application/geo+json"
        assert headers["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
        assert 'rel="next"' in headers["Link"]


def test_one_feature_is_found_by_its_id_and_an_unknown_one_is_not(demo_hub: RunningHub) -> None:
    status, headers, body = fetch(demo_hub, "/ogc/collections/amphoe_summary/items/TH3205")
    feature = json.loads(body)
    assert status == 200
    assert headers["Content-Type"] == "application/geo+json"
    assert feature["properties"]["code"] == "3205"
    assert {link["rel"] for link in feature["links"]} >= {"self", "collection"}
    assert fetch(demo_hub, "/ogc/collections/amphoe_summary/items/TH9999")[0] == 404
