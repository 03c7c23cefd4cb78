"""Which agencies help the same households: for every pair of givers what they gave to the households that both helped. Pure."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hub.counting.columns import Numbers
from hub.counting.moment import Mask, Moment
from hub.counting.numbers import in_scope

Table = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Filters:
    """What narrows the help that is looked at. Starts in microseconds since 1970, `until` exclusive."""

    scope: Sequence[str] = ()
    area: str | None = None
    need: str | None = None
    kind: str | None = None
    since: int | None = None
    until: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shared:
    """Tables by two givers, both by their position in `agencies`: [a, b] of `actions` is what a did where b helped too."""

    agencies: Sequence[str]
    households: Table
    actions: Table
    satang: Table
    doubles: Table


def share(moment: Moment, filters: Filters) -> Shared:
    """The tables of all givers."""
    help_, names = moment.help, moment.facts.words["agency"].texts
    rows = np.flatnonzero(_choose(moment, filters))
    at, agency, satang = help_.at[rows], help_.take("agency")[rows], help_.satang[rows]
    size, givers = len(moment.households.number), len(names)
    gave = np.zeros((size, givers), dtype=np.int64)
    gave[at, agency] = 1
    tables = {
        name: np.zeros((givers, givers), dtype=np.int64) for name in ("households", "actions", "satang")
    }
    for giver in range(givers):
        own = agency == giver
        helped = np.flatnonzero(gave[:, giver])
        if not len(helped):
            continue
        counts = np.bincount(at[own], minlength=size)[helped]
        worth = np.zeros(size, dtype=np.int64)
        np.add.at(worth, at[own], satang[own])
        also = gave[helped]
        tables["households"][giver] = also.sum(axis=0)
        tables["actions"][giver] = counts @ also
        tables["satang"][giver] = worth[helped] @ also
    return Shared(agencies=names, doubles=_count_doubles(moment, rows, givers), **tables)


def find_common(moment: Moment, filters: Filters, a: str, b: str) -> Numbers:
    """The households that both helped."""
    chosen = _choose(moment, filters)
    help_, words = moment.help, moment.facts.words["agency"]
    agency = help_.take("agency")
    of_a = help_.at[chosen & (agency == words.number(a))]
    of_b = help_.at[chosen & (agency == words.number(b))]
    return moment.households.number[np.intersect1d(of_a, of_b)]


def _choose(moment: Moment, filters: Filters) -> Mask:
    """The counted help of households that exist and are inside, as the filters say."""
    help_, words = moment.help, moment.facts.words
    chosen = help_.counts & (help_.at >= 0)
    chosen[chosen] = in_scope(moment, filters.scope, filters.area)[help_.at[chosen]]
    if filters.need is not None:
        chosen &= help_.take("need") == words["need"].number(filters.need)
    if filters.kind is not None:
        chosen &= help_.take("kind") == words["kind"].number(filters.kind)
    if filters.since is not None:
        chosen &= help_.take("starts") >= filters.since
    if filters.until is not None:
        chosen &= help_.take("starts") < filters.until
    return chosen


def _count_doubles(moment: Moment, rows: npt.NDArray[np.intp], givers: int) -> Table:
    """D1 and D2 problems whose two actions are both looked at, by their two givers, in either order."""
    doubles = np.zeros((givers, givers), dtype=np.int64)
    findings, help_ = moment.findings, moment.help
    size = int(
        max(help_.action.max(initial=0), findings.action.max(initial=0), findings.other.max(initial=0))
    )
    giver_of = np.full(size + 1, -1, dtype=np.int64)
    giver_of[help_.action[rows]] = help_.take("agency")[rows]
    chosen = findings.is_problem & moment.of_class("D1", "D2")
    a, b = giver_of[findings.action[chosen]], giver_of[findings.other[chosen]]
    known = (a >= 0) & (b >= 0)
    a, b = a[known], b[known]
    np.add.at(doubles, (a, b), 1)
    apart = a != b
    np.add.at(doubles, (b[apart], a[apart]), 1)
    return doubles
