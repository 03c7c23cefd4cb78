"""What can be taken in, made ready: the subject it goes to, the content it is compared by, the keys it needs, the event it becomes."""

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts import ids
from contracts.events import (
    AgencyRegistered,
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    BatchReceived,
    BoundariesLoaded,
    Event,
    ProgrammeRegistered,
    RecordReceived,
    RecordWithdrawn,
    RulesPublished,
    SealedAction,
    SealedRecord,
    Void,
    Withdrawal,
)
from contracts.events_links import LinkModelActivated, LinkModelPublished
from contracts.records import Help, Record
from contracts.sources.assistance import DeliveredAction, content_action
from contracts.sources.contract import content_cells
from hub.ledger import token_of
from hub.sealing import Nonces, seal, seal_members

Family = Literal[
    "record", "withdrawal", "action", "correction", "void", "item", "batch", "decision", "referral", "step"
]
Plain = (
    AgencyRegistered
    | ProgrammeRegistered
    | BoundariesLoaded
    | BatchReceived
    | RulesPublished
    | LinkModelPublished
    | LinkModelActivated
)
Ciphers = Mapping[str, AESGCM]
PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
EVENT_NAMESPACE = uuid.UUID("6f0c3f3e-6d0b-5b43-9a54-0a3c6d3f1a03")


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How something came in; it ends up in the envelope."""

    province: str
    received_at: dt.datetime
    reported_at: dt.datetime | None = None
    actor: str | None = None
    reporter: str | None = None
    contract: str | None = None
    batch_id: str | None = None
    correlation_id: str | None = None
    purpose: str | None = None


class Sealer(msgspec.Struct, frozen=True):
    """What sealing needs: the ciphers of all subjects, and nonces."""

    ciphers: Ciphers
    nonces: Nonces


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to take in. `subject` leaves out the stream's prefix. `key` finds it in the ledger; `build` makes the event once id and keys are there."""

    family: Family
    subject: str
    key: bytes
    content: bytes
    period: str = ""
    row: int | None = None
    secrets: tuple[str, ...] = ()
    build: Callable[[str, Sealer], Event]
    rebind: Callable[[str], "Item"] | None = None
    """The same item under the key of a subject that only the ledger knows."""
    step: str = ""
    agency: str = ""
    """Of a step: which one, and who takes it."""
    reported_at: dt.datetime | None = None
    """Of a record or a withdrawal: when its source knew it."""

    def event_id(self, expected: int) -> str:
        """The same for the same content at the same place of its subject, so that a repeated append is recognised."""
        return str(
            uuid.uuid5(EVENT_NAMESPACE, f"{self.subject}:{self.content.hex()}:{self.period}:{expected}")
        )


def subject_token(text: str) -> str:
    """`text` as one token of a subject; what has other signs is replaced by a digest."""
    return text if PLAIN_TOKEN.match(text) else hashlib.sha256(text.encode()).hexdigest()[:32]


def subject_name(delivery: Delivery, family: str, who: str, what: str) -> str:
    return f"{delivery.province}.{family}.{subject_token(who)}.{what}"


def content_mac(key: bytes, domain: str, content: bytes) -> bytes:
    return bytes.fromhex(ids.pseudonym(key, domain, content.decode()))


def make_envelope(
    delivery: Delivery, event_id: str, source: str, happened_at: dt.datetime
) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "province": delivery.province,
        "happened_at": happened_at,
        "received_at": delivery.received_at,
        "reported_at": delivery.reported_at,
        "reporter": delivery.reporter,
        "actor": delivery.actor,
        "contract": delivery.contract,
        "batch_id": delivery.batch_id,
        "correlation_id": delivery.correlation_id,
        "purpose": delivery.purpose,
    }


def record_item(record: Record, delivery: Delivery, key: bytes, *, row: int | None) -> Item:
    """A record of a source for a period."""
    pseudonym = ids.record_pseudonym(key, record.source, record.record_key)
    members = _member_pseudonyms(record, key)
    content = content_mac(key, "content", content_cells(record))

    def build(event_id: str, sealer: Sealer) -> Event:
        house = seal(
            record.house,
            sealer.ciphers[pseudonym],
            event_id=event_id,
            subject=pseudonym,
            nonce=sealer.nonces(),
        )
        pairs = list(zip(members, record.members, strict=True))
        data = SealedRecord(
            record=pseudonym,
            period=record.period,
            content=content.hex(),
            house=house,
            members=seal_members(pairs, sealer.ciphers, event_id=event_id, nonces=sealer.nonces),
            amphoe=record.house.amphoe,
            tambon=record.house.tambon,
        )
        envelope = make_envelope(delivery, event_id, record.source, record.happened_at)
        return RecordReceived(**envelope, row=row, data=data)  # pyright: ignore[reportArgumentType]

    return Item(
        family="record",
        subject=subject_name(delivery, "records", record.source, pseudonym),
        key=bytes.fromhex(pseudonym),
        content=content,
        period=record.period,
        row=row,
        secrets=(pseudonym, *members),
        build=build,
        reported_at=delivery.reported_at,
    )


