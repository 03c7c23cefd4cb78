"""GET /v1/findings: what is to be looked at in the help that was given, at (v, s)."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from psycopg import sql

from contracts.errors import Forbidden, InvalidInput
from contracts.records import NEEDS
from contracts.times import DATE, end_of_day, parse_date, parse_instant, start_of_day
from hub.api import examples, examples_findings
from hub.api.answering import not_modified, to_answer
from hub.api.answers_findings import FindingPage
from hub.api.asking import AnyRequest, AreaCode, Limit, PageToken, check_area, check_id
from hub.api.basis import Question
from hub.api.conditions import Condition, in_area, within
from hub.api.finding_ids import CLASSES, KINDS, STATES
from hub.api.finding_rows import After, FoundRow, count_rows, fetch_rows, of_agency, to_item
from hub.api.households import next_token
from hub.api.outliers import fetch_outliers
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

PATH = "/v1/findings"
From = Annotated[
    str | None,
    QueryParameter(name="from", description="Findings that begin on this day or later; also an instant."),
]
Until = Annotated[
    str | None,
    QueryParameter(description="Findings that begin on this day or earlier; an instant is exclusive."),
]


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows a list of findings, as it was asked; `classes` and `states` are never empty."""

    classes: tuple[str, ...] = CLASSES
    states: tuple[str, ...] = STATES
    need: str | None = None
    household: str | None = None
    agency: str | None = None
    from_: str | None = None
    until: str | None = None
    area: str | None = None
    areas: tuple[str, ...] = ()

    @property
    def is_placed(self) -> bool:
        """Whether it matters where a household is."""
        return self.area is not None or bool(self.areas)


