"""What stewards decide about links, and linking models, made into items."""

import hashlib

import msgspec

from contracts.events import Event
from contracts.events_links import (
    LinkDecided,
    LinkDecision,
    LinkDecisionRevoked,
    LinkModelActivated,
    LinkModelChoice,
    LinkModelDocument,
    LinkModelPublished,
    LinkRevocation,
)
from contracts.records import Words
from contracts.submissions_links import DeliveredLinkDecision, DeliveredLinkRevocation
from hub.intake.decisions import COMMITTEE, STEWARDS
from hub.intake.items import (
    Delivery,
    Item,
    Sealer,
    content_mac,
    make_envelope,
    plain_item,
    subject_name,
    subject_token,
)
from hub.ledger import token_of
from hub.sealing import seal


def link_decision_item(
    decision: DeliveredLinkDecision, delivery: Delivery, key: bytes, *, row: int | None
) -> Item:
    """A decision about links. All decisions about the same members or records go to one subject.

    The same person saying the same again, having seen the same, is the same decision.
    """
    about = (decision.level, *sorted(item for group in decision.groups for item in group))
    what = hashlib.sha256(" ".join(about).encode()).hexdigest()[:32]

    def build(event_id: str, sealer: Sealer) -> Event:
        data = LinkDecision(
            level=decision.level,
            verdict=decision.verdict,
            groups=decision.groups,
            subject=decision.subject,
            words=_seal(decision.words, decision.subject, event_id, sealer),
            seen=decision.seen,
            model=decision.model,
        )
        happened_at = decision.happened_at or delivery.received_at
        envelope = make_envelope(delivery, event_id, STEWARDS, happened_at)
        return LinkDecided(**envelope, row=row, data=data)  # pyright: ignore[reportArgumentType]

    subject = subject_name(delivery, "links", STEWARDS, what)
    return Item(
        family="decision",
        subject=subject,
        key=token_of(subject),
        content=content_mac(key, "content", msgspec.json.encode((delivery.actor, decision))),
        row=row,
        secrets=(decision.subject,),
        build=build,
    )


def link_revocation_item(revocation: DeliveredLinkRevocation, delivery: Delivery, *, row: int | None) -> Item:
    """A decision taken back. A decision is taken back once, whoever says it again."""

    def build(event_id: str, sealer: Sealer) -> Event:
        data = LinkRevocation(
            decision=revocation.decision,
            subject=revocation.subject,
            words=_seal(revocation.words, revocation.subject, event_id, sealer),
        )
        envelope = make_envelope(delivery, event_id, STEWARDS, delivery.received_at)
        return LinkDecisionRevoked(**envelope, row=row, data=data)  # pyright: ignore[reportArgumentType]

    subject = subject_name(delivery, "links", STEWARDS, f"revoked-{revocation.decision}")
    return Item(
        family="decision",
        subject=subject,
        key=token_of(subject),
        content=hashlib.sha256(subject.encode()).digest()[:16],
        row=row,
        secrets=(revocation.subject,),
        build=build,
    )


def _seal(words: Words, subject: str, event_id: str, sealer: Sealer) -> bytes:
    return seal(words, sealer.ciphers[subject], event_id=event_id, subject=subject, nonce=sealer.nonces())


def link_model_item(model: LinkModelDocument, delivery: Delivery) -> Item:
    """A linking model, under its own name: the same again appends nothing."""
    what = subject_token(model.model)
    return plain_item(LinkModelPublished, model, delivery, family="linkmodels", who=COMMITTEE, what=what)


def link_model_token(model_id: str, delivery: Delivery) -> bytes:
    """Under what the ledger knows a published model."""
    return token_of(subject_name(delivery, "linkmodels", COMMITTEE, subject_token(model_id)))


def link_choice_item(model_id: str, delivery: Delivery) -> Item:
    """A published model put into force. All choices go to one subject, so that each one replaces the one before."""
    choice = LinkModelChoice(model=model_id)
    return plain_item(LinkModelActivated, choice, delivery, family="rules", who=COMMITTEE, what="linkmodel")
