"""What a batch of events names, and what its records will be known by after each of them: what has to be read back for it. Pure."""

from collections import Counter

import msgspec

from contracts.events import (
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    OpenedRecord,
    RecordReceived,
    RecordWithdrawn,
    ReferralSent,
    ReferralStepEvent,
    Sequenced,
    SubjectErased,
)
from contracts.ids import household_id
from projections.assistance import refs_of
from projections.linkage.features import blocking_keys
from projections.state import RecordState, Ref, State
from projections.statements import Statement, in_order, read_facts, read_features, read_member


class Named(msgspec.Struct):
    """What the events of a batch name."""

    records: set[str] = msgspec.field(default_factory=set[str])
    subjects: set[str] = msgspec.field(default_factory=set[str])
    actions: set[str] = msgspec.field(default_factory=set[str])
    refs: set[Ref] = msgspec.field(default_factory=set[Ref])
    keys: Counter[int] = msgspec.field(default_factory=Counter[int])
    referrals: set[str] = msgspec.field(default_factory=set[str])


def names(items: list[Sequenced]) -> Named:
    """What these events name."""
    named = Named()
    for item in items:
        event = item.event
        if isinstance(event, RecordReceived | RecordWithdrawn):
            named.records.add(event.data.record)
        elif isinstance(event, SubjectErased):
            named.records.update(event.data.subjects)
            named.subjects.update(event.data.subjects)
        elif isinstance(event, AssistanceRecorded | AssistanceCorrected | AssistanceVoided):
            named.actions.add(event.data.action)
            if not isinstance(event, AssistanceVoided):
                named.refs.update((ref.kind, ref.ref) for ref in event.data.recipients)
        elif isinstance(event, ReferralSent):
            named.referrals.add(event.data.referral)
            named.refs.update((ref.kind, ref.ref) for ref in event.data.recipients)
        elif isinstance(event, ReferralStepEvent):
            named.referrals.add(event.data.referral)
            if event.data.action is not None:
                named.actions.add(event.data.action)
    return named


def foresee(state: State, items: list[Sequenced], named: Named) -> None:
    """The keys and refs that each record will have after each of its events in the batch."""
    ahead: dict[str, dict[str, Statement]] = {}
    for item in items:
        event, opened = item.event, item.opened
        if not isinstance(event, RecordReceived) or not isinstance(opened, OpenedRecord):
            continue
        pseudonym = event.data.record
        record = state.record_ids.get(pseudonym)
        if pseudonym not in ahead:
            ahead[pseudonym] = {} if record is None else dict(state.records[record].statements)
        # Ids stand in for those the fold will give: keys and refs do not depend on them.
        members = tuple(
            read_member(state.member_ids.get(sealed.member, -hash(sealed.member)), member)
            for sealed, member in zip(event.data.members, opened.members, strict=True)
        )
        facts = read_facts(opened, amphoe=event.data.amphoe, tambon=event.data.tambon)
        ahead[pseudonym][event.data.period] = Statement(
            sequence=item.sequence,
            period=event.data.period,
            happened_at=event.happened_at,
            withdrawn_at=None,
            facts=facts,
            members=members,
        )
        features = read_features(0, event.source, pseudonym, in_order(ahead[pseudonym].values()))
        named.keys.update(blocking_keys(features))
        founded = str(household_id(pseudonym))
        shadow = RecordState(
            record=0, source=event.source, pseudonym=pseudonym, household_id=founded, features=features
        )
        named.refs |= refs_of(shadow)
