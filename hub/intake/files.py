"""Taking in a file: rows into records or actions, answers into counts that add up.

Two passes over the file: the first learns how many records there are and which of them stand scattered, so that the second can build
each record as soon as its rows end, without holding the file.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from contracts.errors import FieldError, InvalidInput
from contracts.events import Batch, BatchReceived, Counts
from contracts.gazetteer import load_gazetteer
from contracts.sources import ASSISTANCE, TABLES
from contracts.sources.contract import Context, DeliveredRow, RecordContract, RowFault
from contracts.times import bangkok_date, start_of_day
from hub import ledger
from hub.intake.intake import Intake
from hub.intake.items import Delivery, Item, action_item, plain_item, record_item, withdrawal_item
from hub.intake.receipts import BatchReceipt, Receipt
from hub.log import BATCH_LIMIT
from hub.readers import read_rows
from hub.sealing import seal_bytes

logger = logging.getLogger(__name__)

Mode = Literal["snapshot", "delta"]
Progress = Callable[[str, int, int], None]
CHUNK = 500
FIRST_ERRORS = 20
MOST_GONE = 0.3
"""A snapshot that would withdraw a greater share of what is known in its scope is held until confirmed."""
HUB_SUBJECT = "00" * 16
"""Whose key seals refused rows."""
NO_IDENTITY = ("", "")


class FileRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A file to take in, with what its cells cannot say."""

    path: Path
    source: str
    mode: Mode = "delta"
    period: str | None = None
    reported_on: dt.date | None = None
    areas: tuple[str, ...] = ()
    actor: str | None = None
    confirm_withdrawals: bool = False


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
            self.errors.extend(msgspec.structs.replace(error, row=receipt.row) for error in receipt.errors)
            del self.errors[FIRST_ERRORS:]


