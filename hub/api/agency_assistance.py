"""GET /v1/agencies/{id}/assistance: what one agency gave, or what it reported, with totals that count each help once."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from hub.api import examples, examples_findings
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import to_baht, to_page
from hub.api.answers_help import AgencyHelp, HelpTotals
from hub.api.asking import AnyRequest, AreaCode, Limit, PageToken
from hub.api.assistance import (
    Filters,
    From,
    Until,
    after_of,
    check_page,
    compose,
    fetch_agency,
    fetch_rows,
    narrow,
    read_page,
    restrict,
    to_item,
)
from hub.api.basis import Question
from hub.api.conditions import Condition
from hub.api.households import next_token
from hub.api.paging import DEFAULT_LIMIT
from hub.api.reading import Hub, Reading
from hub.auth import Caller


@get(
    "/agencies/{agency_id:str}/assistance",
    summary="The actions of one agency",
    responses=examples.of(AgencyHelp, examples_findings.AGENCY_HELP),
    tags=["assistance"],
)
async def list_agency_assistance(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    agency_id: FromPath[str],
    role: Annotated[
        Literal["giver", "reporter"],
        QueryParameter(
            description="`giver`: what the agency gave, whoever reports it; `reporter`: what it reported, whoever gave."
        ),
    ] = "giver",
    kind: FromQuery[str | None] = None,
    need: FromQuery[str | None] = None,
    from_: From = None,
    until: Until = None,
    area: AreaCode = None,
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[AgencyHelp]:
    """The same list for one agency, with the agency and the totals of all that the filters let through."""
    filters = Filters(agency=agency_id, kind=kind, need=need, from_=from_, until=until, area=area)
    filters = msgspec.structs.replace(restrict(filters, caller), role=role)
    path = f"/v1/agencies/{agency_id}/assistance"
    asked, page = read_page(path, filters, caller, token)
    async with hub.read(question, page) as reading:
        check_page(page, asked, reading.basis)
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        agency = await fetch_agency(reading, agency_id)
        conditions, values = await narrow(reading, filters, caller)
        totals = await fetch_totals(reading, conditions, values)
        rows = await fetch_rows(reading, conditions, values, after=after_of(page), limit=limit)
    items = [to_item(row, caller) for row in rows[:limit]]
    following = next_token(reading.basis, asked, (items[-1].action,)) if len(rows) > limit else None
    await write_reading(hub, request, caller, what=path, count=len(items), shown=items)
    fields = msgspec.structs.asdict(to_page(items, following, reading.basis))
    answer = AgencyHelp(**fields, role=role, agency=agency, totals=totals)
    return to_answer(request, reading.basis, caller, answer)


async def fetch_totals(
    reading: Reading, conditions: Sequence[Condition], values: dict[str, object]
) -> HelpTotals:
    """The totals over all pages, each help once."""
    await reading.cursor.execute(compose("sum_assistance", reading.basis, conditions, values), values)
    count, satang, households, again, satang_again = await reading.cursor.fetchone() or (0, 0, 0, 0, 0)
    return HelpTotals(
        actions=count,
        amount_thb=to_baht(satang) or 0.0,
        households=households,
        reported_twice=again,
        reported_twice_thb=to_baht(satang_again) or 0.0,
    )
