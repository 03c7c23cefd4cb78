"""Folding records: a statement received, a statement withdrawn, a subject erased."""

from collections.abc import Iterable

import msgspec

from contracts.events import OpenedRecord, RecordReceived, RecordWithdrawn, SealedRecord, Sequenced
from contracts.ids import household_id, person_id
from contracts.needs import CROSSWALK
from contracts.records import Need
from contracts.sources.originals import needs_of_record
from projections.assistance import refs_of, resolve_again
from projections.links import relink
from projections.output import NULL, Output, binary, boolean, document, instant, text, written
from projections.state import MEMBERS_PER_EVENT, RecordState, Ref, State
from projections.statements import Statement, read_facts, read_member


class FoldError(Exception):
    """An event cannot be folded; the projector stops at it."""


def apply_received(state: State, output: Output, item: Sequenced, event: RecordReceived) -> int:
    """A source gave a record for a period. Returns the record."""
    data = event.data
    opened = item.opened
    if not isinstance(opened, OpenedRecord):
        raise FoldError(f"record event {item.sequence} came without its opened sections")
    known = _known_record(state, output, item, event)
    ids = tuple(
        _known_member(state, output, known, member.member, item.sequence, position)
        for position, member in enumerate(data.members)
    )
    members = tuple(read_member(id_, member) for id_, member in zip(ids, opened.members, strict=True))
    known.statements[data.period] = Statement(
        sequence=item.sequence,
        period=data.period,
        happened_at=event.happened_at,
        withdrawn_at=None,
        facts=read_facts(
            opened, amphoe=data.amphoe, tambon=data.tambon, needs=_needs_of(state, event.source, opened)
        ),
        members=members,
    )
    pairs = [{"id": id_, "member": member} for id_, member in zip(ids, opened.members, strict=True)]
    content = document({"house": opened.house, "members": pairs})
    _write_version(output, item, event, known.record, withdrawn=False, content=content)
    _settle(state, output, known, item.sequence)
    return known.record


def apply_withdrawn(state: State, output: Output, item: Sequenced, event: RecordWithdrawn) -> int | None:
    """A statement ends at the event's `reported_at`. Returns the record, or None for one never received."""
    record = state.record_ids.get(event.data.record)
    if record is None:
        return None
    known = state.records[record]
    _write_version(output, item, event, record, withdrawn=True, content=NULL)
    statement = known.statements.get(event.data.period)
    if statement is not None:
        end = event.reported_at or event.happened_at
        known.statements[event.data.period] = msgspec.structs.replace(statement, withdrawn_at=end)
        _settle(state, output, known, item.sequence)
    return record


def _needs_of(state: State, source: str, opened: OpenedRecord) -> dict[Need, bool] | None:
    """The needs as the published crosswalk reads them; None where the shipped one is in force, which intake used."""
    crosswalk = state.rules.crosswalk
    if crosswalk is CROSSWALK or crosswalk == CROSSWALK:
        return None
    return needs_of_record(source, opened.house, opened.members, crosswalk)


def _known_record(state: State, output: Output, item: Sequenced, event: RecordReceived) -> RecordState:
    pseudonym = event.data.record
    record = state.record_ids.get(pseudonym)
    if record is not None:
        return state.records[record]
    household = str(household_id(pseudonym))
    known = RecordState(
        record=item.sequence, source=event.source, pseudonym=pseudonym, household_id=household
    )
    state.records[item.sequence] = known
    state.record_ids[pseudonym] = item.sequence
    state.founder_ids[household] = item.sequence
    if state.decisions_about.get(pseudonym):
        state.constrain()
    output.row("record", str(item.sequence), text(event.source), binary(pseudonym), household)
    return known


def _known_member(
    state: State, output: Output, record: RecordState, pseudonym: str, sequence: int, position: int
) -> int:
    member = state.member_ids.get(pseudonym)
    if member is None:
        if position >= MEMBERS_PER_EVENT:
            raise FoldError(f"record event {sequence} lists more than {MEMBERS_PER_EVENT} members")
        member = sequence * MEMBERS_PER_EVENT + position
        state.member_ids[pseudonym] = member
        if state.decisions_about.get(pseudonym):
            state.owners[member] = record.record
            state.constrain()
        output.row("member", str(member), str(record.record), binary(pseudonym), str(person_id(pseudonym)))
    return member


def _write_version(
    output: Output,
    item: Sequenced,
    event: RecordReceived | RecordWithdrawn,
    record: int,
    *,
    withdrawn: bool,
    content: str,
) -> None:
    data = event.data
    areas = (text(data.amphoe), text(data.tambon)) if isinstance(data, SealedRecord) else (NULL, NULL)
    output.row(
        "record_version",
        str(item.sequence),
        str(record),
        text(event.data.period),
        written(event.happened_at),
        instant(event.reported_at),
        boolean(withdrawn),
        *areas,
        content,
    )


def _settle(state: State, output: Output, changed: RecordState, sequence: int) -> None:
    refs = refs_of(changed)
    settle_help(state, output, relink(state, output, changed, sequence), refs, sequence)


def settle_help(
    state: State, output: Output, concerned: Iterable[int], refs: set[Ref], sequence: int
) -> None:
    """Find again whom the actions reached that hang on these records, or on `refs` of before."""
    if not state.by_ref:
        return
    for record in concerned:
        refs |= refs_of(state.records[record])
    resolve_again(state, output, refs, sequence)
