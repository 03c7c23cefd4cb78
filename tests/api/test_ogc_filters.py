"""Filters, orders, selections and coordinate systems: what comes back is what SQL finds in the tables, at any time, on any page."""

import itertools
import json
from collections.abc import AsyncGenerator
from urllib.parse import quote

import psycopg
import pyproj
import pytest
import pytest_asyncio

from geo.crs import CRS84, EPSG, OFFERED
from tests.api.ogc_province import ask, get, open_province
from tests.api.stage import Stage
from tests.fixtures.postgres import TestCluster

POINTS = "/ogc/collections/household_points/items"
AREAS = "/ogc/collections/tambon_summary/items"
FILTERS = {
    "tambon = '320103'": "s.tambon = '320103'",
    "tambon <> '320103' AND need_health = true": "s.tambon <> '320103' AND s.health",
    "need_health": "s.health",
    "NOT need_health": "NOT s.health",
    "need_health = 1 OR moo IS NULL": "s.health OR s.moo IS NULL",
    "need_living IS NULL": "s.living IS NULL",
    "moo BETWEEN 3 AND 7": "s.moo BETWEEN 3 AND 7",
    "moo > 3.5": "s.moo > 3.5",
    "moo IN (1, 2, 30)": "s.moo IN (1, 2, 30)",
    "NOT (moo < 5)": "NOT s.moo < 5",
    "tambon LIKE '3202%'": "s.tambon LIKE '3202%%'",
    "tambon NOT LIKE '%1_'": "s.tambon NOT LIKE '%%1_'",
    "sources ILIKE 'TPM%'": "array_to_string(s.sources, ',') ILIKE 'TPM%%'",
    "CASEI(sources) = CASEI('TPmap')": "array_to_string(s.sources, ',') = 'tpmap'",
    "valid_from >= TIMESTAMP('2022-01-01T00:00:00Z')": "lower(s.valid) >= '2022-01-01Z'",
    "valid_from = DATE('2022-01-01')": "lower(s.valid) >= '2022-01-01+07' AND lower(s.valid) < '2022-01-02+07'",
    "valid_from > DATE('2021-12-31')": "lower(s.valid) >= '2022-01-01+07'",
    "valid_to IS NULL": "upper(s.valid) IS NULL",
    "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2022-01-10', '2022-02-01'))": "s.valid && tstzrange('2022-01-10+07', '2022-02-02+07')",
    "T_BEFORE(valid_from, TIMESTAMP('2022-01-01T00:00:00Z'))": "lower(s.valid) < '2022-01-01Z'",
    "T_DURING(valid_from, INTERVAL('2021-01-02', '..'))": "lower(s.valid) > '2021-01-02+07'",
    "S_INTERSECTS(geometry, BBOX(103.0, 14.0, 103.15, 15.0))": "ST_X(s.geom) BETWEEN 103.0 AND 103.15",
    "S_WITHIN(geometry, POLYGON((103.1 14, 103.3 14, 103.3 15, 103.1 15, 103.1 14)))": "ST_X(s.geom) > 103.1 AND ST_X(s.geom) < 103.3",
    "S_DISJOINT(geometry, POINT(103.003 14.55))": "ST_X(s.geom) <> 103.003",
    "moo = moo": "s.moo IS NOT NULL",
    "1 < moo": "s.moo > 1",
    "tambon = 'O''Brien; --'": "false",
}
MOMENTS = {
    "": "s.valid @> '2026-06-01Z'::timestamptz",
    "datetime=2021-06-30T00:00:00Z": "s.valid @> '2021-06-30Z'::timestamptz",
    "datetime=2021-12-01/2022-01-31": "s.valid && tstzrange('2021-12-01+07', '2022-02-01+07')",
}
KNOWN = {"": "upper_inf(s.recorded)", "as_of=seq:40": "s.recorded @> 40::bigint"}
KEYS = "SELECT r.household_id::text, lower(s.valid) FROM household_state AS s JOIN record AS r ON r.record = s.household WHERE s.geom IS NOT NULL"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(postgres_cluster: TestCluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    async with open_province(postgres_cluster, tmp_path_factory.mktemp("hub")) as stage:
        yield stage


async def truth(hub: Stage, *conditions: str, order: str = "s.household, lower(s.valid)") -> list[tuple]:
    async with await psycopg.AsyncConnection.connect(hub.database_url) as connection:
        await connection.execute("SET search_path TO view_v1, public; SET TimeZone TO 'UTC'")
        where = "".join(f" AND ({condition})" for condition in conditions).replace("%%", "%")
        return await (await connection.execute(f"{KEYS}{where} ORDER BY {order}")).fetchall()


async def features(hub: Stage, path: str, role: str = "auditor") -> list[dict]:
    """The features of all pages."""
    found: list[dict] = []
    following: str | None = path
    while following:
        page = await ask(hub, following, role)
        assert page["numberReturned"] == len(page["features"])
        found += page["features"]
        links = [link["href"] for link in page["links"] if link["rel"] == "next"]
        following = links[0].removeprefix("http://hub.test") if links else None
        assert page.get("numberMatched") in (None, len(found)) or following
    return found


def keys_of(found: list[dict]) -> list[tuple[str, str]]:
    return [(feature["id"], feature["properties"]["valid_from"]) for feature in found]


def expected_keys(rows: list[tuple]) -> list[tuple[str, str]]:
    return [(id_, start.isoformat().replace("+00:00", "Z")) for id_, start in rows]


@pytest.mark.parametrize("text", FILTERS)
async def test_a_filter_selects_what_sql_selects_at_any_time(hub: Stage, text: str) -> None:
    answers = 0
    for (moment, valid), (known, recorded) in itertools.product(MOMENTS.items(), KNOWN.items()):
        query = "&".join(part for part in (moment, known, f"filter={quote(text)}", "limit=9") if part)
        found = await features(hub, f"{POINTS}?{query}")
        expected = await truth(hub, valid, recorded, FILTERS[text])
        assert keys_of(found) == expected_keys(expected), (moment, known)
        answers += len(found)
    assert answers or "O''Brien" in text or "2022-01-01" in text or "'2022" in text


async def test_json_and_the_old_name_say_the_same_as_text(hub: Stage) -> None:
    tree = {
        "op": "and",
        "args": [
            {"op": "=", "args": [{"property": "tambon"}, "320103"]},
            {"op": "in", "args": [{"property": "moo"}, [1, 2, 3]]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [103, 14, 104, 15]}]},
        ],
    }
    text = "tambon='320103' AND moo IN (1,2,3) AND S_INTERSECTS(geometry, BBOX(103,14,104,15))"
    answers = [
        await features(hub, f"{POINTS}?filter={quote(filter_)}{language}")
        for filter_, language in (
            (text, ""),
            (text, "&filter-lang=cql2-text"),
            (text, "&filter-lang=cql-text"),
            (json.dumps(tree), "&filter-lang=cql2-json"),
        )
    ]
    assert len(answers[0]) == 3
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    "query",
    [
        *(
            "filter=head_name='x'",
            "filter=nothing=1",
            "filter=pg_sleep(5)=1",
            "filter=lo_import('/etc/passwd')=1",
        ),
        *("filter=", "filter=moo", "filter=moo='1'", "filter=moo=1 AND", "filter=moo+1=2", "filter=tambon=5"),
        *(
            "filter=tambon LIKE 'a\\'",
            "filter=valid_from>'yesterday'",
            "filter=valid_from>DATE('2023-02-30')",
        ),
        *(
            "filter=moo=1&filter-lang=sql",
            "filter-lang=sql",
            "filter-crs=EPSG:4326",
            "filter=" + "(" * 40 + "moo=1",
        ),
        *(
            "filter=S_INTERSECTS(geometry,POLYGON((1 2,3 4,5 6,1 2)))",
            "filter=geometry='x'",
            "filter=basis_sequence=1",
        ),
        *(
            "filter=[]&filter-lang=cql2-json",
            "filter={&filter-lang=cql2-json",
            "filter=5&filter-lang=cql2-json",
        ),
        *(
            "sortby=head_name",
            "sortby=",
            "sortby=moo,moo",
            "sortby=geometry",
            "sortby=moo,-",
            "sortby=basis_valid_at",
        ),
        *(
            "properties=nothing",
            "properties=",
            "skipGeometry=1",
            "resulttype=count",
            "profile=x",
            "households=1",
        ),
        'filter={"op":"=","args":[{"property":"tambon"},"\\ud800"]}&filter-lang=cql2-json',
        'filter={"op":"=","args":[{"property":"moo"},1e999]}&filter-lang=cql2-json',
        'filter={"op":"s_crosses","args":[{"property":"geometry"},{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}]}&filter-lang=cql2-json',
        *(
            "bbox=1,2,3,4&bbox-crs=http://www.opengis.net/def/crs/0/unsupported",
            "crs=http://www.opengis.net/def/crs/0/unsupported",
        ),
        f"bbox=1e8,1e8,2e8,2e8&bbox-crs={EPSG}32648",
    ],
)
async def test_what_cannot_be_asked_is_400_and_names_the_parameter(hub: Stage, query: str) -> None:
    answer = await get(hub, f"{POINTS}?{quote(query, safe='=&:/')}")
    assert answer.status_code == 400, answer.text[:300]
    problem = answer.json()
    assert problem["path"] in query
    assert any("ก" <= letter <= "๙" for letter in problem["detail_th"])


