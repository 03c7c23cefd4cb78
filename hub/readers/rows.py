"""Rows that cannot be read, told apart from those that can: they do not stop the others."""

import msgspec

from contracts.codes import fault
from contracts.errors import FieldError
from contracts.sources.contract import DeliveredRow


class BrokenRow(msgspec.Struct, frozen=True):
    """A row at its place, the cells that could be made out, and what is wrong."""

    row: int
    cells: dict[str, object]
    error: FieldError


FileRow = DeliveredRow | BrokenRow

UNREAD = "ข้อความที่อ่านไม่ได้"
"""The cell in which the text of a row that has no cells is kept."""


def too_long(row: int, cells: dict[str, object], columns: int) -> BrokenRow:
    return BrokenRow(row, cells, fault("ROW_TOO_LONG", "row", row=row, expected=str(columns)))


def unclosed_quote(row: int, text: str) -> BrokenRow:
    return BrokenRow(row, {UNREAD: text}, fault("ROW_UNREADABLE", "row", row=row))


def broken_object(row: int, offset: int, text: bytes) -> BrokenRow:
    error = fault("BROKEN_JSON", "row", row=row, expected=f"byte {offset}")
    return BrokenRow(row, {UNREAD: text.decode("utf-8", "replace")}, error)


def nested_too_deep(row: int, text: bytes, deepest: int) -> BrokenRow:
    error = fault("NESTED_TOO_DEEP", "row", row=row, expected=str(deepest))
    return BrokenRow(row, {UNREAD: text.decode("utf-8", "replace")}, error)
