"""Publishing over HTTP: what is sent and what is answered, first without, then with the real log and intake."""

import json
from collections.abc import AsyncGenerator

import httpx
import pytest

from hub.intake.receipts import CONFLICT, Receipt, rejected
from tests.api.real_hub import RealHub
from tests.api.stage import Stage

NDJSON = {"Content-Type": "application/x-ndjson"}


async def post(stage: Stage, body: object, role: str | None = "admin", **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {
        "Content-Type": "application/json",
        **({"X-API-Key": stage.keys[role]} if role else {}),
        **headers,
    }
    return await stage.client.post("/v1/events", content=content, headers=sent)


@pytest.mark.parametrize(
    ("receipt", "status", "code"),
    [
        (Receipt(status="accepted", sequence=7, event_id="e"), 201, None),
        (Receipt(status="unchanged", sequence=7), 200, None),
        (Receipt(status="duplicate", sequence=7), 200, None),
        (Receipt(status="conflict", sequence=7, errors=(CONFLICT,)), 409, "CONFLICT"),
        (rejected((CONFLICT,)), 422, "ACTION_CONFLICT"),
        (Receipt(status="erased"), 422, "ERASED"),
    ],
)
async def test_the_status_of_a_single_event_says_what_became_of_it(
    stage: Stage, receipt: Receipt, status: int, code: str | None
) -> None:
    stage.intake.answers[b"{}"] = receipt
    answer = await post(stage, b"{}")
    body = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code)
    if code is None:
        assert (body["status"], body["sequence"]) == (receipt.status, 7)
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert body.get("sequence") == receipt.sequence


async def test_a_batch_answers_a_receipt_for_each_in_order(stage: Stage) -> None:
    stage.intake.answers[b'{"n":1}'] = Receipt(status="unchanged", sequence=1)
    objects = [{"n": number} for number in range(1200)]
    body = json.dumps(objects, separators=(",", ":")).encode()
    answer = await post(stage, body)
    assert answer.status_code == 200
    assert answer.json()["counts"] == {"accepted": 1199, "unchanged": 1}
    assert answer.json()["receipts"][1] == {"status": "unchanged", "sequence": 1}
    handed = [json.loads(line)["n"] for _, line in stage.intake.handed]
    assert handed == list(range(1200))
    assert {actor for actor, _ in stage.intake.handed} == {stage.keys["admin"].split("_")[1]}


async def test_lines_are_taken_as_they_come_in_whatever_pieces(stage: Stage) -> None:
    body = b'{"n":1}\r\n\n{"n":2}\n   \n{"n":3}'

    async def pieces() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), 3):
            yield body[start : start + 3]

    headers = {"X-API-Key": stage.keys["admin"], **NDJSON}
    answer = await stage.client.post("/v1/events", content=pieces(), headers=headers)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == ["accepted"] * 3
    assert [json.loads(line)["n"] for _, line in stage.intake.handed] == [1, 2, 3]


