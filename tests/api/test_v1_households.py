"""Lists of households, one household with its provenance, and its timeline."""

import json
import uuid

import msgspec
import pytest

from contracts.events import Sequenced
from contracts.rules import DEFAULT_RULES
from tests.api.stage import Stage, open_stage, story
from tests.builders import a_house, a_member, by_citizen, by_record, day

PERSONAL = {"head_name", "house_code", "house_no"}


def reported_by(item: Sequenced, reporter: str) -> Sequenced:
    """The same help as another agency tells it."""
    return msgspec.structs.replace(item, event=msgspec.structs.replace(item.event, reporter=reporter))


async def first_id(stage: Stage, **parameters) -> str:
    return (await stage.ask("/v1/households", **parameters))["items"][0]["household_id"]


async def test_a_household_of_two_records_is_one_item(told: Stage) -> None:
    (item,) = (await told.ask("/v1/households"))["items"]
    item.pop("household_id")
    assert item == {
        "amphoe": "3201",
        "tambon": "320101",
        "moo": None,
        "sources": ["pppconnext", "tpmap"],
        "in_sources": 2,
        "persons": 2,
        "needs": {"health": False, "living": False, "education": None, "income": None, "accessibility": None},
        "level": None,
        "head_name": "สมชาย ใจดี",
        "house_code": "32010000011",
        "house_no": "1/2",
        "point": {"lon": 103.5, "lat": 14.9},
    }


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, ["3201", "3202"]),
        ({"area": "32"}, ["3201", "3202"]),
        ({"area": "33"}, []),
        ({"area": "3202"}, ["3202"]),
        ({"area": "320101"}, ["3201"]),
        ({"area": "320102"}, []),
        ({"need": "health"}, ["3201"]),
        ({"need": "living"}, []),
        ({"text": "บุญมี"}, ["3202"]),
        ({"text": "0000011"}, ["3201"]),
        ({"text": "%"}, []),
        ({"text": "_"}, []),
        ({"source": "thaiqm"}, ["3202"]),
        ({"in_sources": "1"}, ["3201", "3202"]),
        ({"in_sources": "2"}, []),
        ({"area": "3201", "need": "health", "source": "tpmap"}, ["3201"]),
    ],
)
async def test_filters_narrow_the_list(told: Stage, parameters: dict, found: list[str]) -> None:
    body = await told.ask("/v1/households", valid_at=day(60).isoformat(), **parameters)
    assert [item["amphoe"] for item in body["items"]] == found


@pytest.mark.parametrize(
    ("parameters", "path"), [({"area": "3"}, "area"), ({"area": "32x1"}, "area"), ({"need": "money"}, "need")]
)
async def test_a_filter_that_cannot_be_is_refused(told: Stage, parameters: dict, path: str) -> None:
    answer = await told.get("/v1/households", **parameters)
    assert (answer.status_code, answer.json()["path"]) == (400, path)


async def test_injection_text_is_only_text(told: Stage) -> None:
    for text in ("'; DROP TABLE event; --", "%' OR '1'='1", "\\", "=cmd()", "x" * 100):
        assert (await told.ask("/v1/households", text=text))["items"] == []
    assert len((await told.ask("/v1/households", source="' OR 1=1 --"))["items"]) == 0


async def test_every_value_says_where_it_comes_from(told: Stage) -> None:
    body = await told.ask(f"/v1/households/{await first_id(told)}")
    assert body["founder_source"] == "tpmap"
    assert body["values"]["health"] == {
        "value": False,
        "source": "pppconnext",
        "sequence": 2,
        "happened_at": "2021-04-11T00:00:00Z",
        "others": [{"value": True, "source": "tpmap", "sequence": 1, "happened_at": "2021-01-01T00:00:00Z"}],
    }
    assert body["values"]["living"]["source"] == "tpmap"
    assert body["values"]["education"] == {
        "value": None,
        "source": None,
        "sequence": None,
        "happened_at": None,
        "others": [],
    }
    # The newest statement with an amphoe gives amphoe, tambon and moo together, also where it leaves the moo open.
    assert (body["values"]["moo"]["value"], body["values"]["moo"]["source"]) == (None, "pppconnext")
    assert [other["value"] for other in body["values"]["moo"]["others"]] == [1]
    fields = "amphoe tambon moo house_code house_no point head_name level health living education income accessibility"
    assert set(body["values"]) == set(fields.split())
    for name in ("amphoe", "tambon", "moo", "house_code", "house_no", "point", "head_name", "level"):
        assert body["values"][name]["value"] == body[name]
    for need, value in body["needs"].items():
        assert body["values"][need]["value"] == value


