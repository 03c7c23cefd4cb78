"""What people decided about links, as pairs of members and of records. People win over the model; of two decisions on a pair the later."""

from collections.abc import Iterable, Mapping, Set
from typing import Literal

import msgspec

Verdict = Literal["same", "different", "same_house_different_family", "needs_field_check"]
Pair = tuple[int, int]
ALWAYS = 10**9
"""The score of what people confirmed, thousandths of a bit."""


class LinkDecision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One decision in force. `level` is that of `groups`: members (person) or records (household), each group ordered.

    Inside a group the verdict `same` joins; between groups everything is apart. The other verdicts speak of every pair of the items.
    """

    sequence: int
    level: Literal["person", "household"]
    verdict: Verdict
    groups: tuple[tuple[int, ...], ...]


class Constraints:
    """The decisions in force by pair, and who has to be looked at because of them."""

    def __init__(self) -> None:
        self.persons: dict[Pair, Verdict] = {}
        self.records: dict[Pair, Verdict] = {}
        self.partners: dict[int, set[int]] = {}
        """The other records that decisions name together with a record; those of members too."""

    def __bool__(self) -> bool:
        return bool(self.persons or self.records)

    def person(self, a: int, b: int) -> Verdict | None:
        """What was decided about two members."""
        return self.persons.get((a, b) if a < b else (b, a))

    def household(self, a: int, b: int) -> Verdict | None:
        """What was decided about two records."""
        return self.records.get((a, b) if a < b else (b, a))


NOTHING_DECIDED = Constraints()


def pairs_of(decision: LinkDecision) -> Iterable[tuple[Pair, Verdict]]:
    """The pairs that a decision speaks of, low item first, with what it says of each."""
    placed = sorted((item, number) for number, group in enumerate(decision.groups) for item in group)
    for position, (low, group) in enumerate(placed):
        for high, other in placed[position + 1 :]:
            if low == high:
                continue
            apart = decision.verdict == "same" and group != other
            yield (low, high), "different" if apart else decision.verdict


def compile_constraints(decisions: Iterable[LinkDecision], record_of: Mapping[int, int]) -> Constraints:
    """The constraints of the decisions in force, oldest first or not. `record_of` gives the record of every member named."""
    found = Constraints()
    for decision in sorted(decisions, key=lambda one: one.sequence):
        where = found.persons if decision.level == "person" else found.records
        for pair, verdict in pairs_of(decision):
            where[pair] = verdict
            records = {record_of[item] if decision.level == "person" else item for item in pair}
            for record in records:
                found.partners.setdefault(record, set()).update(records - {record})
    return found


def confirmed(decided: Mapping[Pair, Verdict], among: Set[int]) -> list[Pair]:
    """The confirmed pairs inside a set of items."""
    return [pair for pair, verdict in decided.items() if verdict == "same" and among.issuperset(pair)]
