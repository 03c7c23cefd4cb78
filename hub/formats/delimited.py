"""CSV (RFC 4180, UTF-8 with BOM for Excel) and NDJSON."""

import csv
import io
from collections.abc import Sequence

import msgspec

from hub.formats.cells import Cell, guard, to_cell
from hub.formats.columns import Column

BOM = "\ufeff"
_lines = msgspec.json.Encoder()


def csv_header(columns: Sequence[Column]) -> bytes:
    """The byte order mark and the names of the columns."""
    return (BOM + _write([[column.name for column in columns]])).encode()


def csv_rows(columns: Sequence[Column], rows: Sequence[object]) -> bytes:
    """A line for each row; null is an empty cell, a number as JSON has it."""
    return _write([[_text(to_cell(column, row)) for column in columns] for row in rows]).encode()


def ndjson_rows(rows: Sequence[object]) -> bytes:
    """The JSON of each row on a line of its own."""
    return _lines.encode_lines(rows)


def _write(lines: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return guard(cell) if isinstance(cell, str) else repr(cell)
