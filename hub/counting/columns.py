"""Columns of numbers that grow at the end, and words as small numbers: what the counted facts are kept in."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.signedinteger[Any]]
Numbers = npt.NDArray[np.int64]
OPEN = 2**63 - 1
"""The end of a range that has none."""

ALWAYS = -(2**63) + 1
"""The beginning of a range that has none."""

LEAST = 1024


class Words:
    """Texts by their number from 0, in the order in which they were first met; -1 is no text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text, -1 for one that was never met."""
        return self._numbers.get(text, -1)

    def learn(self, texts: Sequence[str]) -> None:
        """Number those that are new."""
        for text in texts:
            if text not in self._numbers:
                self._numbers[text] = len(self.texts)
                self.texts.append(text)


class Columns:
    """Named columns of one length. The type of each is a numpy type code such as `i8`."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self.types = dict(types)
        self.size = 0
        self._kept: dict[str, Column] = {name: np.empty(LEAST, dtype=code) for name, code in types.items()}

    def __getitem__(self, name: str) -> Column:
        return self._kept[name][: self.size]

    @property
    def row_bytes(self) -> int:
        """Bytes that a row takes."""
        return sum(column.itemsize for column in self._kept.values())

    def append(self, rows: Numbers) -> None:
        """Rows of all columns in the order of `types`, as one table of 64-bit numbers."""
        size = self.size + len(rows)
        for position, (name, column) in enumerate(self._kept.items()):
            if size > len(column):
                wider = np.empty(max(size, len(column) * 5 // 4), dtype=column.dtype)
                wider[: self.size] = column[: self.size]
                self._kept[name] = column = wider
            column[self.size : size] = rows[:, position]
        self.size = size

    def close(self, keys: Sequence[str], closings: Numbers) -> None:
        """End open rows: `closings` hold the values of `keys`, which name one row, and its new `until`."""
        if not len(closings):
            return
        ends = {tuple(row[:-1]): row[-1] for row in closings.tolist()}
        first = self[keys[0]]
        waiting = np.flatnonzero((self["until"] == OPEN) & np.isin(first, closings[:, 0].astype(first.dtype)))
        named = np.stack([self[key][waiting].astype(np.int64) for key in keys], axis=1)
        until = self["until"]
        for position, key in zip(waiting.tolist(), named.tolist(), strict=True):
            end = ends.get(tuple(key))
            if end is not None:
                until[position] = end


def parse_rows(text: bytes, width: int) -> Numbers:
    """Rows of whole numbers, parted by blanks and line ends, as PostgreSQL copies them out."""
    return np.fromstring(text, dtype=np.int64, sep=" ").reshape(-1, width)
