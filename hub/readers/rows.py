"""Rows that cannot be read, told apart from those that can: they do not stop the others."""

import msgspec

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
    error = FieldError(
        code="ROW_TOO_LONG",
        path="row",
        message_en=f"The row has more cells than the heading ({columns}); a cell with a comma must stand in quotes.",
        message_th=f"แถวนี้มีช่องมากกว่าหัวตาราง ({columns} ช่อง) ข้อความที่มีจุลภาคต้องอยู่ในเครื่องหมายคำพูด",
        row=row,
    )
    return BrokenRow(row, cells, error)


def unclosed_quote(row: int, text: str) -> BrokenRow:
    error = FieldError(
        code="ROW_UNREADABLE",
        path="row",
        message_en="A quotation mark in the row is never closed.",
        message_th="เครื่องหมายคำพูดในแถวนี้ไม่มีตัวปิด",
        row=row,
    )
    return BrokenRow(row, {UNREAD: text}, error)


def broken_object(row: int, offset: int, text: bytes) -> BrokenRow:
    error = FieldError(
        code="BROKEN_JSON",
        path="row",
        message_en=f"The object at byte {offset} is not valid JSON.",
        message_th=f"ข้อมูล JSON ที่ไบต์ {offset} ไม่ถูกต้อง",
        row=row,
    )
    return BrokenRow(row, {UNREAD: text.decode("utf-8", "replace")}, error)
