"""GET /v1/findings/{id}: one finding with everything that it rests on."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg import sql

from contracts.records import Words
from hub.api import examples, examples_findings
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import to_needs
from hub.api.answers_findings import DecisionShown, FindingDetail, NeedsStatement, NeedsThen, RuleShown
from hub.api.asking import AnyRequest
from hub.api.basis import Question
from hub.api.conditions import Condition, known, states
from hub.api.coverage import fetch_coverage
from hub.api.finding_actions import fetch_actions
from hub.api.finding_ids import FindingName, no_finding, read_id
from hub.api.finding_rows import FoundRow, fetch_rows, to_item
from hub.api.finding_words import RULE_WORDS, parameters_of
from hub.api.household import fetch_statements
from hub.api.outliers import Outlier, fetch_outliers, fetch_rules, fetch_version
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

_words: msgspec.json.Decoder[Words] = msgspec.json.Decoder(Words)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Found:
    """A finding that stands, and what makes an outlying share one."""

    row: FoundRow
    outlier: Outlier | None = None


@get(
    "/findings/{finding_id:str}",
    summary="One finding with its evidence",
    responses=examples.of(FindingDetail, examples_findings.FINDING),
    tags=["findings"],
)
async def get_finding(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    finding_id: FromPath[str],
) -> Response[FindingDetail]:
    """The actions with their three clocks, the needs and who stated them, the rule, the decisions, and how far silence can be trusted.

    404 when it does not stand at (v, s), outside the key's area, and for an agency that neither gave nor reported what it rests on.
    """
    if "own" not in caller.rights:
        caller.require("assistance")
    async with hub.read(question) as reading:
        found = await fetch_finding(reading, finding_id)
        if found is None or not may_see(found.row, caller):
            raise no_finding()
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        detail = await fetch_detail(reading, found, caller)
    await write_reading(hub, request, caller, what=f"/v1/findings/{finding_id}", count=1, shown=detail)
    return to_answer(request, reading.basis, caller, detail)


def may_see(row: FoundRow, caller: Caller) -> bool:
    """Inside the area of the key; for an agency: it rests on what the agency gave or reported."""
    if caller.areas and row.amphoe not in caller.areas:
        return False
    if "assistance" in caller.rights:
        return True
    return any(caller.agency in (one.agency, one.reporter) for one in row.involved)


async def fetch_finding(reading: Reading, finding_id: str) -> Found | None:
    """The finding with this id that stands at (v, s). Raises NotFound for what is no id."""
    name = read_id(finding_id)
    household = None
    if name.household is not None:
        values = reading.basis.values | {"record": name.household}
        await reading.cursor.execute(SQL["fetch_holder"], values)
        holder = await reading.cursor.fetchone()
        if holder is None:
            return None
        household = int(holder[0])
    if name.class_ == "D3":
        outliers = await fetch_outliers(reading, name.year)
        chosen = (one for one in outliers if (one.row.household, one.row.need) == (household, name.need))
        outlier = next(chosen, None)
        return None if outlier is None else Found(row=outlier.row, outlier=outlier)
    conditions, values = conditions_of(name, household)
    rows = await fetch_rows(reading, conditions, values, is_placed=False, limit=1)
    return Found(row=rows[0]) if rows else None


def conditions_of(name: FindingName, household: int | None) -> tuple[list[Condition], dict[str, object]]:
    """The one stored finding that stands and bears this name."""
    values: dict[str, object] = {"named": name.class_}
    conditions: list[Condition] = [sql.SQL("f.class = %(named)s")]
    if household is not None:
        conditions.append(sql.SQL("f.household = %(household)s::bigint AND f.need = %(need)s"))
        return conditions, values | {"household": household, "need": name.need}
    conditions.append(sql.SQL("f.action = %(action)s::bigint AND f.action <> 0"))
    values["action"] = name.action
    if name.other is not None:
        conditions.append(sql.SQL("f.other = %(other)s::bigint"))
        values["other"] = name.other
    return conditions, values


async def fetch_detail(reading: Reading, found: Found, caller: Caller) -> FindingDetail:
    """The finding with its evidence, as this caller may see it."""
    row, basis = found.row, reading.basis
    moment = basis.valid_at if row.class_ in ("unserved", "D3") else row.valid_from
    numbers = None if found.outlier is None else found.outlier.numbers
    rules = await fetch_version(reading, row.rules)
    coverage = None
    if row.class_ == "unserved":
        in_force = await fetch_rules(reading)
        coverage = await fetch_coverage(reading, row.need, row.tambon or row.amphoe, in_force)
    text_th, text_en = RULE_WORDS[row.class_]
    parameters = {} if rules is None else parameters_of(row.class_, rules)
    return FindingDetail(
        **msgspec.structs.asdict(to_item(row)),
        actions=await fetch_actions(reading, row, caller, numbers),
        needs=await fetch_needs(reading, row.household, moment),
        rule=RuleShown(version=row.rules, text_th=text_th, text_en=text_en, parameters=parameters),
        decisions=await fetch_decisions(reading, row, caller),
        coverage=coverage,
        outlier=None if found.outlier is None else found.outlier.to_share(),
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


async def fetch_needs(reading: Reading, household: int, moment: dt.datetime) -> NeedsThen | None:
    """The needs of a household at an instant as known at s, with the statements they rest on; None where it did not exist then."""
    basis = reading.basis
    statement = sql.SQL(SQL["fetch_needs_basis"]).format(states=states(basis), known_state=known("s", basis))
    values = basis.values | {"household": household, "instant": moment}
    await reading.cursor.execute(statement, values)
    row = await reading.cursor.fetchone()
    if row is None:
        return None
    shown = [
        NeedsStatement(
            source=one.source,
            period=one.period,
            sequence=one.sequence,
            happened_at=one.happened_at,
            reported_at=one.reported_at,
            recorded_at=one.recorded_at,
            needs=to_needs(tuple(one.facts.needs)),
        )
        for one in await fetch_statements(reading, row[0])
    ]
    return NeedsThen(at=moment, needs=to_needs(tuple(row[1:6])), statements=shown)


async def fetch_decisions(reading: Reading, row: FoundRow, caller: Caller) -> list[DecisionShown]:
    """Every decision by s about a finding of this id, the oldest first."""
    names = [row.id]
    if row.class_ in ("unserved", "D3"):
        values = reading.basis.values | {"household": row.household}
        await reading.cursor.execute(SQL["list_founders"], values)
        names = [dataclasses.replace(row, household=one[0]).id for one in await reading.cursor.fetchall()]
    await reading.cursor.execute(SQL["list_finding_decisions"], reading.basis.values | {"names": names})
    return [to_decision(one, row, caller) for one in await reading.cursor.fetchall()]


def to_decision(decided: Sequence[Any], row: FoundRow, caller: Caller) -> DecisionShown:
    """A row of `list_finding_decisions`; its words only for those who may see them."""
    sequence, recorded_at, happened_at, verdict, actor, seen, text = decided
    ends = row.valid_until
    applies = row.class_ == "D3" or (row.valid_from <= happened_at and (ends is None or happened_at < ends))
    shown = DecisionShown(
        sequence=sequence,
        recorded_at=recorded_at,
        happened_at=happened_at,
        verdict=verdict,
        actor=actor,
        seen=seen,
        applies=applies,
    )
    if not caller.may_see_personal:
        return shown
    words = None if text is None else _words.decode(text)
    return msgspec.structs.replace(
        shown,
        text=None if words is None else words.text,
        reference=None if words is None else words.reference,
    )
