"""Folding what people decided about links, and which model links: facts kept as said, and links brought in step with them."""

import msgspec

from contracts.events import OpenedWords, Sequenced
from contracts.events_links import LinkDecided, LinkDecisionRevoked, LinkModelActivated, LinkModelPublished
from projections.linkage.default import weigher_of
from projections.links import reconsider, reconsider_all
from projections.output import NULL, Output, array, binary, document, text, written
from projections.records import FoldError, settle_help
from projections.state import DecidedLink, State


def apply_link_decided(state: State, output: Output, item: Sequenced, event: LinkDecided) -> DecidedLink:
    """The decision stands from here on, until it is revoked."""
    data = event.data
    decided = DecidedLink(decision=item.sequence, level=data.level, verdict=data.verdict, groups=data.groups)
    state.keep_link_decision(decided)
    take_effect(state, output, decided, item.sequence)
    output.open(
        "link_decision",
        (item.sequence,),
        item.sequence,
        str(item.sequence),
        data.level,
        data.verdict,
        array(decided.items),
        array(len(group) for group in data.groups),
        text(event.actor),
        written(event.happened_at),
        str(data.seen),
        text(data.model),
        binary(data.subject),
        _words(item),
    )
    return decided


def apply_link_revoked(
    state: State, output: Output, item: Sequenced, event: LinkDecisionRevoked
) -> DecidedLink | None:
    """The decision no longer stands; None where none with this sequence stood, and then nothing but the saying is kept."""
    data = event.data
    output.row(
        "link_revocation",
        str(item.sequence),
        str(data.decision),
        text(event.actor),
        written(event.happened_at),
        binary(data.subject),
        _words(item),
    )
    decided = state.drop_link_decision(data.decision)
    if decided is not None:
        output.close("link_decision", (data.decision,), item.sequence)
        take_effect(state, output, decided, item.sequence)
    return decided


def take_effect(state: State, output: Output, decided: DecidedLink, sequence: int) -> None:
    """Link anew what a decision is about, now that it stands or no longer does."""
    state.constrain()
    ids = state.record_ids if decided.level == "household" else state.member_ids
    items = {ids[item] for item in decided.items if item in ids}
    records = items if decided.level == "household" else {state.owners[member] for member in items}
    concerned = reconsider(state, output, records, sequence)
    settle_help(state, output, concerned, set(), sequence)


def apply_link_model(state: State, output: Output, item: Sequenced, event: LinkModelPublished) -> None:
    """The model can be activated from here on; published again under the same name, the newer document counts."""
    data = event.data
    state.link_models[data.model] = data.document
    output.row(
        "link_model",
        str(item.sequence),
        text(data.model),
        text(data.norm),
        text(data.digest),
        str(data.trained_on),
        text(data.document),
    )


def apply_link_activated(state: State, output: Output, item: Sequenced, event: LinkModelActivated) -> bool:
    """The model is in force from here on, for everybody; False for one that was never published, which changes nothing.

    Raises FoldError for a model that this code cannot read.
    """
    model = event.data.model
    if model not in state.link_models:
        return False
    if state.link_model is not None:
        output.close("link_model_in_force", (), item.sequence)
    state.link_model = model
    output.open("link_model_in_force", (), item.sequence, text(model))
    try:
        state.weigher = weigher_of(state.link_models[model])
    except msgspec.DecodeError as error:
        raise FoldError(f"the linking model {model} cannot be read: {error}") from error
    reconsider_all(state, output, item.sequence)
    settle_help(state, output, sorted(state.records), set(), item.sequence)
    return True


def _words(item: Sequenced) -> str:
    words = item.opened.words if isinstance(item.opened, OpenedWords) else None
    return NULL if words is None else document(words)
