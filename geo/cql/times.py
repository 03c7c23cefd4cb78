"""Times of a filter: whole days as spans, and the fifteen relations of CQL2 between spans. Pure."""

import datetime as dt
from collections.abc import Callable
from typing import Literal, cast

import msgspec
from psycopg import sql

from contracts.errors import InvalidInput
from contracts.times import DATE, end_of_day, parse_date, parse_instant, start_of_day
from geo.cql.reading import bad_filter

Condition = sql.SQL | sql.Composed
MICROSECOND = dt.timedelta(microseconds=1)
NEVER: dict[Literal["infinity", "-infinity"], sql.SQL] = {
    "infinity": sql.SQL("'infinity'::timestamptz"),
    "-infinity": sql.SQL("'-infinity'::timestamptz"),
}


class Span(msgspec.Struct, frozen=True):
    """First and last instant, both included; the same for an instant. A day ends a microsecond, the finest step, before the next."""

    first: sql.Composable
    last: sql.Composable


OPERATORS: dict[str, sql.SQL] = {
    "t_after": sql.SQL("({a} > {y})"),
    "t_before": sql.SQL("({b} < {x})"),
    "t_disjoint": sql.SQL("({a} > {y} OR {b} < {x})"),
    "t_intersects": sql.SQL("({a} <= {y} AND {b} >= {x})"),
    "t_equals": sql.SQL("({a} = {x} AND {b} = {y})"),
    "t_contains": sql.SQL("({a} < {x} AND {b} > {y})"),
    "t_during": sql.SQL("({a} > {x} AND {b} < {y})"),
    "t_startedBy": sql.SQL("({a} = {x} AND {b} > {y})"),
    "t_starts": sql.SQL("({a} = {x} AND {b} < {y})"),
    "t_finishedBy": sql.SQL("({a} < {x} AND {b} = {y})"),
    "t_finishes": sql.SQL("({a} > {x} AND {b} = {y})"),
    "t_meets": sql.SQL("({b} = {x})"),
    "t_metBy": sql.SQL("({a} = {y})"),
    "t_overlaps": sql.SQL("({a} < {x} AND {b} > {x} AND {b} < {y})"),
    "t_overlappedBy": sql.SQL("({a} > {x} AND {a} < {y} AND {b} > {y})"),
}
"""The first span is a to b, the second x to y (CQL2, 8.4)."""
ORDER: dict[str, sql.SQL] = {
    "=": sql.SQL("({a} >= {x} AND {b} <= {y})"),
    "<>": sql.SQL("({a} < {x} OR {b} > {y})"),
    "<": sql.SQL("({b} < {x})"),
    "<=": sql.SQL("({b} <= {y})"),
    ">": sql.SQL("({a} > {y})"),
    ">=": sql.SQL("({a} >= {x})"),
}
"""An instant against a whole day: equal is within it, later is after its end."""


def relate(name: str, left: Span, right: Span) -> Condition:
    """A temporal operator between two spans."""
    return OPERATORS[name].format(a=left.first, b=left.last, x=right.first, y=right.last)


def compare(name: str, left: Span, right: Span) -> Condition:
    """A comparison between an instant and an instant or a day, in either order."""
    return ORDER[name].format(a=left.first, b=left.last, x=right.first, y=right.last)


def join(start: Span, end: Span) -> Span:
    """From the first instant of one to the last of the other."""
    return Span(start.first, end.last)


def or_open(span: Span, open_: Literal["infinity", "-infinity"]) -> Span:
    """The same, an end that is null being none."""
    never = NEVER[open_]
    return Span(
        sql.SQL("coalesce({}, {})").format(span.first, never),
        sql.SQL("coalesce({}, {})").format(span.last, never),
    )


def literal_span(value: object, bind: Callable[[object], sql.Placeholder]) -> Span:
    """A day or an instant that stands in a filter. Raises InvalidInput."""
    text = value
    if isinstance(value, dict):
        node = cast("dict[str, object]", value)
        text = node.get("date", node.get("timestamp"))
    if not isinstance(text, str):
        raise bad_filter("A time in the filter is a date or an instant.")
    first, last = _parse(text)
    return Span(*(sql.SQL("{}::timestamptz").format(bind(moment)) for moment in (first, last)))


def _parse(text: str) -> tuple[dt.datetime, dt.datetime]:
    try:
        if DATE.match(text):
            day = parse_date(text, path="filter")
            return start_of_day(day), end_of_day(day) - MICROSECOND
        moment = parse_instant(text, path="filter")
    except (InvalidInput, OverflowError) as error:
        raise bad_filter(
            "A time in the filter is a date (2023-09-30) or an RFC 3339 instant with its zone."
        ) from error
    return moment, moment
