"""Reading a labelled file of persons: CSV or Parquet, cells as text, the truth set aside."""

import csv
import importlib
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from contracts.errors import InvalidInput
from hub.linkage.mapping import Mapping
from projections.linkage.traits import Value, bare, read_traits

ENCODINGS = ("utf-8-sig", "cp874", "latin-1")
FIGURES = re.compile(r"(\d{1,2})([/\-.])(\d{1,2})[/\-.](\d{4})\Z")
LOOKED_AT = 20_000


class Table(msgspec.Struct, frozen=True):
    """Columns of a file by name, cells as text."""

    columns: dict[str, list[str]]
    size: int


class Members(msgspec.Struct, frozen=True):
    """Members in the order of their ids, with what is compared and, apart from it, what is true ("" where unknown)."""

    values: list[dict[str, Value]]
    sources: list[str]
    records: list[tuple[str, str] | None]
    truth: list[str]
    household_truth: list[str] | None


def read_table(path: Path) -> Table:
    """The file as columns. Raises InvalidInput when it cannot be read."""
    if path.suffix.lower() in (".parquet", ".pq") or path.read_bytes()[:4] == b"PAR1":
        return _read_parquet(path)
    for encoding in ENCODINGS:
        try:
            return _read_csv(path, encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput(f"{path} has an unknown encoding.", code="FILE_UNREADABLE", path="--dataset")


def _read_csv(path: Path, encoding: str) -> Table:
    with path.open(encoding=encoding, newline="") as file:
        head = file.readline()
        file.seek(0)
        separator = max(",;\t|", key=head.count)
        rows = csv.reader(file, delimiter=separator, skipinitialspace=True)
        header = [name.strip() for name in next(rows, list[str]())]
        cells = [row for row in rows if row]
    if not header:
        raise InvalidInput(f"{path} is empty.", code="FILE_EMPTY", path="--dataset")
    width = len(header)
    columns = zip(*((row + [""] * width)[:width] for row in cells), strict=True)
    return Table({name: list(column) for name, column in zip(header, columns, strict=False)}, len(cells))


def _read_parquet(path: Path) -> Table:
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise InvalidInput(
            "Reading Parquet needs the package pyarrow.", code="PARQUET_UNSUPPORTED", path="--dataset"
        ) from error
    table = parquet.read_table(path)
    columns = {str(name): _as_text(table.column(name).to_pylist()) for name in table.column_names}
    return Table(columns, int(table.num_rows))


def _as_text(cells: Iterable[object]) -> list[str]:
    return [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() else repr(cell)
    isoformat = getattr(cell, "isoformat", None)
    return str(isoformat())[:10] if isoformat is not None else str(cell)


def _column(table: Table, name: str, where: str) -> list[str]:
    if name not in table.columns:
        raise InvalidInput(
            f"The file has no column {name!r}; it has {', '.join(table.columns)}.",
            code="COLUMN_MISSING",
            path=where,
        )
    return table.columns[name]


def guess_birth_format(cells: Sequence[str]) -> str | None:
    """Month first where the file itself says so: a second figure above 12 somewhere and a first one nowhere."""
    found = [match for cell in cells[:LOOKED_AT] if (match := FIGURES.match(cell.strip()))]
    first = max((int(match[1]) for match in found), default=0)
    second = max((int(match[3]) for match in found), default=0)
    return f"%m{found[0][2]}%d{found[0][2]}%Y" if first <= 12 < second else None


def read_members(table: Table, mapping: Mapping, truth: str | None, household_truth: str | None) -> Members:
    """The members of a table, ordered by source and record id, so that the order of rows does not matter.

    The truth columns are never compared, whatever the mapping says.
    """
    labels = _column(table, truth, "--truth") if truth else [""] * table.size
    houses = _column(table, household_truth, "--household-truth") if household_truth else None
    named = {name: _column(table, column, f"fields.{name}") for name, column in mapping.fields.items()}
    hidden = {truth, household_truth} - {None}
    extra = {name: kind for name, kind in mapping.extra.items() if name not in hidden}
    further = {name: _column(table, name, f"extra.{name}") for name in extra}
    compared = {
        name: cells
        for name, cells in (named | further).items()
        if name not in ("record_id", "source", "household_id") and mapping.fields.get(name) not in hidden
    }
    form = mapping.birth_date_format or guess_birth_format(named.get("birth_date", []))
    sources = named.get("source", [""] * table.size)
    ids = named.get("record_id", [""] * table.size)
    households = named.get("household_id")
    names, columns = list(compared), list(compared.values())
    order = sorted(
        range(table.size), key=lambda row: (sources[row], ids[row], [cells[row] for cells in columns])
    )
    return Members(
        values=[
            read_traits(dict(zip(names, (cells[row] for cells in columns), strict=True)), extra, form)
            for row in order
        ],
        sources=[sources[row] for row in order],
        records=[
            (sources[row], bare(households[row])) if households and bare(households[row]) else None
            for row in order
        ],
        truth=[bare(labels[row]) for row in order],
        household_truth=[bare(houses[row]) for row in order] if houses is not None else None,
    )
