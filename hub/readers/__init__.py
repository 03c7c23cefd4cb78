"""Files into delivered rows, one at a time, whatever their format; the meaning of the cells is the contract's matter."""

from collections.abc import Iterator
from pathlib import Path

from contracts.sources.contract import TableContract
from hub.readers import faults
from hub.readers.csv import read_csv
from hub.readers.json import read_json
from hub.readers.opening import open_file
from hub.readers.rows import FileRow
from hub.readers.xlsx import read_xlsx


def read_rows(path: Path, contract: TableContract) -> Iterator[FileRow]:
    """The rows of a file, lazily, numbered from 1 behind the heading. The format is told from the content, not the name.

    A row that cannot be read comes as a BrokenRow, and the rows after it are read on. Raises InvalidInput (FILE_EMPTY, ENCODING_UNKNOWN, COLUMNS_MISSING, BROKEN_JSON, FILE_UNREADABLE) or TooLarge; JSON that breaks in the
    middle raises after the objects before it, and so does a file of more than LIMIT_ROWS rows.
    """
    rows = _read(path, contract)
    return (_within_limit(row) for row in rows)


def _within_limit(row: FileRow) -> FileRow:
    if row.row > faults.LIMIT_ROWS:
        raise faults.too_many_rows()
    return row


def _read(path: Path, contract: TableContract) -> Iterator[FileRow]:
    with open_file(path) as stream:
        head = stream.peek(4)[:4]
    if not head:
        raise faults.file_empty()
    if head.startswith(b"PK\x03\x04"):
        return read_xlsx(path, contract)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"[", b"{"}:
        return read_json(path)
    return read_csv(path, contract)
