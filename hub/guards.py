"""What stops the projector: an event that cannot be folded, and a log that is not the one the tables were made from.

Every stop has a stable code, the sequence it concerns if that is known, and words in English and Thai that hold nothing of the event's
content.
"""

import asyncio
import hashlib
import logging
from typing import get_args

import msgspec
import nats.errors
import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from contracts.errors import HubError, Unavailable
from contracts.events import Event, Sequenced, decode_event
from hub.log import JetStreamLog, Stored
from hub.pulling import SequenceGap
from hub.sealing import BoxBroken, KeyMissing
from hub.vault import Vault, WrongMasterKey
from projections import version as versions
from projections.records import FoldError
from projections.runner import SequenceGap as FoldGap
from projections.version import Standstill, Version

logger = logging.getLogger(__name__)

LONGEST_TYPE = 80
AWAY_SECONDS = 0.5
TRIES = 6
LOG_CODES = frozenset({"LOG_SHORTER", "DIGEST_MISMATCH"})
"""Stops that end when the right log is there, without an event having to follow."""

THAI = {
    "SEQUENCE_GAP": "บันทึกเหตุการณ์ขาดตอน",
    "UNKNOWN_EVENT_TYPE": "พบเหตุการณ์ชนิดที่ระบบไม่รู้จัก",
    "EVENT_UNREADABLE": "อ่านเหตุการณ์ไม่ได้",
    "KEY_MISSING": "ไม่พบกุญแจถอดรหัสของเหตุการณ์",
    "BOX_BROKEN": "ถอดรหัสข้อมูลในเหตุการณ์ไม่ได้ อาจถูกแก้ไข",
    "WRONG_MASTER_KEY": "กุญแจหลักไม่ตรงกับคลังกุญแจ",
    "DIGEST_MISMATCH": "เหตุการณ์ในบันทึกไม่ตรงกับฐานข้อมูล",
    "LOG_SHORTER": "บันทึกเหตุการณ์สั้นกว่าที่ประมวลผลไว้แล้ว",
    "FOLD_FAILED": "ประมวลผลเหตุการณ์ไม่ได้",
    "DATABASE_REFUSED": "ฐานข้อมูลไม่รับข้อมูลที่ประมวลผล",
}


class Halt(HubError):
    """A guard stops the projector at the event `sequence`."""

    default_code = "FOLD_FAILED"

    def __init__(self, code: str, message_en: str, sequence: int) -> None:
        super().__init__(message_en, message_th=f"{THAI[code]} (ลำดับที่ {sequence})", code=code)
        self.sequence = sequence


class _Type(msgspec.Struct):
    type: str


_types: msgspec.json.Decoder[_Type] = msgspec.json.Decoder(_Type)
KNOWN_TYPES = frozenset(str(class_.__struct_config__.tag) for class_ in get_args(Event))


def decode(stored: Stored) -> Event:
    """The event in stored bytes. Raises Halt for an unknown type and for bytes that are no event of their type."""
    try:
        return decode_event(stored.data)
    except msgspec.MsgspecError as error:
        name = type_of(stored.data)
        where = f"event {stored.sequence}"
        if name is None or name in KNOWN_TYPES:
            of = f" as {name}" if name else ""
            raise Halt("EVENT_UNREADABLE", f"{where} cannot be read{of}", stored.sequence) from error
        words = f"{where} is of the type '{name}', which this version of the hub does not know"
        raise Halt("UNKNOWN_EVENT_TYPE", words, stored.sequence) from error


def type_of(data: bytes) -> str | None:
    """What an event calls its type, without control characters and not at length; None for what is no object with a type."""
    try:
        name = _types.decode(data).type
    except msgspec.MsgspecError:
        return None
    return "".join(letter for letter in name[:LONGEST_TYPE] if letter.isprintable())


