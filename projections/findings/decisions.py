"""What people decided about findings: kept as said, joined to the findings when they are read."""

from contracts.events import FindingDecided, OpenedWords, Sequenced
from projections.output import NULL, Output, binary, document, text, written


def apply_decided(output: Output, item: Sequenced, event: FindingDecided) -> None:
    """A decision is known from here on. It changes no finding and no help."""
    data = event.data
    opened = item.opened
    words = opened.words if isinstance(opened, OpenedWords) else None
    output.row(
        "finding_decision",
        str(item.sequence),
        text(data.finding),
        data.verdict,
        text(event.actor),
        written(event.happened_at),
        str(data.seen),
        binary(data.subject),
        NULL if words is None else document(words),
    )