def _member_pseudonyms(record: Record, key: bytes) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    found: list[str] = []
    for member in record.members:
        seen[member.key] = seen.get(member.key, 0) + 1
        count = seen[member.key]
        unique = member.key if count == 1 else f"{member.key}#{count}"
        found.append(ids.member_pseudonym(key, record.source, record.record_key, unique))
    return tuple(found)


def withdrawal_item(
    source: str,
    record: bytes,
    period: str,
    delivery: Delivery,
    *,
    cause: Literal["absent_from_snapshot", "withdrawn"],
) -> Item:
    """A statement that is gone; it ends at the delivery's `reported_at`."""
    pseudonym = record.hex()
    happened_at = delivery.reported_at or delivery.received_at

    def build(event_id: str, _sealer: Sealer) -> Event:
        data = Withdrawal(record=pseudonym, period=period, cause=cause)
        envelope = make_envelope(delivery, event_id, source, happened_at)
        return RecordWithdrawn(**envelope, data=data)  # pyright: ignore[reportArgumentType]

    return Item(
        family="withdrawal",
        subject=subject_name(delivery, "records", source, pseudonym),
        key=record,
        content=b"",
        period=period,
        build=build,
    )


def action_item(
    action: DeliveredAction, delivery: Delivery, key: bytes, *, row: int | None, reason: str | None = None
) -> Item:
    """An assistance action; with a reason the correction of one."""
    pseudonym = ids.action_pseudonym(key, action.agency_id, action.action_id)
    content = content_mac(key, "content", content_action(action))
    subject = action.recipients[0].ref.replace("-", "")
    help_ = action.help if reason is None else msgspec.structs.replace(action.help, reason=reason)
    is_correction = reason is not None

    def build(event_id: str, sealer: Sealer) -> Event:
        box = seal(help_, sealer.ciphers[subject], event_id=event_id, subject=subject, nonce=sealer.nonces())
        data = SealedAction(
            action=pseudonym,
            content=content.hex(),
            subject=subject,
            help=box,
            kind=action.kind,
            need=action.need,
            recipients=action.recipients,
            level=action.level,
            programme=action.programme_id,
            amount_satang=action.amount_satang,
            quantity=action.quantity,
            unit=action.unit,
        )
        envelope = make_envelope(
            delivery, event_id, action.reporter_id or action.agency_id, action.happened_at
        )
        envelope |= {"agency": action.agency_id, "reporter": action.reporter_id, "row": row}
        envelope["happened_until"] = action.happened_until
        type_ = AssistanceCorrected if is_correction else AssistanceRecorded
        return type_(**envelope, data=data)  # pyright: ignore[reportArgumentType]

    return Item(
        family="correction" if is_correction else "action",
        subject=subject_name(delivery, "assistance", action.agency_id, pseudonym),
        key=bytes.fromhex(pseudonym),
        content=content,
        row=row,
        secrets=(subject,),
        build=build,
    )


def void_item(
    agency_id: str, action_id: str, reason: str, delivery: Delivery, key: bytes, *, subject: str | None = None
) -> Item:
    """An action that never took place. The reason is sealed under the key of the action's recipient, `subject`.

    Where that one is unknown or erased it is sealed under a key of the action's own: a void is never refused for it.
    """
    pseudonym = ids.action_pseudonym(key, agency_id, action_id)
    whose = subject or pseudonym
    content = content_mac(key, "content", reason.encode())

    def build(event_id: str, sealer: Sealer) -> Event:
        help_ = Help(action_id=action_id, reason=reason)
        box = seal(help_, sealer.ciphers[whose], event_id=event_id, subject=whose, nonce=sealer.nonces())
        data = Void(action=pseudonym, content=content.hex(), subject=whose, help=box)
        envelope = make_envelope(delivery, event_id, agency_id, delivery.received_at) | {"agency": agency_id}
        return AssistanceVoided(**envelope, data=data)  # pyright: ignore[reportArgumentType]

    return Item(
        family="void",
        subject=subject_name(delivery, "assistance", agency_id, pseudonym),
        key=bytes.fromhex(pseudonym),
        content=content,
        secrets=(whose,),
        build=build,
        rebind=lambda found: void_item(agency_id, action_id, reason, delivery, key, subject=found),
    )


def plain_item(
    type_: type[Plain],
    data: object,
    delivery: Delivery,
    *,
    family: str,
    who: str,
    what: str,
    happened_at: dt.datetime | None = None,
    agency: str | None = None,
) -> Item:
    """An event that holds nothing personal: an agency, a programme, boundaries, a batch."""
    subject = subject_name(delivery, family, who, subject_token(what))
    content = hashlib.sha256(msgspec.json.encode(data)).digest()[:16]

    def build(event_id: str, _sealer: Sealer) -> Event:
        envelope = make_envelope(delivery, event_id, who, happened_at or delivery.received_at) | {
            "agency": agency
        }
        return type_(**envelope, data=data)  # pyright: ignore[reportArgumentType]

    return Item(
        family="batch" if type_ is BatchReceived else "item",
        subject=subject,
        key=token_of(subject),
        content=content,
        build=build,
    )
