"""What taking in would answer, without taking in: nothing is appended and no key is made."""

import functools
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.events import encode_event
from hub.intake import receipts
from hub.intake.decide import Append, decide
from hub.intake.intake import Intake, find_known
from hub.intake.items import Item, Sealer
from hub.intake.receipts import Receipt
from hub.ledger import Known
from hub.sealing import NONCE_BYTES

TRIED_KEY = AESGCM(bytes(32))
"""What is sealed here is measured and thrown away."""
TRIED_NONCE = bytes(NONCE_BYTES)


class _AnyKey(Mapping[str, AESGCM]):
    """The same key for every subject."""

    def __getitem__(self, subject: str) -> AESGCM:
        return TRIED_KEY

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


SEALER = Sealer(_AnyKey(), lambda: TRIED_NONCE)


async def preview_all(intake: Intake, chunks: AsyncIterator[Sequence[Item]]) -> AsyncIterator[list[Receipt]]:
    """The receipts that `intake.submit_all` would give for these chunks now. Raises Unavailable."""
    said: dict[bytes, bytes] = {}
    async for chunk in chunks:
        secrets = {subject for item in chunk for subject in item.secrets}
        known, keys = await intake.on_database(
            functools.partial(_look_up, intake, items=chunk, secrets=secrets)
        )
        erased = {subject for subject, cipher in keys.items() if cipher is None}
        yield [_preview(item, known, erased, said, intake.log.largest_payload) for item in chunk]


async def _look_up(
    intake: Intake, connection: AsyncConnection[TupleRow], items: Sequence[Item], secrets: set[str]
) -> tuple[Known, dict[str, AESGCM | None]]:
    return await find_known(connection, items), await intake.vault.find(connection, secrets)


def _preview(item: Item, known: Known, erased: set[str], said: dict[bytes, bytes], largest: int) -> Receipt:
    if item.family == "action" and item.key in said:
        if said[item.key] == item.content:
            return Receipt(status="duplicate", row=item.row)
        return Receipt(status="conflict", row=item.row, errors=(receipts.CONFLICT,))
    decision = decide(item, known)
    if not isinstance(decision, Append):
        return decision
    if not erased.isdisjoint(item.secrets):
        return Receipt(status="erased", row=item.row, errors=(receipts.ERASED,))
    event = item.build(item.event_id(decision.expected), SEALER)
    if len(encode_event(event)) > largest:
        return receipts.rejected((receipts.TOO_LARGE,), item.row)
    if item.family == "action":
        said[item.key] = item.content
    return Receipt(status="accepted", row=item.row, is_new=decision.is_new)
