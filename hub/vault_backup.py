"""Backup of the vault: every key as it is wrapped, and every tombstone, in one file that proves itself whole.

The file opens nothing without the master key, and is to be kept apart from it. A tombstone always wins: restoring brings nobody back who was
erased, neither by the vault as it is nor by the file.
"""

import base64
import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import InvalidInput
from hub.vault import Vault
from projections import queries

FORMAT = "hub-vault-1"
AT_ONCE = 5000

_SQL = queries.load(Path(__file__).parent / "sql")
_encoder = msgspec.json.Encoder()


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line."""

    format: str
    made_at: dt.datetime


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One subject: its wrapped key, or when it was erased."""

    subject: str
    created_at: dt.datetime
    wrapped: str | None = None
    erased_at: dt.datetime | None = None


class Foot(msgspec.Struct, frozen=True, kw_only=True):
    """The last line: how many subjects, and SHA-256 over everything before it."""

    count: int
    sha256: str


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds, or what of one was restored; the rest was there already."""

    keys: int
    tombstones: int


_lines: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


async def back_up(connection: AsyncConnection[TupleRow], path: Path, *, now: dt.datetime) -> Kept:
    """Write the whole vault as it is at one moment to a new file, readable by its owner only. Raises InvalidInput for one that is there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    if path.exists():
        raise InvalidInput(
            f"{path} is there already; name a new file.", message_th=f"มีไฟล์ {path} อยู่แล้ว", code="FILE_EXISTS"
        )
    digest, keys, tombstones = hashlib.sha256(), 0, 0
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:

            def write(line: msgspec.Struct) -> None:
                text = _encoder.encode(line) + b"\n"
                digest.update(text)
                file.write(text)

            write(Head(format=FORMAT, made_at=now))
            async with connection.transaction(), connection.cursor(name="vault") as cursor:
                cursor.itersize = AT_ONCE
                await cursor.execute(_SQL["fetch_whole_vault"])
                async for subject, wrapped, created_at, erased_at in cursor:
                    text = None if wrapped is None else base64.b64encode(wrapped).decode()
                    write(
                        Line(subject=subject.hex(), created_at=created_at, wrapped=text, erased_at=erased_at)
                    )
                    keys, tombstones = keys + (wrapped is not None), tombstones + (wrapped is None)
            file.write(_encoder.encode(Foot(count=keys + tombstones, sha256=digest.hexdigest())) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return Kept(keys=keys, tombstones=tombstones)


async def restore(connection: AsyncConnection[TupleRow], vault: Vault, path: Path) -> Kept:
    """Put what a backup holds into the vault where it is missing, all of it or nothing.

    Raises InvalidInput for a file that is no backup or not whole, WrongMasterKey when the master key does not open it.
    """
    check(path)
    await vault.ensure(connection)
    keys = tombstones = 0
    async with connection.transaction():
        for part in _parts(path):
            for line in part:
                if line.wrapped is not None:
                    vault.unwrap(bytes.fromhex(line.subject), base64.b64decode(line.wrapped))
            values = {
                "subjects": [bytes.fromhex(line.subject) for line in part],
                "wrapped": [
                    None if line.wrapped is None else base64.b64decode(line.wrapped) for line in part
                ],
                "created_at": [line.created_at for line in part],
                "erased_at": [line.erased_at for line in part],
            }
            cursor = await connection.execute(_SQL["restore_keys"], values)
            restored = [row[0] for row in await cursor.fetchall()]
            keys, tombstones = keys + restored.count(False), tombstones + restored.count(True)
    return Kept(keys=keys, tombstones=tombstones)


def check(path: Path) -> None:
    """Raises InvalidInput unless the file is a backup, whole and unchanged."""
    digest, count, foot = hashlib.sha256(), 0, None
    with _opened(path) as file:
        try:
            first = file.readline()
            if msgspec.json.decode(first, type=Head).format != FORMAT:
                raise _broken(path)
            digest.update(first)
            for text in file:
                if text.startswith(b'{"count"'):
                    foot = msgspec.json.decode(text, type=Foot)
                    break
                digest.update(text)
                count += 1
        except msgspec.MsgspecError as error:
            raise _broken(path) from error
        if foot is None or foot != Foot(count=count, sha256=digest.hexdigest()) or file.read(1):
            raise _broken(path)


def _parts(path: Path) -> Iterator[list[Line]]:
    part: list[Line] = []
    with _opened(path) as file:
        file.readline()
        for text in file:
            if text.startswith(b'{"count"'):
                break
            part.append(_lines.decode(text))
            if len(part) == AT_ONCE:
                yield part
                part = []
    if part:
        yield part


@contextlib.contextmanager
def _opened(path: Path) -> Generator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be read ({error.strerror}).",
            message_th=f"อ่านไฟล์ {path} ไม่ได้",
            code="FILE_UNREADABLE",
        ) from error
    with file:
        yield file


def _broken(path: Path) -> InvalidInput:
    return InvalidInput(
        f"{path} is no whole backup of a vault; nothing was restored.",
        message_th=f"ไฟล์ {path} ไม่ใช่สำเนาคลังกุญแจที่สมบูรณ์ จึงไม่มีการกู้คืน",
        code="BACKUP_BROKEN",
    )
