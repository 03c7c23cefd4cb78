"""What a caller may not know is not there: layers, places, names; and what the public cannot work out."""

import gzip
from collections.abc import AsyncGenerator

import mapbox_vector_tile
import psycopg
import pytest
import pytest_asyncio

from contracts.records import NEEDS
from tests.api.ogc_province import CORNERS, HOUSEHOLDS, LEFT, MOVED, SOUTH, ask, get, open_province
from tests.api.stage import Stage, make_keys
from tests.builders import by_household
from tests.fixtures.postgres import TestCluster

POINTS = "/ogc/collections/household_points"
PERSONAL = ("head_name", "house_code", "house_no")
K = 10
COLUMNS = ("households", "in_more_than_one", "assisted_households", *(f"need_{need}" for need in NEEDS))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(postgres_cluster: TestCluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    async with open_province(postgres_cluster, tmp_path_factory.mktemp("hub")) as stage:
        stage.keys |= await make_keys(stage.database_url, gis_3202={"role": "gis", "areas": ["3202"]})
        yield stage


def household(record_key: str) -> str:
    return by_household("tpmap", record_key).ref


@pytest.mark.parametrize("role", [None, "agency", "analyst"])
async def test_points_do_not_exist_for_those_without_the_right(hub: Stage, role: str | None) -> None:
    listed = [layer["id"] for layer in (await ask(hub, "/ogc/collections", role))["collections"]]
    assert listed == ["amphoe_summary", "tambon_summary"]
    assert "household" not in (await get(hub, "/ogc/api", role)).text.replace("households", "")
    known = f"{POINTS}/items/{household(MOVED)}"
    below = ("", "/items", "/feature-schema", "/tilejson.json", "/tiles/WebMercatorQuad/7/58/100")
    for path in (known, "/ogc/xyz/household_points/7/100/58.mvt", *(POINTS + part for part in below)):
        answer = await get(hub, path, role)
        nothing = await get(hub, path.replace("household_points", "none"), role)
        assert answer.status_code == 404, path
        assert answer.json()["code"] == nothing.json()["code"]


async def test_a_key_of_one_amphoe_sees_no_other(hub: Stage) -> None:
    page = await ask(hub, f"{POINTS}/items?datetime=2021-06-30", "gis_3202")
    assert page["numberMatched"] == len(page["features"]) == HOUSEHOLDS["320201"] + HOUSEHOLDS["320202"]
    assert {feature["properties"]["amphoe"] for feature in page["features"]} == {"3202"}
    for moment in ("2021-06-30", "2022-06-30", "2019-01-01"):
        other = await get(hub, f"{POINTS}/items/{household(MOVED)}?datetime={moment}", "gis_3202")
        assert (other.status_code, other.json()["code"]) == (404, "NO_SUCH_FEATURE")
    assert (
        await get(hub, f"{POINTS}/items/{household(LEFT)}?datetime=2024-01-01", "gis_3202")
    ).status_code == 410
    for zoom, x, y in ((7, 100, 58), (12, 3224, 1880)):
        tile = await get(hub, f"/ogc/xyz/household_points/{zoom}/{x}/{y}.mvt?datetime=2021-06-30", "gis_3202")
        features = (
            mapbox_vector_tile.decode(tile.content)["household_points"]["features"] if tile.content else []
        )
        assert sum(feature["properties"]["households"] for feature in features) <= 27


async def test_an_area_outside_a_key_has_no_numbers_rather_than_zeros(hub: Stage) -> None:
    page = await ask(hub, "/ogc/collections/amphoe_summary/items?datetime=2021-06-30", "gis_3202")
    shown = {f["properties"]["code"]: f["properties"] for f in page["features"]}
    assert (shown["3201"]["households"], shown["3201"]["suppressed"]) == (None, True)
    assert (shown["3202"]["households"], shown["3202"]["suppressed"]) == (27, False)


async def test_names_are_for_those_with_the_right_and_every_reading_is_noted(hub: Stage) -> None:
    for role, is_shown in (("gis", False), ("auditor", True)):
        feature = (await ask(hub, f"{POINTS}/items?limit=1", role))["features"][0]
        alone = await ask(hub, f"{POINTS}/items/{feature['id']}", role)
        schema = await ask(hub, f"{POINTS}/feature-schema", role)
        for names in (
            feature["properties"],
            alone["properties"],
            schema["properties"]["properties"]["properties"],
        ):
            assert all((name in names) == is_shown for name in PERSONAL)
    for name in PERSONAL:
        assert (await get(hub, f"{POINTS}/items?{name}=x", "gis")).status_code == 400
        assert (await get(hub, f"{POINTS}/items?{name}=x", "auditor")).status_code == 400
    async with await psycopg.AsyncConnection.connect(hub.database_url) as connection:
        cursor = await connection.execute("SELECT DISTINCT what, purpose FROM access.read_log")
        assert await cursor.fetchall() == [("household_points", "test auditor")]


async def test_tiles_carry_nothing_personal(hub: Stage) -> None:
    path = "/ogc/xyz/household_points/12/3222/1880.mvt?datetime=2021-06-30"
    tile = await get(hub, path)
    for feature in mapbox_vector_tile.decode(tile.content)["household_points"]["features"]:
        assert not feature["properties"].keys() & set(PERSONAL)
    fields = (await ask(hub, f"{POINTS}/tilejson.json"))["vector_layers"][0]["fields"]
    assert not fields.keys() & set(PERSONAL)


async def test_a_tile_does_not_tell_where_more_exactly_than_its_caller_may_know(hub: Stage) -> None:
    west = await get(
        hub, "/ogc/xyz/tambon_summary/7/100/58.mvt?datetime=2021-06-30", None, Accept_Encoding="gzip"
    )
    raw = gzip.decompress(west.content) if west.content[:2] == b"\x1f\x8b" else west.content
    shown = {
        f["properties"]["code"]: f["properties"].get("households")
        for f in mapbox_vector_tile.decode(raw)["tambon_summary"]["features"]
    }
    page = await ask(hub, "/ogc/collections/tambon_summary/items?datetime=2021-06-30", None)
    assert shown == {f["properties"]["code"]: f["properties"]["households"] for f in page["features"]}


@pytest.mark.parametrize(
    "query",
    ["datetime=2021-06-30", "datetime=2022-06-30", "", "as_of=seq:30", "as_of=seq:45&datetime=2021-06-30"],
)
async def test_the_public_cannot_work_out_a_small_number(hub: Stage, query: str) -> None:
    true, shown = {}, {}
    for level in ("amphoe", "tambon"):
        for role, found in (("auditor", true), (None, shown)):
            page = await ask(hub, f"/ogc/collections/{level}_summary/items?{query}", role)
            found |= {f["properties"]["code"]: f["properties"] for f in page["features"]}
    for column in COLUMNS:
        for code, area in shown.items():
            assert area[column] in (None, true[code][column])
            assert area[column] is None or area[column] == 0 or area[column] >= K
            children = [child for child in shown if len(child) == 6 and child[:4] == code]
            hidden = [child for child in children if shown[child][column] is None]
            amount = sum(true[child][column] for child in hidden)
            if area[column] is not None and hidden:
                assert amount == 0 or (len(hidden) > 1 and amount >= K), (column, code)


async def test_a_public_box_only_selects_areas_and_counts_nothing_inside_it(hub: Stage) -> None:
    west = CORNERS["320101"]
    whole = await ask(hub, "/ogc/collections/tambon_summary/items?datetime=2021-06-30", None)
    small = await ask(
        hub,
        f"/ogc/collections/tambon_summary/items?datetime=2021-06-30&bbox={west},{SOUTH},{west + 0.001},{SOUTH + 0.001}",
        None,
    )
    assert small["features"] == [f for f in whole["features"] if f["properties"]["code"] == "320101"]
    assert [f["properties"]["households"] for f in small["features"]] == [None]


async def test_what_tells_of_persons_is_kept_by_no_cache_without_asking_again(hub: Stage) -> None:
    past = "as_of=seq:40&datetime=2021-06-30"
    for role, kept in (("auditor", "private, no-cache"), ("gis", "private, max-age=300")):
        page = await get(hub, f"{POINTS}/items?{past}", role)
        one = await get(hub, f"{POINTS}/items/{page.json()['features'][0]['id']}?{past}", role)
        again = await get(hub, f"{POINTS}/items?{past}", role, If_None_Match=page.headers["etag"])
        assert [answer.headers["cache-control"] for answer in (page, one, again)] == [kept] * 3
        assert again.status_code == 304


async def test_answers_of_keys_are_not_for_shared_caches(hub: Stage) -> None:
    for path in (f"{POINTS}/items?as_of=seq:40", "/ogc/xyz/household_points/7/100/58.mvt?as_of=seq:40"):
        answer = await get(hub, path)
        assert answer.headers["cache-control"].startswith(("private", "no-cache"))
        assert "X-API-Key" in answer.headers["vary"]
        other = await get(hub, path, "gis_3202", If_None_Match=answer.headers["etag"])
        assert other.status_code != 304
