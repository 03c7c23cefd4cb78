"""Letting pages of other origins read the layers (CORS), without credentials: keys travel in a header that the page sets itself."""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED = "Link, ETag, Content-Crs, OGC-NumberMatched, OGC-NumberReturned, Memento-Datetime"
ALLOWED = "X-API-Key, Authorization, If-None-Match, Content-Type, Accept"
METHODS = "GET, HEAD, OPTIONS"
DAY_SECONDS = "86400"


class Sharing(ASGIMiddleware):
    """Says on every answer, also on problems and preflights, that any origin may read it."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Passes the request on and adds the headers."""

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = EXPOSED
                if scope.get("method") == "OPTIONS":
                    headers["Access-Control-Allow-Methods"] = METHODS
                    headers["Access-Control-Allow-Headers"] = ALLOWED
                    headers["Access-Control-Max-Age"] = DAY_SECONDS
            await send(message)

        await next_app(scope, receive, add)
