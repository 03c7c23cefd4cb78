"""Values as cells: ISO instants in Bangkok, dates of the Buddhist era, texts that no spreadsheet takes for a formula."""

import datetime as dt

import msgspec

from contracts.times import BANGKOK, BUDDHIST_OFFSET
from hub.formats.columns import Column

Cell = str | int | float | bool | None
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
MONTHS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip


def to_cell(column: Column, row: object) -> Cell:
    """The cell of a row in a column: a number or truth value, or else a text; None is empty."""
    value = column.read(row)
    if value is None or value is msgspec.UNSET:
        return None
    if isinstance(value, dt.datetime):
        return buddhist_instant(value) if column.is_buddhist else bangkok_iso(value)
    if isinstance(value, dt.date):
        return buddhist_day(value) if column.is_buddhist else value.isoformat()
    if column.kind == "list" and isinstance(value, list | tuple | set | frozenset):
        return ";".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - scalars
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return str(value) if column.kind == "text" else value
    if isinstance(value, str):
        return value
    plain = msgspec.to_builtins(value)
    return plain if isinstance(plain, str) else msgspec.json.encode(value).decode()


def bangkok_iso(instant: dt.datetime) -> str:
    """RFC 3339 with the offset of Bangkok."""
    return instant.astimezone(BANGKOK).isoformat()


def buddhist_day(day: dt.date) -> str:
    """Such as `30 ก.ย. 2566`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year + BUDDHIST_OFFSET}"


def buddhist_instant(instant: dt.datetime) -> str:
    """Such as `30 ก.ย. 2566 23:59:59 น.`, in Bangkok."""
    there = instant.astimezone(BANGKOK)
    return f"{buddhist_day(there.date())} {there:%H:%M:%S} น."


def guard(text: str) -> str:
    """A text for a CSV cell: one that a spreadsheet would take for a formula gets an apostrophe in front.

    So does one that is such a text behind apostrophes already: taking one away gives every text back.
    """
    return f"'{text}" if text.lstrip("'").startswith(DANGEROUS) else text


def unguard(text: str) -> str:
    """The text that `guard` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(DANGEROUS) else text
