"""What a hub has come to, read from its live projection for comparison with the truth."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from contracts.errors import Unavailable
from contracts.rules import DEFAULT_RULES, Rules
from contracts.times import end_of_day
from hub.demo.expected import Statement, Terms
from projections import queries
from projections import version as versions

_SQL = queries.load(Path(__file__).parent / "sql")
_API_SQL = queries.load(Path(__file__).parents[1] / "api" / "sql")
_KNOWN = {
    "states": sql.Identifier("household_state"),
    "actions": sql.Identifier("action_state"),
    "known_state": sql.SQL("s.recorded @> %(sequence)s::bigint"),
    "known_action": sql.SQL("st.recorded @> %(sequence)s::bigint"),
    "known_anchor": sql.SQL("ah.recorded @> %(sequence)s::bigint"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A standing finding: `action` is 0 for unserved and D3, `year` is set for D3 only."""

    kind: str
    household: int
    need: str
    action: int
    year: int | None = None


@dataclass(slots=True)
class Observed:
    """The hub as known now: pseudonyms to numbers, numbers to groups, statements by record."""

    checkpoint: int
    records: dict[str, int]
    household_of: dict[int, int]
    statements: dict[int, list[Statement]]
    members: dict[tuple[int, str], list[int]]
    person_of: dict[int, int]
    actions: dict[str, int]
    helped: dict[int, int | None]
    findings: list[Found]
    rules: Rules
    terms: dict[str, Terms]


async def observe(database_url: str, at: dt.datetime) -> Observed:
    """Everything from one snapshot of the live projection, findings as they stand at the instant. Raises Unavailable."""
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        async with connection.cursor() as cursor:
            live = await versions.fetch_live(cursor)
        if live is None:
            raise Unavailable("There is no live projection.", code="NOT_PROJECTED")
        await versions.use_schema(connection, live.schema_name)
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        records = await _rows(connection, "evaluated_records")
        statements, members = _read_statements(await _rows(connection, "evaluated_versions"))
        actions = await _rows(connection, "evaluated_actions")
        published = await _rows(connection, "evaluated_rules")
        rules = msgspec.json.decode(published[0][0], type=Rules) if published else DEFAULT_RULES
        findings = [Found(*row) for row in await _rows(connection, "evaluated_findings", valid_at=at)]
        years = range(2560, at.year + 545)
        outliers = [
            found for year in years for found in await _outliers(connection, live.checkpoint, year, at, rules)
        ]
        programmes = await _rows(connection, "evaluated_programmes")
        persons = await _rows(connection, "evaluated_persons")
    return Observed(
        checkpoint=live.checkpoint,
        records={pseudonym: record for record, pseudonym, _ in records},
        household_of={record: household for record, _, household in records},
        statements=statements,
        members=members,
        person_of=dict(persons),
        actions={pseudonym: action for action, pseudonym, _ in actions},
        helped={action: household for action, _, household in actions},
        findings=findings + outliers,
        rules=rules,
        terms={programme: Terms(*terms) for programme, *terms in programmes},
    )


async def _rows(connection: AsyncConnection[TupleRow], name: str, **values: object) -> list[TupleRow]:
    return await (await connection.execute(_SQL[name], values)).fetchall()


async def _outliers(
    connection: AsyncConnection[TupleRow], sequence: int, year: int, at: dt.datetime, rules: Rules
) -> list[Found]:
    """D3 of a fiscal year, by the query that the API answers from."""
    until = end_of_day(dt.date(year - 543, 9, 30))
    values = {
        "sequence": sequence,
        "year_from": end_of_day(dt.date(year - 544, 9, 30)),
        "year_until": until,
        "valid_at": min(at, until - dt.timedelta(microseconds=1)),
        "kinds": rules.outlier_kinds,
        "neighbours": rules.outlier_neighbours,
        "needs": ["health", "living", "education", "income", "accessibility"],
    }
    query = sql.SQL(_API_SQL["list_outliers"]).format(**_KNOWN)
    rows = await (await connection.execute(query, values)).fetchall()
    return [Found("D3", household, need, 0, year) for household, need, *_ in rows]


def _read_statements(
    rows: list[TupleRow],
) -> tuple[dict[int, list[Statement]], dict[tuple[int, str], list[int]]]:
    """(what each record says when, the members by record and period as the newest delivery lists them)."""
    received: dict[tuple[int, str], TupleRow] = {}
    ended: dict[tuple[int, str], dt.datetime] = {}
    for row in rows:
        _, record, period, happened_at, reported_at, withdrawn, *_ = row
        if withdrawn:
            ended[record, period] = reported_at or happened_at
        else:
            received[record, period] = row
            ended.pop((record, period), None)
    by_record: dict[int, list[tuple[dt.datetime, int, str]]] = {}
    for (record, period), row in received.items():
        by_record.setdefault(record, []).append((row[3], row[0], period))
    statements: dict[int, list[Statement]] = {}
    for record, periods in by_record.items():
        ordered = sorted(periods)
        following = [start for start, _, _ in ordered[1:]]
        for (start, sequence, period), end in zip(ordered, [*following, None], strict=True):
            ends = [each for each in (end, ended.get((record, period))) if each is not None]
            row = received[record, period]
            statement = Statement(sequence, start, min(ends, default=None), row[7], row[8] or {})
            statements.setdefault(record, []).append(statement)
    return statements, {key: list(row[9] or ()) for key, row in received.items()}
