"""Taking in a file: rows into records or actions, answers into counts that add up."""

import asyncio
import datetime as dt
import functools
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import FieldError, InvalidInput
from contracts.events import Batch, BatchReceived, Counts
from contracts.gazetteer import load_gazetteer
from contracts.ids import record_pseudonym
from contracts.sources import ASSISTANCE, TABLES
from contracts.sources.contract import Context, DeliveredRow, RecordContract, RowFault
from contracts.times import bangkok_date, start_of_day
from hub import ledger
from hub.intake.grouping import Survey, read_groups, survey_file
from hub.intake.intake import Intake
from hub.intake.items import Delivery, Item, action_item, plain_item, record_item, withdrawal_item
from hub.intake.receipts import BatchReceipt, Receipt
from hub.intake.requests import FileRequest, batch_of, check_request, digest_of
from hub.readers.rows import BrokenRow, FileRow
from hub.sealing import seal_bytes

Progress = Callable[[str, int, int], None]
CHUNK = 500
BREATH = 5
"""After so many records the loop is let in, so that what is being appended goes on."""
FIRST_ERRORS = 20
FIRST_ROWS = 500
MOST_GONE = 0.3
"""A snapshot that would withdraw a greater share of what is known in its scope is held until confirmed."""
HUB_SUBJECT = "00" * 16
"""Whose key seals refused rows."""


class _Tally(msgspec.Struct):
    """Counts of one file while it runs."""

    rows: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    withdrawn: int = 0
    errors: list[FieldError] = msgspec.field(default_factory=list[FieldError])
    refused: list[tuple[int, bytes, bytes]] = msgspec.field(default_factory=list[tuple[int, bytes, bytes]])

    def add(self, receipt: Receipt) -> None:
        self.read += 1
        if receipt.status == "accepted":
            self.new += receipt.is_new
            self.changed += not receipt.is_new
        elif receipt.status in {"unchanged", "duplicate"}:
            self.unchanged += 1
        else:
            self.rejected += 1


