"""Turning an answer into HTTP: JSON, ETag, how long it may be kept; and the record of who read personal data."""

import hashlib
from typing import Any, TypeVar

import msgspec
from litestar import Response

from hub.api.asking import AnyRequest
from hub.api.basis import Basis
from hub.api.reading import Hub
from hub.auth import Caller

Body = TypeVar("Body")

SHAPE = 1
"""Raised with every change of an answer's shape, so that no cache shows the old one."""

PAST_SECONDS = 300
VARY = "X-API-Key, Authorization"
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
        caller.kind,
        request.scope["path"],
        request.scope["query_string"],
    )
    return f'"{hashlib.sha256(msgspec.msgpack.encode(said)).hexdigest()[:24]}"'


def make_headers(request: AnyRequest, basis: Basis, caller: Caller) -> dict[str, str]:
    """The headers of an answer; what may still change is asked for again each time."""
    keep = f"private, max-age={PAST_SECONDS}" if basis.final and not caller.is_public else "no-cache"
    return {"ETag": make_etag(request, basis, caller), "Cache-Control": keep, "Vary": VARY}


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
    """The JSON of `body` with its headers."""
    return Response(content=body, media_type="application/json", headers=make_headers(request, basis, caller))


async def write_reading(hub: Hub, request: AnyRequest, caller: Caller, *, what: str, count: int) -> None:
    """Record the reading of personal data, for the purpose in `X-Purpose` or else that of the key."""
    if caller.may_see_personal and count:
        purpose = (request.headers.get(PURPOSE_HEADER) or caller.purpose)[:LONGEST_PURPOSE]
        await hub.write_reading(caller, what=what, purpose=purpose, count=count)
