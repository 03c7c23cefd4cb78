"""Reading, decoding and opening ahead of the fold in a process of its own, so that a rebuild uses two processors.

What passes between the two goes over pipes and never touches a disk or a command line: the order with the master key in, frames with opened
events out. The process ends by itself when whoever started it is gone.
"""

import asyncio
import contextlib
import datetime as dt
import os
import struct
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path

import msgspec
from psycopg import AsyncConnection

from contracts.errors import HubError
from contracts.events import (
    Event,
    OpenedHelp,
    OpenedRecord,
    OpenedWords,
    RecordReceived,
    SealedMember,
    Sequenced,
)
from hub.bench.stopwatch import peak_memory
from hub.guards import Halt, explain
from hub.log import JetStreamLog, open_log
from hub.master_keys import MasterKeys
from hub.projector import open_batches
from hub.vault import Vault
from projections.version import Standstill, Version

FRAME = struct.Struct("!cI")
BATCH, STOP, END = b"B", b"S", b"E"
GRACE_SECONDS = 5.0
ROOM = 8 << 20
"""Bytes that may wait on our side of the pipe."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to read: the events of `stream` after the checkpoint of `version` up to `stop_at`, at most `batch` at once."""

    database_url: str
    servers: tuple[str, ...]
    stream: str
    prefix: str
    master_keys: tuple[bytes, ...]
    master_key_path: str | None
    version: Version
    stop_at: int
    batch: int


class _Passed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An event on its way: its sealed sections are left out where they are opened."""

    sequence: int
    recorded_at: dt.datetime
    digest: bytes
    event: Event
    record: OpenedRecord | None = None
    help: OpenedHelp | None = None
    words: OpenedWords | None = None


# JSON and not something shorter: an instant keeps the zone in which it was written, so that both ways give the same rows.
_encoder = msgspec.json.Encoder()
_batches: msgspec.json.Decoder[list[_Passed]] = msgspec.json.Decoder(list[_Passed])
_stops: msgspec.json.Decoder[Standstill] = msgspec.json.Decoder(Standstill)
_peaks: msgspec.json.Decoder[float] = msgspec.json.Decoder(float)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def order(
    database_url: str, log: JetStreamLog, vault: Vault, version: Version, stop_at: int, batch: int
) -> Order:
    """The order to read what this log and this vault hold."""
    return Order(
        database_url=str(database_url),
        servers=log.servers,
        stream=log.stream,
        prefix=log.prefix,
        master_keys=vault.master_keys.keys,
        master_key_path=_text(vault.master_keys.path),
        version=version,
        stop_at=stop_at,
        batch=batch,
    )


def pack(items: list[Sequenced]) -> bytes:
    """A batch as it passes from one process to the other."""
    return _encoder.encode([_pass(item) for item in items])


def unpack(data: bytes) -> list[Sequenced]:
    """A batch as it was, but without the sealed sections of what is opened."""
    return [
        Sequenced(
            sequence=passed.sequence,
            recorded_at=passed.recorded_at,
            event=passed.event,
            digest=passed.digest,
            opened=passed.record or passed.help or passed.words,
        )
        for passed in _batches.decode(data)
    ]


def _pass(item: Sequenced) -> _Passed:
    event, opened = item.event, item.opened
    if isinstance(opened, OpenedRecord):
        return _Passed(item.sequence, item.recorded_at, item.digest, _without_boxes(event), opened)
    if isinstance(opened, OpenedHelp):
        return _Passed(item.sequence, item.recorded_at, item.digest, event, None, opened)
    return _Passed(item.sequence, item.recorded_at, item.digest, event, None, None, opened)


def _without_boxes(event: Event) -> Event:
    if not isinstance(event, RecordReceived):
        return event
    members = tuple(SealedMember(member=sealed.member, box=b"") for sealed in event.data.members)
    data = msgspec.structs.replace(event.data, house=b"", members=members)
    return msgspec.structs.replace(event, data=data)


async def open_batches_ahead(
    asked: Order, note_peak: Callable[[float], None] | None = None
) -> AsyncGenerator[list[Sequenced]]:
    """As `hub.projector.open_batches`, read by a process of its own; `note_peak` hears the most memory it needed, in MiB.

    Raises what a projector stops at as Halt or HubError, Unavailable-like HubError too when the process ends without a word.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hub.ahead",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=ROOM,
    )
    assert process.stdin is not None  # noqa: S101 - asked for
    assert process.stdout is not None  # noqa: S101 - asked for
    try:
        process.stdin.write(_encoder.encode(asked))
        process.stdin.write_eof()
        while True:
            kind, data = await _receive(process.stdout)
            if kind == BATCH:
                yield unpack(data)
            elif kind == STOP:
                raise _stopped(_stops.decode(data))
            else:
                if note_peak is not None:
                    note_peak(_peaks.decode(data))
                return
    finally:
        await _end(process)


async def _receive(stream: asyncio.StreamReader) -> tuple[bytes, bytes]:
    try:
        kind, length = FRAME.unpack(await stream.readexactly(FRAME.size))
        return kind, await stream.readexactly(length)
    except asyncio.IncompleteReadError as error:
        raise HubError(
            "The process that reads the log for the rebuild ended without a word; try again.",
            message_th="กระบวนการอ่านบันทึกเหตุการณ์หยุดลง กรุณาลองใหม่",
            code="READER_ENDED",
        ) from error


def _stopped(why: Standstill) -> HubError:
    if why.sequence is not None:
        return Halt(why.code, why.message_en, why.sequence)
    return HubError(why.message_en, message_th=why.message_th, code=why.code)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def serve(asked: Order, send: Callable[[bytes, bytes], Coroutine[object, object, None]]) -> None:
    """Send every batch, then how the reading ended."""
    vault = Vault(
        MasterKeys(*asked.master_keys, path=Path(asked.master_key_path) if asked.master_key_path else None)
    )
    try:
        async with (
            await AsyncConnection.connect(asked.database_url, autocommit=True) as keys,
            open_log(asked.servers, stream=asked.stream, prefix=asked.prefix) as log,
            contextlib.aclosing(
                open_batches(keys, log, vault, asked.version, asked.stop_at, asked.batch)
            ) as batches,
        ):
            async for items in batches:
                await send(BATCH, pack(items))
    except Exception as error:  # noqa: BLE001 - handed to the fold's process, which raises it
        await send(STOP, _encoder.encode(explain(error)))
        return
    await send(END, _encoder.encode(peak_memory()))


def _write(kind: bytes, data: bytes) -> None:
    out = sys.stdout.fileno()
    for part in (FRAME.pack(kind, len(data)), data):
        view = memoryview(part)
        while view:
            view = view[os.write(out, view) :]


async def _send(kind: bytes, data: bytes) -> None:
    # In a thread: while the fold is busy the pipe is full, and the log's heartbeats must go on.
    await asyncio.to_thread(_write, kind, data)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        asyncio.run(serve(msgspec.json.decode(sys.stdin.buffer.read(), type=Order), _send))
