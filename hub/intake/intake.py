"""Taking in: decide against the ledger, seal, append durably, answer. Nothing is lost and nothing is stored twice.

The order is fixed: keys are committed, then the events are appended and acknowledged as synced, then the ledger learns of them. Whatever breaks in
between, the ledger is brought up to date from the log and every item without an answer is decided again.
"""

import asyncio
import collections
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from contracts.errors import Unavailable
from contracts.events import Event, encode_event
from hub import ledger
from hub.intake import batches, receipts
from hub.intake.decide import Append, decide, stands
from hub.intake.items import Item, Sealer
from hub.intake.receipts import Receipt
from hub.ledger import Entry, Known
from hub.log import BATCH_LIMIT, RETRY_PAUSES, JetStreamLog, OutcomeUnknown, Outgoing, WrongLastSequence
from hub.sealing import NONCE_BYTES
from hub.vault import Vault

logger = logging.getLogger(__name__)

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
PASSING = (*AWAY, OutcomeUnknown, WrongLastSequence, Unavailable)
NONCES_AT_ONCE = 4096
FAR_BEHIND = 1000
"""After so many events beyond a hole the ledger is brought up to date from the log."""
AHEAD = 2
"""How many chunks are made ready while the one before them is being appended."""
Result = TypeVar("Result")


class _Ready(msgspec.Struct):
    """Items decided to be appended, with their events. `positions` are places in the chunk; `later` has to wait for these."""

    positions: list[int]
    appends: list[Append]
    events: list[Event]
    outgoing: list[Outgoing]
    later: list[int]


