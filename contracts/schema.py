"""The published schemas, generated from the types and contracts that the code itself uses.

JSON Schema 2020-12 for every stored event type and every submission, and a table schema for every file that is taken in.
"""

import json
from collections.abc import Iterable, Mapping
from typing import get_args

import msgspec

from contracts.codes import FAULTS, FLAGS, Code
from contracts.events import Event
from contracts.sources import TABLES
from contracts.sources.contract import Column, TableContract
from contracts.sources.pppconnext_columns import MEMBER_COLUMNS, WELFARE_COLUMNS
from contracts.submissions import SUBMISSIONS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/$defs/{name}"
NOT_OFFICIAL = "Declared by this project, modelled on published dimensions. Not an official layout of the owner of the data."
NESTED: Mapping[str, Mapping[str, Iterable[Column]]] = {
    "pppconnext": {"members": MEMBER_COLUMNS, "members.welfare": WELFARE_COLUMNS}
}


def event_types() -> tuple[type[msgspec.Struct], ...]:
    """Every event that can stand in the log, one type per name and version."""
    return get_args(Event)


def type_name(kind: type[msgspec.Struct]) -> str:
    """The name on the wire, `record.received.v1`."""
    return str(kind.__struct_config__.tag)


def build_schemas() -> dict[str, str]:
    """File name → content of every published schema; equal for equal code."""
    found: dict[str, str] = {}
    for kind in event_types():
        found[f"event.{type_name(kind)}.json"] = _json_schema(kind, "event", "As it is stored in the log.")
    for kind in SUBMISSIONS:
        about = "As it is sent to POST /v1/events or hub publish."
        found[f"submission.{type_name(kind)}.json"] = _json_schema(kind, "submission", about)
    for name, table in TABLES.items():
        found[f"table.{name}.v{table.version}.json"] = _text(_table_schema(table))
    found["codes.json"] = _text({"faults": _codes(FAULTS), "flags": _codes(FLAGS)})
    return dict(sorted(found.items()))


def _text(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _anything(kind: type) -> dict[str, object]:
    if kind is object:
        return {"description": "any JSON value"}
    raise NotImplementedError


def _json_schema(kind: type[msgspec.Struct], family: str, about: str) -> str:
    (own,), definitions = msgspec.json.schema_components([kind], schema_hook=_anything, ref_template=REF)
    return _text(
        {
            "$schema": DIALECT,
            "$id": f"{family}.{type_name(kind)}.json",
            "$comment": about,
            **own,
            "$defs": dict(sorted(definitions.items())),
        }
    )


def _table_schema(table: TableContract) -> dict[str, object]:
    document: dict[str, object] = {
        "name": table.source,
        "version": table.version,
        "comment": NOT_OFFICIAL,
        "format": table.format,
        "encoding": table.encoding or None,
        "one_row_is": table.one_row_is,
        "fields": [_field(column) for column in table.columns],
        "missing_values": ["", "-"],
        "unknown_columns": "kept",
    }
    for path, columns in NESTED.get(table.source, {}).items():
        document[f"fields of {path}"] = [_field(column) for column in columns]
    return document


def _field(column: Column) -> dict[str, object]:
    found: dict[str, object] = {
        "name": column.name,
        "type": column.type,
        "title_th": column.meaning_th,
        "title_en": column.meaning_en,
        "required": column.required,
    }
    if column.aliases:
        found["aliases"] = list(column.aliases)
    if column.values:
        found["values"] = list(column.values)
    return found


def _codes(codes: Mapping[str, Code]) -> dict[str, dict[str, str]]:
    return {
        name: {"en": code.message_en, "th": code.message_th, **({"hint": code.hint} if code.hint else {})}
        for name, code in codes.items()
    }
