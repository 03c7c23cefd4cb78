"""Versions on the axis of the world: time maps, mementos, a layer of all versions, and two days compared."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from email.utils import parsedate_to_datetime

import pytest
import pytest_asyncio

from contracts import ids
from contracts.events import Erasure, SubjectErased
from geo.drawn import BASIS_SECONDS
from tests.api.ogc_province import LEFT, MOVED, ask, get, open_province, province
from tests.api.stage import Stage, open_stage
from tests.builders import KEY, by_household
from tests.fixtures.postgres import TestCluster

POINTS = "/ogc/collections/household_points/items"
HISTORY = "/ogc/collections/household_history/items"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(postgres_cluster: TestCluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    async with open_province(postgres_cluster, tmp_path_factory.mktemp("hub")) as stage:
        yield stage


def household(record_key: str) -> str:
    return by_household("tpmap", record_key).ref


def path_of(href: str) -> str:
    return href.removeprefix("http://hub.test")


async def test_a_time_map_lists_every_version_with_an_address_that_gives_it(hub: Stage) -> None:
    id_ = household(MOVED)
    map_ = await ask(hub, f"{POINTS}/{id_}/versions")
    assert [(v["valid_from"], v["valid_to"]) for v in map_["versions"]] == [
        ("2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z"),
        ("2022-01-01T00:00:00Z", None),
    ]
    for version, tambon in zip(map_["versions"], ("320102", "320103"), strict=True):
        (link,) = version["links"]
        found = await ask(hub, path_of(link["href"]))
        assert found["properties"]["tambon"] == tambon
        assert found["properties"]["valid_from"] == version["valid_from"]
    then = await ask(hub, f"{POINTS}/{id_}/versions?as_of=seq:40")
    assert len(then["versions"]) == 1
    assert then["basis"]["sequence"] == 40
    for path in (f"{POINTS}/{'0' * 8}-0000-0000-0000-{'0' * 12}/versions", f"{POINTS}/x/versions"):
        assert (await get(hub, path)).status_code == 404
    assert (await get(hub, "/ogc/collections/tambon_summary/items/TH320101/versions")).status_code == 404
    assert (await get(hub, f"{POINTS}/{id_}/versions", "agency")).status_code == 404


async def test_a_memento_says_when_it_holds_and_leads_to_the_others(hub: Stage) -> None:
    id_ = household(MOVED)
    first = await get(hub, f"{POINTS}/{id_}?datetime=2021-06-30")
    assert first.headers["memento-datetime"] == "Fri, 01 Jan 2021 00:00:00 GMT"
    links = {link["rel"]: link["href"] for link in first.json()["links"]}
    assert {"original", "timemap", "version-history", "successor-version", "latest-version"} <= links.keys()
    assert "predecessor-version" not in links
    for rel in ("original", "timemap", "successor-version"):
        assert f'<{links[rel]}>; rel="{rel}"' in first.headers["link"]
    second = await get(hub, path_of(links["successor-version"]))
    assert parsedate_to_datetime(second.headers["memento-datetime"]) == dt.datetime(2022, 1, 1, tzinfo=dt.UTC)
    back = {link["rel"]: link["href"] for link in second.json()["links"]}
    assert (await ask(hub, path_of(back["predecessor-version"])))["properties"]["tambon"] == "320102"
    assert "successor-version" not in back
    assert (await get(hub, f"{POINTS}?datetime=2021-06-30")).headers["memento-datetime"].endswith("GMT")
    assert "memento-datetime" not in (await get(hub, POINTS)).headers


async def test_the_history_has_every_version_with_an_id_of_its_own(hub: Stage) -> None:
    every = await ask(hub, f"{HISTORY}?limit=10000")
    ids = [feature["id"] for feature in every["features"]]
    assert len(ids) == len(set(ids)) == every["numberMatched"]
    intervals = await ask(hub, f"{POINTS}?datetime=../..&limit=10000")
    assert [f["properties"] for f in every["features"]] == [f["properties"] for f in intervals["features"]]
    unique = await ask(hub, f"{POINTS}?datetime=../..&profile=versions-as-features-unique-ids&limit=10000")
    assert [feature["id"] for feature in unique["features"]] == ids
    assert sum(id_.startswith(household(MOVED)) for id_ in ids) == 2
    for feature in every["features"][:5] + [
        f for f in every["features"] if f["id"].startswith(household(LEFT))
    ]:
        alone = await ask(hub, f"{HISTORY}/{feature['id']}")
        assert (alone["id"], alone["properties"]) == (feature["id"], feature["properties"])
    one_day = await ask(hub, f"{HISTORY}?datetime=2021-06-30&limit=10000")
    points = await ask(hub, f"{POINTS}?datetime=2021-06-30&limit=10000")
    assert len(one_day["features"]) == len(points["features"])
    for wrong in (household(MOVED), household(MOVED) + ".20210102T000000Z", household(MOVED) + ".x", "x"):
        assert (await get(hub, f"{HISTORY}/{wrong}")).status_code == 404
    assert (await get(hub, "/ogc/collections/household_history/tilejson.json")).status_code == 404


@pytest.mark.parametrize("known", ["", "?as_of=seq:60"])
async def test_two_days_compared_are_the_numbers_of_both_and_their_difference(hub: Stage, known: str) -> None:
    root = "/ogc/compare/2021-06-30/2022-06-30"
    listed = await ask(hub, f"{root}/collections")
    assert [layer["id"] for layer in listed["collections"]] == ["amphoe_change", "tambon_change"]
    before, after = [
        {
            f["id"]: f["properties"]
            for f in (await ask(hub, f"/ogc/valid/{day}/collections/tambon_summary/items{known}"))["features"]
        }
        for day in ("2021-06-30", "2022-06-30")
    ]
    page = await ask(hub, f"{root}/collections/tambon_change/items{known}")
    assert len(page["features"]) == len(before)
    for feature in page["features"]:
        found, old, new = feature["properties"], before[feature["id"]], after[feature["id"]]
        for name in ("households", "need_health", "actions", "amount_thb"):
            assert (found[f"{name}_before"], found[f"{name}_after"]) == (old[name], new[name])
            assert found[f"delta_{name}"] == new[name] - old[name]
    moved = {f["properties"]["code"]: f["properties"]["delta_households"] for f in page["features"]}
    assert (moved["320102"], moved["320103"], moved["320202"]) == ((-1, 1, -1) if not known else (0, 0, 0))
    worst = await ask(hub, f"{root}/collections/tambon_change/items?filter=delta_households<0&sortby=-code")
    assert [f["properties"]["code"] for f in worst["features"]] == ["320202", "320102"]
    tile = await get(hub, f"{root}/xyz/tambon_change/7/100/58.mvt")
    assert b"delta_households" in tile.content


async def test_comparing_is_for_those_who_may_see_numbers_unhidden(hub: Stage) -> None:
    root = "/ogc/compare/2021-06-30/2022-06-30"
    assert (await ask(hub, f"{root}/collections", None))["collections"] == []
    for path in ("items", "items/TH320101", "schema", "tilejson.json"):
        assert (await get(hub, f"{root}/collections/tambon_change/{path}", None)).status_code == 404
    page = await ask(hub, f"{root}/collections/amphoe_change/items", "agency")
    assert all(feature["properties"]["suppressed"] is False for feature in page["features"])
    for path in (
        "/ogc/collections/tambon_change",
        f"{root}/collections/household_points",
        f"{root}/collections/tambon_summary/items",
    ):
        assert (await get(hub, path)).status_code == 404
    moved = await get(hub, "/ogc/compare/2564-06-30/2565-06-30/collections?f=json")
    assert (moved.status_code, moved.headers["location"]) == (308, f"{root}/collections?f=json")
    assert (await get(hub, "/ogc/compare/yesterday/2022-06-30/")).status_code == 404


async def test_an_erasure_changes_etags_counts_and_cells_of_the_past(database_url: str, tmp_path) -> None:
    log = province()
    async with open_stage(database_url, log.items, tmp_path) as hub:
        known = len(log.items)
        past = f"as_of=seq:{known}&datetime=2021-06-30"
        paths = [f"{POINTS}?{past}", f"/ogc/xyz/household_points/8/201/117.mvt?{past}"]
        before = [await get(hub, path) for path in paths]
        assert [answer.status_code for answer in before] == [200, 200]
        count = before[0].json()["numberMatched"]
        subject = ids.record_pseudonym(KEY, "tpmap", "320101-0")
        log._add(SubjectErased(**log._envelope(hub.now, "hub"), data=Erasure(subjects=(subject,))))
        await hub.fold(log.items[known:])

        await asyncio.sleep(BASIS_SECONDS + 0.1)
        for path, answer in zip(paths, before, strict=True):
            again = await get(hub, path, If_None_Match=answer.headers["etag"])
            assert again.status_code == 200
            assert again.headers["etag"] != answer.headers["etag"]
            assert again.content != answer.content
        assert (await ask(hub, paths[0]))["numberMatched"] == count - 1
