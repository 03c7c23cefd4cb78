"""Around every request: a request id, an access log without anything personal, the counters."""

import logging
import secrets
import time

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.metrics import Metrics

logger = logging.getLogger(__name__)


class Observing(ASGIMiddleware):
    """Logs and counts by the template of the path: ids and query texts stay out of logs."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Passes the request on, and notes what became of it."""
        request_id = secrets.token_hex(8)
        scope["request_id"] = request_id  # pyright: ignore[reportGeneralTypeIssues] - a key of our own
        started = time.perf_counter()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableScopeHeaders.from_message(message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await next_app(scope, receive, note)
        finally:
            seconds = time.perf_counter() - started
            path = scope.get("path_template") or "(none)"
            method = str(scope.get("method", ""))
            self._metrics.count_request(method=method, path=path, status=status, seconds=seconds)
            logger.info(
                "request",
                extra={
                    "request_id": request_id,
                    "method": method,
                    "path": path,
                    "status": status,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )
