"""XLSX: the first sheet, its first row as heading. Numbers become text without a decimal point, dates ISO text."""

import datetime as dt
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from contracts.sources.contract import DeliveredRow, TableContract
from hub.readers import faults
from hub.readers.csv import BEYOND
from hub.readers.rows import FileRow, too_long

CHUNK = 1 << 20
Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_xlsx(path: Path, contract: TableContract) -> Iterator[FileRow]:
    """The rows of the first sheet; empty rows are passed over. Raises InvalidInput or TooLarge."""
    _refuse_swelling(path)
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
        if any(texts[len(names) :]):
            beyond = " ".join(filter(None, texts[len(names) :]))
            yield too_long(row, kept | {BEYOND: beyond}, len(names))
        else:
            yield DeliveredRow(row, kept)
    if row == 0:
        raise faults.file_empty()


def _refuse_swelling(path: Path) -> None:
    """Raises TooLarge for a workbook that is too large, packed or unpacked, InvalidInput for one that lies about its size."""
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            _refuse_size(size, unpacked)
            # What an entry says of its size is a claim: reading it through compares size and checksum.
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    while stream.read(CHUNK):
                        pass
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise faults.unreadable("xlsx") from error


def _refuse_size(size: int, unpacked: int) -> None:
    if max(size, unpacked) > faults.LIMIT_BYTES:
        raise faults.too_large(max(size, unpacked))
    if unpacked > size * faults.LIMIT_RATIO:
        raise faults.swells()


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