async def test_the_statements_of_the_basis_come_with_all_three_clocks(told: Stage) -> None:
    body = await told.ask(f"/v1/households/{await first_id(told)}")
    assert [(record["source"], record["sequence"], record["period"]) for record in body["records"]] == [
        ("tpmap", 1, "2566"),
        ("pppconnext", 2, "2566-1"),
    ]
    assert body["records"][0]["recorded_at"] == "2026-01-01T00:01:00Z"
    assert body["records"][0]["record_key"] == "A"
    assert [member["first_name"] for member in body["records"][0]["members"]] == ["สมชาย", "สมหญิง"]
    assert body["assistance"] == {"actions": 1, "amount_thb": 200.0, "reported_twice": 0}


async def test_a_person_is_listed_with_the_places_where_its_members_stand(told: Stage) -> None:
    body = await told.ask(f"/v1/households/{await first_id(told)}")
    assert body["persons_at_home"] == 2
    somchai, somying = body["persons"]
    assert somchai["members"] == [
        {"source": "tpmap", "sequence": 1, "position": 0},
        {"source": "pppconnext", "sequence": 2, "position": 0},
    ]
    assert (somying["first_name"], somying["at_home"]) == ("สมหญิง", True)
    assert somchai["person_id"] == body["records"][1]["members"][0]["person_id"]


async def test_an_id_once_given_leads_to_the_household_that_holds_its_founder(told: Stage) -> None:
    household = await told.ask(f"/v1/households/{await first_id(told)}")
    (alias,) = household["aliases"]
    answer = await told.ask(f"/v1/households/{alias}")
    assert answer["household_id"] == household["household_id"]
    assert answer["resolved_from"] == alias
    assert "resolved_from" not in household


async def test_a_household_that_does_not_exist_then_is_not_found(told: Stage) -> None:
    withdrawn = await first_id(told, area="3202", valid_at=day(60).isoformat())
    for path, question in (
        (withdrawn, {}),
        (withdrawn, {"as_of": "seq:2"}),
        (str(uuid.uuid4()), {}),
        ("no-id", {}),
    ):
        answer = await told.get(f"/v1/households/{path}", **question)
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_HOUSEHOLD")
    assert (await told.ask(f"/v1/households/{withdrawn}", as_of="seq:8"))["amphoe"] == "3202"


async def test_a_household_outside_the_area_of_a_key_is_as_if_it_did_not_exist(told: Stage) -> None:
    outside = await first_id(told)
    inside = await first_id(told, area="3202", valid_at=day(60).isoformat())
    unknown = await told.get(f"/v1/households/{uuid.uuid4()}", "steward_3202")
    for path in (f"/v1/households/{outside}", f"/v1/households/{outside}/timeline"):
        answer = await told.get(path, "steward_3202")
        assert (answer.status_code, answer.json()) == (404, unknown.json())
    assert (await told.ask("/v1/households", "steward_3202"))["items"] == []
    then = {"valid_at": day(60).isoformat()}
    (item,) = (await told.ask("/v1/households", "steward_3202", **then))["items"]
    assert item["household_id"] == inside
    assert (await told.ask(f"/v1/households/{inside}", "steward_3202", **then))["head_name"] == "บุญมี ใจดี"
    rows = (await told.ask(f"/v1/households/{inside}/timeline", "steward_3202"))["items"]
    assert [row["kind"] for row in rows] == ["record_received", "record_withdrawn"]


@pytest.mark.parametrize("role", ["gis", "analyst"])
async def test_without_the_right_nothing_personal_is_in_any_answer(told: Stage, role: str) -> None:
    household = await first_id(told)
    for path in ("/v1/households", f"/v1/households/{household}", f"/v1/households/{household}/timeline"):
        body = await told.ask(path, role)
        text = json.dumps(body, ensure_ascii=False)
        for secret in ("สมชาย", "สมหญิง", "3000000000013", "32010000011", "1/2", "citizen"):
            assert secret not in text, (path, secret)
        assert ("103.5" in text) == (role == "gis" and "timeline" not in path)
    (item,) = (await told.ask("/v1/households", role))["items"]
    assert not PERSONAL & set(item)
    assert ("point" in item) == (role == "gis")
    search = await told.get("/v1/households", role, text="สมชาย")
    assert (search.status_code, search.json()["code"]) == (403, "RIGHT_MISSING")


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("agency", 403)])
async def test_who_may_not_see_households_sees_none(told: Stage, role: str | None, status: int) -> None:
    household = await first_id(told)
    for path in ("/v1/households", f"/v1/households/{household}", f"/v1/households/{household}/timeline"):
        assert (await told.get(path, role)).status_code == status


