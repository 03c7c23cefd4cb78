"""The history of a household, an agency or an area, event by event."""

import json
from urllib.parse import parse_qsl

import pytest

from tests.api.stage import Stage, story
from tests.builders import by_citizen, by_record, day

LATE = {"valid_at": "2026-05-01"}


async def first_id(stage: Stage, **parameters) -> str:
    return (await stage.ask("/v1/households", **parameters))["items"][0]["household_id"]


async def follow(stage: Stage, address: str) -> dict:
    path, _, query = address.partition("?")
    return await stage.ask(path, **dict(parse_qsl(query)))


async def replay(stage: Stage, role: str = "auditor", **parameters) -> list[dict]:
    return (await stage.ask("/v1/replay", role, **parameters))["items"]


async def test_a_household_is_replayed_in_the_order_in_which_the_hub_came_to_know(told: Stage) -> None:
    steps = await replay(told, household=await first_id(told))
    assert [(step["sequence"], step["type"]) for step in steps] == [
        (1, "record.received.v1"),
        (2, "record.received.v1"),
        (4, "assistance.recorded.v1"),
        (5, "assistance.corrected.v1"),
        (6, "assistance.recorded.v1"),
        (8, "assistance.voided.v1"),
    ]
    assert all({"happened_at", "reported_at", "recorded_at", "said_th", "said_en"} <= set(s) for s in steps)


async def test_a_step_says_what_it_changed_from_what_to_what(told: Stage) -> None:
    steps = {step["sequence"]: step for step in await replay(told, household=await first_id(told))}
    (changed,) = steps[5]["changed"]
    assert {"field": "help_thb", "before": 100.0, "after": 200.0} in changed["changes"]
    assert "100.00 → 200.00" in steps[5]["said_th"]
    (founded, joined) = (steps[1]["changed"][0], steps[2]["changed"])
    assert {"field": "persons", "before": None, "after": 2} in founded["changes"]
    fields = {change["field"]: (change["before"], change["after"]) for change in joined[0]["changes"]}
    assert fields["health"] == (True, False)
    assert fields["records"] == (["tpmap #1"], ["tpmap #1", "pppconnext #2"])


async def test_the_state_after_a_step_is_what_its_address_answers(told: Stage) -> None:
    for step in await replay(told, household=await first_id(told)):
        state = await follow(told, step["state"])
        assert state["sequence"] == step["sequence"]
        for one in step["changed"]:
            for change in one["changes"]:
                if change["field"] == "actions" and one["household_id"] == state["household_id"]:
                    assert state["assistance"]["actions"] == change["after"]


async def test_one_steps_forward_and_back(told: Stage) -> None:
    household = await first_id(told)
    whole = await replay(told, household=household)
    assert (whole[0]["previous"], whole[-1]["next"]) == (None, None)
    address, seen = whole[0]["next"], [whole[0]["sequence"]]
    while address is not None:
        (step,) = (await follow(told, address))["items"]
        seen.append(step["sequence"])
        back = await follow(told, step["previous"])
        assert back["items"][0]["sequence"] == seen[-2]
        address = step["next"]
    assert seen == [step["sequence"] for step in whole]


async def test_a_history_comes_in_pages(told: Stage) -> None:
    question = {"household": await first_id(told)}
    whole = await replay(told, **question)
    seen, token = [], None
    while True:
        page = await told.ask("/v1/replay", limit=2, **question, **({"token": token} if token else {}))
        seen += page["items"]
        token = page["next"]
        if token is None:
            break
    assert seen == whole


async def test_as_of_ends_a_history_and_days_cut_it(told: Stage) -> None:
    household = await first_id(told)
    assert [s["sequence"] for s in await replay(told, household=household, as_of="seq:4")] == [1, 2, 4]
    cut = {"from": day(30).date().isoformat(), "until": day(40).date().isoformat()}
    assert [s["sequence"] for s in await replay(told, household=household, **cut)] == [4, 5, 6]


