"""Referrals and the steps in their life, made into items."""

import msgspec

from contracts import ids
from contracts.events import (
    Event,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralAnswer,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralSent,
    ReferralStepEvent,
    SealedReferral,
)
from contracts.submissions_referrals import DeliveredReferral, DeliveredStep
from hub.intake.items import Delivery, Item, Sealer, content_mac, make_envelope, subject_name
from hub.ledger import token_of
from hub.sealing import seal

EVENTS: dict[str, type[ReferralStepEvent]] = {
    "acknowledged": ReferralAcknowledged,
    "accepted": ReferralAccepted,
    "declined": ReferralDeclined,
    "completed": ReferralCompleted,
    "cancelled": ReferralCancelled,
}
FAMILY, LIFE = "referrals", "life"


def referral_pseudonym(key: bytes, sender: str, referral_id: str) -> str:
    """Of a referral as its sender numbers it."""
    return ids.pseudonym(key, "referral", sender, referral_id)


def _subject(delivery: Delivery, referral: str) -> str:
    # Not under the sender: whoever answers may know the referral by its pseudonym alone.
    return subject_name(delivery, FAMILY, LIFE, referral)


def referral_item(referral: DeliveredReferral, delivery: Delivery, key: bytes, *, row: int | None) -> Item:
    """A referral that is sent. What it says is sealed under the key of the first way in which it names the household."""
    pseudonym = referral_pseudonym(key, referral.sender, referral.referral_id)
    subject = _subject(delivery, pseudonym)
    whose = referral.recipients[0].ref.replace("-", "")

    def build(event_id: str, sealer: Sealer) -> Event:
        cipher = sealer.ciphers[whose]
        data = SealedReferral(
            referral=pseudonym,
            subject=whose,
            words=seal(referral.words, cipher, event_id=event_id, subject=whose, nonce=sealer.nonces()),
            sender=referral.sender,
            receiver=referral.receiver,
            need=referral.need,
            recipients=referral.recipients,
            due_at=referral.due_at,
        )
        happened_at = referral.happened_at or delivery.received_at
        envelope = make_envelope(delivery, event_id, referral.sender, happened_at)
        envelope |= {"agency": referral.sender, "row": row}
        return ReferralSent(**envelope, data=data)  # pyright: ignore[reportArgumentType]

    return Item(
        family="referral",
        subject=subject,
        key=token_of(subject),
        content=content_mac(key, "content", msgspec.json.encode(referral)),
        row=row,
        secrets=(whose,),
        build=build,
        agency=referral.sender,
    )


def step_item(
    step: DeliveredStep, delivery: Delivery, key: bytes, *, row: int | None, whose: str | None = None
) -> Item:
    """A step of a referral, sealed under the key of the referral's own subject, `whose`, which the ledger knows."""
    pseudonym = step.key or referral_pseudonym(key, step.sender, step.referral_id)
    subject = _subject(delivery, pseudonym)

    def build(event_id: str, sealer: Sealer) -> Event:
        owner = whose or ""
        box = seal(step.words, sealer.ciphers[owner], event_id=event_id, subject=owner, nonce=sealer.nonces())
        action = None if step.action_id is None else ids.action_pseudonym(key, step.agency_id, step.action_id)
        data = ReferralAnswer(referral=pseudonym, subject=owner, words=box, action=action)
        happened_at = step.happened_at or delivery.received_at
        envelope = make_envelope(delivery, event_id, step.agency_id, happened_at)
        envelope |= {"agency": step.agency_id, "row": row}
        return EVENTS[step.step](**envelope, data=data)  # pyright: ignore[reportArgumentType]

    return Item(
        family="step",
        subject=subject,
        key=token_of(subject),
        content=content_mac(key, "content", _said(step)),
        row=row,
        secrets=() if whose is None else (whose,),
        build=build,
        rebind=lambda found: step_item(step, delivery, key, row=row, whose=found),
        step=step.step,
        agency=step.agency_id,
    )


def _said(step: DeliveredStep) -> bytes:
    # How the referral was named is no part of what is said of it.
    return msgspec.json.encode(msgspec.structs.replace(step, key=None, sender="", referral_id=""))
