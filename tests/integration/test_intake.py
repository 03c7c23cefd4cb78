"""What intake promises: exact answers, nothing lost, nothing twice, nothing readable in the log."""

import asyncio
import csv
import datetime as dt
import gzip
import json
from pathlib import Path

import msgspec
import pytest

from contracts.errors import InvalidInput, TooLarge
from contracts.events import OpenedRecord, RecordReceived, decode_event
from hub import ledger
from hub.intake.files import FileImport, FileRequest
from hub.intake.publishing import Publisher, publish
from hub.projector import Reader
from tests.contract_rows import VALID_ID, a_tpmap_row
from tests.fixtures.intake import OpenIntake, open_intake_on

NOW = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)


def a_file(path: Path, *rows: dict[str, object], encoding="utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def a_house(number: int, **changes) -> dict[str, object]:
    plain = {"house_id": f"3201{number:07d}", "citizen_id": "", "first_name": f"ทดสอบ{number}"}
    return a_tpmap_row(**(plain | changes))


async def take(opened: OpenIntake, path: Path, source="tpmap", **request):
    file = FileRequest(path=path, source=source, **request)
    return await FileImport(opened.intake, file, province="32", now=NOW, progress=lambda *_: None).run()


def an_action(**changes) -> bytes:
    values = {
        "type": "assistance.recorded.v1",
        "agency_id": "psm-surin",
        "action_id": "A1",
        "citizen_id": VALID_ID,
        "kind": "cash",
        "need": "income",
        "happened_on": "2023-05-01",
        "amount_baht": "500",
    }
    return json.dumps(values | changes, ensure_ascii=False).encode()


async def send(opened: OpenIntake, *lines: bytes):
    return await publish(opened.intake, lines, Publisher(province="32"), now=NOW)


async def test_the_same_file_again_appends_nothing(opened: OpenIntake, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", *(a_house(n) for n in range(5)))
    first = await take(opened, path)
    assert (first.read, first.new, first.changed, first.unchanged, first.rejected) == (5, 5, 0, 0, 0)
    last = await opened.intake.log.last_sequence()
    again = await take(opened, path)
    assert again.repeated
    assert again.new == 5
    assert await opened.intake.log.last_sequence() == last


async def test_a_new_delivery_with_nothing_new_appends_only_the_batch(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await take(opened, a_file(tmp_path / "a.csv", *(a_house(n) for n in range(5))))
    last = await opened.intake.log.last_sequence()
    shuffled = await take(opened, a_file(tmp_path / "b.csv", *(a_house(n) for n in reversed(range(5)))))
    assert (shuffled.unchanged, shuffled.new, shuffled.changed) == (5, 0, 0)
    assert await opened.intake.log.last_sequence() == last + 1


async def test_returning_to_earlier_content_is_a_new_event(opened: OpenIntake, tmp_path: Path) -> None:
    for number, no in enumerate(("1", "2", "1")):
        receipt = await take(
            opened, a_file(tmp_path / f"{number}.csv", a_house(1, house_no=no, year_be="2566"))
        )
        assert receipt.unchanged == 0
        assert receipt.new + receipt.changed == 1


async def test_a_snapshot_withdraws_what_is_absent_and_a_return_is_taken_in(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await take(opened, a_file(tmp_path / "a.csv", *(a_house(n) for n in range(10))), mode="snapshot")
    smaller = await take(opened, a_file(tmp_path / "b.csv", *(a_house(n) for n in range(9))), mode="snapshot")
    assert smaller.withdrawn == 1
    back = await take(opened, a_file(tmp_path / "c.csv", *(a_house(n) for n in range(9, 10))))
    assert (back.changed, back.unchanged) == (1, 0)


async def test_a_snapshot_that_lacks_too_much_is_held_until_confirmed(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await take(opened, a_file(tmp_path / "a.csv", *(a_house(n) for n in range(10))), mode="snapshot")
    path = a_file(tmp_path / "b.csv", a_house(1))
    held = await take(opened, path, mode="snapshot")
    assert held.state == "held"
    assert held.withdrawn == 0
    confirmed = await take(opened, path, mode="snapshot", confirm=True)
    assert (confirmed.state, confirmed.withdrawn) == ("finished", 9)


async def test_a_snapshot_of_one_amphoe_withdraws_nothing_elsewhere(
    opened: OpenIntake, tmp_path: Path
) -> None:
    here = [a_house(n, village_id="3201020501") for n in range(5)]
    there = [a_house(n + 50, village_id="3202020501") for n in range(5)]
    await take(opened, a_file(tmp_path / "a.csv", *here, *there), mode="snapshot")
    scoped = await take(opened, a_file(tmp_path / "b.csv", *here[:4]), mode="snapshot", areas=("3201",))
    assert scoped.withdrawn == 1


async def test_rows_of_one_house_that_stand_apart_make_one_record(opened: OpenIntake, tmp_path: Path) -> None:
    rows = [a_house(1, first_name="ก"), a_house(2), a_house(1, first_name="ข", relation="บุตร")]
    receipt = await take(opened, a_file(tmp_path / "a.csv", *rows))
    assert (receipt.rows, receipt.read) == (3, 2)
    await opened.project()
    assert sorted(await opened.rows("SELECT count(*) FROM member GROUP BY record")) == [(1,), (2,)]


async def test_bad_rows_do_not_stop_the_good_ones_and_are_kept_sealed(
    opened: OpenIntake, tmp_path: Path
) -> None:
    rows = [
        a_house(1),
        a_house(2, survey_date="1/1/2599"),
        a_house(3, first_name="'; DROP TABLE x; --", last_name="=cmd|' /C calc'!A0"),
    ]
    receipt = await take(opened, a_file(tmp_path / "a.csv", *rows))
    assert (receipt.new, receipt.quarantined) == (2, 1)
    assert receipt.first_errors[0].code == "DATE_FUTURE"
    assert receipt.first_errors[0].row == 2
    assert receipt.first_errors[0].message_th != receipt.first_errors[0].message_en
    kept = await opened.rows("SELECT row_number, box FROM intake.rejected")
    assert [row for row, _ in kept] == [2]
    assert b"2599" not in bytes(kept[0][1])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"a,b,c\n1,2,3\n", "COLUMNS_MISSING"),
        ("house_id,บ้าน\n".encode("utf-16"), "ENCODING_UNKNOWN"),
        (b'[{"house_id": "1"}, {broken', "BROKEN_JSON"),
        (b"PK\x03\x04 not a workbook", "FILE_UNREADABLE"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(opened: OpenIntake, tmp_path: Path, content, code) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        await take(opened, path)
    assert caught.value.code == code
    assert caught.value.message_th != caught.value.message_en


async def test_a_packed_file_that_swells_is_refused(opened: OpenIntake, tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 50_000_000))
    with pytest.raises(TooLarge):
        await take(opened, path)


async def test_an_action_is_known_for_ever_by_agency_and_id(opened: OpenIntake) -> None:
    (first,) = await send(opened, an_action())
    (same,) = await send(opened, an_action())
    (other,) = await send(opened, an_action(amount_baht="600"))
    assert (first.status, same.status, other.status) == ("accepted", "duplicate", "conflict")
    assert first.sequence == same.sequence == other.sequence
    (corrected,) = await send(
        opened, an_action(type="assistance.corrected.v1", amount_baht="600", reason="พิมพ์ผิด")
    )
    (again,) = await send(
        opened, an_action(type="assistance.corrected.v1", amount_baht="600", reason="พิมพ์ผิด")
    )
    assert (corrected.status, again.status) == ("accepted", "unchanged")
    void = {"type": "assistance.voided.v1", "agency_id": "psm-surin", "action_id": "A1", "reason": "ซ้ำ"}
    (voided,) = await send(opened, json.dumps(void).encode())
    (unknown,) = await send(opened, json.dumps(void | {"action_id": "A2"}).encode())
    assert voided.status == "accepted"
    assert unknown.errors[0].code == "ACTION_UNKNOWN"
    await opened.project()
    found = await opened.rows(
        "SELECT amount_satang, corrected, upper_inf(recorded) FROM action_state ORDER BY lower(recorded)"
    )
    assert found == [(50_000, False, False), (60_000, True, False)]


async def test_each_line_gets_its_own_answer(opened: OpenIntake) -> None:
    answers = await send(
        opened,
        b"{",
        b'{"type": "nothing.v1"}',
        an_action(happened_on="1/1/2600"),
        an_action(action_id="B", amount_baht="12,x"),
        an_action(action_id="C"),
        an_action(action_id="C"),
    )
    assert [answer.status for answer in answers] == ["rejected"] * 4 + ["accepted", "duplicate"]
    assert [answer.errors[0].code for answer in answers[:4]] == [
        "BROKEN_JSON",
        "UNKNOWN_TYPE",
        "DATE_FUTURE",
        "AMOUNT_INVALID",
    ]


async def test_two_intakes_at_once_store_equal_content_once(
    nats_url: str, database_url: str, stream_name: str
) -> None:
    async with (
        open_intake_on(nats_url, database_url, stream_name) as one,
        open_intake_on(nats_url, database_url, stream_name) as two,
    ):
        lines = [an_action(action_id=f"A{n}") for n in range(300)]
        pairs = await asyncio.gather(send(one, *lines), send(two, *lines))
        assert await one.intake.log.last_sequence() == 300
        for mine, theirs in zip(*pairs, strict=True):
            assert {mine.status, theirs.status} <= {"accepted", "duplicate"}
            assert "accepted" in {mine.status, theirs.status}
            assert mine.sequence == theirs.sequence


async def test_nothing_personal_is_readable_in_the_log_and_the_sections_open_again(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await take(opened, a_file(tmp_path / "a.csv", a_tpmap_row(first_name="บุญเลิศ", house_no="99/7")))
    (stored,) = await opened.intake.log.fetch([1])
    text = stored.data.decode()
    for secret in ("บุญเลิศ", VALID_ID, "99/7", "32010012345"):
        assert secret not in text
        assert msgspec.json.encode(secret).decode().strip('"') not in text
    event = decode_event(stored.data)
    assert isinstance(event, RecordReceived)
    async with opened.intake.pool.connection() as connection:
        (item,) = await opened.intake.vault.open(connection, [Reader(None).read(stored)])
    assert isinstance(item.opened, OpenedRecord)
    assert item.opened.members[0].first_name == "บุญเลิศ"


async def test_the_ledger_can_be_dropped_and_read_again_from_the_log(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await take(opened, a_file(tmp_path / "a.csv", *(a_house(n) for n in range(20))), mode="snapshot")
    await take(opened, a_file(tmp_path / "b.csv", *(a_house(n) for n in range(15))), mode="snapshot")
    await send(opened, an_action(), an_action(type="assistance.corrected.v1", amount_baht="1", reason="x"))

    async def contents():
        tables = ("statement", "action", "item", "checkpoint")
        return [await opened.rows(f"SELECT * FROM intake.{table} ORDER BY 1, 2") for table in tables]

    before = await contents()
    async with opened.intake.pool.connection() as connection:
        await connection.execute("TRUNCATE intake.statement, intake.action, intake.item")
        await connection.execute("UPDATE intake.checkpoint SET sequence = 0")
        await ledger.sync(connection, opened.intake.log)
    assert await contents() == before


async def test_an_erased_subject_is_refused_and_folds_as_erased(opened: OpenIntake, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", a_tpmap_row(first_name="บุญเลิศ"))
    await take(opened, path)
    (stored,) = await opened.intake.log.fetch([1])
    event = decode_event(stored.data)
    assert isinstance(event, RecordReceived)
    async with opened.intake.pool.connection() as connection:
        await opened.intake.vault.erase(connection, [event.data.members[0].member], erased_at=NOW)
    again = await take(opened, a_file(tmp_path / "b.csv", a_tpmap_row(first_name="บุญเลิศ", house_no="1")))
    assert again.rejected == 1
    assert again.first_errors[0].code == "ERASED"
    await opened.project()
    ((document,),) = await opened.rows("SELECT document FROM record_version")
    assert document["members"][0]["member"] is None
    assert document["house"]["record_key"]
