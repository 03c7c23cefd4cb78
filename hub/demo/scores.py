"""Five-capital scores that agree with the needs a PPPConnext form reports."""

import random
from collections.abc import Mapping

# The need each capital component speaks of, by (capital, number) (domain.md 5.2); "" is none of the five.
_COMPONENT_NEEDS: dict[str, tuple[str, ...]] = {
    "human": ("education", "education", "income", "health", "income", "accessibility"),
    "physical": (
        "living",
        "living",
        "living",
        "living",
        "living",
        "accessibility",
        "accessibility",
        "accessibility",
    ),
    "financial": ("income", "income", "income", "income", "income"),
    "natural": ("income", "income", "income", "income", "", "income", "living", ""),
    "social": ("", "", "", "", "", "accessibility", "", "", "", "", ""),
}
_LOW = (1.0, 1.0, 1.25, 1.5, 1.5)
_HIGH = (2.75, 3.0, 3.0, 3.25, 3.5, 4.0)


def score(r: random.Random, said: Mapping[str, bool | None]) -> tuple[dict[str, float], dict[str, float]]:
    """Component scores and capital means on 1-4: low where the form sees a need, high where it sees none.

    Components of a need that stays unknown are left out of the components but count in the means.
    """
    components: dict[str, float] = {}
    capitals: dict[str, float] = {}
    for capital, needs in _COMPONENT_NEEDS.items():
        total = 0.0
        for place, need in enumerate(needs):
            value = _one(r, said.get(need) if need else False)
            total += value
            if not need or said[need] is not None:
                components[f"{capital}.{place + 1}"] = value
        capitals[capital] = round(total / len(needs), 2)
    return components, capitals


def level_of(mean: float) -> int:
    """The poverty level of a mean score (1 hardest, 4 well off; domain.md 2.2)."""
    return 1 + (mean >= 1.75) + (mean >= 2.5) + (mean >= 3.25)


def _one(r: random.Random, needed: bool | None) -> float:  # noqa: FBT001 - a value of the form, not a switch
    choices = _LOW if needed else _HIGH if needed is False else (2.0, 2.25, 2.5)
    return choices[int(r.random() * len(choices))]
