"""A CQL2 tree as a condition of SQL: known operators, the caller's own properties, every value a bound parameter. Pure."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

import msgspec
from psycopg import sql

from geo.cql import space, times
from geo.cql.reading import bad_filter
from geo.crs import Crs

Kind = Literal["string", "integer", "number", "boolean", "date-time", "geometry"]
Condition = sql.SQL | sql.Composed
COMPARISONS: dict[str, sql.SQL] = {name: sql.SQL(name) for name in ("=", "<>", "<", "<=", ">", ">=")}
NUMERIC = frozenset({"integer", "number"})
TRUTH = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
"""GDAL writes 1 for true; the parser makes 1.0 of it."""
IN_MAX = 1000


class Queryable(msgspec.Struct, frozen=True):
    """A property that may be asked for: its SQL and the kind of its values."""

    expression: sql.Composable
    kind: Kind


class Operand(msgspec.Struct, frozen=True):
    """One side of an operator; `kind` is None for a value whose kind the other side decides."""

    expression: sql.Composable | None
    kind: Kind | None
    value: object = None


class Compiled(msgspec.Struct, frozen=True):
    """A condition and the values of its parameters."""

    condition: Condition
    values: dict[str, object]


def compile_filter(tree: object, queryables: Mapping[str, Queryable], crs: Crs) -> Compiled:
    """The condition of a tree; names beyond `queryables` and other operators raise InvalidInput, hidden and unknown ones alike."""
    compiler = Compiler(queryables, crs)
    return Compiled(compiler.condition(tree), compiler.values)


class Compiler:
    """Walks a tree once and collects the values on the way."""

    def __init__(self, queryables: Mapping[str, Queryable], crs: Crs) -> None:
        self.queryables = queryables
        self.crs = crs
        self.values: dict[str, object] = {}
        self._operators: dict[str, Callable[[list[object]], Condition]] = {
            "and": lambda args: self._joined(args, " AND "),
            "or": lambda args: self._joined(args, " OR "),
            "not": self._not,
            "isNull": self._is_null,
            "between": self._between,
            "in": self._in,
            "like": self._like,
            **{name: self._comparing(name) for name in COMPARISONS},
            **{name: self._spatial(name) for name in space.OPERATORS},
            **{name: self._temporal(name) for name in times.OPERATORS},
        }

    def bind(self, value: object) -> sql.Placeholder:
        """A parameter with this value."""
        name = f"cql_{len(self.values)}"
        self.values[name] = value
        return sql.Placeholder(name)

    def find(self, name: object) -> Queryable:
        """The property of this name. Raises InvalidInput."""
        found = self.queryables.get(name) if isinstance(name, str) else None
        if found is None:
            known = ", ".join(sorted(self.queryables))
            raise bad_filter(f"The filter names a property that is none here; there are {known}.")
        return found

    def condition(self, tree: object) -> Condition:
        """What is true or false."""
        if isinstance(tree, bool):
            return sql.SQL("true") if tree else sql.SQL("false")
        node = _node(tree)
        if "property" in node:
            found = self.find(node["property"])
            if found.kind != "boolean":
                raise bad_filter("Only a true-or-false property is a condition by itself.")
            return sql.SQL("({})").format(found.expression)
        operator, args = node.get("op"), node.get("args")
        compile_ = self._operators.get(operator) if isinstance(operator, str) else None
        if compile_ is None or not isinstance(args, list):
            names = ", ".join(self._operators)
            raise bad_filter(f"The filter uses an operator that is none here; there are {names}.")
        return compile_(cast("list[object]", args))

    def _joined(self, args: list[object], word: Literal[" AND ", " OR "]) -> Condition:
        if len(args) < 2:
            raise bad_filter("'and' and 'or' join at least two conditions.")
        return sql.SQL("({})").format(sql.SQL(word).join([self.condition(arg) for arg in args]))

    def _not(self, args: list[object]) -> Condition:
        (inner,) = _exactly(args, 1, "not")
        return sql.SQL("(NOT {})").format(self.condition(inner))

    def _is_null(self, args: list[object]) -> Condition:
        (inner,) = _exactly(args, 1, "isNull")
        found = self.operand(inner)
        if found.expression is None:
            raise bad_filter("'isNull' asks about a property.")
        return sql.SQL("({} IS NULL)").format(found.expression)

    def _comparing(self, name: str) -> Callable[[list[object]], Condition]:
        def compile_(args: list[object]) -> Condition:
            left, right = (self.operand(arg) for arg in _exactly(args, 2, name))
            return self._compare(name, left, right)

        return compile_

    def _compare(self, name: str, left: Operand, right: Operand) -> Condition:
        kind = left.kind or right.kind
        if kind is None:
            raise bad_filter(f"'{name}' compares a property with something.")
        if "geometry" in (left.kind, right.kind):
            raise bad_filter("Geometries are compared by s_intersects and its like.")
        if "date-time" in (left.kind, right.kind):
            return times.compare(name, self._instant(left), self._instant(right))
        if kind == "boolean" and name not in {"=", "<>"}:
            raise bad_filter("True and false have no order.")
        return sql.SQL("({} {} {})").format(
            self._side(left, kind), COMPARISONS[name], self._side(right, kind)
        )

    def _between(self, args: list[object]) -> Condition:
        value, low, high = (self.operand(arg) for arg in _exactly(args, 3, "between"))
        lower, upper = self._compare(">=", value, low), self._compare("<=", value, high)
        return sql.SQL("({} AND {})").format(lower, upper)

    def _in(self, args: list[object]) -> Condition:
        value, listed = _exactly(args, 2, "in")
        if not isinstance(listed, list) or not 0 < len(cast("list[object]", listed)) <= IN_MAX:
            raise bad_filter(f"'in' has a list of 1 to {IN_MAX} values.")
        left = self.operand(value)
        parts = [self._compare("=", left, self.operand(one)) for one in cast("list[object]", listed)]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))

    def _like(self, args: list[object]) -> Condition:
        left, right = (self.operand(arg) for arg in _exactly(args, 2, "like"))
        if left.expression is None or left.kind != "string":
            raise bad_filter("'like' compares a property of text with a pattern.")
        if right.expression is None and _ends_in_escape(right.value):
            raise bad_filter("The pattern of 'like' ends with its escape sign.")
        return sql.SQL("({} LIKE {})").format(left.expression, self._side(right, "string"))

    def operand(self, tree: object) -> Operand:
        """A property, a value, or text made equal in case."""
        if not isinstance(tree, dict):
            return Operand(None, None, tree)
        node = cast("dict[str, object]", tree)
        if "property" in node:
            found = self.find(node["property"])
            return Operand(found.expression, found.kind)
        if node.get("op") == "casei":
            return self._casei(node)
        if "date" in node or "timestamp" in node:
            return Operand(None, "date-time", node)
        raise bad_filter("The filter uses a function or a value that is none here.")

    def _casei(self, node: dict[str, object]) -> Operand:
        args = node.get("args")
        given = cast("list[object]", args) if isinstance(args, list) else []
        inner = self.operand(_exactly(given, 1, "casei")[0])
        return Operand(sql.SQL("lower({})").format(self._side(inner, "string")), "string")

    def _side(self, side: Operand, kind: Kind) -> sql.Composable:
        if side.expression is not None:
            if side.kind == kind or {side.kind, kind} <= NUMERIC:
                return side.expression
            raise bad_filter(f"A property of kind {side.kind} is not compared with one of kind {kind}.")
        value = side.value
        if kind == "string" and isinstance(value, str) and _is_text(value):
            return sql.SQL("{}::text").format(self.bind(value))
        if kind in NUMERIC and _is_number(value):
            return sql.SQL("{}::float8").format(self.bind(float(cast("float", value))))
        if kind == "boolean" and _is_truth(value):
            return sql.SQL("{}::boolean").format(self.bind(TRUTH[str(value).lower()]))
        raise bad_filter(f"A value in the filter is not of kind {kind}, as the property is.")

    def _instant(self, side: Operand) -> times.Span:
        if side.expression is not None:
            if side.kind != "date-time":
                raise bad_filter(f"A time is not compared with a property of kind {side.kind}.")
            return times.Span(side.expression, side.expression)
        return times.literal_span(side.value, self.bind)

    def _spatial(self, name: str) -> Callable[[list[object]], Condition]:
        def compile_(args: list[object]) -> Condition:
            sides = [self._shape(arg) for arg in _exactly(args, 2, name)]
            return space.OPERATORS[name].format(*sides)

        return compile_

    def _shape(self, tree: object) -> sql.Composable:
        node = _node(tree)
        if "property" in node:
            found = self.find(node["property"])
            if found.kind != "geometry":
                raise bad_filter("A shape is compared with the property 'geometry'.")
            return found.expression
        return space.literal(node, self.crs, self.bind)

    def _temporal(self, name: str) -> Callable[[list[object]], Condition]:
        def compile_(args: list[object]) -> Condition:
            left, right = (self._span(arg) for arg in _exactly(args, 2, name))
            return times.relate(name, left, right)

        return compile_

    def _span(self, tree: object) -> times.Span:
        if isinstance(tree, dict) and "interval" in tree:
            ends = cast("dict[str, object]", tree)["interval"]
            if not isinstance(ends, list) or len(cast("list[object]", ends)) != 2:
                raise bad_filter("An interval has two ends.")
            first, last = cast("list[object]", ends)
            return times.join(self._end(first, "-infinity"), self._end(last, "infinity"))
        return self._instant(self.operand(cast("object", tree)))

    def _end(self, tree: object, open_: Literal["infinity", "-infinity"]) -> times.Span:
        if tree == "..":
            return times.Span(times.NEVER[open_], times.NEVER[open_])
        found = self._instant(self.operand(tree))
        is_property = isinstance(tree, dict) and "property" in tree
        return times.or_open(found, open_) if is_property else found


def _node(tree: object) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise bad_filter("The filter has a value where it needs a condition or a shape.")
    return cast("dict[str, Any]", tree)


def _exactly(args: list[object], count: int, name: str) -> list[object]:
    if len(args) != count:
        raise bad_filter(f"'{name}' takes {count} arguments.")
    return args


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _is_truth(value: object) -> bool:
    return isinstance(value, str | bool | int | float) and str(value).lower() in TRUTH


def _is_text(value: str) -> bool:
    # JSON can spell half of a surrogate pair, which is no character and has no place in the database; nor has NUL.
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in value)


def _ends_in_escape(pattern: object) -> bool:
    text = pattern if isinstance(pattern, str) else ""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1
