"""The intake ledger: what the latest event of every statement, action and other subject is.

A table of its own for speed; the log is the truth, and `sync` reads from it whatever other appenders have added. An entry is made of an event
alone, so the ledger can be dropped and rebuilt.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec
from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from contracts.events import (
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    Event,
    FindingDecided,
    RecordReceived,
    RecordWithdrawn,
    ReferralSent,
    ReferralStepEvent,
    decode_event,
)
from contracts.events_links import LinkDecided, LinkDecisionRevoked
from hub.log import JetStreamLog
from projections import queries

PATIENCE_SECONDS = 30.0

_SQL = queries.load(Path(__file__).parent / "sql")
_TABLES = (
    "statement",
    "statement_more",
    "statement_scope",
    "action",
    "action_subject",
    "item",
    "course",
    "checkpoint",
)


_COURSES = FindingDecided | ReferralSent | ReferralStepEvent | LinkDecided | LinkDecisionRevoked
_KEPT_OTHERWISE = (
    RecordReceived | RecordWithdrawn | AssistanceRecorded | AssistanceCorrected | AssistanceVoided | _COURSES
)


class KnownStatement(msgspec.Struct, frozen=True, gc=False):
    """The latest event of a statement. `content` is that of the last received one; `reported_at` and the first sequence may be unknown."""

    content: bytes | None
    sequence: int
    withdrawn: bool
    reported_at: dt.datetime | None = None
    first_sequence: int | None = None


class KnownAction(msgspec.Struct, frozen=True, gc=False):
    """The first and the latest event of an action. `subject` is whose key seals what is said of it."""

    first_content: bytes
    first_sequence: int
    content: bytes
    sequence: int
    voided: bool
    subject: bytes | None


class KnownItem(msgspec.Struct, frozen=True, gc=False):
    """The latest event of any other subject."""

    content: bytes
    sequence: int


class KnownEvent(msgspec.Struct, frozen=True, gc=False):
    """One event of a finding or a referral. `step` is the verdict or the step; sender and receiver are those of a referral."""

    sequence: int
    event_id: str
    step: str
    subject: bytes
    sender: str | None
    receiver: str | None


class Known(msgspec.Struct):
    """What the ledger knows of the things asked for, by key."""

    statements: dict[bytes, dict[str, KnownStatement]] = {}
    actions: dict[bytes, KnownAction] = {}
    items: dict[bytes, KnownItem] = {}
    courses: dict[bytes, list[KnownEvent]] = {}

    def first_sequence(self, key: bytes, period: str) -> int | None:
        """Where a statement or an action began."""
        if key in self.actions:
            return self.actions[key].first_sequence
        statement = self.statements.get(key, {}).get(period)
        return None if statement is None else statement.first_sequence


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An event as the ledger keeps it; `subject` leaves out the stream's prefix."""

    subject: str
    sequence: int
    event: Event


def token_of(subject: str) -> bytes:
    """The key of a subject that is neither a record nor an action."""
    return hashlib.sha256(subject.encode()).digest()[:16]


def content_of(event: Event) -> bytes:
    """What is compared for events that hold nothing personal."""
    return hashlib.sha256(msgspec.json.encode(event.data)).digest()[:16]


