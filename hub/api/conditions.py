"""One condition of a statement each, composed from trusted parts; every value stays a parameter."""

from collections.abc import Sequence

from psycopg import sql

from hub.api.basis import Basis

Condition = sql.SQL | sql.Composed
ALWAYS: Condition = sql.SQL("true")


def states(_basis: Basis) -> sql.Composable:
    """The households over time, as a relation to select from."""
    return sql.Identifier("household_state")


def actions(_basis: Basis) -> sql.Composable:
    """The actions as known over time, as a relation to select from."""
    return sql.Identifier("action_state")


def findings(_basis: Basis) -> sql.Composable:
    """The findings over time, as a relation to select from."""
    return sql.Identifier("finding")


def known(table: str, basis: Basis) -> Condition:
    """What the hub knew. For the newest sequence the open facts, which have an index of their own."""
    name = sql.Identifier(table)
    if basis.is_newest:
        return sql.SQL("upper_inf({}.recorded)").format(name)
    return sql.SQL("{}.recorded @> %(sequence)s::bigint").format(name)


def within(table: str, areas: Sequence[str]) -> Condition:
    """Inside the areas of a key (parameter `areas`); none of them means everywhere."""
    if not areas:
        return ALWAYS
    return sql.SQL("{}.amphoe = ANY(%(areas)s)").format(sql.Identifier(table))


def in_area(table: str, code: str | None) -> Condition:
    """Inside the area with this code (parameter `area`)."""
    name = sql.Identifier(table)
    if code is None:
        return ALWAYS
    if len(code) == 2:
        return sql.SQL("left({}.amphoe, 2) = %(area)s").format(name)
    column = sql.Identifier("amphoe" if len(code) == 4 else "tambon")
    return sql.SQL("{}.{} = %(area)s").format(name, column)


def every(conditions: Sequence[Condition]) -> sql.Composed:
    """All of them."""
    return sql.SQL(" AND ").join(conditions or [ALWAYS])


def like(text: str) -> str:
    """The pattern that finds `text` literally anywhere, in lower case."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