class FileImport:
    """One file on its way in."""

    def __init__(
        self, intake: Intake, request: FileRequest, *, province: str, now: dt.datetime, progress: Progress
    ) -> None:
        if request.source not in TABLES:
            raise InvalidInput(
                f"'{request.source}' is not a source; choose one of {', '.join(TABLES)}.",
                message_th=f"ไม่รู้จักแหล่งข้อมูล '{request.source}'",
                code="SOURCE_UNKNOWN",
                path="source",
            )
        self.intake = intake
        self.request = request
        self.progress = progress
        self.contract = TABLES[request.source]
        self.digest = _digest(request.path)
        self.batch = _batch_id(request, self.digest)
        self.tally = _Tally()
        self.periods: set[str] = set()
        self.seen: set[bytes] = set()
        self.columns: dict[str, None] = {}
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
        async with self.intake.pool.connection() as connection:
            found = await ledger.find_delivery(connection, self.batch)
        if found is not None:
            return msgspec.structs.replace(msgspec.json.decode(found, type=BatchReceipt), repeated=True)
        broken: InvalidInput | None = None
        try:
            scattered, total = self._survey()
        except InvalidInput as error:
            scattered, total, broken = self._survey_until_break(error)
        label = self.request.path.name
        self.progress(label, 0, total)
        async for answers in self.intake.submit_all(self._chunks(scattered, broken is not None)):
            for answer in answers:
                self.tally.add(answer)
            self.progress(label, self.tally.read, total)
        await self._keep_refused()
        if broken is not None:
            raise InvalidInput(
                f"{broken.message_en} The {self.tally.new + self.tally.changed + self.tally.unchanged:,} good records before it "
                "were taken in; mend the file and send it again.",
                message_th=f"{broken.message_th} ระบบรับข้อมูลส่วนที่ถูกต้องก่อนหน้านั้นแล้ว",
                code=broken.code,
                path=broken.path,
            )
        held = self.request.mode == "snapshot" and not await self._withdraw_absent()
        return await self._finish(held=held)

    def _survey(self) -> tuple[set[tuple[str, str]], int]:
        """Which groups stand scattered over the file, and how many groups there are."""
        if not isinstance(self.contract, RecordContract):
            rows = sum(1 for _ in read_rows(self.request.path, self.contract))
            return set(), rows
        last, seen, scattered = NO_IDENTITY, set[tuple[str, str]](), set[tuple[str, str]]()
        alone = 0
        for row in read_rows(self.request.path, self.contract):
            group = self._group_of(row, self.contract)
            alone += group == NO_IDENTITY
            if group != last and group != NO_IDENTITY:
                (scattered if group in seen else seen).add(group)
            last = group
        return scattered, len(seen) + alone

    def _survey_until_break(self, error: InvalidInput) -> tuple[set[tuple[str, str]], int, InvalidInput]:
        if error.code != "BROKEN_JSON":
            raise error
        return set(), 0, error

    def _group_of(self, row: DeliveredRow, contract: RecordContract) -> tuple[str, str]:
        identity = contract.identity(row.cells)
        if identity is None:
            return NO_IDENTITY
        return identity, self.request.period or contract.period(row.cells) or ""

    def _chunks(self, scattered: set[tuple[str, str]], is_broken: bool) -> Iterator[list[Item]]:  # noqa: FBT001
        chunk: list[Item] = []
        for group in self._groups(scattered, is_broken):
            item = self._item(group)
            if item is not None:
                chunk.append(item)
            if len(chunk) >= min(CHUNK, BATCH_LIMIT):
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _groups(self, scattered: set[tuple[str, str]], is_broken: bool) -> Iterator[list[DeliveredRow]]:  # noqa: FBT001
        rows = self._rows(is_broken)
        if not isinstance(self.contract, RecordContract):
            yield from ([row] for row in rows)
            return
        waiting: dict[tuple[str, str], list[DeliveredRow]] = {}
        group: list[DeliveredRow] = []
        last = NO_IDENTITY
        for row in rows:
            identity = self._group_of(row, self.contract)
            if identity in scattered:
                waiting.setdefault(identity, []).append(row)
                continue
            if group and (identity != last or identity == NO_IDENTITY):
                yield group
                group = []
            group.append(row)
            last = identity
        if group:
            yield group
        yield from waiting.values()

    def _rows(self, is_broken: bool) -> Iterator[DeliveredRow]:  # noqa: FBT001
        try:
            for row in read_rows(self.request.path, self.contract):
                self.tally.rows = row.row
                if row.row <= CHUNK:
                    self.columns.update(dict.fromkeys(row.cells))
                yield row
        except InvalidInput:
            if not is_broken:
                raise

    def _item(self, rows: Sequence[DeliveredRow]) -> Item | None:
        key = self.context.pseudonym_key
        try:
            if isinstance(self.contract, RecordContract):
                record = self.contract.build(rows, self.context)
                item = record_item(record, self.delivery, key, row=rows[0].row)
                self.periods.add(record.period)
                self.seen.add(item.key)
                return item
            action = ASSISTANCE.build(rows[0], self.context)
            return action_item(action, self.delivery, key, row=rows[0].row)
        except RowFault as fault:
            self._refuse(rows, fault)
            return None

    def _refuse(self, rows: Sequence[DeliveredRow], fault: RowFault) -> None:
        self.tally.read += 1
        self.tally.rejected += 1
        self.tally.errors.extend(fault.errors)
        del self.tally.errors[FIRST_ERRORS:]
        cells: list[Mapping[str, object]] = [row.cells for row in rows]
        self.tally.refused.append(
            (rows[0].row, msgspec.json.encode(fault.errors), msgspec.json.encode(cells))
        )

    async def _keep_refused(self) -> None:
        if not self.tally.refused:
            return
        async with self.intake.pool.connection() as connection:
            cipher = (await self.intake.vault.find_or_make(connection, [HUB_SUBJECT]))[HUB_SUBJECT]
            if cipher is None:
                return
            bound = self.batch.encode()
            rows = [
                (row, errors, seal_bytes(cells, cipher, bound=bound, nonce=self.intake.nonce()))
                for row, errors, cells in self.tally.refused
            ]
            await ledger.keep_rejected(connection, self.batch, rows)

    async def _withdraw_absent(self) -> bool:
        """Withdraw what is known in the snapshot's scope and absent from it. False when that is too much to believe."""
        if not isinstance(self.contract, RecordContract) or not self.periods:
            return True
        for period in sorted(self.periods):
            async with self.intake.pool.connection() as connection:
                scope = await ledger.find_scope(
                    connection, source=self.request.source, periods=[period], areas=self.request.areas
                )
            gone = sorted(scope.keys() - self.seen)
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
        async with self.intake.pool.connection() as connection:
            await ledger.finish_delivery(connection, self.batch, msgspec.json.encode(receipt))
        return receipt


HELD = (
    "The snapshot lacks more than 30 % of the records known in its scope; none was withdrawn. "
    "Send it again with --confirm-withdrawals if that is right."
)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _batch_id(request: FileRequest, digest: str) -> str:
    scope = f"{request.source}|{request.mode}|{request.period}|{','.join(request.areas)}|{digest}"
    return "B" + hashlib.sha256(scope.encode()).hexdigest()[:16]
