"""The demands of the OGC kit (geo-api.md §10) and of the clients (§§4, 5, 9), word by word."""

import datetime as dt
import json
import re
import uuid
from collections.abc import AsyncGenerator

import openapi_spec_validator
import pytest
import pytest_asyncio

from geo import ogc
from geo.crs import CRS84 as DEGREES
from tests.api.ogc_province import HOUSEHOLDS, ask, get, open_province
from tests.api.stage import Stage
from tests.fixtures.postgres import TestCluster

CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
LAYERS = ["amphoe_summary", "tambon_summary", "household_points", "household_history"]
TEMPORARY = re.compile(r"[A-Za-z0-9_-]+\Z")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(postgres_cluster: TestCluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    async with open_province(postgres_cluster, tmp_path_factory.mktemp("hub")) as stage:
        yield stage


def path_of(href: str) -> str:
    assert href.startswith("http://hub.test/ogc"), href
    return href.removeprefix("http://hub.test")


def relations(document: dict) -> dict[str, dict]:
    assert all(link["rel"] and link["type"] and link["href"] for link in document["links"])
    return {link["rel"]: link for link in document["links"]}


@pytest.mark.parametrize(
    "root", ["/ogc", "/ogc/valid/2023-09-30", "/ogc/as-of/seq:30", "/ogc/as-of/2026-01-01"]
)
async def test_every_root_is_a_whole_service_whose_links_stay_inside_it(hub: Stage, root: str) -> None:
    for landing_path in (root, root + "/"):
        landing = await ask(hub, landing_path)
        found = relations(landing)
        assert {"self", "conformance", "data", "service-desc", "service-doc"} <= found.keys()
    seen, waiting = set(), [link["href"] for link in landing["links"]]
    while waiting:
        path = path_of(waiting.pop())
        if path in seen or "{" in path:
            continue
        seen.add(path)
        assert path.startswith(root + "/")
        answer = await get(hub, path)
        assert answer.status_code == 200, (path, answer.text)
        if "json" in answer.headers["content-type"] and "/api" not in path:
            document = answer.json()
            for part in (document, *document.get("collections", [])):
                waiting += [link["href"] for link in part.get("links", []) if not link.get("templated")]
    assert f"{root}/collections/household_points/items" in seen


async def test_the_conformance_page_declares_the_classes(hub: Stage) -> None:
    assert (await ask(hub, "/ogc/conformance"))["conformsTo"] == list(ogc.CONFORMANCE)


async def test_the_api_definition_is_valid_openapi_3_0_with_literal_paths_and_limits(hub: Stage) -> None:
    answer = await get(hub, "/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    document = answer.json()
    assert document["openapi"] == "3.0.3"
    openapi_spec_validator.validate(document)
    limit = document["components"]["parameters"]["limit"]
    assert (limit["style"], limit["explode"], limit["required"]) == ("form", False, False)
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 1000}
    box = document["components"]["parameters"]["bbox"]["schema"]
    assert (box["minItems"], box["maxItems"], box["items"]) == (4, 6, {"type": "number"})
    for layer in LAYERS:
        named = {
            parameter.get("$ref", parameter.get("name", "")).rpartition("/")[2]
            for parameter in document["paths"][f"/collections/{layer}/items"]["get"]["parameters"]
        }
        assert {"limit", "bbox", "datetime", "as_of", "token", "f"} <= named


async def test_list_and_single_collection_agree(hub: Stage) -> None:
    listed = (await ask(hub, "/ogc/collections"))["collections"]
    assert [layer["id"] for layer in listed] == LAYERS
    for layer in listed:
        alone = await ask(hub, f"/ogc/collections/{layer['id']}")
        assert alone == layer
        assert alone["crs"][0] == alone["storageCrs"] == DEGREES.uri
        found = relations(alone)
        assert found["items"]["type"] == ogc.GEOJSON
        assert found["describedby"]["type"] == ogc.SCHEMA_JSON


@pytest.mark.parametrize("layer", LAYERS)
async def test_a_page_of_items_says_what_it_is(hub: Stage, layer: str) -> None:
    answer = await get(hub, f"/ogc/collections/{layer}/items?limit=3")
    page = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-crs"] == CRS84
    assert page["type"] == "FeatureCollection"
    assert len(page["features"]) == page["numberReturned"] <= 3
    assert answer.headers["ogc-numberreturned"] == str(page["numberReturned"])
    assert answer.headers["ogc-numbermatched"] == str(page["numberMatched"])
    assert relations(page)["self"]["type"] == ogc.GEOJSON
    schema = await ask(hub, f"/ogc/collections/{layer}/feature-schema")
    described = schema["properties"]["properties"]["properties"]
    for feature in page["features"]:
        assert list(feature["properties"]) == list(described)


@pytest.mark.parametrize("layer", LAYERS)
async def test_following_next_reaches_every_item_even_with_the_limit_rewritten(
    hub: Stage, layer: str
) -> None:
    first = await ask(hub, f"/ogc/collections/{layer}/items?limit=1")
    found = [feature["id"] for feature in first["features"]]
    link = relations(first).get("next")
    pages = 1
    while link:
        path = path_of(link["href"])
        assert all("=" in pair and "%" not in pair for pair in path.partition("?")[2].split("&"))
        page = await ask(hub, path.replace("limit=1", "limit=10000"))
        found += [feature["id"] for feature in page["features"]]
        link = relations(page).get("next")
        pages += 1
    assert pages <= 5
    assert len(found) == len(set(found)) == first["numberMatched"]


async def test_the_next_link_carries_every_parameter_and_stands_in_the_header_too(hub: Stage) -> None:
    asked = "bbox=102.9,14.4,103.25,14.7&datetime=2022-06-30T00:00:00Z&as_of=seq:60&limit=2"
    answer = await get(hub, f"/ogc/collections/household_points/items?{asked}")
    href = relations(answer.json())["next"]["href"]
    assert f"?{asked}&token=" in href
    assert f'<{href}>; rel="next"; type="application/geo+json"' in answer.headers["link"]


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=-1", "limit=unlimited", "limit=1.5", "limit=", "limit=٣", "limit=1&limit=2"),
        *("bbox=1,2,3", "bbox=", "bbox=a,b,c,d", "bbox=nan,1,2,3", "bbox=1,9,2,3", "bbox=1,2,3,inf"),
        *(
            "datetime=yesterday",
            "datetime=0.5",
            "datetime=2023-02-30",
            "datetime=2024/2023",
            "datetime=a/b/c",
        ),
        *("datetime=2023-01-01T00:00:00", "datetime=0001-01-01T00:00:00%2B14:00"),
        *(
            "as_of=tomorrow",
            "as_of=seq:-1",
            "as_of=seq:999999",
            "as_of=2999-01-01",
            "f=xml",
            "token=x",
            "token=é",
        ),
        *("crs=http://www.opengis.net/def/crs/0/unsupported", "bbox-crs=EPSG:4326", "anything=1", "Limit=1"),
        "token=gqd2ZXJzaW9u",
    ],
)
async def test_a_doubtful_parameter_is_refused_with_a_problem(hub: Stage, query: str) -> None:
    for layer in LAYERS[::2]:
        answer = await get(hub, f"/ogc/collections/{layer}/items?{query}")
        assert answer.status_code == 400, (query, answer.text[:300])
        assert answer.headers["content-type"].startswith("application/problem+json")
        problem = answer.json()
        assert problem["path"] == re.split("[=]", query)[0]
        assert re.search("[ก-๙]", problem["detail_th"])


