"""Files that have arrived and are not worked through yet: sealed on disk while they wait, open only while they are read.

A sealed file is a random head of 16 bytes, then parts: the length of a box in 4 bytes, the box. Each box is bound to the head, its place, and
whether it is the last one, so that no part can be taken away, exchanged or moved to another file.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import secrets
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.errors import NotFound, TooLarge
from hub.sealing import NONCE_BYTES, BoxBroken

PART = 1 << 20
HEAD_BYTES = 16
LENGTH_BYTES = 4
SEALED, OPEN = ".sealed", ".open"


class Spooled(msgspec.Struct, frozen=True, kw_only=True):
    """A file that has arrived in whole: SHA-256 and size of its bytes as they came."""

    path: Path
    digest: str
    size: int


class Spool:
    """A folder that only this user can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def write(
        self, parts: AsyncIterator[bytes], cipher: AESGCM, limit: int, too_large: Callable[[], TooLarge]
    ) -> Spooled:
        """Seal what arrives while it arrives, and sync it. Raises TooLarge beyond `limit` bytes; then nothing is left of it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"arriving-{secrets.token_hex(8)}{SEALED}"
        digest, size = hashlib.sha256(), 0
        try:
            with _create(path) as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                writer = _Writer(stream, cipher)
                async for part in parts:
                    size += len(part)
                    _refuse_beyond(size, limit, too_large)
                    digest.update(part)
                    await writer.add(part)
                await writer.end()
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Spooled(path=path, digest=digest.hexdigest(), size=size)

    def keep(self, arrived: Spooled, batch: str) -> None:
        """From now on it is the file of this delivery."""
        arrived.path.replace(self._sealed(batch))

    def has(self, batch: str) -> bool:
        """Whether the file of a delivery is here."""
        return self._sealed(batch).exists()

    def drop(self, batch: str) -> None:
        """Nobody needs the file of this delivery any more."""
        self._sealed(batch).unlink(missing_ok=True)

    @contextlib.asynccontextmanager
    async def opened(self, batch: str, cipher: AESGCM) -> AsyncGenerator[Path]:
        """The file of a delivery, readable for as long as the block runs. Raises NotFound, BoxBroken."""
        if not self.has(batch):
            raise NotFound(
                f"The file of {batch} is not on this machine any more; send it again.",
                message_th="ไม่พบไฟล์ที่ส่งมา กรุณาส่งใหม่",
                code="FILE_LOST",
                path="batch",
            )
        path = self._opened(batch)
        try:
            with _create(path) as target:
                fcntl.flock(target, fcntl.LOCK_EX)
                await asyncio.to_thread(_unseal, self._sealed(batch), target, cipher)
                target.flush()
                yield path
        finally:
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a process that was killed left behind: uploads that never ended, files that stood open.

        Those of a process that lives are locked by it.
        """
        for path in (*self.folder.glob(f"arriving-*{SEALED}"), *self.folder.glob(f"*{OPEN}")):
            with contextlib.suppress(BlockingIOError, FileNotFoundError), path.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)

    def _sealed(self, batch: str) -> Path:
        return self.folder / f"{batch}{SEALED}"

    def _opened(self, batch: str) -> Path:
        # One for each reader: who lost the lock with the database may still read while another one has begun.
        return self.folder / f"{batch}.{uuid.uuid4().hex}{OPEN}"


class _Writer:
    """Gathers what arrives into parts of one size."""

    def __init__(self, stream: BinaryIO, cipher: AESGCM) -> None:
        self._stream, self._cipher = stream, cipher
        self._head = secrets.token_bytes(HEAD_BYTES)
        self._rest = bytearray()
        self._place = 0
        stream.write(self._head)

    async def add(self, part: bytes) -> None:
        self._rest += part
        while len(self._rest) > PART:
            ready, self._rest = bytes(self._rest[:PART]), self._rest[PART:]
            await asyncio.to_thread(self._write, ready, is_last=False)

    async def end(self) -> None:
        await asyncio.to_thread(self._write, bytes(self._rest), is_last=True)
        await asyncio.to_thread(self._sync)

    def _write(self, text: bytes, *, is_last: bool) -> None:
        nonce = secrets.token_bytes(NONCE_BYTES)
        bound = _bound(self._head, self._place, is_last=is_last)
        box = nonce + self._cipher.encrypt(nonce, text, bound)
        self._stream.write(len(box).to_bytes(LENGTH_BYTES) + box)
        self._place += 1

    def _sync(self) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())


def _unseal(sealed: Path, target: BinaryIO, cipher: AESGCM) -> None:
    with sealed.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        place = 0
        length = stream.read(LENGTH_BYTES)
        while True:
            box = stream.read(int.from_bytes(length))
            length = stream.read(LENGTH_BYTES)
            bound = _bound(head, place, is_last=not length)
            try:
                target.write(cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], bound))
            except (InvalidTag, ValueError) as error:
                raise BoxBroken(f"part {place} of {sealed.name} does not open under its key") from error
            if not length:
                return
            place += 1


def _refuse_beyond(size: int, limit: int, too_large: Callable[[], TooLarge]) -> None:
    if size > limit:
        raise too_large()


def _bound(head: bytes, place: int, *, is_last: bool) -> bytes:
    return b"%s:%d:%d" % (head, place, is_last)


def _create(path: Path) -> BinaryIO:
    """A new file that only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
