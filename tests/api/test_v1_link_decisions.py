"""Decisions about links through their doors, over the real log and intake."""

import uuid

from contracts import ids
from contracts.events import decode_event
from tests.api.real_hub import RealHub
from tests.api.test_v1_doors import OFFICE, published, tpmap_record
from tests.contract_rows import a_tpmap_row

DOOR = "/v1/links/decisions"


def record(citizen_id: str, house_code: str) -> dict[str, object]:
    row = a_tpmap_row(citizen_id=citizen_id, house_id=house_code, first_name="บุญมี", birth="1/2/2500")
    return {"type": "record.received.v1", "source": "tpmap", "period": "2565", "rows": [row]}


async def two_records(real: RealHub) -> tuple[str, str]:
    """Two records that stay apart; the ids by which links name them."""
    await published(real, OFFICE, tpmap_record(), record("3000000000021", "32010000099"))
    items = (await real.get("/v1/households", "steward")).json()["items"]
    first, second = (item["household_id"] for item in items)
    return first, second


async def test_a_steward_decides_once_and_may_take_it_back_once(real: RealHub) -> None:
    first, second = await two_records(real)
    body = {
        "level": "household",
        "verdict": "same",
        "groups": [[second, first]],
        "seen": 3,
        "reason": "บ้านเดียวกัน",
    }
    decided = await real.post_to(DOOR, body, "steward")
    assert decided.status_code == 201, decided.text
    sequence = decided.json()["sequence"]
    again = await real.post_to(DOOR, {**body, "groups": [[first, second]]}, "steward")
    assert (again.status_code, again.json()["sequence"]) == (200, sequence)
    other = await real.post_to(
        DOOR, {**body, "verdict": "different", "groups": [[first], [second]]}, "steward"
    )
    assert other.status_code == 201
    await real.project()
    revoked = await real.post_to(f"{DOOR}/{sequence}/revoke", {"reason": "ผิดคู่"}, "steward")
    assert revoked.status_code == 201, revoked.text
    twice = await real.post_to(f"{DOOR}/{sequence}/revoke", {}, "steward")
    assert (twice.status_code, twice.json()["sequence"]) == (200, revoked.json()["sequence"])
    await real.project()
    assert (await real.get("/ready")).status_code == 200


async def test_the_event_holds_pseudonyms_and_sealed_words(real: RealHub) -> None:
    first, second = await two_records(real)
    body = {
        "level": "household",
        "verdict": "different",
        "groups": [[first], [second]],
        "seen": 3,
        "reason": "คนละบ้าน",
    }
    sequence = (await real.post_to(DOOR, body, "steward")).json()["sequence"]
    (stored,) = [
        item
        async for batch in real.log.read(sequence - 1, stop_at=sequence, batch=1, patience=5)
        for item in batch
    ]
    event = decode_event(stored.data)
    named = {str(ids.household_id(item)) for group in event.data.groups for item in group}
    assert named == {first, second}
    assert event.data.subject == event.data.groups[0][0]
    assert "คนละบ้าน".encode() not in stored.data


async def test_only_stewards_decide_and_only_about_what_is_there(real: RealHub) -> None:
    first, second = await two_records(real)
    body = {"level": "household", "verdict": "same", "groups": [[first, second]], "seen": 3}
    for role in ("auditor", "analyst", "agency", "gis"):
        assert (await real.post_to(DOOR, body, role)).status_code == 403
        assert (await real.post_to(f"{DOOR}/1/revoke", {}, role)).status_code == 403
    for stranger in (str(uuid.uuid4()), "nothing"):
        answer = await real.post_to(DOOR, {**body, "groups": [[first, stranger]]}, "steward")
        assert (answer.status_code, answer.json()["path"]) == (404, "$.groups[0][1]")
    outside = await real.post_to(DOOR, body, "steward_3202")
    assert (outside.status_code, outside.json()["code"]) == (404, "NO_SUCH_LINK_ITEM")
    missing = await real.post_to(f"{DOOR}/1/revoke", {}, "steward")
    assert (missing.status_code, missing.json()["code"]) == (404, "NO_SUCH_DECISION")


async def test_groups_that_do_not_fit_the_verdict_are_refused_with_their_path(real: RealHub) -> None:
    first, second = await two_records(real)
    body = {"level": "household", "seen": 3}
    for verdict, groups in (
        ("same", [[first], [second]]),
        ("same", [[first]]),
        ("different", [[first, second]]),
        ("different", [[first], [first]]),
        ("same_house_different_family", [[first, second]]),
        ("needs_field_check", []),
    ):
        answer = await real.post_to(DOOR, {**body, "verdict": verdict, "groups": groups}, "steward")
        assert (answer.status_code, answer.json()["code"]) == (422, "GROUPS_INVALID"), verdict
    unknown = await real.post_to(DOOR, {**body, "verdict": "maybe", "groups": [[first, second]]}, "steward")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "CHOICE_UNKNOWN")
    nowhere = await real.post_to(DOOR, {**body, "level": "house", "verdict": "same", "groups": []}, "steward")
    assert (nowhere.status_code, nowhere.json()["path"]) == (400, "$.level")
