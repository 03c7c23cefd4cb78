"""The province in numbers, and what the public sees of it."""

import msgspec
import pytest

from contracts.records import NEEDS
from tests.api.stage import Stage, open_stage
from tests.builders import Log, a_house, a_member, by_record, day


def area(body: dict, code: str | None) -> dict:
    return next(area for area in body["areas"] if area["code"] == code)


async def test_the_numbers_of_the_story(told: Stage) -> None:
    body = await told.ask("/v1/overview")
    assert body["records"] == {"pppconnext": 1, "tpmap": 1}
    assert body["in_sources"] == {"1": 0, "2": 1, "3": 0, "4": 0}
    assert (body["households"], body["persons"], body["suppressed"]) == (1, 2, False)
    assert body["needs"]["health"] == {"need": 0, "no_need": 1, "unknown": 0}
    assert body["needs"]["income"] == {"need": 0, "no_need": 0, "unknown": 1}
    assert body["assistance"] == {"actions": 2, "amount_thb": 300.0, "households": 1, "unresolved": 1}
    assert area(body, "3201") == {
        "code": "3201",
        "level": "amphoe",
        "name_th": "เมืองสุรินทร์",
        "name_en": "Mueang Surin",
        "households": 1,
        "persons": 2,
        "records": 2,
        "in_more_than_one": 1,
        "needs": dict.fromkeys(NEEDS, 0),
        "assisted_households": 1,
        "actions": 1,
        "amount_thb": 200.0,
        "twice": 0,
        "unserved": 0,
        "mistargeted": 0,
        "exited": 1,
    }
    assert area(body, "3202")["households"] == 0
    assert len(body["areas"]) == 17


async def test_the_world_at_another_day(told: Stage) -> None:
    """Day 60: the second source has not asked yet, the third still says its household is there, one action had been given."""
    body = await told.ask("/v1/overview", valid_at=day(60).isoformat())
    assert body["records"] == {"thaiqm": 1, "tpmap": 1}
    assert (body["households"], body["persons"]) == (2, 3)
    assert body["needs"]["health"] == {"need": 1, "no_need": 0, "unknown": 1}
    assert area(body, "3201")["needs"]["health"] == 1
    assert body["assistance"]["actions"] == 2


async def test_what_the_hub_knew_before_the_correction_and_the_void(told: Stage) -> None:
    body = await told.ask("/v1/overview", as_of="seq:6")
    assert body["assistance"] == {"actions": 2, "amount_thb": 300.0, "households": 1, "unresolved": 0}
    assert (await told.ask("/v1/overview", as_of="seq:4"))["assistance"]["amount_thb"] == 100.0
    assert (await told.ask("/v1/overview", as_of="seq:0"))["households"] == 0


async def test_tambons_add_up_to_their_amphoe(told: Stage) -> None:
    body = await told.ask("/v1/overview", level="tambon", valid_at=day(60).isoformat())
    assert area(body, "320101")["households"] == 1
    assert area(body, "320201")["households"] == 1
    assert area(body, "320201")["level"] == "tambon"
    assert sum(area["households"] for area in body["areas"]) == body["households"] == 2
    assert len(body["areas"]) == 159


async def test_a_level_that_is_none_is_refused(told: Stage) -> None:
    answer = await told.get("/v1/overview", level="village")
    assert (answer.status_code, answer.json()["path"]) == (400, "level")


async def test_households_without_an_amphoe_stand_last_under_null(stage: Stage) -> None:
    log = Log()
    log.received("tpmap", a_house("N", tambon="320101", village="x"), a_member("1", "ไม่ทราบ", number=5))
    log.received("tpmap", a_house("M"), a_member("1", "ทราบ", number=6))
    item = log.items[0]
    data = msgspec.structs.replace(item.event.data, amphoe=None, tambon=None)
    log.items[0] = msgspec.structs.replace(item, event=msgspec.structs.replace(item.event, data=data))
    await stage.fold(log.items)
    body = await stage.ask("/v1/overview")
    assert body["areas"][-1]["code"] is None
    assert body["areas"][-1]["households"] == 1
    assert body["households"] == 2


async def test_a_key_with_an_area_sees_that_area_only(told: Stage) -> None:
    body = await told.ask("/v1/overview", "steward_3202", valid_at=day(60).isoformat())
    assert [area["code"] for area in body["areas"]] == ["3202"]
    assert body["records"] == {"thaiqm": 1}
    assert body["assistance"] == {"actions": 0, "amount_thb": 0.0, "households": 0, "unresolved": 0}


async def test_the_newest_is_remembered_until_an_event_arrives(stage: Stage) -> None:
    log = Log()
    log.received("tpmap", a_house("A"), a_member("1", "หนึ่ง", number=1))
    await stage.fold(log.items)
    assert (await stage.ask("/v1/overview"))["households"] == 1
    log.received("tpmap", a_house("B"), a_member("1", "สอง", number=2))
    await stage.fold(log.items[1:])
    assert (await stage.ask("/v1/overview"))["households"] == 2


@pytest.fixture(scope="module")
def crowd() -> Log:
    """3201: 30 households, 4 of them in tambon 320102; 3202: 4; 3203: 25, 12 of them with a need of health; 20 helped."""
    log = Log()
    places = [("320101", 26), ("320102", 4), ("320201", 4), ("320301", 25)]
    number = 0
    for tambon, count in places:
        for position in range(count):
            number += 1
            health = {"health": tambon == "320301" and position < 12}
            log.received(
                "tpmap",
                a_house(f"H{number}", tambon=tambon, needs=health),
                a_member("1", f"คน{number}", number=number),
            )
    for number in range(1, 21):
        log.helped(f"a{number}", by_record("tpmap", f"H{number}"))
    return log


async def test_the_public_sees_no_small_count_nor_can_work_one_out(
    database_url: str, tmp_path, crowd: Log
) -> None:
    async with open_stage(database_url, crowd.items, tmp_path) as stage:
        body = await stage.ask("/v1/overview", None)
        whole = await stage.ask("/v1/overview")
        tambons = await stage.ask("/v1/overview", None, level="tambon")
    assert body["suppressed"] is True
    assert body["households"] == 59
    assert (area(body, "3202")["households"], area(body, "3202")["suppressed"]) == (None, True)
    hidden = [area["code"] for area in body["areas"] if area["households"] is None]
    assert "3202" in hidden
    assert len(hidden) >= 2
    shown = sum(area["households"] or 0 for area in body["areas"])
    assert body["households"] - shown >= 10
    for level in (body, tambons):
        for row in level["areas"]:
            numbers = [
                row["households"],
                row["in_more_than_one"],
                row["assisted_households"],
                *row["needs"].values(),
            ]
            assert all(number is None or number == 0 or number >= 10 for number in numbers)
    for name in ("households", "assisted_households"):
        assert whole["areas"] != body["areas"], name
    of_hidden = [row for row in tambons["areas"] if row["code"] and row["code"][:4] in hidden]
    for code in hidden:
        parts = [row["households"] for row in of_hidden if row["code"][:4] == code]
        assert None in parts


async def test_public_and_keyed_answers_are_never_mixed_up(told: Stage) -> None:
    question = {"valid_at": "2023-09-30", "as_of": "seq:9"}
    keyed = await told.ask("/v1/overview", **question)
    public = await told.ask("/v1/overview", None, **question)
    assert keyed["households"] == 1
    assert public["households"] is None
    assert (await told.ask("/v1/overview", **question))["households"] == 1
    headers = (await told.get("/v1/overview", None, **question)).headers
    assert headers["cache-control"] == "no-cache"
