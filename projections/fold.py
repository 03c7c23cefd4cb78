"""Folding events into rows: one event at a time, in order, pure.

The rows at `as_of=seq:N` are those of a fold of the events 1..N, whatever the sizes of the batches.
"""

from collections.abc import Sequence
from typing import assert_never

from contracts.events import (
    AgencyRegistered,
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    BatchReceived,
    BoundariesLoaded,
    FindingDecided,
    ProgrammeRegistered,
    RecordReceived,
    RecordWithdrawn,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralSent,
    RulesPublished,
    Sequenced,
    SubjectErased,
)
from contracts.events_links import LinkDecided, LinkDecisionRevoked, LinkModelActivated, LinkModelPublished
from projections import assistance, catalogue, decided_links, erasure, records, referrals
from projections.findings import decisions, keep
from projections.output import Output, instant, number, text, written
from projections.state import State

Touched = tuple[int | None, int | None]


def fold(state: State, items: Sequence[Sequenced]) -> Output:
    """The changes that these events make, in order; `state` moves along. Raises FoldError at an event that cannot be folded."""
    output = Output()
    fold_into(output, state, items)
    return output


def fold_into(output: Output, state: State, items: Sequence[Sequenced]) -> None:
    """The same, added to the changes of the events before."""
    for item in items:
        record, action = _apply(state, output, item)
        if state.touched:
            keep.review(state, output, item.sequence)
        event = item.event
        output.row(
            "event",
            str(item.sequence),
            text(event.id),
            type(event).__struct_config__.tag,  # pyright: ignore[reportArgumentType] - every event has a text tag
            text(event.source),
            text(event.agency),
            written(item.recorded_at),
            written(event.happened_at),
            instant(event.reported_at),
            number(record),
            number(action),
            "\\\\x" + item.digest.hex(),
        )


def _apply(state: State, output: Output, item: Sequenced) -> Touched:
    event = item.event
    match event:
        case RecordReceived():
            return records.apply_received(state, output, item, event), None
        case RecordWithdrawn():
            return records.apply_withdrawn(state, output, item, event), None
        case AssistanceRecorded():
            return None, assistance.apply_recorded(state, output, item, event)
        case AssistanceCorrected():
            return None, assistance.apply_corrected(state, output, item, event)
        case AssistanceVoided():
            return None, assistance.apply_voided(state, output, item, event)
        case BatchReceived():
            catalogue.apply_batch(output, item, event)
        case AgencyRegistered():
            catalogue.apply_agency(state, output, item, event)
        case ProgrammeRegistered():
            catalogue.apply_programme(state, output, item, event)
        case BoundariesLoaded():
            catalogue.apply_boundaries(state, output, item, event)
        case SubjectErased():
            erasure.apply_erased(state, output, item, event)
        case RulesPublished():
            keep.apply_rules(state, output, item, event)
        case FindingDecided():
            decisions.apply_decided(output, item, event)
        case LinkDecided():
            decided_links.apply_link_decided(state, output, item, event)
        case LinkDecisionRevoked():
            decided_links.apply_link_revoked(state, output, item, event)
        case LinkModelPublished():
            decided_links.apply_link_model(state, output, item, event)
        case LinkModelActivated():
            decided_links.apply_link_activated(state, output, item, event)
        case ReferralSent():
            return referrals.apply_sent(state, output, item, event), None
        case (
            ReferralAcknowledged()
            | ReferralAccepted()
            | ReferralDeclined()
            | ReferralCompleted()
            | ReferralCancelled()
        ):
            return referrals.apply_step(state, output, item, event), None
        case _:
            assert_never(event)
    return None, None
