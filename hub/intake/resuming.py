"""What a delivery had done before the process that worked on it ended: it is still this delivery's."""

from collections.abc import Sequence

from contracts.events import decode_event
from hub import ledger
from hub.intake.intake import Intake, find_known
from hub.intake.items import Item
from hub.intake.receipts import Receipt


async def claim_own(
    intake: Intake, batch: str, began: int, items: Sequence[Item], receipts: Sequence[Receipt]
) -> list[Receipt]:
    """The receipts, with what this delivery itself appended behind `began` as accepted. Raises Unavailable."""
    found = list(receipts)
    known = await intake.on_database(lambda c: find_known(c, items))
    for place, (item, receipt) in enumerate(zip(items, receipts, strict=True)):
        sequence = receipt.sequence or 0
        if receipt.status not in {"unchanged", "duplicate"} or sequence <= began:
            continue
        (stored,) = await intake.log.fetch([sequence])
        event = decode_event(stored.data)
        if event.batch_id == batch:
            is_new = known.first_sequence(item.key, item.period) == sequence
            found[place] = Receipt(
                status="accepted", sequence=sequence, event_id=event.id, row=receipt.row, is_new=is_new
            )
    return found


async def count_withdrawn(intake: Intake, batch: str, began: int, source: str) -> int:
    """How many records this delivery withdrew before it was interrupted. Raises Unavailable."""
    sequences = await intake.on_database(
        lambda c: ledger.find_withdrawn_since(c, source=source, sequence=began)
    )
    events = [decode_event(stored.data) for stored in await intake.log.fetch(sequences)]
    return sum(event.batch_id == batch for event in events)
