"""A few HTTP/1.1 connections that stay open, so that a benchmark measures the hub and not a client."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping

import msgspec

from contracts.errors import Unavailable

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Reply(msgspec.Struct, frozen=True):
    """What was answered."""

    status: int
    body: bytes


class Wire:
    """Requests over a pool of connections to one server of this machine; bodies come with their length."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._idle: list[Connection] = []

    async def send(self, method: str, path: str, body: bytes = b"") -> Reply:
        """One request. Raises Unavailable when the server closes on it."""
        reader, writer = await self._connect()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{self._headers}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        try:
            status = int((await reader.readline()).split()[1])
            length = 0
            while (line := (await reader.readline()).strip()) != b"":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            content = await reader.readexactly(length)
        except (OSError, IndexError, ValueError, asyncio.IncompleteReadError) as error:
            writer.close()
            raise Unavailable("The API closed a connection.", code="CONNECTION_CLOSED") from error
        self._idle.append((reader, writer))
        return Reply(status, content)

    async def _connect(self) -> Connection:
        if self._idle:
            return self._idle.pop()
        return await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        """Close what is open."""
        for _, writer in self._idle:
            writer.close()


@contextlib.asynccontextmanager
async def open_wire(port: int, headers: Mapping[str, str]) -> AsyncGenerator[Wire]:
    """Connections for the time of the block."""
    wire = Wire(port, headers)
    try:
        yield wire
    finally:
        wire.close()
