"""CSV as Thai offices write it: UTF-8 with or without BOM, or TIS-620/CP874; commas, semicolons or tabs."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from contracts.sources.contract import DeliveredRow, TableContract
from hub.readers import faults
from hub.readers.opening import open_file
from hub.readers.rows import FileRow, too_long, unclosed_quote

CHUNK = 1 << 20
DELIMITERS = (",", ";", "\t")
BEYOND = "ช่องเกิน"
"""The name under which cells beyond the heading are kept."""


def read_csv(path: Path, contract: TableContract) -> Iterator[FileRow]:
    """The rows of a CSV file; empty rows are passed over. Raises InvalidInput or TooLarge."""
    encoding = find_encoding(path)
    with io.TextIOWrapper(open_file(path), encoding=encoding, newline="") as text:
        first = next((line for line in text if line.strip()), "")
        delimiter = max(DELIMITERS, key=first.count)
        header = tuple(name.strip() for name in next(csv.reader([first], delimiter=delimiter), list[str]()))
        missing = contract.missing(header)
        if missing:
            raise faults.columns_missing(missing)
        names = contract.canonical(header)
        row = 0
        for cells in _split(text, delimiter):
            if isinstance(cells, str):
                row += 1
                yield unclosed_quote(row, cells)
                continue
            if not any(cells):
                continue
            row += 1
            kept: dict[str, object] = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
            if len(cells) > len(names) and any(cells[len(names) :]):
                yield too_long(row, kept | {BEYOND: delimiter.join(cells[len(names) :])}, len(names))
            else:
                yield DeliveredRow(row, kept)
        if row == 0:
            raise faults.file_empty()


def _split(text: Iterator[str], delimiter: str) -> Iterator[list[str] | str]:
    """The cells of each row; the text of a line that opens a quotation mark and never closes it.

    Reading goes on at the line after such a one, so that it does not swallow the rest of the file.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            first, *rest = lines.taken
            lines.give_back(rest)
            if first.count('"') % 2:
                yield first
            else:
                yield next(csv.reader([first], delimiter=delimiter), list[str]())


class _Lines:
    """Lines without NUL; `taken` are those of the row being read, and may be given back."""

    def __init__(self, text: Iterator[str]) -> None:
        self.taken: list[str] = []
        self._text = text
        self._waiting: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.pop() if self._waiting else next(self._text).replace("\0", "")
        self.taken.append(line)
        return line

    def give_back(self, lines: list[str]) -> None:
        self._waiting.extend(reversed(lines))


def find_encoding(path: Path) -> str:
    """`utf-8-sig` or `cp874`, whichever the whole file fits; UTF-8 is tried first. Raises InvalidInput."""
    if _misfit(path, "utf-8") is None:
        return "utf-8-sig"
    offset = _misfit(path, "cp874")
    if offset is None:
        return "cp874"
    raise faults.encoding_unknown(offset)


def _misfit(path: Path, encoding: str) -> int | None:
    """The byte at which the file stops fitting the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    seen = 0
    with open_file(path) as stream:
        while True:
            chunk = stream.read(CHUNK)
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return seen - waiting + error.start
            if not chunk:
                return None
            seen += len(chunk)