@get(
    "/findings",
    summary="Findings",
    responses=examples.of(FindingPage, examples_findings.FINDINGS),
    tags=["findings"],
)
async def list_findings(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    kind: Annotated[
        str | None, QueryParameter(description="`duplicate`, `unserved` or `mistargeted`.")
    ] = None,
    class_: Annotated[
        str | None,
        QueryParameter(
            name="class",
            description="`D0`, `D1`, `D2`, `D3`, `unserved`, `mistargeted`; several joined by commas.",
        ),
    ] = None,
    area: AreaCode = None,
    state_: Annotated[
        str | None,
        QueryParameter(
            name="state",
            description="`suspected`, `confirmed`, `complementary`, `reporting_error`, `dismissed`; several joined by commas.",
        ),
    ] = None,
    need: FromQuery[str | None] = None,
    household: FromQuery[str | None] = None,
    agency: Annotated[
        str | None, QueryParameter(description="Gave or reported help that the finding rests on.")
    ] = None,
    from_: From = None,
    until: Until = None,
    order: Annotated[
        Literal["id", "impact"],
        QueryParameter(description="`impact`: most money first, then most unserved needs of the household."),
    ] = "id",
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[FindingPage]:
    """The findings that stand at (v, s), with the state that people gave them. None of them ever blocks help.

    D3 is that of the fiscal year of v. An agency sees those that rest on help which it gave or reported.
    """
    filters = restrict(
        Filters(
            classes=choose_classes(kind, class_),
            states=choose(state_, STATES, "state") or STATES,
            need=check_need(need),
            household=household,
            agency=agency,
            from_=from_,
            until=until,
            area=check_area(area),
        ),
        caller,
    )
    check_id(household, "household")
    by_impact = order == "impact"
    asked = digest_question(PATH, msgspec.structs.asdict(filters) | {"order": order, "who": caller.kind})
    page = None if token is None else read_token(token)
    async with hub.read(question, page) as reading:
        basis = reading.basis
        if page is not None:
            check_token(page, question=asked, version=basis.version)
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        after = None if page is None else page.after
        rows, counts = await fetch_page(reading, filters, by_impact=by_impact, after=after, limit=limit)
    shown = rows[:limit]
    following = next_token(basis, asked, shown[-1].key(by_impact=by_impact)) if len(rows) > limit else None
    answer = FindingPage(
        items=[to_item(row, by_impact=by_impact) for row in shown],
        next=following,
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )
    if counts is not None:
        answer = msgspec.structs.replace(answer, total=counts[0], households=counts[1])
    return to_answer(request, basis, caller, answer)


def choose(text: str | None, known: Sequence[str], name: str) -> tuple[str, ...] | None:
    """The words of a list joined by commas, each once. Raises InvalidInput for one that is not known."""
    if text is None:
        return None
    words = tuple(sorted({word.strip() for word in text.split(",")}))
    for word in words:
        if word not in known:
            raise InvalidInput(
                f"'{name}' is made of {', '.join(known)}.",
                message_th=f"'{name}' ต้องเป็นค่าใน {', '.join(known)}",
                code="BAD_PARAMETER",
                path=name,
            )
    return words


def choose_classes(kind: str | None, class_: str | None) -> tuple[str, ...]:
    """The classes that are asked for by kind and by class together."""
    kinds = choose(kind, tuple(KINDS), "kind") or tuple(KINDS)
    wanted = choose(class_, CLASSES, "class") or CLASSES
    return tuple(sorted(one for name in kinds for one in KINDS[name] if one in wanted))


def check_need(text: str | None) -> str | None:
    """A need given as a filter, or `unknown`: that of doubles whose need nobody stated. Raises InvalidInput."""
    found = choose(text, (*NEEDS, "unknown"), "need")
    return None if found is None else text


def restrict(filters: Filters, caller: Caller) -> Filters:
    """The filters that this caller's rights leave. Raises Unauthorized or Forbidden."""
    filters = msgspec.structs.replace(filters, areas=caller.areas)
    if "assistance" in caller.rights:
        return filters
    if "own" not in caller.rights:
        caller.require("assistance")
    if filters.agency is not None and filters.agency != caller.agency:
        raise Forbidden(
            "A key of an agency shows the findings of that agency only.",
            message_th="กุญแจของหน่วยงานดูได้เฉพาะข้อค้นพบของหน่วยงานตนเอง",
            code="OTHER_AGENCY",
            path="agency",
        )
    return msgspec.structs.replace(filters, agency=caller.agency)


async def fetch_page(
    reading: Reading, filters: Filters, *, by_impact: bool, after: After | None, limit: int
) -> tuple[list[FoundRow], tuple[int, int] | None]:
    """One page of rows and one row more where another page follows; for the first page also the counts of all."""
    conditions, values = await narrow(reading, filters)
    outliers = await choose_outliers(reading, filters, values.get("household"))
    outliers.sort(key=lambda row: row.key(by_impact=by_impact))
    rows: list[FoundRow] = []
    counts = (0, 0)
    if any(one != "D3" for one in filters.classes):
        rows = await fetch_rows(
            reading,
            conditions,
            values,
            is_placed=filters.is_placed,
            by_impact=by_impact,
            after=after,
            limit=limit + 1,
        )
        if after is None:
            counts = await count_rows(reading, conditions, values, is_placed=filters.is_placed)
    waiting = [row for row in outliers if after is None or row.key(by_impact=by_impact) > after]
    rows = sorted([*rows, *waiting], key=lambda row: row.key(by_impact=by_impact))[: limit + 1]
    if after is not None:
        return rows, None
    return rows, await add_outliers(reading, outliers, counts, conditions, values, filters)


async def add_outliers(
    reading: Reading,
    outliers: Sequence[FoundRow],
    counts: tuple[int, int],
    conditions: Sequence[Condition],
    values: Mapping[str, object],
    filters: Filters,
) -> tuple[int, int]:
    """The counts with the outlying shares; a household that was counted already counts once."""
    takers = {row.household for row in outliers}
    both = 0
    if takers and counts[0]:
        among = [*conditions, sql.SQL("f.household = ANY(%(takers)s::bigint[])")]
        more = {**values, "takers": list(takers)}
        both = (await count_rows(reading, among, more, is_placed=filters.is_placed))[1]
    return counts[0] + len(outliers), counts[1] + len(takers) - both


async def choose_outliers(reading: Reading, filters: Filters, household: object) -> list[FoundRow]:
    """The outlying shares that the filters let through."""
    if "D3" not in filters.classes:
        return []
    edges = read_edges(filters)
    found = [one.row for one in await fetch_outliers(reading)]
    return [
        row
        for row in found
        if row.state in filters.states
        and filters.need in (None, row.need)
        and (filters.household is None or row.household == household)
        and (
            filters.agency is None
            or any(filters.agency in (one.agency, one.reporter) for one in row.involved)
        )
        and (not filters.areas or row.amphoe in filters.areas)
        and (filters.area is None or (row.tambon or "").startswith(filters.area))
        and ("from" not in edges or row.valid_from >= edges["from"])
        and ("until" not in edges or row.valid_from < edges["until"])
    ]


def read_edges(filters: Filters) -> dict[str, dt.datetime]:
    """The instants between which a finding begins. Raises InvalidInput."""
    edges: dict[str, dt.datetime] = {}
    if filters.from_ is not None:
        edges["from"] = _parse_edge(filters.from_, "from", start_of_day)
    if filters.until is not None:
        edges["until"] = _parse_edge(filters.until, "until", end_of_day)
    return edges


def _parse_edge(text: str, path: str, of_day: Callable[[dt.date], dt.datetime]) -> dt.datetime:
    return of_day(parse_date(text, path=path)) if DATE.match(text) else parse_instant(text, path=path)


async def narrow(reading: Reading, filters: Filters) -> tuple[list[Condition], dict[str, object]]:
    """The conditions that the filters make, with their values."""
    edges = read_edges(filters)
    values: dict[str, object] = {**edges, "area": filters.area, "areas": list(filters.areas)}
    conditions: list[Condition] = [in_area("s", filters.area), within("s", filters.areas)]
    if filters.classes != CLASSES:
        conditions.append(sql.SQL("f.class = ANY(%(classes)s::text[])"))
        values["classes"] = list(filters.classes)
    if set(filters.states) != set(STATES):
        conditions.append(sql.SQL("coalesce(d.verdict, 'suspected') = ANY(%(found_states)s::text[])"))
        values["found_states"] = list(filters.states)
    if filters.need is not None:
        conditions.append(sql.SQL("f.need = %(need)s"))
        values["need"] = filters.need
    if filters.household is not None:
        conditions.append(sql.SQL("f.household = %(household)s::bigint"))
        values["household"] = await resolve(reading, filters.household)
    if filters.agency is not None:
        conditions.append(of_agency(reading.basis))
        values["agency"] = filters.agency
    if "from" in edges:
        conditions.append(sql.SQL("lower(f.valid) >= %(from)s"))
    if "until" in edges:
        conditions.append(sql.SQL("lower(f.valid) < %(until)s"))
    return conditions, values


async def resolve(reading: Reading, household_id: str) -> int | None:
    """The household that holds the founder of an id at s; None for an id that names nobody."""
    values = reading.basis.values | {"household_id": check_id(household_id, "household")}
    await reading.cursor.execute(SQL["resolve_household"], values)
    row = await reading.cursor.fetchone()
    return None if row is None else row[0]
