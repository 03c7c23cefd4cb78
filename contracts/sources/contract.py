"""What a source contract is: its columns, how rows are told apart, and the pure way from delivered rows to a record.

No layout here is official. Every contract is declared by this project, modelled on published dimensions, and can be replaced
without touching events that are stored.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from contracts.errors import FieldError, InvalidInput
from contracts.gazetteer import Gazetteer
from contracts.records import Record
from contracts.thai.text import repair

Cells = Mapping[str, object]
Format = Literal["csv", "xlsx", "json"]
ColumnType = Literal[
    "text", "identifier", "date", "year", "integer", "decimal", "flag", "choice", "list", "object"
]

NOT_LETTERS = re.compile(r"[\s_.\-()]+")
MOST_PLANS = 4096
MOST_MEMBERS = 300
# Said of the file, not of the household: a new export of the same content is no change.
FILE_COLUMNS = frozenset(
    ("no", "row_no", "row", "exported_at", "export_date", "file_date", "ลำดับ", "ลำดับที่", "ที่", "วันที่ส่งออก")
)


class DeliveredRow(msgspec.Struct, frozen=True):
    """One row or object as delivered: `row` counts from 1 behind the heading, cells are text from CSV and XLSX, nested from JSON."""

    row: int
    cells: dict[str, object]


class Context(msgspec.Struct, frozen=True):
    """What building needs beside the rows. `period` stands above the rows' own; `today` bounds what can have happened."""

    gazetteer: Gazetteer
    today: dt.date
    period: str | None
    pseudonym_key: bytes


class RowFault(InvalidInput):
    """Rows that cannot become a record, with every fault that was found."""

    default_code = "ROW_FAULT"

    def __init__(self, *errors: FieldError) -> None:
        first = errors[0]
        super().__init__(
            first.message_en, message_th=first.message_th, code=first.code, path=first.path, errors=errors
        )


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column as the contract declares it. `required` means that a file without it cannot be read at all."""

    name: str
    type: ColumnType = "text"
    meaning_th: str
    meaning_en: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def _folded(name: str) -> str:
    return NOT_LETTERS.sub("", repair(name)).lower()


class ColumnNames:
    """The names of a contract's columns, found under their aliases and in any spelling of spaces, hyphens and capitals."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)
        self._known = {_folded(c.name): c.name for c in self.columns}
        self._known.update((_folded(alias), c.name) for c in self.columns for alias in c.aliases)
        self._plans: dict[tuple[str, ...], dict[str, str]] = {}

    def canonical(self, header: Sequence[str]) -> tuple[str, ...]:
        """The contract's names for a header; an unknown name stays as it is, a second column of one name keeps its own."""
        plan = self._plan(tuple(header))
        return tuple(plan.get(name, name) for name in header)

    def missing(self, header: Sequence[str]) -> tuple[str, ...]:
        """The required columns that a header lacks."""
        there = frozenset(self.canonical(header))
        return tuple(column.name for column in self.columns if column.required and column.name not in there)

    def rename(self, cells: Cells) -> Cells:
        """The cells under the contract's names; the same object when nothing has to change."""
        plan = self._plan(tuple(cells))
        return {plan.get(name, name): value for name, value in cells.items()} if plan else cells

    def _plan(self, header: tuple[str, ...]) -> dict[str, str]:
        plan = self._plans.get(header)
        if plan is None:
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            plan = self._plans[header] = self._make_plan(header)
        return plan

    def _make_plan(self, header: tuple[str, ...]) -> dict[str, str]:
        taken = {column.name for column in self.columns}.intersection(header)
        plan: dict[str, str] = {}
        for name in header:
            known = self._known.get(_folded(name))
            if known is not None and known not in taken:
                taken.add(known)
                plan[name] = known
        return plan


class TableContract(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of a source look."""

    source: str
    version: int
    format: Format
    encoding: str
    one_row_is: str
    columns: tuple[Column, ...]
    names: ColumnNames

    def canonical(self, header: Sequence[str]) -> tuple[str, ...]:
        """The contract's names for a header of a file."""
        return self.names.canonical(header)

    def missing(self, header: Sequence[str]) -> tuple[str, ...]:
        """The required columns that a header of a file lacks."""
        return self.names.missing(header)

    @property
    def name(self) -> str:
        """The contract and its version, as events carry it."""
        return f"{self.source}@{self.version}"


class RecordContract(TableContract, frozen=True, kw_only=True):
    """How the rows of a source become records.

    `identity` is the key of the record that a row belongs to, None when nothing tells; never a year or date is in it. `period` is
    what the row itself says about its survey round. Rows with one identity and one period make one record: `build` makes it, or
    raises RowFault. All three take cells under any known spelling of the columns.
    """

    identity: Callable[[Cells], str | None]
    period: Callable[[Cells], str | None]
    build: Callable[[Sequence[DeliveredRow], Context], Record]


_encoder = msgspec.json.Encoder(order="deterministic")


def content_of_cells(cells: Cells) -> bytes:
    """Canonical JSON of cells: equal for equal content; columns that speak of the file do not count, nor does their order."""
    if not FILE_COLUMNS.isdisjoint(cells):
        cells = {name: value for name, value in cells.items() if name not in FILE_COLUMNS}
    return _encoder.encode(cells)


def content_cells(record: Record) -> bytes:
    """Canonical bytes of everything delivered about a record: equal for equal content.

    Order of rows and columns, row numbers and dates of the file do not count.
    """
    members = sorted(content_of_cells(member.cells) for member in record.members)
    return b"\n".join((content_of_cells(record.house.cells), *members))
