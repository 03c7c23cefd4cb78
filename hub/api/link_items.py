"""Members and records as links name them: by the id of the person or household that they found, or would found alone."""

import uuid
from collections.abc import Collection, Mapping

import msgspec

from contracts.errors import NotFound
from contracts.events_links import LinkLevel
from hub.api.reading import Reading
from hub.api.statements import SQL
from hub.auth import Caller


class LinkItem(msgspec.Struct, frozen=True, kw_only=True):
    """A member or a record. `number` is its own, `record` that of its record; `amphoe` is where the record was last said to be."""

    id: uuid.UUID
    pseudonym: str
    number: int
    record: int
    source: str
    amphoe: str | None


async def fetch_items(
    reading: Reading, level: LinkLevel, ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, LinkItem]:
    """Those of these ids that exist at s, by id."""
    name = "resolve_link_members" if level == "person" else "resolve_link_records"
    await reading.cursor.execute(SQL[name], reading.basis.values | {"ids": list(ids)})
    return {
        row[0]: LinkItem(**dict(zip(LinkItem.__struct_fields__, row, strict=True)))
        for row in await reading.cursor.fetchall()
    }


def may_see(item: LinkItem, caller: Caller) -> bool:
    """Inside the area of the key."""
    return not caller.areas or item.amphoe in caller.areas


def no_item(path: str) -> NotFound:
    """The same words for a record or member that does not exist and one outside the caller's area."""
    return NotFound(
        "There is no such record or member at this time.",
        message_th="ไม่พบระเบียนหรือสมาชิกนี้ ณ เวลาที่ระบุ",
        code="NO_SUCH_LINK_ITEM",
        path=path,
    )


def read_item_id(text: object, path: str) -> uuid.UUID:
    """The id of a record or member. Raises NotFound: what is no id names nothing."""
    try:
        return uuid.UUID(str(text))
    except ValueError as error:
        raise no_item(path) from error
