"""The events of the hub: CloudEvents 1.0, structured JSON, one tagged struct per type and version.

Attribute names on the wire are lower-case letters without underscores, as CloudEvents asks; `time` is `happened_at`. Sections
that say something about a household or a person are sealed: `bytes` here, base64 on the wire (AES-256-GCM, 12-byte nonce first).
Which key opens a section is said by the pseudonym beside it. Fields added later carry defaults; a changed meaning is a
new type with a pure upgrade.
"""

import datetime as dt
from typing import Literal

import msgspec

from contracts.events_base import Envelope, Zoned
from contracts.events_links import LinkDecided, LinkDecisionRevoked, LinkModelActivated, LinkModelPublished
from contracts.records import Help, House, Kind, Member, Need, RecipientRef, Words
from contracts.rules import Rules

EventNeed = Need | Literal["unknown"]


class SealedMember(msgspec.Struct, frozen=True, kw_only=True):
    """One member of a record, sealed under the key of `member` (a pseudonym)."""

    member: str
    box: bytes


class SealedRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A household record; `house` is sealed under the key of `record`. `content` is an HMAC over the delivered cells."""

    record: str
    period: str
    content: str
    house: bytes
    members: tuple[SealedMember, ...]
    amphoe: str | None = None
    tambon: str | None = None
    cause: Literal["delivered", "remap"] = "delivered"


class RecordReceived(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="record.received.v1"):
    """A source gave a record for a period."""

    data: SealedRecord


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which statement ends, and why. Its validity ends at the event's `reported_at`."""

    record: str
    period: str
    cause: Literal["absent_from_snapshot", "withdrawn"] = "withdrawn"


class RecordWithdrawn(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="record.withdrawn.v1"):
    """A statement is gone from a full snapshot, or its source took it back."""

    data: Withdrawal


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """read = new + changed + unchanged + superseded + quarantined + rejected; withdrawn apart."""

    read: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    withdrawn: int = 0
    superseded: int = 0
    quarantined: int = 0


class Batch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One delivery of a file. `rows` are rows of the file, `counts` are records (or actions)."""

    batch: str
    file_digest: str
    mode: Literal["snapshot", "delta"]
    counts: Counts
    rows: int
    period: str | None = None
    areas: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


class BatchReceived(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="batch.received.v1"):
    """A file was taken in, also when nothing in it was new."""

    data: Batch


class SealedAction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One assistance action; `help` is sealed under the key of `subject`, the pseudonym of its first recipient ref."""

    action: str
    content: str
    subject: str
    help: bytes
    kind: Kind
    need: EventNeed
    recipients: tuple[RecipientRef, ...]
    level: Literal["person", "household"] = "household"
    programme: str | None = None
    amount_satang: int | None = None
    quantity: str | None = None
    unit: str | None = None


class AssistanceRecorded(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="assistance.recorded.v1"
):
    """An agency helped."""

    data: SealedAction


class AssistanceCorrected(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="assistance.corrected.v1"
):
    """An agency says how it really was; the whole action as it now stands."""

    data: SealedAction


class Void(msgspec.Struct, frozen=True, kw_only=True):
    """The action that never was. `reason` is sealed under the key of `subject`."""

    action: str
    content: str
    subject: str
    help: bytes


class AssistanceVoided(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="assistance.voided.v1"):
    """An agency says that the action did not take place."""

    data: Void


