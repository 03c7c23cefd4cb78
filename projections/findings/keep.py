"""Keeping the findings of the households that an event touched, and the rules they are judged by."""

from collections.abc import Mapping

import msgspec

from contracts.events import RulesPublished, Sequenced
from contracts.sources.originals import needs_from_originals
from projections.assistance import open_place
from projections.findings.judge import NOTHING, judge
from projections.findings.rulebook import Terms
from projections.findings.words import Finding, Given
from projections.links import restate
from projections.output import Output, document, number, span, text
from projections.state import ActionState, State
from projections.statements import in_order, segments, to_needs

NO_FINDINGS: frozenset[Finding] = frozenset()


def apply_rules(state: State, output: Output, item: Sequenced, event: RulesPublished) -> None:
    """A set of rules is in force: every household is judged anew at this sequence."""
    if state.rules_known:
        output.close("rules", (), item.sequence)
    output.open("rules", (), item.sequence, text(event.data.version), document(event.data))
    before = state.rules
    state.rules, state.rules_known = event.data, True
    if event.data.crosswalk != before.crosswalk:
        _read_needs_again(state)
    if (event.data.crosswalk, event.data.poor_levels) != (before.crosswalk, before.poor_levels):
        restate(state, output, item.sequence)
    state.touched.update(state.stretches, state.findings)
    state.touched.update(known.household for known in state.actions.values() if known.household is not None)


def _read_needs_again(state: State) -> None:
    """Every statement's needs as the crosswalk in force reads its originals."""
    crosswalk = state.rules.crosswalk
    for record in state.records.values():
        for period, known in record.statements.items():
            needs = to_needs(needs_from_originals(record.source, known.originals, crosswalk))
            facts = msgspec.structs.replace(known.facts, needs=needs)
            record.statements[period] = msgspec.structs.replace(known, facts=facts)
        record.line = segments(in_order(record.statements.values()))


def touch_helped(state: State, programme: str) -> None:
    """Every household that got help under a programme."""
    state.touched.update(
        known.household
        for known in state.actions.values()
        if known.programme == programme and known.household is not None
    )


def review(state: State, output: Output, sequence: int) -> None:
    """Judge the households that were touched since the last review."""
    for household in sorted(state.touched):
        _review(state, output, household, sequence)
    state.touched.clear()


def _review(state: State, output: Output, household: int, sequence: int) -> None:
    actions = [state.actions[action] for action in state.by_household.get(household)]
    stretches = state.stretches.get(household)
    if actions or stretches:
        needs = [stretches[start] for start in sorted(stretches)] if stretches else []
        given = [to_given(action, state.programmes, state.person_of) for action in actions]
        judged = judge(given, needs, state.rules, state.programmes)
    else:
        judged = NOTHING
    for action in actions:
        repeats = judged.repeats.get(action.action)
        if repeats != action.repeats:
            output.close("action_household", (action.action,), sequence)
            action.repeats = repeats
            open_place(output, action, sequence)
    before = state.findings.get(household, NO_FINDINGS)
    if judged.findings == before:
        return
    _write(output, household, before, judged.findings, sequence)
    if judged.findings:
        state.findings[household] = judged.findings
    else:
        del state.findings[household]


def to_given(action: ActionState, programmes: Mapping[str, Terms], person_of: Mapping[int, int]) -> Given:
    """An action as it is judged: its need is that of its programme where the report does not say."""
    need = action.need
    if need == "unknown" and action.programme is not None:
        terms = programmes.get(action.programme)
        need = "unknown" if terms is None else terms.need
    member = None if action.anchor is None else action.anchor[1]
    return Given(
        action.action,
        action.start,
        action.until,
        action.agency,
        action.reporter,
        action.kind,
        need,
        action.programme,
        action.satang,
        None if member is None else person_of.get(member),
    )


def _write(
    output: Output, household: int, before: frozenset[Finding], now: frozenset[Finding], sequence: int
) -> None:
    for finding in sorted(before - now, key=_key):
        output.close("finding", (household, *_key(finding)), sequence)
    for finding in sorted(now - before, key=_key):
        open_finding(output, household, finding, sequence)


def open_finding(output: Output, household: int, finding: Finding, sequence: int) -> None:
    """A finding as known from `sequence` on."""
    output.open(
        "finding",
        (household, *_key(finding)),
        sequence,
        str(household),
        finding.kind,
        finding.need,
        str(finding.action),
        number(finding.other),
        finding.reason,
        number(finding.satang),
        text(finding.rules),
        span(finding.start, finding.end),
    )


def _key(finding: Finding) -> tuple[object, ...]:
    return (finding.kind, finding.need, finding.action, finding.start)
