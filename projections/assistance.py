"""Folding assistance actions, and finding the household that each of them reached.

A recipient is resolved through what is known now and again whenever the records it hangs on change. What cannot be resolved without
guessing stays unresolved: a house code that several households share belongs to none of them.
"""

import datetime as dt
from collections.abc import Iterable
from sys import intern

from contracts.events import AssistanceCorrected, AssistanceRecorded, AssistanceVoided, OpenedHelp, Sequenced
from projections.linkage.features import citizen_key, house_key, is_crowded
from projections.output import Output, binary, boolean, document, instant, number, span, text
from projections.state import ActionState, RecordState, Ref, State

Anchor = tuple[int, int | None]
ORDER = {"citizen": 0, "record": 1, "household": 2, "house": 3}


def apply_recorded(state: State, output: Output, item: Sequenced, event: AssistanceRecorded) -> int:
    """The first event of an action; a repeat of its pseudonym replaces the content. Returns the action."""
    return _apply_content(state, output, item, event, corrected=False)


def apply_corrected(state: State, output: Output, item: Sequenced, event: AssistanceCorrected) -> int:
    """The action as it now stands."""
    return _apply_content(state, output, item, event, corrected=True)


def apply_voided(state: State, output: Output, item: Sequenced, event: AssistanceVoided) -> int | None:
    """The action is no longer known as help. Returns the action, or None for one never recorded."""
    action = state.action_ids.get(event.data.action)
    if action is None or not state.actions[action].standing:
        return action
    known = state.actions[action]
    output.close("action_state", (action,), item.sequence)
    _set_refs(state, output, known, ())
    _anchor(state, output, known, None, item.sequence)
    known.standing = False
    return action


def _apply_content(
    state: State,
    output: Output,
    item: Sequenced,
    event: AssistanceRecorded | AssistanceCorrected,
    *,
    corrected: bool,
) -> int:
    data = event.data
    agency = event.agency or event.source
    action = state.action_ids.get(data.action)
    if action is None:
        action = item.sequence
        state.action_ids[data.action] = action
        state.actions[action] = ActionState(action=action, agency=intern(agency), start=event.happened_at)
        output.row("action", str(action), text(agency), binary(data.action))
    elif state.actions[action].standing:
        output.close("action_state", (action,), item.sequence)
    known = state.actions[action]
    known.start, known.standing = event.happened_at, True
    known.until, known.reporter = event.happened_until, intern(event.reporter or agency)
    known.kind, known.need = intern(data.kind), intern(data.need)
    known.programme = None if data.programme is None else intern(data.programme)
    known.satang = data.amount_satang
    if known.household is not None:
        state.touched.add(known.household)
    _write_state(output, action, item, event, corrected=corrected)
    refs = sorted({(ref.kind, ref.ref) for ref in data.recipients}, key=lambda ref: (ORDER[ref[0]], ref[1]))
    _set_refs(state, output, known, tuple(refs))
    _anchor(state, output, known, resolve(state, known), item.sequence)
    return action


def _write_state(
    output: Output,
    action: int,
    item: Sequenced,
    event: AssistanceRecorded | AssistanceCorrected,
    *,
    corrected: bool,
) -> None:
    data = event.data
    opened = item.opened
    help_ = opened.help if isinstance(opened, OpenedHelp) else None
    until = event.happened_until
    output.open(
        "action_state",
        (action,),
        item.sequence,
        str(action),
        str(item.sequence),
        span(event.happened_at, until),
        instant(event.reported_at),
        text(event.agency or event.source),
        text(event.reporter),
        text(data.programme),
        data.kind,
        data.need,
        data.level,
        number(data.amount_satang),
        text(data.quantity),
        text(data.unit),
        boolean(corrected),
        binary(data.subject),
        "\\N" if help_ is None else document(help_),
    )


