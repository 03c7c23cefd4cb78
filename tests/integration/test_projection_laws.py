"""The laws of the projection, over random histories."""

import asyncio
import contextlib

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections import version as versions
from projections.fold import fold
from projections.indexes import NO_OVERLAP, create_constraints
from projections.linkage import features
from projections.linkage.cluster import link
from projections.runner import Projector, SequenceGap
from projections.state import State
from projections.tables import metadata
from tests.builders import Log, a_house, a_member
from tests.histories import histories
from tests.projection_tables import all_rows


@contextlib.asynccontextmanager
async def projection(database_url: str):
    """An empty live version, the same schema used again for the next history."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        version = await versions.ensure_live(connection)
        await versions.use_schema(connection, version.schema_name)
        await connection.execute("UPDATE projection.version SET checkpoint = 0")
        names = ", ".join(table.name for table in metadata.sorted_tables)
        await connection.execute(f"TRUNCATE {names}")
        yield connection, await versions.ensure_live(connection)


@pytest.fixture(params=[features.CROWD, 2], ids=["", "crowds of 3"])
def crowd(request, monkeypatch: pytest.MonkeyPatch) -> None:
    """The laws also hold where keys become crowded and cease to be."""
    monkeypatch.setattr(features, "CROWD", request.param)


async def without_guards(connection) -> None:
    """As a version under construction is: facts that will be closed later overlap for a while."""
    for table, _ in NO_OVERLAP:
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_no_overlap")


async def add_guards(connection) -> None:
    """The exclusion constraints again: they refuse what overlaps."""
    for statements in create_constraints().values():
        for statement in statements:
            if "EXCLUDE" in statement:
                await connection.execute(statement)


async def fold_all(connection, version, items, size: int, *, remember: bool) -> None:
    projector = Projector(connection, version)
    for start in range(0, len(items), size):
        if not remember:
            projector._state.complete = False
        await projector.apply(items[start : start + size])


def run(work) -> None:
    asyncio.run(work)


LAWS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@LAWS
@given(log=histories(), size=st.integers(1, 5))
def test_rows_do_not_depend_on_batches_or_on_what_is_remembered(
    crowd: None, database_url: str, log: Log, size: int
) -> None:
    async def work() -> None:
        found = []
        for batch, remember in ((len(log.items), True), (size, True), (size, False), (1, False)):
            async with projection(database_url) as (connection, version):
                await fold_all(connection, version, log.items, batch, remember=remember)
                found.append(await all_rows(connection))
        assert found[0] == found[1] == found[2] == found[3]

    run(work())


@LAWS
@given(log=histories(), data=st.data())
def test_what_was_known_at_a_sequence_is_the_fold_of_the_events_up_to_it(
    crowd: None, database_url: str, log: Log, data
) -> None:
    until = data.draw(st.integers(1, len(log.items)))

    async def work() -> None:
        async with projection(database_url) as (connection, version):
            await fold_all(connection, version, log.items, 4, remember=True)
            remembered = await all_rows(connection, at=until)
        async with projection(database_url) as (connection, version):
            await fold_all(connection, version, log.items[:until], 4, remember=True)
            assert await all_rows(connection, at=until) == remembered

    run(work())


@LAWS
@given(log=histories(), size=st.integers(1, 5))
def test_a_version_built_in_bulk_is_the_one_kept_live(
    crowd: None, database_url: str, log: Log, size: int
) -> None:
    async def work() -> None:
        async with projection(database_url) as (connection, version):
            await fold_all(connection, version, log.items, 3, remember=True)
            live = await all_rows(connection)
        async with projection(database_url) as (connection, version):
            projector = Projector(connection, version, bulk=True)
            await projector.begin_bulk()
            await without_guards(connection)
            for start in range(0, len(log.items), size):
                await projector.apply(log.items[start : start + size])
            await projector.end_bulk()
            assert await all_rows(connection) == live
            await add_guards(connection)

    run(work())


async def test_a_gap_in_the_sequence_stops_the_projector(database_url: str) -> None:
    log = Log()
    for key in "abc":
        log.received("tpmap", a_house(key), a_member("1", "สมชาย", number=1))
    async with projection(database_url) as (connection, version):
        projector = Projector(connection, version)
        await projector.apply(log.items[:1])
        with pytest.raises(SequenceGap, match="after sequence 1 came 3"):
            await projector.apply(log.items[2:])
        assert len((await all_rows(connection))["event"]) == 1


@LAWS
@given(log=histories())
def test_links_kept_event_by_event_are_those_of_the_definition(crowd: None, log: Log) -> None:
    state = State(complete=True)
    for item in log.items:
        fold(state, [item])
    partition = link(
        state.weigher,
        [record.features for record in state.records.values() if record.features is not None],
        state.decided,
    )
    assert state.person_of == partition.persons
    assert state.household_of == partition.households