async def test_a_hidden_property_is_refused_word_for_word_like_one_that_is_not_there(hub: Stage) -> None:
    for role in ("gis", "auditor"):
        for query in ("filter={}='x'", "sortby={}"):
            hidden = await get(hub, f"{POINTS}?{query.format('head_name')}", role)
            unknown = await get(hub, f"{POINTS}?{query.format('no_such_name')}", role)
            assert hidden.status_code == unknown.status_code == 400
            assert hidden.json()["detail"] == unknown.json()["detail"]
    hidden, unknown = [
        await get(hub, f"{POINTS}?properties={n}", "gis") for n in ("head_name", "no_such_name")
    ]
    assert hidden.json() == unknown.json()


async def test_a_filter_on_areas_sees_the_numbers_that_the_caller_sees(hub: Stage) -> None:
    moment = "datetime=2021-06-30"
    for role in ("auditor", None):
        every = (await ask(hub, f"{AREAS}?{moment}", role))["features"]
        for number in (3, 12, 14, 15, 20):
            shown = [f["id"] for f in every if (f["properties"]["households"] or -1) >= number]
            page = await ask(hub, f"{AREAS}?{moment}&filter=households>={number}", role)
            assert [f["id"] for f in page["features"]] == shown
            assert page["numberMatched"] == len(shown)
        hidden = [f["id"] for f in every if f["properties"]["households"] is None]
        page = await ask(hub, f"{AREAS}?{moment}&filter=households%20IS%20NULL", role)
        assert [f["id"] for f in page["features"]] == hidden
        assert bool(hidden) == (role is None)
    page = await ask(hub, f"{AREAS}?code=320103&datetime=2021-06-30")
    assert [f["id"] for f in page["features"]] == ["TH320103"]


