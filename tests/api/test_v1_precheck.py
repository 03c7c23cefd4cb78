"""Before giving: whether the same help may have been given; nothing else is told, and every question is recorded."""

import pytest

from tests.api.stage import Stage, open_stage
from tests.builders import Log, a_house, a_member, by_citizen, citizen, day


def family() -> Log:
    log = Log()
    log.received(
        "tpmap",
        a_house("A", house_code="32010000011"),
        a_member("1", "สมชาย", number=1, is_head=True),
        a_member("2", "สมหญิง", number=2),
    )
    log.received(
        "tpmap", a_house("B", house_code="32020000011", tambon="320201"), a_member("1", "บุญมี", number=3)
    )
    log.helped("x", by_citizen(2), agency="temple", happened_at=day(30))
    log.helped("lost", by_citizen(9), agency="psm", happened_at=day(30))
    return log


async def asked(stage: Stage, role: str = "agency", **body) -> dict:
    answer = await stage.client.post("/v1/precheck", json=body, headers={"X-API-Key": stage.keys[role]})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(stage: Stage, role: str | None = "agency", **body) -> tuple[int, str]:
    headers = {} if role is None else {"X-API-Key": stage.keys[role]}
    answer = await stage.client.post("/v1/precheck", json=body, headers=headers)
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def freely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.reading.PRECHECKS_A_SECOND", 1000.0)


async def test_it_says_clear_possible_or_unknown_and_nothing_of_the_people(
    database_url: str, tmp_path, freely
) -> None:
    async with open_stage(database_url, family().items, tmp_path) as stage:
        near = {"kind": "cash", "from": "2021-02-10"}
        found = await asked(stage, citizen_id=citizen(1), **near)
        assert found["answer"] == "possible_duplicate", "help to a member of the household"
        assert found["matches"] == [
            {
                "kind": "cash",
                "need": "income",
                "month": "2021-01",
                "agency_kind": None,
                "contact": "temple",
                "own": False,
            }
        ]
        assert "สม" not in str(found)
        by_house = await asked(stage, house_code="3201-000001-1", **near)
        assert (by_house["answer"], by_house["rules"]) == ("possible_duplicate", "rules@1")
        for changes in (
            {"from": "2021-05-10"},
            {"kind": "loan"},
            {"need": "health"},
            {"citizen_id": citizen(3)},
        ):
            other = await asked(stage, **{"citizen_id": citizen(1), **near, **changes})
            assert (other["answer"], other["matches"]) == ("clear", []), changes
        assert (await asked(stage, citizen_id=citizen(7), **near))["answer"] == "unknown"
        lost = await asked(stage, citizen_id=citizen(9), **near)
        assert (lost["answer"], lost["matches"][0]["own"]) == ("possible_duplicate", True)
        far = await asked(
            stage,
            citizen_id=citizen(1),
            kind="cash",
            need="income",
            **{"from": "2021-01-10", "until": "2021-01-12"},
        )
        assert far["answer"] == "possible_duplicate", "help that is to come counts too"
        inside = {"role": "steward_3202"}
        assert (await asked(stage, citizen_id=citizen(1), **near, **inside))["answer"] == "unknown"


async def test_every_question_is_recorded(database_url: str, tmp_path, freely) -> None:
    async with open_stage(database_url, family().items, tmp_path) as stage:
        await asked(stage, citizen_id=citizen(1), kind="cash", **{"from": "2021-02-10"})
        await asked(stage, citizen_id=citizen(7), kind="cash")
        rows = (await stage.ask("/v1/access", "auditor"))["items"]
        assert [(row["what"], row["role"], row["count"], row["agencies"]) for row in rows] == [
            ("/v1/precheck", "agency", 1, ["temple", "tpmap"]),
            ("/v1/precheck", "agency", 0, []),
        ]
        assert citizen(1) not in str(rows)


async def test_what_cannot_be_asked_is_refused_without_saying_it_again(
    database_url: str, tmp_path, freely
) -> None:
    async with open_stage(database_url, family().items, tmp_path) as stage:
        good = {"citizen_id": citizen(1), "kind": "cash"}
        for wrong in (
            {"kind": "cash"},
            {**good, "house_code": "32010000011"},
            {**good, "kind": "gold"},
            {**good, "need": "love"},
            {**good, "citizen_id": "1234567890123"},
            {**good, "citizen_id": 7},
            {"house_code": "12", "kind": "cash"},
            {**good, "from": "2026-02-02", "until": "2026-02-01"},
            {**good, "from": "9999-12-31"},
            {**good, "name": "x"},
        ):
            status, code = await refused(stage, **wrong)
            assert (status, code) == (400, "BAD_PARAMETER"), wrong
        assert await refused(stage, **good, **{"from": "soon"}) == (400, "BAD_DATE")
        for role, status in (("analyst", 403), ("gis", 403), (None, 401)):
            assert (await refused(stage, role, **good))[0] == status


async def test_one_key_cannot_try_out_numbers(database_url: str, tmp_path) -> None:
    async with open_stage(database_url, family().items, tmp_path) as stage:
        headers = {"X-API-Key": stage.keys["agency"]}
        body = {"citizen_id": citizen(7), "kind": "cash"}
        answers = [await stage.client.post("/v1/precheck", json=body, headers=headers) for _ in range(8)]
        last = answers[-1]
        assert (last.status_code, last.json()["code"]) == (429, "TOO_MANY")
        assert int(last.headers["retry-after"]) >= 1
        assert sum(answer.status_code == 200 for answer in answers) <= 4
        assert len((await stage.ask("/v1/access", "auditor"))["items"]) <= 4
