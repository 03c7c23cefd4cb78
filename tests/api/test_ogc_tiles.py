"""Vector tiles, read back with a decoder that is not ours."""

import gzip
import math
from collections.abc import AsyncGenerator

import mapbox_vector_tile
import pytest
import pytest_asyncio

from tests.api.ogc_province import ask, get, open_province
from tests.api.stage import Stage
from tests.fixtures.postgres import TestCluster

WHEN = "datetime=2021-06-30"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(postgres_cluster: TestCluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    async with open_province(postgres_cluster, tmp_path_factory.mktemp("hub")) as stage:
        yield stage


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * side), int(y * side)


async def decoded(hub: Stage, path: str, role: str | None = "auditor") -> list[dict]:
    answer = await get(hub, path, role)
    if answer.status_code == 204:
        return []
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    (layer,) = mapbox_vector_tile.decode(answer.content).values()
    return layer["features"]


@pytest.mark.parametrize("zoom", range(17))
async def test_the_tiles_of_every_zoom_hold_every_household_once(hub: Stage, zoom: int) -> None:
    points = (await ask(hub, f"/ogc/collections/household_points/items?{WHEN}"))["features"]
    tiles = {tile_of(*feature["geometry"]["coordinates"], zoom) for feature in points}
    ids, households = set(), 0
    for x, y in tiles:
        for feature in await decoded(hub, f"/ogc/xyz/household_points/{zoom}/{x}/{y}.mvt?{WHEN}"):
            households += feature["properties"]["households"]
            ids.add(feature["properties"].get("id"))
    if zoom < 11:
        assert households == len(points)
    else:
        assert ids == {feature["id"] for feature in points}


async def test_cells_carry_needs_and_nest_in_their_tile(hub: Stage) -> None:
    points = (await ask(hub, f"/ogc/collections/household_points/items?{WHEN}"))["features"]
    tiles = {tile_of(*feature["geometry"]["coordinates"], 9) for feature in points}
    features = [
        feature
        for x, y in tiles
        for feature in await decoded(hub, f"/ogc/xyz/household_points/9/{x}/{y}.mvt?{WHEN}")
    ]
    assert sum(feature["properties"]["need_health"] for feature in features) == 40
    for feature in features:
        x, y = feature["geometry"]["coordinates"]
        assert (x % 64, y % 64) == (32, 32)


async def test_both_orders_name_the_same_tile(hub: Stage) -> None:
    x, y = tile_of(103.15, 14.55, 10)
    xyz = await get(hub, f"/ogc/xyz/tambon_summary/10/{x}/{y}.pbf")
    ogc = await get(hub, f"/ogc/collections/tambon_summary/tiles/WebMercatorQuad/10/{y}/{x}")
    assert xyz.content == ogc.content != b""


async def test_a_tile_of_areas_has_the_numbers_of_the_items(hub: Stage) -> None:
    for role in ("auditor", None):
        page = await ask(hub, f"/ogc/collections/amphoe_summary/items?{WHEN}", role)
        expected = {f["properties"]["code"]: f["properties"]["households"] for f in page["features"]}
        tile = await decoded(hub, f"/ogc/xyz/amphoe_summary/7/100/58.mvt?{WHEN}", role)
        assert {f["properties"]["code"]: f["properties"].get("households") for f in tile} == expected


async def test_a_tile_follows_both_axes(hub: Stage) -> None:
    x, y = tile_of(103.29, 14.55, 12)

    async def ids(query: str) -> set[str]:
        tile = await decoded(hub, f"/ogc/xyz/household_points/12/{x}/{y}.mvt?{query}")
        return {feature["properties"]["id"] for feature in tile}

    before, after = await ids(WHEN), await ids("datetime=2022-01-15")
    assert len(after - before) == 1
    assert await ids(f"{WHEN}&as_of=seq:1") == set()


async def test_a_tile_is_packed_for_those_who_can_unpack_it(hub: Stage) -> None:
    path = f"/ogc/xyz/tambon_summary/7/100/58.mvt?{WHEN}"
    answers = {}
    for accept in ("gzip", "gzip, deflate, br", "identity", "gzip;q=0, identity"):
        answer = await hub.client.send(
            hub.client.build_request("GET", path, headers={"Accept-Encoding": accept}), stream=True
        )
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        assert (answer.headers.get("content-encoding") == "gzip") == (accept in {"gzip", "gzip, deflate, br"})
        answers[accept] = (answer.headers["etag"], gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    assert len({content for _, content in answers.values()}) == 1
    assert answers["gzip"][0] != answers["identity"][0]


async def test_a_tile_that_the_client_has_is_304_also_for_now(hub: Stage) -> None:
    for path in (
        "/ogc/xyz/household_points/12/3222/1880.mvt",
        "/ogc/as-of/seq:40/xyz/tambon_summary/7/100/58.mvt",
    ):
        first = await get(hub, path)
        again = await get(hub, path, If_None_Match=f'"other", {first.headers["etag"]}')
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    "tile", ["0/1/0", "23/0/0", "-1/0/0", "7/100/999", "a/b/c", "7/1e2/58", "7/100/58.png"]
)
async def test_a_tile_outside_the_world_is_404(hub: Stage, tile: str) -> None:
    for path in (
        f"/ogc/xyz/amphoe_summary/{tile}",
        f"/ogc/collections/amphoe_summary/tiles/WebMercatorQuad/{tile}",
    ):
        assert (await get(hub, path)).status_code == 404


async def test_tilejson_leads_to_tiles_of_the_same_basis(hub: Stage) -> None:
    document = await ask(hub, "/ogc/valid/2021-06-30/collections/household_points/tilejson.json?as_of=seq:40")
    (template,) = document["tiles"]
    assert (
        template == "http://hub.test/ogc/valid/2021-06-30/xyz/household_points/{z}/{x}/{y}.mvt?as_of=seq:40"
    )
    assert document["vector_layers"][0]["id"] == "household_points"
    path = template.removeprefix("http://hub.test").format(z=7, x=100, y=58)
    assert sum(feature["properties"]["households"] for feature in await decoded(hub, path)) == 39


async def test_unknown_parameters_of_tiles_are_refused(hub: Stage) -> None:
    for query in ("limit=1", "f=json", "bbox=1,2,3,4", "datetime=x"):
        assert (await get(hub, f"/ogc/xyz/amphoe_summary/7/100/58.mvt?{query}")).status_code == 400
