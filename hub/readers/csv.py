"""CSV as Thai offices write it: UTF-8 with or without BOM, or TIS-620/CP874; commas, semicolons or tabs."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from contracts.sources.contract import DeliveredRow, TableContract
from hub.readers import faults
from hub.readers.opening import open_file

DELIMITERS = (",", ";", "\t")
BEYOND = "ช่องเกิน"
"""The name under which cells beyond the heading are kept."""


def read_csv(path: Path, contract: TableContract) -> Iterator[DeliveredRow]:
    """The rows of a CSV file; empty rows are passed over. Raises InvalidInput or TooLarge."""
    encoding = find_encoding(path)
    with io.TextIOWrapper(open_file(path), encoding=encoding, newline="") as text:
        first = text.readline()
        delimiter = max(DELIMITERS, key=first.count)
        header = tuple(name.strip() for name in next(csv.reader([first], delimiter=delimiter), list[str]()))
        missing = contract.missing(header)
        if missing:
            raise faults.columns_missing(missing)
        names = contract.canonical(header)
        row = 0
        reader = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
        for cells in reader:
            if not any(cells):
                continue
            row += 1
            kept: dict[str, object] = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
            if len(cells) > len(names):
                kept[BEYOND] = delimiter.join(cells[len(names) :])
            yield DeliveredRow(row, kept)
        if row == 0:
            raise faults.file_empty()


def find_encoding(path: Path) -> str:
    """`utf-8-sig` or `cp874`, whichever the whole file fits; UTF-8 is tried first. Raises InvalidInput."""
    if _misfit(path, "utf-8-sig") is None:
        return "utf-8-sig"
    offset = _misfit(path, "cp874")
    if offset is None:
        return "cp874"
    raise faults.encoding_unknown(offset)


def _misfit(path: Path, encoding: str) -> int | None:
    seen = 0
    with open_file(path) as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        try:
            while chunk := text.read(1 << 20):
                seen += len(chunk)
        except UnicodeDecodeError as error:
            return seen + error.start
    return None
