"""One basis for a whole answer: which projection version, what the hub knew (a sequence), which instant of the world."""

import datetime as dt
from pathlib import Path
from typing import Protocol

import msgspec
from psycopg import AsyncCursor, sql
from psycopg import errors as postgres
from psycopg.rows import TupleRow

from contracts.errors import InvalidInput, Unavailable
from contracts.times import DATE, AsOf, bangkok_date, end_of_day, parse_as_of, parse_valid_at
from projections import queries
from projections import version as versions
from projections.version import Version

_SQL = queries.load(Path(__file__).parent / "sql")


class Pinned(Protocol):
    """The basis of a first page, as a page token carries it."""

    @property
    def version(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def valid_at(self) -> dt.datetime: ...
    @property
    def final(self) -> bool: ...


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says about time, as text."""

    as_of: str | None = None
    valid_at: str | None = None
    reported_by: str | None = None
    min_sequence: int | None = None


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer rests on. `final`: nothing that is recorded later can change it; `is_newest`: it is all that is projected.

    Only an erasure changes the past: `erased` is the last event that erased somebody.
    """

    version: int
    schema_name: str
    sequence: int
    recorded_at: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    is_newest: bool
    erased: int = 0
    reported_by: dt.datetime | None = None

    @property
    def values(self) -> dict[str, object]:
        """As the parameters `sequence` and `valid_at` of a statement."""
        return {"sequence": self.sequence, "valid_at": self.valid_at}


async def use_live(cursor: AsyncCursor[TupleRow]) -> Version:
    """The live version, its tables in reach until the transaction ends. Raises Unavailable when there is none."""
    try:
        live = await versions.fetch_live(cursor)
    except (postgres.UndefinedTable, postgres.InvalidSchemaName):
        live = None
    if live is None:
        raise Unavailable(
            "There is no projection yet; the projector has not started.",
            message_th="ระบบยังไม่ได้เตรียมข้อมูล กรุณาลองใหม่ภายหลัง",
            code="NO_PROJECTION",
        )
    path = sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(live.schema_name))
    await cursor.execute(path)
    return live


async def resolve_basis(
    cursor: AsyncCursor[TupleRow],
    *,
    as_of: str | None,
    valid_at: str | None,
    now: dt.datetime,
    token: Pinned | None = None,
    reported_by: str | None = None,
) -> Basis:
    """The basis of one request inside its transaction; that of the first page when a token comes with it.

    Raises InvalidInput for what is later than now or than the newest projected sequence, Unavailable without a projection.
    """
    refuse_reported_by(reported_by)
    moment = now if valid_at is None else parse_valid_at(valid_at)
    known = None if as_of is None else parse_as_of(as_of)
    if known is not None:
        refuse_future(str(as_of), known, now)
    live = await use_live(cursor)
    sequence, recorded_at, final = live.checkpoint, live.recorded_at, False
    if token is not None and token.version == live.number:
        sequence, moment, final = token.sequence, token.valid_at, token.final
        recorded_at = await _fetch_recorded_at(cursor, sequence)
    elif known is not None and known.sequence is not None:
        refuse_unprojected(known.sequence, live)
        sequence, final = known.sequence, True
        recorded_at = await _fetch_recorded_at(cursor, sequence)
    elif known is not None and known.before is not None:
        sequence, recorded_at = await _fetch_sequence_before(cursor, known.before)
        final = sequence < live.checkpoint
    return Basis(
        version=live.number,
        schema_name=live.schema_name,
        sequence=sequence,
        recorded_at=recorded_at,
        valid_at=moment,
        final=final,
        is_newest=sequence == live.checkpoint,
        erased=live.erased,
    )


def refuse_reported_by(text: str | None) -> None:
    """Raises InvalidInput: an answer that ignored the filter would be wrong without a word."""
    if text is not None:
        raise InvalidInput(
            "reported_by is not answered yet; as_of and valid_at are.",
            message_th="ยังไม่รองรับ reported_by กรุณาใช้ as_of และ valid_at",
            code="REPORTED_BY_UNAVAILABLE",
            path="reported_by",
        )


def refuse_future(text: str, known: AsOf, now: dt.datetime) -> None:
    """Raises InvalidInput for an instant after now and for a day after today; today is what is known so far."""
    if known.before is None:
        return
    is_date = DATE.match(text) is not None
    latest = end_of_day(bangkok_date(now)) if is_date else now + dt.timedelta(microseconds=1)
    if known.before > latest:
        raise InvalidInput(
            f"as_of={text} lies in the future; nobody knows yet what the hub will know then.",
            message_th=f"as_of={text} เป็นเวลาในอนาคต",
            code="AS_OF_FUTURE",
            path="as_of",
        )


def refuse_unprojected(sequence: int, live: Version) -> None:
    """Raises InvalidInput for a sequence that no answer can rest on yet."""
    if sequence > live.checkpoint:
        raise InvalidInput(
            f"as_of=seq:{sequence} is beyond the newest projected sequence, {live.checkpoint}.",
            message_th=f"as_of=seq:{sequence} เกินลำดับล่าสุดที่ประมวลผลแล้ว คือ {live.checkpoint}",
            code="AS_OF_BEYOND",
            path="as_of",
        )


async def _fetch_recorded_at(cursor: AsyncCursor[TupleRow], sequence: int) -> dt.datetime | None:
    await cursor.execute(_SQL["fetch_recorded_at"], {"sequence": sequence})
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def _fetch_sequence_before(
    cursor: AsyncCursor[TupleRow], before: dt.datetime
) -> tuple[int, dt.datetime | None]:
    await cursor.execute(_SQL["fetch_sequence_before"], {"before": before})
    row = await cursor.fetchone()
    return (0, None) if row is None else (row[0], row[1])
