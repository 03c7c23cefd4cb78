"""Comparing two records: which of their members may be the same person, and whether they may be the same household.

It looks at two records, the model and what people decided about them, is symmetric, and gives the same edges whatever else is known.
"""

from collections.abc import Iterable
from typing import NamedTuple

from projections.linkage.constraints import ALWAYS, NOTHING_DECIDED, Constraints
from projections.linkage.features import Edge, RecordFeatures
from projections.linkage.houses import ADDRESS, LEAST_SCORE, OTHER, SAME, agreement
from projections.linkage.weighing import Place, Weigher, said

DECIDED = "decided_same"


class _Match(NamedTuple):
    """Two members that are in both records now, with their ranks, and how sure that is."""

    score: int
    ranks: tuple[int, int]
    a: int
    b: int


def _person_edges(
    weigher: Weigher, left: RecordFeatures, right: RecordFeatures, place: Place, decided: Constraints
) -> tuple[list[Edge], list[_Match]]:
    edges: list[Edge] = []
    current: list[_Match] = []
    floor = weigher.model.review
    for a in left.members:
        for b in right.members:
            verdict = decided.person(a.member, b.member) if decided else None
            if verdict == "different":
                continue
            if verdict == "same":
                score, rule = ALWAYS, DECIDED
            else:
                weighed = weigher.weigh(a, b, place, floor)
                if weighed is None:
                    continue
                score, rule = weighed.score, said(weighed.levels)
            low, high = (a.member, b.member) if a.member < b.member else (b.member, a.member)
            edges.append(Edge(level="person", a=low, b=high, rule=rule, score=score))
            if a.current and b.current:
                current.append(_Match(score, (a.rank, b.rank), a.member, b.member))
    return edges, current


def shared(matches: Iterable[_Match], least: int) -> int:
    """How many members two records have in common, each with one partner, the surest first."""
    taken: set[int] = set()
    count = 0
    for match in sorted(matches, key=lambda one: (-one.score, one.ranks, one.a, one.b)):
        if match.score >= least and match.a not in taken and match.b not in taken:
            taken |= {match.a, match.b}
            count += 1
    return count


def household_score(
    common: int, sizes: tuple[int, int], address: int, *, one_source: bool
) -> tuple[str, int] | None:
    """Why, and how much, two records with so many members in common look like one household; None where they do not.

    Two shared members are enough, one at the same address, or the only member of one of them at no other address, or one and the same
    single person twice in one source.
    """
    smaller, whole = min(sizes), sizes[0] + sizes[1] - common
    if common == 0:
        return None
    if common >= 2:
        rule = "members_shared"
    elif address == SAME:
        rule = "member_and_address"
    elif smaller == 1 and address != OTHER:
        rule = "only_member"
    elif whole == 1 and one_source:
        rule = "same_person_in_one_source"
    else:
        return None
    score = agreement(common, smaller, whole) + ADDRESS[address]
    return (rule, score) if score >= LEAST_SCORE else None


def _household_edge(
    weigher: Weigher,
    left: RecordFeatures,
    right: RecordFeatures,
    matches: list[_Match],
    place: Place,
    decided: Constraints,
) -> Edge | None:
    low, high = sorted((left.record, right.record))
    verdict = decided.household(low, high) if decided else None
    if verdict == "same":
        return Edge(level="household", a=low, b=high, rule=DECIDED, score=ALWAYS)
    if verdict is not None or not matches:
        return None
    sizes = tuple(sum(member.current for member in record.members) for record in (left, right))
    one_source = left.source == right.source
    for level, least in (("household", weigher.model.link), ("undecided", weigher.model.review)):
        found = household_score(
            shared(matches, least), (sizes[0], sizes[1]), place.address, one_source=one_source
        )
        if found is not None:
            return Edge(level=level, a=low, b=high, rule=found[0], score=found[1])
    return None


def compare(
    weigher: Weigher, one: RecordFeatures, other: RecordFeatures, decided: Constraints = NOTHING_DECIDED
) -> tuple[Edge, ...]:
    """The edges between two records; the same for (a, b) and (b, a)."""
    left, right = (one, other) if (one.rank, one.record) < (other.rank, other.record) else (other, one)
    place = weigher.place(left, right)
    edges, matches = _person_edges(weigher, left, right, place, decided)
    household = _household_edge(weigher, left, right, matches, place, decided)
    if household is not None:
        edges.append(household)
    return tuple(edges)
