"""A file of this machine, delivered and worked through while somebody waits: the same way as one that comes over HTTP."""

import asyncio
import datetime as dt
import functools
from collections.abc import AsyncIterator
from pathlib import Path

from contracts.errors import InvalidInput, Unavailable
from hub.intake import batches
from hub.intake.batches import Batch
from hub.intake.files import CHUNK, Progress
from hub.intake.holding import repeated
from hub.intake.intake import Intake
from hub.intake.receipts import BatchReceipt
from hub.intake.requests import FileRequest, batch_of, check_request, digest_of
from hub.intake.working import Desk
from hub.readers import faults

PART = 1 << 20


async def deliver(
    desk: Desk, intake: Intake, request: FileRequest, *, now: dt.datetime, progress: Progress
) -> BatchReceipt:
    """The receipt of a file, once it is worked through. Should this process end before, a running hub goes on with it.

    Raises InvalidInput, TooLarge, Unavailable.
    """
    check_request(request)
    digest = await asyncio.to_thread(digest_of, request.path)
    lock = batches.lock_name(request.source, batch_of(request, digest), dry_run=request.dry_run)
    async with batches.hold(intake.pool, lock):
        async with intake.pool.connection() as connection:
            found, is_open = await desk.receive(
                connection,
                read_parts(request.path),
                request,
                now=now,
                limit=faults.LIMIT_BYTES,
                too_large=functools.partial(faults.too_large, request.path.stat().st_size),
            )
        if found.receipt is not None and not is_open and found.state in {"finished", "held"}:
            return repeated(found.receipt)
        label = request.path.name
        receipt = await desk.work(
            intake, found, lambda _, done, total: progress(label, done, total), chunk=CHUNK
        )
    return receipt or raise_problem(await intake.on_database(lambda c: batches.find(c, found.batch)))


async def read_parts(path: Path) -> AsyncIterator[bytes]:
    """The bytes of a file, in parts."""
    with path.open("rb") as stream:
        while part := await asyncio.to_thread(stream.read, PART):
            yield part


def raise_problem(batch: Batch | None) -> BatchReceipt:
    """Raises what is wrong with a delivery that came to nothing."""
    problem = None if batch is None else batch.problem
    if problem is None:
        raise Unavailable(
            "The delivery did not come to an end; send the file again.", code="INTAKE_UNAVAILABLE"
        )
    raise InvalidInput(
        problem.message_en, message_th=problem.message_th, code=problem.code, path=problem.path
    )
