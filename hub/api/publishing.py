"""POST /v1/events: what publishers send, one object, an array, or a stream of lines; and a receipt for each."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, RequestBody
from litestar.openapi.spec import Operation as OpenAPIOperation

from contracts.errors import FieldError, Forbidden, InvalidInput, TooLarge
from contracts.sources.contract import RowFault
from contracts.submissions import (
    RecordSubmission,
    Submission,
    WithdrawalSubmission,
    decode_submission,
)
from hub.api import examples
from hub.api.answers import Receipts
from hub.api.asking import AnyRequest
from hub.api.problems import TITLES, UNPROCESSABLE, Problem, to_response
from hub.api.reading import Hub
from hub.auth import Caller
from hub.intake.receipts import Receipt

CHUNK = 500
LONGEST_LINE = 1 << 20
LONGEST_JSON = 16 << 20
LONGEST_STREAM = 256 << 20
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
JSON = "application/json"
CREATED = 201
_objects: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])

Decoded = Submission | Receipt
"""A submission that can be handed to intake, or the receipt of one that cannot."""


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
        receipts = await publish_all(hub, caller, [decode(data, caller) for data in split(body)])
        counts = Counter(receipt.status for receipt in receipts)
        return Response(Receipts(receipts=receipts, counts=dict(counts)), status_code=200)
    try:
        submission = decode_single(body, caller)
    except RowFault as error:
        return answer_one(Receipt(status="rejected", errors=error.errors))
    return answer_one((await publish_all(hub, caller, [submission]))[0])


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


def decode(data: bytes, caller: Caller) -> Decoded:
    """The submission in one object of a batch; the receipt of its refusal where it cannot be read or is not the caller's to send."""
    try:
        return decode_single(data, caller)
    except RowFault as error:
        return Receipt(status="rejected", errors=error.errors)
    except Forbidden as error:
        fault = FieldError(
            code=error.code, path=error.path or "$", message_en=error.message_en, message_th=error.message_th
        )
        return Receipt(status="rejected", errors=(fault,))


def decode_single(data: bytes, caller: Caller) -> Submission:
    """The submission in one object. Raises RowFault, and Forbidden for one of another agency."""
    submission = decode_submission(data)
    refuse_foreign(submission, caller)
    return submission


def refuse_foreign(submission: Submission, caller: Caller) -> None:
    """Raises Forbidden when the key belongs to an agency and the submission to another agency or source."""
    if caller.agency is None:
        return
    of_record = isinstance(submission, RecordSubmission | WithdrawalSubmission)
    owner, path = (submission.source, "$.source") if of_record else (submission.agency_id, "$.agency_id")
    if owner.strip().lower() != caller.agency:
        raise Forbidden(
            f"This key publishes for '{caller.agency}' only.",
            message_th=f"กุญแจนี้ส่งข้อมูลได้เฉพาะของ '{caller.agency}'",
            code="OTHER_AGENCY",
            path=path,
        )


async def publish_all(hub: Hub, caller: Caller, decoded: Sequence[Decoded]) -> list[Receipt]:
    """A receipt for each, in order; only what could be read goes to intake."""
    wanted = [item for item in decoded if not isinstance(item, Receipt)]
    made = iter(await hub.publisher.publish(wanted, actor=caller.key_id) if wanted else [])
    return [item if isinstance(item, Receipt) else next(made) for item in decoded]


async def publish_lines(hub: Hub, caller: Caller, lines: AsyncIterator[bytes]) -> bytes:
    """The receipts as lines. Events are taken in while they arrive; after a trouble on the way the whole body can be sent again."""
    encoder = msgspec.json.Encoder()
    answer = bytearray()
    waiting: list[Decoded] = []
    async for line in lines:
        waiting.append(decode(line, caller))
        if len(waiting) == CHUNK:
            answer += encoder.encode_lines(await publish_all(hub, caller, waiting))
            waiting = []
    answer += encoder.encode_lines(await publish_all(hub, caller, waiting))
    return bytes(answer)


def answer_one(receipt: Receipt) -> Response[Any]:
    """The answer to a single event."""
    if receipt.status in {"accepted", "unchanged", "duplicate"}:
        return Response(receipt, status_code=CREATED if receipt.status == "accepted" else 200)
    if receipt.status == "conflict":
        return to_response(
            Problem(
                status=409,
                title=TITLES[409],
                code="CONFLICT",
                detail="Another content is recorded under this id; send a correction.",
                detail_th="มีข้อมูลอื่นบันทึกไว้ภายใต้รหัสนี้แล้ว กรุณาส่งรายการแก้ไข",
                sequence=receipt.sequence,
                errors=receipt.errors,
            )
        )
    first = receipt.errors[0] if receipt.errors else None
    status = 400 if first is not None and first.code == "BROKEN_JSON" else UNPROCESSABLE
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
