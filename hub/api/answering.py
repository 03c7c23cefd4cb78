"""Turning an answer into HTTP: its format, ETag, how long it may be kept; and the record of who read personal data."""

import hashlib
from typing import Any, TypeVar, cast
from urllib.parse import quote

import msgspec
from litestar import Response

from contracts.times import to_text
from hub.api.asking import AnyRequest
from hub.api.basis import Basis
from hub.api.choosing import choose_format
from hub.api.exporting import export
from hub.api.reading import Hub
from hub.api.walking import asked_page, next_page, with_parameters
from hub.auth import Caller
from hub.formats.table import Format

Body = TypeVar("Body")

SHAPE = 1
"""Raised with every change of an answer's shape, so that no cache shows the old one."""

PAST_SECONDS = 300
VARY = "Accept, X-API-Key, Authorization"
PURPOSE_HEADER = "x-purpose"
LONGEST_PURPOSE = 200


def make_etag(request: AnyRequest, basis: Basis, caller: Caller) -> str:
    """Equal for two requests exactly when their answers are: same question, basis and kind of caller."""
    said = (
        SHAPE,
        basis.version,
        basis.sequence,
        basis.valid_at.isoformat(),
        basis.final,
        None if basis.reported_by is None else basis.reported_by.isoformat(),
        format_of(request),
        caller.kind,
        request.scope["path"],
        request.scope["query_string"],
    )
    return f'"{hashlib.sha256(msgspec.msgpack.encode(said)).hexdigest()[:24]}"'


def format_of(request: AnyRequest) -> Format:
    """The format that a request asks for. Raises InvalidInput or NotAcceptable."""
    return choose_format(request, request.query_params.get("f"))


def make_headers(request: AnyRequest, basis: Basis, caller: Caller) -> dict[str, str]:
    """The headers of an answer: its basis, and how it may be kept; what may still change is asked for again each time."""
    keep = f"private, max-age={PAST_SECONDS}" if basis.final and not caller.is_public else "no-cache"
    headers = {
        "ETag": make_etag(request, basis, caller),
        "Cache-Control": keep,
        "Vary": VARY,
        "Hub-Sequence": str(basis.sequence),
        "Hub-Valid-At": to_text(basis.valid_at),
        "Hub-Final": "true" if basis.final else "false",
    }
    if basis.recorded_at is not None:
        headers["Hub-As-Of"] = to_text(basis.recorded_at)
    if basis.reported_by is not None:
        headers["Hub-Reported-By"] = to_text(basis.reported_by)
    return headers


def not_modified(request: AnyRequest, basis: Basis, caller: Caller) -> Response[Any] | None:
    """304 for a caller who has this answer already; found before anything is computed."""
    offered = request.headers.get("if-none-match")
    if offered is None:
        return None
    headers = make_headers(request, basis, caller)
    known = {tag.strip().removeprefix("W/") for tag in offered.split(",")}
    if headers["ETag"] not in known:
        return None
    return Response(content=b"", status_code=304, headers=headers)


def to_answer(request: AnyRequest, basis: Basis, caller: Caller, body: Body) -> Response[Body]:
    """The answer in the format that is asked for.

    JSON is the body itself. CSV, NDJSON and XLSX hold its list, with all later pages unless a `limit` is given.
    """
    asked = asked_page(request)
    if asked is not None:
        asked.body = body
        return cast("Response[Body]", Response(content=b""))
    if basis.reported_by is not None and isinstance(body, msgspec.Struct) and hasattr(body, "reported_by"):
        body = cast("Body", msgspec.structs.replace(body, reported_by=basis.reported_by))
    headers = make_headers(request, basis, caller)
    format_ = format_of(request)
    following = next_page(body)
    if following is not None and (format_ == "json" or "limit" in request.query_params):
        query = with_parameters(request, token=following)
        headers["Link"] = f'<{quote(request.scope["path"])}?{query}>; rel="next"'
    if format_ == "json":
        return Response(content=body, media_type="application/json", headers=headers)
    return cast("Response[Body]", export(request, basis, body, format_, headers))


async def write_reading(hub: Hub, request: AnyRequest, caller: Caller, *, what: str, count: int) -> None:
    """Record the reading of personal data, for the purpose in `X-Purpose` or else that of the key."""
    if caller.may_see_personal and count:
        purpose = (request.headers.get(PURPOSE_HEADER) or caller.purpose)[:LONGEST_PURPOSE]
        await hub.write_reading(caller, what=what, purpose=purpose, count=count)
