"""Flat columns of nested structs, in the order of their definition."""

import datetime as dt
import types
import typing
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import msgspec

from hub.formats.titles import BUDDHIST_SUFFIX, ID_COLUMNS, KNOWN_KEYS, title_of

Kind = Literal["text", "number", "boolean", "instant", "day", "list", "json", "open"]
"""What a cell holds; `open` is told by each value, `json` and `list` are written as one text."""

SCALARS: Mapping[Any, Kind] = {
    str: "text",
    uuid.UUID: "text",
    int: "number",
    float: "number",
    bool: "boolean",
    dt.datetime: "instant",
    dt.date: "day",
}


class Column(msgspec.Struct, frozen=True):
    """A column and the fields that lead to its value; `is_buddhist` marks the second column of a date."""

    name: str
    kind: Kind
    path: tuple[str, ...]
    is_buddhist: bool = False

    @property
    def title(self) -> str:
        """What it is called in Thai."""
        return title_of(self.name)

    def read(self, row: object) -> object:
        """The value of a row; None where a field is empty, left out, or has no such key."""
        value = row
        for name in self.path:
            if isinstance(value, Mapping):
                value = cast("Mapping[str, object]", value).get(name)
            elif value is not None:
                value = getattr(value, name)
            if value is msgspec.UNSET:
                return None
        return value


def column(name: str, kind: Kind) -> list[Column]:
    """The column of a field of this kind; a date has two."""
    return _columns((name,), kind)


def columns_of(type_: Any, rows: Sequence[object] = ()) -> list[Column]:  # noqa: ANN401 - a type
    """The columns of a struct type.

    A field that all `rows` leave out is no column, unless the type leaves out what does not apply (omit_defaults), where
    a later row may have it. Dates become two columns, the second one in the Buddhist era.
    """
    found: list[Column] = []
    for field in fields_of(type_):
        if is_left_out(type_, field, rows):
            continue
        found += _expand((field.encode_name,), field.type, (field.name,))
    return found


def fields_of(type_: Any) -> tuple[msgspec.structs.FieldInfo, ...]:  # noqa: ANN401 - a type
    """The fields of a struct type, also of a generic one with its parameters."""
    return msgspec.structs.fields(type_)


def is_left_out(type_: Any, field: msgspec.structs.FieldInfo, rows: Sequence[object]) -> bool:  # noqa: ANN401 - a type
    """Whether the caller may not see a field: it can be left out, and every row does."""
    if not may_be_unset(field.type) or struct_of(type_).__struct_config__.omit_defaults:
        return False
    return all(getattr(row, field.name) is msgspec.UNSET for row in rows)


def struct_of(type_: Any) -> type[msgspec.Struct]:  # noqa: ANN401 - a type
    """The class behind a type, which may be a generic one with parameters."""
    return cast("type[msgspec.Struct]", typing.get_origin(type_) or type_)


def may_be_unset(type_: Any) -> bool:  # noqa: ANN401 - a type
    """Whether the union holds UnsetType."""
    return msgspec.UnsetType in typing.get_args(type_)


def plain_type(type_: Any) -> Any:  # noqa: ANN401 - a type
    """The type without None, UnsetType and annotations; a union of several others stays one."""
    if typing.get_origin(type_) is typing.Annotated:
        return plain_type(typing.get_args(type_)[0])
    if typing.get_origin(type_) in {typing.Union, types.UnionType}:
        rest = [part for part in typing.get_args(type_) if part not in {msgspec.UnsetType, types.NoneType}]
        return plain_type(rest[0]) if len(rest) == 1 else type_
    return type_


def is_struct(type_: Any) -> bool:  # noqa: ANN401 - a type
    """Whether a type is a struct, also a generic one with parameters."""
    found = typing.get_origin(type_) or type_
    return isinstance(found, type) and issubclass(found, msgspec.Struct)


def kind_of(type_: Any) -> Kind:  # noqa: ANN401 - a type
    """The kind of a type that is neither a struct nor a field with known keys."""
    if type_ in SCALARS:
        return SCALARS[type_]
    origin = typing.get_origin(type_)
    if origin is typing.Literal:
        return "text"
    if origin in {list, tuple, set, frozenset}:
        parts = [plain_type(part) for part in typing.get_args(type_) if part is not Ellipsis]
        return "list" if all(part in SCALARS or kind_of(part) == "text" for part in parts) else "json"
    if origin is dict or is_struct(type_):
        return "json"
    return "open"


def _expand(names: tuple[str, ...], type_: Any, path: tuple[str, ...]) -> list[Column]:  # noqa: ANN401 - a type
    plain = plain_type(type_)
    if is_struct(plain):
        return [
            column
            for field in fields_of(plain)
            for column in _expand((*names, field.encode_name), field.type, (*path, field.name))
        ]
    keys = KNOWN_KEYS.get(path[-1])
    if typing.get_origin(plain) is dict and keys is not None:
        value_type = typing.get_args(plain)[1]
        return [column for key in keys for column in _expand((*names, key), value_type, (*path, key))]
    kind = kind_of(plain)
    if kind == "number" and names[-1] in ID_COLUMNS:
        kind = "text"
    return _columns(names, kind, path)


def _columns(names: tuple[str, ...], kind: Kind, path: tuple[str, ...] | None = None) -> list[Column]:
    name, fields = ".".join(names), path or names
    found = [Column(name, kind, fields)]
    if kind in {"instant", "day"}:
        found.append(Column(name + BUDDHIST_SUFFIX, kind, fields, is_buddhist=True))
    return found
