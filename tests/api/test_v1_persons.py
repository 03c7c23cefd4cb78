"""One person: who lists it, where it was at home, what it was given."""

import json
import uuid

import msgspec
import pytest

from tests.api.stage import Stage, story
from tests.builders import a_house, a_member, by_citizen, day


async def person_of(stage: Stage, name: str, **parameters) -> dict:
    household = (await stage.ask("/v1/households", **parameters))["items"][0]["household_id"]
    moment = {"valid_at": parameters["valid_at"]} if "valid_at" in parameters else {}
    persons = (await stage.ask(f"/v1/households/{household}", **moment))["persons"]
    return next(person for person in persons if person["first_name"] == name)


async def test_a_person_is_told_by_every_source_that_lists_it(told: Stage) -> None:
    person = await person_of(told, "สมชาย")
    body = await told.ask(f"/v1/persons/{person['person_id']}")
    assert [(one["source"], one["sequence"], one["first_name"]) for one in body["members"]] == [
        ("tpmap", 1, "สมชาย"),
        ("pppconnext", 2, "สมชาย"),
    ]
    (home,) = body["homes"]
    assert (home["household_id"], home["since"], home["until"]) == (
        body["household_id"],
        "2021-01-01T00:00:00Z",
        None,
    )


async def test_help_that_names_the_person_is_its_help(told: Stage) -> None:
    person = await person_of(told, "สมหญิง")
    body = await told.ask(f"/v1/persons/{person['person_id']}")
    assert body["assistance"] == {"actions": 1, "amount_thb": 200.0, "reported_twice": 0}
    assert [(one["action"], one["amount_thb"]) for one in body["help"]] == [(4, 200.0)]


async def test_one_help_reported_twice_counts_once_for_the_person_too(stage: Stage) -> None:
    log = story()
    log.helped("n", by_citizen(2), happened_at=day(110), amount=50_000)
    log.helped("t", by_citizen(2), happened_at=day(110), amount=50_000)
    told_again = msgspec.structs.replace(log.items[-1].event, reporter="temple")
    log.items[-1] = msgspec.structs.replace(log.items[-1], event=told_again)
    await stage.fold(log.items)
    person = await person_of(stage, "สมหญิง", area="3201")
    body = await stage.ask(f"/v1/persons/{person['person_id']}")
    assert body["assistance"] == {"actions": 2, "amount_thb": 700.0, "reported_twice": 1}
    assert [one["repeats"] for one in body["help"]] == [None, None, 10]


async def test_an_id_once_given_leads_to_the_person_that_holds_its_founder(told: Stage) -> None:
    person = await person_of(told, "สมชาย")
    (alias,) = (await told.ask(f"/v1/persons/{person['person_id']}"))["aliases"]
    body = await told.ask(f"/v1/persons/{alias}")
    assert (body["person_id"], body["resolved_from"]) == (person["person_id"], alias)


async def test_a_person_that_moves_is_at_home_in_one_household_after_the_other(stage: Stage) -> None:
    log = story()
    log.received(
        "mso_logbook", a_house("M", tambon="320105"), a_member("7", "สมหญิง", number=2), happened_at=day(200)
    )
    await stage.fold(log.items)
    person = await person_of(stage, "สมหญิง", area="320105")
    homes = (await stage.ask(f"/v1/persons/{person['person_id']}"))["homes"]
    assert [(home["since"][:10], home["until"] and home["until"][:10]) for home in homes] == [
        ("2021-01-01", "2021-07-20"),
        ("2021-07-20", None),
    ]
    assert homes[0]["household_id"] != homes[1]["household_id"]


async def test_a_person_that_nobody_lists_then_is_not_found(told: Stage) -> None:
    gone = await person_of(told, "บุญมี", area="3202", valid_at=day(60).isoformat())
    for path, question in (
        (gone["person_id"], {}),
        (gone["person_id"], {"as_of": "seq:2"}),
        (str(uuid.uuid4()), {}),
        ("no-id", {}),
    ):
        answer = await told.get(f"/v1/persons/{path}", **question)
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_PERSON")
    assert (await told.ask(f"/v1/persons/{gone['person_id']}", valid_at=day(60).isoformat()))["members"]


async def test_a_person_outside_the_area_of_a_key_is_as_if_it_did_not_exist(told: Stage) -> None:
    person = await person_of(told, "สมชาย")
    answer = await told.get(f"/v1/persons/{person['person_id']}", "steward_3202")
    unknown = await told.get(f"/v1/persons/{uuid.uuid4()}", "steward_3202")
    assert (answer.status_code, answer.json()) == (404, unknown.json())


@pytest.mark.parametrize("role", ["gis", "analyst"])
async def test_without_the_right_no_name_and_no_number_is_told(told: Stage, role: str) -> None:
    person = await person_of(told, "สมชาย")
    body = await told.ask(f"/v1/persons/{person['person_id']}", role)
    text = json.dumps(body, ensure_ascii=False)
    assert not [secret for secret in ("สมชาย", "3000000000013", "first_name", "citizen") if secret in text]
    assert ("help" in body) == (role == "analyst")


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("agency", 403)])
async def test_who_may_not_see_households_sees_no_person(told: Stage, role: str | None, status: int) -> None:
    assert (await told.get(f"/v1/persons/{uuid.uuid4()}", role)).status_code == status
