"""Every error as RFC 9457 problem+json: one table from class to status, one shape of body.

A body has `status, title, code, detail` (English), `detail_th`, and where they apply `path`, `errors` (faults of single fields),
`sequence` (the event that it contradicts) and `request_id`. `code` is stable; the sentences may change.
"""

import logging
import traceback
from collections.abc import Callable
from typing import Any, cast

import msgspec
import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from psycopg import errors as postgres

from contracts.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    HubError,
    InvalidInput,
    NotFound,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
)

logger = logging.getLogger(__name__)

AnyRequest = Request[Any, Any, Any]

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "2"
UNPROCESSABLE = 422

STATUS: dict[type[HubError], int] = {
    InvalidInput: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    TooLarge: 413,
    TooMany: 429,
    Unavailable: 503,
}
TITLES: dict[int, str] = {
    400: "Invalid input",
    401: "Key needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported media type",
    422: "Rejected",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available",
}
HTTP_ERRORS: dict[int, tuple[str, str, str]] = {
    404: ("NO_SUCH_PATH", "There is nothing at this address.", "ไม่พบที่อยู่นี้"),
    405: ("METHOD_NOT_ALLOWED", "This address does not take that method.", "ที่อยู่นี้ไม่รองรับวิธีการเรียกนี้"),
    406: (
        "NOT_ACCEPTABLE",
        "There are application/json, application/x-ndjson, text/csv and XLSX; or say f=json, ndjson, csv or xlsx.",
        "รองรับ JSON, NDJSON, CSV และ XLSX เท่านั้น กรุณาระบุ f=json, ndjson, csv หรือ xlsx",
    ),
    413: ("TOO_LARGE", "The body is larger than what is taken in one request.", "ข้อมูลมีขนาดใหญ่เกินกำหนด"),
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, for a program (`code`, `path`) and for a reader (`detail`, `detail_th`)."""

    status: int
    title: str
    code: str
    detail: str
    detail_th: str
    path: str | None = None
    request_id: str | None = None
    sequence: int | None = None
    errors: tuple[FieldError, ...] = ()


def status_of(error: HubError) -> int:
    """The HTTP status of the nearest class in the table."""
    for class_ in type(error).__mro__:
        if class_ in STATUS:
            return STATUS[class_]
    return 500


def to_problem(error: HubError, *, status: int | None = None) -> Problem:
    """The body for one of the hub's own errors."""
    found = status or status_of(error)
    return Problem(
        status=found,
        title=TITLES.get(found, "Error"),
        code=error.code,
        detail=error.message_en,
        detail_th=error.message_th,
        path=error.path,
        errors=error.errors,
    )


def to_response(problem: Problem) -> Response[bytes]:
    """The problem as an answer that no cache keeps."""
    headers = {"Cache-Control": "no-store"}
    if problem.status == STATUS[Unavailable]:
        headers["Retry-After"] = RETRY_SECONDS
    if problem.status == STATUS[Unauthorized]:
        headers["WWW-Authenticate"] = 'ApiKey header="X-API-Key"'
    return Response(
        content=msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def database_away(error: psycopg.Error) -> Unavailable:
    """What a failure of the database means to a caller."""
    if isinstance(error, postgres.QueryCanceled):
        return Unavailable(
            "The answer took too long to compute; ask for a smaller part.",
            message_th="ใช้เวลาประมวลผลนานเกินไป กรุณาขอข้อมูลให้แคบลง",
            code="TOO_SLOW",
        )
    return Unavailable(
        "The database cannot be reached at the moment.",
        message_th="ขณะนี้ติดต่อฐานข้อมูลไม่ได้",
        code="DATABASE_AWAY",
    )


def answer_hub_error(_request: AnyRequest, error: HubError) -> Response[bytes]:
    """One of the errors of contracts.errors."""
    answer = to_response(to_problem(error))
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def answer_database_error(request: AnyRequest, error: psycopg.Error) -> Response[bytes]:
    """The database is away or too slow; any other fault of a statement is ours."""
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        logger.warning("database away", extra={"error": type(error).__name__, "sqlstate": error.sqlstate})
        return to_response(to_problem(database_away(error)))
    return answer_unexpected(request, error)


def answer_http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What the framework refuses: paths, methods, parameters of the wrong type. What it cannot do is a fault of ours."""
    if isinstance(error, ValidationException):
        return to_response(to_problem(wrong_parameter(error)))
    if error.status_code >= 500:
        return answer_unexpected(request, error)
    code, detail, detail_th = HTTP_ERRORS.get(
        error.status_code, ("BAD_REQUEST", "The request cannot be read.", "อ่านคำขอไม่ได้")
    )
    return to_response(
        Problem(
            status=error.status_code,
            title=TITLES.get(error.status_code, "Error"),
            code=code,
            detail=detail,
            detail_th=detail_th,
        )
    )


def wrong_parameter(error: ValidationException) -> InvalidInput:
    """The first parameter that does not fit, by name and without its value."""
    faults = cast("list[dict[str, str]]", error.extra) if isinstance(error.extra, list) else []
    first = faults[0] if faults else {}
    name, reason = first.get("key", ""), first.get("message", "it does not fit")
    return InvalidInput(
        f"The parameter '{name}' cannot be used: {reason}.",
        message_th=f"ค่าของพารามิเตอร์ '{name}' ใช้ไม่ได้",
        code="BAD_PARAMETER",
        path=name or None,
    )


def answer_unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A fault of ours. What is logged names places in the code only: messages may hold data of a person."""
    request_id = request.headers.get("x-request-id") or str(request.scope.get("request_id", ""))
    places = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    logger.error(
        "unexpected error",
        extra={
            "request_id": request_id,
            "error": type(error).__name__,
            "places": " < ".join(reversed(places)),
        },
    )
    return to_response(
        Problem(
            status=500,
            title=TITLES[500],
            code="INTERNAL_ERROR",
            detail="Something went wrong in the hub; tell its operator the request_id.",
            detail_th="ระบบขัดข้อง กรุณาแจ้ง request_id แก่ผู้ดูแลระบบ",
            request_id=request_id,
        )
    )


HANDLERS: dict[int | type[Exception], Callable[[AnyRequest, Any], Response[Any]]] = {
    HubError: answer_hub_error,
    HTTPException: answer_http_error,
    psycopg.Error: answer_database_error,
    Exception: answer_unexpected,
}
