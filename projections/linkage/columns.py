"""Many members at once: every value stored once and numbered, and the levels of many pairs.

The same scalar functions judge one pair and a million: here each different pair of values is judged once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projections.linkage.traits import FUNCTIONS, STANDARD, Field, Value, atoms, rare_token
from projections.linkage.traits import field as field_of

Ints = NDArray[np.int64]
Levels = NDArray[np.uint8]
ABSENT = -1


@dataclass(slots=True)
class Column:
    """One comparison's values: `codes` per member (-1 none) into `values`; `tokens` number what their rarity is counted by."""

    field: Field
    codes: Ints
    values: list[Value]
    tokens: Ints
    names: list[Value]
    own: Levels

    def counts(self) -> Ints:
        """How many members have each token."""
        present = self.codes[self.codes >= 0]
        return np.bincount(self.tokens[present], minlength=len(self.names)).astype(np.int64)


@dataclass(slots=True)
class Columns:
    """Members in the order of their ids, in columns. `source` and `record` are numbers; `record` is -1 when not known."""

    size: int
    columns: dict[str, Column]
    atoms: dict[str, tuple[Ints, Ints, list[Value]]]
    source: Ints
    record: Ints


def numbered(items: Sequence[Value | None]) -> tuple[Ints, list[Value]]:
    """(code per item, -1 for None; the values by code), codes in the order of first appearance."""
    known: dict[Value, int] = {}
    codes = [ABSENT if item is None else known.setdefault(item, len(known)) for item in items]
    return np.asarray(codes, np.int64), list(known)


def _column(described: Field, items: Sequence[Value | None]) -> Column:
    codes, values = numbered(items)
    tokens, names = numbered([rare_token(described.kind, value) for value in values])
    judge = FUNCTIONS[described.kind]
    own = np.asarray([judge(value, value) for value in values], np.uint8)
    return Column(described, codes, values, tokens, names, own)


def build_columns(
    members: Sequence[Mapping[str, Value]],
    sources: Sequence[str],
    records: Sequence[Value | None],
    extra: Mapping[str, str],
) -> Columns:
    """The columns of members given in the order of their ids; comparisons that no member has are left out."""
    kinds = dict(STANDARD) | {f"x.{name}": kind for name, kind in extra.items()}
    columns: dict[str, Column] = {}
    for name, kind in kinds.items():
        items = [member.get(name) for member in members]
        column = _column(field_of(name, kind), items)
        if len(column.values) > 1:
            columns[name] = column
    return Columns(
        size=len(members),
        columns=columns,
        atoms=_atoms(columns),
        source=numbered(list(sources))[0],
        record=numbered(records)[0],
    )


def _atoms(columns: Mapping[str, Column]) -> dict[str, tuple[Ints, Ints, list[Value]]]:
    """Per atom: the members and the codes of its values, and the values themselves."""
    found: dict[str, tuple[list[Ints], list[Ints], dict[Value, int]]] = {}
    for name, column in columns.items():
        per_atom: dict[str, list[tuple[int, int]]] = {}
        for code, value in enumerate(column.values):
            for atom, parts in atoms(column.field.kind, name, value).items():
                known = found.setdefault(atom, ([], [], {}))[2]
                links = per_atom.setdefault(atom, [])
                links.extend((code, known.setdefault(part, len(known))) for part in parts)
        for atom, links in per_atom.items():
            rows, codes = _spread(
                column.codes, len(column.values), np.asarray(links, np.int64).reshape(-1, 2)
            )
            found[atom][0].append(rows)
            found[atom][1].append(codes)
    return {
        atom: (*_distinct(np.concatenate(rows), np.concatenate(codes)), list(known))
        for atom, (rows, codes, known) in found.items()
        if rows
    }


def _spread(codes: Ints, size: int, links: Ints) -> tuple[Ints, Ints]:
    """(member, atom code) of every member whose value has that atom; `links` are (value code, atom code) by value code."""
    starts = np.searchsorted(links[:, 0], np.arange(size + 1))
    rows = np.flatnonzero(codes >= 0)
    lengths = (starts[1:] - starts[:-1])[codes[rows]]
    total = int(lengths.sum())
    offsets = np.repeat(starts[codes[rows]] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return np.repeat(rows, lengths), links[np.arange(total) + offsets, 1]


def _distinct(rows: Ints, codes: Ints) -> tuple[Ints, Ints]:
    width = int(codes.max(initial=0)) + 1
    both = np.unique(rows * width + codes)
    return both // width, both % width


def levels_of(column: Column, left: Ints, right: Ints) -> Levels:
    """The level of each pair of members."""
    a, b = column.codes[left], column.codes[right]
    found = np.zeros(len(left), np.uint8)
    known = (a >= 0) & (b >= 0)
    equal = known & (a == b)
    found[equal] = column.own[a[equal]]
    other = np.flatnonzero(known & (a != b))
    if len(other):
        width = len(column.values)
        low, high = np.minimum(a[other], b[other]), np.maximum(a[other], b[other])
        pairs, inverse = np.unique(low * width + high, return_inverse=True)
        judge, values = FUNCTIONS[column.field.kind], column.values
        judged = [
            judge(values[x], values[y])
            for x, y in zip((pairs // width).tolist(), (pairs % width).tolist(), strict=True)
        ]
        found[other] = np.asarray(judged, np.uint8)[inverse]
    return found


def level_matrix(columns: Columns, left: Ints, right: Ints) -> Levels:
    """The levels of each pair (row) for each comparison (column), in the order of `columns.columns`."""
    found = np.zeros((len(left), len(columns.columns)), np.uint8)
    for position, column in enumerate(columns.columns.values()):
        found[:, position] = levels_of(column, left, right)
    return found
