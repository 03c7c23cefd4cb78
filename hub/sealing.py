"""Sealing the personal sections of events and opening them again. Pure: keys and nonces are arguments.

A box is a 12-byte nonce, then AES-256-GCM ciphertext and tag over msgspec JSON. The additional data is the event's id and the pseudonym
whose key it is, so that a box cannot be moved to another event or section.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.errors import HubError
from contracts.events import (
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    FindingDecided,
    OpenedHelp,
    OpenedRecord,
    OpenedWords,
    RecordReceived,
    ReferralSent,
    ReferralStepEvent,
    SealedMember,
    Sequenced,
)
from contracts.events_links import LinkDecided, LinkDecisionRevoked
from contracts.key_parts import join_key
from contracts.records import Help, House, Member, Words

NONCE_BYTES = 12

Nonces = Callable[[], bytes]
Keys = Mapping[str, AESGCM | None]
"""Keys by pseudonym; None stands for an erased one, a missing entry for one that should be there."""

Section = TypeVar("Section", House, Member, Help, Words)

_encoder = msgspec.json.Encoder()
_houses: msgspec.json.Decoder[House] = msgspec.json.Decoder(House)
_members: msgspec.json.Decoder[Member] = msgspec.json.Decoder(Member)
_helps: msgspec.json.Decoder[Help] = msgspec.json.Decoder(Help)
_words: msgspec.json.Decoder[Words] = msgspec.json.Decoder(Words)
_OF_HELP = AssistanceRecorded | AssistanceCorrected | AssistanceVoided
_OF_WORDS = FindingDecided | ReferralSent | ReferralStepEvent | LinkDecided | LinkDecisionRevoked


class KeyMissing(HubError):
    """The key of a section is not in the vault, and no tombstone says that it was erased."""

    default_code = "KEY_MISSING"


class BoxBroken(HubError):
    """A section does not open under its key: it was altered, or the vault belongs to another log."""

    default_code = "BOX_BROKEN"


def _bound(event_id: str, subject: str) -> bytes:
    return f"{event_id}:{subject}".encode()


def seal(
    section: House | Member | Help | Words, cipher: AESGCM, *, event_id: str, subject: str, nonce: bytes
) -> bytes:
    """The box of one section."""
    return nonce + cipher.encrypt(nonce, _encoder.encode(section), _bound(event_id, subject))


def seal_bytes(text: bytes, cipher: AESGCM, *, bound: bytes, nonce: bytes) -> bytes:
    """The box of any bytes, bound to what they belong to."""
    return nonce + cipher.encrypt(nonce, text, bound)


def seal_members(
    members: Sequence[tuple[str, Member]], keys: Mapping[str, AESGCM], *, event_id: str, nonces: Nonces
) -> tuple[SealedMember, ...]:
    """The boxes of the members of a record, each under the key of its pseudonym."""
    return tuple(
        SealedMember(
            member=subject,
            box=seal(member, keys[subject], event_id=event_id, subject=subject, nonce=nonces()),
        )
        for subject, member in members
    )


def _open(
    box: bytes, keys: Keys, decoder: msgspec.json.Decoder[Section], *, event_id: str, subject: str
) -> Section | None:
    try:
        cipher = keys[subject]
    except KeyError:
        raise KeyMissing(f"no key for a section of event {event_id}, and no tombstone") from None
    if cipher is None:
        return None
    try:
        text = cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _bound(event_id, subject))
    except (InvalidTag, ValueError) as error:
        raise BoxBroken(f"a section of event {event_id} does not open under its key") from error
    return decoder.decode(text)


def subjects_of(items: Iterable[Sequenced]) -> set[str]:
    """The pseudonyms whose keys open these events."""
    subjects: set[str] = set()
    for item in items:
        event = item.event
        if isinstance(event, RecordReceived):
            subjects.add(event.data.record)
            subjects.update(member.member for member in event.data.members)
        elif isinstance(event, _OF_HELP | _OF_WORDS):
            subjects.add(event.data.subject)
    return subjects


def open_item(item: Sequenced, keys: Keys) -> Sequenced:
    """The same event with its sections opened. Raises KeyMissing, BoxBroken."""
    event = item.event
    if isinstance(event, RecordReceived):
        data = event.data
        house = _open(data.house, keys, _houses, event_id=event.id, subject=data.record)
        members = tuple(
            _open(sealed.box, keys, _members, event_id=event.id, subject=sealed.member)
            for sealed in data.members
        )
        opened: OpenedRecord | OpenedHelp | OpenedWords = OpenedRecord(join_key(house, members), members)
    elif isinstance(event, _OF_HELP):
        opened = OpenedHelp(
            _open(event.data.help, keys, _helps, event_id=event.id, subject=event.data.subject)
        )
    elif isinstance(event, _OF_WORDS):
        words = _open(event.data.words, keys, _words, event_id=event.id, subject=event.data.subject)
        opened = OpenedWords(words)
    else:
        return item
    return Sequenced(
        sequence=item.sequence, recorded_at=item.recorded_at, event=event, digest=item.digest, opened=opened
    )
