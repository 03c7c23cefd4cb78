"""Households told again without the reports that came later than a day. Pure: what was reported in, rows out.

Links are given, as known; statements, withdrawals and help are those that had been reported. Whatever follows from them (stretches,
standing, who is at home where, findings, repeated reports) follows by the same functions as in the fold.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from contracts.rules import Rules
from projections.findings.judge import judge
from projections.findings.keep import open_finding, to_given
from projections.findings.rulebook import Terms
from projections.findings.words import Finding
from projections.households import Stretch, build_stretches
from projections.links import write_state
from projections.output import Output
from projections.state import ActionState
from projections.statements import Segment, Statement, in_order, segments

Told = Mapping[int, tuple[str, Statement]]
"""Statements by sequence, each with its source."""


class Concerned(msgspec.Struct, kw_only=True):
    """Households, whole, with everybody who shares a person with them. `content` is the sequence that gave each action its content.

    `record`s without a remaining statement belong to it, too. `rules_since` is the sequence of the rules in force.
    """

    rules: Rules
    rules_since: int
    programmes: Mapping[str, Terms]
    source_of: dict[int, str] = {}
    household_of: dict[int, int] = {}
    person_of: dict[int, int] = {}
    statements: dict[int, dict[str, Statement]] = {}
    actions: dict[int, list[ActionState]] = {}
    content: dict[int, int] = {}


class Refolded(msgspec.Struct, frozen=True, kw_only=True):
    """`output` holds household_state and finding. `alone`: members whom no link knows, each a person of its own."""

    output: Output
    repeats: dict[int, int]
    alone: list[int]


def refold(concerned: Concerned, components: Iterable[Sequence[int]]) -> Refolded:
    """The rows of these households; each component holds all that share a person. A row is known since the newest event it rests on."""
    found = Refolded(output=Output(), repeats={}, alone=_find_alone(concerned))
    records_of: dict[int, list[int]] = {}
    for record, household in concerned.household_of.items():
        records_of.setdefault(household, []).append(record)
    for households in components:
        lines: dict[int, list[Segment]] = {
            record: segments(in_order(concerned.statements.get(record, {}).values()))
            for household in households
            for record in records_of.get(household, ())
        }
        _refold_component(concerned, households, lines, found)
    return found


def _find_alone(concerned: Concerned) -> list[int]:
    """Members of statements that came back and that no link known at s speaks of; they are added to the persons."""
    listed = {
        member.member
        for statements in concerned.statements.values()
        for statement in statements.values()
        for member in statement.members
    }
    alone = sorted(listed - concerned.person_of.keys())
    concerned.person_of.update((member, member) for member in alone)
    return alone


def _refold_component(
    concerned: Concerned, households: Sequence[int], lines: Mapping[int, list[Segment]], found: Refolded
) -> None:
    stretches = build_stretches(
        lines, concerned.household_of, concerned.person_of, concerned.rules.poor_levels
    )
    told: Told = {
        segment.statement.sequence: (concerned.source_of[record], segment.statement)
        for record, line in lines.items()
        for segment in line
    }
    for household in sorted(households):
        own = stretches.get(household, [])
        for stretch in own:
            write_state(found.output, household, stretch, told, max(stretch.basis))
        given = [
            to_given(action, concerned.programmes, concerned.person_of)
            for action in concerned.actions.get(household, ())
        ]
        judged = judge(given, own, concerned.rules, concerned.programmes)
        found.repeats.update(judged.repeats)
        for finding in sorted(judged.findings, key=lambda one: (one.kind, one.need, one.action, one.start)):
            open_finding(found.output, household, finding, _known_since(concerned, own, finding))


def _known_since(concerned: Concerned, stretches: Sequence[Stretch], finding: Finding) -> int:
    """The newest event that a finding rests on: its rules, its help, and the statements that told of the need when it begins."""
    rests = [concerned.rules_since, concerned.content.get(finding.action, 0)]
    if finding.other is not None:
        rests.append(concerned.content.get(finding.other, 0))
    if finding.kind in {"unserved", "mistargeted"}:
        rests += [
            max(over.basis)
            for over in stretches
            if over.start <= finding.start and (over.end is None or finding.start < over.end)
        ]
    return max(rests)
