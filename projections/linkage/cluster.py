"""From edges to persons and households, inside each connected set of records.

Persons first, by average link over every pair of a connected set of members; then households, the strongest edge first; then persons
once more where two members of one household were left undecided. Equal sets of features, edges and decisions give equal groups, whatever
their order. Two records of one source are one household only when an edge of their own says so.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from projections.linkage.compare import compare
from projections.linkage.constraints import ALWAYS, NOTHING_DECIDED, Constraints
from projections.linkage.features import (
    Edge,
    MemberFeatures,
    Partition,
    RecordFeatures,
    blocking_keys,
    is_crowded,
)
from projections.linkage.grouping import HIGHEST, LARGEST, NEVER, STEP, Cut, joined
from projections.linkage.linking import cut_of
from projections.linkage.scoring import VETO
from projections.linkage.weighing import Weigher

Pair = tuple[int, int]
WEIGHED = 16
"""In a connected set of so many members every pair is weighed; in a larger one a pair without an edge counts a penalty below the floor."""
PENALTY = 4_000


class Sets:
    """Disjoint sets of numbers, the lowest of each being its root."""

    def __init__(self, items: Iterable[int]) -> None:
        self.parent = {item: item for item in items}

    def root(self, item: int) -> int:
        """The lowest member of the item's set."""
        parent = self.parent
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def join(self, a: int, b: int) -> None:
        """Make one set of two."""
        low, high = sorted((self.root(a), self.root(b)))
        self.parent[high] = low

    def groups(self) -> dict[int, list[int]]:
        """The sets by root, their items in order."""
        found: dict[int, list[int]] = {}
        for item in sorted(self.parent):
            found.setdefault(self.root(item), []).append(item)
        return found


class _Members:
    """The members of some records and how any two of them score."""

    def __init__(self, weigher: Weigher, records: Sequence[RecordFeatures], decided: Constraints) -> None:
        self.weigher = weigher
        self.decided = decided
        self.of: dict[int, tuple[RecordFeatures, MemberFeatures]] = {
            member.member: (record, member) for record in records for member in record.members
        }

    def rank(self, member: int) -> tuple[int, int, int]:
        """The place of a member among equals."""
        record, features = self.of[member]
        return (record.rank, features.rank, member)

    def score(self, low: int, high: int) -> int:
        """The score of a pair that has no edge."""
        if self.decided and self.decided.person(low, high) == "different":
            return NEVER
        (left, a), (right, b) = self.of[low], self.of[high]
        if left.record == right.record:
            return VETO
        return self.weigher.judged(a, b, self.weigher.place(left, right)).score

    def assumed(self, low: int, high: int) -> int:
        """The same in a large set, where weighing every pair would cost more than it tells: what forbids the pair, else a penalty."""
        if self.decided and self.decided.person(low, high) == "different":
            return NEVER
        (left, a), (right, b) = self.of[low], self.of[high]
        if left.record == right.record or (a.valid and b.valid and a.digits != b.digits):
            return VETO
        return self.weigher.model.review - PENALTY

    def context(self, low: int, high: int, score: int) -> int:
        """The score of an undecided pair whose members live in one household."""
        if self.decided and self.decided.person(low, high) is not None:
            return score
        (left, a), (right, b) = self.of[low], self.of[high]
        return max(score, self.weigher.judged(a, b, self.weigher.place(left, right)).context)


def _grouped(group: Sequence[int], scores: Mapping[Pair, int], members: _Members, cut: Cut) -> list[Pair]:
    """The joinings of one connected set of members by average link; a pair without an edge is scored all the same."""
    if len(group) == 2:
        return [(group[0], group[1])] if scores[group[0], group[1]] >= cut.link else []
    ranked = sorted(group, key=members.rank)
    missing = members.score if len(group) <= WEIGHED else members.assumed
    upper: list[int] = []
    for position, one in enumerate(ranked):
        for other in ranked[position + 1 :]:
            pair = (one, other) if one < other else (other, one)
            upper.append(scores[pair] if pair in scores else missing(*pair))
    return joined(np.asarray(ranked, np.int64), np.asarray(upper, np.int64), cut)


def _founders(items: Iterable[int], done: Iterable[Pair]) -> dict[int, int]:
    sets = Sets(items)
    for low, high in done:
        sets.join(low, high)
    return {item: sets.root(item) for item in sets.parent}


def _persons(members: _Members, scores: Mapping[Pair, int], cut: Cut) -> dict[int, int]:
    sets = Sets(members.of)
    for low, high in scores:
        sets.join(low, high)
    done: list[Pair] = []
    for group in sets.groups().values():
        if len(group) > 1:
            done.extend(_grouped(group, scores, members, cut))
    return _founders(members.of, done)


def _in_context(
    members: _Members, scores: Mapping[Pair, int], households: Mapping[int, int], link: int
) -> dict[Pair, int] | None:
    """The scores once more, undecided pairs inside one household by what such people share; None where nothing changes."""
    changed = dict(scores)
    for (low, high), score in scores.items():
        if score >= link:
            continue
        here, there = members.of[low][0].record, members.of[high][0].record
        if households[here] == households[there]:
            changed[low, high] = members.context(low, high, score)
    return changed if changed != scores else None


def _mutual(
    edges: Iterable[Edge], source_of: Mapping[int, str], rank: Mapping[int, tuple[int, int]]
) -> list[Edge]:
    """The household edges that are the best of both their records towards the other's source, strongest first; equals all count."""
    best: dict[tuple[int, str], int] = {}
    listed = list(edges)
    for edge in listed:
        for record, other in ((edge.a, edge.b), (edge.b, edge.a)):
            key = (record, source_of[other])
            best[key] = max(best.get(key, 0), edge.score)
    kept = [
        edge
        for edge in listed
        if edge.score >= ALWAYS
        or (edge.score == best[edge.a, source_of[edge.b]] and edge.score == best[edge.b, source_of[edge.a]])
    ]
    return sorted(kept, key=lambda edge: (-edge.score, *sorted((rank[edge.a], rank[edge.b]))))


