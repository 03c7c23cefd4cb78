"""Folding `subject.erased`: the past is told without the person.

From its sequence on nothing links through the erased subject; the personal columns of every earlier version are emptied. What was
inferred from the subject before stays until the next rebuild, which has to follow within a day.
"""

from collections.abc import Iterable

import msgspec

from contracts.events import Sequenced, SubjectErased
from projections.assistance import refs_of, resolve_again
from projections.links import relink
from projections.output import Output
from projections.state import RecordState, State
from projections.statements import NO_FACTS, Statement, read_member


def apply_erased(state: State, output: Output, item: Sequenced, event: SubjectErased) -> None:
    """Erase house sections (by record pseudonym), members (by member pseudonym) and recipients (by their subject)."""
    records: dict[int, set[int] | None] = {}
    for subject in event.data.subjects:
        record = state.record_ids.get(subject)
        if record is not None:
            records[record] = None
        member = state.member_ids.get(subject)
        if member is not None:
            members = records.setdefault(state.owner_of(member), set())
            if members is not None:
                members.add(member)
    _forget_decisions(state, output, event.data.subjects, item.sequence)
    for record, members in sorted(records.items()):
        _erase_record(state, output, state.records[record], members, item.sequence)
    output.erased_subjects.extend(event.data.subjects)


def _forget_decisions(state: State, output: Output, subjects: Iterable[str], sequence: int) -> None:
    """What people decided about the links of an erased subject no longer holds."""
    decisions = {decision for subject in subjects for decision in state.decisions_about.get(subject)}
    for decision in sorted(decisions):
        state.drop_link_decision(decision)
        output.close("link_decision", (decision,), sequence)
    if decisions:
        state.constrain()


def _erase_record(
    state: State, output: Output, known: RecordState, members: set[int] | None, sequence: int
) -> None:
    refs = refs_of(known)
    for period, statement in known.statements.items():
        known.statements[period] = _without(statement, members)
    output.erased_records[known.record] = members
    for record in relink(state, output, known, sequence):
        refs |= refs_of(state.records[record])
    resolve_again(state, output, refs, sequence)


def _without(statement: Statement, members: set[int] | None) -> Statement:
    facts = statement.facts
    if members is None:
        kept = statement.members
        facts = msgspec.structs.replace(
            NO_FACTS, amphoe=facts.amphoe, tambon=facts.tambon, head_name=facts.head_name
        )
    else:
        kept = tuple(read_member(m.member, None) if m.member in members else m for m in statement.members)
        # The head's name is of a member: without knowing whose it is, it goes with any of them.
        facts = msgspec.structs.replace(facts, head_name=None)
    return msgspec.structs.replace(statement, members=kept, facts=facts)
