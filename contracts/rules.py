"""The rules that the committee owns (ศจพ.): how sources' words become needs, and what counts as a finding. Versioned data.

`rules.published` puts a whole set into force; until the first one the hub follows `DEFAULT_RULES`. Days are days of 24 hours.
"""

from typing import Annotated

import msgspec

from contracts.needs import CROSSWALK, Crosswalk
from contracts.records import Kind

Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Rules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One set of rules.

    `serves_days`: help serves its need from its start until so many days after its end, or for the programme's interval where that is longer.
    `overlap_days`: help counts as going on for at least so long when two agencies give the same kind for the same need (D1).
    `report_days`: two reports of one help may differ by so many days (D0). `interval_days`: the shortest lawful interval by kind
    where no programme says one (D2). `silent_days`: an agency that has reported nothing for longer is silent (coverage).
    `outlier_kinds`, `outlier_neighbours`: so many kinds of help for one need in a fiscal year, while this percentage of the tambon's
    households with that need got none, is an outlying share (D3). `poor_levels`: PPPConnext levels that mean poor.
    """

    version: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    crosswalk: Crosswalk = CROSSWALK
    serves_days: Days = 365
    overlap_days: Days = 7
    report_days: Days = 2
    interval_days: dict[Kind, Days] = msgspec.field(default_factory=lambda: {"cash": 25, "in_kind": 25})
    silent_days: Days = 100
    outlier_kinds: Annotated[int, msgspec.Meta(ge=2, le=5)] = 3
    outlier_neighbours: Percent = 25
    poor_levels: tuple[int, ...] = (1, 2)


DEFAULT_RULES = Rules(version="rules@1")