ORDERS = {
    "moo": "s.moo ASC NULLS LAST",
    "-moo": "s.moo DESC NULLS LAST",
    "-need_health,tambon": 's.health DESC NULLS LAST, s.tambon COLLATE "C"',
    "%2Bvalid_from,-moo": "lower(s.valid), s.moo DESC NULLS LAST",
    "need_living,-sources": "s.living NULLS LAST, array_to_string(s.sources, ',') COLLATE \"C\" DESC",
    "-valid_to": "upper(s.valid) DESC NULLS LAST",
}


@pytest.mark.parametrize("sortby", ORDERS)
async def test_pages_in_an_order_hold_every_feature_once_in_that_order(hub: Stage, sortby: str) -> None:
    order = f"{ORDERS[sortby]}, s.household, lower(s.valid)"
    for (moment, valid), (known, recorded), limit in itertools.product(
        MOMENTS.items(), KNOWN.items(), (7, 1000)
    ):
        query = "&".join(part for part in (moment, known, f"sortby={sortby}", f"limit={limit}") if part)
        found = await features(hub, f"{POINTS}?{query}")
        assert keys_of(found) == expected_keys(await truth(hub, valid, recorded, order=order))


async def test_areas_are_sorted_by_numbers_with_what_is_hidden_last(hub: Stage) -> None:
    for role in ("auditor", None):
        for limit in (1, 2, 10):
            path = f"{AREAS}?datetime=2021-06-30&sortby=-households&limit={limit}"
            found = []
            while path:
                page = await ask(hub, path, role)
                found += page["features"]
                following = [link["href"] for link in page["links"] if link["rel"] == "next"]
                path = following[0].removeprefix("http://hub.test") if following else None
            numbers = [feature["properties"]["households"] for feature in found]
            shown = [number for number in numbers if number is not None]
            assert numbers == sorted(shown, reverse=True) + [None] * (len(numbers) - len(shown))
            assert len({feature["id"] for feature in found}) == len(found) == 5


async def test_only_the_attributes_that_are_asked_for_come_and_the_geometry_may_stay_away(hub: Stage) -> None:
    page = await ask(hub, f"{POINTS}?properties=moo,tambon&skipGeometry=true&limit=2")
    for feature in page["features"]:
        assert list(feature["properties"]) == ["tambon", "moo"]
        assert feature["geometry"] is None
    one = await ask(hub, f"{POINTS}/{page['features'][0]['id']}?properties=basis_sequence")
    assert list(one["properties"]) == ["basis_sequence"]


