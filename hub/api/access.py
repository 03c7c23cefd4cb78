"""GET /v1/access: who looked at personal data, for auditors, and for the agency whose records were read."""

import datetime as dt
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from contracts.times import parse_valid_at
from hub.access_log import Row, list_readings
from hub.api import examples, examples_privacy
from hub.api.asking import Limit
from hub.api.paging import DEFAULT_LIMIT
from hub.api.reading import Hub
from hub.api.whose import EVERYBODY
from hub.auth import Caller


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """Readings, the oldest first. `next` is the `after` of the page that follows, null at the end."""

    items: list[Row]
    next: int | None


@get(
    "/access",
    summary="Who read personal data",
    responses=examples.of(Readings, examples_privacy.READINGS),
    tags=["privacy"],
)
async def list_access(
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    agency: Annotated[
        str | None, QueryParameter(description="Readings that showed records of this agency.")
    ] = None,
    key: FromQuery[str | None] = None,
    since: Annotated[str | None, QueryParameter(description="A date or an instant.")] = None,
    until: Annotated[str | None, QueryParameter(description="A date (to its end) or an instant.")] = None,
    after: Annotated[int, QueryParameter(ge=0, description="`next` of the page before.")] = 0,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Readings]:
    """With the right `access` every reading; a key of an agency sees who read its own records, and of others nothing.

    `agencies` are those whose records were shown; `*` stands for all of them. The stream ACCESS holds the same under `sequence`.
    """
    own = None
    if "access" not in caller.rights:
        caller.require("own")
        own = caller.agency
        if agency not in {None, own}:
            caller.require("access")
    async with hub.pool.connection() as connection:
        rows = await list_readings(
            connection,
            agency=own or agency,
            key=key,
            since=None if since is None else _instant(since, "since", end=False),
            until=None if until is None else _instant(until, "until", end=True),
            after=after,
            limit=limit + 1,
        )
    items = [row if own is None else _for_agency(row, own) for row in rows[:limit]]
    following = items[-1].id if len(rows) > limit else None
    return Response(Readings(items=items, next=following), headers={"Cache-Control": "no-store"})


def _for_agency(row: Row, own: str) -> Row:
    shown = tuple(agency for agency in row.agencies if agency in {own, EVERYBODY})
    return msgspec.structs.replace(row, agencies=shown)


def _instant(text: str, path: str, *, end: bool) -> dt.datetime:
    """The instant that is meant; of a date its beginning, or its end. Raises InvalidInput."""
    found = parse_valid_at(text, path=path)
    is_date = "T" not in text.upper()
    if is_date:
        found += dt.timedelta(microseconds=1)
        return found if end else found - dt.timedelta(days=1)
    return found
