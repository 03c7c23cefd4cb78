"""Taking in a file: rows into records or actions, answers into counts that add up, through any restart."""

import asyncio
import collections
import datetime as dt
import functools
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import HubError, InvalidInput, TooLarge
from contracts.events import Batch, BatchReceived, Counts
from contracts.gazetteer import load_gazetteer
from contracts.records import Record
from contracts.sources import TABLES
from contracts.sources.contract import Context, RecordContract
from contracts.times import bangkok_date, end_of_day, start_of_day
from hub import ledger
from hub.intake import batches, kept
from hub.intake.grouping import Survey, read_groups, survey_file
from hub.intake.holding import Missing, find_missing, repeated, warn_of
from hub.intake.intake import Intake
from hub.intake.items import Delivery, Item, action_item, plain_item, record_item, withdrawal_item
from hub.intake.judging import Refused, judge, replaced_rows
from hub.intake.naming import key_of, pseudonym_of
from hub.intake.preview import preview_all
from hub.intake.receipts import BatchReceipt, BatchState, Receipt, Warn
from hub.intake.requests import FileRequest, batch_of, check_request, digest_of
from hub.intake.resuming import claim_own, count_withdrawn
from hub.intake.tally import TAKEN, Slot, Tally, settle_slot
from hub.readers.rows import FileRow

Progress = Callable[[str, int, int], None]
CHUNK = 500
BREATH = 5
"""After so many records the loop is let in, so that what is being appended goes on."""
FIRST_ROWS = 500