async def test_nothing_sent_is_nothing_answered(stage: Stage) -> None:
    assert (await post(stage, b"", **NDJSON)).text == ""
    assert (await post(stage, [])).json() == {"receipts": [], "counts": {}}


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"Content-Type": "text/csv"}, b"a,b", 400, "MEDIA_TYPE"),
        ({}, b"[1, 2", 400, "BROKEN_JSON"),
        ({}, b"[" * 200_000, 400, "BROKEN_JSON"),
        ({}, b" " * (17 << 20), 413, "TOO_LARGE"),
        (NDJSON, b"x" * ((1 << 20) + 1), 413, "TOO_LARGE"),
    ],
)
async def test_what_cannot_be_read_is_refused(
    stage: Stage, headers: dict, body: bytes, status: int, code: str
) -> None:
    answer = await post(stage, body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert stage.intake.handed == []


async def test_two_gigabytes_are_refused_before_a_byte_of_them_is_read(stage: Stage) -> None:
    async def nothing() -> AsyncGenerator[bytes]:
        pytest.fail("the body was read")
        yield b""

    for media_type in ("application/json", "application/x-ndjson"):
        headers = {
            "X-API-Key": stage.keys["admin"],
            "Content-Type": media_type,
            "Content-Length": str(2 << 30),
        }
        answer = await stage.client.post("/v1/events", content=nothing(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")


@pytest.mark.parametrize(
    ("role", "status"), [(None, 401), ("gis", 403), ("analyst", 403), ("steward", 403), ("auditor", 403)]
)
async def test_who_may_not_publish_publishes_nothing(stage: Stage, role: str | None, status: int) -> None:
    assert (await post(stage, b"{}", role)).status_code == status
    assert stage.intake.handed == []


HELP = {
    "type": "assistance.recorded.v1",
    "agency_id": "psm",
    "action_id": "A-1",
    "citizen_id": "3000000000013",
    "recipient_name": "สมชาย '; DROP TABLE event; --",
    "kind": "cash",
    "need": "income",
    "amount_baht": "1,500.50",
    "happened_on": "2/6/2566",
}
RECORD = {
    "type": "record.received.v1",
    "source": "tpmap",
    "rows": [
        {
            "house_id": "32010000011",
            "citizen_id": "3000000000013",
            "first_name": "สมชาย",
            "last_name": "ใจดี",
            "relation": "หัวหน้าครัวเรือน",
            "village_id": "3201010100",
            "health": "1",
            "year_be": "2566",
            "survey_date": "12/3/2566",
        }
    ],
}


async def test_what_is_published_comes_out_as_a_household_that_was_helped(real: RealHub) -> None:
    for body in (RECORD, HELP):
        answer = await real.post(body)
        assert answer.status_code == 201, answer.text
    sequence = answer.json()["sequence"]
    await real.project()
    (item,) = (await real.get("/v1/households", min_sequence=sequence)).json()["items"]
    assert (item["head_name"], item["needs"]["health"], item["tambon"]) == ("สมชาย ใจดี", True, "320101")
    (action,) = (await real.get("/v1/assistance", household=item["household_id"])).json()["items"]
    assert (action["amount_thb"], action["recipient_name"]) == (1500.5, HELP["recipient_name"])
    lines = [json.loads(line) for line in (await real.get("/v1/events")).text.splitlines()]
    assert [line["event"]["type"] for line in lines] == ["record.received.v1", "assistance.recorded.v1"]
    assert lines[0]["opened"]["members"][0]["citizen_id"] == "3000000000013"
    assert lines[1]["opened"]["help"]["recipient_name"] == HELP["recipient_name"]
    sealed = (await real.get("/v1/events", "analyst")).text
    assert "สมชาย" not in sealed
    assert "3000000000013" not in sealed


async def test_repeats_and_conflicts_are_recognised(real: RealHub) -> None:
    first = (await real.post(HELP)).json()
    again = await real.post(HELP)
    assert (again.status_code, again.json()["status"], again.json()["sequence"]) == (
        200,
        "duplicate",
        first["sequence"],
    )
    other = await real.post(HELP | {"amount_baht": "2000"})
    assert (other.status_code, other.json()["code"], other.json()["sequence"]) == (
        409,
        "CONFLICT",
        first["sequence"],
    )
    correction = HELP | {"type": "assistance.corrected.v1", "amount_baht": "2000", "reason": "พิมพ์ผิด"}
    assert (await real.post(correction)).status_code == 201
    assert (await real.post(RECORD)).status_code == 201
    repeated = await real.post(RECORD)
    assert (repeated.status_code, repeated.json()["status"]) == (200, "unchanged")


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"type": "assistance.invented.v1"}, "UNKNOWN_TYPE", "$.type"),
        ({"happened_on": "2/6/2600"}, "DATE_FUTURE", "happened_on"),
        ({"kind": "gold"}, "KIND_UNKNOWN", "kind"),
        ({"amount_baht": "ten"}, "AMOUNT_INVALID", "amount_baht"),
        ({"amount": 1}, "FIELD_UNKNOWN", "amount"),
        ({"citizen_id": None}, "NO_RECIPIENT", ""),
    ],
)
async def test_an_event_that_is_wrong_says_which_field_and_why(
    real: RealHub, change: dict, code: str, path: str
) -> None:
    answer = await real.post(HELP | change)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, code)
    assert path in body["path"]
    assert body["detail_th"] != body["detail"]


async def test_good_events_get_in_beside_broken_ones(real: RealHub) -> None:
    broken = HELP | {"kind": "gold", "action_id": "A-2"}
    answer = await real.post([HELP, broken, HELP | {"action_id": "A-3"}, 7])
    assert [receipt["status"] for receipt in answer.json()["receipts"]] == [
        "accepted",
        "rejected",
        "accepted",
        "rejected",
    ]
    assert answer.json()["counts"] == {"accepted": 2, "rejected": 2}
    assert (
        await real.client.post(
            "/v1/events",
            content=b"{broken",
            headers={"X-API-Key": real.keys["admin"], "Content-Type": "application/json"},
        )
    ).status_code == 400


async def test_a_key_of_an_agency_publishes_for_that_agency_only(real: RealHub) -> None:
    assert (await real.post(HELP, "agency")).status_code == 201
    for body in (HELP | {"agency_id": "pao"}, RECORD):
        answer = await real.post(body, "agency")
        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_YOURS")
    mixed = (await real.post([HELP | {"action_id": "A-9"}, HELP | {"agency_id": "pao"}], "agency")).json()
    assert [receipt["status"] for receipt in mixed["receipts"]] == ["accepted", "rejected"]