async def ensure(connection: AsyncConnection[TupleRow]) -> None:
    """The ledger's tables; harmless when they are there."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('intake'))")
        await connection.execute(_SQL["create_intake"])
        for table in _TABLES:
            await connection.execute(_SQL[f"create_{table}"])
        await connection.execute(_SQL["start_checkpoint"])


async def find(
    connection: AsyncConnection[TupleRow],
    *,
    records: Collection[bytes] = (),
    actions: Collection[bytes] = (),
    items: Collection[bytes] = (),
    courses: Collection[bytes] = (),
) -> Known:
    """What is known of these records, actions, other subjects, and findings and referrals with all their events."""
    known = Known()
    if records:
        cursor = await connection.execute(_SQL["fetch_statements"], {"keys": list(records)}, binary=True)
        for row in await cursor.fetchall():
            known.statements.setdefault(row[0], {})[row[1]] = KnownStatement(*row[2:])
    if actions:
        cursor = await connection.execute(_SQL["fetch_actions"], {"keys": list(actions)}, binary=True)
        known.actions = {row[0]: KnownAction(*row[1:]) for row in await cursor.fetchall()}
    if items:
        cursor = await connection.execute(_SQL["fetch_items"], {"keys": list(items)}, binary=True)
        known.items = {row[0]: KnownItem(*row[1:]) for row in await cursor.fetchall()}
    if courses:
        cursor = await connection.execute(_SQL["fetch_courses"], {"keys": list(courses)}, binary=True)
        for row in await cursor.fetchall():
            known.courses.setdefault(row[0], []).append(KnownEvent(*row[1:]))
    return known


async def record(connection: AsyncConnection[TupleRow], entries: Sequence[Entry]) -> bool:
    """Keep these events, whose sequences are contiguous. True when nothing is missing before them: the checkpoint has moved."""
    latest = {_key(entry): entry for entry in sorted(entries, key=lambda entry: entry.sequence)}
    async with connection.transaction():
        await connection.execute(_SQL["relax_commit"])
        await _put_statements(connection, latest.values())
        await _put_actions(connection, latest.values())
        await _put_items(connection, latest.values())
        await _put_courses(connection, entries)
        values = {"first": entries[0].sequence, "last": entries[-1].sequence}
        advanced = await connection.execute(_SQL["advance_checkpoint"], values)
    return advanced.rowcount == 1


async def sync(connection: AsyncConnection[TupleRow], log: JetStreamLog) -> int:
    """Read what the ledger does not know from the log; how many events that were."""
    row = await (await connection.execute(_SQL["fetch_checkpoint"])).fetchone()
    checkpoint = row[0] if row else 0
    last = await log.last_sequence()
    read = 0
    if last > checkpoint:
        async for stored in log.read(checkpoint, stop_at=last, batch=1000, patience=PATIENCE_SECONDS):
            entries = [
                Entry(log.without_prefix(item.subject), item.sequence, decode_event(item.data))
                for item in stored
            ]
            # One by one where an action appears twice: its first content must not be lost.
            for part in _without_repeats(entries):
                await record(connection, part)
            if connection.info.transaction_status != TransactionStatus.IDLE:
                await connection.commit()
            read += len(stored)
    return read


def _key(entry: Entry) -> tuple[str, str]:
    event = entry.event
    period = event.data.period if isinstance(event, RecordReceived | RecordWithdrawn) else ""
    return (entry.subject, period)


def _without_repeats(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    part: list[Entry] = []
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if _key(entry) in seen:
            yield part
            part, seen = [], set()
        part.append(entry)
        seen.add(_key(entry))
    if part:
        yield part


async def _put_statements(connection: AsyncConnection[TupleRow], entries: Iterable[Entry]) -> None:
    columns: dict[str, list[object]] = {
        name: []
        for name in (
            "record",
            "period",
            "source",
            "amphoe",
            "content",
            "sequence",
            "withdrawn",
            "reported_at",
        )
    }
    for entry in entries:
        event = entry.event
        if isinstance(event, RecordReceived):
            amphoe, content, withdrawn = event.data.amphoe, bytes.fromhex(event.data.content), False
        elif isinstance(event, RecordWithdrawn):
            amphoe, content, withdrawn = None, None, True
        else:
            continue
        row = (bytes.fromhex(event.data.record), event.data.period, event.source, amphoe, content)
        for name, value in zip(columns, (*row, entry.sequence, withdrawn, event.reported_at), strict=True):
            columns[name].append(value)
    if columns["record"]:
        await connection.execute(_SQL["put_statements"], columns)


async def _put_actions(connection: AsyncConnection[TupleRow], entries: Iterable[Entry]) -> None:
    columns: dict[str, list[object]] = {
        name: [] for name in ("action", "content", "sequence", "voided", "subject")
    }
    for entry in entries:
        event = entry.event
        if not isinstance(event, AssistanceRecorded | AssistanceCorrected | AssistanceVoided):
            continue
        is_void = isinstance(event, AssistanceVoided)
        row = (bytes.fromhex(event.data.action), bytes.fromhex(event.data.content), entry.sequence, is_void)
        for name, value in zip(columns, (*row, bytes.fromhex(event.data.subject)), strict=True):
            columns[name].append(value)
    if columns["action"]:
        await connection.execute(_SQL["put_actions"], columns)


async def _put_items(connection: AsyncConnection[TupleRow], entries: Iterable[Entry]) -> None:
    others = [entry for entry in entries if not isinstance(entry.event, _KEPT_OTHERWISE)]
    if others:
        values = {
            "token": [token_of(entry.subject) for entry in others],
            "content": [content_of(entry.event) for entry in others],
            "sequence": [entry.sequence for entry in others],
        }
        await connection.execute(_SQL["put_items"], values)


async def _put_courses(connection: AsyncConnection[TupleRow], entries: Iterable[Entry]) -> None:
    columns: dict[str, list[object]] = {
        name: [] for name in ("token", "sequence", "event_id", "step", "subject", "sender", "receiver")
    }
    for entry in entries:
        event = entry.event
        if not isinstance(event, _COURSES):
            continue
        sender = receiver = None
        step = event.data.verdict if isinstance(event, FindingDecided | LinkDecided) else _step_of(event)
        if isinstance(event, ReferralSent):
            sender, receiver = event.data.sender, event.data.receiver
        row = (token_of(entry.subject), entry.sequence, event.id, step, bytes.fromhex(event.data.subject))
        for name, value in zip(columns, (*row, sender, receiver), strict=True):
            columns[name].append(value)
    if columns["token"]:
        await connection.execute(_SQL["put_courses"], columns)


def _step_of(event: ReferralSent | ReferralStepEvent | LinkDecisionRevoked) -> str:
    return str(type(event).__struct_config__.tag).split(".")[1]


async def find_scope(
    connection: AsyncConnection[TupleRow],
    *,
    source: str,
    periods: Collection[str],
    areas: Collection[str],
    reported_before: dt.datetime | None = None,
) -> dict[bytes, str | None]:
    """The records with a standing statement of this source and these periods inside the amphoe, with their amphoe.

    What was reported at `reported_before` or later is left out: a snapshot of before that day cannot know it.
    """
    values = {
        "source": source,
        "periods": list(periods),
        "areas": list(areas) or None,
        "reported_before": reported_before,
    }
    cursor = await connection.execute(_SQL["fetch_scope"], values, binary=True)
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def find_withdrawn_since(
    connection: AsyncConnection[TupleRow], *, source: str, sequence: int
) -> list[int]:
    """The sequences of the latest withdrawals of a source behind `sequence`."""
    values = {"source": source, "sequence": sequence}
    cursor = await connection.execute(_SQL["list_withdrawn_since"], values)
    return [row[0] for row in await cursor.fetchall()]
