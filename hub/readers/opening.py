"""Opening a file that may be gzipped, within limits."""

import gzip
import io
import zlib
from pathlib import Path

from hub.readers import faults


class _Limited(io.RawIOBase):
    """Raises TooLarge once more than the limit came out of the stream beneath."""

    def __init__(self, packed: io.BufferedReader, limit: int) -> None:
        self._packed = packed
        self._inner = gzip.GzipFile(fileobj=packed)
        self._limit = limit
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        try:
            data = self._inner.read(len(buffer))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise faults.unreadable("gzip") from error
        buffer[: len(data)] = data
        self._read += len(data)
        if self._read > self._limit:
            raise faults.too_large(self._read) if self._read > faults.LIMIT_BYTES else faults.swells()
        return len(data)

    def close(self) -> None:
        self._inner.close()
        self._packed.close()
        super().close()


def open_file(path: Path) -> io.BufferedReader:
    """The bytes of a file, unpacked if it is gzip. Raises TooLarge over LIMIT_BYTES, or over LIMIT_RATIO times its packed size.

    Reading raises InvalidInput for one that does not unpack.
    """
    size = path.stat().st_size
    if size > faults.LIMIT_BYTES:
        raise faults.too_large(size)
    stream = path.open("rb")
    if stream.peek(2)[:2] != b"\x1f\x8b":
        return stream
    limit = min(faults.LIMIT_BYTES, size * faults.LIMIT_RATIO)
    return io.BufferedReader(_Limited(stream, limit), 1 << 16)
