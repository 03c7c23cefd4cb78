"""GET /v1/households/{id}: one household at (v, s), every value with its provenance."""

import functools
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg import sql
from psycopg.rows import TupleRow

from contracts.needs import Crosswalk
from contracts.rules import Rules
from hub.api import examples, examples_story
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import UNSET, to_baht
from hub.api.answers_story import CountedHelp, FindingStanding, HouseholdStory, ReferralItem, ReferralStepItem
from hub.api.asking import AnyRequest, no_household, read_household_id
from hub.api.basis import Basis, Question
from hub.api.conditions import actions, findings, states
from hub.api.finding_ids import KIND_OF, write_id
from hub.api.households import hidden_fields, household_values
from hub.api.needs_over_time import Stretch, list_levels, list_needs
from hub.api.provenance import BasisStatement, Person, explain, list_persons, to_record, to_statement
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

BASIS_COLUMN, STANDING_COLUMN = 19, 20
PARTS = (
    "fetch_household",
    "list_state_rows",
    "fetch_rules",
    "list_household_statements",
    "list_household_persons",
    "sum_household_help",
    "list_aliases",
)
HELP_PARTS = ("list_household_findings", "list_referral_rows")
"""The statements about a household: none needs what another one finds, so they are sent together."""


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The household that holds the founder of an id at s."""

    household: int
    household_id: uuid.UUID
    founder_source: str


@get(
    "/households/{household_id:str}",
    summary="One household with the provenance of every value",
    responses=examples.of(HouseholdStory, examples_story.HOUSEHOLD),
    tags=["households"],
)
async def get_household(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    household_id: FromPath[str],
) -> Response[HouseholdStory]:
    """The household that holds the founder of this id at s. 404 when it does not exist at (v, s), or outside the key's area."""
    caller.require("households")
    asked = read_household_id(household_id)
    async with hub.read(question, stands=False) as reading:
        resolved = await resolve_household(reading, asked)
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None and not caller.areas:
            return unchanged
        await reading.stand([resolved.household])
        detail = await fetch_detail(reading, resolved, caller)
    if resolved.household_id != asked:
        detail = msgspec.structs.replace(detail, resolved_from=asked)
    await write_reading(hub, request, caller, what=f"/v1/households/{resolved.household_id}", count=1)
    return to_answer(request, reading.basis, caller, detail)


async def resolve_household(reading: Reading, household_id: uuid.UUID) -> Resolved:
    """The household of an id at s. Raises NotFound."""
    values = reading.basis.values | {"household_id": household_id}
    await reading.cursor.execute(SQL["resolve_household"], values)
    row = await reading.cursor.fetchone()
    if row is None:
        raise no_household()
    return Resolved(household=row[0], household_id=row[1], founder_source=row[2])


async def fetch_detail(reading: Reading, resolved: Resolved, caller: Caller) -> HouseholdStory:
    """The household with everything that this caller may see. Raises NotFound where it does not exist or is elsewhere."""
    personal, helped = caller.may_see_personal, "assistance" in caller.rights
    values = reading.basis.values | {"household": resolved.household}
    found = await fetch_parts(reading, values, helped=helped)
    row = next(iter(found["fetch_household"]), None)
    if row is None or (caller.areas and row[2] not in caller.areas):
        raise no_household()
    known = to_statements(found["list_household_statements"], found["fetch_rules"])
    standing_on = set(row[BASIS_COLUMN])
    statements = [one for one in known if one.sequence in standing_on]
    persons = {row[0]: Person(row[1], row[2]) for row in found["list_household_persons"]}
    state = household_values(row)
    persons_at_home = state.pop("persons")
    shown = {name: value for name, value in state.items() if name not in hidden_fields(caller)}
    return HouseholdStory(
        **shown,  # pyright: ignore[reportArgumentType] - columns of household_state
        founder_source=resolved.founder_source,
        persons_at_home=cast("int", persons_at_home),
        records=[to_record(one, persons, personal=personal) for one in statements],
        values=explain(statements, personal=personal, points=caller.may_see_points),
        persons=list_persons(
            statements,
            persons,
            await fetch_homes(reading, values, found["list_household_persons"]),
            household=resolved.household,
            personal=personal,
        ),
        assistance=to_help(found["sum_household_help"]),
        aliases=[row[0] for row in found["list_aliases"]],
        standing=row[STANDING_COLUMN],
        findings=[to_finding(resolved.household, row) for row in found["list_household_findings"]]
        if helped
        else UNSET,
        levels=list_levels(known),
        needs_over_time=list_needs(to_stretches(found["list_state_rows"]), known, personal=personal),
        referrals=to_referrals(found["list_referral_rows"], reading.basis, personal=personal)
        if helped
        else UNSET,
        sequence=reading.basis.sequence,
        as_of=reading.basis.recorded_at,
        valid_at=reading.basis.valid_at,
        final=reading.basis.final,
    )