async def test_the_timeline_tells_what_happened_in_the_order_in_which_it_happened(told: Stage) -> None:
    body = await told.ask(f"/v1/households/{await first_id(told)}/timeline")
    assert [(row["kind"], row["sequence"], row["happened_at"][:10]) for row in body["items"]] == [
        ("record_received", 1, "2021-01-01"),
        ("needs_changed", 1, "2021-01-01"),
        ("standing_changed", 1, "2021-01-01"),
        ("finding_raised", 2, "2021-01-01"),
        ("assistance_voided", 8, "2021-01-01"),
        ("assistance_recorded", 4, "2021-01-31"),
        ("assistance_corrected", 5, "2021-01-31"),
        ("assistance_recorded", 6, "2021-02-10"),
        ("record_received", 2, "2021-04-11"),
        ("link_formed", 2, "2021-04-11"),
        ("needs_changed", 2, "2021-04-11"),
        ("standing_changed", 2, "2021-04-11"),
        ("finding_ended", 2, "2021-04-11"),
    ]
    corrected = next(row for row in body["items"] if row["kind"] == "assistance_corrected")
    assert corrected["agency"] == "psm"
    assert corrected["amount_thb"] == 200.0
    assert corrected["summary_th"] == "psm แก้ไขข้อมูลการให้เงินช่วยเหลือ 200.00 บาท แก้จำนวนเงิน 100.00 → 200.00"
    assert corrected["summary_en"] == (
        "psm corrected what it gave: cash worth 200.00 baht; the amount 100.00 → 200.00"
    )


async def test_the_timeline_of_another_day_leaves_out_what_came_later(told: Stage) -> None:
    household = await first_id(told)
    early = await told.ask(f"/v1/households/{household}/timeline", valid_at=day(35).isoformat())
    said = [row["sequence"] for row in early["items"] if row["kind"].startswith(("record", "assistance"))]
    assert said == [1, 8, 4, 5]
    known = await told.ask(f"/v1/households/{household}/timeline", as_of="seq:4")
    assert {row["sequence"] for row in known["items"]} == {1, 2, 4}


async def test_the_timeline_comes_in_pages(told: Stage) -> None:
    path = f"/v1/households/{await first_id(told)}/timeline"
    whole = (await told.ask(path))["items"]
    seen, token = [], None
    while True:
        page = await told.ask(path, limit=2, **({"token": token} if token else {}))
        seen += page["items"]
        token = page["next"]
        if token is None:
            break
    assert seen == whole


async def test_help_in_the_timeline_needs_the_right_to_see_help(told: Stage) -> None:
    path = f"/v1/households/{await first_id(told)}/timeline"
    kinds = {row["kind"] for row in (await told.ask(path, "gis"))["items"]}
    assert kinds == {"record_received", "link_formed", "needs_changed", "standing_changed"}


async def test_a_record_that_leaves_is_told_as_a_link_that_dissolves(stage: Stage) -> None:
    """B came to A by its house code and a shared name; what it says for the same period is corrected, and nothing is shared."""
    log = story()
    elsewhere = a_house("B", house_code="32010000099", house_no="9", tambon="320105")
    log.received(
        "pppconnext", elsewhere, a_member("1", "อื่น", number=77), period="2566-1", happened_at=day(100)
    )
    await stage.fold(log.items)
    household = await first_id(stage, area="320101")
    rows = (await stage.ask(f"/v1/households/{household}/timeline"))["items"]
    links = [(row["kind"], row["sequence"]) for row in rows if row["kind"].startswith("link")]
    assert links == [("link_formed", 2), ("link_dissolved", 10)]
    left = (await stage.ask("/v1/households", area="320105"))["items"][0]["household_id"]
    assert next(row for row in rows if row["kind"] == "link_dissolved")["household_id"] == left
    assert "record_received" in [
        row["kind"] for row in (await stage.ask(f"/v1/households/{left}/timeline"))["items"]
    ]
    assert (await stage.ask(f"/v1/households/{household}", as_of="seq:9"))["in_sources"] == 2
    assert (await stage.ask(f"/v1/households/{household}"))["in_sources"] == 1


async def test_an_empty_statement_of_a_household_is_told_without_members(database_url: str, tmp_path) -> None:
    log = story()
    log.items.clear()
    log.received("tpmap", a_house("E"))
    async with open_stage(database_url, log.items, tmp_path) as stage:
        body = await stage.ask(f"/v1/households/{await first_id(stage)}")
    assert (body["persons"], body["persons_at_home"], body["records"][0]["members"]) == ([], 0, [])


