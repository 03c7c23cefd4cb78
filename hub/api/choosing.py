"""Which format an answer has: `f` in the address, or else `Accept` (RFC 9110, section 12.5.1)."""

from collections.abc import Iterator, Mapping
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from contracts.errors import InvalidInput
from hub.formats.table import FORMATS, Format
from hub.formats.workbook import MEDIA_TYPE as XLSX_TYPE

AnyRequest = Request[Any, Any, Any]
NOT_ACCEPTABLE = 406
LINES = "application/x-ndjson"
ACCEPTED: Mapping[Format, tuple[str, ...]] = {
    "json": ("application/json",),
    "ndjson": (LINES, "application/ndjson", "application/jsonl"),
    "csv": ("text/csv",),
    "xlsx": (XLSX_TYPE,),
}


class NotAcceptable(HTTPException):
    """No format that there is fits `Accept`."""

    status_code = NOT_ACCEPTABLE


def choose_format(request: AnyRequest, asked: str | None) -> Format:
    """The format of the answer to a request. Raises InvalidInput for an unknown `f`, NotAcceptable for such an `Accept`."""
    only_lines = is_only_lines(request)
    allowed: tuple[Format, ...] = ("ndjson",) if only_lines else FORMATS
    if asked is not None:
        for format_ in allowed:
            if format_ == asked:
                return format_
        raise InvalidInput(
            f"'{asked}' is no format here; there are {', '.join(allowed)}.",
            message_th=f"ไม่มีรูปแบบ '{asked}' สำหรับที่อยู่นี้ เลือกได้คือ {', '.join(allowed)}",
            code="UNKNOWN_FORMAT",
            path="f",
        )
    if only_lines:
        return "ndjson"
    wanted = dict(read_accept(request.headers.get("accept", "")))
    if not wanted:
        return "json"
    best = max(FORMATS, key=lambda format_: quality(wanted, format_))
    if quality(wanted, best) <= 0:
        raise NotAcceptable
    return best


def is_only_lines(request: AnyRequest) -> bool:
    """Whether the route answers lines and nothing else."""
    handler = request.scope.get("route_handler")
    return isinstance(handler, HTTPRouteHandler) and handler.media_type == LINES


def read_accept(text: str) -> Iterator[tuple[str, float]]:
    """The media ranges of an Accept header with their quality; one that cannot be read counts as 0."""
    for part in text.split(","):
        range_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if range_:
            given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
            try:
                yield range_, float(given)
            except ValueError:
                yield range_, 0.0


def quality(wanted: Mapping[str, float], format_: Format) -> float:
    """How much a format is wanted: by the most specific range that names it."""
    found = [wanted[name] for name in ACCEPTED[format_] if name in wanted]
    if found:
        return max(found)
    family = ACCEPTED[format_][0].partition("/")[0]
    return wanted.get(f"{family}/*", wanted.get("*/*", 0.0))
