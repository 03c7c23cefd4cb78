"""Raw events of the log, and who may see what is sealed in them."""

import json

import pytest

from contracts.events import decode_event, encode_event
from tests.api.stage import Stage
from tests.builders import day


async def lines(stage: Stage, role: str | None = "auditor", **parameters) -> list[dict]:
    answer = await stage.get("/v1/events", role, **parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def sequences(stage: Stage, role: str | None = "auditor", **parameters) -> list[int]:
    return [line["sequence"] for line in await lines(stage, role, **parameters)]


async def test_every_line_is_an_event_as_it_is_stored(told: Stage) -> None:
    found = await lines(told)
    assert [line["sequence"] for line in found] == list(range(1, 10))
    assert found[2]["recorded_at"] == "2026-01-01T00:03:00Z"
    for line in found:
        stored = encode_event(told.events.items[line["sequence"]].event)
        assert encode_event(decode_event(json.dumps(line["event"]).encode())) == stored
    raw = (await told.get("/v1/events", after=2, limit=1)).content
    assert encode_event(told.events.items[3].event) in raw


async def test_sealed_sections_come_opened_with_the_right_only(told: Stage) -> None:
    opened = await lines(told, "auditor")
    assert opened[0]["opened"]["members"][0]["first_name"] == "สมชาย"
    assert opened[3]["opened"] == {"help": {"action_id": "x"}}
    assert opened[8]["opened"] is None
    closed = await told.get("/v1/events", "analyst")
    assert closed.status_code == 200
    assert "opened" not in closed.text
    assert "สมชาย" not in closed.text


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"after": 7}, [8, 9]),
        ({"after": 2, "until": 4}, [3, 4]),
        ({"limit": 2}, [1, 2]),
        ({"after": 99}, []),
        ({"type": "record.received.v1"}, [1, 2, 3]),
        ({"type": "record"}, [1, 2, 3, 9]),
        ({"type": "rec"}, []),
        ({"type": "assistance"}, [4, 5, 6, 7, 8]),
        ({"agency": "psm"}, [4, 5, 6, 8]),
        ({"agency": "thaiqm"}, [3, 9]),
        ({"as_of": "seq:4"}, [1, 2, 3, 4]),
        ({"valid_at": day(40).isoformat()}, [1, 4, 5, 6, 8]),
    ],
)
async def test_filters_narrow_the_list(told: Stage, parameters: dict, found: list[int]) -> None:
    assert await sequences(told, **parameters) == found


async def test_the_events_of_a_household_are_those_of_its_records_and_of_its_help(told: Stage) -> None:
    household = (await told.ask("/v1/households"))["items"][0]["household_id"]
    assert await sequences(told, household=household) == [1, 2, 4, 5, 6, 8]
    assert await sequences(told, household=household, as_of="seq:1") == [1]
    assert await sequences(told, household="00000000-0000-0000-0000-000000000000") == []
    assert (await told.get("/v1/events", household="x")).json()["path"] == "household"


async def test_an_agency_sees_its_own_events_and_a_key_with_an_area_those_inside_it(told: Stage) -> None:
    assert await sequences(told, "agency") == [4, 5, 6, 8]
    assert await sequences(told, "agency", agency="temple") == []
    assert await sequences(told, "steward_3202") == [3, 9]
    assert (await told.get("/v1/events", "gis")).status_code == 403
    assert (await told.get("/v1/events", None)).status_code == 401


async def test_a_log_that_is_away_is_said_and_not_waited_for(told: Stage) -> None:
    told.events.is_away = True
    try:
        answer = await told.get("/v1/events")
        assert (answer.status_code, answer.json()["code"]) == (503, "LOG_AWAY")
        ready = await told.get("/ready", None)
        assert (ready.status_code, ready.json()["log"]) == (503, False)
        assert (await told.get("/v1/households")).status_code == 200
    finally:
        told.events.is_away = False
