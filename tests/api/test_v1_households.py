"""Lists of households, one household with its provenance, and its timeline."""

import json
import uuid

import pytest

from tests.api.stage import Stage, open_stage, story
from tests.builders import a_house, a_member, day

PERSONAL = {"head_name", "house_code", "house_no"}


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
    assert body["assistance"] == {"actions": 1, "amount_thb": 200.0}


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
    assert len((await told.ask(f"/v1/households/{inside}/timeline", "steward_3202"))["items"]) == 2


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
        ("assistance_voided", 8, "2021-01-01"),
        ("assistance_recorded", 4, "2021-01-31"),
        ("assistance_corrected", 5, "2021-01-31"),
        ("assistance_recorded", 6, "2021-02-10"),
        ("link_formed", 2, "2021-04-11"),
        ("record_received", 2, "2021-04-11"),
    ]
    corrected = next(row for row in body["items"] if row["kind"] == "assistance_corrected")
    assert corrected["agency"] == "psm"
    assert corrected["amount_thb"] == 200.0
    assert corrected["summary_th"] == "psm แก้ไขข้อมูลการให้เงินช่วยเหลือ 200.00 บาท"
    assert corrected["summary_en"] == "psm corrected what it gave: cash worth 200.00 baht"


async def test_the_timeline_of_another_day_leaves_out_what_came_later(told: Stage) -> None:
    household = await first_id(told)
    early = await told.ask(f"/v1/households/{household}/timeline", valid_at=day(35).isoformat())
    assert [row["sequence"] for row in early["items"]] == [1, 8, 4, 5]
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
    assert kinds == {"record_received", "link_formed"}


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
    assert rows[-1]["household_id"] == left
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