class FileImport:
    """One file on its way in."""

    def __init__(
        self, intake: Intake, request: FileRequest, *, province: str, now: dt.datetime, progress: Progress
    ) -> None:
        check_request(request)
        self.intake = intake
        self.request = request
        self.progress = progress
        self.contract = TABLES[request.source]
        self.digest = digest_of(request.path)
        self.batch = batch_of(request, self.digest)
        self.tally = _Tally()
        self.periods: set[str] = set()
        self.seen: set[tuple[bytes, str]] = set()
        self.mentioned: set[bytes] = set()
        self.columns: dict[str, None] = {}
        self.unanswered: dict[int, Sequence[FileRow]] = {}
        reported = start_of_day(request.reported_on) if request.reported_on else now
        self.delivery = Delivery(
            province=province,
            received_at=now,
            reported_at=reported,
            actor=request.actor,
            contract=self.contract.name,
            batch_id=self.batch,
        )
        self.context = Context(
            gazetteer=load_gazetteer(),
            today=bangkok_date(now),
            period=request.period,
            pseudonym_key=intake.pseudonym_key,
        )

    async def run(self) -> BatchReceipt:
        """Take the file in; the same file again is answered with its first receipt. Raises InvalidInput, TooLarge, Unavailable."""
        found = await self.intake.on_database(lambda c: ledger.find_delivery(c, self.batch))
        if found is not None:
            return msgspec.structs.replace(msgspec.json.decode(found, type=BatchReceipt), repeated=True)
        survey = survey_file(self.request.path, self.contract, self.request.period)
        label = self.request.path.name
        self.progress(label, 0, survey.groups)
        async for answers in self.intake.submit_all(self._chunks(survey)):
            for answer in answers:
                self._note(answer)
            if len(self.tally.refused) >= CHUNK:
                await self._keep_refused()
            self.progress(label, self.tally.read, survey.groups)
        await self._keep_refused()
        if survey.broken is not None:
            raise self._cut_short(survey.broken)
        held = self.request.mode == "snapshot" and not await self._withdraw_absent()
        return await self._finish(held=held)

    def _cut_short(self, broken: InvalidInput) -> InvalidInput:
        good = self.tally.new + self.tally.changed + self.tally.unchanged
        return InvalidInput(
            f"{broken.message_en} The {good:,} good records before it were taken in; mend the file and send it again.",
            message_th=f"{broken.message_th} ระบบรับข้อมูลที่ถูกต้องก่อนหน้านั้นแล้ว {good:,} รายการ กรุณาแก้ไฟล์แล้วส่งอีกครั้ง",
            code=broken.code,
            path=broken.path,
        )

    async def _chunks(self, survey: Survey) -> AsyncIterator[list[Item]]:
        chunk: list[Item] = []
        for number, rows in enumerate(read_groups(survey), start=1):
            if number % BREATH == 0:
                await asyncio.sleep(0)
            self.tally.rows += len(rows)
            if self.tally.rows <= FIRST_ROWS:
                self.columns.update(dict.fromkeys(name for row in rows for name in row.cells))
            item = self._item(rows)
            if item is not None:
                chunk.append(item)
            if len(chunk) >= CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _item(self, rows: Sequence[FileRow]) -> Item | None:
        key = self.context.pseudonym_key
        first = rows[0].row
        try:
            good = _only_good(rows)
            if isinstance(self.contract, RecordContract):
                record = self.contract.build(good, self.context)
                item = record_item(record, self.delivery, key, row=first)
                self.periods.add(record.period)
                self.seen.add((item.key, record.period))
            else:
                item = action_item(ASSISTANCE.build(good[0], self.context), self.delivery, key, row=first)
        except RowFault as fault:
            self.tally.read += 1
            self.tally.rejected += 1
            self._refuse(rows, fault.errors)
            return None
        self.unanswered[first] = rows
        return item

    def _note(self, answer: Receipt) -> None:
        self.tally.add(answer)
        rows = self.unanswered.pop(answer.row or 0, ())
        if answer.status in {"conflict", "rejected"} and rows:
            self._refuse(rows, answer.errors)
        elif answer.errors and rows:
            # Of someone who was erased the cells are not kept here either.
            self._tell(answer.errors, rows[0].row)

    def _refuse(self, rows: Sequence[FileRow], errors: Sequence[FieldError]) -> None:
        """Keep rows that were not taken in. Their record was delivered, even so: a snapshot does not withdraw it."""
        for row in rows:
            if isinstance(self.contract, RecordContract):
                identity = self.contract.identity(row.cells)
                if identity is not None:
                    pseudonym = record_pseudonym(self.context.pseudonym_key, self.contract.source, identity)
                    self.mentioned.add(bytes.fromhex(pseudonym))
        first = rows[0].row
        numbered = self._tell(errors, first)
        cells = msgspec.json.encode([row.cells for row in rows], enc_hook=str)
        self.tally.refused.append((first, msgspec.json.encode(numbered), cells))

    def _tell(self, errors: Sequence[FieldError], first: int) -> tuple[FieldError, ...]:
        numbered = tuple(msgspec.structs.replace(error, row=error.row or first) for error in errors)
        self.tally.errors.extend(numbered)
        del self.tally.errors[FIRST_ERRORS:]
        return numbered

    async def _keep_refused(self) -> None:
        if self.tally.refused:
            await self.intake.on_database(self._store_refused)
            self.tally.refused.clear()

    async def _store_refused(self, connection: AsyncConnection[TupleRow]) -> None:
        cipher = (await self.intake.vault.find_or_make(connection, [HUB_SUBJECT]))[HUB_SUBJECT]
        if cipher is None:
            return
        rows = [
            (
                row,
                errors,
                seal_bytes(cells, cipher, bound=f"{self.batch}:{row}".encode(), nonce=self.intake.nonce()),
            )
            for row, errors, cells in self.tally.refused
        ]
        await ledger.keep_rejected(connection, self.batch, rows)

    async def _find_scope(
        self, connection: AsyncConnection[TupleRow], *, period: str
    ) -> dict[bytes, str | None]:
        return await ledger.find_scope(
            connection, source=self.request.source, periods=[period], areas=self.request.areas
        )

    async def _withdraw_absent(self) -> bool:
        """Withdraw what is known in the snapshot's scope and absent from it. False when that is too much to believe."""
        if not isinstance(self.contract, RecordContract) or not self.periods:
            return True
        for period in sorted(self.periods):
            scope = await self.intake.on_database(functools.partial(self._find_scope, period=period))
            gone = sorted(
                record
                for record in scope
                if (record, period) not in self.seen and record not in self.mentioned
            )
            if len(gone) > MOST_GONE * len(scope) and not self.request.confirm_withdrawals:
                return False
            items = [
                withdrawal_item(
                    self.request.source, record, period, self.delivery, cause="absent_from_snapshot"
                )
                for record in gone
            ]
            answers = await self.intake.submit(items)
            self.tally.withdrawn += sum(answer.status == "accepted" for answer in answers)
        return True

    async def _finish(self, *, held: bool) -> BatchReceipt:
        tally, request = self.tally, self.request
        counts = {
            name: getattr(tally, name)
            for name in ("read", "new", "changed", "unchanged", "rejected", "withdrawn")
        }
        receipt = BatchReceipt(
            batch=self.batch,
            source=request.source,
            mode=request.mode,
            state="held" if held else "finished",
            rows=tally.rows,
            warnings=(HELD,) if held else (),
            first_errors=tuple(tally.errors),
            **counts,
        )
        if held:
            return receipt
        data = Batch(
            batch=self.batch,
            file_digest=self.digest,
            mode=request.mode,
            counts=Counts(**counts),
            rows=tally.rows,
            period=request.period,
            areas=request.areas,
            columns=tuple(self.columns),
        )
        item = plain_item(
            BatchReceived,
            data,
            self.delivery,
            family="batches",
            who=request.source,
            what=self.batch,
            happened_at=self.delivery.reported_at,
        )
        await self.intake.submit([item])
        answer = msgspec.json.encode(receipt)
        await self.intake.on_database(lambda c: ledger.finish_delivery(c, self.batch, answer))
        return receipt


HELD = (
    "The snapshot lacks more than 30 % of the records known in its scope; none was withdrawn. "
    "Send it again with --confirm-withdrawals if that is right."
)


def _only_good(rows: Sequence[FileRow]) -> list[DeliveredRow]:
    """The rows, if all of them could be read. Raises RowFault."""
    faults = [row.error for row in rows if isinstance(row, BrokenRow)]
    if faults:
        raise RowFault(*faults)
    return [row for row in rows if isinstance(row, DeliveredRow)]
