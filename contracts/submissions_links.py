"""Submissions of stewards about links: which records or members belong together, and taking such a decision back."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

import msgspec

from contracts.codes import fault
from contracts.errors import FieldError
from contracts.events_links import LinkLevel, LinkVerdict
from contracts.records import Words
from contracts.sources.contract import RowFault
from contracts.submissions_base import LONGEST_REASON, SubmissionBase
from contracts.submissions_decisions import PSEUDONYM, SequenceSeen, past_of, to_words
from contracts.thai.text import tidy

MOST_ITEMS = 64
MOST_EVIDENCE, LONGEST_EVIDENCE = 64, 500
MODEL_ID_LENGTH = 100
EXPECTED: dict[LinkVerdict, str] = {
    "same": "a group of 2 ids or more, 64 ids at most, each once",
    "different": "2 groups or more, 64 ids at most, each once",
    "same_house_different_family": "2 groups or more of records, 64 ids at most, each once",
    "needs_field_check": "2 to 64 ids, each once",
}


class LinkDecisionSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="link.decided.v1"
):
    """What a steward decided about records or members, having seen the hub at the sequence `seen`.

    `groups` are lists of pseudonyms; POST /v1/links/decisions takes the ids that the hub shows instead. `same` joins
    what is in one group, `different` parts what is in different ones. Everything said equal, it is the same decision sent again.
    """

    level: LinkLevel
    verdict: LinkVerdict
    groups: list[list[str]]
    seen: SequenceSeen
    model: str | None = None
    reason: str = ""
    reference: str | None = None
    evidence: tuple[str, ...] = ()
    happened_at: str | None = None
    id: str | None = None


class LinkRevocationSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="link.decision_revoked.v1"
):
    """A decision about links, named by its sequence, is taken back.

    `subject` is the pseudonym whose key seals the decision; POST /v1/links/decisions/{sequence}/revoke fills it in.
    """

    decision: Annotated[int, msgspec.Meta(ge=1)]
    subject: str
    reason: str = ""
    reference: str | None = None
    id: str | None = None


class DeliveredLinkDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, read and checked: ids in order inside their groups, groups in order. `happened_at` None is the moment of intake."""

    level: LinkLevel
    verdict: LinkVerdict
    groups: tuple[tuple[str, ...], ...]
    seen: int
    model: str | None
    words: Words
    happened_at: dt.datetime | None

    @property
    def subject(self) -> str:
        """Whose key seals the words."""
        return self.groups[0][0]


class DeliveredLinkRevocation(msgspec.Struct, frozen=True, kw_only=True):
    """A revocation, read and checked."""

    decision: int
    subject: str
    words: Words


def fits(level: LinkLevel, verdict: LinkVerdict, groups: Sequence[Sequence[str]]) -> bool:
    """Whether a verdict can be about such groups."""
    items = [item for group in groups for item in group]
    if not all(groups) or len(set(items)) != len(items) or not 2 <= len(items) <= MOST_ITEMS:
        return False
    if verdict == "same":
        return any(len(group) > 1 for group in groups)
    if verdict == "needs_field_check":
        return True
    return len(groups) > 1 and (verdict == "different" or level == "household")


def to_link_decision(submission: LinkDecisionSubmission, today: dt.date) -> DeliveredLinkDecision:
    """The decision. Raises RowFault with every fault."""
    faults: list[FieldError] = []
    for place, group in enumerate(submission.groups):
        faults += [
            fault("PSEUDONYM_INVALID", f"$.groups[{place}][{position}]")
            for position, item in enumerate(group)
            if PSEUDONYM.match(item) is None
        ]
    if not fits(submission.level, submission.verdict, submission.groups):
        faults.append(fault("GROUPS_INVALID", "$.groups", expected=EXPECTED[submission.verdict]))
    if len(submission.model or "") > MODEL_ID_LENGTH:
        faults.append(fault("TEXT_TOO_LONG", "$.model", expected=str(MODEL_ID_LENGTH)))
    words = _with_evidence(
        to_words(submission.reason, submission.reference, "$.reason", faults), submission.evidence, faults
    )
    happened_at = past_of(submission.happened_at, "$.happened_at", today, faults)
    if faults:
        raise RowFault(*faults)
    return DeliveredLinkDecision(
        level=submission.level,
        verdict=submission.verdict,
        groups=tuple(sorted(tuple(sorted(group)) for group in submission.groups)),
        seen=submission.seen,
        model=submission.model or None,
        words=words,
        happened_at=happened_at,
    )


def _with_evidence(words: Words, evidence: Sequence[str], faults: list[FieldError]) -> Words:
    shown = tuple(tidied for line in evidence if (tidied := tidy(line)))
    if len(shown) > MOST_EVIDENCE:
        faults.append(fault("OUT_OF_RANGE", "$.evidence", expected=f"<= {MOST_EVIDENCE} lines"))
    if any(len(line) > LONGEST_EVIDENCE for line in shown) or sum(map(len, shown)) > LONGEST_REASON:
        faults.append(fault("TEXT_TOO_LONG", "$.evidence", expected=str(LONGEST_EVIDENCE)))
    return msgspec.structs.replace(words, evidence=shown)


def to_link_revocation(submission: LinkRevocationSubmission) -> DeliveredLinkRevocation:
    """The revocation. Raises RowFault with every fault."""
    faults: list[FieldError] = []
    if PSEUDONYM.match(submission.subject) is None:
        faults.append(fault("PSEUDONYM_INVALID", "$.subject"))
    words = to_words(submission.reason, submission.reference, "$.reason", faults)
    if faults:
        raise RowFault(*faults)
    return DeliveredLinkRevocation(decision=submission.decision, subject=submission.subject, words=words)
