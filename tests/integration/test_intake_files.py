"""What taking in a file promises beyond the answers: faulty rows are never mistaken for absent ones, and nothing of them is lost."""

import json
from pathlib import Path

import msgspec
import pytest

from contracts.errors import InvalidInput
from contracts.events import AssistanceVoided, BatchReceived, decode_event
from hub.projector import Reader
from hub.sealing import NONCE_BYTES
from tests.contract_rows import a_pppconnext_object
from tests.contract_rows import an_action as an_action_row
from tests.fixtures.intake import OpenIntake
from tests.integration.test_intake import NOW, a_file, a_house, an_action, send, take


async def kept_rows(opened: OpenIntake) -> list[tuple[int, list, list]]:
    """Number, errors and opened cells of every row that was kept."""
    found = []
    for batch, row, errors, box, subject in await opened.rows(
        "SELECT batch, row_number, errors, box, subject FROM intake.rejected ORDER BY 2"
    ):
        async with opened.intake.pool.connection() as connection:
            (cipher,) = (await opened.intake.vault.find(connection, [subject.hex()])).values()
        text = cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], f"{batch}:{row}".encode())
        found.append((row, errors, msgspec.json.decode(text)))
    return found


async def test_a_record_whose_row_is_faulty_is_not_withdrawn(opened: OpenIntake, tmp_path: Path) -> None:
    houses = [a_house(number) for number in range(10)]
    await take(opened, a_file(tmp_path / "a.csv", *houses), mode="snapshot")
    faulty = a_house(3, survey_date="1/1/2599")
    receipt = await take(
        opened, a_file(tmp_path / "b.csv", *houses[:3], faulty, *houses[4:9]), mode="snapshot"
    )
    assert (receipt.unchanged, receipt.quarantined, receipt.withdrawn) == (8, 1, 1)


async def test_one_unreadable_row_costs_its_record_and_no_other(opened: OpenIntake, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", a_house(1), a_house(2), a_house(2, first_name="ลูก"), a_house(3))
    lines = path.read_text("utf-8-sig").splitlines()
    lines[3] += ",x,y"
    path.write_text("\n".join(lines), "utf-8-sig")
    receipt = await take(opened, path)
    assert (receipt.read, receipt.new, receipt.quarantined) == (3, 2, 1)
    assert [(error.code, error.row) for error in receipt.first_errors] == [("ROW_TOO_LONG", 3)]
    ((row, errors, cells),) = await kept_rows(opened)
    assert (row, errors[0]["code"], len(cells)) == (2, "ROW_TOO_LONG", 2)
    assert cells[1]["first_name"] == "ลูก"


async def test_json_with_nan_and_a_broken_object_gives_the_good_records(
    opened: OpenIntake, tmp_path: Path
) -> None:
    good = json.dumps(a_pppconnext_object(form_code="PPP32-1", lat=float("nan")))
    other = json.dumps(a_pppconnext_object(form_code="PPP32-2"))
    path = tmp_path / "a.json"
    path.write_text(f'[{good}, {{"form_code": oops}}, {other}]', "utf-8")
    receipt = await take(opened, path, source="pppconnext")
    assert (receipt.read, receipt.new, receipt.rejected) == (3, 2, 1)
    assert receipt.first_errors[0].code == "BROKEN_JSON"


async def test_a_file_that_breaks_off_withdraws_nothing_and_is_taken_in_as_far_as_it_goes(
    opened: OpenIntake, tmp_path: Path
) -> None:
    objects = [a_pppconnext_object(form_code=f"PPP32-{number}") for number in range(10)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(objects), "utf-8")
    await take(opened, path, source="pppconnext", mode="snapshot")
    objects[0]["house_no"] = "999"
    path.write_text(json.dumps(objects)[:-3000], "utf-8")
    last = await opened.intake.log.last_sequence()
    with pytest.raises(InvalidInput) as caught:
        await take(opened, path, source="pppconnext", mode="snapshot")
    assert caught.value.code == "BROKEN_JSON"
    assert await opened.intake.log.last_sequence() == last + 1


async def test_a_conflict_is_answered_and_its_row_kept(opened: OpenIntake, tmp_path: Path) -> None:
    await take(
        opened,
        a_file(tmp_path / "a.csv", an_action_row(action_id="1"), an_action_row(action_id="2")),
        "assistance",
    )
    rows = [
        an_action_row(action_id="1", amount_baht="7"),
        an_action_row(action_id="2"),
        an_action_row(action_id="3"),
    ]
    receipt = await take(opened, a_file(tmp_path / "b.csv", *rows), "assistance")
    assert (receipt.new, receipt.unchanged, receipt.quarantined) == (1, 1, 1)
    assert receipt.first_errors[0].code == "ACTION_CONFLICT"
    ((row, _, cells),) = await kept_rows(opened)
    assert (row, cells[0]["amount_baht"]) == (1, "7")


async def test_many_faulty_rows_are_all_kept_and_the_first_ones_told(
    opened: OpenIntake, tmp_path: Path
) -> None:
    rows = [an_action_row(action_id=str(number), kind="ไม่รู้") for number in range(1200)]
    receipt = await take(opened, a_file(tmp_path / "a.csv", *rows), "assistance")
    assert (receipt.read, receipt.quarantined, len(receipt.first_errors)) == (1200, 1200, 20)
    assert await opened.rows("SELECT count(*) FROM intake.rejected") == [(1200,)]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"period": "x y"}, "PERIOD_INVALID"),
        ({"areas": ("9999",)}, "AREA_UNKNOWN"),
        ({"areas": ("32",)}, "AREA_UNKNOWN"),
    ],
)
async def test_a_scope_that_cannot_be_is_refused(opened: OpenIntake, tmp_path: Path, request_, code) -> None:
    with pytest.raises(InvalidInput) as caught:
        await take(opened, a_file(tmp_path / "a.csv", a_house(1)), **request_)
    assert caught.value.code == code


