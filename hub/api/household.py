"""GET /v1/households/{id}: one household at (v, s), every value with its provenance."""

import uuid
from collections.abc import Sequence
from typing import Any, cast

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg import sql

from contracts.rules import Rules
from hub.api import examples, examples_story
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import UNSET, to_baht
from hub.api.answers_story import CountedHelp, FindingStanding, HouseholdStory, ReferralItem, ReferralStepItem
from hub.api.asking import AnyRequest, no_household, read_household_id
from hub.api.basis import Question
from hub.api.conditions import actions, findings, states
from hub.api.finding_ids import KIND_OF, write_id
from hub.api.households import hidden_fields, household_values
from hub.api.needs_over_time import Stretch, list_levels, list_needs
from hub.api.provenance import BasisStatement, Person, explain, list_persons, to_record, to_statement
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

BASIS_COLUMN, STANDING_COLUMN = 19, 20


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
    async with hub.read(question) as reading:
        resolved = await resolve_household(reading, asked)
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None and not caller.areas:
            return unchanged
        detail = await fetch_detail(reading, resolved, caller)
    if resolved.household_id != asked:
        detail = msgspec.structs.replace(detail, resolved_from=asked)
    await write_reading(
        hub, request, caller, what=f"/v1/households/{resolved.household_id}", count=1, shown=detail
    )
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
    basis, personal = reading.basis, caller.may_see_personal
    values = basis.values | {"household": resolved.household}
    statement = sql.SQL(SQL["fetch_household"]).format(states=states(basis))
    await reading.cursor.execute(statement, values)
    row = await reading.cursor.fetchone()
    if row is None or (caller.areas and row[2] not in caller.areas):
        raise no_household()
    stretches, known = await fetch_stretches(reading, values)
    standing_on = set(row[BASIS_COLUMN])
    statements = [one for one in known if one.sequence in standing_on]
    persons, homes = await fetch_persons(reading, statements)
    state = household_values(row)
    persons_at_home = state.pop("persons")
    shown = {name: value for name, value in state.items() if name not in hidden_fields(caller)}
    return HouseholdStory(
        **shown,  # pyright: ignore[reportArgumentType] - columns of household_state
        founder_source=resolved.founder_source,
        persons_at_home=cast("int", persons_at_home),
        records=[to_record(one, persons, personal=personal) for one in statements],
        values=explain(statements, personal=personal, points=caller.may_see_points),
        persons=list_persons(statements, persons, homes, household=resolved.household, personal=personal),
        assistance=await fetch_help(reading, values),
        aliases=await fetch_aliases(reading, values),
        standing=row[STANDING_COLUMN],
        findings=await fetch_findings(reading, values) if "assistance" in caller.rights else UNSET,
        levels=list_levels(known),
        needs_over_time=list_needs(stretches, known, personal=personal),
        referrals=await fetch_referrals(reading, values, personal=personal)
        if "assistance" in caller.rights
        else UNSET,
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


async def fetch_stretches(
    reading: Reading, values: dict[str, object]
) -> tuple[list[Stretch], list[BasisStatement]]:
    """The household over the world's time as known at s, and every statement on which it ever rested."""
    statement = sql.SQL(SQL["list_state_rows"]).format(states=states(reading.basis))
    await reading.cursor.execute(statement, values)
    stretches = [
        Stretch(since=row[0], until=row[1], basis=frozenset(row[3]), needs=tuple(row[6:]))
        for row in await reading.cursor.fetchall()
    ]
    every = sorted({sequence for stretch in stretches for sequence in stretch.basis})
    return stretches, await fetch_statements(reading, every)


async def fetch_statements(reading: Reading, basis: list[int]) -> list[BasisStatement]:
    """The statements of a basis, the oldest first, their needs as the rules in force at s read them."""
    await reading.cursor.execute(SQL["fetch_rules"], reading.basis.values)
    row = await reading.cursor.fetchone()
    crosswalk = None if row is None else msgspec.json.decode(row[0], type=Rules).crosswalk
    await reading.cursor.execute(SQL["fetch_statements"], {"basis": basis})
    return [to_statement(row, crosswalk) for row in await reading.cursor.fetchall()]


async def fetch_persons(
    reading: Reading, statements: list[BasisStatement]
) -> tuple[dict[int, Person], dict[int, int]]:
    """The person of every listed member, and the household at which each person is at home."""
    members = sorted({listed.id for one in statements for listed in one.document.members})
    await reading.cursor.execute(SQL["fetch_persons"], reading.basis.values | {"members": members})
    persons = {row[0]: Person(row[1], row[2]) for row in await reading.cursor.fetchall()}
    numbers = sorted({known.person for known in persons.values()})
    statement = sql.SQL(SQL["fetch_homes"]).format(states=states(reading.basis))
    await reading.cursor.execute(statement, reading.basis.values | {"persons": numbers})
    return persons, {row[0]: row[1] for row in await reading.cursor.fetchall()}


async def fetch_help(reading: Reading, values: dict[str, object]) -> CountedHelp:
    """What the household was given, each help once."""
    statement = sql.SQL(SQL["sum_household_help"]).format(actions=actions(reading.basis))
    await reading.cursor.execute(statement, values)
    given, satang, repeated = await reading.cursor.fetchone() or (0, 0, 0)
    return CountedHelp(actions=given, amount_thb=to_baht(satang) or 0.0, reported_twice=repeated)


async def fetch_findings(reading: Reading, values: dict[str, object]) -> list[FindingStanding]:
    """The findings that stand at (v, s), whatever people decided about them; their state says it."""
    statement = sql.SQL(SQL["list_household_findings"]).format(findings=findings(reading.basis))
    await reading.cursor.execute(statement, values)
    household = cast("int", values["household"])
    return [to_finding(household, row) for row in await reading.cursor.fetchall()]


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


async def fetch_referrals(
    reading: Reading, values: dict[str, object], *, personal: bool
) -> list[ReferralItem]:
    """The referrals about the household with the steps that had happened at v; their words only where they may be seen."""
    await reading.cursor.execute(SQL["list_referral_rows"], values)
    steps: dict[int, list[Any]] = {}
    for row in await reading.cursor.fetchall():
        if row[7] <= reading.basis.valid_at:
            steps.setdefault(row[1], []).append(row)
    return [to_referral(referral, rows, personal=personal) for referral, rows in sorted(steps.items())]


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


async def fetch_aliases(reading: Reading, values: dict[str, object]) -> list[uuid.UUID]:
    """The other ids of the household, by founder."""
    await reading.cursor.execute(SQL["list_aliases"], values)
    return [row[0] for row in await reading.cursor.fetchall()]
