"""Which decisions are asked of a second steward, and how often the two agree. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

SHARE_PERCENT = 5
"""So many decisions in a hundred are asked again."""


class Decided(NamedTuple):
    """One decision about some records or members, by whom."""

    sequence: int
    level: str
    about: Sequence[str]
    verdict: str
    actor: str | None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Of the decisions of the sample that another steward answered too: how many verdicts are equal; `kappa` leaves chance out."""

    share_percent: int
    sampled: int
    answered: int
    agreed: int
    rate: float | None
    kappa: float | None


def is_sampled(sequence: int) -> bool:
    """Whether the decision at this sequence belongs to the sample: a hash decides, so that nobody can know it before deciding."""
    digest = hashlib.sha256(f"second look {sequence}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < SHARE_PERCENT


def measure(decisions: Iterable[Decided]) -> Agreement:
    """The agreement over the first decision of each sampled pair and the next one by somebody else. Oldest first."""
    first: dict[tuple[str, ...], Decided] = {}
    seconds: dict[int, tuple[str, str]] = {}
    for one in decisions:
        key = (one.level, *one.about)
        before = first.setdefault(key, one)
        if before is not one and is_sampled(before.sequence) and before.actor != one.actor:
            seconds.setdefault(before.sequence, (before.verdict, one.verdict))
    pairs = list(seconds.values())
    agreed = sum(a == b for a, b in pairs)
    return Agreement(
        share_percent=SHARE_PERCENT,
        sampled=sum(is_sampled(one.sequence) for one in first.values()),
        answered=len(pairs),
        agreed=agreed,
        rate=agreed / len(pairs) if pairs else None,
        kappa=kappa(pairs),
    )


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa; None without pairs, or where chance alone would always agree."""
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(a == b for a, b in pairs) / total
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(one[verdict] * other[verdict] for verdict in one) / total**2
    return None if chance == 1 else (observed - chance) / (1 - chance)
