"""GET /v1/agencies and /v1/programmes: the catalogue as known at s."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from hub.api import examples
from hub.api.answering import not_modified, to_answer
from hub.api.answers import AgencyItem, Page, ProgrammeItem, to_baht, to_page
from hub.api.asking import AnyRequest, Limit, PageToken
from hub.api.basis import Basis, Question
from hub.api.households import next_token
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub
from hub.api.statements import SQL
from hub.auth import Caller


@get(
    "/agencies",
    summary="Agencies of the catalogue",
    responses=examples.of(Page[AgencyItem], examples.AGENCIES),
    tags=["catalogue"],
)
async def list_agencies(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[AgencyItem]]:
    """Every agency that has an entry at s, by id."""
    basis, rows, following = await fetch_page(hub, caller, question, "list_agencies", token, limit)
    items = [AgencyItem(agency_id=row[0], name_th=row[1], name_en=row[2], kind=row[3]) for row in rows]
    unchanged = not_modified(request, basis, caller)
    return unchanged or to_answer(request, basis, caller, to_page(items, following, basis))


@get(
    "/programmes",
    summary="Programmes of the catalogue",
    responses=examples.of(Page[ProgrammeItem], examples.PROGRAMMES),
    tags=["catalogue"],
)
async def list_programmes(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[ProgrammeItem]]:
    """Every programme that has an entry at s, by id."""
    basis, rows, following = await fetch_page(hub, caller, question, "list_programmes", token, limit)
    items = [to_programme(row) for row in rows]
    unchanged = not_modified(request, basis, caller)
    return unchanged or to_answer(request, basis, caller, to_page(items, following, basis))


async def fetch_page(
    hub: Hub, caller: Caller, question: Question, name: str, token: str | None, limit: int
) -> tuple[Basis, list[tuple[Any, ...]], str | None]:
    """A page of a list that is ordered by its first column. Needs any key."""
    caller.require("overview")
    asked = digest_question(name, {})
    page = None if token is None else read_token(token)
    async with hub.read(question, page, stands=False) as reading:
        if page is not None:
            check_token(page, question=asked, version=reading.basis.version)
        after = "" if page is None else page.after[0]
        values = reading.basis.values | {"after": after, "limit": limit + 1}
        await reading.cursor.execute(SQL[name], values)
        rows = await reading.cursor.fetchall()
    following = next_token(reading.basis, asked, (rows[limit - 1][0],)) if len(rows) > limit else None
    return reading.basis, rows[:limit], following


def to_programme(row: tuple[Any, ...]) -> ProgrammeItem:
    """A row of `list_programmes`."""
    return ProgrammeItem(
        programme_id=row[0],
        agency_id=row[1],
        name_th=row[2],
        name_en=row[3],
        need=row[4],
        kind=row[5],
        period=row[6],
        cap_thb=to_baht(row[7]),
        cap_scope=row[8],
        minimum_interval_days=row[9],
    )
