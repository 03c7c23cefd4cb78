"""The tables of the projection against the oracle: whatever the history, at any (valid_at, as_of)."""

import ast
import asyncio
import datetime as dt
import sys
from pathlib import Path

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.records import NEEDS
from contracts.rules import DEFAULT_RULES
from tests.builders import Log
from tests.histories import help_histories, histories
from tests.integration.test_projection_laws import fold_all, projection
from tests.oracle import Known, Oracle
from tests.oracle_answers import counts
from tests.oracle_findings import decisions, findings, repeats, standing_of
from tests.oracle_world import Household, World

GROUPS = "SELECT record, household FROM household_record WHERE recorded @> %(s)s::bigint"
PEOPLE = """
SELECT encode(one.pseudonym, 'hex'), encode(founder.pseudonym, 'hex')
FROM person_member AS fact JOIN member AS one ON one.member = fact.member
JOIN member AS founder ON founder.member = fact.person
WHERE fact.recorded @> %(s)s::bigint
"""
HOUSEHOLDS = """
SELECT household, basis, sources, in_sources, persons, amphoe, tambon, moo, health, living, education, income,
    accessibility, level, standing, head_name, house_code, house_no, ST_X(geom), ST_Y(geom)
FROM household_state WHERE recorded @> %(s)s::bigint AND valid @> %(v)s::timestamptz
"""
HELP = """
SELECT state.action, state.sequence, lower(state.valid), state.amount_satang, state.corrected, reached.record,
    encode(member.pseudonym, 'hex'), reached.household, reached.repeats
FROM action_state AS state
LEFT JOIN action_household AS reached ON reached.action = state.action AND reached.recorded @> %(s)s::bigint
LEFT JOIN member USING (member)
WHERE state.recorded @> %(s)s::bigint
"""
AREAS = """
WITH living AS (
    SELECT * FROM household_state WHERE recorded @> %(s)s::bigint AND valid @> %(v)s::timestamptz
), help AS (
    SELECT link.household, count(*) AS actions, sum(coalesce(state.amount_satang, 0)) AS satang
    FROM action_state AS state
    JOIN action_household AS reached ON reached.action = state.action AND reached.recorded @> %(s)s::bigint
    JOIN household_record AS link ON link.record = reached.record AND link.recorded @> %(s)s::bigint
    WHERE state.recorded @> %(s)s::bigint AND lower(state.valid) <= %(v)s
    GROUP BY link.household
)
SELECT amphoe, count(*), sum(persons), sum(cardinality(basis)), count(*) FILTER (WHERE in_sources > 1),
    count(*) FILTER (WHERE health), count(help.actions), coalesce(sum(help.actions), 0), coalesce(sum(help.satang), 0)
FROM living LEFT JOIN help USING (household) GROUP BY amphoe
"""
FINDINGS = """
SELECT household, class, need, action, other, reason, satang, rules FROM finding
WHERE recorded @> %(s)s::bigint AND valid @> %(v)s::timestamptz
"""
DECISIONS = """
SELECT sequence, finding, verdict, happened_at, seen FROM finding_decision WHERE sequence <= %(s)s::bigint
"""
CATALOGUE = """
SELECT 'agency', agency, name_th FROM agency WHERE recorded @> %(s)s::bigint
UNION ALL SELECT 'programme', programme, cap_satang::text FROM programme WHERE recorded @> %(s)s::bigint
UNION ALL SELECT 'area', code, edition FROM area WHERE recorded @> %(s)s::bigint
UNION ALL SELECT 'rules', version, document->>'serves_days' FROM rules WHERE recorded @> %(s)s::bigint
"""

Rows = set[tuple[object, ...]]


def groups(known: Known) -> Rows:
    return set(known.partition.households.items())


def people(known: Known) -> Rows:
    names = known.member_pseudonyms
    return {(names[member], names[person]) for member, person in known.partition.persons.items()}


def household_row(household: Household) -> tuple[object, ...]:
    point = household.point
    return (
        household.founder,
        tuple(sorted(statement.sequence for statement in household.basis)),
        tuple(household.sources),
        household.in_sources,
        household.persons,
        *household.place,
        *(household.preferred(need) for need in NEEDS),
        household.preferred("level"),
        standing_of(household),
        *(household.preferred(field) for field in ("head_name", "house_code", "house_no")),
        *((None, None) if point is None else (point.lon, point.lat)),
    )


