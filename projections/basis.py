"""One basis for a whole answer: which projection version, what the hub knew (a sequence), which instant of the world."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec
from psycopg import AsyncCursor
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
    @property
    def reported_by(self) -> dt.datetime | None: ...


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says about time, as text."""

    as_of: str | None = None
    valid_at: str | None = None
    reported_by: str | None = None
    min_sequence: int | None = None


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer rests on.

    `final`: nothing that is recorded later can change it; `is_newest`: it is all that is projected; `newest` is how far that goes.
    """

    version: int
    schema_name: str
    sequence: int
    recorded_at: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    is_newest: bool
    newest: int = 0
    reported_by: dt.datetime | None = None

    @property
    def values(self) -> dict[str, object]:
        """As the parameters `sequence` and `valid_at` of a statement."""
        return {"sequence": self.sequence, "valid_at": self.valid_at}


async def use_live(cursor: AsyncCursor[TupleRow]) -> Version:
    """The live version, its tables in reach until the transaction ends. Raises Unavailable when there is none."""
    live, _ = await _use_live_beside(cursor, None)
    return live


async def _use_live_beside(
    cursor: AsyncCursor[TupleRow], event: Mapping[str, object] | None
) -> tuple[Version, TupleRow | None]:
    """The live version in reach, and the sequence and time of the event asked for by `sequence` or `before`, in one round trip."""
    connection = cursor.connection
    found = connection.cursor()
    try:
        async with connection.pipeline():
            await connection.execute(_SQL["reach_live_version"])
            if event is not None:
                name = "fetch_sequence_before" if "before" in event else "fetch_recorded_at"
                await found.execute(_SQL[name], event)
            await versions.ask_live(cursor)
        live = await versions.take_live(cursor)
    except (postgres.UndefinedTable, postgres.InvalidSchemaName):
        live = None
    if live is None:
        raise Unavailable(
            "There is no projection yet; the projector has not started.",
            message_th="ระบบยังไม่ได้เตรียมข้อมูล กรุณาลองใหม่ภายหลัง",
            code="NO_PROJECTION",
        )
    return live, None if event is None else await found.fetchone()


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
    reported = None if reported_by is None else parse_reported_by(reported_by)
    moment = now if valid_at is None else parse_valid_at(valid_at)
    known = None if as_of is None else parse_as_of(as_of)
    if known is not None:
        refuse_future(str(as_of), known, now)
    live, event = await _use_live_beside(cursor, _event_of(known, token))
    sequence, recorded_at, final = live.checkpoint, live.recorded_at, False
    if token is not None and token.version != live.number:
        return await resolve_basis(cursor, as_of=as_of, valid_at=valid_at, now=now, reported_by=reported_by)
    if token is not None:
        sequence, moment, final = token.sequence, token.valid_at, token.final
        reported = token.reported_by
        recorded_at = None if event is None else event[1]
    elif known is not None and known.sequence is not None:
        refuse_unprojected(known.sequence, live)
        sequence, final = known.sequence, True
        recorded_at = None if event is None else event[1]
    elif known is not None:
        sequence, recorded_at = (0, None) if event is None else (event[0], event[1])
        final = sequence < live.checkpoint
    return Basis(
        version=live.number,
        schema_name=live.schema_name,
        sequence=sequence,
        recorded_at=recorded_at,
        valid_at=moment,
        final=final,
        is_newest=sequence == live.checkpoint,
        reported_by=reported,
        newest=live.checkpoint,
    )


def parse_reported_by(text: str) -> dt.datetime:
    """The instant until which reports count: that of a date is the end of the day. Raises InvalidInput."""
    try:
        return parse_valid_at(text)
    except InvalidInput as error:
        raise InvalidInput(
            f"'reported_by' is a date or an RFC 3339 instant, not '{text}'.",
            message_th=f"reported_by ต้องเป็นวันที่หรือเวลาแบบ RFC 3339 ไม่ใช่ '{text}'",
            code="BAD_REPORTED_BY",
            path="reported_by",
        ) from error


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


def _event_of(known: AsOf | None, token: Pinned | None) -> Mapping[str, object] | None:
    """Which event the basis ends with; None for the newest."""
    if token is not None:
        return {"sequence": token.sequence}
    if known is None:
        return None
    return {"sequence": known.sequence} if known.sequence is not None else {"before": known.before}