async def test_equal_repeats_of_a_parameter_count_once(hub: Stage) -> None:
    page = await ask(hub, "/ogc/collections/amphoe_summary/items?as_of=seq:10&as_of=seq%3A10")
    assert page["basis"]["sequence"] == 10


async def test_a_limit_above_the_maximum_is_answered_with_the_maximum(hub: Stage) -> None:
    for limit in ("10001", "9" * 40):
        page = await ask(hub, f"/ogc/collections/tambon_summary/items?limit={limit}")
        assert page["numberReturned"] == len(HOUSEHOLDS)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    ("bbox", "is_empty"),
    [
        ("103,14.5,103.5,14.6", False),
        ("103,14.5,-10,103.5,14.6,900", False),
        ("-180,-90,180,90", False),
        ("100.40000000000001,13,-170,15", False),
        ("-1.5,50,1.5,53", True),
        ("-80,-5,-70,5", True),
        ("177,65,-177,70", True),
        ("-180,85,180,90", True),
        ("-180,-90,180,-85", True),
    ],
)
async def test_any_box_is_answered(hub: Stage, layer: str, bbox: str, is_empty: bool) -> None:
    page = await ask(hub, f"/ogc/collections/{layer}/items?bbox={bbox}")
    assert (page["numberReturned"] == 0) == is_empty
    assert "next" not in relations(page)


async def test_a_box_selects_what_touches_it(hub: Stage) -> None:
    page = await ask(hub, "/ogc/collections/tambon_summary/items?bbox=103.05,14.55,103.15,14.56")
    assert [feature["properties"]["code"] for feature in page["features"]] == ["320101", "320102"]
    points = (await ask(hub, "/ogc/collections/household_points/items"))["features"]
    inside = {f["id"] for f in points if 103.12 <= f["geometry"]["coordinates"][0] <= 103.3}
    page = await ask(hub, "/ogc/collections/household_points/items?bbox=103.12,14,103.3,15")
    assert {feature["id"] for feature in page["features"]} == inside != set()


@pytest.mark.parametrize("layer", LAYERS)
async def test_one_feature_is_the_one_of_the_list(hub: Stage, layer: str) -> None:
    listed = (await ask(hub, f"/ogc/collections/{layer}/items?limit=2&datetime=2023-01-01"))["features"][1]
    answer = await get(hub, f"/ogc/collections/{layer}/items/{listed['id']}?datetime=2023-01-01")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-crs"] == CRS84
    alone = answer.json()
    assert {name: alone[name] for name in listed} == listed
    assert {"self", "collection"} <= relations(alone).keys()
    for id_ in ("nothing", "TH99", str(uuid.uuid4()), "%00", "TH320101%27"):
        assert (await get(hub, f"/ogc/collections/{layer}/items/{id_}")).status_code == 404, id_
    interval = await get(hub, f"/ogc/collections/{layer}/items/{listed['id']}?datetime=2023-01-01/..")
    assert interval.status_code == 400


