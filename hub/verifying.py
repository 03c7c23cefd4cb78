"""`hub verify`: the raw log against what the database keeps of every event.

Read in order: sequences without holes, the SHA-256 of the stored bytes, id and type, and the time of recording under its running maximum.
"""

import asyncio
import datetime as dt
import hashlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from contracts.errors import Unavailable
from contracts.events import Sequenced
from hub.guards import Halt, decode
from hub.log import JetStreamLog, Stored
from hub.pulling import SequenceGap
from hub.sealing import subjects_of
from hub.vault import Vault
from projections import queries
from projections import version as versions
from projections.version import Version

SHOWN = 20
BATCH = 2000
PATIENCE_SECONDS = 30.0
Report = Callable[[str, int, int], None]

_SQL = queries.load(Path(__file__).parent / "sql")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One event at which log and database part. `fields` are the names of what differs."""

    sequence: int
    kind: str
    fields: tuple[str, ...] = ()


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `missing`: in the log, not in the database; `extra`: the other way round; `gaps`: sequences the log lacks.

    `unreadable` events are of a type that this program does not know, or broken; `not_projected` are beyond the checkpoint. Of
    `sections` (the sealed parts of the events checked) `erased` cannot be opened any more, lawfully.
    """

    version: int
    first: int
    last: int
    checked: int
    missing: int
    changed: int
    extra: int
    gaps: int
    unreadable: int
    not_projected: int
    sections: int
    erased: int
    first_faults: tuple[Fault, ...]
    seconds: float
    events_per_second: float

    @property
    def faults(self) -> int:
        """How many events are not as they should be."""
        return self.missing + self.changed + self.extra + self.gaps + self.unreadable


class _Head(msgspec.Struct):
    id: str
    type: str


_heads: msgspec.json.Decoder[_Head] = msgspec.json.Decoder(_Head)


async def verify(
    connection: AsyncConnection[TupleRow],
    log: JetStreamLog,
    vault: Vault,
    report: Report,
    *,
    first: int = 1,
    until: int | None = None,
) -> Verified:
    """Compare the log with the live version from event `first` to `until` (or as far as both go). Raises Unavailable."""
    await vault.ensure(connection)
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        live = await versions.fetch_live(connection.cursor())
        if live is None:
            raise Unavailable("There is no projection to compare the log with.", code="NO_PROJECTION")
        path = sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(live.schema_name))
        await connection.execute(path)
        check = _Check(connection, log, live, first)
        return await check.run(report, await log.last_sequence(), until)


class _Check:
    """One verification, on one snapshot of the database."""

    def __init__(
        self, connection: AsyncConnection[TupleRow], log: JetStreamLog, live: Version, first: int
    ) -> None:
        self._connection = connection
        self._log = log
        self._live = live
        self._first = first
        self._latest: dt.datetime | None = None
        self._erased: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._faults: list[Fault] = []
        self._checked = self._sections = self._gone = 0

    async def run(self, report: Report, head: int, until: int | None) -> Verified:
        began = time.perf_counter()
        end = head if until is None else min(head, until)
        last = min(end, self._live.checkpoint)
        await self._prepare()
        position = self._first - 1
        async for upper, stored in read_present(self._log, position, last):
            await self._compare(position + 1, upper, stored)
            position = upper
            report("verify", position - self._first + 1, last - self._first + 1)
        if until is None or until > head:
            await self._look_beyond(head)
        seconds = max(time.perf_counter() - began, 1e-6)
        return Verified(
            version=self._live.number,
            first=self._first,
            last=last,
            checked=self._checked,
            missing=self._counts["missing"],
            changed=self._counts["changed"],
            extra=self._counts["extra"],
            gaps=self._counts["gap"],
            unreadable=self._counts["unreadable"],
            not_projected=max(end - max(last, self._first - 1), 0),
            sections=self._sections,
            erased=self._gone,
            first_faults=tuple(self._faults),
            seconds=round(seconds, 3),
            events_per_second=round(self._checked / seconds, 1),
        )

    async def _prepare(self) -> None:
        rows = await self._connection.execute(_SQL["fetch_erased_subjects"])
        self._erased = {row[0] for row in await rows.fetchall()}
        before = await self._connection.execute(_SQL["fetch_recorded_before"], {"first": self._first})
        row = await before.fetchone()
        self._latest = None if row is None else row[0]

    async def _compare(self, first: int, last: int, stored: list[Stored]) -> None:
        cursor = await self._connection.execute(_SQL["fetch_events_between"], {"first": first, "last": last})
        rows = {row[0]: row[1:] for row in await cursor.fetchall()}
        there = {item.sequence: item for item in stored}
        for sequence in range(first, last + 1):
            item, row = there.get(sequence), rows.get(sequence)
            if item is None:
                self._note(sequence, "gap")
                if row is not None:
                    self._note(sequence, "extra")
                continue
            self._checked += 1
            self._count_sections(item)
            fields = self._differing(item, row)
            if row is None:
                self._note(sequence, "missing")
            elif fields:
                self._note(sequence, "changed", fields)

    def _differing(self, item: Stored, row: TupleRow | None) -> tuple[str, ...]:
        """The fields in which a row is not as its event says; moves the running maximum on."""
        self._latest = item.time if self._latest is None else max(self._latest, item.time)
        if row is None:
            return ()
        try:
            head = _heads.decode(item.data)
        except msgspec.MsgspecError:
            head = _Head("", "")
        expected = {
            "event_id": head.id,
            "type": head.type,
            "recorded_at": self._latest,
            "digest": hashlib.sha256(item.data).digest(),
        }
        pairs = zip(expected.items(), row, strict=True)
        return tuple(name for (name, value), found in pairs if found != value)

    def _count_sections(self, item: Stored) -> None:
        try:
            event = decode(item)
        except Halt:
            self._note(item.sequence, "unreadable")
            return
        placed = Sequenced(sequence=item.sequence, recorded_at=item.time, event=event, digest=b"")
        subjects = subjects_of([placed])
        self._sections += len(subjects)
        self._gone += sum(subject in self._erased for subject in subjects)

    async def _look_beyond(self, head: int) -> None:
        """Rows after the end of the log."""
        values = {"last": head, "limit": SHOWN}
        cursor = await self._connection.execute(_SQL["fetch_events_after"], values)
        rows = await cursor.fetchall()
        for sequence, _ in rows:
            self._note(sequence, "extra")
        if rows:
            self._counts["extra"] += rows[0][1] - len(rows)

    def _note(self, sequence: int, kind: str, fields: tuple[str, ...] = ()) -> None:
        self._counts[kind] += 1
        if len(self._faults) < SHOWN:
            self._faults.append(Fault(sequence=sequence, kind=kind, fields=fields))


async def read_present(log: JetStreamLog, after: int, last: int) -> AsyncGenerator[tuple[int, list[Stored]]]:
    """All that the log holds after `after` up to `last`, in order, each part with the sequence that it reaches; holes are passed over."""
    while after < last:
        try:
            async for stored in log.read(after, stop_at=last, batch=BATCH, patience=PATIENCE_SECONDS):
                after = stored[-1].sequence
                yield after, stored
        except SequenceGap:
            upper = min(after + BATCH, last)
            found = await asyncio.gather(*(_fetch(log, number) for number in range(after + 1, upper + 1)))
            after = upper
            yield upper, [item for item in found if item is not None]


async def _fetch(log: JetStreamLog, sequence: int) -> Stored | None:
    try:
        return (await log.fetch([sequence]))[0]
    except SequenceGap:
        return None
