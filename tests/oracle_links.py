"""The oracle's decisions about links, and the model that is in force: read from the events alone (docs/semantics.md)."""

from collections.abc import Mapping, Sequence

from contracts.events import Sequenced, SubjectErased
from contracts.events_links import (
    LinkDecided,
    LinkDecision,
    LinkDecisionRevoked,
    LinkModelActivated,
    LinkModelPublished,
)
from projections.linkage import constraints
from projections.linkage.constraints import Constraints, compile_constraints
from projections.linkage.default import default_weigher, weigher_of
from projections.linkage.weighing import Weigher


def standing(items: Sequence[Sequenced]) -> dict[int, LinkDecision]:
    """The decisions that hold after these events, by sequence: neither revoked nor about somebody who was erased since."""
    found: dict[int, LinkDecision] = {}
    for item in items:
        event = item.event
        if isinstance(event, LinkDecided):
            found[item.sequence] = event.data
        elif isinstance(event, LinkDecisionRevoked):
            found.pop(event.data.decision, None)
        elif isinstance(event, SubjectErased):
            gone = set(event.data.subjects)
            for sequence, decision in list(found.items()):
                if any(gone & set(group) for group in decision.groups):
                    del found[sequence]
    return found


def decided_about(
    items: Sequence[Sequenced],
    record_of: Mapping[str, int],
    member_of: Mapping[str, int],
    owner_of: Mapping[int, int],
) -> Constraints:
    """What people decided, about those who were delivered."""
    decisions: list[constraints.LinkDecision] = []
    for sequence, said in standing(items).items():
        known = record_of if said.level == "household" else member_of
        groups = tuple(tuple(known[item] for item in group if item in known) for group in said.groups)
        decisions.append(
            constraints.LinkDecision(sequence=sequence, level=said.level, verdict=said.verdict, groups=groups)
        )
    return compile_constraints(decisions, owner_of)


def weigher_of_log(items: Sequence[Sequenced]) -> Weigher:
    """The model in force: the document that was the newest when it was activated; the shipped one before any was."""
    documents: dict[str, str] = {}
    found = default_weigher()
    for item in items:
        event = item.event
        if isinstance(event, LinkModelPublished):
            documents[event.data.model] = event.data.document
        elif isinstance(event, LinkModelActivated) and event.data.model in documents:
            found = weigher_of(documents[event.data.model])
    return found
