"""Files that wait are sealed on disk, come back as they were, and leave nothing behind."""

import fcntl
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.errors import NotFound, TooLarge
from hub.intake.spool import PART, Spool
from hub.sealing import BoxBroken

CIPHER = AESGCM(b"k" * 32)


async def in_parts(content: bytes, size: int = 700_001) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def too_large() -> TooLarge:
    return TooLarge("more than is taken")


async def spooled(spool: Spool, content: bytes, batch: str = "B1") -> Path:
    arrived = await spool.write(in_parts(content), CIPHER, 1 << 30, too_large)
    assert (arrived.digest, arrived.size) == (hashlib.sha256(content).hexdigest(), len(content))
    spool.keep(arrived, batch)
    (path,) = spool.folder.iterdir()
    return path


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 3 * PART])
async def test_a_file_comes_back_as_it_was_and_is_not_readable_while_it_waits(
    tmp_path: Path, size: int
) -> None:
    spool, content = Spool(tmp_path / "batches"), ("บุญเลิศ".encode() * (size // 21 + 1))[:size]
    path = await spooled(spool, content)
    assert size < 21 or "บุญเลิศ".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    async with spool.opened("B1", CIPHER) as opened:
        assert opened.read_bytes() == content
        assert opened.stat().st_mode & 0o077 == 0
    assert not opened.exists()
    spool.drop("B1")
    assert list(spool.folder.iterdir()) == []


@pytest.mark.parametrize("change", ["cut", "flip", "swap"])
async def test_a_sealed_file_that_was_altered_does_not_open(tmp_path: Path, change: str) -> None:
    spool = Spool(tmp_path / "batches")
    path = await spooled(spool, bytes(3 * PART))
    sealed = path.read_bytes()
    box = 4 + 12 + PART + 16
    first, second = sealed[16 : 16 + box], sealed[16 + box : 16 + 2 * box]
    altered = {
        "cut": sealed[: 16 + 2 * box],
        "flip": sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:],
        "swap": sealed[:16] + second + first + sealed[16 + 2 * box :],
    }
    path.write_bytes(altered[change])
    with pytest.raises(BoxBroken):
        async with spool.opened("B1", CIPHER):
            pytest.fail("it opened")
    assert [one.name for one in spool.folder.iterdir()] == ["B1.sealed"]


async def test_what_is_too_large_or_lost_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "batches")
    with pytest.raises(TooLarge):
        await spool.write(in_parts(bytes(2 * PART)), CIPHER, PART, too_large)
    assert list(spool.folder.iterdir()) == []
    with pytest.raises(NotFound):
        async with spool.opened("B9", CIPHER):
            pytest.fail("it opened")


async def test_a_sweep_takes_what_the_dead_left_and_nothing_of_the_living(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "batches")
    await spooled(spool, b"waiting")
    for name in ("arriving-1.sealed", "B7.open", "B8.open"):
        (spool.folder / name).write_bytes(b"x")
    with (spool.folder / "B8.open").open("rb") as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        spool.sweep()
    assert sorted(path.name for path in spool.folder.iterdir()) == ["B1.sealed", "B8.open"]
