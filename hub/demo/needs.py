"""What a household truly lacks, and what each source says about it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.demo.people import NEVER, Member
from hub.demo.rates import NEED_INVENTED, NEED_MISSED, NEED_UNKNOWN

DIMENSIONS = ("health", "living", "education", "income", "accessibility")
_BASE = {"health": 0.20, "living": 0.34, "education": 0.10, "income": 0.46, "accessibility": 0.16}
_OLD, _YOUNG = 1962, 2002  # birth years: about 60 and over, under 20


@dataclass(slots=True)
class Needs:
    """The true needs of a household; a need may be met for good from a fiscal year on."""

    lacking: tuple[str, ...]
    met_from: dict[str, int] = field(default_factory=dict[str, int])

    def holds(self, dimension: str, year: int) -> bool:
        return dimension in self.lacking and year < self.met_from.get(dimension, NEVER)


def draw_needs(r: random.Random, members: Sequence[Member]) -> Needs:
    """Needs that fit the people: age and children count; nearly every household in the databases lacks something."""
    hardship = r.uniform(0.55, 1.6)
    old = any(m.person.born.year < _OLD for m in members)
    young = any(m.person.born.year > _YOUNG for m in members)
    lacking: list[str] = []
    for dimension in DIMENSIONS:
        chance = _BASE[dimension] * hardship
        if dimension == "health" and old:
            chance += 0.15
        if dimension == "education":
            chance = chance + 0.18 if young else 0.02
        if r.random() < chance:
            lacking.append(dimension)
    if not lacking and r.random() < 0.9:
        lacking.append(r.choice(("income", "living", "health")))
    return Needs(tuple(lacking))


def draw_errors(r: random.Random, *, may_be_unknown: bool) -> dict[str, str]:
    """How a source errs about a household, by dimension: `missed`, `invented` or `unknown`; the rest it gets right."""
    errors: dict[str, str] = {}
    for dimension in DIMENSIONS:
        roll = r.random()
        if may_be_unknown and roll < NEED_UNKNOWN:
            errors[dimension] = "unknown"
        elif roll > 1.0 - NEED_MISSED:
            errors[dimension] = "missed"
        elif roll > 1.0 - NEED_MISSED - NEED_INVENTED:
            errors[dimension] = "invented"
    return errors


def reported(needs: Needs, errors: dict[str, str], year: int) -> dict[str, bool | None]:
    """What the source says in that fiscal year, by dimension: need, no need, or unknown (None)."""
    said: dict[str, bool | None] = {}
    for dimension in DIMENSIONS:
        truth = needs.holds(dimension, year)
        match errors.get(dimension):
            case "unknown":
                said[dimension] = None
            case "missed":
                said[dimension] = False
            case "invented":
                said[dimension] = True
            case _:
                said[dimension] = truth
    return said
