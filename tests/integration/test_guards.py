"""Guards: what stops the projector, what it says then, and that it goes on by itself when the cause is mended. Nothing is skipped."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import nats
import psycopg
import pytest

from hub import projector as projector_module
from hub.api.health import find_problems
from hub.guards import explain
from hub.log import Outgoing, Stored
from hub.projector import NoLongerLive, _until_first, project
from projections import version as versions
from projections.version import Version
from tests.fixtures.intake import OpenIntake
from tests.integration.test_intake import a_file, a_house, take
from tests.integration.test_rebuild import fill, rebuilt, run_sql


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A projector that stands still tries again at once; the log's length is looked at often."""
    monkeypatch.setattr(projector_module, "STANDSTILL_SECONDS", 0.2)
    monkeypatch.setattr(projector_module, "WATCH_SECONDS", 0.1)
    monkeypatch.setattr("hub.guards.AWAY_SECONDS", 0.02)


async def live(opened: OpenIntake) -> Version:
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        await versions.ensure_registry(connection)
        found = await versions.fetch_live(connection.cursor())
    assert found is not None
    return found


@contextlib.asynccontextmanager
async def projecting(opened: OpenIntake) -> AsyncGenerator[None]:
    work = asyncio.create_task(project(opened.database_url, opened.intake.log, opened.intake.vault))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait({work})


async def until(opened: OpenIntake, code: str | None, checkpoint: int | None = None) -> Version:
    """The live version, once it stands still with this code (None: goes on) and holds this event."""
    async with asyncio.timeout(20):
        while True:
            found = await live(opened)
            if found.error_code == code and checkpoint in {None, found.checkpoint}:
                return found
            await asyncio.sleep(0.02)


async def append(opened: OpenIntake, payload: bytes) -> int:
    log = opened.intake.log
    return await log.append([Outgoing(f"{log.prefix}.32.odd.x.{id(payload)}", payload, 0)])