async def test_every_row_has_three_clocks_and_says_who_acted(told: Stage) -> None:
    rows = (await told.ask(f"/v1/households/{await first_id(told)}/timeline"))["items"]
    clocks = {"happened_at", "reported_at", "recorded_at", "sequence", "source", "agency", "actor_kind"}
    assert all(clocks <= set(row) and row["summary_th"] and row["summary_en"] for row in rows)
    assert {row["actor_kind"] for row in rows} == {"source", "agency", "hub"}
    link = next(row for row in rows if row["kind"] == "link_formed")
    assert (link["rule"], link["score"]) == ("member_and_address", 1150)


async def test_the_timeline_can_go_as_the_hub_came_to_know(told: Stage) -> None:
    path = f"/v1/households/{await first_id(told)}/timeline"
    whole = (await told.ask(path, order="recorded"))["items"]
    assert [row["sequence"] for row in whole] == sorted(row["sequence"] for row in whole)
    happened = (await told.ask(path))["items"]
    assert sorted(map(str, whole)) == sorted(map(str, happened))
    assert (await told.get(path, order="by name")).status_code == 400


async def test_the_timeline_tells_changed_and_returned_records_and_who_came_and_went(stage: Stage) -> None:
    log = story()
    house, somchai = a_house("A", house_code="32010000011", house_no="1"), a_member("1", "สมชาย", number=1)
    child = a_member("9", "น้อย", number=9, year=2015)
    log.received("tpmap", house, somchai, child)
    log.withdrawn("tpmap", "A", reported_at=day(300))
    log.received("tpmap", house, somchai, child)
    await stage.fold(log.items)
    path = f"/v1/households/{await first_id(stage, area='3201')}/timeline"
    rows = {(row["sequence"], row["kind"]): row for row in (await stage.ask(path))["items"]}
    assert {(10, "record_changed"), (11, "record_withdrawn"), (12, "record_returned")} <= set(rows)
    assert rows[10, "members_come"]["names"] == ["น้อย ใจดี"]
    assert rows[10, "members_gone"]["names"] == ["สมหญิง ใจดี"]
    seen = {row["kind"]: row for row in (await stage.ask(path, "analyst"))["items"]}
    assert seen["members_come"]["members"] == 1
    assert "names" not in seen["members_come"]
    assert "น้อย" not in json.dumps(seen, ensure_ascii=False)


async def test_the_timeline_tells_levels_relapse_decisions_and_referrals(stage: Stage) -> None:
    log = story()
    log.received(
        "pppconnext",
        a_house("B", house_code="32010000011", house_no="1/2", level=1),
        a_member("1", "สมชาย", number=1, is_head=True),
        period="2567-1",
        happened_at=day(400),
    )
    log.referred("R1", by_record("tpmap", "A"), happened_at=day(410), text="เยี่ยมบ้าน")
    log.decided("UN-1-health", "confirmed", happened_at=day(30), text="ตรวจแล้ว")
    await stage.fold(log.items)
    household = await first_id(stage, area="3201")
    rows = (await stage.ask(f"/v1/households/{household}/timeline"))["items"]
    standings = [row["standing"] for row in rows if row["kind"] == "standing_changed"]
    assert standings == ["poor", "exited", "relapsed"]
    told = {row["kind"]: row for row in rows}
    assert told["level_changed"]["level"] == 1
    assert (told["referral_sent"]["text"], told["finding_decided"]["text"]) == ("เยี่ยมบ้าน", "ตรวจแล้ว")
    assert told["finding_decided"]["verdict"] == "confirmed"
    body = await stage.ask(f"/v1/households/{household}")
    assert (body["standing"], [point["level"] for point in body["levels"]]) == ("poor", [1])
    (referral,) = body["referrals"]
    assert (referral["step"], referral["receiver"], len(referral["steps"])) == ("sent", "temple", 1)
    then = await stage.ask(f"/v1/households/{household}", valid_at=day(40).isoformat())
    assert [(one["finding"], one["state"]) for one in then["findings"]] == [("UN-1-health", "confirmed")]
    hidden = await stage.ask(f"/v1/households/{household}", "gis")
    assert not {"findings", "referrals"} & set(hidden)


