"""The files of the demo, written row by row so that memory does not grow with the province."""

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs] - it ships none

from hub.demo.statements import Cell

_CREATED = dt.datetime(2022, 1, 1, tzinfo=dt.UTC)  # fixed, or the same seed would not give the same bytes


class RowFile(Protocol):
    """A file that takes rows one by one; `rows` counts them, without headings."""

    rows: int

    def add(self, row: Sequence[Cell]) -> None: ...

    def close(self) -> None: ...


class CsvFile:
    """CSV with a heading row and CRLF line ends, in the given encoding."""

    def __init__(self, path: Path, columns: Sequence[str], encoding: str) -> None:
        self.rows = 0
        self._handle = path.open("w", encoding=encoding, newline="")
        self._writer = csv.writer(self._handle)
        self._writer.writerow(columns)

    def add(self, row: Sequence[Cell]) -> None:
        self._writer.writerow(row)
        self.rows += 1

    def close(self) -> None:
        self._handle.close()


class JsonFile:
    """A JSON array, one element a line; a row is one cell holding the element's JSON text."""

    def __init__(self, path: Path) -> None:
        self.rows = 0
        self._handle = path.open("w", encoding="utf-8", newline="\n")

    def add(self, row: Sequence[Cell]) -> None:
        self._handle.write(f"{',' if self.rows else '['}\n{row[0]}")
        self.rows += 1

    def close(self) -> None:
        self._handle.write("\n]\n" if self.rows else "[]\n")
        self._handle.close()


class XlsxFile:
    """A workbook with one sheet; texts stay texts and numbers are numbers."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.rows = 0
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        self._book.set_properties({"created": _CREATED.replace(tzinfo=None)})  # pyright: ignore[reportUnknownMemberType]
        self._sheet = self._book.add_worksheet("ครัวเรือน")  # pyright: ignore[reportUnknownMemberType]
        self._sheet.set_column(0, len(columns) - 1, 18)
        for place, name in enumerate(columns):
            self._sheet.write_string(0, place, name)

    def add(self, row: Sequence[Cell]) -> None:
        self.rows += 1
        for place, cell in enumerate(row):
            if isinstance(cell, int):
                self._sheet.write_number(self.rows, place, cell)
            elif cell:
                self._sheet.write_string(self.rows, place, cell)

    def close(self) -> None:
        self._book.close()
