"""XLSX: a workbook that is written row by row, so that its size in memory does not grow with its rows.

The rows wait in temporary files in a folder that only this user can read, and that is gone when the workbook is closed.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs] - it ships none

from contracts.errors import InvalidInput
from hub.formats.cells import Cell, to_cell
from hub.formats.columns import Column

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_000
LONGEST_CELL = 32_767
CUT = "…"
WIDTHS: Mapping[str, int] = {"number": 12, "boolean": 9, "instant": 26, "day": 14, "json": 40}
WIDTH = 20
SHEET_NAME = 31


class Workbook:
    """An XLSX file in the making. Sheets are filled one after the other, rows from the top down."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="hub-xlsx-")
        self._path = Path(self._folder.name) / "book.xlsx"
        options = {"constant_memory": True, "tmpdir": self._folder.name, "strings_to_urls": False}
        self._book: Any = xlsxwriter.Workbook(str(self._path), options)
        self._bold = self._book.add_format({"bold": True})
        self.cut = 0
        """How many texts were longer than a cell can be, and end in an ellipsis."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        self._folder.cleanup()

    def add_sheet(self, name: str, columns: Sequence[Column]) -> "Sheet":
        """A sheet with the names of the columns as its first row."""
        sheet = self._book.add_worksheet(name[:SHEET_NAME])
        for place, column in enumerate(columns):
            sheet.set_column(place, place, WIDTHS.get(column.kind, WIDTH))
            sheet.write_string(0, place, column.name, self._bold)
        sheet.freeze_panes(1, 0)
        return Sheet(self, sheet, columns)

    def close(self) -> Path:
        """Ends the file and says where it is; it is gone when the `with` block ends."""
        self._book.close()
        return self._path


class Sheet:
    """One sheet of a workbook: a row for each thing, with sums of what is counted in baht."""

    def __init__(self, workbook: Workbook, sheet: Any, columns: Sequence[Column]) -> None:  # noqa: ANN401 - no stubs
        self._workbook = workbook
        self._sheet = sheet
        self._columns = columns
        self.rows = 0
        self._hundredths = {column.name: 0 for column in columns if is_money(column)}

    @property
    def sums(self) -> dict[str, float]:
        """The sum of each column of amounts, exact to the satang."""
        return {name: hundredths / 100 for name, hundredths in self._hundredths.items()}

    def write(self, rows: Sequence[object]) -> None:
        """Adds rows. Raises InvalidInput for more than a sheet can hold."""
        if self.rows + len(rows) > MOST_ROWS:
            raise InvalidInput(
                f"A sheet of XLSX holds at most {MOST_ROWS:,} rows; ask for CSV (f=csv), or for a smaller part.",
                message_th=f"แผ่นงาน XLSX มีได้ไม่เกิน {MOST_ROWS:,} แถว กรุณาขอเป็น CSV (f=csv) หรือขอข้อมูลให้แคบลง",
                code="TOO_MANY_ROWS",
                path="f",
            )
        for row in rows:
            self.rows += 1
            for place, column in enumerate(self._columns):
                self._write_cell(place, column, to_cell(column, row))

    def _write_cell(self, place: int, column: Column, cell: Cell) -> None:
        if isinstance(cell, str):
            self._sheet.write_string(self.rows, place, self._fit(cell))
        elif isinstance(cell, bool):
            self._sheet.write_boolean(self.rows, place, cell)
        elif cell is not None:
            self._sheet.write_number(self.rows, place, cell)
            if column.name in self._hundredths:
                self._hundredths[column.name] += round(cell * 100)

    def _fit(self, text: str) -> str:
        if utf16_length(text) <= LONGEST_CELL:
            return text
        self._workbook.cut += 1
        units = text.encode("utf-16-le")[: 2 * (LONGEST_CELL - 1)]
        return units.decode("utf-16-le", errors="ignore") + CUT


def utf16_length(text: str) -> int:
    """How long Excel finds a text: characters beyond the basic plane count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def is_money(column: Column) -> bool:
    """Whether the sum of a column means something: amounts of help in baht."""
    return column.kind == "number" and column.name.rpartition(".")[2] == "amount_thb"
