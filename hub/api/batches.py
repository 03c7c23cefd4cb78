"""Deliveries of files over HTTP: sending one, how it stands, confirming or discarding one that is held."""

import base64
import binascii
import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, RequestBody, Schema
from litestar.openapi.spec import Operation as OpenAPIOperation
from litestar.params import FromPath, FromQuery, QueryParameter
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import Conflict, Forbidden, InvalidInput, NotFound, TooLarge, Unavailable
from contracts.sources import CONTRACTS, TABLES
from contracts.times import parse_date
from hub.api import examples, examples_batches
from hub.api.answers_batches import BatchInfo, BatchPage, to_info
from hub.api.asking import AnyRequest, Limit
from hub.api.limits import FILE_COST
from hub.api.paging import DEFAULT_LIMIT, bad_token
from hub.api.reading import Hub
from hub.api.uploads import read_upload
from hub.auth import Caller
from hub.intake import batches, kept
from hub.intake.batches import Batch
from hub.intake.receipts import BatchState
from hub.intake.requests import FileRequest, Mode
from hub.intake.working import Desk

LONGEST_KEY = 200
ACCEPTED = 202
Cursor = Annotated[str | None, QueryParameter(description="`next` of the page before.")]
Areas = Annotated[
    list[str] | None,
    QueryParameter(name="area", description="An amphoe that a snapshot covers, repeatable; default: all."),
]
ReportedAt = Annotated[
    str | None, QueryParameter(description="The date the source gives for the file; default: today.")
]
Period = Annotated[
    str | None, QueryParameter(description="The survey round the file covers; default: what its rows say.")
]


@dataclasses.dataclass
class UploadOperation(OpenAPIOperation):
    """The body of an upload, which is read by hand and therefore described by hand."""

    def __post_init__(self) -> None:
        file = Schema(type=OpenAPIType.STRING)
        form = Schema(type=OpenAPIType.OBJECT, properties={"file": file})
        self.request_body = RequestBody(
            content={
                "text/csv": OpenAPIMediaType(schema=file),
                "application/octet-stream": OpenAPIMediaType(schema=file),
                "multipart/form-data": OpenAPIMediaType(schema=form),
            },
            required=True,
            description="CSV, XLSX, JSON or NDJSON as docs/sources.md has them, also gzipped.",
        )


@post(
    "/sources/{source:str}/batches",
    summary="Send a file",
    status_code=ACCEPTED,
    request_max_body_size=None,
    operation_class=UploadOperation,
    responses=examples_batches.accepted(BatchInfo, examples_batches.BATCH)
    | examples.of(BatchInfo, examples_batches.BATCH),
    tags=["batches"],
)
async def send_file(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    source: FromPath[str],
    *,
    mode: FromQuery[Mode] = "delta",
    period: Period = None,
    reported_at: ReportedAt = None,
    areas: Areas = None,
    dry_run: FromQuery[bool] = False,
    confirm: FromQuery[bool] = False,
) -> Response[BatchInfo]:
    """The file as the body, or as the field `file` of a form. 202 with `Location`: it is kept durably and worked through next.

    The same file with the same scope is the same delivery and answers 200. `Idempotency-Key` names a delivery; the same key for
    another file answers 409. `dry_run` says what would become of the file, and takes nothing in.
    """
    caller.require("publish")
    desk = require_desk(hub)
    refuse_source(caller, source)
    hub.rate.take(caller, FILE_COST)
    order = FileRequest(
        path=desk.spool.folder,
        source=source,
        mode=mode,
        period=period,
        reported_on=None if reported_at is None else parse_date(reported_at, path="reported_at"),
        areas=tuple(areas or ()),
        actor=caller.key_id,
        agency=caller.agency,
        purpose=caller.purpose or None,
        dry_run=dry_run,
        confirm=confirm,
        hold_percent=hub.settings.hold_percent,
    )
    limit = hub.settings.upload_mib << 20
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise file_too_large(hub.settings.upload_mib)
    await hub.intake.open()
    async with open_desk(hub) as connection:
        found, is_open = await desk.receive(
            connection,
            read_upload(request),
            order,
            now=hub.clock(),
            limit=limit,
            too_large=lambda: file_too_large(hub.settings.upload_mib),
            idempotency_key=read_idempotency_key(request),
        )
        info = to_info(found, await kept.count(connection, found.batch))
    headers = {"Location": f"/v1/batches/{found.batch}", "Cache-Control": "no-store"}
    return Response(info, status_code=ACCEPTED if is_open else 200, headers=headers)


@get(
    "/batches/{batch:str}",
    summary="How a delivery stands",
    responses=examples.of(BatchInfo, examples_batches.BATCH),
    tags=["batches"],
)
async def get_batch(
    hub: NamedDependency[Hub], caller: NamedDependency[Caller], batch: FromPath[str]
) -> Response[BatchInfo]:
    """State and counts. `queued` and `running` go on by themselves, `held` waits for `confirm` or `discard`."""
    found, quarantine = await fetch_batch(hub, caller, batch)
    return Response(to_info(found, quarantine), headers={"Cache-Control": "no-store"})


