"""What is so at one (v, s): the facts that hold, picked from the columns. Pure; a few milliseconds for a province."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec
import numpy as np
import numpy.typing as npt

from contracts.records import NEEDS
from hub.counting.columns import Column, Columns, Numbers
from hub.counting.facts import Decided, Facts

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]
GONE, UNRESOLVED = -1, -2
"""Positions of households that do not exist now, and of help that belongs to none."""

STATES_OF_FINDINGS = ("suspected", "confirmed", "complementary", "reporting_error", "dismissed")
PROBLEMS = 2
"""So many of them, from the first on, stand as a problem."""

LIFTED = frozenset({"complementary", "dismissed"})
"""Verdicts by which a repeated report counts as help of its own."""


class Point(msgspec.Struct, frozen=True):
    """An instant in microseconds since 1970 and a sequence."""

    valid: int
    sequence: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Households:
    """The households that exist; every column has one entry for each."""

    number: Numbers
    place: Column
    sources: Column
    in_sources: Column
    persons: Column
    needs: Mapping[str, Column]
    level: Column
    standing: Column


@dataclasses.dataclass(frozen=True, kw_only=True)
class Help:
    """The actions that had happened: `rows` of the facts. `at` is the position of the household, GONE or UNRESOLVED."""

    columns: Columns
    rows: Positions
    action: Numbers
    satang: Numbers
    at: npt.NDArray[np.int32]
    counts: Mask
    """False for one that reports another again."""

    def take(self, name: str) -> Column:
        """One more column of these actions: starts, reported, agency, need or kind."""
        return self.columns[name][self.rows]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Findings:
    """The findings that stand, whatever their state. `at` as in Help; `state` by STATES_OF_FINDINGS."""

    household: Numbers
    starts: Numbers
    ends: Numbers
    action: Numbers
    other: Numbers
    kind: Column
    need: Column
    at: npt.NDArray[np.int32]
    state: npt.NDArray[np.int8]

    @property
    def is_problem(self) -> Mask:
        """Suspected or confirmed."""
        return self.state < PROBLEMS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Moment:
    """Everything that is counted at one (v, s)."""

    point: Point
    facts: Facts
    households: Households
    help: Help
    findings: Findings
    edges: Sequence[tuple[int, int]]
    """Undecided pairs of households that exist, by position."""

    def of_class(self, *names: str) -> Mask:
        """Which findings are of one of these classes."""
        known = self.facts.words["class"]
        wanted = np.zeros(len(known.texts) + 1, dtype=bool)
        wanted[[known.number(name) for name in names]] = True
        wanted[-1] = False  # the number of a word that was never met
        return wanted[self.findings.kind]

    def having(self, chosen: Mask) -> dict[str, Mask]:
        """By class, which households have one of the chosen findings."""
        classes = self.facts.words["class"].texts
        size, count = len(self.households.number), len(classes)
        keys = self.findings.at[chosen].astype(np.int64) * count + self.findings.kind[chosen]
        # Households that do not exist now come before the first one.
        found = np.bincount(keys[keys >= 0], minlength=size * count).astype(bool).reshape(size, count)
        return {name: found[:, number] for number, name in enumerate(classes)}


def look(facts: Facts, point: Point) -> Moment:
    """The moment of one point; the facts must reach its sequence."""
    households = _pick_households(facts.tables["states"], point)
    position = _Positions(households.number)
    findings = _pick_findings(facts, point, position)
    return Moment(
        point=point,
        facts=facts,
        households=households,
        help=_pick_help(facts, point, position, findings),
        findings=findings,
        edges=_pick_edges(facts, point, position),
    )


class _Positions:
    """Where each household stands, by its number; GONE for one that does not exist now."""

    def __init__(self, numbers: Numbers) -> None:
        # No household has the number 0, and none the last one here: what lies outside is clipped to these.
        self._of = np.full(int(numbers.max(initial=0)) + 2, GONE, dtype=np.int32)
        self._of[numbers] = np.arange(len(numbers), dtype=np.int32)

    def of(self, numbers: Numbers) -> npt.NDArray[np.int32]:
        return self._of.take(numbers, mode="clip")


def _known(columns: Columns, sequence: int) -> Mask:
    return (columns["from"] <= sequence) & (columns["until"] > sequence)


def _true(columns: Columns, point: Point) -> Positions:
    known = _known(columns, point.sequence)
    return np.flatnonzero(known & (columns["starts"] <= point.valid) & (columns["ends"] > point.valid))


def _take(columns: Columns, name: str, rows: Positions) -> Numbers:
    """A column that holds 64-bit numbers."""
    return cast("Numbers", columns[name][rows])


def _pick_households(columns: Columns, point: Point) -> Households:
    rows = _true(columns, point)
    taken = {
        name: columns[name][rows]
        for name in ("place", "sources", "in_sources", "persons", "level", "standing", *NEEDS)
    }
    needs = {need: taken.pop(need) for need in NEEDS}
    return Households(number=_take(columns, "household", rows), needs=needs, **taken)


def _pick_findings(facts: Facts, point: Point, position: _Positions) -> Findings:
    columns = facts.tables["findings"]
    rows = _true(columns, point)
    household = _take(columns, "household", rows)
    findings = Findings(
        household=household,
        starts=_take(columns, "starts", rows),
        ends=_take(columns, "ends", rows),
        action=_take(columns, "action", rows),
        other=_take(columns, "other", rows),
        kind=columns["class"][rows],
        need=columns["need"][rows],
        at=position.of(household),
        state=np.zeros(len(rows), dtype=np.int8),
    )
    _decide(facts, point, findings)
    return findings


def _decide(facts: Facts, point: Point, findings: Findings) -> None:
    """Give each finding the state of the newest decision about it that falls into its period."""
    taken = [decided for decided in facts.decisions if decided.sequence <= point.sequence]
    if not taken:
        return
    holders = _resolve(facts, point, [_founder(decided) for decided in taken])
    wanted = [(_name_of(decided, holders), decided) for decided in taken]
    rows = _named_rows(facts, findings, {name for name, _ in wanted})
    for name, decided in wanted:
        row = rows.get(name)
        # A decision outside the period was about another stretch of the same name.
        if row is not None and findings.starts[row] <= decided.happened < findings.ends[row]:
            findings.state[row] = STATES_OF_FINDINGS.index(decided.verdict)


def _founder(decided: Decided) -> int:
    parts = decided.finding.split("-")
    return int(parts[1]) if parts[0] == "UN" else -1


def _name_of(decided: Decided, holders: Mapping[int, int]) -> str:
    founder = _founder(decided)
    if founder < 0:
        return decided.finding
    return f"UN-{holders.get(founder, founder)}-{decided.finding.split('-', 2)[2]}"


def _resolve(facts: Facts, point: Point, records: Sequence[int]) -> dict[int, int]:
    """The household that holds each of these records at s."""
    columns = facts.tables["holders"]
    wanted = np.array(sorted(set(records)), dtype=np.int64)
    rows = np.flatnonzero(_known(columns, point.sequence) & np.isin(columns["record"], wanted))
    return dict(zip(columns["record"][rows].tolist(), columns["household"][rows].tolist(), strict=True))


def _named_rows(facts: Facts, findings: Findings, names: set[str]) -> dict[str, int]:
    """The rows with these public names."""
    numbers = {int(part) for name in names for part in name.split("-")[1:2] if part.isdigit()}
    wanted = np.array(sorted(numbers), dtype=np.int64)
    rows = np.flatnonzero(np.isin(findings.action, wanted) | np.isin(findings.household, wanted))
    found = {name_finding(facts, findings, row): row for row in rows.tolist()}
    return {name: row for name, row in found.items() if name in names}


def name_finding(facts: Facts, findings: Findings, row: int) -> str:
    """The public id of a finding."""
    kind = facts.words["class"].texts[int(findings.kind[row])]
    if kind == "unserved":
        return f"UN-{findings.household[row]}-{facts.words['need'].texts[int(findings.need[row])]}"
    if kind == "mistargeted":
        return f"MT-{findings.action[row]}"
    return f"{kind}-{findings.action[row]}-{findings.other[row]}"


def _pick_help(facts: Facts, point: Point, position: _Positions, findings: Findings) -> Help:
    columns, places = facts.tables["helps"], facts.tables["places"]
    rows = np.flatnonzero(_known(columns, point.sequence) & (columns["starts"] <= point.valid))
    action = _take(columns, "action", rows)
    placed = np.flatnonzero(_known(places, point.sequence))
    size = int(max(action.max(initial=0), places["action"].max(initial=0))) + 1
    at = np.full(size, UNRESOLVED, dtype=np.int32)
    at[places["action"][placed]] = position.of(_take(places, "household", placed))
    counts = np.ones(size, dtype=bool)
    again = placed[places["repeats"][placed] >= 0]
    counts[places["action"][again]] = False
    counts[_lifted(facts, findings)] = True
    return Help(
        columns=columns,
        rows=rows,
        action=action,
        satang=_take(columns, "satang", rows),
        at=at[action],
        counts=counts[action],
    )


def _lifted(facts: Facts, findings: Findings) -> Numbers:
    """The repeated reports that people decided to be help of its own."""
    states = [STATES_OF_FINDINGS.index(verdict) for verdict in LIFTED]
    repeated = findings.kind == facts.words["class"].number("D0")
    return findings.action[repeated & np.isin(findings.state, states)]


def _pick_edges(facts: Facts, point: Point, position: _Positions) -> list[tuple[int, int]]:
    edges = facts.tables["edges"]
    rows = np.flatnonzero(_known(edges, point.sequence))
    if not len(rows):
        return []
    holders, ends = facts.tables["holders"], facts.of_edges
    known = (holders["from"][ends] <= point.sequence) & (holders["until"][ends] > point.sequence)
    held = ends[known]
    last = int(max(edges["a"].max(), edges["b"].max()))
    of = np.full(last + 1, GONE, dtype=np.int32)
    of[holders["record"][held]] = position.of(_take(holders, "household", held))
    a, b = of[edges["a"][rows]], of[edges["b"][rows]]
    both = (a >= 0) & (b >= 0) & (a != b)
    return list(zip(a[both].tolist(), b[both].tolist(), strict=True))
