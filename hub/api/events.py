"""GET /v1/events: the raw events of the log, as far as they are projected, one a line."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from psycopg import sql

from contracts.times import parse_valid_at
from hub.api import examples
from hub.api.answering import make_headers, not_modified, write_reading
from hub.api.asking import AnyRequest, Limit, check_id
from hub.api.basis import Question
from hub.api.conditions import Condition, every
from hub.api.paging import DEFAULT_LIMIT
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

MEDIA_TYPE = "application/x-ndjson"
PATH = "/v1/events"
PLACED = sql.SQL(
    "(e.record IS NULL AND e.action IS NULL OR e.record IN ({records}) OR e.action IN ({actions}))"
)
RECORDS_INSIDE = sql.SQL(
    "SELECT hr.record FROM household_record AS hr JOIN household_state AS s ON s.household = hr.household"
    " WHERE hr.recorded @> %(sequence)s::bigint AND s.recorded @> %(sequence)s::bigint AND s.amphoe = ANY(%(areas)s)"
)
ACTIONS_INSIDE = sql.SQL(
    "SELECT ah.action FROM action_household AS ah WHERE ah.recorded @> %(sequence)s::bigint AND ah.record IN ({records})"
)


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event: its place in the log, its bytes as stored, and its sealed sections opened for those who may see them."""

    sequence: int
    recorded_at: Any
    event: msgspec.Raw
    opened: object = msgspec.UNSET


@get(
    "/events",
    summary="Raw events of the log",
    media_type=MEDIA_TYPE,
    responses=examples.lines(examples.EVENT),
    tags=["events"],
)
async def list_events(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    after: Annotated[int, QueryParameter(ge=0, description="Events behind this sequence.")] = 0,
    until: Annotated[int | None, QueryParameter(ge=0, description="Events up to this sequence.")] = None,
    type_: Annotated[
        str | None, QueryParameter(name="type", description="A type, or a family such as `assistance`.")
    ] = None,
    household: FromQuery[str | None] = None,
    agency: FromQuery[str | None] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[bytes]:
    """One JSON object a line, by sequence; the last one's `sequence` is the next `after`. A given `valid_at` leaves out what happened later.

    Sealed sections come opened with the right `personal`, and that reading is recorded. An agency sees its own events.
    """
    if "own" not in caller.rights:
        caller.require("events")
    household_id = check_id(household, "household")
    async with hub.read(question, stands=False) as reading:
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        await stand(reading, household_id, caller)
        conditions: list[Condition] = []
        values: dict[str, object] = reading.basis.values | {"after": after, "limit": limit}
        values["until"] = reading.basis.sequence if until is None else min(until, reading.basis.sequence)
        if household_id is not None:
            conditions.append(sql.SQL("e.sequence = ANY(%(sequences)s)"))
            values["sequences"] = await fetch_sequences(reading, household_id)
        narrow(conditions, values, question=question, caller=caller, type_=type_, agency=agency)
        statement = sql.SQL(SQL["list_events"]).format(conditions=every(conditions))
        await reading.cursor.execute(statement, values)
        found = await reading.cursor.fetchall()
    lines = await write_lines(hub, found, opened=caller.may_see_personal)
    await write_reading(hub, request, caller, what=PATH, count=len(found))
    headers = make_headers(request, reading.basis, caller)
    return Response(content=lines, media_type=MEDIA_TYPE, headers=headers)


async def stand(reading: Reading, household_id: object, caller: Caller) -> None:
    """Stand on as much of what had been reported as the question concerns."""
    if caller.areas:
        await reading.stand()
        return
    values = reading.basis.values | {"household_id": household_id}
    await reading.cursor.execute(SQL["resolve_household"], values)
    row = await reading.cursor.fetchone()
    await reading.stand([] if row is None else [row[0]])


def narrow(
    conditions: list[Condition],
    values: dict[str, object],
    *,
    question: Question,
    caller: Caller,
    type_: str | None,
    agency: str | None,
) -> None:
    """Add the conditions that the filters and the rights of the caller make, with their values."""
    if question.valid_at is not None:
        conditions.append(sql.SQL("e.happened_at <= %(moment)s"))
        values["moment"] = parse_valid_at(question.valid_at)
    if type_ is not None:
        conditions.append(sql.SQL("(e.type = %(type)s OR starts_with(e.type, %(type)s || '.'))"))
        values["type"] = type_
    if agency is not None:
        conditions.append(sql.SQL("(e.agency = %(agency)s OR e.source = %(agency)s)"))
        values["agency"] = agency
    if "events" not in caller.rights:
        conditions.append(sql.SQL("(e.agency = %(own)s OR e.source = %(own)s)"))
        values["own"] = caller.agency
    elif caller.areas:
        actions = ACTIONS_INSIDE.format(records=RECORDS_INSIDE)
        conditions.append(PLACED.format(records=RECORDS_INSIDE, actions=actions))
        values["areas"] = list(caller.areas)


async def fetch_sequences(reading: Reading, household_id: object) -> list[int]:
    """The sequences of everything recorded about the household of an id at s; none when there is no such household."""
    cursor, values = reading.cursor, reading.basis.values
    await cursor.execute(SQL["resolve_household"], values | {"household_id": household_id})
    row = await cursor.fetchone()
    if row is None:
        return []
    values |= {"household": row[0]}
    await cursor.execute(SQL["list_household_events"], values)
    found = {row[0] for row in await cursor.fetchall()}
    await cursor.execute(SQL["list_help_rows"], values)
    return sorted(found | {row[0] for row in await cursor.fetchall()})


async def write_lines(hub: Hub, found: list[tuple[Any, ...]], *, opened: bool) -> bytes:
    """The lines of these events."""
    if not found:
        return b""
    sequences = [row[0] for row in found]
    raw = await hub.events.fetch_raw(sequences)
    sections = await hub.events.fetch_opened(sequences) if opened else [msgspec.UNSET] * len(found)
    lines = [
        EventLine(sequence=row[0], recorded_at=row[1], event=msgspec.Raw(data), opened=section)
        for row, data, section in zip(found, raw, sections, strict=True)
    ]
    return msgspec.json.Encoder().encode_lines(lines)
