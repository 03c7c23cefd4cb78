"""GET /v1/compare: what changed between two points of the world or of what the hub knew, with the list of every change."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from contracts.errors import InvalidInput
from contracts.times import to_text
from hub.api import examples
from hub.api.answering import not_modified, to_answer
from hub.api.answers import Page
from hub.api.answers_numbers import Change, ChangedFinding, ChosenHousehold, ComparedPoint, Comparison
from hub.api.asking import AnyRequest, Limit, PageToken
from hub.api.basis import Basis, Question, resolve_basis
from hub.api.chosen import address, no_list, page_findings, page_households
from hub.api.examples_numbers import CHOSEN, COMPARISON
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub, Reading
from hub.api.six import LISTS
from hub.auth import Caller
from hub.counting.changes import (
    CHANGES,
    FINDING_CHANGES,
    SHOWN_BEFORE,
    find_changes,
    find_new_findings,
)
from hub.counting.moment import Moment
from hub.counting.numbers import tally

Axis = Literal["valid_at", "as_of"]
From = Annotated[
    str, QueryParameter(name="from", description="The first point, as `valid_at` or `as_of` is given.")
]
To = Annotated[str, QueryParameter(description="The second point, as `valid_at` or `as_of` is given.")]
AlongAxis = Annotated[
    Axis, QueryParameter(description="Compare two instants of the world, or two states of what the hub knew.")
]


@get(
    "/compare",
    summary="What changed between two points",
    responses=examples.of(Comparison, COMPARISON),
    tags=["overview"],
)
async def compare(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    from_: From,
    to: To,
    axis: AlongAxis = "valid_at",
) -> Response[Comparison]:
    """The numbers at both points, their differences, and every change with its count and list. The other axis stays where it is asked."""
    caller.require("overview")
    async with hub.read(to_second(question, axis, to), stands=False) as reading:
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        first = await resolve_first(hub, reading, axis, from_)
        before, after = await look_at_both(hub, reading, first)
        changes = find_changes(before, after, caller.areas)
        counts = {name: len(numbers) for name, numbers in changes.items()}
        counts["new_findings"] = len(find_new_findings(before, after, caller.areas))
        counts["settled_findings"] = len(find_new_findings(after, before, caller.areas))
        start, end = to_point(first, before, caller.areas), to_point(reading.basis, after, caller.areas)
        body = Comparison(
            axis=axis,
            start=start,
            end=end,
            differences={name: end.numbers[name] - start.numbers[name] for name in end.numbers},
            changes={
                name: Change(count=counts[name], list=list_address(name, axis, first, reading.basis))
                for name in CHANGES
            },
            sequence=reading.basis.sequence,
            as_of=reading.basis.recorded_at,
            valid_at=reading.basis.valid_at,
            final=reading.basis.final,
        )
        return to_answer(request, reading.basis, caller, body)


@get(
    "/compare/{what:str}",
    summary="The households or findings of one change",
    responses=examples.of(Page[ChosenHousehold], CHOSEN),
    tags=["overview"],
)
async def list_change(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    what: FromPath[str],
    from_: From,
    to: To,
    axis: AlongAxis = "valid_at",
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[ChosenHousehold] | Page[ChangedFinding]]:
    """Exactly those that one change counts. Households that exist at the first point only are shown as they were there."""
    caller.require("households")
    if what not in CHANGES:
        raise no_list(what, CHANGES)
    filters = {"from": from_, "to": to, "axis": axis, "who": caller.kind}
    asked = digest_question(f"/v1/compare/{what}", filters)
    page = None if token is None else read_token(token)
    async with hub.read(to_second(question, axis, to), page, stands=False) as reading:
        if page is not None:
            check_token(page, question=asked, version=reading.basis.version)
        first = await resolve_first(hub, reading, axis, from_)
        before, after = await look_at_both(hub, reading, first)
        if what in FINDING_CHANGES:
            pair = (before, after) if what == "new_findings" else (after, before)
            found = find_new_findings(*pair, caller.areas)
            body = await page_findings(reading, found, page, limit, asked)
        else:
            numbers = find_changes(before, after, caller.areas)[what].tolist()
            at = first if what in SHOWN_BEFORE else None
            body = await page_households(reading, numbers, page, limit, asked, at)
        return to_answer(request, reading.basis, caller, body)


def to_second(question: Question, axis: Axis, to: str) -> Question:
    """The question of the second point. Raises InvalidInput where the compared axis is given a second time."""
    if getattr(question, axis) is not None:
        raise InvalidInput(
            f"'{axis}' is what is compared: it is given as 'from' and 'to'.",
            message_th=f"'{axis}' เป็นแกนที่นำมาเทียบ ให้ระบุใน from และ to",
            code="BAD_PARAMETER",
            path=axis,
        )
    changes = {axis: to}
    return msgspec.structs.replace(question, **changes)


async def resolve_first(hub: Hub, reading: Reading, axis: Axis, text: str) -> Basis:
    """The basis of the first point: it differs from that of the reading on one axis only."""
    second = reading.basis
    as_of = text if axis == "as_of" else f"seq:{second.sequence}"
    valid_at = text if axis == "valid_at" else to_text(second.valid_at)
    first = await resolve_basis(reading.cursor, as_of=as_of, valid_at=valid_at, now=hub.clock())
    return msgspec.structs.replace(
        first,
        reported_by=second.reported_by,
        is_newest=first.sequence == second.sequence and second.is_newest,
    )


async def look_at_both(hub: Hub, reading: Reading, first: Basis) -> tuple[Moment, Moment]:
    """The moments of the first point and of the reading. The later sequence is asked first, so that the facts reach both."""
    after = await hub.memory.look(reading)
    before = await hub.memory.look(dataclasses.replace(reading, basis=first))
    return before, after


def to_point(basis: Basis, moment: Moment, scope: Sequence[str]) -> ComparedPoint:
    """The numbers at one point."""
    tallied = tally(moment)
    counts = tallied.add_up([tallied.inside(scope)])[0].numbers
    numbers = {name: counts["households" if name == "distinct" else name] for name in LISTS}
    numbers |= {name: counts[name] for name in ("persons", "assisted_households", "actions")}
    return ComparedPoint(
        sequence=basis.sequence, as_of=basis.recorded_at, valid_at=basis.valid_at, numbers=numbers
    )


def list_address(name: str, axis: Axis, first: Basis, second: Basis) -> str:
    """The address of the list of one change, at these two points for ever."""
    if axis == "valid_at":
        edges = {"from": to_text(first.valid_at), "to": to_text(second.valid_at)}
    else:
        edges = {"from": f"seq:{first.sequence}", "to": f"seq:{second.sequence}"}
    return address(f"/v1/compare/{name}", second, without=axis, asked={"axis": axis, **edges})
