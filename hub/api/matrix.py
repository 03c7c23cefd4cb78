"""GET /v1/matrix: which agencies help the same households, how often and with how much."""

import datetime as dt
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from contracts.times import DATE, end_of_day, parse_date, parse_instant, start_of_day
from hub.api import examples
from hub.api.answering import not_modified, to_answer
from hub.api.answers import Page
from hub.api.answers_numbers import ChosenHousehold, Matrix, MatrixCell
from hub.api.asking import AnyRequest, AreaCode, Limit, PageToken, check_area, check_need
from hub.api.basis import Basis, Question
from hub.api.chosen import address, page_households
from hub.api.examples_numbers import CHOSEN, MATRIX
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub
from hub.auth import Caller
from hub.counting.matrix import Filters, Shared, find_common, share
from hub.counting.numbers import micros

From = Annotated[
    str | None,
    QueryParameter(name="from", description="Help that begins on this day or later; also an instant."),
]
Until = Annotated[
    str | None,
    QueryParameter(description="Help that begins on this day or earlier; an instant is exclusive."),
]
Asked = dict[str, str | None]


@get(
    "/matrix",
    summary="Agencies that help the same households",
    responses=examples.of(Matrix, MATRIX),
    tags=["assistance"],
)
async def get_matrix(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    area: AreaCode = None,
    need: FromQuery[str | None] = None,
    kind: FromQuery[str | None] = None,
    from_: From = None,
    until: Until = None,
) -> Response[Matrix]:
    """For each pair of givers the households that both helped, what each gave to these, and how many doubles (D1, D2) stand between them."""
    caller.require("overview")
    asked: Asked = {"area": area, "need": need, "kind": kind, "from": from_, "until": until}
    filters = to_filters(asked, caller)
    async with hub.read(question, stands=False) as reading:
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        shared = share(await hub.memory.look(reading), filters)
        return to_answer(request, reading.basis, caller, to_matrix(shared, asked, reading.basis))


@get(
    "/matrix/{a:str}/{b:str}",
    summary="The households that two agencies helped",
    responses=examples.of(Page[ChosenHousehold], CHOSEN),
    tags=["assistance"],
)
async def list_common(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    a: FromPath[str],
    b: FromPath[str],
    area: AreaCode = None,
    need: FromQuery[str | None] = None,
    kind: FromQuery[str | None] = None,
    from_: From = None,
    until: Until = None,
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[ChosenHousehold]]:
    """Exactly the households of one cell of the matrix, by founder."""
    caller.require("households")
    narrowed: Asked = {"area": area, "need": need, "kind": kind, "from": from_, "until": until}
    filters = to_filters(narrowed, caller)
    asked = digest_question(f"/v1/matrix/{a}/{b}", narrowed | {"who": caller.kind})
    page = None if token is None else read_token(token)
    async with hub.read(question, page, stands=False) as reading:
        if page is not None:
            check_token(page, question=asked, version=reading.basis.version)
        numbers = find_common(await hub.memory.look(reading), filters, a, b).tolist()
        body = await page_households(reading, numbers, page, limit, asked)
        return to_answer(request, reading.basis, caller, body)


def to_filters(asked: Asked, caller: Caller) -> Filters:
    """The filters as they are counted. Raises InvalidInput."""
    since, until = asked["from"], asked["until"]
    return Filters(
        scope=caller.areas,
        area=check_area(asked["area"]),
        need=check_need(asked["need"]),
        kind=asked["kind"],
        since=None if since is None else micros(_edge(since, "from")),
        until=None if until is None else micros(_edge(until, "until")),
    )


def _edge(text: str, path: str) -> dt.datetime:
    """A day is its beginning in `from` and its end in `until`."""
    if not DATE.match(text):
        return parse_instant(text, path=path)
    day = parse_date(text, path=path)
    return start_of_day(day) if path == "from" else end_of_day(day)


def to_matrix(shared: Shared, asked: Asked, basis: Basis) -> Matrix:
    """The cells with a household in common, each pair once, by agency."""
    names = shared.agencies
    active = [position for position in range(len(names)) if shared.households[position, position]]
    active.sort(key=lambda position: names[position])
    cells = [
        _to_cell(shared, a, b, asked, basis)
        for order, a in enumerate(active)
        for b in active[order:]
        if shared.households[a, b]
    ]
    return Matrix(
        agencies=[names[position] for position in active],
        cells=cells,
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


def _to_cell(shared: Shared, a: int, b: int, asked: Asked, basis: Basis) -> MatrixCell:
    first, second = shared.agencies[a], shared.agencies[b]
    return MatrixCell(
        a=first,
        b=second,
        households=int(shared.households[a, b]),
        actions_a=int(shared.actions[a, b]),
        actions_b=int(shared.actions[b, a]),
        amount_a_thb=int(shared.satang[a, b]) / 100,
        amount_b_thb=int(shared.satang[b, a]) / 100,
        doubles=int(shared.doubles[a, b]),
        list=address(f"/v1/matrix/{first}/{second}", basis, asked=asked),
    )
