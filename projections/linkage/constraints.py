"""What people decided about links, as pairs of members and of records. People win over the model; of two decisions on a pair the later."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

Verdict = Literal["same", "different", "same_house_different_family", "needs_field_check"]
Pair = tuple[int, int]
ALWAYS = 10**9
"""The score of what people confirmed, thousandths of a bit."""


class LinkDecision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One decision in force. `level` is that of `groups`: members (person) or records (household)."""

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
        """The other records that people put together with a record, or whose members with one of its own."""

        self.inside: dict[int, list[Pair]] = {}
        """The members of one record that people put together, by record."""

    def __bool__(self) -> bool:
        return bool(self.persons or self.records)

    def person(self, a: int, b: int) -> Verdict | None:
        """What was decided about two members."""
        return self.persons.get((a, b) if a < b else (b, a))

    def household(self, a: int, b: int) -> Verdict | None:
        """What was decided about two records."""
        return self.records.get((a, b) if a < b else (b, a))


NOTHING_DECIDED = Constraints()


def pairs_of(decision: LinkDecision) -> Iterable[Pair]:
    """The pairs that a decision speaks of, low item first: all of one group for `same`, across groups else; none for a visit to be made."""
    if decision.verdict == "needs_field_check":
        return
    placed = sorted((item, number) for number, group in enumerate(decision.groups) for item in group)
    for position, (low, group) in enumerate(placed):
        for high, other in placed[position + 1 :]:
            if low != high and (group == other) == (decision.verdict == "same"):
                yield low, high


def compile_constraints(decisions: Iterable[LinkDecision], record_of: Mapping[int, int]) -> Constraints:
    """The constraints of the decisions in force, in any order. `record_of` gives the record of every member named."""
    found = Constraints()
    for decision in sorted(decisions, key=lambda one: one.sequence):
        where = found.persons if decision.level == "person" else found.records
        for pair in pairs_of(decision):
            where[pair] = decision.verdict
    for where in (found.persons, found.records):
        where.update((pair, "same") for pair in _implied(where))
    for pair in confirmed(found.persons):
        low, high = record_of[pair[0]], record_of[pair[1]]
        if low == high:
            found.inside.setdefault(low, []).append(pair)
        else:
            _meet(found.partners, low, high)
    for low, high in confirmed(found.records):
        _meet(found.partners, low, high)
    return found


def _meet(partners: dict[int, set[int]], low: int, high: int) -> None:
    partners.setdefault(low, set()).add(high)
    partners.setdefault(high, set()).add(low)


def _implied(decided: Mapping[Pair, Verdict]) -> list[Pair]:
    """The pairs that confirmations of others put together; none in a set of which people also said that two are apart."""
    near: dict[int, set[int]] = {}
    for low, high in confirmed(decided):
        _meet(near, low, high)
    found: list[Pair] = []
    seen: set[int] = set()
    for start in sorted(near):
        if start in seen:
            continue
        together, waiting = {start}, [start]
        while waiting:
            for other in near[waiting.pop()] - together:
                together.add(other)
                waiting.append(other)
        seen |= together
        pairs = list(itertools.combinations(sorted(together), 2))
        if all(decided.get(pair, "same") == "same" for pair in pairs):
            found.extend(pair for pair in pairs if pair not in decided)
    return found


def confirmed(decided: Mapping[Pair, Verdict]) -> list[Pair]:
    """The pairs that people put together."""
    return [pair for pair, verdict in decided.items() if verdict == "same"]
