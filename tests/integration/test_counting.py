"""The counts in memory are those of plain SQL, at any (v, s), after increments, closings and a switch of the version."""

import datetime as dt
import random
from collections.abc import AsyncGenerator

import numpy as np
import psycopg
import pytest
import pytest_asyncio

from hub.api.basis import resolve_basis
from hub.api.reading import Reading
from hub.counting.changes import HOUSEHOLD_CHANGES, find_changes, find_new_findings, find_transitions
from hub.counting.facts import FINDINGS, STATES, Facts
from hub.counting.matrix import Filters, find_common, share
from hub.counting.memory import Memory
from hub.counting.moment import Moment
from hub.counting.numbers import find_sets, in_scope, tally
from projections import version as versions
from projections.runner import Projector
from tests.builders import day
from tests.crowded import a_history

NOW = day(2000)
HOUSEHOLDS = """
SELECT count(*), coalesce(sum(persons), 0), count(*) FILTER (WHERE health), count(*) FILTER (WHERE NOT income),
    count(*) FILTER (WHERE in_sources > 1), count(*) FILTER (WHERE standing = 'exited'), coalesce(sum(cardinality(sources)), 0)
FROM household_state WHERE recorded @> %(s)s::bigint AND valid @> %(v)s::timestamptz
"""
HELP = """
SELECT count(*) FILTER (WHERE ah.repeats IS NULL), coalesce(sum(st.amount_satang) FILTER (WHERE ah.repeats IS NULL), 0),
    count(*) FILTER (WHERE ah.household IS NULL), count(*) FILTER (WHERE ah.repeats IS NOT NULL)
FROM action_state AS st LEFT JOIN action_household AS ah ON ah.action = st.action AND ah.recorded @> %(s)s::bigint
WHERE st.recorded @> %(s)s::bigint AND lower(st.valid) <= %(v)s::timestamptz
"""
HELPED = """
SELECT count(DISTINCT hs.household) FROM action_state AS st
JOIN action_household AS ah ON ah.action = st.action AND ah.recorded @> %(s)s::bigint
JOIN household_state AS hs ON hs.household = ah.household AND hs.recorded @> %(s)s::bigint AND hs.valid @> %(v)s::timestamptz
WHERE st.recorded @> %(s)s::bigint AND lower(st.valid) <= %(v)s::timestamptz
"""
WITH_FINDING = """
SELECT count(DISTINCT f.household) FROM finding AS f
JOIN household_state AS hs ON hs.household = f.household AND hs.recorded @> %(s)s::bigint AND hs.valid @> %(v)s::timestamptz
WHERE f.recorded @> %(s)s::bigint AND f.valid @> %(v)s::timestamptz AND f.class = ANY(%(classes)s)
"""
COMMON = """
SELECT count(*) FROM (
    SELECT hs.household FROM action_state AS st
    JOIN action_household AS ah ON ah.action = st.action AND ah.recorded @> %(s)s::bigint AND ah.repeats IS NULL
    JOIN household_state AS hs ON hs.household = ah.household AND hs.recorded @> %(s)s::bigint AND hs.valid @> %(v)s::timestamptz
    WHERE st.recorded @> %(s)s::bigint AND lower(st.valid) <= %(v)s::timestamptz
    GROUP BY hs.household HAVING count(DISTINCT st.agency) = 2
) AS both_helped
"""