class Agency(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A giver or reporter of help; not necessarily a government office."""

    agency_id: str
    name_th: str
    name_en: str | None = None
    kind: str = "other"


class AgencyRegistered(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="agency.registered.v1"):
    """An agency takes part, or its entry changed."""

    data: Agency


class Programme(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of the programme catalogue. Period, cap and interval make "helped twice" computable."""

    programme_id: str
    agency_id: str
    name_th: str
    name_en: str | None = None
    need: EventNeed = "unknown"
    kind: Kind = "in_kind"
    period: Literal["once", "month", "year"] = "once"
    cap_satang: int | None = None
    cap_scope: Literal["person", "family", "household"] = "household"
    minimum_interval_days: int | None = None


class ProgrammeRegistered(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="programme.registered.v1"
):
    """A programme is in the catalogue, or its entry changed."""

    data: Programme


class Area(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One polygon of a boundary edition; `geometry` is WKB in CRS84."""

    code: str
    level: Literal["province", "amphoe", "tambon", "village"]
    geometry: bytes
    name_th: str
    name_en: str | None = None


class Boundaries(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Part `part` of `parts` of an edition of boundaries. An edition replaces the areas of the levels it names."""

    edition: str
    part: int
    parts: int
    levels: tuple[str, ...]
    areas: tuple[Area, ...]
    approximate: bool = False
    attribution: str | None = None


class BoundariesLoaded(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="boundaries.loaded.v1"):
    """Polygons of areas were loaded."""

    data: Boundaries


class RulesPublished(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="rules.published.v1"):
    """A set of rules is in force from here on, for everything known."""

    data: Rules


Verdict = Literal["suspected", "confirmed", "complementary", "reporting_error", "dismissed"]
VERDICTS: tuple[Verdict, ...] = ("suspected", "confirmed", "complementary", "reporting_error", "dismissed")


class FindingDecision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person decided about a finding, as seen at `seen` (a sequence). `words` is sealed under the key of `subject`.

    `suspected` takes an earlier decision back. The decision holds for the stretch of the finding that contains `happened_at`.
    """

    finding: str
    verdict: Verdict
    subject: str
    words: bytes
    seen: int


class FindingDecided(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="finding.decided.v1"):
    """A person settled a finding. It never changes what was given."""

    data: FindingDecision


ReferralStep = Literal["sent", "acknowledged", "accepted", "declined", "completed", "cancelled"]


class SealedReferral(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request for help handed from one agency to another; `words` is sealed under the key of `subject`."""

    referral: str
    subject: str
    words: bytes
    sender: str
    receiver: str
    need: EventNeed
    recipients: tuple[RecipientRef, ...]
    due_at: Zoned | None = None


class ReferralSent(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="referral.sent.v1"):
    """An agency asks another to help a household."""

    data: SealedReferral


class ReferralAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step in the life of a referral; `action` is the pseudonym of the help that completed it."""

    referral: str
    subject: str
    words: bytes
    action: str | None = None


class ReferralAcknowledged(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="referral.acknowledged.v1"
):
    """The receiver has seen it."""

    data: ReferralAnswer


class ReferralAccepted(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="referral.accepted.v1"):
    """The receiver will help."""

    data: ReferralAnswer


class ReferralDeclined(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="referral.declined.v1"):
    """The receiver will not help, and says why."""

    data: ReferralAnswer


class ReferralCompleted(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="referral.completed.v1"):
    """The receiver has helped."""

    data: ReferralAnswer


class ReferralCancelled(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="referral.cancelled.v1"):
    """The sender takes it back."""

    data: ReferralAnswer


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """The subjects (pseudonyms of keys) that are erased."""

    subjects: tuple[str, ...]


class SubjectErased(Envelope, frozen=True, kw_only=True, omit_defaults=True, tag="subject.erased.v1"):
    """The keys of these subjects are destroyed."""

    data: Erasure


Event = (
    RecordReceived
    | RecordWithdrawn
    | BatchReceived
    | AssistanceRecorded
    | AssistanceCorrected
    | AssistanceVoided
    | AgencyRegistered
    | ProgrammeRegistered
    | BoundariesLoaded
    | SubjectErased
    | RulesPublished
    | FindingDecided
    | ReferralSent
    | ReferralAcknowledged
    | ReferralAccepted
    | ReferralDeclined
    | ReferralCompleted
    | ReferralCancelled
    | LinkDecided
    | LinkDecisionRevoked
    | LinkModelPublished
    | LinkModelActivated
)
ReferralStepEvent = (
    ReferralAcknowledged | ReferralAccepted | ReferralDeclined | ReferralCompleted | ReferralCancelled
)


class OpenedRecord(msgspec.Struct, frozen=True):
    """The sealed sections of a record event, opened; None stands for an erased one."""

    house: House | None
    members: tuple[Member | None, ...]


class OpenedHelp(msgspec.Struct, frozen=True):
    """The sealed section of an action, opened; None stands for an erased one."""

    help: Help | None


class OpenedWords(msgspec.Struct, frozen=True):
    """The sealed words of a decision or a referral, opened; None stands for erased ones."""

    words: Words | None


class Sequenced(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its place in the log.

    `recorded_at` is the broker's time made monotone by a running maximum; `digest` is SHA-256 of the stored bytes.
    """

    sequence: int
    recorded_at: dt.datetime
    event: Event
    digest: bytes
    opened: OpenedRecord | OpenedHelp | OpenedWords | None = None


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode_event(event: Event) -> bytes:
    """The bytes that are stored. Equal events give equal bytes."""
    return _encoder.encode(event)


def decode_event(data: bytes) -> Event:
    """The event in stored bytes. Raises msgspec.DecodeError or ValidationError, also for an unknown type."""
    return _decoder.decode(data)