class FileImport:
    """One file on its way in. `digest` and `batch` are those of the delivery, where they are known."""

    def __init__(
        self,
        intake: Intake,
        request: FileRequest,
        *,
        province: str,
        now: dt.datetime,
        progress: Progress,
        digest: str | None = None,
        chunk: int = CHUNK,
    ) -> None:
        check_request(request)
        self.intake = intake
        self.request = request
        self.progress = progress
        self.chunk = chunk
        self.now = now
        self.contract = TABLES[request.source]
        self.digest = digest or digest_of(request.path)
        self.batch = batch_of(request, self.digest)
        self.tally = Tally()
        self.periods: set[str] = set()
        self.seen: set[tuple[bytes, str]] = set()
        self.mentioned: set[bytes] = set()
        self.columns: dict[str, None] = {}
        self.waiting: collections.deque[tuple[int, list[Slot]]] = collections.deque()
        self.began = 0
        self.is_resumed = False
        reported = start_of_day(request.reported_on) if request.reported_on else now
        self.reported_before = end_of_day(bangkok_date(reported))
        self.delivery = Delivery(
            province=province,
            received_at=now,
            reported_at=reported,
            actor=request.actor,
            contract=self.contract.name,
            batch_id=self.batch,
            purpose=request.purpose,
        )
        self.context = Context(
            gazetteer=load_gazetteer(),
            today=bangkok_date(now),
            period=request.period,
            pseudonym_key=intake.pseudonym_key,
        )

    async def run(self, *, is_held: bool = False) -> BatchReceipt:
        """Take the file in; the same file again is answered with its first receipt. Raises InvalidInput, TooLarge, Unavailable.

        Whatever ended an earlier run, this one goes on where it was. `is_held`: the caller holds the lock of the delivery.
        """
        found = await self.intake.on_database(lambda c: batches.find(c, self.batch))
        if found is not None and found.state == "finished" and found.receipt and not self.request.dry_run:
            return repeated(found.receipt)
        if is_held:
            return await self._settle()
        name = batches.lock_name(self.request.source, self.batch, dry_run=self.request.dry_run)
        async with batches.hold(self.intake.pool, name):
            await self.intake.on_database(self._arrive)
            return await self._settle()

    async def _arrive(self, connection: AsyncConnection[TupleRow]) -> None:
        arrival = batches.Arrival(
            batch=self.batch,
            request=self.request,
            digest=self.digest,
            size=self.request.path.stat().st_size,
            received_at=self.now,
        )
        await batches.arrive(connection, arrival, state="running")

    async def _settle(self) -> BatchReceipt:
        try:
            return await self._take_in()
        except (InvalidInput, TooLarge) as error:
            await self._keep_state("failed", self._receipt("failed"), error)
            raise

    async def _take_in(self) -> BatchReceipt:
        survey = await asyncio.to_thread(survey_file, self.request.path, self.contract, self.request.period)
        missing = await self._find_missing(survey)
        if missing.is_too_much and not self.request.confirm and not self.request.dry_run:
            receipt = self._receipt("held", missing)
            await self._keep_state("held", receipt)
            return receipt
        done = await self.intake.on_database(functools.partial(self._begin, total=survey.groups))
        label = self.request.path.name
        self.progress(label, done, survey.groups)
        chunks = self._chunks(survey, done)
        answers = preview_all(self.intake, chunks) if self.request.dry_run else self.intake.submit_all(chunks)
        async for receipts in answers:
            await self._note(receipts)
            self.progress(label, min(self.tally.read, survey.groups), survey.groups)
        if survey.broken is not None:
            raise self._cut_short(survey.broken)
        await self._withdraw_absent()
        return await self._finish(missing)

    async def _find_missing(self, survey: Survey) -> Missing:
        if not isinstance(self.contract, RecordContract) or self.request.mode != "snapshot":
            survey.present.clear()
            return Missing()
        scopes = {
            period: await self.intake.on_database(functools.partial(self._find_scope, period=period))
            for period in sorted({period for _, period in survey.present if period})
        }
        missing = await asyncio.to_thread(find_missing, survey, scopes, self.context.pseudonym_key)
        survey.present.clear()
        return missing.judged(self.request.hold_percent)

    async def _begin(self, connection: AsyncConnection[TupleRow], *, total: int) -> int:
        """Begin, or go on: how many records have their outcome already."""
        last = await self.intake.log.last_sequence()
        self.began = await batches.begin(connection, self.batch, began=last, total=total)
        self.is_resumed = self.began != last
        self.tally, done = Tally(), 0
        async for start, groups, outcomes in batches.read_outcomes(connection, self.batch):
            self.tally.add(outcomes)
            done = start + groups
        for row in (
            await kept.read(connection, self.intake.vault, self.batch, limit=self.chunk, opened=False)
            if done
            else ()
        ):
            self.tally.tell(row.errors)
        return done

    def _cut_short(self, broken: InvalidInput) -> InvalidInput:
        good = self.tally.new + self.tally.changed + self.tally.unchanged
        return InvalidInput(
            f"{broken.message_en} The {good:,} good records before it were taken in; mend the file and send it again.",
            message_th=f"{broken.message_th} ระบบรับข้อมูลที่ถูกต้องก่อนหน้านั้นแล้ว {good:,} รายการ กรุณาแก้ไฟล์แล้วส่งอีกครั้ง",
            code=broken.code,
            path=broken.path,
        )

    async def _chunks(self, survey: Survey, done: int) -> AsyncIterator[list[Item]]:
        """The items behind the first `done` records, whose outcomes are known."""
        slots: list[Slot] = []
        for place, rows in enumerate(read_groups(survey)):
            if place % BREATH == 0:
                await asyncio.sleep(0)
            self.tally.rows += len(rows)
            if self.tally.rows <= FIRST_ROWS:
                self.columns.update(dict.fromkeys(name for row in rows for name in row.cells))
            slot = self._slot(rows)
            if place < done:
                continue
            slots.append(slot)
            if len(slots) == self.chunk:
                yield self._hand_over(place + 1 - len(slots), slots)
                slots = []
        if slots:
            yield self._hand_over(survey.groups - len(slots), slots)

    def _hand_over(self, start: int, slots: list[Slot]) -> list[Item]:
        self.waiting.append((start, slots))
        return [slot.item for slot in slots if slot.item is not None]

    def _slot(self, rows: Sequence[FileRow]) -> Slot:
        key, first = self.context.pseudonym_key, rows[0].row
        said = judge(rows, self.contract, self.context, self.request.agency)
        if isinstance(said, Refused):
            # Its record was delivered, even so: a snapshot does not withdraw it.
            if said.identity is not None:
                self.mentioned.add(pseudonym_of(said.identity, self.contract, self.context))
            return Slot(rows, refused=said)
        if not isinstance(said, Record):
            return Slot(rows, item=action_item(said, self.delivery, key, row=first))
        item = record_item(said, self.delivery, key, row=first)
        self.periods.add(said.period)
        self.seen.add((item.key, said.period))
        return Slot(rows, item=item, superseded=replaced_rows(said, rows))

    async def _note(self, receipts: Sequence[Receipt]) -> None:
        """Keep what became of the oldest chunk on its way."""
        start, slots = self.waiting.popleft()
        if self.is_resumed:
            items = [slot.item for slot in slots if slot.item]
            receipts = await claim_own(self.intake, self.batch, self.began, items, receipts)
        answers = iter(receipts)
        outcomes: list[batches.Outcome] = []
        to_keep: list[kept.ToKeep] = []
        taken: list[bytes] = []
        for slot in slots:
            key = key_of(slot, self.contract, self.context)
            is_record = isinstance(self.contract, RecordContract) and not self.request.dry_run
            subject = key.hex() if is_record and key is not None else kept.HUB_SUBJECT
            found, refused = settle_slot(slot, next(answers) if slot.item else None, key, subject)
            outcomes += found
            if refused is not None:
                to_keep.append(refused)
                self.tally.tell(refused.errors)
            elif key is not None and found[-1][1] in TAKEN:
                taken.append(key)
        self.tally.add(outcomes)
        store = functools.partial(
            self._store, start=start, groups=len(slots), outcomes=outcomes, rows=to_keep, taken=taken
        )
        await self.intake.on_database(store)

    async def _store(
        self,
        connection: AsyncConnection[TupleRow],
        *,
        start: int,
        groups: int,
        outcomes: Sequence[batches.Outcome],
        rows: Sequence[kept.ToKeep],
        taken: Sequence[bytes],
    ) -> None:
        intake = self.intake
        sealed = await kept.seal_rows(connection, intake.vault, intake.nonce, self.batch, rows)
        async with connection.transaction():
            # What is lost with the machine is decided again: the log knows what was appended.
            await connection.execute("SET LOCAL synchronous_commit TO off")
            await batches.put_outcomes(connection, self.batch, start, groups, outcomes)
            await kept.put(connection, sealed)
            if not self.request.dry_run:
                await kept.settle_again(connection, self.batch, taken)

    async def _find_scope(
        self, connection: AsyncConnection[TupleRow], *, period: str
    ) -> dict[bytes, str | None]:
        return await ledger.find_scope(
            connection,
            source=self.request.source,
            periods=[period],
            areas=self.request.areas,
            reported_before=self.reported_before,
        )

    async def _withdraw_absent(self) -> None:
        """Withdraw what is known in the snapshot's scope and absent from it."""
        if not isinstance(self.contract, RecordContract) or self.request.mode != "snapshot":
            return
        if self.is_resumed:
            self.tally.withdrawn = await count_withdrawn(
                self.intake, self.batch, self.began, self.request.source
            )
        for period in sorted(self.periods):
            scope = await self.intake.on_database(functools.partial(self._find_scope, period=period))
            gone = sorted(
                record
                for record in scope
                if (record, period) not in self.seen and record not in self.mentioned
            )
            if self.request.dry_run:
                self.tally.withdrawn += len(gone)
                continue
            items = [
                withdrawal_item(
                    self.request.source, record, period, self.delivery, cause="absent_from_snapshot"
                )
                for record in gone
            ]
            answers = await self.intake.submit(items)
            self.tally.withdrawn += sum(answer.status == "accepted" for answer in answers)

    def _receipt(self, state: BatchState, missing: Missing | None = None) -> BatchReceipt:
        found = missing or Missing()
        receipt = BatchReceipt(
            batch=self.batch,
            source=self.request.source,
            mode=self.request.mode,
            state=state,
            dry_run=self.request.dry_run,
            rows=self.tally.rows,
            known=found.known,
            missing=found.missing,
            warnings=self._warnings(found),
            first_errors=tuple(self.tally.errors),
        )
        return msgspec.structs.replace(receipt, **self.tally.counts())

    def _warnings(self, missing: Missing) -> tuple[Warn, ...]:
        return (warn_of(missing),) if missing.is_too_much else ()

    async def _keep_state(
        self, state: BatchState, receipt: BatchReceipt, problem: HubError | None = None
    ) -> None:
        await self.intake.on_database(
            lambda c: batches.settle(c, self.batch, state, receipt=receipt, problem=problem)
        )

    async def _finish(self, missing: Missing) -> BatchReceipt:
        receipt = self._receipt("finished", missing)
        if not self.request.dry_run:
            await self.intake.submit([self._batch_item()])
        await self._keep_state("finished", receipt)
        return receipt

    def _batch_item(self) -> Item:
        request = self.request
        data = Batch(
            batch=self.batch,
            file_digest=self.digest,
            mode=request.mode,
            counts=Counts(**self.tally.counts()),
            rows=self.tally.rows,
            period=request.period,
            areas=request.areas,
            columns=tuple(self.columns),
        )
        return plain_item(
            BatchReceived,
            data,
            self.delivery,
            family="batches",
            who=request.source,
            what=self.batch,
            happened_at=self.delivery.reported_at,
        )
