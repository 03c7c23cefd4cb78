"""What had been reported by a day, asked of every resource: earlier statements and help come back, findings are judged again."""

import msgspec
import pytest

from tests.api.stage import Stage, open_stage
from tests.builders import Log, a_house, a_member, by_record, day

BY_DAY_100 = "2021-04-11"
HOUSEHOLDS = "/v1/households"


def reported_log() -> Log:
    """A household in need, told well later; help corrected and voided later; another household that nobody reported until late."""
    log = Log()
    said = {"needs": {"health": True, "income": True}, "level": 1}
    somchai = a_member("1", "สมชาย", number=1, is_head=True)
    log.received("tpmap", a_house("A", **said), somchai, reported_at=day(10))
    log.helped("x", by_record("tpmap", "A"), happened_at=day(20), until=day(25))
    log.helped("y", by_record("tpmap", "A"), agency="temple", happened_at=day(21))
    well = {"needs": {"health": False, "income": False}, "level": 4}
    log.received("tpmap", a_house("A", tambon="320201", **well), somchai, reported_at=day(200))
    log.helped("x", by_record("tpmap", "A"), happened_at=day(20), corrects=True, amount=99_900)
    log.voided("y", agency="temple")
    log.received("thaiqm", a_house("B", **said), a_member("2", "บุญมี", number=2), reported_at=day(300))
    for place, told in ((1, 30), (2, 40), (4, 200), (5, 200)):
        item = log.items[place]
        event = msgspec.structs.replace(item.event, reported_at=day(told))
        log.items[place] = msgspec.structs.replace(item, event=event)
    return log


@pytest.fixture
async def stage(database_url: str, tmp_path):
    async with open_stage(database_url, reported_log().items, tmp_path) as opened:
        yield opened


async def only_id(stage: Stage, **axes: str) -> str:
    (item,) = (await stage.ask(HOUSEHOLDS, **axes))["items"]
    return item["household_id"]


async def test_the_newest_knows_nothing_of_the_day_before(stage: Stage) -> None:
    items = (await stage.ask(HOUSEHOLDS))["items"]
    assert [(item["level"], item["amphoe"]) for item in items] == [(4, "3202"), (1, "3201")]


async def test_an_earlier_statement_comes_back_and_what_was_told_later_is_not_there(stage: Stage) -> None:
    body = await stage.ask(HOUSEHOLDS, reported_by=BY_DAY_100)
    assert [(item["level"], item["amphoe"]) for item in body["items"]] == [(1, "3201")]
    assert body["reported_by"] == "2021-04-11T16:59:59.999999Z"
    whole = await stage.ask(HOUSEHOLDS)
    assert "reported_by" not in whole


async def test_the_overview_counts_it_and_every_number_opens_to_its_list(stage: Stage) -> None:
    for valid_at in ("2021-02-01", "2022-01-01"):
        axes = {"reported_by": BY_DAY_100, "valid_at": valid_at}
        body = await stage.ask("/v1/overview", **axes)
        assert body["households"] == 1
        assert body["assistance"]["actions"] == 2
        assert body["assistance"]["amount_thb"] == 200.0
        for name, number in body["numbers"].items():
            listed = await stage.client.get(number["list"], headers={"X-API-Key": stage.keys["auditor"]})
            assert len(listed.json()["items"]) == number["value"], name
        assert body["numbers"]["twice"]["value"] == 1
        assert body["numbers"]["unserved"]["value"] == 1
    assert (await stage.ask("/v1/overview"))["numbers"]["twice"]["value"] == 0


async def test_a_household_its_timeline_and_its_people_stand_on_it(stage: Stage) -> None:
    axes = {"reported_by": BY_DAY_100}
    id_ = await only_id(stage, **axes)
    detail = await stage.ask(f"{HOUSEHOLDS}/{id_}", **axes)
    assert [record["sequence"] for record in detail["records"]] == [1]
    assert detail["assistance"] == {"actions": 2, "amount_thb": 200.0, "reported_twice": 0}
    assert {one["class"] for one in detail["findings"]} == {"D1", "unserved"}
    rows = (await stage.ask(f"{HOUSEHOLDS}/{id_}/timeline", **axes))["items"]
    assert {row["sequence"] for row in rows} == {1, 2, 3}
    person = await stage.ask(f"/v1/persons/{detail['persons'][0]['person_id']}", **axes)
    assert [home["until"] for home in person["homes"]] == [None]
    now = await stage.ask(f"{HOUSEHOLDS}/{id_}")
    assert [record["sequence"] for record in now["records"]] == [4]
    assert now["assistance"]["amount_thb"] == 999.0


