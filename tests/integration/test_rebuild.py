"""Rebuild, switch, rollback and diff over a real log."""

import asyncio
from pathlib import Path

import psycopg
import pytest

from contracts.errors import Conflict, NotFound
from contracts.events import Erasure, SubjectErased, decode_event, encode_event
from hub import rebuilding
from hub.log import Outgoing
from hub.projector import project
from hub.rebuilding import rebuild, roll_back
from projections import switching
from projections import version as versions
from projections.diff import compare
from projections.version import Version
from tests.fixtures.intake import OpenIntake
from tests.integration.test_intake import NOW, a_file, a_house, an_action, send, take

HOUSES = 40


async def fill(opened: OpenIntake, folder: Path, name: str = "a", start: int = 0) -> None:
    """Records of two rounds and some help."""
    for year in ("2566", "2567"):
        rows = [a_house(n, year_be=year, house_no=f"{n % 7}{year}") for n in range(start, start + HOUSES)]
        await take(opened, a_file(folder / f"{name}{year}.csv", *rows))
    actions = [an_action(action_id=f"{name}{n}", amount_baht=str(100 + n)) for n in range(10)]
    assert {receipt.status for receipt in await send(opened, *actions)} == {"accepted"}


async def rebuilt(opened: OpenIntake, report=lambda *_: None, **options):
    return await rebuild(opened.database_url, opened.intake.log, opened.intake.vault, report, **options)


async def known(opened: OpenIntake) -> dict[int, Version]:
    async with await psycopg.AsyncConnection.connect(opened.database_url) as connection:
        return {version.number: version for version in await versions.fetch_all(connection.cursor())}


async def run_sql(opened: OpenIntake, statement: str, *values: object) -> None:
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        await connection.execute(statement, values)


async def differences(opened: OpenIntake, *numbers: int, as_of: int | None = None):
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        return await compare(connection, *numbers, as_of=as_of)


