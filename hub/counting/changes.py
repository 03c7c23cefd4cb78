"""What changed between two moments: households by founder, findings by name. Pure; made by comparing sets, so every count has its list."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from hub.counting.columns import Columns, Numbers
from hub.counting.facts import STANDINGS
from hub.counting.moment import Mask, Moment, name_finding
from hub.counting.numbers import find_sets, in_scope

HOUSEHOLD_CHANGES = (
    "appeared",
    "disappeared",
    "became_unserved",
    "ceased_unserved",
    "newly_helped",
    "exited",
    "relapsed",
    "moved",
    "joined",
    "split",
)
SHOWN_BEFORE = frozenset({"disappeared", "joined"})
"""Changes of households that exist at the first of the two points only."""

FINDING_CHANGES = ("new_findings", "settled_findings")
CHANGES = (*HOUSEHOLD_CHANGES, *FINDING_CHANGES)
ABSENT, UNKNOWN = "absent", "unknown"
Key = tuple[int, int, int, int, int]


@dataclasses.dataclass(frozen=True)
class _Seen:
    """The households of one moment inside a scope, and sets of them."""

    moment: Moment
    inside: Mask

    def numbers(self, chosen: Mask | None = None) -> Numbers:
        return self.moment.households.number[self.inside if chosen is None else self.inside & chosen]

    def named(self, name: str) -> Numbers:
        return self.numbers(find_sets(self.moment)[name])

    def standing(self, name: str) -> Numbers:
        return self.numbers(self.moment.households.standing == STANDINGS.index(name))


def find_changes(before: Moment, after: Moment, scope: Sequence[str]) -> dict[str, Numbers]:
    """The households that changed, by HOUSEHOLD_CHANGES.

    Joined: are part of another household afterwards. Split: were part of another household before. Both come from links, so between two
    instants of the world at one sequence there are none.
    """
    first, second = _Seen(before, in_scope(before, scope)), _Seen(after, in_scope(after, scope))
    was, is_ = first.numbers(), second.numbers()
    unserved_before, unserved_after = first.named("unserved"), second.named("unserved")
    exited_before, exited_after = first.named("exited"), second.named("exited")
    return {
        "appeared": np.setdiff1d(is_, was),
        "disappeared": np.setdiff1d(was, is_),
        "became_unserved": np.setdiff1d(unserved_after, unserved_before),
        "ceased_unserved": np.setdiff1d(np.intersect1d(unserved_before, is_), unserved_after),
        "newly_helped": np.setdiff1d(second.numbers(_helped(after)), first.numbers(_helped(before))),
        "exited": np.setdiff1d(exited_after, exited_before),
        "relapsed": np.intersect1d(exited_before, second.standing("poor")),
        "moved": _moved(first, second),
        "joined": _held_by_another(was, after),
        "split": _held_by_another(is_, before),
    }


def _helped(moment: Moment) -> Mask:
    helped = np.zeros(len(moment.households.number), dtype=bool)
    at = moment.help.at[moment.help.counts]
    helped[at[at >= 0]] = True
    return helped


def _moved(first: _Seen, second: _Seen) -> Numbers:
    both, a, b = np.intersect1d(
        first.moment.households.number,
        second.moment.households.number,
        assume_unique=True,
        return_indices=True,
    )
    moved = first.moment.households.place[a] != second.moment.households.place[b]
    return both[moved & (first.inside[a] | second.inside[b])]


def _held_by_another(numbers: Numbers, moment: Moment) -> Numbers:
    """Those whose founding record is held by another household at this moment."""
    holders: Columns = moment.facts.tables["holders"]
    sequence = moment.point.sequence
    known = (holders["from"] <= sequence) & (holders["until"] > sequence)
    held = known & (holders["record"] != holders["household"])
    return np.intersect1d(numbers, holders["record"][held].astype(np.int64))


def find_new_findings(before: Moment, after: Moment, scope: Sequence[str]) -> dict[str, int]:
    """The findings of households in scope that stand as a problem afterwards and not before, by name, with the household."""
    seen = _problems(before, scope)
    return {
        name_finding(after.facts, after.findings, row): int(after.findings.household[row])
        for key, row in _problems(after, scope).items()
        if key not in seen
    }


def _problems(moment: Moment, scope: Sequence[str]) -> dict[Key, int]:
    """The row of each problem by what names it."""
    findings = moment.findings
    inside = in_scope(moment, scope)
    here = findings.at >= 0
    here[here] = inside[findings.at[here]]
    rows = np.flatnonzero(findings.is_problem & here)
    lasting = findings.kind[rows] == moment.facts.words["class"].number("unserved")
    keys = zip(
        findings.kind[rows].tolist(),
        findings.need[rows].tolist(),
        np.where(lasting, findings.household[rows], 0).tolist(),
        findings.action[rows].tolist(),
        np.where(lasting, 0, findings.other[rows]).tolist(),
        strict=True,
    )
    return dict(zip(keys, rows.tolist(), strict=True))


def find_transitions(
    before: Moment, after: Moment, scope: Sequence[str], what: str
) -> dict[tuple[str, str], Numbers]:
    """The households by what they were and are: `levels` 1 to 4 or unknown, `standings`; `absent` where they do not exist."""
    first, second = _Seen(before, in_scope(before, scope)), _Seen(after, in_scope(after, scope))
    numbers = np.union1d(first.numbers(), second.numbers())
    was, now = _values(first, numbers, what), _values(second, numbers, what)
    found: dict[tuple[str, str], Numbers] = {}
    for a in np.unique(was).tolist():
        for b in np.unique(now).tolist():
            chosen = numbers[(was == a) & (now == b)]
            if len(chosen):
                found[_word(a, what), _word(b, what)] = chosen
    return found


def _values(seen: _Seen, numbers: Numbers, what: str) -> Numbers:
    """-2 is absent, -1 unknown."""
    households = seen.moment.households
    values = households.level if what == "levels" else households.standing
    found = np.full(len(numbers), -2, dtype=np.int64)
    found[np.searchsorted(numbers, seen.numbers())] = values[seen.inside]
    return found


def _word(value: int, what: str) -> str:
    if value < 0:
        return ABSENT if value == -2 else UNKNOWN
    return str(value) if what == "levels" else STANDINGS[value]
