"""Asking the whole app in this process: everything of a request but the socket."""

import contextlib
import dataclasses
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any, cast

from litestar import Litestar
from psycopg import AsyncConnection

from hub import auth, clock
from hub.api.app import create_app
from hub.bench.asof import reaching
from hub.servers.stack import Stack
from hub.settings import Settings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, and the seconds it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


@dataclasses.dataclass(frozen=True)
class Asker:
    """The app, and the key that it is asked with."""

    app: Litestar
    key: str

    async def get(self, path: str, **headers: str) -> Answer:
        """The answer to a path with its query."""
        sent = {"host": "bench.test", "x-api-key": self.key, "accept-encoding": "gzip"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        address, _, query = path.partition("?")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": address,
            "raw_path": address.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 1),
            "server": ("bench.test", 80),
            "state": {},
        }
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        began = time.perf_counter()
        await cast("Any", self.app)(scope, receive, send)
        seconds = time.perf_counter() - began
        start, *rest = messages
        return Answer(
            status=start["status"],
            headers={name.decode().lower(): value.decode() for name, value in start["headers"]},
            body=b"".join(message.get("body", b"") for message in rest),
            seconds=seconds,
        )


@contextlib.asynccontextmanager
async def open_asker(settings: Settings, stack: Stack) -> AsyncGenerator[Asker]:
    """The app over these stores, asked as a GIS officer of the whole province."""
    async with await AsyncConnection.connect(stack.database_url, autocommit=True) as connection:
        await connection.execute("ANALYZE")  # a running hub has autovacuum do it
        await auth.ensure_access(connection)
        key = await auth.create_key(connection, role="gis", purpose="benchmark", now=clock.now())
    app = create_app(reaching(settings, stack))
    async with app.lifespan():
        yield Asker(app, key)
