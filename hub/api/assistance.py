"""GET /v1/assistance and /v1/agencies/{id}/assistance: who helped whom, as known at s and as it had happened at v."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from psycopg import sql

from contracts.errors import Forbidden, NotFound
from contracts.records import Help
from contracts.times import DATE, end_of_day, parse_date, parse_instant, start_of_day
from hub.api import examples, examples_findings
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import AgencyItem, Page, to_baht, to_page
from hub.api.answers_help import HelpItem
from hub.api.asking import AnyRequest, AreaCode, Limit, PageToken, check_area, check_id
from hub.api.basis import Basis, Question
from hub.api.conditions import ALWAYS, Condition, actions, every, in_area, known, states, within
from hub.api.finding_rows import verdicts
from hub.api.households import next_token
from hub.api.paging import DEFAULT_LIMIT, Token, check_token, digest_question, read_token
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

PATH = "/v1/assistance"
HELP_COLUMN, REPEATS_COLUMN = 18, 19
PLACED = sql.SQL(
    "LEFT JOIN {states} AS s ON s.household = ah.household AND {known} AND s.valid @> %(valid_at)s::timestamptz"
)
_help: msgspec.json.Decoder[Help] = msgspec.json.Decoder(Help)

From = Annotated[
    str | None,
    QueryParameter(name="from", description="Actions that begin on this day or later; also an instant."),
]
Until = Annotated[
    str | None,
    QueryParameter(description="Actions that begin on this day or earlier; an instant is exclusive."),
]


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows a list of actions, as it was asked."""

    household: str | None = None
    person: str | None = None
    agency: str | None = None
    kind: str | None = None
    need: str | None = None
    from_: str | None = None
    until: str | None = None
    area: str | None = None
    role: str = "giver"


@get(
    "/assistance",
    summary="Assistance actions",
    responses=examples.of(Page[HelpItem], examples_findings.HELP),
    tags=["assistance"],
)
async def list_assistance(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    household: FromQuery[str | None] = None,
    person: FromQuery[str | None] = None,
    agency: FromQuery[str | None] = None,
    kind: FromQuery[str | None] = None,
    need: FromQuery[str | None] = None,
    from_: From = None,
    until: Until = None,
    area: AreaCode = None,
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[HelpItem]]:
    """The actions known at s that had happened at v, by action. An agency sees its own; a key with an area those of its households."""
    filters = Filters(
        household=household,
        person=person,
        agency=agency,
        kind=kind,
        need=need,
        from_=from_,
        until=until,
        area=area,
    )
    filters = restrict(filters, caller)
    asked, page = read_page(PATH, filters, caller, token)
    async with hub.read(question, page) as reading:
        check_page(page, asked, reading.basis)
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        conditions, values = await narrow(reading, filters, caller)
        rows = await fetch_rows(reading, conditions, values, after=after_of(page), limit=limit)
    items = [to_item(row, caller) for row in rows[:limit]]
    following = next_token(reading.basis, asked, (items[-1].action,)) if len(rows) > limit else None
    await write_reading(hub, request, caller, what=PATH, count=len(items), shown=items)
    return to_answer(request, reading.basis, caller, to_page(items, following, reading.basis))


def restrict(filters: Filters, caller: Caller) -> Filters:
    """The filters that this caller's rights leave. Raises Unauthorized or Forbidden."""
    check_area(filters.area)
    if "assistance" in caller.rights:
        return filters
    if "own" not in caller.rights:
        caller.require("assistance")
    if filters.agency is not None and filters.agency != caller.agency:
        raise Forbidden(
            "A key of an agency shows the actions of that agency only.",
            message_th="กุญแจของหน่วยงานดูได้เฉพาะการช่วยเหลือของหน่วยงานตนเอง",
            code="OTHER_AGENCY",
            path="agency",
        )
    return msgspec.structs.replace(filters, agency=caller.agency)


def read_page(path: str, filters: Filters, caller: Caller, token: str | None) -> tuple[bytes, Token | None]:
    """The digest of the question, and the page that the token names."""
    asked = digest_question(path, msgspec.structs.asdict(filters) | {"who": caller.kind})
    return asked, None if token is None else read_token(token)


def check_page(page: Token | None, asked: bytes, basis: Basis) -> None:
    """Raises Gone or InvalidInput for a page of something else."""
    if page is not None:
        check_token(page, question=asked, version=basis.version)


def after_of(page: Token | None) -> int:
    """The action behind which a page begins."""
    return 0 if page is None else int(page.after[0])


async def narrow(
    reading: Reading, filters: Filters, caller: Caller
) -> tuple[list[Condition], dict[str, object]]:
    """The conditions that the filters and the area of the key make, with their values."""
    conditions: list[Condition] = []
    values: dict[str, object] = dict(reading.basis.values)
    if filters.agency is not None:
        giver, reporter = "st.agency = %(agency)s", "coalesce(st.reporter, st.agency) = %(agency)s"
        conditions.append(sql.SQL(giver if filters.role == "giver" else reporter))
        values["agency"] = filters.agency
    for column in ("kind", "need"):
        wanted = getattr(filters, column)
        if wanted is not None:
            conditions.append(sql.SQL("st.{} = {}").format(sql.Identifier(column), sql.Placeholder(column)))
            values[column] = wanted
    if filters.from_ is not None:
        conditions.append(sql.SQL("lower(st.valid) >= %(from)s"))
        values["from"] = parse_edge(filters.from_, "from", start_of_day)
    if filters.until is not None:
        conditions.append(sql.SQL("lower(st.valid) < %(until)s"))
        values["until"] = parse_edge(filters.until, "until", end_of_day)
    if filters.household is not None or filters.person is not None:
        conditions.append(sql.SQL("st.action = ANY(%(actions)s)"))
        values["actions"] = await fetch_actions(reading, filters)
    conditions.append(in_area("s", filters.area))
    values["area"] = filters.area
    if "own" not in caller.rights:
        conditions.append(within("s", caller.areas))
        values["areas"] = list(caller.areas)
    return conditions, values