@get(
    "/batches",
    summary="Deliveries, the newest first",
    responses=examples.of(BatchPage, examples_batches.BATCHES),
    tags=["batches"],
)
async def list_batches(
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    source: FromQuery[str | None] = None,
    state_: Annotated[BatchState | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[BatchPage]:
    """A key of an agency sees its own deliveries and those of its source."""
    agency = require_view(caller)
    async with open_desk(hub) as connection:
        found = await batches.list_newest(
            connection,
            source=source,
            agency=agency,
            state=state_,
            before=read_cursor(cursor, tuple[dt.datetime, str]),
            limit=limit + 1,
        )
        items = [to_info(one, await kept.count(connection, one.batch)) for one in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else write_cursor((last.received_at, last.batch))
    return Response(BatchPage(items=items, next=following), headers={"Cache-Control": "no-store"})


@post(
    "/batches/{batch:str}/{verb:str}",
    summary="Confirm or discard a held delivery",
    status_code=ACCEPTED,
    responses=examples_batches.accepted(BatchInfo, examples_batches.BATCH)
    | examples.of(BatchInfo, examples_batches.BATCH),
    tags=["batches"],
)
async def settle_batch(
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    batch: FromPath[str],
    verb: FromPath[Literal["confirm", "discard"]],
) -> Response[BatchInfo]:
    """`confirm`: what the snapshot lacks is really gone, take it in. `discard`: it was a mistake, nothing of it is taken in."""
    caller.require("publish")
    desk = require_desk(hub)
    found, quarantine = await fetch_batch(hub, caller, batch)
    async with open_desk(hub) as connection:
        settle = batches.confirm if verb == "confirm" else batches.discard
        if not await settle(connection, batch):
            raise not_held(found)
        after = await batches.find(connection, batch) or found
    if verb == "confirm":
        desk.arrived.set()
    else:
        desk.spool.drop(batch)
    status = ACCEPTED if verb == "confirm" else 200
    return Response(to_info(after, quarantine), status_code=status, headers={"Cache-Control": "no-store"})


async def fetch_batch(hub: Hub, caller: Caller, batch: str) -> tuple[Batch, dict[str, int]]:
    """A delivery that this caller may see, and its quarantine. Raises NotFound."""
    agency = require_view(caller)
    async with open_desk(hub) as connection:
        found = await batches.find(connection, batch)
        if found is None or agency not in {None, found.agency, found.source}:
            raise no_batch()
        return found, await kept.count(connection, batch)


@contextlib.asynccontextmanager
async def open_desk(hub: Hub) -> AsyncGenerator[AsyncConnection[TupleRow]]:
    """A connection to where deliveries stand. Raises Unavailable."""
    desk = require_desk(hub)
    async with hub.pool.connection() as connection:
        await desk.ensure(connection)
        yield connection


def require_desk(hub: Hub) -> Desk:
    """Where files are taken. Raises Unavailable."""
    if hub.desk is None:
        raise Unavailable(
            "This process takes no files.", message_th="ระบบนี้ไม่รับไฟล์", code="INTAKE_UNAVAILABLE"
        )
    return hub.desk


def require_view(caller: Caller) -> str | None:
    """Whose deliveries a caller may see, None for all. Raises Unauthorized, Forbidden."""
    if caller.agency is not None:
        caller.require("publish")
        return caller.agency
    if "publish" not in caller.rights:
        caller.require("events")
    return None


def may_see_rows(caller: Caller, batch: Batch) -> bool:
    """Whether the cells that a file held are shown: to those who sent it, and to admins."""
    if caller.agency is not None:
        return caller.agency in {batch.agency, batch.source}
    return "keys" in caller.rights


def refuse_source(caller: Caller, source: str) -> None:
    """Raises NotFound for a source that there is not, Forbidden for one that is not the caller's."""
    if source not in TABLES:
        raise NotFound(
            f"'{source}' is not a source; there are {', '.join(TABLES)}.",
            message_th=f"ไม่รู้จักแหล่งข้อมูล '{source}'",
            code="SOURCE_UNKNOWN",
            path="source",
        )
    if caller.agency is not None and source in CONTRACTS and source != caller.agency:
        raise Forbidden(
            f"This key may not send for '{source}'.",
            message_th=f"กุญแจนี้ไม่มีสิทธิส่งข้อมูลในนามของ '{source}'",
            code="NOT_YOURS",
            path="source",
        )


def read_idempotency_key(request: AnyRequest) -> str | None:
    """The header `Idempotency-Key`. Raises InvalidInput for one that is too long or not plain text."""
    key = request.headers.get("idempotency-key")
    if key is None or (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        return key
    raise InvalidInput(
        f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.",
        message_th=f"Idempotency-Key ต้องมี 1 ถึง {LONGEST_KEY} ตัวอักษร",
        code="BAD_PARAMETER",
        path="Idempotency-Key",
    )


def write_cursor(place: object) -> str:
    """Where the next page begins, as text for an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def read_cursor(text: str | None, type_: Any) -> Any:  # noqa: ANN401 - any type
    """What `write_cursor` was given. Raises InvalidInput."""
    if text is None:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=type_)
    except (binascii.Error, UnicodeError, msgspec.DecodeError, ValueError) as error:
        raise bad_token("The cursor cannot be read; begin again without it.") from error


def no_batch() -> NotFound:
    """The same words for a delivery that there is not and one of somebody else."""
    return NotFound(
        "There is no such delivery.", message_th="ไม่พบการส่งข้อมูลนี้", code="NO_SUCH_BATCH", path="batch"
    )


def not_held(batch: Batch) -> Conflict:
    """Only a held delivery is confirmed or discarded."""
    return Conflict(
        f"The delivery is {batch.state}, not held.",
        message_th=f"การส่งนี้อยู่ในสถานะ {batch.state} ไม่ได้รอการยืนยัน",
        code="NOT_HELD",
        path="batch",
    )


def file_too_large(mebibytes: int) -> TooLarge:
    """Over what is taken in one upload."""
    return TooLarge(
        f"At most {mebibytes} MiB are taken in one upload; pack the file with gzip, or send it in parts.",
        message_th=f"ส่งไฟล์ได้ไม่เกิน {mebibytes} MiB ต่อครั้ง กรุณาบีบอัดด้วย gzip หรือแบ่งไฟล์",
        path="file",
    )
