"""Erasing somebody: append `subject.erased`, destroy the keys, have the tables emptied; each step may be cut short and is ended later.

The event says all that is needed to go on. Whoever reads it destroys its keys (the projector, a rebuild, the next erasure, the start of a hub), and
the transaction that folds it empties the rows. So a crash after the append leaves work that ends by itself, a crash before it leaves nothing.
"""

import asyncio
import hashlib
import time

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import Unavailable
from contracts.events import Erasure, Sequenced, SubjectErased, decode_event
from hub.erasing.plan import Plan, Wanted, make_plan
from hub.intake.intake import Intake
from hub.intake.items import Delivery, plain_item
from hub.intake.kept import forget
from hub.log import JetStreamLog
from hub.vault import Vault
from projections import version as versions
from projections.basis import use_live

FAMILY, WHO = "privacy", "hub"
MOST_ROUNDS = 5
PATIENCE_SECONDS = 5.0
POLL_SECONDS = 0.05


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What was done. `sequence` is the last event that erased, None when everything was erased before.

    `shared` counts keys that seal what others share: it named the person and cannot be read any more either. `projected`: the tables are
    emptied; else the projector will do it. `rebuild_due`: what was inferred from the person goes with the next rebuild.
    """

    sequence: int | None
    subjects: int
    shared: int
    records: int
    members: int
    projected: bool
    rebuild_due: bool


async def erase(
    intake: Intake, connection: AsyncConnection[TupleRow], wanted: Wanted, delivery: Delivery
) -> Erased:
    """Erase for ever. The connection commits by itself.

    Raises NotFound and InvalidInput for what is not there, Unavailable when log, database or projector stay away: then do it again.
    """
    await settle(intake.log, intake.vault, connection)
    as_of = await wait_until_projected(connection, await intake.log.last_sequence())
    plan = await _plan(intake, connection, wanted, as_of)
    first, sequence = plan, None
    for _ in range(MOST_ROUNDS):
        gone = await intake.vault.find_erased(connection, plan.subjects)
        if gone.issuperset(plan.subjects):
            break
        sequence = await _append(intake, plan, delivery)
        await intake.vault.erase(connection, plan.subjects, erased_at=delivery.received_at)
        # Somebody may have delivered them once more between the plan and the tombstones.
        await wait_until_projected(connection, sequence)
        plan = await _plan(intake, connection, wanted, sequence - 1)
    # Rows of a household are kept whole, also where one member goes; done again it is harmless.
    await forget(connection, [bytes.fromhex(record) for record in first.of_records])
    live = await versions.fetch_live(connection.cursor())
    return Erased(
        sequence=sequence,
        subjects=len(first.subjects),
        shared=len(first.shared),
        records=first.records,
        members=first.members,
        projected=live is not None and live.checkpoint >= (sequence or 0),
        rebuild_due=live is not None and live.rebuild_is_due,
    )


async def _plan(intake: Intake, connection: AsyncConnection[TupleRow], wanted: Wanted, as_of: int) -> Plan:
    async with connection.transaction(), connection.cursor() as cursor:
        await use_live(cursor)
        return await make_plan(cursor, intake.pseudonym_key, wanted, as_of=as_of)


async def _append(intake: Intake, plan: Plan, delivery: Delivery) -> int:
    what = hashlib.sha256("".join(plan.subjects).encode()).hexdigest()[:32]
    data = Erasure(subjects=plan.subjects)
    item = plain_item(SubjectErased, data, delivery, family=FAMILY, who=WHO, what=what)
    (receipt,) = await intake.submit([item])
    if receipt.sequence is None:
        raise Unavailable("The erasure was not recorded; do it again.", code="INTAKE_UNAVAILABLE")
    return receipt.sequence


async def settle(log: JetStreamLog, vault: Vault, connection: AsyncConnection[TupleRow]) -> int:
    """Destroy every key that an event of the log erases and that is there again or still; how many events erase. Raises Unavailable.

    Keys come back with a vault restored from its backup, or stay when whoever appended the event died.
    """
    found, after = 0, 0
    while True:
        stored = await log.find_next(f"*.{FAMILY}.>", after)
        if stored is None:
            return found
        event = decode_event(stored.data)
        item = Sequenced(sequence=stored.sequence, recorded_at=stored.time, event=event, digest=b"")
        await vault.destroy_erased(connection, [item])
        found, after = found + 1, stored.sequence


async def wait_until_projected(
    connection: AsyncConnection[TupleRow], sequence: int, *, patience: float = PATIENCE_SECONDS
) -> int:
    """How far the live version is, once that is `sequence` or more. Raises Unavailable when the projector is away."""
    deadline = time.monotonic() + patience
    while True:
        live = await versions.fetch_live(connection.cursor())
        if live is not None and live.checkpoint >= sequence:
            return live.checkpoint
        if time.monotonic() > deadline:
            raise Unavailable(
                f"The projector has not reached event {sequence}; what is recorded will be carried out. Do it again to be sure.",
                message_th="ระบบประมวลผลยังไม่ทัน สิ่งที่บันทึกแล้วจะดำเนินการต่อเอง กรุณาสั่งซ้ำเพื่อความแน่ใจ",
                code="NOT_YET_PROJECTED",
            )
        await asyncio.sleep(POLL_SECONDS)
