"""A delivery survives whatever ends the process that works on it: it goes on where it was, and its counts stay exact."""

import asyncio
import contextlib
from collections import Counter
from pathlib import Path

import pytest

from contracts.events import BatchReceived, RecordReceived, RecordWithdrawn, decode_event
from hub.intake import batches, working
from hub.intake.delivering import read_parts
from hub.intake.files import FileImport
from hub.intake.requests import FileRequest
from hub.intake.spool import Spool
from hub.intake.working import Desk
from hub.readers import faults
from tests.fixtures.intake import OpenIntake
from tests.integration.test_intake import NOW, a_file, a_house, take

RECORDS = 1500


async def receive(opened: OpenIntake, desk: Desk, path: Path, **request) -> batches.Batch:
    order = FileRequest(path=path, source="tpmap", **request)
    async with opened.intake.pool.connection() as connection:
        found, is_open = await desk.receive(
            connection,
            read_parts(path),
            order,
            now=NOW,
            limit=1 << 30,
            too_large=lambda: faults.too_large(1),
        )
    assert is_open
    return found


async def find(opened: OpenIntake, batch: str) -> batches.Batch:
    found = await opened.intake.on_database(lambda c: batches.find(c, batch))
    assert found is not None
    return found


@contextlib.asynccontextmanager
async def a_process(opened: OpenIntake, desk: Desk):
    """The work of a process that ends with the block, wherever it is."""

    async def open_intake():
        return opened.intake

    async with working.keep_working(desk, open_intake, now=lambda: NOW):
        yield


async def until(opened: OpenIntake, batch: str, is_there) -> batches.Batch:
    for _ in range(3000):
        found = await find(opened, batch)
        if is_there(found):
            return found
        await asyncio.sleep(0.01)
    pytest.fail(f"{batch} is {found.state}, {found.done} of {found.total}")


async def events_of(opened: OpenIntake) -> list:
    log = opened.intake.log
    last = await log.last_sequence()
    return [decode_event(item.data) async for part in log.read(0, stop_at=last) for item in part]


async def test_a_delivery_goes_on_where_the_process_ended_with_exact_counts(
    opened: OpenIntake, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "batches")
    before = [a_house(number) for number in range(RECORDS, RECORDS + 60)]
    changed = [a_house(number, house_no="9") for number in range(20)]
    await take(opened, a_file(tmp_path / "0.csv", *(a_house(n) for n in range(20)), *before), mode="snapshot")
    rows = [*changed, *(a_house(number) for number in range(20, RECORDS)), *before[:50]]
    rows[700] = a_house(700, survey_date="1/1/2599")
    path = a_file(tmp_path / "a.csv", *rows)
    batch = (
        await receive(opened, Desk(spool, opened.intake.vault, province="32"), path, mode="snapshot")
    ).batch
    for share in (0.2, 0.5, 0.8):
        desk = Desk(spool, opened.intake.vault, province="32")
        async with a_process(opened, desk):
            await until(opened, batch, lambda found, s=share: found.total and found.done >= s * found.total)
    assert (await find(opened, batch)).state == "running"
    async with a_process(opened, Desk(spool, opened.intake.vault, province="32")):
        found = await until(opened, batch, lambda found: found.state == "finished")
    receipt = found.receipt
    assert receipt is not None
    assert (receipt.read, receipt.rows, receipt.new) == (RECORDS + 50, RECORDS + 50, RECORDS - 21)
    assert (receipt.changed, receipt.unchanged, receipt.quarantined, receipt.withdrawn) == (20, 50, 1, 10)
    events = await events_of(opened)
    mine = [event for event in events if event.batch_id == batch]
    times = Counter(event.data.record for event in mine if isinstance(event, RecordReceived))
    assert (len(times), set(times.values())) == (RECORDS - 1, {1})
    assert sum(isinstance(event, RecordWithdrawn) for event in mine) == 10
    assert sum(isinstance(event, BatchReceived) for event in mine) == 1
    assert list(spool.folder.iterdir()) == []
    assert len({event.id for event in events}) == len(events)


async def test_two_processes_never_work_on_one_source_at_once(
    opened: OpenIntake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "batches")
    first, second = (Desk(spool, opened.intake.vault, province="32") for _ in range(2))
    busy, most = 0, 0
    run = FileImport.run

    async def count_and_run(self: FileImport, **arguments):
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        try:
            return await run(self, **arguments)
        finally:
            busy -= 1

    monkeypatch.setattr(FileImport, "run", count_and_run)
    names = [
        (
            await receive(
                opened, first, a_file(tmp_path / f"{n}.csv", *(a_house(n * 100 + k) for k in range(100)))
            )
        ).batch
        for n in range(4)
    ]
    async with a_process(opened, first), a_process(opened, second):
        for name in names:
            found = await until(opened, name, lambda found: found.state == "finished")
            assert found.receipt is not None
            assert found.receipt.new == 100
    assert most == 1


async def test_a_delivery_whose_file_is_lost_ends_clearly(opened: OpenIntake, tmp_path: Path) -> None:
    desk = Desk(Spool(tmp_path / "batches"), opened.intake.vault, province="32")
    batch = (await receive(opened, desk, a_file(tmp_path / "a.csv", a_house(1)))).batch
    desk.spool.drop(batch)
    async with a_process(opened, desk):
        found = await until(opened, batch, lambda found: found.state == "failed")
    assert found.problem is not None
    assert found.problem.code == "FILE_LOST"
    again = await receive(opened, desk, tmp_path / "a.csv")
    assert (again.batch, again.state) == (batch, "queued")
    async with a_process(opened, desk):
        await until(opened, batch, lambda found: found.state == "finished")


async def test_receipts_of_before_there_were_batches_are_found(opened: OpenIntake, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", a_house(1))
    receipt = await take(opened, path)
    async with opened.intake.pool.connection() as connection:
        for statement in (
            "CREATE TABLE intake.delivery (batch text, receipt jsonb, finished_at timestamptz DEFAULT now())",
            "INSERT INTO intake.delivery SELECT batch, receipt FROM intake.batch",
            "DELETE FROM intake.batch",
        ):
            await connection.execute(statement)
        await batches.ensure(connection)
    again = await take(opened, path)
    assert (again.repeated, again.batch, again.new) == (True, receipt.batch, 1)