def explain(error: Exception) -> Standstill:
    """Why the projector stands still, for the registry."""
    if isinstance(error, Halt):
        return Standstill(
            code=error.code, sequence=error.sequence, message_en=error.message_en, message_th=error.message_th
        )
    code, words = "FOLD_FAILED", str(error)
    if isinstance(error, SequenceGap | FoldGap):
        code = "SEQUENCE_GAP"
    elif isinstance(error, HubError):
        code, words = error.code, error.message_en
        if not isinstance(error, WrongMasterKey | KeyMissing | BoxBroken):
            return Standstill(code=code, sequence=None, message_en=words, message_th=error.message_th)
    elif isinstance(error, psycopg.Error):
        # The message would quote the row.
        code, words = "DATABASE_REFUSED", f"the database refused a row ({error.sqlstate})"
    elif not isinstance(error, FoldError):
        words = type(error).__name__
    return Standstill(code=code, sequence=None, message_en=words, message_th=THAI[code])


async def check_log(connection: AsyncConnection[TupleRow], log: JetStreamLog, version: Version) -> None:
    """The log is the one that this version was made from, as far as its last event tells.

    Waits while the log is away. Raises Halt (LOG_SHORTER, DIGEST_MISMATCH, SEQUENCE_GAP).
    """
    if version.checkpoint == 0:
        return
    await check_length(log, version.checkpoint)
    text = sql.SQL("SELECT event_id, digest FROM {} WHERE sequence = {}")
    table = sql.Identifier(version.schema_name, "event")
    cursor = await connection.execute(text.format(table, sql.Literal(version.checkpoint)))
    row = await cursor.fetchone()
    stored = await _fetch(log, version.checkpoint)
    if row is None or hashlib.sha256(stored.data).digest() != row[1]:
        event = "it has no row" if row is None else f"event {row[0]}"
        raise Halt(
            "DIGEST_MISMATCH",
            f"the log holds other bytes at sequence {version.checkpoint} than the projection was made from ({event}); "
            "was the stream or the database replaced?",
            version.checkpoint,
        )


async def _fetch(log: JetStreamLog, sequence: int) -> Stored:
    """An event that should be there; a copy of the stream that lags behind is asked again. Raises Halt (SEQUENCE_GAP)."""
    missing = 0
    while True:
        try:
            return (await log.fetch([sequence]))[0]
        except SequenceGap as error:
            missing += 1
            if missing == TRIES:
                words = f"the log does not hold sequence {sequence}, from which the projection goes on"
                raise Halt("SEQUENCE_GAP", words, sequence) from error
        except (nats.errors.Error, OSError, TimeoutError):
            logger.warning("the log is away", extra={"sequence": sequence})
        await asyncio.sleep(AWAY_SECONDS)


async def check_length(log: JetStreamLog, checkpoint: int) -> None:
    """The log has reached a checkpoint; waits while it is away. Raises Halt (LOG_SHORTER)."""
    last = await _last_sequence(log)
    if last < checkpoint:
        raise Halt(
            "LOG_SHORTER",
            f"the log ends at sequence {last}, the projection is at {checkpoint}; was the stream replaced or restored from an older copy?",
            checkpoint,
        )


async def _last_sequence(log: JetStreamLog) -> int:
    while True:
        try:
            return await log.last_sequence()
        except Unavailable:
            await asyncio.sleep(AWAY_SECONDS)


async def note(database_url: str, why: Standstill | None, version: Version | None = None) -> None:
    """Write to the registry why the live version's projector stands still, or that it does no longer. Raises psycopg.Error."""
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        found = version or await versions.fetch_live(connection.cursor())
        if found is not None:
            await versions.record_error(connection, found, why)


async def open_up_to(
    vault: Vault, keys: AsyncConnection[TupleRow], items: list[Sequenced]
) -> tuple[list[Sequenced], Halt | None]:
    """These events opened, as far as they open, and the stop at the first that does not. Raises WrongMasterKey."""
    try:
        return await vault.open(keys, items), None
    except (KeyMissing, BoxBroken):
        opened: list[Sequenced] = []
    for item in items:
        try:
            opened += await vault.open(keys, [item])
        except (KeyMissing, BoxBroken) as error:
            words = f"{error.message_en} (sequence {item.sequence})"
            return opened, Halt(error.code, words, item.sequence)
    return opened, None