async def test_hits_are_the_number_alone(hub: Stage) -> None:
    for query in ("", "&filter=moo>3", "&bbox=103,14,103.15,15", "&datetime=2021-12-01/2022-01-31"):
        page = await ask(hub, f"{POINTS}?resulttype=hits{query}")
        found = await features(hub, f"{POINTS}?limit=10{query}")
        assert (page["features"], page["numberReturned"]) == ([], 0)
        assert page["numberMatched"] == len(found) > 0


@pytest.mark.parametrize("crs", OFFERED, ids=lambda crs: crs.title)
async def test_every_system_gives_the_same_places_and_takes_boxes_in_its_own_axes(hub: Stage, crs) -> None:
    plain = {f["id"]: f["geometry"]["coordinates"] for f in (await ask(hub, POINTS))["features"]}
    answer = await get(hub, f"{POINTS}?crs={crs.uri}")
    assert answer.headers["content-crs"] == f"<{crs.uri}>"
    transform = pyproj.Transformer.from_crs("OGC:CRS84", pyproj.CRS.from_user_input(crs.uri), always_xy=False)
    for feature in answer.json()["features"]:
        expected = transform.transform(*plain[feature["id"]])
        assert feature["geometry"]["coordinates"] == pytest.approx(expected, rel=0, abs=0.02)
    if not crs.bent:
        corners = [transform.transform(*corner) for corner in ((103.12, 14.0), (103.3, 15.0))]
        box = ",".join(str(number) for corner in corners for number in corner)
        page = await ask(hub, f"{POINTS}?bbox={box}&bbox-crs={crs.uri}")
        inside = {id_ for id_, (x, _) in plain.items() if 103.12 <= x <= 103.3}
        assert {f["id"] for f in page["features"]} == inside
    one = next(iter(plain))
    alone = await get(hub, f"{POINTS}/{one}?crs={crs.uri}")
    assert alone.headers["content-crs"] == f"<{crs.uri}>"
    point = transform.transform(*plain[one])
    near = f"S_INTERSECTS(geometry, BBOX({point[0] - 1e-4},{point[1] - 1e-4},{point[0] + 1e-4},{point[1] + 1e-4}))"
    if crs.srid == CRS84.srid:
        found = await ask(hub, f"{POINTS}?filter={quote(near)}&filter-crs={crs.uri}")
        assert [f["id"] for f in found["features"]] == [one]


@pytest.mark.parametrize("zone", [32647, 32648])
async def test_a_box_in_metres_selects_exactly_what_lies_in_it(hub: Stage, zone: int) -> None:
    utm = f"{EPSG}{zone}"
    metres = {
        f["id"]: f["geometry"]["coordinates"] for f in (await ask(hub, f"{POINTS}?crs={utm}"))["features"]
    }
    xs = sorted(x for x, _ in metres.values())
    assert xs[-1] - xs[0] > 10_000
    west, east = (xs[10] + xs[11]) / 2, (xs[40] + xs[41]) / 2
    page = await ask(hub, f"{POINTS}?bbox={west},1500000,{east},1700000&bbox-crs={utm}")
    assert {f["id"] for f in page["features"]} == {id_ for id_, (x, _) in metres.items() if west <= x <= east}


async def test_polygons_are_given_in_the_axes_of_the_system(hub: Stage) -> None:
    plain = (await ask(hub, AREAS))["features"][0]["geometry"]["coordinates"][0][0]
    flipped = (await ask(hub, f"{AREAS}?crs={EPSG}4326"))["features"][0]["geometry"]
    assert "crs" not in flipped
    assert flipped["coordinates"][0][0] == [[y, x] for x, y in plain]


async def test_queryables_and_sortables_are_what_filters_and_orders_may_name(hub: Stage) -> None:
    for layer in ("household_points", "tambon_summary", "household_history"):
        base = f"/ogc/collections/{layer}"
        names = (await ask(hub, f"{base}/queryables"))["properties"]
        assert not {"head_name", "house_code", "house_no"} & names.keys()
        for name, described in names.items():
            if name != "geometry":
                assert (await get(hub, f"{base}/items?filter={name}%20IS%20NULL")).status_code == 200
                assert "type" in described
        sorting = (await ask(hub, f"{base}/sortables"))["properties"]
        assert sorting.keys() == names.keys() - {"geometry"}
        for name in sorting:
            assert (await get(hub, f"{base}/items?sortby=-{name}&limit=3")).status_code == 200
        schema = (await ask(hub, f"{base}/schema", "gis"))["properties"]
        page = await ask(hub, f"{base}/items?limit=1", "gis")
        assert schema.keys() - {"geometry"} == page["features"][0]["properties"].keys()
        assert schema["geometry"]["x-ogc-role"] == "primary-geometry"
