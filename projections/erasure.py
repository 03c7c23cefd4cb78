"""Folding `subject.erased`: the past is told without the person.

From its sequence on nothing links through the erased subject; the personal columns of every earlier version are emptied. What was
inferred from the subject before stays until the next rebuild, which has to follow within a day.
"""

from collections.abc import Iterable

import msgspec

from contracts.events import Sequenced, SubjectErased
from projections.assistance import refs_of, resolve_again
from projections.links import relink
from projections.output import Erased, Output
from projections.state import RecordState, State
from projections.statements import NO_FACTS, Statement, read_member


def apply_erased(state: State, output: Output, item: Sequenced, event: SubjectErased) -> None:
    """Erase house sections (by record pseudonym), members (by member pseudonym) and recipients (by their subject)."""
    houses: set[int] = set()
    members: dict[int, set[int]] = {}
    for subject in event.data.subjects:
        record = state.record_ids.get(subject)
        if record is not None:
            houses.add(record)
        member = state.member_ids.get(subject)
        if member is not None:
            members.setdefault(state.owner_of(member), set()).add(member)
    _forget_decisions(state, output, event.data.subjects, item.sequence)
    for record in sorted(houses | members.keys()):
        gone = Erased(record in houses, frozenset(members.get(record, ())))
        _erase_record(state, output, state.records[record], gone, item.sequence)
    output.erased_subjects.extend(event.data.subjects)
    output.erased_at = item.sequence


def _forget_decisions(state: State, output: Output, subjects: Iterable[str], sequence: int) -> None:
    """What people decided about the links of an erased subject no longer holds."""
    decisions = {decision for subject in subjects for decision in state.decisions_about.get(subject)}
    for decision in sorted(decisions):
        state.drop_link_decision(decision)
        output.close("link_decision", (decision,), sequence)
    if decisions:
        state.constrain()


def _erase_record(state: State, output: Output, known: RecordState, gone: Erased, sequence: int) -> None:
    refs = refs_of(known)
    for period, statement in known.statements.items():
        known.statements[period] = _without(statement, gone)
    before = output.erased_records.get(known.record, gone)
    output.erased_records[known.record] = Erased(gone.house or before.house, gone.members | before.members)
    for record in relink(state, output, known, sequence):
        refs |= refs_of(state.records[record])
    resolve_again(state, output, refs, sequence)


def _without(statement: Statement, gone: Erased) -> Statement:
    facts = statement.facts
    if gone.house:
        facts = msgspec.structs.replace(
            NO_FACTS, amphoe=facts.amphoe, tambon=facts.tambon, head_name=facts.head_name
        )
    if not gone.members:
        return msgspec.structs.replace(statement, facts=facts)
    kept = tuple(read_member(m.member, None) if m.member in gone.members else m for m in statement.members)
    # The head's name is of a member: without knowing whose it is, it goes with any of them.
    return msgspec.structs.replace(
        statement, members=kept, facts=msgspec.structs.replace(facts, head_name=None)
    )
