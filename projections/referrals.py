"""Folding referrals: one row for every step of each, of which the last one known tells where it stands.

Whom a referral is about is resolved as for an action, when it is sent; which household holds that record is told by the links.
"""

from contracts.events import OpenedWords, ReferralSent, ReferralStepEvent, Sequenced
from projections.assistance import ORDER, resolve
from projections.output import NULL, Output, binary, document, instant, number, text
from projections.state import ActionState, ReferralState, State


def apply_sent(state: State, output: Output, item: Sequenced, event: ReferralSent) -> int | None:
    """A referral is known. Returns the record that it is about, None where nothing known is named."""
    data = event.data
    before = state.referrals.get(data.referral)
    refs = sorted({(ref.kind, ref.ref) for ref in data.recipients}, key=lambda ref: (ORDER[ref[0]], ref[1]))
    asked = ActionState(action=0, agency=data.sender, start=event.happened_at, refs=tuple(refs))
    record, member = resolve(state, asked) or (None, None)
    known = ReferralState(
        referral=item.sequence if before is None else before.referral,
        pseudonym=data.referral,
        sender=data.sender,
        receiver=data.receiver,
        need=data.need,
        due_at=data.due_at,
        record=record,
        member=member,
    )
    if before is not None:
        output.close("referral", (before.referral,), item.sequence)
    state.referrals[data.referral] = known
    _open(output, known, item, "sent", data.subject, None)
    return record


def apply_step(state: State, output: Output, item: Sequenced, event: ReferralStepEvent) -> int | None:
    """A referral moves on. Returns the record that it is about; nothing is written for one that was never sent."""
    data = event.data
    known = state.referrals.get(data.referral)
    if known is None:
        return None
    output.close("referral", (known.referral,), item.sequence)
    action = None if data.action is None else state.action_ids.get(data.action)
    _open(output, known, item, step_of(event), data.subject, action)
    return known.record


def step_of(event: ReferralStepEvent) -> str:
    """The step that an event is, as its type says."""
    return str(type(event).__struct_config__.tag).split(".")[1]


def _open(
    output: Output, known: ReferralState, item: Sequenced, step: str, subject: str, action: int | None
) -> None:
    opened = item.opened
    words = opened.words if isinstance(opened, OpenedWords) else None
    output.open(
        "referral",
        (known.referral,),
        item.sequence,
        str(known.referral),
        str(item.sequence),
        binary(known.pseudonym),
        step,
        text(known.sender),
        text(known.receiver),
        known.need,
        instant(known.due_at),
        number(known.record),
        number(known.member),
        number(action),
        binary(subject),
        NULL if words is None else document(words),
    )