class Province:
    """A projected history and a memory of it."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self.connection = connection
        self.memory = Memory()

    async def fold(self, items) -> None:
        version = await versions.ensure_live(self.connection)
        await versions.use_schema(self.connection, version.schema_name)
        await Projector(self.connection, version).apply(list(items))

    async def look(self, sequence: int, moment: dt.datetime, memory: Memory | None = None) -> Moment:
        async with self.connection.transaction(), self.connection.cursor() as cursor:
            basis = await resolve_basis(cursor, as_of=f"seq:{sequence}", valid_at=moment.isoformat(), now=NOW)
            return await (memory or self.memory).look(Reading(cursor=cursor, basis=basis))

    async def one(self, statement: str, sequence: int, moment: dt.datetime, **values) -> tuple[int, ...]:
        async with self.connection.cursor() as cursor:
            await cursor.execute(statement, {"s": sequence, "v": moment, **values})
            row = await cursor.fetchone()
            assert row is not None
            return tuple(int(value) for value in row)

    async def compare(self, sequence: int, valid: dt.datetime) -> None:
        moment = await self.look(sequence, valid)
        tallied = tally(moment)
        counts = tallied.add_up([tallied.inside(())])[0].numbers
        assert await self.one(HOUSEHOLDS, sequence, valid) == (
            counts["households"],
            counts["persons"],
            counts["health.need"],
            counts["income.no_need"],
            counts["in_more_than_one"],
            counts["exited"],
            counts["records"],
        )
        assert await self.one(HELP, sequence, valid) == (
            counts["actions"] + tallied.elsewhere.actions,
            counts["satang"] + tallied.elsewhere.satang,
            tallied.unresolved,
            counts["repeated_actions"] + tallied.elsewhere_repeated.actions,
        )
        assert await self.one(HELPED, sequence, valid) == (counts["assisted_households"],)
        for name, classes in (
            ("twice", ["D1", "D2"]),
            ("unserved", ["unserved"]),
            ("mistargeted", ["mistargeted"]),
        ):
            assert await self.one(WITH_FINDING, sequence, valid, classes=classes) == (counts[name],), name
        shared = share(moment, Filters())
        if len(shared.agencies) == 2:
            assert await self.one(COMMON, sequence, valid) == (shared.households[0, 1],)
            a, b = shared.agencies
            assert len(find_common(moment, Filters(), a, b)) == shared.households[0, 1]


@pytest_asyncio.fixture(loop_scope="session")
async def province(database_url: str) -> AsyncGenerator[Province]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        yield Province(connection)


@pytest.mark.parametrize("seed", range(4))
async def test_memory_counts_as_sql_does_after_every_step_forward(province: Province, seed: int) -> None:
    log, chance, done = a_history(seed, 120), random.Random(seed), 0
    while done < len(log.items):
        step = chance.randrange(1, 40)
        await province.fold(log.items[done : done + step])
        done = min(done + step, len(log.items))
        for _ in range(6):
            await province.compare(chance.randint(0, done), day(chance.randrange(0, 1400, 50)))
        await province.compare(done, NOW)
    fresh = await province.look(done, NOW, Memory())
    grown = await province.look(done, NOW)
    for name, columns in fresh.facts.tables.items():
        assert sorted(
            zip(*(columns[key].tolist() for key in columns.types if key not in _WORDS), strict=True)
        ) == sorted(
            zip(
                *(grown.facts.tables[name][key].tolist() for key in columns.types if key not in _WORDS),
                strict=True,
            )
        ), name


_WORDS = frozenset({*STATES.words, *FINDINGS.words, "agency", "kind"})


async def test_changes_between_two_points_are_the_differences_of_their_sets(province: Province) -> None:
    log = a_history(9, 150)
    await province.fold(log.items)
    for first, second in (((60, 900), (150, 900)), ((150, 300), (150, 1100))):
        before = await province.look(first[0], day(first[1]))
        after = await province.look(second[0], day(second[1]))
        changes = find_changes(before, after, ())
        assert tuple(changes) == HOUSEHOLD_CHANGES
        assert len(after.households.number) - len(before.households.number) == len(changes["appeared"]) - len(
            changes["disappeared"]
        )
        new, settled = find_new_findings(before, after, ()), find_new_findings(after, before, ())
        assert not set(new) & set(settled)
        for what in ("levels", "standings"):
            parts = find_transitions(before, after, (), what)
            every = np.concatenate(list(parts.values()))
            assert len(every) == len(set(every.tolist()))
            assert set(every.tolist()) == set(before.households.number.tolist()) | set(
                after.households.number.tolist()
            )
        if first[0] == second[0]:
            assert not len(changes["joined"])
            assert not len(changes["split"])


async def test_scopes_and_areas_part_the_province(province: Province) -> None:
    await province.fold(a_history(3, 100).items)
    moment = await province.look(100, day(1150))
    inside = [in_scope(moment, [code]) for code in ("3201", "3202")]
    assert (inside[0] ^ inside[1]).all()
    tambons = [in_scope(moment, (), code) for code in ("320101", "320102")]
    assert ((tambons[0] | tambons[1]) == inside[0]).all()
    assert set(find_sets(moment)) >= {"twice", "unserved", "mistargeted", "exited", "in_more_than_one"}


def test_a_row_stays_narrow() -> None:
    """What a province of 144,551 households needs: under 300 MB with room to grow."""
    facts = Facts(1)
    rows = {
        "states": 400_000,
        "helps": 400_000,
        "places": 400_000,
        "findings": 500_000,
        "holders": 300_000,
        "edges": 10_000,
    }
    assert sum(facts.tables[name].row_bytes * count for name, count in rows.items()) * 5 // 4 < 150_000_000