async def test_the_batch_says_what_was_in_the_file(opened: OpenIntake, tmp_path: Path) -> None:
    rows = [a_house(1), a_house(1, first_name="ลูก"), a_house(2, survey_date="1/1/2599")]
    receipt = await take(
        opened, a_file(tmp_path / "a.csv", *rows), mode="snapshot", period="2566", areas=("3201",)
    )
    (stored,) = await opened.intake.log.fetch([await opened.intake.log.last_sequence()])
    event = decode_event(stored.data)
    assert isinstance(event, BatchReceived)
    counts = event.data.counts
    assert (event.data.batch, event.data.mode, event.data.rows) == (receipt.batch, "snapshot", 3)
    assert (event.data.period, event.data.areas) == ("2566", ("3201",))
    assert counts.read == counts.new + counts.changed + counts.unchanged + counts.quarantined == 2
    assert "survey_date" in event.data.columns


async def test_a_corrected_action_sent_as_it_now_stands_is_a_duplicate(opened: OpenIntake) -> None:
    correction = an_action(type="assistance.corrected.v1", amount_baht="600", reason="พิมพ์ผิด")
    first, corrected, again, old, other = await send(
        opened,
        an_action(),
        correction,
        an_action(amount_baht="600"),
        an_action(),
        an_action(amount_baht="700"),
    )
    assert [one.status for one in (first, corrected, again, old, other)] == [
        "accepted",
        "accepted",
        "duplicate",
        "duplicate",
        "conflict",
    ]
    assert (again.sequence, old.sequence) == (corrected.sequence, first.sequence)


async def test_the_reason_of_a_void_goes_with_its_recipient(opened: OpenIntake) -> None:
    await send(opened, an_action(), an_action(action_id="A2"))
    void = {
        "type": "assistance.voided.v1",
        "agency_id": "psm-surin",
        "action_id": "A1",
        "reason": "นายสมชายไม่ได้รับ",
    }
    (voided,) = await send(opened, json.dumps(void).encode())
    recorded, event = (
        decode_event(stored.data) for stored in await opened.intake.log.fetch([1, voided.sequence or 0])
    )
    assert isinstance(event, AssistanceVoided)
    assert event.data.subject == recorded.data.subject
    async with opened.intake.pool.connection() as connection:
        await opened.intake.vault.erase(connection, [event.data.subject], erased_at=NOW)
        (stored,) = await opened.intake.log.fetch([voided.sequence or 0])
        (item,) = await opened.intake.vault.open(connection, [Reader(None).read(stored)])
    assert item.opened is not None
    assert item.opened.help is None
    (after,) = await send(opened, json.dumps(void | {"action_id": "A2"}).encode())
    assert after.status == "accepted"


async def test_an_event_that_the_log_cannot_take_is_refused_alone(opened: OpenIntake) -> None:
    opened.intake.log.client._max_payload, before = 4000, opened.intake.log.client._max_payload
    try:
        answers = await send(opened, an_action(description="ก" * 3000), an_action(action_id="B"))
    finally:
        opened.intake.log.client._max_payload = before
    assert [answer.status for answer in answers] == ["rejected", "accepted"]
    assert answers[0].errors[0].code == "TOO_LARGE"
