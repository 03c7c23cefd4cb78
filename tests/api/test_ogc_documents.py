"""Tilesets, styles, methods, caching: what the documents of the layers say and how they are kept."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.api.ogc_province import ask, get, open_province
from tests.api.stage import Stage
from tests.fixtures.postgres import TestCluster

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(postgres_cluster: TestCluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    async with open_province(postgres_cluster, tmp_path_factory.mktemp("hub")) as stage:
        yield stage


def links_of(document: dict) -> dict[str, dict]:
    return {link["rel"]: link for link in document["links"]}


async def test_the_tile_matrix_set_is_the_web_mercator_of_everybody(hub: Stage) -> None:
    listed = await ask(hub, "/ogc/tileMatrixSets")
    assert [one["id"] for one in listed["tileMatrixSets"]] == ["WebMercatorQuad"]
    document = await ask(hub, "/ogc/tileMatrixSets/WebMercatorQuad")
    first, *_, last = document["tileMatrices"]
    assert first["scaleDenominator"] == pytest.approx(559082264.028717)
    assert first["cellSize"] == pytest.approx(156543.033928041)
    assert (last["id"], last["matrixWidth"]) == ("22", 1 << 22)
    assert first["pointOfOrigin"] == [-20037508.342789244, 20037508.342789244]
    assert (await get(hub, "/ogc/tileMatrixSets/WorldCRS84Quad")).status_code == 404
    assert (await get(hub, "/ogc/collections/tambon_summary/tiles/WorldCRS84Quad")).status_code == 404


@pytest.mark.parametrize("layer", ["amphoe_summary", "tambon_summary", "household_points"])
async def test_from_a_collection_over_its_tilesets_to_a_tile_of_the_same_time(hub: Stage, layer: str) -> None:
    collection = await ask(hub, f"/ogc/collections/{layer}?as_of=seq:40")
    href = links_of(collection)[REL + "tilesets-vector"]["href"].removeprefix("http://hub.test")
    (listed,) = (await ask(hub, href))["tilesets"]
    document = await ask(hub, links_of(listed)["self"]["href"].removeprefix("http://hub.test"))
    assert document["dataType"] == "vector"
    assert document["tileMatrixSetURI"].endswith("/WebMercatorQuad")
    assert links_of(document)[REL + "tiling-scheme"]["href"].endswith("/tileMatrixSets/WebMercatorQuad")
    template = links_of(document)["item"]
    assert template["templated"] is True
    assert template["href"].endswith("?as_of=seq:40")
    path = template["href"].removeprefix("http://hub.test").format(tileMatrix=7, tileRow=58, tileCol=100)
    tile = await get(hub, path)
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert document["layers"][0]["propertiesSchema"]["properties"].keys() <= {
        shown["name"] if isinstance(shown, dict) else shown
        for shown in (await ask(hub, f"/ogc/collections/{layer}/schema"))["properties"]
    }


async def test_a_style_leads_to_tilejson_of_the_same_time(hub: Stage) -> None:
    style = await ask(hub, "/ogc/valid/2021-06-30/collections/tambon_summary/style.json?as_of=seq:40&f=json")
    (source,) = style["sources"].values()
    assert (
        source["url"]
        == "http://hub.test/ogc/valid/2021-06-30/collections/tambon_summary/tilejson.json?as_of=seq:40"
    )
    assert all(layer["source-layer"] == "tambon_summary" for layer in style["layers"])


async def test_head_is_get_without_the_body(hub: Stage) -> None:
    for path in (
        "/ogc/",
        "/ogc/collections",
        "/ogc/collections/tambon_summary/items?limit=1",
        "/ogc/xyz/tambon_summary/7/100/58.mvt",
    ):
        key = {"X-API-Key": hub.keys["auditor"]}
        head = await hub.client.head(path, headers=key)
        whole = await hub.client.get(path, headers=key)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "cache-control", "vary"):
            assert head.headers[name] == whole.headers[name]
    assert (await hub.client.post("/ogc/collections")).status_code == 405
    allowed = await hub.client.options("/ogc/collections/tambon_summary/items")
    assert {"GET", "HEAD"} <= {
        method.strip() for method in allowed.headers["access-control-allow-methods"].split(",")
    }


async def test_the_same_service_stands_under_latest_and_links_to_itself(hub: Stage) -> None:
    landing = await ask(hub, "/ogc/latest/")
    assert all(link["href"].startswith("http://hub.test/ogc/latest/") for link in landing["links"])
    plain, latest = [
        (await ask(hub, f"{root}/collections/amphoe_summary/items?as_of=seq:40&datetime=2021-06-30"))[
            "features"
        ]
        for root in ("/ogc", "/ogc/latest")
    ]
    assert plain == latest


async def test_every_document_names_its_page_for_people(hub: Stage) -> None:
    paths = [
        "/ogc/",
        "/ogc/collections",
        "/ogc/collections/tambon_summary",
        "/ogc/collections/tambon_summary/items",
        "/ogc/collections/tambon_summary/items/TH320101",
    ]
    for path in paths:
        document = await ask(hub, path + "?as_of=seq:50")
        assert links_of(document)["self"]["href"].endswith("?as_of=seq:50")
        pages = [
            link for link in document["links"] if link["rel"] == "alternate" and link["type"] == "text/html"
        ]
        assert len(pages) == 1
        page = await get(hub, pages[0]["href"].removeprefix("http://hub.test"))
        assert page.headers["content-type"].startswith("text/html")
    items = await get(hub, "/ogc/collections/tambon_summary/items?f=html")
    assert "<svg" in items.text
    assert "ครัวเรือน (ไม่ซ้ำ)" in items.text


async def test_a_past_tile_is_answered_from_memory_only_to_those_with_a_key_that_works(hub: Stage) -> None:
    path = "/ogc/as-of/seq:60/xyz/household_points/12/3222/1880.mvt?datetime=2021-06-30"
    first = await get(hub, path)
    again = await get(hub, path)
    assert again.content == first.content
    assert (await get(hub, path, If_None_Match=first.headers["etag"])).status_code == 304
    assert (await get(hub, path, None)).status_code == 404
    refused = await hub.client.get(
        path, headers={"X-API-Key": "hub_x_y", "If-None-Match": first.headers["etag"]}
    )
    assert refused.status_code == 401
    other = await get(hub, path, "gis")
    assert other.headers["cache-control"].startswith("private")