async def test_an_unknown_type_stops_it_right_before_that_event_and_is_named(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    odd = await append(opened, b'{"type": "moon.landed.v1", "id": "e", "data": {"name": "\xe0\xb8\x81"}}')
    await fill(opened, tmp_path, "b", start=100)
    await opened_registry(opened)
    async with projecting(opened):
        found = await until(opened, "UNKNOWN_EVENT_TYPE", odd - 1)
    assert found.error_sequence == odd
    assert found.error == (
        f"event {odd} is of the type 'moon.landed.v1', which this version of the hub does not know"
    )
    assert found.error_th == f"พบเหตุการณ์ชนิดที่ระบบไม่รู้จัก (ลำดับที่ {odd})"
    (code, english, thai), *_ = find_problems(found, database=True, log=True)
    assert code == "UNKNOWN_EVENT_TYPE"
    assert "moon.landed.v1" in english
    assert "ไม่รู้จัก" in thai
    with pytest.raises(Exception, match=r"moon\.landed\.v1"):
        await rebuilt(opened)


async def opened_registry(opened: OpenIntake) -> None:
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        await versions.ensure_live(connection)


async def test_an_event_that_cannot_be_read_stops_it_without_its_content_being_told(
    opened: OpenIntake,
) -> None:
    await opened_registry(opened)
    odd = await append(opened, '{"type": "record.received.v1", "id": "สมชาย ใจดี"}'.encode())
    async with projecting(opened):
        found = await until(opened, "EVENT_UNREADABLE", odd - 1)
    assert "สมชาย" not in f"{found.error}{found.error_th}"


async def test_a_missing_key_stops_it_and_once_it_is_back_it_goes_on(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await take(opened, a_file(tmp_path / "a.csv", *(a_house(n) for n in range(10))))
    await opened_registry(opened)
    await run_sql(opened, "CREATE TABLE vault.kept AS TABLE vault.subject_key")
    last = await opened.intake.log.last_sequence()
    stored = (await opened.intake.log.fetch([4]))[0]
    record = json.loads(stored.data)["data"]["record"]
    await run_sql(
        opened, "DELETE FROM vault.subject_key WHERE subject = decode(replace(%s, '-', ''), 'hex')", record
    )
    async with projecting(opened):
        found = await until(opened, "KEY_MISSING", 3)
        assert found.error_sequence == 4
        await run_sql(opened, "INSERT INTO vault.subject_key SELECT * FROM vault.kept ON CONFLICT DO NOTHING")
        await until(opened, None, last)


async def test_a_section_that_was_altered_stops_it(opened: OpenIntake, tmp_path: Path) -> None:
    await take(opened, a_file(tmp_path / "a.csv", a_house(1)))
    await opened_registry(opened)
    stored = (await opened.intake.log.fetch([1]))[0]
    altered = json.loads(stored.data)
    box = altered["data"]["house"]
    altered["data"]["house"] = box[:40] + ("A" if box[40] != "A" else "B") + box[41:]
    last = await append(opened, json.dumps(altered).encode())
    async with projecting(opened):
        found = await until(opened, "BOX_BROKEN", last - 1)
    assert found.error_sequence == last


async def test_a_hole_in_the_log_stops_it(
    opened: OpenIntake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take(opened, a_file(tmp_path / "a.csv", *(a_house(n) for n in range(10))))
    await opened_registry(opened)
    whole = projector_module.open_batches

    async def with_a_hole(*given):
        async for items in whole(*given):
            yield [item for item in items if item.sequence != 5]

    monkeypatch.setattr(projector_module, "open_batches", with_a_hole)
    async with projecting(opened):
        found = await until(opened, "SEQUENCE_GAP")
        assert found.error == "after sequence 4 came 6; the events between are missing"
        assert found.error_th == "บันทึกเหตุการณ์ขาดตอน"
        assert found.checkpoint < 5
        monkeypatch.setattr(projector_module, "open_batches", whole)
        await until(opened, None, await opened.intake.log.last_sequence())


async def test_other_bytes_in_the_log_than_the_database_was_made_from_stop_it_at_its_start(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    before = await live(opened)
    digest = "UPDATE view_v1.event SET digest = sha256(digest) WHERE sequence = %s"
    await run_sql(
        opened, "CREATE TABLE kept AS SELECT digest FROM view_v1.event WHERE sequence = %s", before.checkpoint
    )
    await run_sql(opened, digest, before.checkpoint)
    async with projecting(opened):
        found = await until(opened, "DIGEST_MISMATCH", before.checkpoint)
        assert found.error_sequence == before.checkpoint
        restore = "UPDATE view_v1.event SET digest = kept.digest FROM kept WHERE sequence = %s"
        await run_sql(opened, restore, before.checkpoint)
        await until(opened, None, before.checkpoint)


async def test_a_log_that_was_replaced_by_a_shorter_one_stops_a_running_projector(
    opened: OpenIntake, tmp_path: Path, nats_operator_url: str
) -> None:
    await fill(opened, tmp_path)
    await opened.project()
    last = (await live(opened)).checkpoint
    operator = await nats.connect(nats_operator_url)
    try:
        async with projecting(opened):
            await until(opened, None, last)
            await operator.jetstream().delete_stream(opened.intake.log.stream)
            await opened.intake.log.ensure()
            found = await until(opened, "LOG_SHORTER", last)
            assert found.error_sequence == last
            assert found.error is not None
            assert found.error.startswith(f"the log ends at sequence 0, the projection is at {last}")
    finally:
        await operator.close()


def test_every_reason_has_a_code_and_no_row_is_quoted() -> None:
    class Refused(psycopg.errors.CheckViolation):
        sqlstate = "23514"

    found = explain(Refused("Failing row contains (สมชาย)"))
    assert (found.code, found.message_en) == ("DATABASE_REFUSED", "the database refused a row (23514)")
    found = explain(msgspec.ValidationError("Invalid value 'สมชาย'"))
    assert (found.code, found.message_en) == ("FOLD_FAILED", "ValidationError")
    assert "สมชาย" not in found.message_th


def test_a_type_that_is_odd_itself_is_told_shortened_and_in_one_line() -> None:
    from hub.guards import type_of

    name = json.dumps({"type": "a\nb" + "c" * 500}).encode()
    assert type_of(name) == "ab" + "c" * 77
    assert type_of(b"\xff") is None
    assert Stored.__struct_fields__ == ("sequence", "time", "subject", "data")


async def test_what_an_interrupted_write_says_does_not_hide_that_another_version_went_live() -> None:
    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise psycopg.ProgrammingError("the write was cut off") from None

    async def watch() -> None:
        await asyncio.sleep(0)
        raise NoLongerLive

    with pytest.raises(NoLongerLive):
        await _until_first(work(), watch())
