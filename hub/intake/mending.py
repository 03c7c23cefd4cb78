"""Taking in a corrected row of a delivery, as if it had stood in the file."""

import datetime as dt
from collections.abc import Sequence

from contracts.codes import fault
from contracts.gazetteer import load_gazetteer
from contracts.records import Record
from contracts.sources import TABLES
from contracts.sources.contract import Context, DeliveredRow, RecordContract, RowFault
from contracts.times import bangkok_date, start_of_day
from hub.intake.batches import Batch
from hub.intake.intake import Intake
from hub.intake.items import Delivery, action_item, record_item
from hub.intake.judging import Refused, judge
from hub.intake.receipts import Receipt
from hub.intake.requests import decode_request


async def mend(
    intake: Intake,
    batch: Batch,
    rows: Sequence[DeliveredRow],
    *,
    province: str,
    now: dt.datetime,
    actor: str | None,
    agency: str | None,
) -> Receipt:
    """The receipt of the corrected rows of one record or action. Raises RowFault for what is still wrong, Unavailable.

    It counts as reported with its file: what the source has said later stays above it.
    """
    contract, request = TABLES[batch.source], decode_request(batch.request)
    if isinstance(contract, RecordContract):
        if len({contract.identity(row.cells) for row in rows}) > 1:
            raise RowFault(fault("ROWS_MIXED", "", row=rows[0].row))
    elif len(rows) > 1:
        raise RowFault(fault("ROWS_MIXED", "", row=rows[0].row))
    context = Context(
        gazetteer=load_gazetteer(),
        today=bangkok_date(now),
        period=request.period,
        pseudonym_key=intake.pseudonym_key,
    )
    said = judge(rows, contract, context, agency)
    if isinstance(said, Refused):
        raise RowFault(*said.errors)
    reported = start_of_day(request.reported_on) if request.reported_on else batch.received_at
    delivery = Delivery(
        province=province,
        received_at=now,
        reported_at=reported,
        actor=actor,
        contract=contract.name,
        batch_id=batch.batch,
        purpose=request.purpose,
    )
    key, row = intake.pseudonym_key, rows[0].row
    if isinstance(said, Record):
        item = record_item(said, delivery, key, row=row)
    else:
        item = action_item(said, delivery, key, row=row)
    return (await intake.submit([item]))[0]
