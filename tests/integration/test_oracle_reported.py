"""What had been reported by a day, against the oracle: whatever the history, the links and the order in which reports came."""

import asyncio
import datetime as dt

import msgspec
import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.basis import Basis
from projections.reported import Kept, stand_on
from tests.api.stage import story
from tests.builders import Log, day
from tests.histories import help_histories, histories
from tests.integration.test_oracle_projection import (
    AREAS,
    FINDINGS,
    GROUPS,
    HELP,
    HOUSEHOLDS,
    PEOPLE,
    area_rows,
    groups,
    help_rows,
    household_row,
    people,
    stored,
)
from tests.integration.test_projection_laws import fold_all, projection
from tests.oracle import Oracle, Reported
from tests.oracle_findings import findings
from tests.oracle_world import World

DAYS = tuple(day(number) for number in (0, 100, 250, 400))
LAWS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told_on_drawn_days(log: Log, data) -> Log:
    """The same log, each of its events reported on one of a few days or, as the source does not say it, when it was recorded."""
    days = st.sampled_from((*DAYS, None))
    for place, item in enumerate(log.items):
        event = msgspec.structs.replace(item.event, reported_at=data.draw(days))
        log.items[place] = msgspec.structs.replace(item, event=event)
    return log


@LAWS
@given(log=histories(least=6, most=18), data=st.data())
def test_what_had_been_reported_is_what_the_oracle_says(database_url: str, log: Log, data) -> None:
    judge_reported(database_url, told_on_drawn_days(log, data), data)


@LAWS
@given(log=help_histories(), data=st.data())
def test_much_help_reported_late_is_judged_as_the_oracle_judges_it(database_url: str, log: Log, data) -> None:
    judge_reported(database_url, told_on_drawn_days(log, data), data)


def judge_reported(database_url: str, log: Log, data) -> None:
    """Compare at four drawn (valid_at, as_of, reported_by), all households together and each alone."""
    happened = [item.event.happened_at for item in log.items]
    points = st.tuples(
        st.sampled_from(happened),
        st.sampled_from((len(log.items), *range(1, len(log.items)))),
        st.sampled_from((*DAYS, day(5000))),
    )
    asked = data.draw(st.lists(points, min_size=4, max_size=4))

    async def work() -> None:
        oracle = Oracle(log.items)
        async with projection(database_url) as (connection, version):
            await fold_all(connection, version, log.items, 3, remember=True)
            for moment, sequence, reported_by in asked:
                basis = Basis(
                    version=version.number,
                    schema_name=version.schema_name,
                    sequence=sequence,
                    recorded_at=None,
                    valid_at=moment,
                    final=True,
                    is_newest=False,
                    reported_by=reported_by,
                )
                known = oracle.reported(sequence, reported_by)
                async with connection.transaction(force_rollback=True):
                    await compare_whole(connection, basis, known)
                    for household in set(known.partition.households.values()):
                        await compare_alone(connection, basis, known, household)

    asyncio.run(work())


async def compare_whole(connection: psycopg.AsyncConnection, basis: Basis, known: Reported) -> None:
    world = World(known, basis.valid_at)
    kept = Kept()
    for _ in ("told", "told again from what was kept"):
        await stand_on(connection.cursor(), basis, kept=kept)
        await compare_rows(connection, world, known)


async def compare_rows(connection: psycopg.AsyncConnection, world: World, known: Reported) -> None:
    s, v = known.sequence, world.moment
    assert await stored(connection, GROUPS, s=s) == groups(known)
    assert await stored(connection, PEOPLE, s=s) == people(known)
    households = {household_row(household) for household in world.households.values()}
    assert await stored(connection, HOUSEHOLDS, s=s, v=v) == households
    assert await stored(connection, HELP, s=s) == help_rows(known)
    assert await stored(connection, AREAS, s=s, v=v) == area_rows(world)
    assert await stored(connection, FINDINGS, s=s, v=v) == findings(world)
    assert await stored(connection, EVENTS, s=s) == {(item.sequence,) for item in known.telling}


async def compare_alone(
    connection: psycopg.AsyncConnection, basis: Basis, known: Reported, household: int
) -> None:
    world, s, v = World(known, basis.valid_at), basis.sequence, basis.valid_at
    await stand_on(connection.cursor(), basis, [household])
    found = {row for row in await stored(connection, HOUSEHOLDS, s=s, v=v) if row[0] == household}
    assert found == {household_row(one) for one in world.households.values() if one.founder == household}
    helped = {row for row in await stored(connection, HELP, s=s) if row[7] == household}
    assert helped == {row for row in help_rows(known) if row[7] == household}
    judged = {row for row in await stored(connection, FINDINGS, s=s, v=v) if row[0] == household}
    assert judged == {row for row in findings(world) if row.household == household}


EVENTS = "SELECT sequence FROM event WHERE sequence <= %(s)s"


async def test_a_day_before_everything_leaves_nothing_and_one_after_changes_nothing(
    database_url: str,
) -> None:
    log = story()
    async with projection(database_url) as (connection, version):
        await fold_all(connection, version, log.items, 3, remember=True)
        query = "SELECT count(*) FROM household_state WHERE recorded @> 9::bigint"
        plain = await stored(connection, query)
        for reported_by, expected in ((dt.datetime(2000, 1, 1, tzinfo=dt.UTC), {(0,)}), (day(9000), plain)):
            basis = Basis(
                version=version.number,
                schema_name=version.schema_name,
                sequence=9,
                recorded_at=None,
                valid_at=day(30),
                final=True,
                is_newest=True,
                reported_by=reported_by,
            )
            async with connection.transaction(force_rollback=True):
                await stand_on(connection.cursor(), basis)
                assert await stored(connection, query) == expected
