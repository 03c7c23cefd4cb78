"""GET /v1/mobility: how households moved between poverty levels and standings between two instants of the world."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from contracts.times import to_text
from hub.api import examples
from hub.api.answering import not_modified, to_answer
from hub.api.answers import Page
from hub.api.answers_numbers import ChosenHousehold, Mobility, Transition
from hub.api.asking import AnyRequest, Limit, PageToken
from hub.api.basis import Basis, Question
from hub.api.chosen import address, no_list, page_households
from hub.api.comparing import From, To, look_at_both, resolve_first, to_second
from hub.api.examples_numbers import CHOSEN, MOBILITY
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub
from hub.auth import Caller
from hub.counting.changes import ABSENT, find_transitions
from hub.counting.moment import Moment

KINDS = ("levels", "standings")


@get(
    "/mobility",
    summary="Transitions of level and standing",
    responses=examples.of(Mobility, MOBILITY),
    tags=["overview"],
)
async def get_mobility(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    from_: From,
    to: To,
) -> Response[Mobility]:
    """From what to what households went: PPPConnext levels 1 to 4 or unknown; poor, not_poor, exited or unknown; absent where there was none."""
    caller.require("overview")
    async with hub.read(to_second(question, "valid_at", to), stands=False) as reading:
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        first = await resolve_first(hub, reading, "valid_at", from_)
        before, after = await look_at_both(hub, reading, first)
        basis = reading.basis
        body = Mobility(
            start=first.valid_at,
            levels=to_transitions(before, after, caller, "levels", first, basis),
            standings=to_transitions(before, after, caller, "standings", first, basis),
            sequence=basis.sequence,
            as_of=basis.recorded_at,
            valid_at=basis.valid_at,
            final=basis.final,
        )
        return to_answer(request, basis, caller, body)


@get(
    "/mobility/{what:str}",
    summary="The households of one transition",
    responses=examples.of(Page[ChosenHousehold], CHOSEN),
    tags=["overview"],
)
async def list_mobility(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    what: FromPath[str],
    from_: From,
    to: To,
    was: Annotated[str, QueryParameter(description="What they were.")],
    now: Annotated[str, QueryParameter(description="What they are at `to`.")],
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[ChosenHousehold]]:
    """Exactly the households that one transition counts; those that are gone are shown as they were."""
    caller.require("households")
    if what not in KINDS:
        raise no_list(what, KINDS)
    filters = {"from": from_, "to": to, "was": was, "now": now, "who": caller.kind}
    asked = digest_question(f"/v1/mobility/{what}", filters)
    page = None if token is None else read_token(token)
    async with hub.read(to_second(question, "valid_at", to), page, stands=False) as reading:
        if page is not None:
            check_token(page, question=asked, version=reading.basis.version)
        first = await resolve_first(hub, reading, "valid_at", from_)
        before, after = await look_at_both(hub, reading, first)
        found = find_transitions(before, after, caller.areas, what)
        numbers: list[int] = found[was, now].tolist() if (was, now) in found else []
        body = await page_households(reading, numbers, page, limit, asked, first if now == ABSENT else None)
        return to_answer(request, reading.basis, caller, body)


def to_transitions(
    before: Moment,
    after: Moment,
    caller: Caller,
    what: Literal["levels", "standings"],
    first: Basis,
    second: Basis,
) -> list[Transition]:
    """One table of transitions, by what was and what is."""
    edges = {"from": to_text(first.valid_at), "to": to_text(second.valid_at)}
    found = find_transitions(before, after, caller.areas, what)
    return [
        Transition(
            was=was,
            now=now,
            households=len(found[was, now]),
            list=address(
                f"/v1/mobility/{what}", second, without="valid_at", asked={"was": was, "now": now, **edges}
            ),
        )
        for was, now in sorted(found)
    ]
