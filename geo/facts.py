"""The points of households over time as columns of numbers in memory: counts and cells of any moment without asking the tables again.

A fact never changes but for its end, so columns that reach a sequence answer every earlier one too. An erasure tells the past anew: then they
are read from the start. About 70 bytes for each point and each of its versions.
"""

import asyncio
import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from psycopg import AsyncCursor, sql
from psycopg.rows import TupleRow

from contracts.records import NEEDS
from geo.cells import GRID_SIDE, WORLD_METRES, Cells, gather
from geo.context import Basis, Reading
from geo.erasures import Erasures
from geo.features import statement
from geo.params import When

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
NAMES = ("household", "starts", "ends", "from", "until", "column", "row", "amphoe", *NEEDS)
HOUSEHOLD, STARTS, ENDS, FROM, UNTIL, COLUMN, ROW, AMPHOE = range(8)
KEY = (HOUSEHOLD, STARTS, FROM)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


class Points:
    """The facts of one projection version, as known up to `through`."""

    def __init__(self, version: int, erased: int) -> None:
        self.version = version
        self.erased = erased
        self.through = -1
        self.rows: Numbers = np.empty((len(NAMES), 0), dtype=np.int64)

    def holding(self, sequence: int, spans: Sequence[tuple[int, int]], areas: Sequence[str]) -> Mask:
        """Which facts are known at a sequence, touch each of the spans (both ends included) and lie in one of the amphoe."""
        rows = self.rows
        chosen = (rows[FROM] <= sequence) & (rows[UNTIL] > sequence)
        for first, last in spans:
            chosen &= (rows[STARTS] <= last) & (rows[ENDS] > first)
        if areas:
            chosen &= np.isin(rows[AMPHOE], [int(area) for area in areas if area.isdigit()])
        return chosen

    def cells(self, chosen: Mask) -> Cells:
        """The chosen facts in the finest cells, with how many there are and how many have each need."""
        picked = self.rows[:, chosen]
        needs = picked[AMPHOE + 1 :] == 1
        counts = np.concatenate([np.ones((1, picked.shape[1]), dtype=np.int64), needs]).T
        return gather(picked[COLUMN], picked[ROW], counts, GRID_SIDE)

    def close(self, ended: Numbers) -> None:
        """End open facts: columns of `ended` have the keys of a fact and its new `until`."""
        wanted = {tuple(row[list(KEY)]): row[UNTIL] for row in ended.T}
        for place in np.flatnonzero(np.isin(self.rows[HOUSEHOLD], ended[HOUSEHOLD])):
            key = tuple(self.rows[list(KEY), place])
            if key in wanted:
                self.rows[UNTIL, place] = wanted[key]


class PointMemory:
    """The points of the live version, read when the first question comes and brought forward by later ones."""

    def __init__(self, erasures: Erasures) -> None:
        self._erasures = erasures
        self._points: Points | None = None
        self._turn = asyncio.Lock()

    async def count(self, reading: Reading, when: When, areas: Sequence[str], *, narrows: bool) -> int:
        """How many points there are at the basis, of all versions that an interval touches."""
        async with self._turn:
            points = await self._reach(reading)
            chosen = points.holding(
                reading.basis.sequence, spans_of(reading.basis, when, narrows=narrows), areas
            )
        return int(np.count_nonzero(chosen))

    async def cells(
        self, reading: Reading, instant: dt.datetime | None, areas: Sequence[str], *, narrows: bool
    ) -> Cells:
        """The points at the basis in the finest cells."""
        spans = spans_of(reading.basis, When(instant=instant), narrows=narrows)
        async with self._turn:
            points = await self._reach(reading)

            def pick() -> Cells:
                return points.cells(points.holding(reading.basis.sequence, spans, areas))

            # Under the lock: nobody else may bring the columns forward while this thread picks from them.
            return await asyncio.to_thread(pick)

    async def _reach(self, reading: Reading) -> Points:
        points, basis = self._points, reading.basis
        erased = await self._erasures.last(reading)
        if points is None or points.version != basis.version or points.erased != erased:
            points = Points(basis.version, erased)
        if points.through < basis.sequence:
            await bring_forward(reading.cursor, points, basis.newest)
        self._points = points
        return points


def spans_of(basis: Basis, when: When, *, narrows: bool) -> list[tuple[int, int]]:
    """The spans that a fact must touch, in microseconds since 1970; the same meaning as `filters.valid`."""
    at = micros(basis.valid_at)
    asked = micros(when.instant) if when.instant is not None else at
    span = (asked, asked)
    if when.is_interval:
        first = micros(when.start) if when.start is not None else -(2**63) + 1
        span = (first, micros(when.end) if when.end is not None else 2**63 - 2)
    if narrows:
        return [(at, at), span]
    return [span] if when.is_interval else [(at, at)]


def micros(moment: dt.datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


async def bring_forward(cursor: AsyncCursor[TupleRow], points: Points, newest: int) -> None:
    """Read what the hub came to know after `points.through`, up to `newest`, which is all that this transaction sees."""
    closings = None
    if points.through >= 0:
        ended = sql.SQL(
            "upper(s.recorded) > %(through)s::bigint AND lower(s.recorded) <= %(through)s::bigint"
        )
        closings = await _read(cursor, ended, points.through)
    news = await _read(cursor, sql.SQL("lower(s.recorded) > %(through)s::bigint"), points.through)
    if closings is not None:
        points.close(closings)
    points.rows = np.concatenate([points.rows, news], axis=1)
    points.through = newest


async def _read(cursor: AsyncCursor[TupleRow], news: sql.Composable, through: int) -> Numbers:
    side = sql.SQL("{}::float8").format(sql.Literal(WORLD_METRES / GRID_SIDE))
    query = sql.SQL("COPY ({}) TO STDOUT (DELIMITER ' ')").format(
        statement("read_points", side=side, news=news)
    )
    text = bytearray()
    async with cursor.copy(query, {"through": through}) as copy:
        async for part in copy:
            text += part
    if not text:
        return np.empty((len(NAMES), 0), dtype=np.int64)
    found = np.fromstring(bytes(text), dtype=np.int64, sep=" ").reshape(-1, len(NAMES))
    return np.ascontiguousarray(found.T)