def _set_refs(state: State, output: Output, known: ActionState, refs: tuple[Ref, ...]) -> None:
    if refs == known.refs:
        return
    if known.refs:
        output.drop_recipients(known.action)
    for ref in known.refs:
        state.by_ref.discard(ref, known.action)
    for ref in refs:
        state.by_ref.add(ref, known.action)
    for ordinal, (kind, ref) in enumerate(refs):
        output.recipient(known.action, ordinal, kind, ref)
    known.refs = refs


def _anchor(state: State, output: Output, known: ActionState, anchor: Anchor | None, sequence: int) -> None:
    household = None if anchor is None else state.household_of[anchor[0]]
    if household != known.household:
        if known.household is not None:
            state.by_household.discard(known.household, known.action)
            state.touched.add(known.household)
        known.repeats = None
        if household is not None:
            state.by_household.add(household, known.action)
    elif anchor == known.anchor:
        return
    if household is not None:
        state.touched.add(household)
    if known.anchor is not None:
        output.close("action_household", (known.action,), sequence)
    known.anchor, known.household = anchor, household
    if anchor is not None:
        open_place(output, known, sequence)


def open_place(output: Output, known: ActionState, sequence: int) -> None:
    """Whom an action reached, as known from here on."""
    if known.anchor is None:
        return
    record, member = known.anchor
    output.open(
        "action_household",
        (known.action,),
        sequence,
        str(known.action),
        str(record),
        number(member),
        number(known.household),
        number(known.repeats),
    )


def resolve(state: State, known: ActionState) -> Anchor | None:
    """The record (and member) that the recipient refs name; the first ref that names one decides."""
    for kind, ref in known.refs:
        anchor = _RESOLVERS[kind](state, ref, known.start)
        if anchor is not None:
            return anchor
    return None


def _by_citizen(state: State, ref: str, start: dt.datetime) -> Anchor | None:
    found: list[tuple[bool, int, int]] = []
    block = state.blocks.get(citizen_key(ref))
    for record in () if is_crowded(len(block)) else block:
        features = state.records[record].features
        members = () if features is None else features.members
        found.extend(
            (not _valid_at(state.records[record], start), member.member, record)
            for member in members
            if member.citizen == ref
        )
    if not found:
        return None
    _, member, record = min(found)
    return record, member


def _valid_at(record: RecordState, instant_: dt.datetime) -> bool:
    return any(
        segment.start <= instant_ and (segment.end is None or instant_ < segment.end)
        for segment in record.line
    )


def _by_record(state: State, ref: str, _start: dt.datetime) -> Anchor | None:
    record = state.record_ids.get(ref)
    return None if record is None else (record, None)


def _by_household(state: State, ref: str, _start: dt.datetime) -> Anchor | None:
    record = state.founder_ids.get(ref)
    return None if record is None else (record, None)


def _by_house(state: State, ref: str, _start: dt.datetime) -> Anchor | None:
    block = state.blocks.get(house_key(ref))
    records = [
        record
        for record in (() if is_crowded(len(block)) else block)
        if (features := state.records[record].features) is not None and features.house == ref
    ]
    households = {state.household_of[record] for record in records}
    return (min(records), None) if len(households) == 1 else None


_RESOLVERS = {"citizen": _by_citizen, "record": _by_record, "household": _by_household, "house": _by_house}


def refs_of(record: RecordState) -> set[Ref]:
    """Every ref by which an action could name this record or one of its members."""
    refs: set[Ref] = {("record", record.pseudonym), ("household", record.household_id)}
    features = record.features
    if features is not None:
        if features.house is not None:
            refs.add(("house", features.house))
        refs.update(("citizen", member.citizen) for member in features.members if member.citizen is not None)
    return refs


def resolve_again(state: State, output: Output, refs: Iterable[Ref], sequence: int) -> None:
    """Resolve every action that names one of these refs, after what they stand for may have changed."""
    actions: set[int] = set()
    for ref in refs:
        actions.update(state.by_ref.get(ref))
    for action in sorted(actions):
        known = state.actions[action]
        _anchor(state, output, known, resolve(state, known), sequence)
