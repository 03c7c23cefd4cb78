"""`hub verify`: every event of the log against its row."""

import datetime as dt
from pathlib import Path

import psycopg

from contracts.events import decode_event
from hub.pulling import SequenceGap
from hub.verifying import Fault, verify
from tests.fixtures.intake import OpenIntake
from tests.integration.test_rebuild import fill, run_sql


async def verified(opened: OpenIntake, log=None, **options):
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        reader = log or opened.intake.log
        return await verify(connection, reader, opened.intake.vault, lambda *_: None, **options)


async def test_a_projected_log_has_no_faults(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    last = await opened.intake.log.last_sequence()
    found = await verified(opened)
    assert (found.faults, found.checked, found.first, found.last) == (0, last, 1, last)
    assert found.sections > last
    part = await verified(opened, first=5, until=20)
    assert (part.faults, part.checked, part.first, part.last) == (0, 16, 5, 20)


async def test_changed_missing_and_extra_rows_are_named(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    last = await opened.intake.log.last_sequence()
    await run_sql(opened, "UPDATE view_v1.event SET digest = sha256('x') WHERE sequence = 3")
    await run_sql(opened, "UPDATE view_v1.event SET event_id = 'x', type = 'y' WHERE sequence = 4")
    await run_sql(
        opened, "UPDATE view_v1.event SET recorded_at = recorded_at + interval '1 s' WHERE sequence = 6"
    )
    await run_sql(opened, "DELETE FROM view_v1.event WHERE sequence = 9")
    await run_sql(
        opened,
        "INSERT INTO view_v1.event SELECT (jsonb_populate_record(event, jsonb_build_object('sequence', %s::bigint))).* "
        "FROM view_v1.event WHERE sequence = 1",
        last + 5,
    )
    found = await verified(opened)
    assert found.first_faults == (
        Fault(sequence=3, kind="changed", fields=("digest",)),
        Fault(sequence=4, kind="changed", fields=("event_id", "type")),
        Fault(sequence=6, kind="changed", fields=("recorded_at",)),
        Fault(sequence=9, kind="missing"),
        Fault(sequence=last + 5, kind="extra"),
    )
    assert (found.changed, found.missing, found.extra, found.faults) == (3, 1, 1, 5)
    assert (await verified(opened, first=10, until=last)).faults == 0


async def test_what_is_not_projected_yet_is_said_and_not_a_fault(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    before = await opened.intake.log.last_sequence()
    await fill(opened, tmp_path, "b", start=50)
    added = await opened.intake.log.last_sequence() - before
    found = await verified(opened)
    assert (found.faults, found.checked, found.not_projected) == (0, before, added)


async def test_erased_sections_are_counted(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    event = decode_event((await opened.intake.log.fetch([1]))[0].data)
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        erased_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        await opened.intake.vault.erase(connection, [event.data.record], erased_at=erased_at)
    found = await verified(opened)
    assert (found.faults, found.erased) == (0, 2), "the record stands in two rounds"


async def test_a_hole_in_the_log_is_a_fault_and_what_follows_is_compared(
    opened: OpenIntake, tmp_path: Path
) -> None:
    class Holed:
        """The log without event 7."""

        def __init__(self, log) -> None:
            self._log = log

        async def last_sequence(self) -> int:
            return await self._log.last_sequence()

        async def fetch(self, sequences):
            if 7 in sequences:
                raise SequenceGap("event 7 is not in the log")
            return await self._log.fetch(sequences)

        async def read(self, after, **options):
            if after < 7:
                raise SequenceGap("after event 6 the log goes on with 8")
            async for items in self._log.read(after, **options):
                yield items

    await fill(opened, tmp_path)
    await opened.project()
    await run_sql(opened, "UPDATE view_v1.event SET digest = sha256('x') WHERE sequence = 30")
    found = await verified(opened, Holed(opened.intake.log))
    assert [(fault.sequence, fault.kind) for fault in found.first_faults] == [
        (7, "gap"),
        (7, "extra"),
        (30, "changed"),
    ]
    assert found.checked == await opened.intake.log.last_sequence() - 1
