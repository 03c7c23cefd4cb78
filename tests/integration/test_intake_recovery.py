"""Nothing lost, nothing twice: log and database are killed while intake runs, acknowledgements are swallowed, intakes race."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from contracts.errors import Unavailable
from contracts.events import BatchReceived, RecordReceived, decode_event
from hub.intake import intake as intake_module
from hub.intake.files import FileImport, FileRequest
from hub.log import JetStreamLog, OutcomeUnknown, Outgoing
from tests.fixtures.intake import OpenIntake, open_intake_on
from tests.fixtures.servers import OwnServer
from tests.integration.test_intake import NOW, a_file, a_house, an_action, send, take

RECORDS = 4000


async def stored_events(log: JetStreamLog) -> list:
    last = await log.last_sequence()
    return [decode_event(item.data) async for found in log.read(0, stop_at=last) for item in found]


async def check_each_record_once(log: JetStreamLog, records: int) -> None:
    events = await stored_events(log)
    times = Counter(event.data.record for event in events if isinstance(event, RecordReceived))
    assert len(times) == records
    assert set(times.values()) == {1}
    assert sum(isinstance(event, BatchReceived) for event in events) == 1
    assert len({event.id for event in events}) == len(events)


async def import_while(opened: OpenIntake, path: Path, trouble: Callable[[], Awaitable[None]]):
    """The receipt of an import during which `trouble` happens once a quarter is in."""
    started = asyncio.Event()

    def progress(_stage: str, done: int, total: int) -> None:
        if done > total // 4:
            started.set()

    file = FileRequest(path=path, source="tpmap")
    work = FileImport(opened.intake, file, province="32", now=NOW, progress=progress)
    importing = asyncio.create_task(work.run())
    await started.wait()
    await trouble()
    return await importing


async def restart(server: OwnServer) -> None:
    await server.kill()
    await asyncio.sleep(0.3)
    await server.start()


async def test_a_killed_log_is_waited_for_and_each_record_is_stored_once(
    own_nats: OwnServer, database_url: str, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "a.csv", *(a_house(number) for number in range(RECORDS)))
    async with open_intake_on(own_nats.url, database_url, "EVENTS") as opened:
        receipt = await import_while(opened, path, lambda: restart(own_nats))
        assert (receipt.read, receipt.new) == (RECORDS, RECORDS)
        await check_each_record_once(opened.intake.log, RECORDS)


async def test_a_killed_database_is_waited_for_and_each_record_is_stored_once(
    nats_url: str, own_postgres: OwnServer, stream_name: str, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "a.csv", *(a_house(number) for number in range(RECORDS)))
    async with open_intake_on(nats_url, own_postgres.url, stream_name) as opened:
        receipt = await import_while(opened, path, lambda: restart(own_postgres))
        assert (receipt.read, receipt.new) == (RECORDS, RECORDS)
        await check_each_record_once(opened.intake.log, RECORDS)


async def test_an_import_that_died_half_way_is_completed_by_the_next(
    opened: OpenIntake, tmp_path: Path
) -> None:
    path = a_file(tmp_path / "a.csv", *(a_house(number) for number in range(RECORDS)))
    half = asyncio.Event()

    def progress(_stage: str, done: int, total: int) -> None:
        if done > total // 2:
            half.set()

    file = FileRequest(path=path, source="tpmap")
    work = FileImport(opened.intake, file, province="32", now=NOW, progress=progress)
    dying = asyncio.create_task(work.run())
    await half.wait()
    dying.cancel()
    await asyncio.wait({dying})
    receipt = await take(opened, path)
    assert (receipt.read, receipt.new, receipt.unchanged) == (RECORDS, RECORDS, 0)
    await check_each_record_once(opened.intake.log, RECORDS)


async def test_an_acknowledgement_that_is_lost_still_ends_in_accepted(
    opened: OpenIntake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = JetStreamLog.append
    swallowed = 0

    async def append_and_swallow(self: JetStreamLog, messages: list[Outgoing]) -> int:
        nonlocal swallowed
        first = await append(self, messages)
        if swallowed < 3:
            swallowed += 1
            raise OutcomeUnknown("swallowed")
        return first

    monkeypatch.setattr(JetStreamLog, "append", append_and_swallow)
    receipt = await take(opened, a_file(tmp_path / "a.csv", *(a_house(number) for number in range(1200))))
    assert swallowed == 3
    assert (receipt.read, receipt.new, receipt.unchanged) == (1200, 1200, 0)
    await check_each_record_once(opened.intake.log, 1200)
    answers = await send(opened, an_action(), an_action())
    assert [answer.status for answer in answers] == ["accepted", "duplicate"]


async def test_two_imports_of_two_files_at_once_store_equal_records_once(
    nats_url: str, database_url: str, stream_name: str, tmp_path: Path
) -> None:
    houses = [a_house(number) for number in range(1500)]
    forward, backward = a_file(tmp_path / "a.csv", *houses), a_file(tmp_path / "b.csv", *reversed(houses))
    async with (
        open_intake_on(nats_url, database_url, stream_name) as one,
        open_intake_on(nats_url, database_url, stream_name) as two,
    ):
        receipts = await asyncio.gather(take(one, forward), take(two, backward))
        assert sum(receipt.new for receipt in receipts) == 1500
        assert sum(receipt.unchanged for receipt in receipts) == 1500
        events = await stored_events(one.intake.log)
        times = Counter(event.data.record for event in events if isinstance(event, RecordReceived))
        assert len(times) == 1500
        assert set(times.values()) == {1}


async def test_a_log_that_stays_away_ends_in_one_clear_sentence(
    own_nats: OwnServer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "RETRY_PAUSES", (0.05, 0.05))
    async with open_intake_on(own_nats.url, database_url, "EVENTS") as opened:
        await own_nats.kill()
        with pytest.raises(Unavailable) as caught:
            await send(opened, an_action())
        assert caught.value.code == "INTAKE_UNAVAILABLE"
        assert caught.value.message_th != caught.value.message_en


async def test_a_ledger_that_was_lost_decides_as_before(opened: OpenIntake, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", *(a_house(number) for number in range(50)))
    await take(opened, path)
    async with opened.intake.pool.connection() as connection:
        await connection.execute("DROP SCHEMA intake CASCADE")
    await opened.intake.ensure()
    again = await take(opened, path)
    assert (again.repeated, again.unchanged) == (False, 50)
    await check_each_record_once(opened.intake.log, 50)


async def test_many_publishers_at_once_do_not_leave_the_ledger_behind(
    opened: OpenIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "FAR_BEHIND", 20)

    async def publish_some(publisher: int) -> list:
        return [(await send(opened, an_action(action_id=f"{publisher}-{number}")))[0] for number in range(30)]

    answers = await asyncio.gather(*(publish_some(publisher) for publisher in range(8)))
    assert {answer.status for some in answers for answer in some} == {"accepted"}
    ((checkpoint,),) = await opened.rows("SELECT sequence FROM intake.checkpoint")
    assert checkpoint >= await opened.intake.log.last_sequence() - 60
