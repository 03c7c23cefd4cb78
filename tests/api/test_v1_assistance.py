"""Who helped whom, and the catalogue of agencies and programmes."""

import pytest

from contracts.events import Agency, AgencyRegistered, Programme, ProgrammeRegistered
from tests.api.stage import Stage, open_stage, story
from tests.api.test_v1_findings import Story
from tests.builders import Log, a_house, a_member, day


def catalogue(log: Log) -> Log:
    """An agency that changes its name, another one, and two programmes."""
    for agency_id, name in (("psm", "พมจ."), ("pao", "อบจ."), ("psm", "สำนักงาน พมจ.สุรินทร์")):
        envelope = log._envelope(day(0), agency_id, agency=agency_id)
        log._add(
            AgencyRegistered(**envelope, data=Agency(agency_id=agency_id, name_th=name, kind="ministry"))
        )
    for programme in ("p1", "p2"):
        data = Programme(
            programme_id=programme,
            agency_id="psm",
            name_th="เงินสงเคราะห์",
            need="income",
            kind="cash",
            cap_satang=300_000,
        )
        log._add(ProgrammeRegistered(**log._envelope(day(0), "psm", agency="psm"), data=data))
    return log


async def actions(stage: Stage, role: str | None = "auditor", **parameters) -> list[int]:
    return [item["action"] for item in (await stage.ask("/v1/assistance", role, **parameters))["items"]]


async def test_an_action_is_shown_as_it_now_stands(told: Stage) -> None:
    corrected, unresolved = (await told.ask("/v1/assistance"))["items"]
    household = (await told.ask("/v1/households"))["items"][0]["household_id"]
    assert corrected | {"person_id": None} == {
        "action": 4,
        "household_id": household,
        "person_id": None,
        "agency": "psm",
        "reporter": None,
        "programme": None,
        "kind": "cash",
        "need": "income",
        "level": "household",
        "amount_thb": 200.0,
        "quantity": None,
        "unit": None,
        "happened_at": "2021-01-31T00:00:00Z",
        "until": None,
        "reported_at": None,
        "recorded_at": "2026-01-01T00:05:00Z",
        "sequence": 5,
        "corrected": True,
        "repeats": None,
        "action_id": "x",
        "recipient_name": None,
        "description": None,
    }
    assert corrected["person_id"] is not None
    assert (unresolved["action"], unresolved["household_id"], unresolved["person_id"]) == (7, None, None)


async def test_what_the_hub_knew_and_what_had_happened(told: Stage) -> None:
    assert await actions(told, as_of="seq:6") == [4, 6]
    assert await actions(told, as_of="seq:7") == [4, 6, 7]
    assert await actions(told) == [4, 7]
    assert await actions(told, valid_at=day(44).isoformat()) == [4]
    assert await actions(told, valid_at=day(29).isoformat()) == []
    (before,) = (await told.ask("/v1/assistance", as_of="seq:4"))["items"]
    assert (before["amount_thb"], before["corrected"], before["sequence"]) == (100.0, False, 4)
    period = (await told.ask("/v1/assistance", as_of="seq:6"))["items"][1]
    assert period["until"] == "2021-03-12T00:00:00Z"


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"agency": "psm"}, [4]),
        ({"agency": "nobody"}, []),
        ({"kind": "cash"}, [4, 7]),
        ({"kind": "loan"}, []),
        ({"need": "income"}, [4, 7]),
        ({"need": "health"}, []),
        ({"from": "2021-01-31"}, [4, 7]),
        ({"from": "2021-02-01"}, [7]),
        ({"from": "2564-02-01"}, [7]),
        ({"until": "2021-01-31"}, [4]),
        ({"until": "2021-01-30"}, []),
        ({"until": "2021-01-31T00:00:00Z"}, []),
        ({"from": "2021-02-15T00:00:00Z", "until": "2021-02-15"}, [7]),
        ({"area": "3201"}, [4]),
        ({"area": "3202"}, []),
        ({"household": "00000000-0000-0000-0000-000000000000"}, []),
        ({"person": "00000000-0000-0000-0000-000000000000"}, []),
    ],
)
async def test_filters_narrow_the_list(told: Stage, parameters: dict, found: list[int]) -> None:
    assert await actions(told, **parameters) == found


async def test_help_is_found_by_every_id_of_a_household_and_by_the_person_it_names(told: Stage) -> None:
    household = (await told.ask("/v1/households"))["items"][0]["household_id"]
    (alias,) = (await told.ask(f"/v1/households/{household}"))["aliases"]
    assert await actions(told, household=household) == await actions(told, household=alias) == [4]
    assert await actions(told, household=household, as_of="seq:6") == [4, 6]
    person = (await told.ask("/v1/assistance"))["items"][0]["person_id"]
    assert await actions(told, person=person) == [4]
    assert await actions(told, person=person, household=household, as_of="seq:6") == [4]


@pytest.mark.parametrize(
    "parameters",
    [{"household": "x"}, {"person": "1"}, {"from": "0.5"}, {"until": "2021-13-01"}, {"area": "1"}],
)
async def test_a_filter_that_cannot_be_is_refused(told: Stage, parameters: dict) -> None:
    answer = await told.get("/v1/assistance", **parameters)
    assert (answer.status_code, answer.json()["path"]) == (400, next(iter(parameters)))


