"""An answer as CSV, NDJSON or XLSX: the same rows in the same order as the JSON, all of them unless a `limit` is given.

The list of a body is its field `items`, or `areas`; a body without one is a single row. XLSX has a sheet for each list of the body, and one that
says what they rest on.
"""

import asyncio
import contextlib
import datetime as dt
import re
import typing
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from typing import Any, cast

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from contracts.times import BANGKOK
from hub.api.basis import Basis
from hub.api.choosing import AnyRequest
from hub.api.walking import walk
from hub.formats.cells import Cell, bangkok_iso, buddhist_instant
from hub.formats.columns import Column, columns_of, fields_of, is_struct, plain_type, struct_of
from hub.formats.delimited import csv_header, csv_rows, ndjson_rows
from hub.formats.table import FACT_COLUMNS, MEDIA_TYPES, Fact, Format, sum_facts, write_facts, write_legend
from hub.formats.titles import BUDDHIST_SUFFIX
from hub.formats.workbook import Workbook

MAIN_FIELDS = ("items", "areas")
BASIS_FIELDS = frozenset({"next", "sequence", "as_of", "valid_at", "reported_by", "final"})
NUMBERS = "numbers"
PART_BYTES = 1 << 18
UNNAMED = re.compile(r"[^A-Za-z0-9_-]+")


class Layout(msgspec.Struct, frozen=True):
    """How a body becomes tables: its type with its parameters, the field of its list, and what the file is called."""

    type: Any
    main: str | None
    name: str

    def rows(self, body: object) -> list[object]:
        """The rows of a body."""
        return [body] if self.main is None else list(getattr(body, self.main))

    def columns(self, body: object) -> list[Column]:
        """The columns of its rows."""
        rows = self.rows(body)
        return columns_of(self.type if self.main is None else row_type(self.type, self.main, rows), rows)


class PreparedStream(ASGIStreamingResponse):
    """A stream whose first part is made before the answer begins, so that what goes wrong until then is answered as a problem."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the answer; what it holds open is closed in any case."""
        parts = cast("AsyncGenerator[bytes]", self.iterator)
        async with contextlib.aclosing(parts):
            first = await anext(parts, b"")
            self.iterator = begin_with(first, parts)
            await super().__call__(scope, receive, send)


class Export(Stream):
    """An answer that is made while it is sent."""

    def to_asgi_response(self, *_arguments: Any, **_more: Any) -> PreparedStream:  # noqa: ANN401 - as Litestar calls it
        """The answer as the server sends it."""
        parts = cast("AsyncGenerator[bytes]", self.iterator)
        return PreparedStream(
            iterator=parts, headers=dict(self.headers), media_type=self.media_type, status_code=200
        )


