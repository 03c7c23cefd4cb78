"""JSON: an array of objects or one object a line, read object by object without holding the file."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec

from contracts.sources.contract import DeliveredRow
from hub.readers import faults
from hub.readers.opening import open_file
from hub.readers.rows import FileRow, broken_object, nested_too_deep

CHUNK = 1 << 18
LARGEST_OBJECT = 16 << 20
SIGNS = re.compile(rb'["{}\[\]]')
STRING_END = re.compile(rb'\\.|"', re.DOTALL)
BETWEEN = b" \t\r\n,[]"
BOM = b"\xef\xbb\xbf"
DEEPEST = 32
"""Objects and arrays inside each other. A contract needs three."""

_objects: msgspec.json.Decoder[dict[str, object]] = msgspec.json.Decoder(dict[str, object])


def read_json(path: Path) -> Iterator[FileRow]:
    """Every top-level object of the file; one that is not valid JSON does not stop the others.

    Raises InvalidInput where it can no longer be told where an object begins or ends, after the objects before it.
    """
    row = 0
    for row, (offset, text) in enumerate(_lines(path) if _is_by_line(path) else _split(path), start=1):
        if _is_deep(text):
            yield nested_too_deep(row, text, DEEPEST)
            continue
        cells = _cells(text)
        yield broken_object(row, offset, text) if cells is None else DeliveredRow(row, cells)
    if row == 0:
        raise faults.file_empty()


def _is_deep(text: bytes) -> bool:
    """Whether more lists and objects stand in each other than any contract has."""
    if text.count(b"{") + text.count(b"[") <= DEEPEST:
        return False
    depth, position = 0, 0
    while (found := SIGNS.search(text, position)) is not None:
        position = found.end()
        if found.group() == b'"':
            end = _string_end(text, position)
            if end is None:
                return False
            position = end
        else:
            depth += 1 if found.group() in b"{[" else -1
        if depth > DEEPEST:
            return True
    return False


def _cells(text: bytes) -> dict[str, object] | None:
    try:
        return _objects.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        # Python and JavaScript programs write NaN, which JSON does not know; the contract says what is wrong with it.
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", found) if isinstance(found, dict) else None


def _is_by_line(path: Path) -> bool:
    """Whether the first line that is not empty is an object by itself."""
    with open_file(path) as stream:
        while line := stream.readline(LARGEST_OBJECT):
            line = line.removeprefix(BOM).strip()
            if line:
                return line.startswith(b"{") and _cells(line) is not None
    return False


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their offsets."""
    offset = 0
    with open_file(path) as stream:
        while line := stream.readline(LARGEST_OBJECT):
            text = line.removeprefix(BOM).strip()
            if text:
                yield offset, text
            offset += len(line)


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
                        _refuse_between(buffer[:start], base)
                    depth += 1
                elif sign in b"}]" and depth:
                    depth -= 1
                    if depth == 0:
                        yield base + start, buffer[start:position]
                        buffer, base, position, start = buffer[position:], base + position, 0, -1
            if len(buffer) > LARGEST_OBJECT:
                raise faults.broken_json(base + max(start, 0), "an object that does not end")
    if depth:
        raise faults.broken_json(base + max(start, 0), "the file ends inside an object")
    _refuse_between(buffer, base)


def _refuse_between(text: bytes, offset: int) -> None:
    if text.removeprefix(BOM).strip(BETWEEN):
        raise faults.broken_json(offset, "text outside of any object")


def _string_end(buffer: bytes, position: int) -> int | None:
    for found in STRING_END.finditer(buffer, position):
        if found.group() == b'"':
            return found.end()
    return None
