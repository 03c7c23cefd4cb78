"""Working through the deliveries that wait, one of a source at a time, whoever accepted them and however that one ended."""

import asyncio
import contextlib
import datetime as dt
import functools
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import HubError, InvalidInput, NotFound, TooLarge, Unavailable
from hub.ending import end
from hub.intake import batches
from hub.intake.batches import Arrival, Batch
from hub.intake.files import FileImport, Progress
from hub.intake.intake import AWAY, Intake
from hub.intake.kept import HUB_SUBJECT
from hub.intake.receipts import BatchReceipt
from hub.intake.requests import FileRequest, batch_of, check_request, decode_request
from hub.intake.spool import Spool
from hub.vault import Vault

logger = logging.getLogger(__name__)

OpenIntake = Callable[[], Awaitable[Intake]]
SMALL_CHUNK = 100
"""Beside other work records are taken in few at a time, so that nothing waits long for the loop."""
POLL_SECONDS = 2.0
TROUBLE_SECONDS = 1.0


def say_nothing(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody watches: it stands in the database."""


class Desk:
    """Where files arrive and are worked through."""

    def __init__(self, spool: Spool, vault: Vault, *, province: str) -> None:
        self.spool = spool
        self.vault = vault
        self.province = province
        self.arrived = asyncio.Event()
        self._has_tables = False

    async def ensure(self, connection: AsyncConnection[TupleRow]) -> None:
        """The tables of deliveries, made sure of at the first use."""
        if not self._has_tables:
            await batches.ensure(connection)
            self._has_tables = True

    async def receive(
        self,
        connection: AsyncConnection[TupleRow],
        parts: AsyncIterator[bytes],
        request: FileRequest,
        *,
        now: dt.datetime,
        limit: int,
        too_large: Callable[[], TooLarge],
        idempotency_key: str | None = None,
    ) -> tuple[Batch, bool]:
        """Keep a file that arrives, durably; its delivery, and whether that is to be worked on.

        Raises InvalidInput, TooLarge, Conflict.
        """
        check_request(request)
        keys = await self.vault.find_or_make(connection, [HUB_SUBJECT])
        cipher = keys[HUB_SUBJECT]
        if cipher is None:
            raise Unavailable("The hub's own key is gone; restore the vault.", code="KEY_MISSING")
        arrived = await self.spool.write(parts, cipher, limit, too_large)
        try:
            if not arrived.size:
                raise _empty()
            batch = batch_of(request, arrived.digest)
            arrival = Arrival(
                batch=batch,
                request=request,
                digest=arrived.digest,
                size=arrived.size,
                received_at=now,
                idempotency_key=idempotency_key,
            )
            before = await batches.find(connection, batch)
            if before is None or before.state != "finished" or before.dry_run:
                # The file first: a delivery that is queued has its file, whatever happens in between.
                self.spool.keep(arrived, batch)
            found, is_open = await batches.arrive(connection, arrival)
            if not is_open and found.state == "finished":
                self.spool.drop(batch)
        finally:
            arrived.path.unlink(missing_ok=True)
        self.arrived.set()
        return found, is_open

    async def work(
        self, intake: Intake, batch: Batch, progress: Progress = say_nothing, *, chunk: int = SMALL_CHUNK
    ) -> BatchReceipt | None:
        """Work through one delivery whose lock the caller holds. What is wrong with the file is in its state; Unavailable is raised."""
        keys = await intake.on_database(lambda c: self.vault.find_or_make(c, [HUB_SUBJECT]))
        cipher = keys[HUB_SUBJECT]
        if cipher is None:
            raise Unavailable("The hub's own key is gone; restore the vault.", code="KEY_MISSING")
        try:
            async with self.spool.opened(batch.batch, cipher) as path:
                work = FileImport(
                    intake,
                    decode_request(batch.request, path),
                    province=self.province,
                    now=batch.received_at,
                    progress=progress,
                    digest=batch.digest,
                    chunk=chunk,
                )
                receipt = await work.run(is_held=True)
        except (InvalidInput, TooLarge, NotFound) as error:
            await self._fail(intake, batch.batch, error)
            self.spool.drop(batch.batch)
            return None
        if receipt.state != "held":
            self.spool.drop(batch.batch)
        return receipt

    async def _fail(self, intake: Intake, batch: str, error: HubError) -> None:
        await intake.on_database(lambda c: batches.settle(c, batch, "failed", problem=error))

    async def work_through(self, open_intake: OpenIntake, *, now: Callable[[], dt.datetime]) -> None:
        """Work through whatever waits, for ever. A delivery whose process ended is taken over; trouble is tried again."""
        self.spool.sweep()
        while True:
            self.arrived.clear()
            task = asyncio.create_task(self._work_once(open_intake, now()))
            try:
                await asyncio.wait({task})
            finally:
                await end(task)
            error = None if task.cancelled() else task.exception()
            if error is not None:
                logger.info("deliveries wait", extra={"reason": type(error).__name__})
                await asyncio.sleep(TROUBLE_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self.arrived.wait()

    async def _work_once(self, open_intake: OpenIntake, now: dt.datetime) -> None:
        """Every delivery that waits now and whose lock is free. Raises what went wrong with the last of them."""
        intake = await open_intake()
        trouble: BaseException | None = None
        for batch, lock in await intake.on_database(batches.list_waiting):
            async with batches.hold(intake.pool, lock, wait=False) as is_mine:
                found = await intake.on_database(functools.partial(batches.find, batch=batch))
                if not is_mine or found is None or found.state not in {"queued", "running"}:
                    continue
                task = asyncio.create_task(self.work(intake, found))
                try:
                    await asyncio.wait({task})
                finally:
                    await end(task)
                error = task.exception()
                if error is None:
                    continue
                trouble = error
                if not isinstance(error, (Unavailable, *AWAY)):
                    logger.error("a delivery failed", extra={"batch": batch, "error": type(error).__name__})
                    await self._fail(intake, batch, _fault_of_ours())
        await intake.on_database(lambda c: batches.forget_dry_runs(c, now=now))
        if trouble is not None:
            raise trouble


@contextlib.asynccontextmanager
async def keep_working(
    desk: Desk, open_intake: OpenIntake, *, now: Callable[[], dt.datetime]
) -> AsyncGenerator[Desk]:
    """The desk, with its deliveries worked through for as long as the block runs."""
    task = asyncio.create_task(desk.work_through(open_intake, now=now))
    try:
        yield desk
    finally:
        await end(task)


def _empty() -> InvalidInput:
    return InvalidInput("The file has no rows.", message_th="ไฟล์ไม่มีข้อมูล", code="FILE_EMPTY", path="file")


def _fault_of_ours() -> HubError:
    return HubError(
        "Something went wrong in the hub; what was taken in until then stays. Send the file again.",
        message_th="ระบบขัดข้อง ข้อมูลที่รับไว้แล้วยังอยู่ กรุณาส่งไฟล์อีกครั้ง",
        code="INTERNAL_ERROR",
    )
