"""Why two records are linked, or are not: every weight behind their edges, for any pair, linked or not."""

from typing import Literal

import msgspec

from projections.linkage.compare import compare
from projections.linkage.constraints import NOTHING_DECIDED, Constraints, Verdict
from projections.linkage.features import MemberFeatures, RecordFeatures
from projections.linkage.houses import OTHER, SAME
from projections.linkage.model import Band, Evidence, judge
from projections.linkage.weighing import Weigher, values_of

Reason = Literal[
    "decided_same",
    "decided_different",
    "both_citizen_ids_valid_and_different",
    "citizen_id_contradicted",
    "score",
]
Address = Literal["same", "unknown", "other"]


class MemberPair(msgspec.Struct, frozen=True, kw_only=True):
    """One member of each record. Scores are thousandths of a bit; `prior` is what the score starts from, against the world named.

    `band` is what the two records alone say; `reason` names what settled it.
    """

    a: int
    b: int
    score: int
    prior: int
    against: Literal["strangers", "relatives"]
    band: Band
    reason: Reason
    evidence: tuple[Evidence, ...]


class RecordPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two records. `rule` and `score` (thousandths) are those of the household edge, None where there is none.

    `level` is `household`, `undecided` or None. `decided` is what people decided about the records themselves.
    """

    a: int
    b: int
    one_source: bool
    address: Address
    level: str | None
    rule: str | None
    score: int | None
    decided: Verdict | None
    members: tuple[MemberPair, ...]


def _reason(judged_reason: Reason, verdict: Verdict | None) -> Reason:
    if verdict == "same":
        return "decided_same"
    return "decided_different" if verdict == "different" else judged_reason


def explain_members(
    weigher: Weigher,
    a: tuple[RecordFeatures, MemberFeatures],
    b: tuple[RecordFeatures, MemberFeatures],
    decided: Constraints = NOTHING_DECIDED,
) -> MemberPair:
    """Why these two members are, or are not, one person, as far as they themselves say."""
    (left, one), (right, other) = (a, b) if a[1].member < b[1].member else (b, a)
    model = weigher.model
    judged = judge(
        model,
        values_of(left, one),
        values_of(right, other),
        one_source=left.source == right.source,
        one_record=left.record == right.record,
    )
    verdict = decided.person(one.member, other.member)
    band: Band = {"same": "link", "different": "none"}.get(verdict or "", judged.band)  # pyright: ignore[reportAssignmentType]
    if judged.vetoed:
        reason: Reason = "both_citizen_ids_valid_and_different"
    else:
        reason = "citizen_id_contradicted" if judged.contradicts else "score"
    prior = model.within if left.source == right.source else model.across
    return MemberPair(
        a=one.member,
        b=other.member,
        score=judged.score,
        prior=prior.relatives if judged.against == "relatives" else prior.strangers,
        against=judged.against,
        band=band,
        reason=_reason(reason, verdict),
        evidence=judged.evidence,
    )


def explain(
    weigher: Weigher, one: RecordFeatures, other: RecordFeatures, decided: Constraints = NOTHING_DECIDED
) -> RecordPair:
    """The whole of it for two records; the same for (a, b) and (b, a). Told are the best partner of each member, and all above the floor."""
    left, right = (one, other) if one.record < other.record else (other, one)
    edges = compare(weigher, left, right, decided)
    household = next((edge for edge in edges if edge.level != "person"), None)
    pairs = [
        explain_members(weigher, (left, a), (right, b), decided) for a in left.members for b in right.members
    ]
    pairs.sort(key=lambda pair: (pair.band == "none", -pair.score, pair.a, pair.b))
    told: list[MemberPair] = []
    seen: set[int] = set()
    for pair in pairs:
        if pair.band != "none" or pair.reason != "score" or not {pair.a, pair.b} <= seen:
            told.append(pair)
        seen |= {pair.a, pair.b}
    address = weigher.place(left, right).address
    return RecordPair(
        a=left.record,
        b=right.record,
        one_source=left.source == right.source,
        address="same" if address == SAME else "other" if address == OTHER else "unknown",
        level=None if household is None else household.level,
        rule=None if household is None else household.rule,
        score=None if household is None else household.score,
        decided=decided.household(left.record, right.record),
        members=tuple(told),
    )
