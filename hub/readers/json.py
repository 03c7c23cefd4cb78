"""JSON: an array of objects or one object a line, read object by object without holding the file."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from contracts.sources.contract import DeliveredRow
from hub.readers import faults
from hub.readers.opening import open_file

CHUNK = 1 << 18
SIGNS = re.compile(rb'["{}\[\]]')
STRING_END = re.compile(rb'\\.|"', re.DOTALL)

_objects: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])


def read_json(path: Path) -> Iterator[DeliveredRow]:
    """Every top-level object of the file. Raises InvalidInput at the place where the JSON breaks, after the objects before it."""
    row = 0
    for row, (offset, text) in enumerate(_split(path), start=1):
        try:
            cells = _objects.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise faults.broken_json(offset, "an object that is not valid JSON") from error
        yield DeliveredRow(row, cells)
    if row == 0:
        raise faults.file_empty()


def _split(path: Path) -> Iterator[tuple[int, bytes]]:
    """The bytes of each object at the top level, with its offset."""
    buffer, base = b"", 0
    depth, start, position = 0, -1, 0
    with open_file(path) as stream:
        while chunk := stream.read(CHUNK):
            buffer += chunk
            while True:
                found = SIGNS.search(buffer, position)
                if found is None:
                    position = len(buffer)
                    break
                sign = found.group()
                if sign == b'"':
                    end = _string_end(buffer, found.end())
                    if end is None:
                        position = found.start()
                        break
                    position = end
                    continue
                position = found.end()
                if sign in b"{[" and (depth or sign == b"{"):
                    if depth == 0:
                        start = found.start()
                    depth += 1
                elif sign in b"}]" and depth:
                    depth -= 1
                    if depth == 0:
                        yield base + start, buffer[start:position]
                        buffer, base, position, start = buffer[position:], base + position, 0, -1
            if start < 0:
                buffer, base, position = buffer[position:], base + position, 0
    if depth:
        raise faults.broken_json(base + max(start, 0), "the file ends inside an object")
    if buffer.strip(b" \t\r\n,]\xef\xbb\xbf["):
        raise faults.broken_json(base, "text outside of any object")


def _string_end(buffer: bytes, position: int) -> int | None:
    for found in STRING_END.finditer(buffer, position):
        if found.group() == b'"':
            return found.end()
    return None
