"""Submissions of the committee and of stewards: a set of rules, and what a person decided about a finding."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, cast

import msgspec

from contracts.codes import fault
from contracts.errors import FieldError
from contracts.events import Verdict
from contracts.needs import Crosswalk
from contracts.records import NEEDS, Words
from contracts.rules import Rules
from contracts.sources.contract import RowFault
from contracts.submissions_base import LONGEST_REASON, SubmissionBase
from contracts.thai.dates import DateFault, parse_past
from contracts.thai.text import tidy

LONGEST_REFERENCE = 500
FINDING_ID = re.compile(
    rf"(?:D[012]-\d{{1,18}}-\d{{1,18}}|MT-\d{{1,18}}|UN-\d{{1,18}}-({'|'.join(NEEDS)})"
    rf"|D3-\d{{1,18}}-({'|'.join(NEEDS)})-\d{{4}})\Z",
    re.ASCII,
)
PSEUDONYM = re.compile(r"[0-9a-f]{32}\Z")
LEVELS = range(1, 5)
_NESTED: Mapping[str, type[msgspec.Struct]] = {"crosswalk": Crosswalk}

SequenceSeen = Annotated[int, msgspec.Meta(ge=0)]


class RulesSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="rules.published.v1"
):
    """A whole set of rules; what it leaves out has the value of `contracts.rules.DEFAULT_RULES`. For the role admin."""

    rules: Rules
    reported_at: str | None = None
    id: str | None = None


class DecisionSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="finding.decided.v1"
):
    """What a person decided about a finding, having seen the hub at the sequence `seen`.

    `subject` is the pseudonym of the founding record of the finding's household, whose key seals the reason;
    POST /v1/findings/{id}/decisions fills it in. Everything said equal, it is the same decision sent again.
    """

    finding: str
    subject: str
    verdict: Verdict
    seen: SequenceSeen
    reason: str = ""
    reference: str | None = None
    happened_at: str | None = None
    id: str | None = None


class DeliveredDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, read and checked. `happened_at` None is the moment in which it is taken in."""

    finding: str
    subject: str
    verdict: Verdict
    seen: int
    words: Words
    happened_at: dt.datetime | None
    id: str | None


def refuse_unknown_rules(given: object) -> None:
    """Raises RowFault for a name in the `rules` of a submission that is none of theirs: a misspelt rule would be lost silently."""
    faults = list(_unknown_names(given, Rules, "$.rules"))
    if faults:
        raise RowFault(*faults)


def _unknown_names(given: object, kind: type[msgspec.Struct], path: str) -> list[FieldError]:
    if not isinstance(given, dict):
        return []
    faults: list[FieldError] = []
    for name, value in cast("dict[str, object]", given).items():
        if name not in kind.__struct_fields__:
            faults.append(fault("FIELD_UNKNOWN", f"{path}.{name[:64]}"))
        elif name in _NESTED:
            faults += _unknown_names(value, _NESTED[name], f"{path}.{name}")
    return faults


def to_rules(submission: RulesSubmission) -> Rules:
    """The rules, whose parts fit together. Raises RowFault."""
    rules, faults = submission.rules, list[FieldError]()
    for place, level in enumerate(rules.poor_levels):
        if level not in LEVELS:
            faults.append(fault("OUT_OF_RANGE", f"$.rules.poor_levels[{place}]", expected="1 to 4"))
    crosswalk = rules.crosswalk
    if crosswalk.capital_enough_from < crosswalk.capital_need_below:
        path = "$.rules.crosswalk.capital_enough_from"
        faults.append(fault("OUT_OF_RANGE", path, expected=">= capital_need_below"))
    if faults:
        raise RowFault(*faults)
    return rules


def to_decision(submission: DecisionSubmission, today: dt.date) -> DeliveredDecision:
    """The decision. Raises RowFault with every fault."""
    faults: list[FieldError] = []
    if FINDING_ID.match(submission.finding) is None:
        faults.append(fault("FINDING_ID_INVALID", "$.finding"))
    if PSEUDONYM.match(submission.subject) is None:
        faults.append(fault("PSEUDONYM_INVALID", "$.subject"))
    words = to_words(submission.reason, submission.reference, "$.reason", faults)
    happened_at = past_of(submission.happened_at, "$.happened_at", today, faults)
    if faults:
        raise RowFault(*faults)
    return DeliveredDecision(
        finding=submission.finding,
        subject=submission.subject,
        verdict=submission.verdict,
        seen=submission.seen,
        words=words,
        happened_at=happened_at,
        id=submission.id,
    )


def to_words(text: str, reference: str | None, path: str, faults: list[FieldError]) -> Words:
    """Free text as it is sealed."""
    words = Words(text=tidy(text), reference=None if reference is None else tidy(reference) or None)
    if len(words.text) > LONGEST_REASON:
        faults.append(fault("TEXT_TOO_LONG", path, expected=str(LONGEST_REASON)))
    if len(words.reference or "") > LONGEST_REFERENCE:
        faults.append(fault("TEXT_TOO_LONG", "$.reference", expected=str(LONGEST_REFERENCE)))
    return words


def past_of(text: str | None, path: str, today: dt.date, faults: list[FieldError]) -> dt.datetime | None:
    """The instant of something that has happened; a date is its midnight in Bangkok."""
    try:
        moment = parse_past(text, today) if text else None
    except DateFault as error:
        faults.append(error.at(path))
        return None
    return None if moment is None else moment[0]
