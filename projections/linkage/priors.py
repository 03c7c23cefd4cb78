"""How many matches there are, before anything is compared: in one source and across sources, against strangers and against relatives."""

import numpy as np

from projections.linkage.columns import Columns, Ints
from projections.linkage.model import Prior
from projections.linkage.scoring import Flags, Scored

ROUNDS = 30
LEAST = 0.5
"""Half a pair: what is assumed where none was found, so that no prior is endless."""


def _log_odds(matches: float, others: float) -> int:
    return round(1000 * float(np.log2(max(matches, LEAST) / max(others, LEAST))))


def _solve(strangers: Ints, relatives: Ints, total: float, *, has_relatives: bool) -> Prior:
    """The prior under which the expected number of matches among the candidates agrees with itself.

    `total` is the number of all pairs there are; those that never became candidates are strangers.
    """
    against_strangers = np.exp2(np.clip(-strangers / 1000, -200, 200))
    against_relatives = np.exp2(np.clip(-relatives / 1000, -200, 200))
    matches, related = max(total * 1e-4, 1.0), max(total * 1e-4, 1.0)
    for _ in range(ROUNDS):
        from_strangers = against_strangers * max(total - matches - related, 1.0)
        from_relatives = against_relatives * related if has_relatives else np.zeros(len(strangers))
        whole = matches + from_strangers + from_relatives
        matches = max(float((matches / whole).sum()), LEAST)
        related = max(float((from_relatives / whole).sum()), LEAST) if has_relatives else 0.0
    rest = max(total - matches - related, 1.0)
    return Prior(
        strangers=_log_odds(matches, rest), relatives=_log_odds(matches, related) if has_relatives else 0
    )


def _pairs(columns: Columns) -> tuple[float, float]:
    """(pairs within a source, pairs across sources)."""
    sizes = np.bincount(columns.source).astype(float)
    within = float((sizes * (sizes - 1) / 2).sum())
    return within, columns.size * (columns.size - 1) / 2 - within


def find_priors(columns: Columns, pairs: Scored, *, has_relatives: bool) -> tuple[Prior, Prior]:
    """(prior within one source, prior across sources) of these candidates."""
    within, across = _pairs(columns)
    allowed = ~pairs.vetoed

    def part(kept: Flags, total: float) -> Prior:
        return _solve(
            pairs.strangers[kept], pairs.relatives[kept], max(total, 1.0), has_relatives=has_relatives
        )

    return part(allowed & pairs.one_source, within), part(allowed & ~pairs.one_source, across)


def group_prior(columns: Columns, within: Prior, across: Prior) -> int:
    """The prior of meeting one more member of a group, thousandths of a bit, at most 0.

    Where a member has seldom another (m expected matches each), a pair uses up what there is to find, and no further one is to be expected:
    the prior counts by m / (m + 1).
    """
    every = _pairs(columns)
    matches = sum(
        total / (1 + 2.0 ** (-prior.strangers / 1000))
        for total, prior in zip(every, (within, across), strict=True)
    )
    each = 2 * matches / columns.size
    return min(0, round(_log_odds(matches, sum(every) - matches) * each / (each + 1)))