def parse_edge(text: str, path: str, of_day: Any) -> object:  # noqa: ANN401 - one of the two functions of contracts.times
    """The instant of an edge: a day becomes its beginning or its end. Raises InvalidInput."""
    return of_day(parse_date(text, path=path)) if DATE.match(text) else parse_instant(text, path=path)


async def fetch_actions(reading: Reading, filters: Filters) -> list[int]:
    """The actions of the household and of the person that are asked for; none for an id that names nobody at s."""
    cursor, values = reading.cursor, reading.basis.values
    found: list[set[int]] = []
    if filters.household is not None:
        household_id = check_id(filters.household, "household")
        await cursor.execute(SQL["resolve_household"], values | {"household_id": household_id})
        row = await cursor.fetchone()
        await cursor.execute(
            SQL["list_actions_of_household"], values | {"household": row[0] if row else None}
        )
        found.append({row[0] for row in await cursor.fetchall()})
    if filters.person is not None:
        await cursor.execute(
            SQL["resolve_person"], values | {"person_id": check_id(filters.person, "person")}
        )
        row = await cursor.fetchone()
        await cursor.execute(SQL["list_actions_of_person"], values | {"person": row[0] if row else None})
        found.append({row[0] for row in await cursor.fetchall()})
    return sorted(set[int].intersection(*found))


def compose(
    name: str, basis: Basis, conditions: Sequence[Condition], values: Mapping[str, object]
) -> sql.Composed:
    """The statement `name` with its conditions. Where a household is, is joined only when a condition asks."""
    places = values.get("area") is not None or values.get("areas")
    return sql.SQL(SQL[name]).format(
        actions=actions(basis),
        verdicts=verdicts(basis),
        known_anchor=known("ah", basis),
        known_person=known("pm", basis),
        known_action=known("st", basis),
        placed=PLACED.format(states=states(basis), known=known("s", basis)) if places else sql.SQL(""),
        conditions=every([condition for condition in conditions if condition is not ALWAYS]),
    )


async def fetch_rows(
    reading: Reading, conditions: Sequence[Condition], values: dict[str, object], *, after: int, limit: int
) -> list[tuple[Any, ...]]:
    """One page of rows, and one row more where another page follows."""
    statement = compose("list_assistance", reading.basis, conditions, values)
    await reading.cursor.execute(statement, values | {"after": after, "limit": limit + 1})
    return await reading.cursor.fetchall()


async def fetch_agency(reading: Reading, agency_id: str) -> AgencyItem:
    """The entry of an agency at s. Raises NotFound for one that has neither an entry nor an action by then."""
    values = reading.basis.values | {"agency": agency_id}
    await reading.cursor.execute(SQL["fetch_agency"], values)
    row = await reading.cursor.fetchone()
    if row is not None:
        return AgencyItem(agency_id=row[0], name_th=row[1], name_en=row[2], kind=row[3])
    acted = [await _is_true(reading, name, values) for name in ("has_acted", "has_reported")]
    if not any(acted):
        raise NotFound(
            "There is no such agency.", message_th="ไม่พบหน่วยงานนี้", code="NO_SUCH_AGENCY", path="agency_id"
        )
    return AgencyItem(agency_id=agency_id, name_th=None, name_en=None, kind=None)


async def _is_true(reading: Reading, name: str, values: dict[str, object]) -> bool:
    await reading.cursor.execute(SQL[name], values)
    row = await reading.cursor.fetchone()
    return row is not None and bool(row[0])


def to_item(row: tuple[Any, ...], caller: Caller) -> HelpItem:
    """A row of `list_assistance`; its personal part only to those who may see it, and to the agency whose own words they are."""
    item = HelpItem(
        action=row[0],
        household_id=row[1],
        person_id=row[2],
        agency=row[3],
        reporter=row[4],
        programme=row[5],
        kind=row[6],
        need=row[7],
        level=row[8],
        amount_thb=to_baht(row[9]),
        quantity=row[10],
        unit=row[11],
        happened_at=row[12],
        until=row[13],
        reported_at=row[14],
        recorded_at=row[15],
        sequence=row[16],
        corrected=row[17],
        repeats=row[REPEATS_COLUMN],
    )
    if not caller.may_see_personal and "own" not in caller.rights:
        return item
    help_ = None if row[HELP_COLUMN] is None else _help.decode(row[HELP_COLUMN])
    return msgspec.structs.replace(
        item,
        action_id=None if help_ is None else help_.action_id,
        recipient_name=None if help_ is None else help_.recipient_name,
        description=None if help_ is None else help_.description,
    )
