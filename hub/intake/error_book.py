"""Rows that were not taken in as a workbook: the original cells, and beside them what is wrong, to be mended and sent again."""

from collections.abc import Iterator, Sequence

import msgspec

from contracts.errors import FieldError
from hub.formats.columns import Column
from hub.formats.workbook import Workbook
from hub.intake.kept import Kept

FAULT_COLUMNS = ("row", "status", "code", "field", "ข้อความ", "message", "hint")
"""They stand first. None of them is the name of a column of a contract."""
ROWS_AT_ONCE = 500


def write_error_book(rows: Sequence[Kept]) -> bytes:
    """The bytes of the workbook; every cell is text, so that no spreadsheet changes an id. Raises InvalidInput for too many rows."""
    names = dict.fromkeys(name for row in rows for cells in row.cells or () for name in cells)
    own = [name for name in names if name not in FAULT_COLUMNS]
    columns = [Column(name, "text", (name,)) for name in (*FAULT_COLUMNS, *own)]
    with Workbook() as book:
        sheet = book.add_sheet("errors", columns)
        waiting: list[dict[str, str]] = []
        for row in rows:
            waiting += lines_of(row)
            if len(waiting) >= ROWS_AT_ONCE:
                sheet.write(waiting)
                waiting = []
        sheet.write(waiting)
        return book.close().read_bytes()


def lines_of(row: Kept) -> Iterator[dict[str, str]]:
    """A line for each original row; a fault stands beside the row that it names, else beside the first."""
    cells = row.cells or ({},)
    numbers = row.numbers if len(row.numbers) == len(cells) else (row.row,) * len(cells)
    for place, (number, own) in enumerate(zip(numbers, cells, strict=True)):
        faults = [
            fault
            for fault in row.errors
            if fault.row == number or (not place and fault.row not in row.numbers)
        ]
        said = {
            "row": str(number),
            "status": row.status if row.state == "open" else f"{row.status} ({row.state})",
            **said_of(faults),
        }
        yield {name: as_text(value) for name, value in own.items() if name not in FAULT_COLUMNS} | said


def said_of(faults: Sequence[FieldError]) -> dict[str, str]:
    """The faults of one row, a line of each cell for each of them."""
    return {
        "code": "\n".join(fault.code for fault in faults),
        "field": "\n".join(fault.path for fault in faults),
        "ข้อความ": "\n".join(fault.message_th for fault in faults),
        "message": "\n".join(fault.message_en for fault in faults),
        "hint": "\n".join(fault.hint or "" for fault in faults),
    }


def as_text(value: object) -> str:
    """A cell as text; what JSON nests as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