class Intake:
    """The one way into the log. Safe beside other intakes on the same log, also in other processes."""

    def __init__(self, pool: Pool, log: JetStreamLog, vault: Vault, pseudonym_key: bytes) -> None:
        self.pool = pool
        self.log = log
        self.vault = vault
        self.pseudonym_key = pseudonym_key
        self._nonces: list[bytes] = []
        self._behind = 0

    async def ensure(self) -> None:
        """Tables of ledger and vault, and a ledger that knows the whole log."""
        async with self.pool.connection() as connection:
            await self.vault.ensure(connection)
            await ledger.ensure(connection)
            await batches.ensure(connection)
            await ledger.sync(connection, self.log)

    async def submit(self, items: Sequence[Item]) -> list[Receipt]:
        """Take these in, in order; one receipt each. Raises Unavailable when log or database stay away."""
        found: list[Receipt] = []
        async for chunk in self.submit_all(_chunks_of(items)):
            found.extend(chunk)
        return found

    async def submit_all(self, chunks: AsyncIterator[Sequence[Item]]) -> AsyncIterator[list[Receipt]]:
        """The same for chunks of at most BATCH_LIMIT items: while one is being appended, the next ones are made ready."""
        running: collections.deque[asyncio.Task[list[Receipt]]] = collections.deque()
        try:
            async for chunk in chunks:
                previous = running[-1] if running else None
                running.append(asyncio.create_task(self._decide_and_append(chunk, previous)))
                if len(running) > AHEAD:
                    yield await running.popleft()
            while running:
                yield await running.popleft()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _decide_and_append(
        self, items: Sequence[Item], previous: asyncio.Task[list[Receipt]] | None
    ) -> list[Receipt]:
        answers: list[Receipt | None] = [None] * len(items)
        tried: dict[int, Append] = {}
        pauses = iter(RETRY_PAUSES)
        while True:
            open_ = [position for position, answer in enumerate(answers) if answer is None]
            if not open_:
                return [answer for answer in answers if answer is not None]
            try:
                ready = await self._make_ready(items, open_, answers, tried)
                if previous is not None:
                    await asyncio.wait({previous})
                if ready.outgoing:
                    await self._append(items, ready, answers, tried)
            except PASSING as error:
                await self._recover(error, next(pauses, None))

    async def on_database(self, work: Callable[[AsyncConnection[TupleRow]], Awaitable[Result]]) -> Result:
        """The result of `work`, which must be harmless to repeat; a database that is away is waited for. Raises Unavailable."""
        for pause in RETRY_PAUSES:
            try:
                async with self.pool.connection() as connection:
                    return await work(connection)
            except AWAY as error:
                logger.info("the database is away", extra={"reason": type(error).__name__, "pause": pause})
                await asyncio.sleep(pause)
        raise _stays_away()

    async def _recover(self, error: Exception, pause: float | None) -> None:
        if pause is None:
            raise _stays_away() from error
        logger.info("taking in again", extra={"reason": type(error).__name__, "pause": pause})
        if not isinstance(error, WrongLastSequence):
            await asyncio.sleep(pause)
        try:
            async with self.pool.connection() as connection:
                await ledger.sync(connection, self.log)
        except PASSING as again:
            logger.info("the ledger is not up to date yet", extra={"reason": type(again).__name__})

    async def _make_ready(
        self, items: Sequence[Item], open_: list[int], answers: list[Receipt | None], tried: dict[int, Append]
    ) -> _Ready:
        async with self.pool.connection() as connection:
            known = await find_known(connection, [items[position] for position in open_])
            ready = _Ready([], [], [], [], [])
            subjects: set[str] = set()
            for position in open_:
                item = items[position]
                before = tried.get(position)
                if before is not None and (sequence := stands(item, known, before.expected)) is not None:
                    event_id = item.event_id(before.expected)
                    answers[position] = _accepted(item, event_id, sequence, before)
                elif item.subject in subjects:
                    ready.later.append(position)
                else:
                    decision = decide(item, known)
                    if isinstance(decision, Append):
                        subjects.add(item.subject)
                        ready.positions.append(position)
                        ready.appends.append(decision)
                    else:
                        answers[position] = decision
            await self._seal(connection, items, ready, answers)
        return ready

    async def _seal(
        self,
        connection: AsyncConnection[TupleRow],
        items: Sequence[Item],
        ready: _Ready,
        answers: list[Receipt | None],
    ) -> None:
        needed = {subject for position in ready.positions for subject in items[position].secrets}
        needed.update(append.subject for append in ready.appends if append.subject is not None)
        keys = await self.vault.find_or_make(connection, needed)
        sealer = Sealer(
            {subject: cipher for subject, cipher in keys.items() if cipher is not None}, self.nonce
        )
        positions, appends = ready.positions, ready.appends
        ready.positions, ready.appends = [], []
        for position, append in zip(positions, appends, strict=True):
            item = items[position]
            # A void is never refused for an erased recipient; a step of a referral is.
            is_open = append.subject in sealer.ciphers or item.family == "step"
            if item.rebind is not None and append.subject is not None and is_open:
                item = item.rebind(append.subject)
            if any(subject not in sealer.ciphers for subject in item.secrets):
                answers[position] = Receipt(status="erased", row=item.row, errors=(receipts.ERASED,))
                continue
            event = item.build(item.event_id(append.expected), sealer)
            payload = encode_event(event)
            if len(payload) > self.log.largest_payload:
                answers[position] = receipts.rejected((receipts.TOO_LARGE,), item.row)
                continue
            ready.positions.append(position)
            ready.appends.append(append)
            ready.events.append(event)
            subject = f"{self.log.prefix}.{item.subject}"
            ready.outgoing.append(Outgoing(subject, payload, append.expected))

    async def _append(
        self, items: Sequence[Item], ready: _Ready, answers: list[Receipt | None], tried: dict[int, Append]
    ) -> None:
        unsure = dict(tried)
        tried.update(zip(ready.positions, ready.appends, strict=True))
        try:
            first = await self.log.append(ready.outgoing)
        except WrongLastSequence:
            # Nothing of this attempt is stored; an earlier one without an answer may be.
            tried.clear()
            tried.update(unsure)
            raise
        entries = [
            Entry(items[position].subject, first + offset, event)
            for offset, (position, event) in enumerate(zip(ready.positions, ready.events, strict=True))
        ]
        async with self.pool.connection() as connection:
            if not await ledger.record(connection, entries):
                await self._catch_up(connection, len(entries))
        for entry, position, append in zip(entries, ready.positions, ready.appends, strict=True):
            answers[position] = _accepted(items[position], entry.event.id, entry.sequence, append)

    async def _catch_up(self, connection: AsyncConnection[TupleRow], events: int) -> None:
        """Close holes that appenders leave in the ledger who were faster than those before them, before it is far behind."""
        self._behind += events
        if self._behind >= FAR_BEHIND:
            self._behind = 0
            await ledger.sync(connection, self.log)

    def nonce(self) -> bytes:
        """A nonce that was never used."""
        if not self._nonces:
            block = secrets.token_bytes(NONCE_BYTES * NONCES_AT_ONCE)
            self._nonces = [block[start : start + NONCE_BYTES] for start in range(0, len(block), NONCE_BYTES)]
        return self._nonces.pop()


def _stays_away() -> Unavailable:
    return Unavailable(
        "Log or database stay away; what was acknowledged is stored, send the rest again.",
        message_th="ระบบบันทึกยังไม่พร้อม ข้อมูลที่ตอบรับแล้วถูกบันทึก กรุณาส่งส่วนที่เหลืออีกครั้ง",
        code="INTAKE_UNAVAILABLE",
    )


async def _chunks_of(items: Sequence[Item]) -> AsyncIterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH_LIMIT):
        yield items[start : start + BATCH_LIMIT]


def _accepted(item: Item, event_id: str, sequence: int, append: Append) -> Receipt:
    return Receipt(
        status="accepted", sequence=sequence, event_id=event_id, row=item.row, is_new=append.is_new
    )


_KNOWN_AS = {
    "record": "records",
    "withdrawal": "records",
    "item": "items",
    "batch": "items",
    "decision": "courses",
    "referral": "courses",
    "step": "courses",
}


async def find_known(connection: AsyncConnection[TupleRow], items: Sequence[Item]) -> Known:
    """What the ledger knows of these items."""
    keys: dict[str, set[bytes]] = {"records": set(), "actions": set(), "items": set(), "courses": set()}
    for item in items:
        keys[_KNOWN_AS.get(item.family, "actions")].add(item.key)
    return await ledger.find(connection, **keys)
