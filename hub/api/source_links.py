"""GET /v1/sources/{source}/links: which household each record of a source belongs to, and what changed since a cursor."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from contracts.errors import NotFound
from contracts.records import SOURCES
from hub.api import examples, examples_privacy
from hub.api.answering import LONGEST_PURPOSE, PURPOSE_HEADER
from hub.api.asking import AnyRequest, Limit
from hub.api.basis import Question
from hub.api.paging import DEFAULT_LIMIT
from hub.api.reading import Hub
from hub.auth import Caller
from hub.linking_back import LinkRow, Place, list_links, read_place


class SourceLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record belongs since event `since`; `replaces` is its household before.

    `status`: `linked` with other records, `pending` when it may belong to others, undecided, else `single`. `rule` and `score` are those of its
    strongest link. `source_record_id` only for the source itself and with the right `personal`; after an erasure without what named somebody.
    """

    record: str
    source_record_id: str | msgspec.UnsetType | None = msgspec.UNSET
    household_id: str
    replaces: str | None
    since: int
    status: Literal["linked", "pending", "single"]
    rule: str | None
    score: int | None


class SourceLinks(msgspec.Struct, frozen=True, kw_only=True):
    """`cursor` is where to go on, also later: what changes after this answer follows it. `more`: there is more by now."""

    items: list[SourceLink]
    cursor: str
    more: bool
    sequence: int


@get(
    "/sources/{source:str}/links",
    summary="Links back to the records of a source",
    responses=examples.of(SourceLinks, examples_privacy.LINKS),
    tags=["sources"],
)
async def list_source_links(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    source: FromPath[str],
    cursor: Annotated[str | None, QueryParameter(description="`cursor` of the answer before.")] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[SourceLinks]:
    """From the beginning: every record of the source. With a cursor: what has changed since, each record as it is now. Nothing of other sources is told."""
    is_own = caller.agency == source and "own" in caller.rights
    if not is_own:
        caller.require("households")
    if source not in SOURCES:
        raise NotFound(
            f"'{source}' is no source; there are {', '.join(SOURCES)}.",
            message_th=f"ไม่มีแหล่งข้อมูล '{source}'",
            code="NO_SUCH_SOURCE",
            path="source",
        )
    after = read_place(cursor)
    async with hub.read(Question()) as reading:
        rows = await list_links(reading.cursor, source, after, limit=limit + 1)
    page = rows[:limit]
    seen = [row for row in page if not caller.areas or row.amphoe in caller.areas]
    if seen and not is_own and caller.may_see_personal:
        purpose = (request.headers.get(PURPOSE_HEADER) or caller.purpose)[:LONGEST_PURPOSE]
        what = f"/v1/sources/{source}/links"
        await hub.write_reading(caller, what=what, purpose=purpose, count=len(seen), agencies={source})
    last = Place(page[-1].since, page[-1].record) if page else after
    body = SourceLinks(
        items=[_to_link(row, named=is_own or caller.may_see_personal) for row in seen],
        cursor=str(last),
        more=len(rows) > limit,
        sequence=reading.basis.sequence,
    )
    return Response(body, headers={"Cache-Control": "no-store"})


def _to_link(row: LinkRow, *, named: bool) -> SourceLink:
    return SourceLink(
        record=row.pseudonym,
        source_record_id=row.record_key if named else msgspec.UNSET,
        household_id=row.household_id,
        replaces=row.replaces,
        since=row.since,
        status="linked" if row.records > 1 else "pending" if row.is_pending else "single",
        rule=row.rule,
        score=row.score,
    )
