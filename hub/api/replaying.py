"""GET /v1/replay: the history of a household, an agency or an area, event by event, with what each of them changed."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from hub.api import examples, examples_story
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import Page, to_page
from hub.api.answers_story import ReplayStep
from hub.api.asking import AnyRequest, AreaCode, Limit, PageToken
from hub.api.basis import Question
from hub.api.households import next_token
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub
from hub.api.replay_scope import Scope, check_scope, open_history
from hub.api.replay_steps import fetch_steps
from hub.auth import Caller

PATH = "/v1/replay"


@get(
    "/replay",
    summary="A history, event by event",
    responses=examples.of(Page[ReplayStep], examples_story.REPLAY),
    tags=["events"],
)
async def list_replay(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    household: FromQuery[str | None] = None,
    agency: FromQuery[str | None] = None,
    area: AreaCode = None,
    from_: Annotated[
        str | None, QueryParameter(name="from", description="What happened on this day or later.")
    ] = None,
    until: Annotated[
        str | None,
        QueryParameter(description="What happened on this day or earlier; an instant is exclusive."),
    ] = None,
    at: Annotated[
        int | None, QueryParameter(ge=0, description="Begin with the event of this sequence.")
    ] = None,
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[ReplayStep]]:
    """By sequence, as the hub came to know. `changed` compares the household at `valid_at` as known just before the event and after it.

    What a source or an agency said of people needs the right `personal`, and that reading is recorded; an agency sees its own.
    """
    asked_for = Scope(household=household, agency=agency, area=area, from_=from_, until=until)
    scope = check_scope(asked_for, caller)
    same = msgspec.structs.asdict(scope) | {"at": at, "valid_at": question.valid_at, "who": caller.kind}
    asked = digest_question(PATH, same)
    page = None if token is None else read_token(token)
    async with hub.read(question, page, stands=False) as reading:
        basis = reading.basis
        if page is not None:
            check_token(page, question=asked, version=basis.version)
        history = await open_history(reading, scope, caller)
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        after = (at or 0) if page is None else int(page.after[0]) + 1
        found = await history.list_sequences(reading, after=after, limit=limit + 1)
        before = await history.find_before(reading, found[0]) if found else None
        steps = await fetch_steps(reading, found[:limit], caller)
    linked = link(steps, [before, *found], scope, question)
    following = next_token(basis, asked, (found[limit - 1],)) if len(found) > limit else None
    await write_reading(hub, request, caller, what=PATH, count=len(steps))
    return to_answer(request, basis, caller, to_page(linked, following, basis))


def link(
    steps: Sequence[ReplayStep], around: Sequence[int | None], scope: Scope, question: Question
) -> list[ReplayStep]:
    """The steps with the addresses of their neighbours; `around` begins with the sequence before the first one."""

    def address(sequence: int | None) -> str | None:
        return None if sequence is None else scope.address(question, sequence)

    axes = {"valid_at": question.valid_at, "reported_by": question.reported_by}
    said = urlencode({name: value for name, value in axes.items() if value is not None})
    moment = f"&{said}" if said else ""
    padded = [*around, None]
    return [
        msgspec.structs.replace(
            step,
            previous=address(padded[place]),
            next=address(padded[place + 2]),
            state=None if step.state is None else step.state + moment,
        )
        for place, step in enumerate(steps)
    ]