async def test_needs_over_time_say_which_source_said_it_and_in_which_words(stage: Stage) -> None:
    log = story()
    words = a_member("1", "สมชาย", number=1, cells={"health": "1"})
    log.received("tpmap", a_house("A", needs={"health": True}), words, period="2567", happened_at=day(300))
    await stage.fold(log.items)
    household = await first_id(stage, area="3201")
    stretches = (await stage.ask(f"/v1/households/{household}"))["needs_over_time"]["health"]
    assert [(one["value"], one["source"], one["sequence"]) for one in stretches] == [
        (True, "tpmap", 1),
        (False, "pppconnext", 2),
        (True, "tpmap", 10),
    ]
    assert [one["until"] for one in stretches] == [stretches[1]["since"], stretches[2]["since"], None]
    assert stretches[2]["original"] == {"members": ["1"]}
    seen = (await stage.ask(f"/v1/households/{household}", "gis"))["needs_over_time"]["health"]
    assert all("original" not in one for one in seen)


async def test_the_needs_of_every_statement_are_read_by_the_rules_in_force(stage: Stage) -> None:
    log = story()
    said = a_member("1", "สมชาย", number=1, cells={"health": "1"})
    log.received("tpmap", a_house("T", tambon="320105", needs={"health": True}), said)
    crosswalk = msgspec.structs.replace(DEFAULT_RULES.crosswalk, tpmap_words={"1": False, "0": True})
    log.ruled(version="turned", crosswalk=crosswalk)
    await stage.fold(log.items)
    body = await stage.ask(f"/v1/households/{await first_id(stage, area='320105')}")
    assert body["needs"]["health"] is False
    assert body["values"]["health"]["value"] is False
    assert body["needs_over_time"]["health"][0]["value"] is False


async def test_one_help_reported_twice_counts_once_until_people_say_otherwise(stage: Stage) -> None:
    log = story()
    first = log.helped("n", by_citizen(2), happened_at=day(110), amount=50_000)
    again = log.helped("t", by_citizen(2), happened_at=day(110), amount=50_000)
    log.items[-1] = reported_by(log.items[-1], "temple")
    await stage.fold(log.items)
    path = f"/v1/households/{await first_id(stage, area='3201')}"
    assert (await stage.ask(path))["assistance"] == {"actions": 2, "amount_thb": 700.0, "reported_twice": 1}
    log.decided(f"D0-{again}-{first}", "dismissed", happened_at=day(120))
    await stage.fold(log.items[-1:])
    assert (await stage.ask(path))["assistance"] == {"actions": 3, "amount_thb": 1200.0, "reported_twice": 0}


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"standing": "poor"}, ["3201"]),
        ({"standing": "exited"}, []),
        ({"standing": "unknown"}, ["3202"]),
        ({"finding": "unserved"}, ["3201"]),
        ({"finding": "duplicate"}, []),
        ({"helped": "true"}, ["3201"]),
        ({"helped": "false"}, ["3202"]),
        ({"undecided": "true"}, []),
        ({"undecided": "false"}, ["3201", "3202"]),
        ({"level": "1"}, []),
    ],
)
async def test_filters_by_what_is_known_of_a_household(
    told: Stage, parameters: dict, found: list[str]
) -> None:
    body = await told.ask("/v1/households", valid_at=day(60).isoformat(), **parameters)
    assert ([item["amphoe"] for item in body["items"]], body["total"]) == (found, len(found))


async def test_the_total_comes_with_the_first_page_only(told: Stage) -> None:
    question = {"valid_at": day(60).isoformat(), "limit": 1}
    first = await told.ask("/v1/households", **question)
    second = await told.ask("/v1/households", token=first["next"], **question)
    assert (first["total"], "total" in second) == (2, False)


async def test_a_finding_that_people_dismissed_is_no_problem(stage: Stage) -> None:
    log = story()
    log.decided("UN-1-health", "dismissed", happened_at=day(30))
    await stage.fold(log.items)
    then = {"valid_at": day(60).isoformat()}
    assert (await stage.ask("/v1/households", finding="unserved", **then))["total"] == 0
    assert (await stage.ask("/v1/households", finding="unserved", as_of="seq:9", **then))["total"] == 1


@pytest.mark.parametrize("parameters", [{"finding": "unserved"}, {"helped": "true"}])
async def test_filters_by_help_need_the_right_to_see_help(told: Stage, parameters: dict) -> None:
    assert (await told.get("/v1/households", "gis", **parameters)).status_code == 403


@pytest.mark.parametrize(
    ("parameters", "path"), [({"standing": "rich"}, "standing"), ({"finding": "D3"}, "finding")]
)
async def test_a_word_that_is_no_filter_is_refused(told: Stage, parameters: dict, path: str) -> None:
    answer = await told.get("/v1/households", **parameters)
    assert (answer.status_code, answer.json()["path"]) == (400, path)