def _households(
    records: Sequence[RecordFeatures], edges: Sequence[Edge], decided: Constraints
) -> dict[int, int]:
    source_of = {record.record: record.source for record in records}
    linked = {(edge.a, edge.b) for edge in edges}
    sets = Sets(source_of)
    inside = {record: [record] for record in source_of}

    def clash(low: int, high: int) -> bool:
        for one in inside[low]:
            for other in inside[high]:
                verdict = decided.household(one, other) if decided else None
                if verdict in ("different", "same_house_different_family"):
                    return True
                pair = (one, other) if one < other else (other, one)
                if source_of[one] == source_of[other] and pair not in linked:
                    return True
        return False

    rank = {record.record: (record.rank, record.record) for record in records}
    for edge in _mutual(edges, source_of, rank):
        low, high = sorted((sets.root(edge.a), sets.root(edge.b)))
        if low != high and not clash(low, high):
            sets.join(low, high)
            inside[low] += inside.pop(high)
    return {record: sets.root(record) for record in source_of}


def _within(
    weigher: Weigher, records: Sequence[RecordFeatures], edges: Sequence[Edge], decided: Constraints
) -> Partition:
    """The groups of one connected set of records."""
    members = _Members(weigher, records, decided)
    cut = cut_of(weigher.model)
    scores = {(edge.a, edge.b): edge.score for edge in edges if edge.level == "person"}
    if decided.inside:
        scores |= {pair: ALWAYS for record in records for pair in decided.inside.get(record.record, ())}
    households = _households(records, [edge for edge in edges if edge.level == "household"], decided)
    again = _in_context(members, scores, households, cut.link)
    return Partition(
        persons=_persons(members, scores if again is None else again, cut), households=households
    )


def _connected(
    records: Sequence[RecordFeatures], edges: Sequence[Edge]
) -> list[tuple[list[RecordFeatures], list[Edge]]]:
    """The connected sets of records with their edges."""
    by_record = {record.record: record for record in records}
    record_of = {member.member: record.record for record in records for member in record.members}

    def ends(edge: Edge) -> Pair:
        return (record_of[edge.a], record_of[edge.b]) if edge.level == "person" else (edge.a, edge.b)

    sets = Sets(by_record)
    for edge in edges:
        sets.join(*ends(edge))
    theirs: dict[int, list[Edge]] = {}
    for edge in edges:
        theirs.setdefault(sets.root(ends(edge)[0]), []).append(edge)
    return [
        ([by_record[record] for record in group], theirs.get(root, []))
        for root, group in sets.groups().items()
    ]


def _parts(
    records: Sequence[RecordFeatures], edges: Sequence[Edge], floor: int
) -> list[tuple[list[RecordFeatures], list[Edge]]]:
    """Connected sets that are not too large: the floor of persons' edges rises inside those that are, and there alone."""
    found: list[tuple[list[RecordFeatures], list[Edge]]] = []
    for group, theirs in _connected(records, edges):
        if len(group) <= LARGEST or floor >= HIGHEST:
            found.append((group, theirs))
            continue
        kept = [edge for edge in theirs if edge.level == "person" and edge.score >= floor + STEP]
        record_of = {member.member: record.record for record in group for member in record.members}
        together = {tuple(sorted((record_of[edge.a], record_of[edge.b]))) for edge in kept}
        kept += [
            edge
            for edge in theirs
            if edge.level != "person" and (edge.score >= ALWAYS or (edge.a, edge.b) in together)
        ]
        found.extend(_parts(group, kept, floor + STEP))
    return found


def cluster(
    weigher: Weigher,
    records: Sequence[RecordFeatures],
    edges: Sequence[Edge],
    decided: Constraints = NOTHING_DECIDED,
) -> Partition:
    """Persons and households of these records, given every edge between them. Order of the arguments does not matter."""
    if not edges and not decided.inside:
        return Partition(
            persons={member.member: member.member for record in records for member in record.members},
            households={record.record: record.record for record in records},
        )
    persons: dict[int, int] = {}
    households: dict[int, int] = {}
    for group, theirs in _parts(records, edges, weigher.model.review):
        found = _within(weigher, group, theirs, decided)
        persons |= found.persons
        households |= found.households
    return Partition(persons=persons, households=households)


def candidates(records: Sequence[RecordFeatures], decided: Constraints) -> set[Pair]:
    """The pairs of records (low, high) that share a key that is not crowded, or that people decided about."""
    blocks: dict[int, list[int]] = {}
    for record in records:
        for key in blocking_keys(record):
            blocks.setdefault(key, []).append(record.record)
    pairs = {
        (one, other)
        for block in blocks.values()
        if not is_crowded(len(block))
        for one in block
        for other in block
        if one < other
    }
    known = {record.record for record in records}
    for record, partners in decided.partners.items():
        pairs |= {(record, other) for other in partners if record < other and {record, other} <= known}
    return pairs


def link(
    weigher: Weigher, records: Sequence[RecordFeatures], decided: Constraints = NOTHING_DECIDED
) -> Partition:
    """Persons and households of all these records, from their features alone: the definition the projector must agree with."""
    by_record = {record.record: record for record in records}
    edges = [
        edge
        for one, other in sorted(candidates(records, decided))
        for edge in compare(weigher, by_record[one], by_record[other], decided)
    ]
    return cluster(weigher, records, edges, decided)