async def begin_with(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The first part and the others."""
    yield first
    async for part in rest:
        yield part


def export(
    request: AnyRequest, basis: Basis, body: object, format_: Format, headers: Mapping[str, str]
) -> Export:
    """The answer in one of the formats but JSON."""
    layout = layout_of(request, body)
    pages = one(body) if "limit" in request.query_params else walk(request, body)
    if format_ == "csv":
        parts = write_csv(layout, body, pages)
    elif format_ == "ndjson":
        parts = write_lines(layout, pages)
    else:
        parts = write_workbook(layout, body, pages, basis_facts(request, basis))
    day = basis.valid_at.astimezone(BANGKOK).date()
    filename = f"{layout.name}_{day}_seq{basis.sequence}.{format_}"
    disposition = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Export(parts, media_type=MEDIA_TYPES[format_], headers={**headers, **disposition})


async def one(body: object) -> AsyncGenerator[object]:
    """The one page that was asked for."""
    yield body


async def write_csv(layout: Layout, body: object, pages: AsyncGenerator[object]) -> AsyncGenerator[bytes]:
    """The header and the rows of all pages."""
    columns = layout.columns(body)
    head = csv_header(columns)
    async with contextlib.aclosing(pages):
        async for page in pages:
            yield head + csv_rows(columns, layout.rows(page))
            head = b""


async def write_lines(layout: Layout, pages: AsyncGenerator[object]) -> AsyncGenerator[bytes]:
    """The rows of all pages, a line each."""
    async with contextlib.aclosing(pages):
        async for page in pages:
            yield ndjson_rows(layout.rows(page))


async def write_workbook(
    layout: Layout, body: object, pages: AsyncGenerator[object], facts: list[Fact]
) -> AsyncGenerator[bytes]:
    """The bytes of the file, which is made in whole before the first of them. Raises InvalidInput for too many rows."""
    said = list(facts_of("", body, skip=BASIS_FIELDS | {layout.main or ""}))
    with Workbook() as workbook:
        columns: list[Column] = []
        if layout.main != "items":
            columns += write_numbers(workbook, said)
            said = []
        counted: list[Fact] = []
        if layout.main is not None:
            main = layout.columns(body)
            sheet = workbook.add_sheet(layout.name if layout.main == "items" else layout.main, main)
            async with contextlib.aclosing(pages):
                async for page in pages:
                    await asyncio.to_thread(sheet.write, layout.rows(page))
            counted = [Fact("rows", sheet.rows), *sum_facts(sheet.sums)]
            columns += main
        for name, type_, rows in other_lists(layout, body):
            found = columns_of(type_, rows)
            workbook.add_sheet(name, found).write(rows)
            columns += found
        write_facts(workbook, [*facts, *said, *counted])
        write_legend(workbook, columns)
        path = await asyncio.to_thread(workbook.close)
        with path.open("rb") as file:
            while part := file.read(PART_BYTES):
                yield part


def write_numbers(workbook: Workbook, said: list[Fact]) -> list[Column]:
    """The sheet of the single values of a body; its columns."""
    workbook.add_sheet(NUMBERS, FACT_COLUMNS).write(said)
    return list(FACT_COLUMNS)


def layout_of(request: AnyRequest, body: object) -> Layout:
    """How this body becomes tables."""
    type_ = answer_type(request, body)
    names = {field.name for field in fields_of(type_)}
    main = next((name for name in MAIN_FIELDS if name in names), None)
    parts = [part for part in request.scope["path"].split("/") if part and part != "v1"]
    return Layout(type_, main, UNNAMED.sub("-", "-".join(parts)).strip("-") or "data")


def answer_type(request: AnyRequest, body: object) -> Any:  # noqa: ANN401 - a type
    """The type of the body: as the route says it, with the type of its items, or else as it comes."""
    handler = request.scope.get("route_handler")
    if isinstance(handler, HTTPRouteHandler):
        for type_ in typing.get_args(handler.parsed_fn_signature.return_type.annotation):
            if is_struct(type_) and struct_of(type_) is type(body):
                return type_
    return type(body)


def row_type(type_: Any, name: str, rows: list[object]) -> Any:  # noqa: ANN401 - a type
    """The type of the items of a list field; that of the first row where the field does not say."""
    listed = next(field.type for field in fields_of(type_) if field.name == name)
    item = plain_type((*typing.get_args(plain_type(listed)), None)[0])
    if is_struct(item):
        return item
    return type(rows[0]) if rows else Fact


def other_lists(layout: Layout, body: object) -> Iterator[tuple[str, Any, list[object]]]:
    """The lists of structs of a body beside its main one: name, type of a row, rows."""
    for field in fields_of(layout.type):
        rows: object = getattr(body, field.name)
        if field.name == layout.main or not isinstance(rows, list | tuple):
            continue
        listed = list(cast("typing.Iterable[object]", rows))
        if listed and all(isinstance(row, msgspec.Struct) for row in listed):
            yield field.name, row_type(layout.type, field.name, listed), listed


def basis_facts(request: AnyRequest, basis: Basis) -> list[Fact]:
    """What an answer rests on, and how it was asked for."""
    query = request.scope["query_string"].decode("latin-1")
    return [
        Fact("address", request.scope["path"] + (f"?{query}" if query else "")),
        Fact("sequence", basis.sequence),
        *instant_facts("as_of", basis.recorded_at),
        *instant_facts("valid_at", basis.valid_at),
        *instant_facts("reported_by", basis.reported_by),
        Fact("final", basis.final),
        Fact("time_zone", "Asia/Bangkok (+07:00)"),
    ]


def instant_facts(name: str, instant: dt.datetime | None) -> list[Fact]:
    """An instant in both calendars."""
    if instant is None:
        return [Fact(name, None)]
    return [Fact(name, bangkok_iso(instant)), Fact(name + BUDDHIST_SUFFIX, buddhist_instant(instant))]


def facts_of(name: str, value: object, *, skip: frozenset[str] = frozenset()) -> Iterator[Fact]:
    """The single values inside a value, by dotted name; lists of structs, which have sheets of their own, only where they lie deeper."""
    if value is msgspec.UNSET:
        return
    if isinstance(value, msgspec.Struct):
        value = {field.name: getattr(value, field.name) for field in fields_of(type(value))}
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[object, object]", value).items():
            if key not in skip:
                yield from facts_of(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, list | tuple):
        listed = list(cast("typing.Iterable[object]", value))
        if not any(isinstance(row, msgspec.Struct) for row in listed):
            yield Fact(name, ";".join(str(part) for part in listed))
        elif "." in name:
            yield Fact(name, msgspec.json.encode(listed).decode())
    elif isinstance(value, dt.datetime):
        yield from instant_facts(name, value)
    else:
        is_cell = value is None or isinstance(value, str | int | float | bool)
        yield Fact(name, cast("Cell", value) if is_cell else str(value))
