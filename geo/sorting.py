"""`sortby`, and going on after the last feature of a page in that order. Nulls come last in either direction. Pure."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import LiteralString

import msgspec
from psycopg import sql

from contracts.errors import InvalidInput
from geo.cql.compiling import Condition, Kind, Queryable

KEYS_MAX = 5
INTEGER = re.compile(r"-?[0-9]{1,18}\Z")
TYPES: dict[Kind, LiteralString] = {
    "string": "text",
    "integer": "bigint",
    "number": "float8",
    "boolean": "boolean",
    "date-time": "timestamptz",
}


class Order(msgspec.Struct, frozen=True):
    """One key of an order."""

    name: str
    expression: sql.Composable
    kind: Kind
    descending: bool = False

    @property
    def sorted_by(self) -> sql.Composable:
        """The key as it is compared: text by its code points, the same on every machine."""
        if self.kind == "string":
            return sql.SQL('{} COLLATE "C"').format(self.expression)
        return self.expression


def parse_sortby(text: str | None, queryables: Mapping[str, Queryable]) -> tuple[Order, ...]:
    """`name`, `+name`, `-name`, separated by commas. Raises InvalidInput for others than `queryables`."""
    if text is None:
        return ()
    found: list[Order] = []
    for part in text.split(","):
        # A plus sign that was not escaped arrives as a blank.
        name = part.strip().removeprefix("+").removeprefix("-")
        asked = queryables.get(name)
        if asked is None or asked.kind == "geometry" or any(order.name == name for order in found):
            raise InvalidInput(
                f"'sortby' names each once of {', '.join(n for n, q in queryables.items() if q.kind != 'geometry')}.",
                message_th="'sortby' ระบุชื่อข้อมูลที่ใช้ไม่ได้",
                code="BAD_PARAMETER",
                path="sortby",
            )
        found.append(Order(name, asked.expression, asked.kind, part.strip().startswith("-")))
    if len(found) > KEYS_MAX:
        raise InvalidInput(
            f"'sortby' has at most {KEYS_MAX} names.",
            message_th=f"'sortby' ระบุได้ไม่เกิน {KEYS_MAX} ชื่อ",
            code="BAD_PARAMETER",
            path="sortby",
        )
    return tuple(found)


def order_by(order: Sequence[Order], tail: Condition) -> Condition:
    """What stands behind ORDER BY; `tail` makes it total."""
    parts = [
        sql.SQL("{} DESC NULLS LAST" if key.descending else "{} ASC NULLS LAST").format(key.sorted_by)
        for key in order
    ]
    return sql.SQL(", ").join([*parts, tail])


def key_texts(order: Sequence[Order]) -> list[Condition]:
    """The keys as text, to be sent back for the next page."""
    return [sql.SQL("({})::text").format(key.expression) for key in order]


def after(
    order: Sequence[Order], keys: Sequence[str | None], tail: Condition
) -> tuple[Condition, dict[str, object]]:
    """What comes after a feature with these keys; `tail` says it for equal keys. With the values of its parameters."""
    values: dict[str, object] = {}
    condition = tail
    for position, (key, text) in reversed(list(enumerate(zip(order, keys, strict=True)))):
        column = key.sorted_by
        if text is None:
            condition = sql.SQL("({} IS NULL AND {})").format(column, condition)
            continue
        name = f"after_{position}"
        values[name] = text
        value = sql.SQL("{}::" + TYPES[key.kind]).format(sql.Placeholder(name))
        beyond = sql.SQL("<" if key.descending else ">")
        condition = sql.SQL("({c} IS NULL OR {c} {beyond} {v} OR ({c} = {v} AND {rest}))").format(
            c=column, beyond=beyond, v=value, rest=condition
        )
    return condition, values


def are_keys(order: Sequence[Order], keys: Sequence[str | None]) -> bool:
    """Whether a page of this order can have ended with these keys."""
    return len(order) == len(keys) and all(
        text is None or _reads_as(key.kind, text) for key, text in zip(order, keys, strict=True)
    )


def _reads_as(kind: Kind, text: str) -> bool:
    if kind == "integer":
        return INTEGER.match(text) is not None
    if kind == "boolean":
        return text in {"true", "false"}
    try:
        if kind == "number":
            float(text)
        elif kind == "date-time" and text not in {"infinity", "-infinity"}:
            dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return "\x00" not in text
