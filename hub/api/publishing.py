"""POST /v1/events: what publishers send, one object, an array, or a stream of lines; and a receipt for each."""

import dataclasses
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, RequestBody
from litestar.openapi.spec import Operation as OpenAPIOperation

from contracts.errors import InvalidInput, TooLarge
from hub.api import examples
from hub.api.answers import Receipts
from hub.api.asking import AnyRequest
from hub.api.problems import TITLES, UNPROCESSABLE, Problem, to_response
from hub.api.reading import Hub
from hub.auth import Caller
from hub.intake.receipts import CONFLICT, Receipt

CHUNK = 500
LONGEST_LINE = 1 << 20
LONGEST_JSON = 16 << 20
LONGEST_STREAM = 256 << 20
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
JSON = "application/json"
CREATED = 201
STATUS_OF_CODE = {"BROKEN_JSON": 400, "NOT_YOURS": 403, "NOT_YOUR_STEP": 403}
"""A single event that is rejected answers 422, but for these."""

_objects: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])


@dataclasses.dataclass
class PublishOperation(OpenAPIOperation):
    """The request body of publishing, which is read by hand and therefore described by hand."""

    def __post_init__(self) -> None:
        shown = examples.named({"action": examples.SUBMISSION})
        content = {JSON: OpenAPIMediaType(examples=shown)} | {LINES[0]: OpenAPIMediaType(examples=shown)}
        self.request_body = RequestBody(
            content=content, required=True, description="See /contracts/ for the schema of each type."
        )


@post(
    "/events",
    summary="Publish events",
    status_code=200,
    request_max_body_size=None,
    operation_class=PublishOperation,
    responses=examples.of(Receipts, examples.RECEIPTS) | examples.created(Receipt, examples.RECEIPT),
    tags=["events"],
)
async def publish_events(
    request: AnyRequest, hub: NamedDependency[Hub], caller: NamedDependency[Caller]
) -> Response[Any]:
    """One JSON object, an array of them, or NDJSON. A receipt means validated and durably stored.

    One object answers 201 (accepted), 200 (unchanged, duplicate), 409 (conflict) or 422 (rejected); an array and NDJSON answer 200 with a
    receipt for each, in order. A key of an agency publishes for that agency only.
    """
    caller.require("publish")
    hub.rate.take(caller)
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type in LINES:
        refuse_length(request, LONGEST_STREAM)
        return Response(
            await publish_lines(hub, caller, read_lines(request)), media_type=LINES[0], status_code=200
        )
    if media_type != JSON:
        raise InvalidInput(
            f"Send {JSON} or {LINES[0]}.", message_th=f"กรุณาส่งเป็น {JSON} หรือ {LINES[0]}", code="MEDIA_TYPE"
        )
    refuse_length(request, LONGEST_JSON)
    body = await read_body(request)
    if body.lstrip()[:1] == b"[":
        receipts = await publish_chunks(hub, caller, split(body))
        counts = Counter(receipt.status for receipt in receipts)
        return Response(Receipts(receipts=receipts, counts=dict(counts)), status_code=200)
    return answer_one((await hub.intake.publish([body], caller, first_row=1))[0])


def refuse_length(request: AnyRequest, limit: int) -> None:
    """Raises TooLarge for a declared length over the limit, before a byte is read."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise too_large(limit)


def too_large(limit: int) -> TooLarge:
    """Over what is taken in one request."""
    size = limit >> 20
    return TooLarge(
        f"At most {size} MiB are taken in one request; send NDJSON in parts, or use `hub import`.",
        message_th=f"ส่งได้ไม่เกิน {size} MiB ต่อครั้ง กรุณาแบ่งส่ง หรือใช้ hub import",
    )


async def read_body(request: AnyRequest) -> bytes:
    """The whole body. Raises TooLarge as soon as it is over the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_JSON:
            raise too_large(LONGEST_JSON)
    return bytes(body)


async def read_lines(request: AnyRequest) -> AsyncIterator[bytes]:
    """The lines of the body that are not empty, without their ends. Raises TooLarge for a line or body over the limit."""
    rest, read = bytearray(), 0
    async for chunk in request.stream():
        read += len(chunk)
        rest += chunk
        *lines, last = rest.split(b"\n")
        rest = bytearray(last)
        if read > LONGEST_STREAM or len(rest) > LONGEST_LINE:
            raise too_large(LONGEST_STREAM if read > LONGEST_STREAM else LONGEST_LINE)
        for line in lines:
            if line.strip():
                yield bytes(line)
    if rest.strip():
        yield bytes(rest)


def split(body: bytes) -> list[bytes]:
    """The objects of a JSON array, unread. Raises InvalidInput when it is no array."""
    try:
        return [bytes(item) for item in _objects.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            "The body is not a JSON array of objects.", message_th="ข้อมูลไม่ใช่ JSON ที่ถูกต้อง", code="BROKEN_JSON"
        ) from error


async def publish_chunks(hub: Hub, caller: Caller, objects: list[bytes]) -> list[Receipt]:
    """A receipt for each object, in order."""
    receipts: list[Receipt] = []
    for start in range(0, len(objects), CHUNK):
        receipts += await hub.intake.publish(objects[start : start + CHUNK], caller, first_row=start + 1)
    return receipts


async def publish_lines(hub: Hub, caller: Caller, lines: AsyncIterator[bytes]) -> bytes:
    """The receipts as lines. Events are taken in while they arrive; after a trouble on the way the whole body can be sent again."""
    encoder = msgspec.json.Encoder()
    answer = bytearray()
    waiting: list[bytes] = []
    row = 1
    async for line in lines:
        waiting.append(line)
        if len(waiting) == CHUNK:
            answer += encoder.encode_lines(await hub.intake.publish(waiting, caller, first_row=row))
            waiting, row = [], row + CHUNK
    answer += encoder.encode_lines(await hub.intake.publish(waiting, caller, first_row=row))
    return bytes(answer)


def answer_one(receipt: Receipt) -> Response[Any]:
    """The answer to a single event."""
    if receipt.status in {"accepted", "unchanged", "duplicate", "superseded"}:
        return Response(receipt, status_code=CREATED if receipt.status == "accepted" else 200)
    first = receipt.errors[0] if receipt.errors else None
    if receipt.status == "conflict":
        said = None if first == CONFLICT else first
        detail = "Another content is recorded under this id; send a correction."
        detail_th = "มีข้อมูลอื่นบันทึกไว้ภายใต้รหัสนี้แล้ว กรุณาส่งรายการแก้ไข"
        return to_response(
            Problem(
                status=409,
                title=TITLES[409],
                code="CONFLICT" if said is None else said.code,
                detail=detail if said is None else said.message_en,
                detail_th=detail_th if said is None else said.message_th,
                sequence=receipt.sequence,
                errors=receipt.errors,
            )
        )
    status = UNPROCESSABLE if first is None else STATUS_OF_CODE.get(first.code, UNPROCESSABLE)
    return to_response(
        Problem(
            status=status,
            title=TITLES[status],
            code=first.code if first else receipt.status.upper(),
            detail=first.message_en if first else "The event was refused.",
            detail_th=first.message_th if first else "ระบบไม่รับเหตุการณ์นี้",
            path=first.path if first else None,
            errors=receipt.errors,
        )
    )