async def test_a_rebuild_equals_the_live_version_and_takes_its_place(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    done = await rebuilt(opened)
    assert (done.outcome, done.version, done.before) == ("switched", 2, 1)
    assert done.diff is not None
    assert (done.diff.differences, done.diff.notes) == (0, ())
    assert next(t.rows for t in done.diff.tables if t.table == "record_version") == 2 * HOUSES
    assert {number: version.state for number, version in (await known(opened)).items()} == {
        2: "live",
        1: "retired",
    }
    rows = await opened.rows(
        "SELECT count(*) FROM pg_constraint JOIN pg_namespace AS space ON space.oid = connamespace "
        "WHERE contype = 'x' AND nspname IN ('view_v1', 'view_v2') GROUP BY nspname"
    )
    assert len(set(rows)) == 1
    assert len(rows) == 2


async def test_without_a_live_version_there_is_nothing_to_compare(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    done = await rebuilt(opened)
    assert (done.outcome, done.version, done.before, done.diff) == ("switched", 1, None, None)


async def test_a_live_version_that_lags_is_compared_at_its_own_place(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    last = await opened.intake.log.last_sequence()
    await fill(opened, tmp_path, "b", start=HOUSES // 2)
    done = await rebuilt(opened)
    assert done.diff is not None
    assert (done.outcome, done.diff.sequence, done.diff.differences) == ("switched", last, 0)
    assert "link_key" in done.diff.notes[0]


async def test_what_is_appended_meanwhile_is_caught_up_before_the_switch(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    before = await opened.intake.log.last_sequence()
    adding: list[asyncio.Task[None]] = []

    def report(stage: str, *_: int) -> None:
        if stage == "constraints" and not adding:
            adding.append(asyncio.create_task(fill(opened, tmp_path, "b", start=HOUSES)))

    projector = asyncio.create_task(project(opened.database_url, opened.intake.log, opened.intake.vault))
    try:
        done = await rebuilt(opened, report)
        await adding[0]
        last = await opened.intake.log.last_sequence()
        assert last > before
        async with asyncio.timeout(20):
            while (await known(opened))[2].checkpoint < last:
                await asyncio.sleep(0.05)
        assert done.diff is not None
        assert (done.outcome, done.diff.differences) == ("switched", 0)
    finally:
        projector.cancel()
        await asyncio.wait({projector})
    retired = (await known(opened))[1].checkpoint
    assert retired <= last
    assert (await differences(opened, 2, 1)).differences == 0
    rows = await opened.rows("SELECT max(sequence) FROM view_v1.event")
    assert rows == [(retired,)], "nothing is written to a retired version"


@pytest.mark.parametrize("remembered", [0, 50])
async def test_beyond_its_memory_a_rebuild_reads_what_it_needs(
    opened: OpenIntake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    monkeypatch.setattr("projections.runner.MEMORY_LIMIT", remembered)
    monkeypatch.setattr("hub.projector.BATCH", 15)
    done = await rebuilt(opened)
    assert done.diff is not None
    assert (done.outcome, done.diff.differences) == ("switched", 0)


async def test_planted_differences_are_named_and_the_live_version_stays(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    await run_sql(opened, "UPDATE view_v1.record_version SET tambon = '320199' WHERE sequence = 7")
    await run_sql(opened, "DELETE FROM view_v1.event WHERE sequence = 9")
    await run_sql(
        opened,
        "INSERT INTO view_v1.agency (agency, name_th, kind, recorded) VALUES ('x', 'ก', 'other', '[3,)')",
    )
    done = await rebuilt(opened)
    assert done.outcome == "differs"
    assert (await known(opened))[1].state == "live"
    found = await differences(opened, 1, 2)
    assert [(row.table, row.side, row.key) for row in found.first_rows] == [
        ("event", "right", {"sequence": 9}),
        ("record_version", "both", {"sequence": 7}),
        ("agency", "left", {"agency": "x", "recorded_from": 3}),
    ]
    assert found.differences == 3
    assert (await differences(opened, 1, 2, as_of=6)).differences == 1
    assert (await differences(opened, 1, 2, as_of=2)).differences == 0
    again = await rebuilt(opened, accept_differences=True)
    assert (again.outcome, again.began_again, again.diff and again.diff.differences) == ("switched", (2,), 3)
    assert (await known(opened))[again.version].state == "live"


async def test_no_personal_data_is_in_what_a_diff_shows(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    await rebuilt(opened)
    await run_sql(opened, "UPDATE view_v1.household_state SET head_name = 'สมหญิง', search = 'สมหญิง'")
    await run_sql(opened, "DELETE FROM view_v1.link_key")
    found = await differences(opened, 2, 1)
    assert {row.table for row in found.first_rows} == {"link_key"}
    assert all(set(row.key) == {"record"} for row in found.first_rows)
    assert len(found.first_rows) == 20
    assert found.differences > 20
    await run_sql(opened, "TRUNCATE view_v2.link_key")
    found = await differences(opened, 2, 1)
    assert {row.table for row in found.first_rows} == {"household_state"}
    assert all(set(row.key) == {"household", "valid_from", "recorded_from"} for row in found.first_rows)


async def test_rollback_makes_the_version_before_live_and_it_catches_up(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    await rebuilt(opened)
    await fill(opened, tmp_path, "b", start=HOUSES)
    await opened.project()
    last = await opened.intake.log.last_sequence()
    done = await roll_back(opened.database_url)
    assert (done.version, done.before) == (1, 2)
    assert done.checkpoint < last
    await opened.project()
    found = await known(opened)
    assert (found[1].state, found[1].checkpoint, found[2].state) == ("live", last, "retired")
    assert (await differences(opened, 1, 2)).differences == 0
    again = await rebuilt(opened)
    assert again.dropped == (2,), "the version that was live just before is kept first"
    assert set(await known(opened)) == {3, 1}


async def test_without_a_version_to_go_back_to_rollback_is_refused(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    with pytest.raises(NotFound, match="there is no retired version"):
        await roll_back(opened.database_url)


async def test_a_running_projector_goes_over_to_whatever_is_live(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    projector = asyncio.create_task(project(opened.database_url, opened.intake.log, opened.intake.vault))

    async def until(number: int) -> None:
        last = await opened.intake.log.last_sequence()
        async with asyncio.timeout(20):
            while True:
                version = (await known(opened)).get(number)
                if version is not None and version.checkpoint == last:
                    return
                await asyncio.sleep(0.05)

    try:
        await until(1)
        await rebuilt(opened)
        await fill(opened, tmp_path, "b", start=HOUSES)
        await until(2)
        await roll_back(opened.database_url)
        await until(1)
        await fill(opened, tmp_path, "c", start=2 * HOUSES)
        await until(1)
    finally:
        projector.cancel()
        await asyncio.wait({projector})
    assert (await differences(opened, 1, 2)).differences == 0


async def test_a_rebuild_that_was_killed_is_dropped_and_begun_again(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        await versions.create_version(connection, number=2, state="building", constraints=False)
    done = await rebuilt(opened)
    assert (done.outcome, done.version, done.began_again) == ("switched", 3, (2,))
    assert set(await known(opened)) == {1, 3}
    assert await opened.rows("SELECT nspname FROM pg_namespace WHERE nspname = 'view_v2'") == []


async def test_a_rebuild_that_fails_leaves_nothing_behind(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    await opened.project()

    def fail(stage: str, *_: int) -> None:
        if stage == "constraints":
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        await rebuilt(opened, fail)
    assert {number: version.state for number, version in (await known(opened)).items()} == {1: "live"}


async def test_of_two_rebuilds_at_once_the_second_is_refused(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    refused: list[asyncio.Task] = []

    def report(stage: str, *_: int) -> None:
        if not refused:
            refused.append(asyncio.create_task(rebuilt(opened)))

    done = await rebuilt(opened, report)
    assert done.outcome == "switched"
    with pytest.raises(Conflict, match="Another rebuild"):
        await refused[0]


async def test_a_version_of_an_older_fold_is_compared_by_its_events_and_replaced(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    await run_sql(opened, "UPDATE projection.version SET code = '0'")
    await run_sql(opened, "DROP TABLE view_v1.finding")
    done = await rebuilt(opened)
    assert done.diff is not None
    assert (done.outcome, [table.table for table in done.diff.tables]) == ("switched", ["event"])
    assert "only the events are compared" in done.diff.notes[0]
    with pytest.raises(NotFound, match="was written by version 0 of the fold"):
        await roll_back(opened.database_url)


def a_version(number: int, state: str = "retired", *, began: int = 0, code: str = versions.CODE) -> Version:
    return Version(
        number=number,
        schema_name=f"view_v{number}",
        state=state,
        checkpoint=100,
        recorded_at=None,
        code=code,
        began=began,
    )


def test_versions_begun_before_the_last_erasure_go_whatever_is_kept() -> None:
    retired = [a_version(3, began=30), a_version(2, began=20), a_version(1, began=10)]
    everything = [a_version(4, "live", began=40), *retired]
    assert switching.choose_dropped(everything, before=3, keep=5, erasure=25) == retired[1:]
    assert switching.choose_dropped(everything, before=3, keep=0, erasure=0) == retired
    assert switching.choose_dropped(everything, before=2, keep=1, erasure=0) == [retired[0], retired[2]]
    assert switching.choose_rollback(everything, 25) == retired[0]
    with pytest.raises(NotFound, match="view_v3 was begun before the erasure at sequence 35"):
        switching.choose_rollback(everything, 35)


async def test_a_transaction_that_reads_the_version_before_is_waited_for(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    reading = asyncio.Event()
    counts: list[tuple] = []

    async def read() -> None:
        async with await psycopg.AsyncConnection.connect(opened.database_url) as connection:
            await connection.execute("SELECT 1")
            reading.set()
            async with asyncio.timeout(20):
                while (await known(opened))[2].state != "live":
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.3)
            counts.append(await (await connection.execute("SELECT count(*) FROM view_v1.event")).fetchone())

    def report(stage: str, *_: int) -> None:
        if stage == "compare" and not reading.is_set() and not tasks:
            tasks.append(asyncio.create_task(read()))

    tasks: list[asyncio.Task[None]] = []
    done = await rebuilt(opened, report, keep=0)
    await tasks[0]
    assert done.dropped == (1,)
    assert counts == [(await opened.intake.log.last_sequence(),)]


async def test_the_switch_waits_until_the_new_version_is_where_the_live_one_is(
    opened: OpenIntake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However far the live version runs ahead, it is never replaced by one that knows less."""
    monkeypatch.setattr(rebuilding, "CLOSE", 0)
    await fill(opened, tmp_path)
    await opened.project()
    ahead: list[asyncio.Task] = []

    async def run_ahead() -> None:
        await fill(opened, tmp_path, "b", start=HOUSES)
        await opened.project()

    def report(stage: str, *_: int) -> None:
        if stage == "compare" and not ahead:
            ahead.append(asyncio.create_task(run_ahead()))

    await rebuilt(opened, report)
    await ahead[0]
    found = await known(opened)
    assert found[2].checkpoint >= found[1].checkpoint


async def test_after_an_erasure_what_was_inferred_goes_and_so_does_the_version_before(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    await rebuilt(opened)
    log = opened.intake.log
    first = decode_event((await log.fetch([1]))[0].data)
    subject = first.data.record
    erased = SubjectErased(
        specversion="1.0",
        id="erasure-1",
        source="hub",
        province="32",
        happened_at=NOW,
        received_at=NOW,
        data=Erasure(subjects=(subject,)),
    )
    sequence = await log.append([Outgoing(f"{log.prefix}.32.privacy.hub.{subject}", encode_event(erased), 0)])
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        await opened.intake.vault.erase(connection, [subject], erased_at=NOW)
    await opened.project()
    done = await rebuilt(opened)
    assert (done.outcome, done.after_erasure) == ("switched", True)
    assert set(done.dropped) == {1, 2}, "whatever --keep says"
    assert (await known(opened))[done.version].began >= sequence
    again = await rebuilt(opened)
    assert again.diff is not None
    assert (again.after_erasure, again.diff.differences, again.dropped) == (False, 0, ())