async def test_what_does_not_exist_is_404(hub: Stage) -> None:
    for path in (
        "/ogc/collections/nothing",
        "/ogc/collections/nothing/items",
        "/ogc/valid/someday/",
        "/ogc/none",
    ):
        assert (await get(hub, path)).status_code == 404, path


async def test_a_browser_gets_pages_and_everybody_else_json(hub: Stage) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    paths = [
        "/ogc/",
        "/ogc/conformance",
        "/ogc/collections",
        "/ogc/collections/tambon_summary",
        "/ogc/api.html",
    ]
    paths += [f"/ogc/collections/{layer}/items" for layer in LAYERS]
    paths += ["/ogc/collections/amphoe_summary/items/TH3201"]
    for path in paths:
        page = await get(hub, path, **browser)
        assert page.headers["content-type"] == "text/html; charset=utf-8", path
        assert '<html lang="th">' in page.text
        assert "http" not in re.sub(r"http://(hub\.test|www\.opengis\.net)", "", page.text)
        if path != "/ogc/api.html":
            for accept in ("*/*", "application/json"):
                assert "json" in (await get(hub, path, Accept=accept)).headers["content-type"]
            assert "json" in (await get(hub, path + "?f=json", **browser)).headers["content-type"]
            assert "html" in (await get(hub, path + "?f=html")).headers["content-type"]


async def test_links_are_those_that_a_client_behind_a_proxy_can_follow(hub: Stage) -> None:
    forwarded = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "pao.example",
        "X-Forwarded-Prefix": "/hub",
    }
    landing = (await get(hub, "/ogc/", **forwarded)).json()
    assert all(link["href"].startswith("https://pao.example/hub/ogc/") for link in landing["links"])
    moved = await get(hub, "/ogc/valid/2566-09-30/collections?f=json", **forwarded)
    assert moved.headers["location"] == "/hub/ogc/valid/2023-09-30/collections?f=json"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/ogc/valid/2566-09-30/", "/ogc/valid/2023-09-30/"),
        ("/ogc/valid/2566-09-30", "/ogc/valid/2023-09-30/"),
        ("/ogc/as-of/2569-01-01/collections", "/ogc/as-of/2026-01-01/collections"),
        (
            "/ogc/valid/2566-09-30/collections/x/items?limit=2",
            "/ogc/valid/2023-09-30/collections/x/items?limit=2",
        ),
    ],
)
async def test_a_buddhist_year_in_a_root_leads_to_the_common_one(hub: Stage, path: str, target: str) -> None:
    answer = await get(hub, path)
    assert (answer.status_code, answer.headers["location"]) == (308, target)


async def test_pages_of_any_origin_may_read_and_preflights_need_no_key(hub: Stage) -> None:
    origin = {"Origin": "https://map.example"}
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"}
    preflight = await hub.client.options("/ogc/collections/household_points/items", headers=origin | asked)
    assert preflight.status_code == 204
    assert "X-API-Key" in preflight.headers["access-control-allow-headers"]
    for path, status in (
        ("/ogc/collections", 200),
        ("/ogc/collections/none", 404),
        ("/ogc/collections?x=1", 400),
    ):
        answer = await get(hub, path, **origin)
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        exposed = answer.headers["access-control-expose-headers"]
        assert all(name in exposed for name in ("Link", "ETag", "Content-Crs", "OGC-NumberMatched"))
    refused = await get(hub, "/ogc/collections", None, **(origin | {"X_API_Key": "wrong"}))
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"


async def test_documents_are_asked_for_again_and_answered_304(hub: Stage) -> None:
    for path in (
        "/ogc/conformance",
        "/ogc/api",
        "/ogc/collections/amphoe_summary",
        "/ogc/collections/amphoe_summary/feature-schema",
    ):
        answer = await get(hub, path)
        assert answer.headers["cache-control"] == "no-cache"
        assert "X-API-Key" in answer.headers["vary"]
        again = await get(hub, path, If_None_Match=answer.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
    public = await get(hub, "/ogc/api", None, If_None_Match=(await get(hub, "/ogc/api")).headers["etag"])
    assert public.status_code == 200


async def test_the_same_question_is_answered_with_the_same_bytes(hub: Stage) -> None:
    path = "/ogc/valid/2023-09-30/collections/tambon_summary/items?as_of=seq:50"
    first, second = await get(hub, path), await get(hub, path)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert (await get(hub, path, If_None_Match=first.headers["etag"])).status_code == 304
    assert dt.datetime.fromisoformat(json.loads(first.content)["basis"]["valid_at"]) < hub.now
