"""The records of a delivery over HTTP: what became of each, the error workbook, and mending what was not taken in."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, put
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, RequestBody
from litestar.openapi.spec import Operation as OpenAPIOperation
from litestar.params import FromPath, FromQuery, QueryParameter

from contracts.errors import Conflict, Forbidden, InvalidInput, NotFound
from contracts.sources.contract import DeliveredRow, RowFault
from hub.api import examples, examples_batches
from hub.api.answering import LONGEST_PURPOSE, PURPOSE_HEADER
from hub.api.answers_batches import RecordLine, Settled, WaitingItem, WaitingPage
from hub.api.asking import AnyRequest, Limit
from hub.api.batches import (
    Cursor,
    fetch_batch,
    may_see_rows,
    open_desk,
    read_cursor,
    require_desk,
    require_view,
    write_cursor,
)
from hub.api.paging import DEFAULT_LIMIT
from hub.api.publishing import answer_one, read_body
from hub.api.reading import Hub
from hub.auth import Caller
from hub.formats.workbook import MEDIA_TYPE as XLSX
from hub.intake import batches, kept
from hub.intake.batches import Batch
from hub.intake.error_book import write_error_book
from hub.intake.kept import Kept
from hub.intake.mending import mend
from hub.intake.receipts import Receipt

LINES = "application/x-ndjson"
SETTLED_BY = frozenset({"accepted", "unchanged", "duplicate", "superseded"})
MOST_LINES = 10_000
KEPT_AT_ONCE = 500
Status = Literal["new", "changed", "unchanged", "superseded", "quarantined", "rejected"]
Lines = Annotated[
    int, QueryParameter(name="limit", ge=1, le=MOST_LINES, description="The most lines of a page.")
]
_cells: msgspec.json.Decoder[dict[str, object] | list[dict[str, object]]] = msgspec.json.Decoder(
    dict[str, object] | list[dict[str, object]]
)


@dataclasses.dataclass
class MendOperation(OpenAPIOperation):
    """The body of mending, which is read by hand and therefore described by hand."""

    def __post_init__(self) -> None:
        shown = examples.named({"cells": examples_batches.CELLS})
        self.request_body = RequestBody(
            content={"application/json": OpenAPIMediaType(examples=shown)},
            required=True,
            description="The row by the names of its columns, or a list of rows.",
        )


@get(
    "/batches/{batch:str}/records",
    summary="What became of each record of a delivery",
    media_type=LINES,
    responses=examples.lines(examples_batches.RECORD),
    tags=["batches"],
)
async def list_records(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    batch: FromPath[str],
    status: FromQuery[Status | None] = None,
    cursor: Cursor = None,
    limit: Lines = 1000,
) -> Response[bytes]:
    """One JSON object a line; `Link: …; rel="next"` leads to the lines behind. Quarantined and rejected ones come with what is wrong.

    Their cells are shown to a key of the agency that sent them and to admins, and that reading is recorded.
    """
    found, _ = await fetch_batch(hub, caller, batch)
    if status in {"quarantined", "rejected"}:
        lines, following = await read_kept(request, hub, caller, found, status, cursor, limit)
    else:
        lines, following = await read_outcomes(hub, found, status, cursor, limit)
    headers = {"Cache-Control": "no-store"}
    if following is not None:
        said = f"status={status}&" if status else ""
        headers["Link"] = f'</v1/batches/{batch}/records?{said}limit={limit}&cursor={following}>; rel="next"'
    return Response(msgspec.json.Encoder().encode_lines(lines), media_type=LINES, headers=headers)


async def read_outcomes(
    hub: Hub, batch: Batch, status: str | None, cursor: str | None, limit: int
) -> tuple[list[RecordLine], str | None]:
    """A page of outcomes, and where the next one begins."""
    start, skip = read_cursor(cursor, tuple[int, int]) or (0, 0)
    lines: list[RecordLine] = []
    async with open_desk(hub) as connection:
        async for place, _, outcomes in batches.read_outcomes(connection, batch.batch, start):
            for index, (row, what, sequence) in enumerate(outcomes):
                if (place == start and index < skip) or status not in {None, what}:
                    continue
                if len(lines) == limit:
                    return lines, write_cursor((place, index))
                lines.append(RecordLine(row=row, status=what, sequence=sequence))
    return lines, None


async def read_kept(
    request: AnyRequest,
    hub: Hub,
    caller: Caller,
    batch: Batch,
    status: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[RecordLine], str | None]:
    """A page of kept rows, and where the next one begins."""
    shown = may_see_rows(caller, batch)
    async with open_desk(hub) as connection:
        rows = await kept.read(
            connection,
            require_desk(hub).vault,
            batch.batch,
            after=read_cursor(cursor, int) or 0,
            status=status,
            limit=limit + 1,
            opened=shown,
        )
    page = rows[:limit]
    await write_rows_reading(request, hub, caller, batch, sum(row.cells is not None for row in page))
    return [to_line(row) for row in page], write_cursor(page[-1].row) if len(rows) > limit else None


def to_line(row: Kept) -> RecordLine:
    """A kept row as it is answered."""
    return RecordLine(
        row=row.row,
        status=row.status,
        sequence=row.sequence,
        state=row.state,
        rows=row.numbers,
        errors=row.errors,
        cells=row.cells or (),
    )


async def write_rows_reading(request: AnyRequest, hub: Hub, caller: Caller, batch: Batch, count: int) -> None:
    """Record that the cells of these rows are shown."""
    if count:
        purpose = (request.headers.get(PURPOSE_HEADER) or caller.purpose)[:LONGEST_PURPOSE]
        await hub.write_reading(caller, what=f"/v1/batches/{batch.batch}", purpose=purpose, count=count)


@get(
    "/batches/{batch:str}/errors.xlsx",
    summary="What was not taken in, as a workbook to mend",
    media_type=XLSX,
    responses=examples_batches.workbook(),
    tags=["batches"],
)
async def get_error_book(
    request: AnyRequest, hub: NamedDependency[Hub], caller: NamedDependency[Caller], batch: FromPath[str]
) -> Response[bytes]:
    """The original rows beside code, field, ข้อความ and hint. For a key of the agency that sent the file, and admins."""
    found, _ = await fetch_batch(hub, caller, batch)
    require_rows(caller, found)
    rows: list[Kept] = []
    async for part in walk_kept(hub, found.batch):
        rows += part
    await write_rows_reading(request, hub, caller, found, sum(row.cells is not None for row in rows))
    content = await asyncio.to_thread(write_error_book, rows)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="errors_{found.batch}.xlsx"',
    }
    return Response(content, media_type=XLSX, headers=headers)


async def walk_kept(hub: Hub, batch: str) -> AsyncGenerator[Sequence[Kept]]:
    """The kept rows of a delivery, opened, in parts."""
    after = 0
    while True:
        async with open_desk(hub) as connection:
            rows = await kept.read(
                connection, require_desk(hub).vault, batch, after=after, limit=KEPT_AT_ONCE
            )
        yield rows
        if len(rows) < KEPT_AT_ONCE:
            return
        after = rows[-1].row


@put(
    "/batches/{batch:str}/records/{row:int}",
    summary="Mend a row that was not taken in",
    status_code=200,
    operation_class=MendOperation,
    responses=examples.of(Receipt, examples.RECEIPT) | examples.created(Receipt, examples.RECEIPT),
    tags=["batches"],
)
async def mend_row(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    batch: FromPath[str],
    row: FromPath[int],
) -> Response[Any]:
    """The corrected row, all of it; of a record with several rows all of them, as a list. It is judged like the rows of the file.

    201 taken in, 200 unchanged: the row leaves the quarantine. 422 with what is still wrong: it stays.
    """
    found, waiting = await fetch_waiting(hub, caller, batch, row)
    cells = await read_cells(request)
    numbers = waiting.numbers
    rows = [
        DeliveredRow(numbers[place] if place < len(numbers) else row, one) for place, one in enumerate(cells)
    ]
    intake = await hub.intake.open()
    try:
        receipt = await mend(
            intake,
            found,
            rows,
            province=hub.settings.province,
            now=hub.clock(),
            actor=caller.key_id,
            agency=caller.agency,
        )
    except RowFault as fault:
        return answer_one(Receipt(status="rejected", row=row, errors=fault.errors))
    if receipt.status in SETTLED_BY:
        async with open_desk(hub) as connection:
            await kept.settle(
                connection, batch, row, state="mended", by=caller.key_id, sequence=receipt.sequence
            )
    return answer_one(receipt)


@delete(
    "/batches/{batch:str}/records/{row:int}",
    summary="Dismiss a row that was not taken in",
    status_code=200,
    responses=examples.of(Settled, examples_batches.SETTLED),
    tags=["batches"],
)
async def dismiss_row(
    hub: NamedDependency[Hub], caller: NamedDependency[Caller], batch: FromPath[str], row: FromPath[int]
) -> Response[Settled]:
    """It will not be taken in; its cells are no longer kept. That it was there, and what was wrong, stays."""
    await fetch_waiting(hub, caller, batch, row)
    async with open_desk(hub) as connection:
        if not await kept.settle(connection, batch, row, state="dismissed", by=caller.key_id):
            raise settled("settled")
    return Response(Settled(batch=batch, row=row, state="dismissed"), headers={"Cache-Control": "no-store"})


@get(
    "/quarantine",
    summary="Rows that wait to be mended",
    responses=examples.of(WaitingPage, examples_batches.WAITING),
    tags=["batches"],
)
async def list_quarantine(
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    source: FromQuery[str | None] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[WaitingPage]:
    """Of all deliveries, the oldest first, without their cells. A key of an agency sees its own."""
    agency = require_view(caller)
    after = read_cursor(cursor, tuple[Any, str, int])
    async with open_desk(hub) as connection:
        rows = await kept.list_waiting(connection, source=source, agency=agency, after=after, limit=limit + 1)
    items = [WaitingItem(**msgspec.structs.asdict(row)) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    following = None if last is None else write_cursor((last.received_at, last.batch, last.row))
    return Response(WaitingPage(items=items, next=following), headers={"Cache-Control": "no-store"})


async def fetch_waiting(hub: Hub, caller: Caller, batch: str, row: int) -> tuple[Batch, Kept]:
    """A delivery and a row of it that waits. Raises NotFound, Forbidden, Conflict."""
    caller.require("publish")
    found, _ = await fetch_batch(hub, caller, batch)
    require_rows(caller, found)
    async with open_desk(hub) as connection:
        waiting = await kept.find(connection, require_desk(hub).vault, batch, row)
    if waiting is None:
        raise NotFound(
            "No row with this number was kept of this delivery.",
            message_th="ไม่พบแถวนี้ในรายการที่รอแก้ไข",
            code="NO_SUCH_ROW",
            path="row",
        )
    if waiting.state != "open" or found.dry_run:
        raise settled("of a dry run" if found.dry_run else waiting.state)
    return found, waiting


def require_rows(caller: Caller, batch: Batch) -> None:
    """Raises Forbidden for those who may not see the cells of a file."""
    if not may_see_rows(caller, batch):
        raise Forbidden(
            "The rows of a file are shown to the agency that sent it and to admins.",
            message_th="แถวข้อมูลในไฟล์แสดงเฉพาะหน่วยงานผู้ส่งและผู้ดูแลระบบ",
            code="RIGHT_MISSING",
        )


def settled(state: str) -> Conflict:
    """The row does not wait any more."""
    return Conflict(
        f"The row is {state}; it does not wait to be mended.",
        message_th="แถวนี้ไม่ได้รอการแก้ไขแล้ว",
        code="ROW_SETTLED",
        path="row",
    )


async def read_cells(request: AnyRequest) -> list[dict[str, object]]:
    """The rows of the body. Raises InvalidInput, TooLarge."""
    try:
        found = _cells.decode(await read_body(request))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            "Send the row as a JSON object, or rows as an array of them.",
            message_th="กรุณาส่งแถวเป็น JSON object หรือ array ของแถว",
            code="BROKEN_JSON",
        ) from error
    rows = found if isinstance(found, list) else [found]
    if not rows:
        raise InvalidInput("There is no row.", message_th="ไม่มีแถวข้อมูล", code="ROWS_EMPTY")
    return rows
