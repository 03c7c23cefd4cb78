"""From edges to persons and households.

Greedy, strongest edge first, ties by the lower ids, so that equal sets of edges give equal groups whatever their order. A group
never holds two different valid citizen ids, nor two members of one record as one person; two records of one source are one
household only when an edge of their own says so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from projections.linkage.compare import compare
from projections.linkage.features import Edge, Partition, RecordFeatures, blocking_keys, is_crowded

Mark = int | str


class _Groups:
    """Disjoint sets with the lowest id as root and a set of marks per root; joining is refused when `clash` says so."""

    def __init__(self, marks: Mapping[int, frozenset[Mark]]) -> None:
        self.parent = {item: item for item in marks}
        self.marks = dict(marks)

    def root(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, a: int, b: int, clash: Callable[[frozenset[Mark], frozenset[Mark]], bool]) -> None:
        low, high = sorted((self.root(a), self.root(b)))
        if low == high or clash(self.marks[low], self.marks[high]):
            return
        self.parent[high] = low
        self.marks[low] = self.marks[low] | self.marks.pop(high)

    def founders(self) -> dict[int, int]:
        return {item: self.root(item) for item in self.parent}


def _strongest_first(edges: Iterable[Edge], level: str) -> list[Edge]:
    return sorted(
        (edge for edge in edges if edge.level == level), key=lambda edge: (-edge.score, edge.a, edge.b)
    )


def _persons(records: Sequence[RecordFeatures], edges: Iterable[Edge]) -> dict[int, int]:
    def clash(a: frozenset[Mark], b: frozenset[Mark]) -> bool:
        both = a | b
        citizens = {mark for mark in both if isinstance(mark, str)}
        return len(citizens) > 1 or len(both - citizens) < len(a - citizens) + len(b - citizens)

    marks: dict[int, frozenset[Mark]] = {}
    for record in records:
        for member in record.members:
            marks[member.member] = frozenset(
                {record.record} | ({member.citizen} if member.citizen else set())
            )
    groups = _Groups(marks)
    for edge in _strongest_first(edges, "person"):
        groups.join(edge.a, edge.b, clash)
    return groups.founders()


def _households(records: Sequence[RecordFeatures], edges: Sequence[Edge]) -> dict[int, int]:
    ordered = _strongest_first(edges, "household")
    linked = {(edge.a, edge.b) for edge in ordered}
    source_of = {record.record: record.source for record in records}

    def clash(a: frozenset[Mark], b: frozenset[Mark]) -> bool:
        pairs = (
            sorted((one, other))
            for one in a
            for other in b
            if isinstance(one, int) and isinstance(other, int)
        )
        return any(source_of[low] == source_of[high] and (low, high) not in linked for low, high in pairs)

    groups = _Groups({record.record: frozenset({record.record}) for record in records})
    for edge in ordered:
        groups.join(edge.a, edge.b, clash)
    return groups.founders()


def cluster(records: Sequence[RecordFeatures], edges: Sequence[Edge]) -> Partition:
    """Persons and households of these records, given every edge between them. Order of the arguments does not matter."""
    if not edges:
        return Partition(
            persons={member.member: member.member for record in records for member in record.members},
            households={record.record: record.record for record in records},
        )
    return Partition(persons=_persons(records, edges), households=_households(records, edges))


def link(records: Sequence[RecordFeatures]) -> Partition:
    """Persons and households of all these records, from their features alone: the definition the projector must agree with."""
    blocks: dict[int, list[RecordFeatures]] = {}
    for record in sorted(records, key=lambda features: features.record):
        for key in blocking_keys(record):
            blocks.setdefault(key, []).append(record)
    edges: set[Edge] = set()
    for block in blocks.values():
        if is_crowded(len(block)):
            continue
        for position, one in enumerate(block):
            for other in block[position + 1 :]:
                edges.update(compare(one, other))
    return cluster(records, sorted(edges, key=lambda edge: (edge.level, edge.a, edge.b)))
