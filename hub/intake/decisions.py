"""What stewards decide and what the committee rules, made into items."""

import msgspec

from contracts.events import Event, FindingDecided, FindingDecision, RulesPublished
from contracts.rules import Rules
from contracts.submissions_decisions import DeliveredDecision
from hub.intake.items import Delivery, Item, Sealer, content_mac, make_envelope, plain_item, subject_name
from hub.ledger import token_of
from hub.sealing import seal

STEWARDS, COMMITTEE = "stewards", "committee"
"""The sources of decisions and of rules."""


def rules_item(rules: Rules, delivery: Delivery) -> Item:
    """A set of rules. All sets go to one subject, so that each one replaces the one before."""
    return plain_item(RulesPublished, rules, delivery, family="rules", who=COMMITTEE, what="rules")


def decision_item(decision: DeliveredDecision, delivery: Delivery, key: bytes, *, row: int | None) -> Item:
    """A decision about a finding. The same person saying the same again, having seen the same, is the same decision."""
    subject = subject_name(delivery, "findings", STEWARDS, decision.finding)
    said = msgspec.json.encode((delivery.actor, decision))

    def build(event_id: str, sealer: Sealer) -> Event:
        cipher = sealer.ciphers[decision.subject]
        box = seal(decision.words, cipher, event_id=event_id, subject=decision.subject, nonce=sealer.nonces())
        data = FindingDecision(
            finding=decision.finding,
            verdict=decision.verdict,
            subject=decision.subject,
            words=box,
            seen=decision.seen,
        )
        happened_at = decision.happened_at or delivery.received_at
        envelope = make_envelope(delivery, event_id, STEWARDS, happened_at)
        return FindingDecided(**envelope, row=row, data=data)  # pyright: ignore[reportArgumentType]

    return Item(
        family="decision",
        subject=subject,
        key=token_of(subject),
        content=content_mac(key, "content", said),
        row=row,
        secrets=(decision.subject,),
        build=build,
    )
