"""Reading ahead of the fold in a process of its own: the same events, and the same stops."""

import contextlib
from pathlib import Path

import psutil
import psycopg
import pytest

from contracts.errors import HubError
from contracts.events import Sequenced
from hub.ahead import Order, open_batches_ahead, order
from hub.guards import Halt
from hub.projector import open_batches
from projections import version as versions
from projections.version import Version
from tests.fixtures.intake import OpenIntake
from tests.integration.test_rebuild import fill, run_sql

FROM_THE_BEGINNING = Version(
    number=9, schema_name="view_v9", state="building", checkpoint=0, recorded_at=None, code=versions.CODE
)


async def asked(opened: OpenIntake, batch: int = 25) -> Order:
    log, vault = opened.intake.log, opened.intake.vault
    return order(opened.database_url, log, vault, FROM_THE_BEGINNING, await log.last_sequence(), batch)


async def read_ahead(what: Order) -> list[list[Sequenced]]:
    async with contextlib.aclosing(open_batches_ahead(what)) as batches:
        return [items async for items in batches]


def as_folded(item: Sequenced) -> tuple[object, ...]:
    """All of an event that the fold may read: the sealed sections are not among it."""
    event = item.event
    sections = {"house", "members"} if hasattr(event.data, "house") else set()
    names = [name for name in event.data.__struct_fields__ if name not in sections]
    data = [getattr(event.data, name) for name in names]
    members = [member.member for member in getattr(event.data, "members", ())]
    envelope = [getattr(event, name) for name in event.__struct_fields__ if name != "data"]
    zones = [str(event.happened_at.tzinfo), str(item.recorded_at.tzinfo)]
    return item.sequence, item.recorded_at, item.digest, item.opened, envelope, data, members, zones


async def test_another_process_hands_on_the_same_events(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    what = await asked(opened)
    found = await read_ahead(what)
    async with await psycopg.AsyncConnection.connect(opened.database_url, autocommit=True) as keys:
        log, vault = opened.intake.log, opened.intake.vault
        here = [
            item
            async for items in open_batches(keys, log, vault, FROM_THE_BEGINNING, what.stop_at)
            for item in items
        ]
    assert max(map(len, found)) <= what.batch
    assert len(here) == what.stop_at
    assert [as_folded(item) for items in found for item in items] == [as_folded(item) for item in here]


async def test_a_missing_key_stops_at_its_event_after_all_that_comes_before(
    opened: OpenIntake, tmp_path: Path
) -> None:
    await fill(opened, tmp_path)
    what = await asked(opened)
    whole = [item for items in await read_ahead(what) for item in items]
    lost = next(item for item in whole if hasattr(item.event.data, "record") and item.sequence > 30)
    await run_sql(
        opened, "DELETE FROM vault.subject_key WHERE subject = decode(%s, 'hex')", lost.event.data.record
    )
    got: list[int] = []
    with pytest.raises(Halt) as stopped:
        async with contextlib.aclosing(open_batches_ahead(what)) as batches:
            async for items in batches:
                got += [item.sequence for item in items]
    assert (stopped.value.code, stopped.value.sequence) == ("KEY_MISSING", lost.sequence)
    assert got == list(range(1, lost.sequence))


def readers() -> list[psutil.Process]:
    """The processes that read ahead for this one."""
    found: list[psutil.Process] = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # ended meanwhile
            if "hub.ahead" in child.cmdline():
                found.append(child)
    return found


async def test_a_reader_that_is_killed_is_said_and_not_taken_for_the_end(
    opened: OpenIntake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.ahead.ROOM", 1024)  # so that it cannot have ended before it is killed
    await fill(opened, tmp_path)
    with pytest.raises(HubError, match="ended without a word"):
        async with contextlib.aclosing(open_batches_ahead(await asked(opened, batch=1))) as batches:
            async for _ in batches:
                for reader in readers():
                    reader.kill()


async def test_who_stops_listening_leaves_no_process_behind(opened: OpenIntake, tmp_path: Path) -> None:
    await fill(opened, tmp_path)
    async with contextlib.aclosing(open_batches_ahead(await asked(opened, batch=1))) as batches:
        await anext(batches)
        assert readers()
    assert not readers()
