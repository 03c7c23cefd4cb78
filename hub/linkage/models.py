"""Linking models of a running hub: learnt from its own records, published, put into force, and tried without being in force."""

import datetime as dt
import hashlib

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import InvalidInput, NotFound
from contracts.events_links import LinkModelActivated, LinkModelChoice, LinkModelDocument
from hub import ledger
from hub.api.statements import SQL
from hub.intake.intake import Intake
from hub.intake.items import Delivery
from hub.intake.links import link_choice_item, link_model_item, link_model_token
from hub.intake.receipts import Receipt
from projections.basis import use_live
from projections.linkage.learning import learn_model
from projections.linkage.model import LinkModel
from projections.linkage.traits import NORM
from projections.state import State
from projections.supposing import Consequences, suppose
from projections.version import Version
from projections.warm import load_all


async def learn_from_hub(connection: AsyncConnection[TupleRow]) -> tuple[LinkModel, int]:
    """The model that all records known now teach, without any truth, and the sequence up to which they are known. Raises Unavailable."""
    async with connection.transaction():
        live = await _begin(connection)
        state = State(complete=False)
        await load_all(connection, state)
    records = [record.features for record in state.records.values() if record.features is not None]
    if not records:
        raise InvalidInput(
            "The hub holds no records to learn from.",
            message_th="ยังไม่มีข้อมูลให้เรียนรู้",
            code="NO_RECORDS",
        )
    return learn_model(records), live.checkpoint


async def publish_model(
    intake: Intake, model: LinkModel, *, province: str, now: dt.datetime, trained_on: int
) -> Receipt:
    """Append the model; the same again appends nothing. It changes no link. Raises InvalidInput for one of another normal form."""
    if model.norm != NORM:
        raise InvalidInput(
            f"The model was learnt under {model.norm}, this hub links under {NORM}.",
            message_th=f"แบบจำลองนี้ใช้รูปแบบ {model.norm} แต่ระบบใช้ {NORM}",
            code="MODEL_NORM",
        )
    document = msgspec.json.encode(model)
    published = LinkModelDocument(
        model=model.model_id,
        norm=model.norm,
        digest=hashlib.sha256(document).hexdigest(),
        document=document.decode(),
        trained_on=trained_on,
    )
    (receipt,) = await intake.submit([link_model_item(published, _delivery(province, now))])
    return receipt


async def activate_model(intake: Intake, model_id: str, *, province: str, now: dt.datetime) -> Receipt:
    """Put a published model into force: everything known is linked anew by it. Raises NotFound for one that is not in the log."""
    delivery = _delivery(province, now)
    token = link_model_token(model_id, delivery)
    async with intake.pool.connection() as connection:
        await ledger.sync(connection, intake.log)
        known = await ledger.find(connection, items=[token])
    if token not in known.items:
        raise no_model(model_id)
    (receipt,) = await intake.submit([link_choice_item(model_id, delivery)])
    return receipt


async def try_model(
    connection: AsyncConnection[TupleRow], model_id: str, *, now: dt.datetime
) -> Consequences:
    """What would change if this published model were put into force now. Nothing is written. Raises NotFound, Unavailable."""
    async with connection.transaction():
        live = await _begin(connection)
        cursor = await connection.execute(SQL["fetch_published_model"], {"model": model_id})
        if await cursor.fetchone() is None:
            raise no_model(model_id)
        event = LinkModelActivated(
            specversion="1.0",
            id="supposed",
            source="committee",
            province="",
            happened_at=now,
            received_at=now,
            data=LinkModelChoice(model=model_id),
        )
        return await suppose(connection, event, sequence=live.checkpoint + 1, at=now, everything=True)


async def _begin(connection: AsyncConnection[TupleRow]) -> Version:
    """The live version, read as it is now until the transaction ends."""
    await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    async with connection.cursor() as cursor:
        return await use_live(cursor)


def _delivery(province: str, now: dt.datetime) -> Delivery:
    return Delivery(province=province, received_at=now, reported_at=now, actor="cli")


def no_model(model_id: str) -> NotFound:
    """The model was never published here."""
    return NotFound(
        f"There is no published model '{model_id}'; publish it with `hub linkage train --publish`.",
        message_th=f"ไม่พบแบบจำลอง '{model_id}' กรุณาเผยแพร่ด้วย `hub linkage train --publish`",
        code="NO_SUCH_MODEL",
    )
