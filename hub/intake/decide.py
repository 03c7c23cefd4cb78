"""Deciding about one item from what is already recorded. Pure; the rules are design section 5, *Repeats*."""

import datetime as dt

import msgspec

from contracts.times import bangkok_date
from hub.intake import receipts
from hub.intake.items import Item
from hub.intake.receipts import Receipt
from hub.ledger import Known, KnownAction, KnownEvent

FOLLOWS: dict[str, frozenset[str]] = {
    "acknowledged": frozenset({"sent"}),
    "accepted": frozenset({"sent", "acknowledged"}),
    "declined": frozenset({"sent", "acknowledged", "accepted"}),
    "completed": frozenset({"accepted"}),
    "cancelled": frozenset({"sent", "acknowledged", "accepted"}),
}
"""What each step of a referral may follow."""


class Append(msgspec.Struct, frozen=True, gc=False):
    """Append it: `expected` is the last sequence of its subject. `is_new` says that nothing stood there before.

    `subject` is whose key has to seal it, where the item cannot know.
    """

    expected: int
    is_new: bool
    subject: str | None = None


def decide(item: Item, known: Known) -> Append | Receipt:
    """Whether to append an item, or what to answer instead."""
    match item.family:
        case "record" | "withdrawal":
            return _decide_statement(item, known)
        case "action" | "correction" | "void":
            return _decide_action(item, known.actions.get(item.key))
        case "item" | "batch":
            found = known.items.get(item.key)
            if found is None:
                return Append(0, is_new=True)
            if found.content == item.content or item.family == "batch":
                return Receipt(status="unchanged", sequence=found.sequence, row=item.row)
            return Append(found.sequence, is_new=False)
        case "decision" | "referral" | "step":
            return _decide_course(item, known.courses.get(item.key, []))


def _decide_statement(item: Item, known: Known) -> Append | Receipt:
    statements = known.statements.get(item.key, {})
    last = max((statement.sequence for statement in statements.values()), default=0)
    found = statements.get(item.period)
    if item.family == "withdrawal":
        if found is None:
            return receipts.rejected((receipts.UNKNOWN_STATEMENT,), item.row)
        if found.withdrawn:
            return Receipt(status="unchanged", sequence=found.sequence, row=item.row)
        return Append(last, is_new=False)
    if found is not None and not found.withdrawn and found.content == item.content:
        return Receipt(status="unchanged", sequence=found.sequence, row=item.row)
    if found is not None and _is_older(item.reported_at, found.reported_at):
        return Receipt(status="superseded", sequence=found.sequence, row=item.row)
    return Append(last, is_new=found is None)


def _is_older(reported_at: dt.datetime | None, known: dt.datetime | None) -> bool:
    """Whether the source itself said something on a later day; within one day the order of arrival counts."""
    if reported_at is None or known is None:
        return False
    return bangkok_date(reported_at) < bangkok_date(known)


def _decide_action(item: Item, found: KnownAction | None) -> Append | Receipt:
    if item.family == "action":
        if found is None:
            return Append(0, is_new=True)
        if found.first_content == item.content:
            return Receipt(status="duplicate", sequence=found.first_sequence, row=item.row)
        if found.content == item.content and not found.voided:
            return Receipt(status="duplicate", sequence=found.sequence, row=item.row)
        error = receipts.CONFLICT
        return Receipt(status="conflict", sequence=found.first_sequence, row=item.row, errors=(error,))
    if found is None:
        return receipts.rejected((receipts.UNKNOWN_ACTION,), item.row)
    repeats_void = item.family == "void" and found.voided
    repeats_correction = item.family == "correction" and not found.voided and found.content == item.content
    if repeats_void or repeats_correction:
        return Receipt(status="unchanged", sequence=found.sequence, row=item.row)
    subject = found.subject.hex() if item.family == "void" and found.subject is not None else None
    return Append(found.sequence, is_new=False, subject=subject)


def _decide_course(item: Item, events: list[KnownEvent]) -> Append | Receipt:
    repeated = _find_repeated(item, events)
    if repeated is not None:
        return Receipt(status="duplicate", sequence=repeated.sequence, row=item.row)
    last = events[-1].sequence if events else 0
    if item.family == "referral" and events:
        error = receipts.REFERRAL_CONFLICT
        return Receipt(status="conflict", sequence=events[0].sequence, row=item.row, errors=(error,))
    if item.family != "step":
        return Append(last, is_new=not events)
    if not events:
        return receipts.rejected((receipts.UNKNOWN_REFERRAL,), item.row)
    sent, latest = events[0], events[-1]
    if item.agency != (sent.sender if item.step == "cancelled" else sent.receiver):
        return receipts.rejected((receipts.NOT_YOUR_STEP,), item.row)
    if latest.step not in FOLLOWS[item.step]:
        error = receipts.step_conflict(latest.step)
        return Receipt(status="conflict", sequence=latest.sequence, row=item.row, errors=(error,))
    return Append(last, is_new=False, subject=sent.subject.hex())


def _find_repeated(item: Item, events: list[KnownEvent]) -> KnownEvent | None:
    """The event that says the same at whatever place: an id follows from the content and from the event before it."""
    before = 0
    for event in events:
        if event.event_id == item.event_id(before):
            return event
        before = event.sequence
    return None


def stands(item: Item, known: Known, expected: int) -> int | None:
    """The sequence at which this item stands although its append was not acknowledged, or None if it does not."""
    if item.family in {"record", "withdrawal"}:
        found = known.statements.get(item.key, {}).get(item.period)
        if found is None or found.sequence <= expected or found.withdrawn != (item.family == "withdrawal"):
            return None
        return found.sequence if item.family == "withdrawal" or found.content == item.content else None
    if item.family in {"decision", "referral", "step"}:
        id_ = item.event_id(expected)
        later = (event for event in known.courses.get(item.key, []) if event.event_id == id_)
        return next((event.sequence for event in later if event.sequence > expected), None)
    other = known.items.get(item.key) if item.family in {"item", "batch"} else known.actions.get(item.key)
    if other is None or other.sequence <= expected or other.content != item.content:
        return None
    return other.sequence