async def test_who_is_not_reported_yet_is_not_there(stage: Stage) -> None:
    ids = [item["household_id"] for item in (await stage.ask(HOUSEHOLDS))["items"]]
    answer = await stage.get(f"{HOUSEHOLDS}/{ids[1]}", reported_by=BY_DAY_100)
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_HOUSEHOLD")


async def test_help_and_findings_are_those_reported_by_then(stage: Stage) -> None:
    axes = {"reported_by": BY_DAY_100}
    items = (await stage.ask("/v1/assistance", **axes))["items"]
    assert [(item["action"], item["corrected"], item["amount_thb"]) for item in items] == [
        (2, False, 100.0),
        (3, False, 100.0),
    ]
    found = (await stage.ask("/v1/findings", valid_at="2021-06-01", **axes))["items"]
    assert {item["id"] for item in found} == {"D1-3-2", "UN-1-health"}
    detail = await stage.ask("/v1/findings/D1-3-2", **axes)
    assert {one["action"] for one in detail["actions"]} == {2, 3}
    assert (await stage.get("/v1/findings/D1-3-2")).status_code == 404


async def test_replay_leaves_later_reports_out(stage: Stage) -> None:
    axes = {"reported_by": BY_DAY_100}
    id_ = await only_id(stage, **axes)
    steps = (await stage.ask("/v1/replay", household=id_, **axes))["items"]
    assert [step["sequence"] for step in steps] == [1, 2, 3]
    assert "reported_by=2021-04-11" in steps[0]["next"]
    assert "reported_by=2021-04-11" in steps[0]["state"]
    assert all(step["changed"] for step in steps)
    by_area = (await stage.ask("/v1/replay", area="3202", **axes))["items"]
    assert by_area == []


async def test_two_points_of_knowledge_are_compared_on_the_same_day(stage: Stage) -> None:
    body = await stage.ask(
        "/v1/compare", axis="as_of", **{"from": "seq:2", "to": "seq:7"}, reported_by=BY_DAY_100
    )
    assert body["differences"]["actions"] == 1
    assert body["differences"]["distinct"] == 0
    for name, change in body["changes"].items():
        listed = await stage.client.get(change["list"], headers={"X-API-Key": stage.keys["auditor"]})
        assert len(listed.json()["items"]) == change["count"], name
    over = await stage.ask(
        "/v1/mobility", **{"from": "2021-01-02", "to": "2022-01-01"}, reported_by=BY_DAY_100
    )
    assert over["reported_by"] == "2021-04-11T16:59:59.999999Z"
    cells = (await stage.ask("/v1/matrix", reported_by=BY_DAY_100))["cells"]
    assert [(cell["a"], cell["b"], cell["households"]) for cell in cells if cell["a"] != cell["b"]] == [
        ("psm", "temple", 1)
    ]


async def test_a_page_token_keeps_the_day_of_the_first_page(stage: Stage) -> None:
    first = await stage.ask("/v1/assistance", reported_by=BY_DAY_100, limit=1)
    second = await stage.ask("/v1/assistance", token=first["next"], limit=1)
    assert [item["action"] for item in second["items"]] == [3]
    assert second["reported_by"] == first["reported_by"]


async def test_answers_of_two_days_are_not_one_in_a_cache(stage: Stage) -> None:
    tags = {
        (await stage.get(HOUSEHOLDS, valid_at="2022-01-01", **axes)).headers["etag"]
        for axes in ({}, {"reported_by": BY_DAY_100}, {"reported_by": "2021-04-12"})
    }
    assert len(tags) == 3
    answer = await stage.get(HOUSEHOLDS, reported_by=BY_DAY_100)
    assert answer.headers["hub-reported-by"] == "2021-04-11T16:59:59.999999Z"


async def test_nothing_of_it_stays_for_the_next_question(stage: Stage) -> None:
    before = await stage.ask(HOUSEHOLDS, valid_at="2022-01-01")
    for _ in range(4):
        await stage.ask(HOUSEHOLDS, reported_by=BY_DAY_100, valid_at="2022-01-01")
        assert await stage.ask(HOUSEHOLDS, valid_at="2022-01-01") == before


async def test_what_is_no_day_is_refused_in_words(stage: Stage) -> None:
    answer = await stage.get(HOUSEHOLDS, reported_by="yesterday")
    body = answer.json()
    assert (answer.status_code, body["code"], body["path"]) == (400, "BAD_REPORTED_BY", "reported_by")