async def test_an_agency_and_an_area_have_histories(told: Stage) -> None:
    assert [s["sequence"] for s in await replay(told, agency="psm")] == [4, 5, 6, 8]
    assert [s["sequence"] for s in await replay(told, area="3202")] == [3, 9]
    assert [s["sequence"] for s in await replay(told, area="3201")] == [1, 2, 4, 5, 6, 8]


async def test_an_agency_replays_its_own_and_sees_no_household(told: Stage) -> None:
    steps = await replay(told, "agency")
    assert {step["agency"] for step in steps} == {"psm"}
    assert all("changed" not in step for step in steps)
    for other in ({"agency": "temple"}, {"area": "3201"}, {"household": await first_id(told)}):
        answer = await told.get("/v1/replay", "agency", **other)
        assert (answer.status_code, answer.json()["code"]) == (403, "OTHER_AGENCY")


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("gis", 403)])
async def test_who_may_not_see_events_replays_none(told: Stage, role: str | None, status: int) -> None:
    assert (await told.get("/v1/replay", role, area="3201")).status_code == status


@pytest.mark.parametrize(
    "parameters", [{}, {"area": "3201", "agency": "psm"}, {"area": "x"}, {"household": "1"}]
)
async def test_what_cannot_be_replayed_is_refused(told: Stage, parameters: dict) -> None:
    answer = await told.get("/v1/replay", **parameters)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_PARAMETER")


async def test_names_in_a_history_need_the_right_to_see_them(told: Stage) -> None:
    household = await first_id(told)
    assert "สมหญิง" in json.dumps(await replay(told, household=household), ensure_ascii=False)
    steps = await replay(told, "analyst", household=household)
    text = json.dumps(steps, ensure_ascii=False)
    assert not [name for name in ("สมชาย", "สมหญิง") if name in text]
    assert all("names" not in step and "text" not in step for step in steps)


async def test_a_key_with_an_area_replays_only_what_lies_inside(told: Stage) -> None:
    assert [s["sequence"] for s in await replay(told, "steward_3202", area="32")] == [3, 9]
    outside = await told.get("/v1/replay", "steward_3202", household=await first_id(told))
    assert outside.status_code == 404
    assert {s["sequence"] for s in await replay(told, "steward_3202", agency="psm")} == set()


async def test_decisions_and_referrals_of_another_area_are_not_replayed_to_a_key_with_an_area(
    stage: Stage,
) -> None:
    log = story()
    log.referred("R1", by_record("tpmap", "A"), happened_at=day(50), text="ขอความลับ")
    log.decided("UN-1-health", "dismissed", happened_at=day(60), text="เหตุผลลับ")
    log.referred("R2", by_record("thaiqm", "C"), happened_at=day(70), text="ของตนเอง")
    await stage.fold(log.items)
    steps = await replay(stage, "steward_3202", area="32")
    assert "ลับ" not in json.dumps(steps, ensure_ascii=False)
    assert [step["text"] for step in steps if step["type"].startswith("referral")] == ["ของตนเอง"]
    told_all = await replay(stage, agency="stewards")
    assert [step["text"] for step in told_all] == ["เหตุผลลับ"]


async def test_decisions_and_referrals_are_steps_of_their_household(stage: Stage) -> None:
    log = story()
    first = log.helped("n", by_citizen(2), happened_at=day(110))
    second = log.helped("m", by_citizen(2), agency="temple", happened_at=day(111))
    log.decided(f"D1-{second}-{first}", "confirmed", happened_at=day(120), text="ให้ซ้ำจริง")
    log.referred("R1", by_record("tpmap", "A"), happened_at=day(121), text="เยี่ยมบ้าน")
    log.answered("R1", "acknowledged", happened_at=day(122))
    await stage.fold(log.items)
    steps = await replay(stage, household=await first_id(stage, area="3201"), **LATE)
    assert [step["type"] for step in steps[-3:]] == [
        "finding.decided.v1",
        "referral.sent.v1",
        "referral.acknowledged.v1",
    ]
    assert steps[-3]["text"] == "ให้ซ้ำจริง"
    (changed,) = steps[-3]["changed"]
    (change,) = changed["changes"]
    assert change["field"] == "findings"
    assert "D1/income/suspected" in change["before"]
    assert "D1/income/confirmed" in change["after"]