async def fetch_parts(
    reading: Reading, values: Mapping[str, object], *, helped: bool
) -> dict[str, list[TupleRow]]:
    """The rows of every statement about the household, by its name; findings and referrals only where help may be seen."""
    relations = {
        "states": states(reading.basis),
        "actions": actions(reading.basis),
        "findings": findings(reading.basis),
    }
    names = [*PARTS, *(HELP_PARTS if helped else ())]
    statements = [sql.SQL(SQL[name]).format(**relations) for name in names]
    return dict(zip(names, await reading.fetch_each_about(statements, values), strict=True))


def to_stretches(rows: Sequence[TupleRow]) -> list[Stretch]:
    """Rows of `list_state_rows`: the household over the world's time as known at s."""
    return [
        Stretch(since=row[0], until=row[1], basis=frozenset(row[3]), needs=tuple(row[6:])) for row in rows
    ]


def to_statements(rows: Sequence[TupleRow], rules: Sequence[TupleRow]) -> list[BasisStatement]:
    """Rows of `list_household_statements`, their needs as the rules in force at s read them."""
    crosswalk = read_crosswalk(rules[0][0]) if rules else None
    return [to_statement(row, crosswalk) for row in rows]


@functools.lru_cache(maxsize=8)
def read_crosswalk(document: str) -> Crosswalk:
    """The crosswalk of published rules."""
    return msgspec.json.decode(document, type=Rules).crosswalk


async def fetch_statements(reading: Reading, basis: list[int]) -> list[BasisStatement]:
    """The statements of a basis, the oldest first, their needs as the rules in force at s read them."""
    statements = [sql.SQL(SQL["fetch_rules"]), sql.SQL(SQL["fetch_statements"])]
    rules, rows = await reading.fetch_each(statements, reading.basis.values | {"basis": basis})
    return to_statements(rows, rules)


async def fetch_homes(
    reading: Reading, values: Mapping[str, object], rows: Sequence[TupleRow]
) -> dict[int, int]:
    """The household at which each person of `list_household_persons` is at home; looked for where another one lists the person too."""
    household = cast("int", values["household"])
    homes = {person: household for _, person, _, elsewhere in rows if not elsewhere}
    doubtful = sorted({person for _, person, _, elsewhere in rows if elsewhere})
    if doubtful:
        statement = sql.SQL(SQL["fetch_homes"]).format(states=states(reading.basis))
        await reading.cursor.execute(statement, {**values, "persons": doubtful})
        homes |= {row[0]: row[1] for row in await reading.cursor.fetchall()}
    return homes


def to_help(rows: Sequence[TupleRow]) -> CountedHelp:
    """The row of `sum_household_help`: what the household was given, each help once."""
    given, satang, repeated = rows[0]
    return CountedHelp(actions=given, amount_thb=to_baht(satang) or 0.0, reported_twice=repeated)


def to_finding(household: int, row: Sequence[Any]) -> FindingStanding:
    """A row of `list_household_findings`."""
    class_, need, action, other, reason, satang, rules, since, until, verdict = row
    return FindingStanding(
        finding=write_id(class_, household=household, need=need, action=action, other=other),
        class_=class_,
        kind=KIND_OF[class_],
        need=need,
        state=verdict or "suspected",
        reason=reason,
        action=action or None,
        other=other,
        amount_thb=to_baht(satang),
        rules=rules,
        since=since,
        until=until,
    )


def to_referrals(rows: Sequence[TupleRow], basis: Basis, *, personal: bool) -> list[ReferralItem]:
    """Rows of `list_referral_rows`: the referrals with the steps that had happened at v; their words only where they may be seen."""
    steps: dict[int, list[TupleRow]] = {}
    for row in rows:
        if row[7] <= basis.valid_at:
            steps.setdefault(row[1], []).append(row)
    return [to_referral(referral, found, personal=personal) for referral, found in sorted(steps.items())]


def to_referral(referral: int, rows: Sequence[Any], *, personal: bool) -> ReferralItem:
    """The rows of `list_referral_rows` that belong to one referral, by sequence."""
    newest = rows[-1]
    return ReferralItem(
        referral=referral,
        sender=newest[3],
        receiver=newest[4],
        need=newest[5],
        step=newest[2],
        due_at=newest[6],
        action=newest[11],
        steps=[
            ReferralStepItem(
                step=row[2],
                happened_at=row[7],
                recorded_at=row[9],
                sequence=row[0],
                text=row[12] if personal else UNSET,
            )
            for row in rows
        ],
    )
