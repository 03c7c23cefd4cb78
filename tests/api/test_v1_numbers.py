"""Every number opens to its list, and the list is as long as the number says."""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest_asyncio

from tests.api.stage import Stage, open_stage
from tests.builders import day
from tests.crowded import a_history

DAY = day(1150).isoformat()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def busy(postgres_cluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    """A history of 200 events. Tests only read."""
    url = postgres_cluster.create("test_numbers")
    async with open_stage(url, a_history(5, 200).items, tmp_path_factory.mktemp("hub")) as stage:
        yield stage
    postgres_cluster.drop("test_numbers")


async def all_of(stage: Stage, address: str, role: str = "auditor") -> list[dict]:
    """All pages of a list."""
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query)) | {"limit": "2"}
    items: list[dict] = []
    while True:
        body = await stage.ask(unquote(parts.path), role, **asked)
        items += body["items"]
        if body["next"] is None:
            return items
        asked["token"] = body["next"]


async def test_each_of_the_six_numbers_opens_to_exactly_its_households(busy: Stage) -> None:
    seen = set()
    for moment in (day(450), day(850), day(1150)):
        body = await busy.ask("/v1/overview", valid_at=moment.isoformat())
        assert list(body["numbers"]) == [
            "distinct",
            "in_more_than_one",
            "twice",
            "unserved",
            "mistargeted",
            "exited",
        ]
        for name, number in body["numbers"].items():
            items = await all_of(busy, number["list"])
            assert len(items) == number["value"] == len({item["household_id"] for item in items}), name
            if number["value"]:
                seen.add(name)
    assert seen >= {"distinct", "in_more_than_one", "twice", "unserved"}


async def test_areas_add_up_to_the_numbers(busy: Stage) -> None:
    for level in ("amphoe", "tambon"):
        body = await busy.ask("/v1/overview", valid_at=DAY, level=level)
        for name in ("twice", "unserved", "mistargeted", "exited"):
            assert sum(area[name] for area in body["areas"]) == body["numbers"][name]["value"]


async def test_bounds_hold_the_number_between_them(busy: Stage) -> None:
    number = (await busy.ask("/v1/overview", valid_at=DAY))["numbers"]["distinct"]
    assert number["low"] <= number["value"] <= number["high"]


async def test_a_key_with_an_area_counts_and_lists_only_that_area(busy: Stage) -> None:
    body = await busy.ask("/v1/overview", "steward_3202", valid_at=DAY)
    for number in body["numbers"].values():
        items = await all_of(busy, number["list"], "steward_3202")
        assert len(items) == number["value"]
        assert {item["amphoe"] for item in items} <= {"3202"}


async def test_the_public_sees_values_only_and_no_list(busy: Stage) -> None:
    body = await busy.ask("/v1/overview", None, valid_at=DAY)
    for number in body["numbers"].values():
        assert set(number) <= {"value", "definition_th", "definition_en", "list"}
        assert number["value"] in (None, 0)
        assert (await busy.get(urlsplit(number["list"]).path, None)).status_code == 401
    assert (await busy.get("/v1/matrix", None)).status_code == 401
    days = {"from": "2021-01-01", "to": "2022-01-01"}
    assert (await busy.get("/v1/compare", None, **days)).status_code == 401


async def test_every_change_between_two_days_opens_to_its_list(busy: Stage) -> None:
    body = await busy.ask("/v1/compare", **{"from": day(350).isoformat(), "to": DAY})
    assert body["differences"]["distinct"] == (
        body["to"]["numbers"]["distinct"] - body["from"]["numbers"]["distinct"]
    )
    assert any(change["count"] for change in body["changes"].values())
    for name, change in body["changes"].items():
        items = await all_of(busy, change["list"])
        assert len(items) == change["count"], name


async def test_every_change_of_what_the_hub_knew_opens_to_its_list(busy: Stage) -> None:
    body = await busy.ask("/v1/compare", axis="as_of", **{"from": "seq:20", "to": "seq:200", "valid_at": DAY})
    assert (body["from"]["sequence"], body["to"]["sequence"]) == (20, 200)
    assert body["from"]["valid_at"] == body["to"]["valid_at"]
    assert body["changes"]["joined"]["count"] + body["changes"]["appeared"]["count"] > 0
    for name, change in body["changes"].items():
        assert len(await all_of(busy, change["list"])) == change["count"], name


async def test_the_compared_axis_is_not_given_twice(busy: Stage) -> None:
    answer = await busy.get(
        "/v1/compare", **{"from": "2021-01-01", "to": "2022-01-01", "valid_at": "2022-01-01"}
    )
    assert (answer.status_code, answer.json()["path"]) == (400, "valid_at")
    assert (
        await busy.get("/v1/compare/other", **{"from": "2021-01-01", "to": "2022-01-01"})
    ).status_code == 404


async def test_every_transition_opens_to_its_households(busy: Stage) -> None:
    body = await busy.ask("/v1/mobility", **{"from": day(350).isoformat(), "to": DAY})
    for what in ("levels", "standings"):
        assert body[what]
        for row in body[what]:
            assert len(await all_of(busy, row["list"])) == row["households"]


async def test_every_cell_of_the_matrix_opens_to_its_households(busy: Stage) -> None:
    body = await busy.ask("/v1/matrix", valid_at=DAY)
    assert body["agencies"] == ["psm", "temple"]
    assert [(cell["a"], cell["b"]) for cell in body["cells"]] == [
        ("psm", "psm"),
        ("psm", "temple"),
        ("temple", "temple"),
    ]
    for cell in body["cells"]:
        assert len(await all_of(busy, cell["list"])) == cell["households"]
        assert cell["actions_a"] >= cell["households"]
    narrowed = await busy.ask("/v1/matrix", valid_at=DAY, area="3202", need="income", until="2022-06-01")
    for cell in narrowed["cells"]:
        items = await all_of(busy, cell["list"])
        assert len(items) == cell["households"]
        assert {item["amphoe"] for item in items} == {"3202"}
