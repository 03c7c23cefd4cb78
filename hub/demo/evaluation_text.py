"""What `hub demo evaluate` prints."""

from collections.abc import Iterator, Mapping

from contracts.times import bangkok_date
from hub.demo.evaluate import Evaluation
from hub.demo.grouping_scores import Score


def tell(found: Evaluation) -> str:
    """The comparison as tables for a person."""
    return "\n".join(_lines(found))


def _lines(found: Evaluation) -> Iterator[str]:
    day = bangkok_date(found.valid_at).isoformat()
    yield f"At the end of {day}, as known after event {found.sequence:,}, by {found.rules}"
    yield f"{found.households:,} true households; the links of {found.households_linked:,} are exactly right"
    yield ""
    yield f"{'':14}{'all households':^40}{'where the links are right':^40}"
    heads = f"{'expected':>10}{'found':>10}{'precision':>10}{'recall':>10}"
    yield f"{'findings':14}{heads}{heads}"
    for kind, score in found.findings.items():
        yield f"{kind:14}{_cells(score.overall)}{_cells(score.where_linked)}"
    yield ""
    yield f"{'planted':14}{'labels':>10}{'seen':>10}{'outside':>10}{'said otherwise':>16}"
    for kind, planted in found.planted.items():
        counts = (
            f"{planted.planted:>10,}{planted.seen:>10,}{planted.outside:>10,}{planted.said_otherwise:>16,}"
        )
        yield f"{kind:14}{counts}"
    yield "  outside: no statement about the household then, or (D3) too few neighbours without help"
    yield "  said otherwise: the sources erred about a need, or it had been met or served by then"
    yield ""
    links = found.linkage
    yield f"{'linkage':24}{heads}"
    yield f"{'household pairs':24}{_cells(links.households.pairs)}"
    yield f"{'household groups':24}{_cells(links.households.groups)}"
    yield f"{'person pairs':24}{_cells(links.persons.pairs)}"
    yield f"{'person groups':24}{_cells(links.persons.groups)}"
    yield f"{links.records_missing:,} records and {links.members_missing:,} mentions of people could not be compared"
    yield from _labels("pairs of records by defect", links.records_by_label)
    yield from _labels("pairs of people by defect", links.members_by_label)


def _labels(title: str, scores: Mapping[str, Score]) -> Iterator[str]:
    yield ""
    yield title
    for label, score in scores.items():
        yield f"  {label:26}{_cells(score)}"


def _cells(score: Score) -> str:
    return f"{score.expected:>10,}{score.found:>10,}{_share(score.precision):>10}{_share(score.recall):>10}"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