def help_rows(known: Known) -> Rows:
    found: Rows = set()
    told_again = repeats(known)
    for number, action in known.actions.items():
        anchor = known.anchors[number]
        record, member = (None, None) if anchor is None else anchor
        content = (
            action.item.sequence,
            action.event.happened_at,
            action.data.amount_satang,
            action.corrected,
        )
        pseudonym = None if member is None else known.member_pseudonyms[member]
        found.add((number, *content, record, pseudonym, known.household_of(number), told_again.get(number)))
    return found


def area_rows(world: World) -> Rows:
    inside: dict[str | None, list[Household]] = {}
    for household in world.households.values():
        inside.setdefault(household.place.amphoe, []).append(household)
    found: Rows = set()
    for code, households in inside.items():
        row = counts(households)
        satang = sum(a.data.amount_satang or 0 for household in households for a in household.actions)
        names = ("households", "persons", "records", "in_more_than_one")
        health = sum(household.needs["health"] is True for household in households)
        found.add(
            (code, *(row[n] for n in names), health, row["assisted_households"], row["actions"], satang)
        )
    return found


def catalogue_rows(known: Known) -> Rows:
    found: Rows = {("agency", agency.agency_id, agency.name_th) for agency in known.agencies.values()}
    for programme in known.programmes.values():
        cap = None if programme.cap_satang is None else str(programme.cap_satang)
        found.add(("programme", programme.programme_id, cap))
    if known.rules is not DEFAULT_RULES:
        found.add(("rules", known.rules.version, str(known.rules.serves_days)))
    return found | {("area", code, edition.name) for (_, code), edition in known.areas.items()}


async def stored(connection: psycopg.AsyncConnection, query: str, **values: object) -> Rows:
    cursor = await connection.execute(query, values)
    return {
        tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row)
        for row in await cursor.fetchall()
    }


async def compare(connection: psycopg.AsyncConnection, oracle: Oracle, moment: dt.datetime, s: int) -> None:
    known = oracle.known(s)
    world = World(known, moment)
    households = {household_row(household) for household in world.households.values()}
    assert await stored(connection, GROUPS, s=s) == groups(known)
    assert await stored(connection, PEOPLE, s=s) == people(known)
    assert await stored(connection, HOUSEHOLDS, s=s, v=moment) == households
    assert await stored(connection, HELP, s=s) == help_rows(known)
    assert await stored(connection, AREAS, s=s, v=moment) == area_rows(world)
    assert await stored(connection, FINDINGS, s=s, v=moment) == findings(world)
    assert await stored(connection, DECISIONS, s=s) == decisions(known)
    assert await stored(connection, CATALOGUE, s=s) == catalogue_rows(known)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=histories(least=6, most=18), data=st.data())
def test_the_tables_say_what_the_oracle_says(database_url: str, log: Log, data) -> None:
    judge_tables(database_url, log, data)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=help_histories(), data=st.data())
def test_much_help_for_few_is_judged_as_the_oracle_judges_it(database_url: str, log: Log, data) -> None:
    judge_tables(database_url, log, data)


def judge_tables(database_url: str, log: Log, data) -> None:
    """Fold the log in one way or another and compare at six drawn (valid_at, as_of)."""
    happened = [item.event.happened_at for item in log.items]
    offsets = st.sampled_from((dt.timedelta(), dt.timedelta(days=50), dt.timedelta(microseconds=-1)))
    moments = st.builds(lambda instant, offset: instant + offset, st.sampled_from(happened), offsets)
    sequences = st.sampled_from((len(log.items), *range(len(log.items))))
    pairs = data.draw(st.lists(st.tuples(moments, sequences), min_size=6, max_size=6))

    async def work() -> None:
        oracle = Oracle(log.items)
        async with projection(database_url) as (connection, version):
            await fold_all(connection, version, log.items, 3, remember=data.draw(st.booleans()))
            for moment, sequence in pairs:
                await compare(connection, oracle, moment, sequence)

    asyncio.run(work())


def test_the_oracle_knows_nothing_of_what_it_judges() -> None:
    """It imports contracts, msgspec, the standard library and the pure core of linkage only."""
    folder = Path(__file__).parents[1]
    parts = (
        "oracle",
        *(
            f"oracle_{part}"
            for part in ("statements", "links", "world", "findings", "answers", "help", "history", "layers")
        ),
    )
    allowed = ("contracts.", "projections.linkage.", *(f"tests.{part}" for part in parts))
    for part in parts:
        tree = ast.parse((folder / f"{part}.py").read_text(encoding="utf-8"))
        froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        plain = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        for name in (froms | plain) - {"msgspec"}:
            is_standard = name.partition(".")[0] in sys.stdlib_module_names
            assert is_standard or f"{name}.".startswith(allowed), f"{part} imports {name}"
