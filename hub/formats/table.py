"""One table in any of the formats, for those who have all of its rows."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal, get_args

import msgspec

from hub.formats.cells import Cell
from hub.formats.columns import Column, column
from hub.formats.delimited import csv_header, csv_rows, ndjson_rows
from hub.formats.titles import title_of
from hub.formats.workbook import MEDIA_TYPE as XLSX_TYPE
from hub.formats.workbook import Workbook

Format = Literal["json", "ndjson", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA_TYPES: Mapping[Format, str] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "xlsx": XLSX_TYPE,
}
CHUNK = 1000
BASIS_SHEET = "basis ข้อมูล"
LEGEND_SHEET = "columns คอลัมน์"
FACT_COLUMNS = [*column("name", "text"), *column("title", "text"), *column("value", "open")]
LEGEND_COLUMNS = [*column("name", "text"), *column("title", "text"), *column("kind", "text")]


class Fact(msgspec.Struct, frozen=True):
    """A line of the sheet that says what a workbook rests on."""

    name: str
    value: Cell

    @property
    def title(self) -> str:
        """What it is called in Thai."""
        return title_of(self.name)


def write_table(
    format_: Format,
    columns: Sequence[Column],
    rows: Iterator[object] | Sequence[object],
    *,
    name: str = "data",
    facts: Sequence[Fact] = (),
) -> Iterator[bytes]:
    """The bytes of a table, in parts. Rows are structs or mappings; `facts` go to the second sheet of XLSX.

    Raises InvalidInput for more rows than XLSX can hold.
    """
    chunks = _chunks(rows)
    if format_ == "csv":
        yield csv_header(columns)
        for chunk in chunks:
            yield csv_rows(columns, chunk)
    elif format_ == "ndjson":
        for chunk in chunks:
            yield ndjson_rows(chunk)
    elif format_ == "json":
        yield b"["
        for place, chunk in enumerate(chunks):
            yield (b"," if place else b"") + msgspec.json.encode(chunk)[1:-1]
        yield b"]"
    else:
        with Workbook() as workbook:
            sheet = workbook.add_sheet(name, columns)
            for chunk in chunks:
                sheet.write(chunk)
            counted = [Fact("rows", sheet.rows), *sum_facts(sheet.sums)]
            write_facts(workbook, [*facts, *counted])
            write_legend(workbook, columns)
            yield workbook.close().read_bytes()


def sum_facts(sums: Mapping[str, float]) -> list[Fact]:
    """The sums of the columns that have one."""
    return [Fact(f"sum.{name}", value) for name, value in sums.items()]


def write_facts(workbook: Workbook, facts: Sequence[Fact]) -> None:
    """The sheet of what the rows rest on; it also says how many texts did not fit."""
    sheet = workbook.add_sheet(BASIS_SHEET, FACT_COLUMNS)
    sheet.write([*facts, Fact("cut", workbook.cut)] if workbook.cut else facts)


def write_legend(workbook: Workbook, columns: Sequence[Column]) -> None:
    """The sheet of the columns: name, Thai title, kind."""
    sheet = workbook.add_sheet(LEGEND_SHEET, LEGEND_COLUMNS)
    named = {one.name: one for one in columns}
    sheet.write([{"name": one.name, "title": one.title, "kind": one.kind} for one in named.values()])


def _chunks(rows: Iterator[object] | Sequence[object]) -> Iterator[list[object]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
