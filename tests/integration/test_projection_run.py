"""Running the projector over batches: one is folded while the one before it is written."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from contracts.events import Sequenced
from projections import version as versions
from projections.runner import Projector, SequenceGap, run
from tests.builders import Log, a_house, a_member
from tests.projection_tables import all_rows

HOUSEHOLDS = 60


@pytest.fixture
def log() -> Log:
    log = Log()
    for period in ("2566", "2567"):
        for number in range(HOUSEHOLDS):
            member = a_member("1", f"สมชาย{number % 7}", number=number % 50)
            log.received(
                "tpmap" if number % 2 else "mso_logbook", a_house(f"h{number}"), member, period=period
            )
    return log


async def handed_on(*batches: list[Sequenced]) -> AsyncIterator[list[Sequenced]]:
    for items in batches:
        await asyncio.sleep(0)
        yield items


def in_batches(log: Log, size: int) -> list[list[Sequenced]]:
    return [log.items[start : start + size] for start in range(0, len(log.items), size)]


async def project(database_url: str, *batches: list[Sequenced]):
    """What is committed: the checkpoints that were told of, and the rows."""
    told: list[int] = []
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        projector = Projector(connection, await versions.ensure_live(connection))
        try:
            await run(projector, handed_on(*batches), told.append)
        finally:
            live = await versions.fetch_live(connection.cursor())
        return told, live.checkpoint, await all_rows(connection)


async def test_rows_and_checkpoints_are_those_of_one_batch_after_the_other(fresh_database, log: Log) -> None:
    batches = in_batches(log, 17)
    told, checkpoint, rows = await project(fresh_database(), *batches[:3], [], *batches[3:])
    assert told == [batch[-1].sequence for batch in batches]
    assert checkpoint == len(log.items)
    assert rows == (await project(fresh_database(), log.items))[2]


async def test_an_event_that_cannot_be_folded_leaves_what_was_before_it(database_url: str, log: Log) -> None:
    with pytest.raises(SequenceGap, match="after sequence 40 came 61"):
        await project(database_url, *in_batches(log, 20)[:2], log.items[60:])
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        live = await versions.ensure_live(connection)
        assert live.checkpoint == 40
        await versions.use_schema(connection, live.schema_name)
        assert len((await all_rows(connection))["event"]) == 40


async def test_a_write_that_fails_is_told_though_no_event_follows(database_url: str, log: Log) -> None:
    async def then_silence() -> AsyncIterator[list[Sequenced]]:
        yield log.items[:20]
        await asyncio.Event().wait()

    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        projector = Projector(connection, await versions.ensure_live(connection))
        await connection.execute("DROP TABLE view_v1.link_key")
        async with asyncio.timeout(20):
            with pytest.raises(psycopg.errors.UndefinedTable):
                await run(projector, then_silence())
        live = await versions.ensure_live(connection)
        assert live.checkpoint == 0
        assert await (await connection.execute("SELECT count(*) FROM view_v1.event")).fetchone() == (0,)


async def test_a_lone_event_is_committed_without_waiting_for_the_next(database_url: str, log: Log) -> None:
    committed = asyncio.Event()

    async def one_and_wait() -> AsyncIterator[list[Sequenced]]:
        yield log.items[:1]
        async with asyncio.timeout(20):
            await committed.wait()

    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        projector = Projector(connection, await versions.ensure_live(connection))
        await run(projector, one_and_wait(), lambda _: committed.set())
        assert projector.checkpoint == 1
