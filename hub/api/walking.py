"""The pages of a list behind its first one, for an export that holds all of them.

Each page is asked of the app itself, as the caller asked for the first: his key is checked again, what he reads is recorded, and the
page token keeps the basis. No more than one page is in memory.
"""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar.types import Message, Scope

from contracts.errors import HubError, Unavailable
from hub.api.choosing import AnyRequest
from hub.api.problems import STATUS, Problem

PAGE_KEY = "hub_page"
PAGE_ITEMS = 1000
KEPT = (
    "type",
    "asgi",
    "http_version",
    "method",
    "scheme",
    "path",
    "raw_path",
    "root_path",
    "headers",
    "client",
    "server",
)
DROPPED_HEADERS = (b"if-none-match", b"content-length")


class AskedPage:
    """Where a route leaves the body of a page that the walker asked for."""

    def __init__(self) -> None:
        self.body: object = None


def asked_page(request: AnyRequest) -> AskedPage | None:
    """The place for the body, when it is the walker who asks."""
    found = request.scope.get(PAGE_KEY)
    return found if isinstance(found, AskedPage) else None


async def walk(request: AnyRequest, body: object) -> AsyncGenerator[object]:
    """This body and those of all later pages. Raises what the route raises for a page."""
    while True:
        yield body
        following = next_page(body)
        if following is None:
            return
        body = await fetch_page(request, following)


def next_page(body: object) -> str | None:
    """The token of the page behind this one; None for the last page and for a body that is no page."""
    following = getattr(body, "next", None)
    return following if hasattr(body, "items") and isinstance(following, str) else None


async def fetch_page(request: AnyRequest, token: str) -> object:
    """The body of the page that a token names. Raises HubError as its route does."""
    asked, status, answer = AskedPage(), 500, bytearray()

    async def note(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            answer.extend(message.get("body", b""))

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}  # pyright: ignore[reportReturnType] - as ASGI has it

    await request.app(to_scope(request, token, asked), receive, note)  # pyright: ignore[reportArgumentType] - as above
    if asked.body is None:
        raise to_error(status, bytes(answer))
    return asked.body


def to_scope(request: AnyRequest, token: str, asked: AskedPage) -> Scope:
    """The request for a page: as the first one, with its token."""
    query = with_parameters(request, token=token, limit=str(PAGE_ITEMS))
    scope: dict[str, object] = {key: value for key, value in request.scope.items() if key in KEPT}
    headers = [pair for pair in request.scope["headers"] if pair[0].lower() not in DROPPED_HEADERS]
    return scope | {"headers": headers, "query_string": query.encode(), PAGE_KEY: asked}  # pyright: ignore[reportReturnType] - a key of our own


def with_parameters(request: AnyRequest, **changed: str) -> str:
    """The query of a request with these parameters instead of its own."""
    given = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return urlencode([*((name, value) for name, value in given if name not in changed), *changed.items()])


def to_error(status: int, answer: bytes) -> HubError:
    """The error behind a problem that answered a page."""
    try:
        problem = msgspec.json.decode(answer, type=Problem)
    except msgspec.DecodeError:
        return Unavailable(
            "The list broke off on the way; try again.",
            message_th="รายการขาดตอนระหว่างทาง กรุณาลองใหม่",
            code="EXPORT_BROKEN",
        )
    class_ = next((class_ for class_, number in STATUS.items() if number == status), Unavailable)
    return class_(problem.detail, message_th=problem.detail_th, code=problem.code, path=problem.path)
