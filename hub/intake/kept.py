"""The quarantine: rows that were not taken in, sealed until they are mended, sent again, dismissed, or their people erased.

A row whose record is known is sealed under the record's own key, so that it becomes unreadable with it.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import FieldError
from hub.sealing import NONCE_BYTES, BoxBroken, Nonces, seal_bytes
from hub.vault import Vault
from projections import queries

HUB_SUBJECT = "00" * 16
"""Whose key seals rows of which it is not known whom they speak of."""

_SQL = queries.load(Path(__file__).parents[1] / "sql")
Cells = dict[str, object]
_rows: msgspec.json.Decoder[list[Cells]] = msgspec.json.Decoder(list[Cells])
_faults: msgspec.json.Decoder[tuple[FieldError, ...]] = msgspec.json.Decoder(tuple[FieldError, ...])


class ToKeep(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one record or action that are to be kept. `key` is the record's or action's pseudonym, `subject` whose key seals them."""

    row: int
    numbers: tuple[int, ...]
    status: str
    errors: tuple[FieldError, ...]
    cells: tuple[Cells, ...]
    subject: str = HUB_SUBJECT
    key: bytes | None = None
    state: str = "open"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Kept rows. `cells` is None when they are no longer kept, or were not asked for."""

    row: int
    status: str
    state: str
    errors: tuple[FieldError, ...]
    numbers: tuple[int, ...]
    cells: tuple[Cells, ...] | None
    sequence: int | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One row that waits to be mended, without its cells."""

    batch: str
    row: int
    source: str
    received_at: dt.datetime
    status: str
    errors: tuple[FieldError, ...]


async def seal_rows(
    connection: AsyncConnection[TupleRow], vault: Vault, nonces: Nonces, batch: str, rows: Sequence[ToKeep]
) -> dict[str, list[object]]:
    """The columns for `put`, outside of any transaction. Of someone who was erased nothing is kept but what was wrong."""
    ciphers = await vault.find_or_make(connection, {row.subject for row in rows})
    columns: dict[str, list[object]] = {
        name: [] for name in ("batch", "row", "errors", "box", "status", "subject", "key", "numbers", "state")
    }
    for row in rows:
        cipher = ciphers[row.subject] if row.cells else None
        text = msgspec.json.encode(row.cells, enc_hook=str)
        bound = f"{batch}:{row.row}".encode()
        box = None if cipher is None else seal_bytes(text, cipher, bound=bound, nonce=nonces())
        values = (
            batch,
            row.row,
            msgspec.json.encode(row.errors).decode(),
            box,
            row.status,
            bytes.fromhex(row.subject),
            row.key,
            msgspec.json.encode(row.numbers).decode(),
            row.state,
        )
        for name, value in zip(columns, values, strict=True):
            columns[name].append(value)
    return columns


async def put(connection: AsyncConnection[TupleRow], columns: dict[str, list[object]]) -> None:
    """Keep sealed rows, in a transaction of the caller's."""
    if columns["row"]:
        await connection.execute(_SQL["put_rejected"], columns)


async def settle_again(connection: AsyncConnection[TupleRow], batch: str, keys: Collection[bytes]) -> None:
    """What earlier deliveries left of these records and actions is settled: they came again and were taken in."""
    if keys:
        await connection.execute(_SQL["settle_rejected_again"], {"batch": batch, "keys": list(keys)})


async def settle(
    connection: AsyncConnection[TupleRow],
    batch: str,
    row: int,
    *,
    state: str,
    by: str | None,
    sequence: int | None = None,
) -> bool:
    """A kept row was mended or dismissed. False when it does not wait any more."""
    values = {"batch": batch, "row": row, "state": state, "by": by, "sequence": sequence}
    return (await connection.execute(_SQL["settle_rejected"], values)).rowcount == 1


async def forget(connection: AsyncConnection[TupleRow], keys: Collection[bytes]) -> None:
    """Drop the cells that are kept of these records and actions, whose people are erased."""
    await connection.execute(_SQL["forget_kept"], {"keys": list(keys)})


async def count(connection: AsyncConnection[TupleRow], batch: str) -> dict[str, int]:
    """How many rows of a batch are kept, by state."""
    cursor = await connection.execute(_SQL["count_kept"], {"batch": batch})
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def read(
    connection: AsyncConnection[TupleRow],
    vault: Vault,
    batch: str,
    *,
    after: int = 0,
    status: str | None = None,
    limit: int,
    opened: bool = True,
) -> list[Kept]:
    """The kept rows of a batch behind a row, their cells opened where asked for."""
    values = {"batch": batch, "after": after, "status": status, "limit": limit}
    rows = await (await connection.execute(_SQL["list_kept"], values, binary=True)).fetchall()
    return await _open(connection, vault, batch, rows, opened=opened)


async def find(connection: AsyncConnection[TupleRow], vault: Vault, batch: str, row: int) -> Kept | None:
    """One kept row, opened."""
    values = {"batch": batch, "row": row}
    rows = await (await connection.execute(_SQL["fetch_kept"], values, binary=True)).fetchall()
    found = await _open(connection, vault, batch, rows, opened=True)
    return found[0] if found else None


async def list_waiting(
    connection: AsyncConnection[TupleRow],
    *,
    source: str | None,
    agency: str | None,
    after: tuple[dt.datetime, str, int] | None,
    limit: int,
) -> list[Waiting]:
    """Rows that wait to be mended, behind a place, the oldest delivery first."""
    values = {
        "source": source,
        "agency": agency,
        "received_at": after and after[0],
        "after": after and after[1],
        "row": after and after[2],
        "limit": limit,
    }
    cursor = await connection.execute(_SQL["list_open_kept"], values)
    return [
        Waiting(
            batch=batch,
            row=row,
            source=source_,
            received_at=received_at,
            status=status,
            errors=_faults.decode(errors),
        )
        for batch, row, source_, received_at, status, errors in await cursor.fetchall()
    ]


async def _open(
    connection: AsyncConnection[TupleRow], vault: Vault, batch: str, rows: list[TupleRow], *, opened: bool
) -> list[Kept]:
    subjects = {_subject(row[5]) for row in rows if row[4] is not None}
    ciphers = await vault.find(connection, subjects) if opened else {}
    found: list[Kept] = []
    for number, status, state, errors, box, subject, numbers, sequence in rows:
        cells: tuple[Cells, ...] | None = None
        cipher = ciphers.get(_subject(subject))
        if box is not None and cipher is not None:
            bound = f"{batch}:{number}".encode()
            try:
                text = cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], bound)
            except InvalidTag as error:
                raise BoxBroken(f"row {number} of {batch} does not open under its key") from error
            cells = tuple(_rows.decode(text))
        found.append(
            Kept(
                row=number,
                status=status,
                state=state,
                errors=_faults.decode(errors),
                numbers=tuple(numbers or (number,)),
                cells=cells,
                sequence=sequence,
            )
        )
    return found


def _subject(stored: bytes | None) -> str:
    return HUB_SUBJECT if stored is None else stored.hex()
