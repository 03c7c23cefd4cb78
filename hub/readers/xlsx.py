"""XLSX: the first sheet, its first row as heading. Numbers become text without a decimal point, dates ISO text."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from contracts.sources.contract import DeliveredRow, TableContract
from hub.readers import faults
from hub.readers.csv import BEYOND

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_xlsx(path: Path, contract: TableContract) -> Iterator[DeliveredRow]:
    """The rows of the first sheet; empty rows are passed over. Raises InvalidInput or TooLarge."""
    if path.stat().st_size > faults.LIMIT_BYTES:
        raise faults.too_large(path.stat().st_size)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheet = workbook.get_sheet_by_index(0)
    except (CalamineError, OSError, IndexError) as error:
        raise faults.unreadable("xlsx") from error
    names: tuple[str, ...] | None = None
    row = 0
    for cells in sheet.iter_rows():
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            continue
        if names is None:
            header = tuple(text.strip() for text in texts)
            missing = contract.missing(header)
            if missing:
                raise faults.columns_missing(missing)
            names = contract.canonical(header)
            continue
        row += 1
        kept: dict[str, object] = {name: text for name, text in zip(names, texts, strict=False) if text}
        if len(texts) > len(names):
            kept[BEYOND] = " ".join(filter(None, texts[len(names) :]))
        yield DeliveredRow(row, kept)
    if row == 0:
        raise faults.file_empty()


def _text(cell: Cell) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return "1" if cell else "0"
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.datetime() if cell.time() == dt.time():
            return cell.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)
