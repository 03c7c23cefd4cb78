"""GET /v1/households/{id}: one household at (v, s), every value with its provenance."""

import uuid
from typing import cast

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from hub.api import examples
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import HelpTotals, HouseholdDetail, to_baht
from hub.api.asking import AnyRequest, no_household, read_household_id
from hub.api.basis import Question
from hub.api.households import hidden_fields, household_values
from hub.api.provenance import BasisStatement, Person, explain, list_persons, to_record, to_statement
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

BASIS_COLUMN = 19


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The household that holds the founder of an id at s."""

    household: int
    household_id: uuid.UUID
    founder_source: str


@get(
    "/households/{household_id:str}",
    summary="One household with the provenance of every value",
    responses=examples.of(HouseholdDetail, examples.HOUSEHOLD),
    tags=["households"],
)
async def get_household(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    household_id: FromPath[str],
) -> Response[HouseholdDetail]:
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


async def fetch_detail(reading: Reading, resolved: Resolved, caller: Caller) -> HouseholdDetail:
    """The household with everything that this caller may see. Raises NotFound where it does not exist or is elsewhere."""
    basis, personal = reading.basis, caller.may_see_personal
    values = basis.values | {"household": resolved.household}
    await reading.cursor.execute(SQL["fetch_household"], values)
    row = await reading.cursor.fetchone()
    if row is None or (caller.areas and row[2] not in caller.areas):
        raise no_household()
    statements = await fetch_statements(reading, row[BASIS_COLUMN])
    persons, homes = await fetch_persons(reading, statements)
    state = household_values(row)
    persons_at_home = state.pop("persons")
    shown = {name: value for name, value in state.items() if name not in hidden_fields(caller)}
    return HouseholdDetail(
        **shown,  # pyright: ignore[reportArgumentType] - columns of household_state
        founder_source=resolved.founder_source,
        persons_at_home=cast("int", persons_at_home),
        records=[to_record(one, persons, personal=personal) for one in statements],
        values=explain(statements, personal=personal, points=caller.may_see_points),
        persons=list_persons(statements, persons, homes, household=resolved.household, personal=personal),
        assistance=await fetch_help(reading, values),
        aliases=await fetch_aliases(reading, values),
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


async def fetch_statements(reading: Reading, basis: list[int]) -> list[BasisStatement]:
    """The statements of a basis, the oldest first."""
    await reading.cursor.execute(SQL["fetch_statements"], {"basis": basis})
    return [to_statement(row) for row in await reading.cursor.fetchall()]


async def fetch_persons(
    reading: Reading, statements: list[BasisStatement]
) -> tuple[dict[int, Person], dict[int, int]]:
    """The person of every listed member, and the household at which each person is at home."""
    members = sorted({listed.id for one in statements for listed in one.document.members})
    await reading.cursor.execute(SQL["fetch_persons"], reading.basis.values | {"members": members})
    persons = {row[0]: Person(row[1], row[2]) for row in await reading.cursor.fetchall()}
    numbers = sorted({known.person for known in persons.values()})
    await reading.cursor.execute(SQL["fetch_homes"], reading.basis.values | {"persons": numbers})
    return persons, {row[0]: row[1] for row in await reading.cursor.fetchall()}


async def fetch_help(reading: Reading, values: dict[str, object]) -> HelpTotals:
    """What the household was given."""
    await reading.cursor.execute(SQL["sum_household_help"], values)
    actions, satang = await reading.cursor.fetchone() or (0, 0)
    return HelpTotals(actions=actions, amount_thb=to_baht(satang) or 0.0)


async def fetch_aliases(reading: Reading, values: dict[str, object]) -> list[uuid.UUID]:
    """The other ids of the household, by founder."""
    await reading.cursor.execute(SQL["list_aliases"], values)
    return [row[0] for row in await reading.cursor.fetchall()]