async def test_one_agency_comes_with_its_totals(told: Stage) -> None:
    body = await told.ask("/v1/agencies/psm/assistance", limit=1)
    assert [item["action"] for item in body["items"]] == [4]
    assert body["agency"] == {"agency_id": "psm", "name_th": None, "name_en": None, "kind": None}
    once = {"reported_twice": 0, "reported_twice_thb": 0.0}
    assert body["totals"] == {"actions": 1, "amount_thb": 200.0, "households": 1} | once
    assert body["role"] == "giver"
    then = await told.ask("/v1/agencies/psm/assistance", limit=1, as_of="seq:6")
    assert then["totals"] == {"actions": 2, "amount_thb": 300.0, "households": 1} | once
    following = await told.ask("/v1/agencies/psm/assistance", limit=1, as_of="seq:6", token=then["next"])
    assert [item["action"] for item in following["items"]] == [6]
    assert following["next"] is None
    assert (await told.ask("/v1/agencies/psm/assistance", kind="loan"))["totals"]["actions"] == 0


async def test_an_agency_that_nobody_knows_is_not_found(told: Stage) -> None:
    answer = await told.get("/v1/agencies/nobody/assistance")
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_AGENCY")
    assert (await told.get("/v1/agencies/temple/assistance", as_of="seq:6")).status_code == 404


async def test_an_agency_sees_its_own_actions_in_its_own_words_and_no_others(told: Stage) -> None:
    (own,) = (await told.ask("/v1/assistance", "agency"))["items"]
    assert (own["agency"], own["action_id"]) == ("psm", "x")
    assert (await told.ask("/v1/agencies/psm/assistance", "agency"))["totals"]["actions"] == 1
    for path, parameters in (
        ("/v1/assistance", {"agency": "temple"}),
        ("/v1/agencies/temple/assistance", {}),
    ):
        answer = await told.get(path, "agency", **parameters)
        assert (answer.status_code, answer.json()["code"]) == (403, "OTHER_AGENCY")


async def test_without_the_right_no_personal_part_of_help(told: Stage) -> None:
    for item in (await told.ask("/v1/assistance", "analyst"))["items"]:
        assert not {"action_id", "recipient_name", "description"} & set(item)
    assert (await told.get("/v1/assistance", None)).status_code == 401
    assert (await told.get("/v1/assistance", "gis")).status_code == 403


async def test_a_key_with_an_area_sees_the_help_of_its_households(told: Stage) -> None:
    assert await actions(told, "steward_3202") == []
    assert await actions(told, "steward") == [4, 7]


async def test_the_catalogue_is_that_of_the_sequence(database_url: str, tmp_path) -> None:
    async with open_stage(database_url, catalogue(story()).items, tmp_path) as stage:
        newest = await stage.ask("/v1/agencies")
        assert [(item["agency_id"], item["name_th"]) for item in newest["items"]] == [
            ("pao", "อบจ."),
            ("psm", "สำนักงาน พมจ.สุรินทร์"),
        ]
        assert (await stage.ask("/v1/agencies", as_of="seq:10"))["items"] == [
            {"agency_id": "psm", "name_th": "พมจ.", "name_en": None, "kind": "ministry"}
        ]
        page = await stage.ask("/v1/agencies", limit=1)
        following = await stage.ask("/v1/agencies", limit=1, token=page["next"])
        assert page["items"] + following["items"] == newest["items"]
        first, _ = (await stage.ask("/v1/programmes", "gis"))["items"]
        assert (first["programme_id"], first["agency_id"], first["cap_thb"], first["cap_scope"]) == (
            "p1",
            "psm",
            3000.0,
            "household",
        )
        assert (await stage.ask("/v1/agencies/psm/assistance"))["agency"]["name_th"] == "สำนักงาน พมจ.สุรินทร์"
        assert (await stage.get("/v1/agencies", None)).status_code == 401


def a_repeat() -> Story:
    """Help of psm that pao reports again, and the decision that it was help of its own."""
    log = Story()
    log.received("tpmap", a_house("A", needs={"income": True}), a_member("1", "ก", number=1, is_head=True))
    log.gave("1", "A", 400)
    log.gave("2", "A", 401, reporter="pao")
    log.gave("3", "A", 500, agency="pao", amount=5_000)
    log.decided("D0-3-2", "complementary", happened_at=day(450))
    return log


async def test_help_that_is_reported_twice_counts_once_until_a_person_says_otherwise(stage: Stage) -> None:
    await stage.fold(a_repeat().items)
    path = "/v1/agencies/psm/assistance"
    before = await stage.ask(path, as_of="seq:4")
    assert [(item["action"], item["repeats"]) for item in before["items"]] == [(2, None), (3, 2)]
    once = {
        "actions": 1,
        "amount_thb": 100.0,
        "households": 1,
        "reported_twice": 1,
        "reported_twice_thb": 100.0,
    }
    assert before["totals"] == once
    after = {
        "actions": 2,
        "amount_thb": 200.0,
        "households": 1,
        "reported_twice": 0,
        "reported_twice_thb": 0.0,
    }
    assert (await stage.ask(path))["totals"] == after


async def test_giver_and_reporter_are_not_the_same(stage: Stage) -> None:
    await stage.fold(a_repeat().items)
    path = "/v1/agencies/pao/assistance"

    async def told_by(key: str, path: str, role: str) -> tuple[int, list[int]]:
        headers = {"X-API-Key": stage.keys[key]}
        answer = await stage.client.get(path, params={"role": role}, headers=headers)
        return answer.status_code, [item["action"] for item in answer.json().get("items", [])]

    assert await told_by("auditor", path, "giver") == (200, [4])
    assert await told_by("auditor", path, "reporter") == (200, [3, 4])
    assert await told_by("agency", "/v1/agencies/psm/assistance", "giver") == (200, [2, 3])
    assert await told_by("agency", "/v1/agencies/psm/assistance", "reporter") == (200, [2])
    assert (await told_by("agency", path, "reporter"))[0] == 403
    assert (await told_by("auditor", path, "x"))[0] == 400
    assert (await stage.get(path, as_of="seq:3")).json()["items"] == []
    assert (await stage.get(path, as_of="seq:2")).status_code == 404
