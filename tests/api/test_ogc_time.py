"""Any point in time: what was true, what the hub knew, and pages that rest on one basis."""

import base64
from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

import msgspec
import pytest
import pytest_asyncio

from tests.api.ogc_province import HOUSEHOLDS, LEFT, MOVED, ask, get, open_province, province
from tests.api.stage import Stage
from tests.builders import a_house, a_member, a_point, by_household
from tests.fixtures.postgres import TestCluster

POINTS = "/ogc/collections/household_points/items"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(postgres_cluster: TestCluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    async with open_province(postgres_cluster, tmp_path_factory.mktemp("hub")) as stage:
        yield stage


def household(record_key: str) -> str:
    return by_household("tpmap", record_key).ref


def query_of_next(page: dict) -> str | None:
    links = [link["href"] for link in page["links"] if link["rel"] == "next"]
    return links[0].removeprefix("http://hub.test") if links else None


async def versions(hub: Stage, id_: str, query: str, root: str = "/ogc") -> list[dict]:
    page = await ask(hub, f"{root}/collections/household_points/items?{query}")
    return [feature["properties"] for feature in page["features"] if feature["id"] == id_]


async def test_an_instant_selects_the_version_that_was_true_then(hub: Stage) -> None:
    for moment, tambon in (
        ("2021-06-30", "320102"),
        ("2022-06-30", "320103"),
        ("2022-01-01T00:00:00Z", "320103"),
    ):
        found = await versions(hub, household(MOVED), f"datetime={moment}")
        assert [version["tambon"] for version in found] == [tambon], moment
    (last,) = await versions(hub, household(MOVED), "datetime=2021-12-31T23:59:59.999999Z")
    assert (last["tambon"], last["valid_to"]) == ("320102", "2022-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("interval", "tambon"),
    [
        ("2021-06-30/2022-06-30", ["320102", "320103"]),
        ("../2021-06-30", ["320102"]),
        ("../2022-01-01T00:00:00Z", ["320102", "320103"]),
        ("2022-01-01T00:00:00Z/..", ["320103"]),
        ("2021-12-31T23:00:00Z/9999-12-31T00:00:00Z", ["320102", "320103"]),
        ("/2020-12-31", []),
        ("../..", ["320102", "320103"]),
        ("2022-01-02/", ["320103"]),
    ],
)
async def test_an_interval_with_both_ends_selects_every_version_it_touches(
    hub: Stage, interval: str, tambon
) -> None:
    found = await versions(hub, household(MOVED), f"datetime={interval}")
    assert [version["tambon"] for version in found] == tambon


async def test_a_household_that_left_is_410_and_one_that_the_hub_did_not_know_404(hub: Stage) -> None:
    gone = household(LEFT)
    assert (await get(hub, f"{POINTS}/{gone}?datetime=2022-02-04")).status_code == 200
    assert (await get(hub, f"{POINTS}/{gone}?datetime=2022-02-06")).status_code == 410
    assert (await get(hub, f"{POINTS}/{gone}?datetime=2020-01-01")).status_code == 410
    assert (await get(hub, f"{POINTS}/{gone}?datetime=2022-02-06&as_of=seq:66")).status_code == 200
    assert (await get(hub, f"{POINTS}/{gone}?datetime=2022-02-04&as_of=seq:20")).status_code == 404


async def test_a_root_fixes_one_axis_and_the_other_may_be_asked(hub: Stage) -> None:
    for root, query in (
        ("/ogc/valid/2021-06-30", "as_of=seq:40"),
        ("/ogc/as-of/seq:40", "datetime=2021-06-30"),
    ):
        fixed = await ask(hub, f"{root}/collections/household_points/items?{query}")
        free = await ask(hub, f"{POINTS}?datetime=2021-06-30&as_of=seq:40")
        assert fixed["features"] == free["features"] != []
        assert fixed["basis"] == free["basis"]


async def test_datetime_inside_a_dated_root_leaves_out_more_and_replaces_nothing(hub: Stage) -> None:
    root = "/ogc/valid/2021-06-30"
    assert await versions(hub, household(MOVED), "datetime=2022-06-30", root) == []
    page = await ask(hub, f"{root}/collections/household_points/items?datetime=2022-06-30")
    assert len(page["features"]) == sum(HOUSEHOLDS.values()) - 2
    assert page["basis"]["valid_at"].startswith("2021-06-30")
    area = await ask(hub, f"{root}/collections/tambon_summary/items?datetime=2022-06-30")
    assert {
        feature["properties"]["code"]: feature["properties"]["households"] for feature in area["features"]
    } == HOUSEHOLDS


async def test_as_of_inside_a_root_that_fixes_it_must_mean_the_same(hub: Stage) -> None:
    items = "collections/amphoe_summary/items"
    assert (await get(hub, f"/ogc/as-of/seq:40/{items}?as_of=seq:40")).status_code == 200
    assert (await get(hub, f"/ogc/as-of/seq:40/{items}?as_of=2026-01-01T00:40:00Z")).status_code == 200
    for path in (items, "collections/amphoe_summary", "xyz/amphoe_summary/7/100/58.mvt", f"{items}/TH3201"):
        refused = await get(hub, f"/ogc/as-of/seq:40/{path}?as_of=seq:41")
        assert (refused.status_code, refused.json()["code"]) == (400, "AS_OF_FIXED")
    assert (await get(hub, f"/ogc/as-of/someday/{items}")).status_code == 400


async def test_nothing_is_known_before_the_first_event(hub: Stage) -> None:
    page = await ask(hub, f"{POINTS}?as_of=seq:0")
    assert (page["features"], page["basis"]["sequence"], page["basis"]["as_of"]) == ([], 0, None)
    assert (await ask(hub, "/ogc/collections/tambon_summary/items?as_of=2020-01-01"))["features"] == []
    assert (await get(hub, "/ogc/xyz/household_points/7/100/58.mvt?as_of=seq:0")).status_code == 204


@pytest.mark.parametrize(
    "basis", [("", ""), ("2021-06-30", "seq:40"), ("2022-06-30", "seq:66"), ("2022-02-06", "")]
)
async def test_areas_have_the_numbers_of_the_overview(hub: Stage, basis: tuple[str, str]) -> None:
    moment, known = basis
    times = {"datetime": moment, "as_of": known}
    ogc_query = "&".join(f"{name}={value}" for name, value in times.items() if value)
    v1_query = ogc_query.replace("datetime", "valid_at")
    for level in ("amphoe", "tambon"):
        overview = await ask(hub, f"/v1/overview?level={level}&{v1_query}")
        page = await ask(hub, f"/ogc/collections/{level}_summary/items?{ogc_query}")
        expected = {area["code"]: area for area in overview["areas"]}
        assert page["features"]
        for feature in page["features"]:
            found = feature["properties"]
            area = expected[found["code"]]
            for name in (
                "households",
                "persons",
                "records",
                "in_more_than_one",
                "assisted_households",
                "actions",
                "amount_thb",
            ):
                assert found[name] == area[name]
            assert {need: found[f"need_{need}"] for need in area["needs"]} == area["needs"]
            assert found["basis_sequence"] == overview["sequence"]


async def test_pages_rest_on_the_first_one_while_events_arrive(database_url: str, tmp_path) -> None:
    from tests.api.stage import open_stage

    log = province()
    async with open_stage(database_url, log.items, tmp_path) as hub:
        whole = await ask(hub, f"{POINTS}?limit=10000")
        first = await ask(hub, f"{POINTS}?limit=20")
        found, following = list(first["features"]), query_of_next(first)
        known = len(log.items)
        house = a_house("320101-0", tambon="320202", point=a_point(103.45, 14.55))
        log.received(
            "tpmap", house, a_member("1", "คนที่1", "ตระกูล1", number=1), period="2568", happened_at=hub.now
        )
        log.received("tpmap", a_house("new", point=a_point(103.05, 14.55)), a_member("1", "ใหม่", number=900))
        await hub.fold(log.items[known:])
        while following:
            page = await ask(hub, following)
            assert page["basis"]["sequence"] == known
            found += page["features"]
            following = query_of_next(page)
        assert [feature["id"] for feature in found] == [feature["id"] for feature in whole["features"]]
        assert [feature["geometry"] for feature in found] == [
            feature["geometry"] for feature in whole["features"]
        ]
        newest = await ask(hub, f"{POINTS}?limit=10000")
        assert newest["numberMatched"] == whole["numberMatched"] + 1


async def test_a_token_serves_its_own_question_and_version_only(hub: Stage) -> None:
    path = query_of_next(await ask(hub, f"{POINTS}?limit=2&amphoe=3201"))
    assert path is not None
    (token,) = parse_qs(path.partition("?")[2])["token"]
    assert (await get(hub, f"{POINTS}?limit=7&amphoe=3201&token={token}")).status_code == 200
    for other in ("amphoe=3202", "", "amphoe=3201&datetime=2022-01-01"):
        assert (await get(hub, f"{POINTS}?{other}&token={token}")).status_code == 400
    assert (await get(hub, f"/ogc/collections/tambon_summary/items?token={token}")).status_code == 400
    values = msgspec.msgpack.decode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))

    def forged(**changes: object) -> str:
        return base64.urlsafe_b64encode(msgspec.msgpack.encode(values | changes)).rstrip(b"=").decode()

    for changes, status in (
        ({"version": 99}, 410),
        ({"sequence": -1}, 400),
        ({"sequence": 10**15}, 400),
        ({"valid_at": "later"}, 400),
        ({"valid_at": "0001-01-01T00:00:00+14:00"}, 400),
        ({"last": ["x", None]}, 400),
        ({"last": [1, "x"]}, 400),
        ({"last": [10**19, None]}, 400),
    ):
        answer = await get(hub, f"{POINTS}?limit=2&amphoe=3201&token={forged(**changes)}")
        assert answer.status_code == status, (changes, answer.text)


async def test_filters_are_those_of_the_api_and_answer_literally(hub: Stage) -> None:
    page = await ask(hub, f"{POINTS}?tambon=320103&need_health=true&datetime=2021-06-30")
    assert {(f["properties"]["tambon"], f["properties"]["need_health"]) for f in page["features"]} == {
        ("320103", True)
    }
    assert page["numberMatched"] == len(page["features"]) == 12
    for spelling in ("1", "true", "TRUE"):
        again = await ask(hub, f"{POINTS}?tambon=320103&need_health={spelling}&datetime=2021-06-30")
        assert again["features"] == page["features"]
    for hostile in ("tambon=' OR 1=1--", "tambon=%25", "amphoe=%25s", "tambon={}"):
        assert (await ask(hub, f"{POINTS}?{hostile}"))["features"] == []
    for hostile in (
        "tambon=%00",
        "in_sources=x",
        "level=1.0",
        "need_health=1; DROP TABLE event",
        "need_health=",
    ):
        assert (await get(hub, f"{POINTS}?{hostile}")).status_code == 400
