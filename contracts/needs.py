"""From what the sources say to the five needs (docs/domain.md 2.5 and 5.2): declared by this project, versioned data.

True is a need, False none; a need that nothing speaks of is absent. Unknown is never read as "no need".
"""

from collections.abc import Iterable, Mapping

import msgspec

from contracts.records import NEEDS, Need
from contracts.thai.text import repair

CROSSWALK_VERSION = "needs@1"

# By (capital, component number); components that speak of none of the five are left out.
COMPONENTS: Mapping[str, Need] = {
    "human.1": "education",
    "human.2": "education",
    "human.3": "income",
    "human.4": "health",
    "human.5": "income",
    "human.6": "accessibility",
    "physical.1": "living",
    "physical.2": "living",
    "physical.3": "living",
    "physical.4": "living",
    "physical.5": "living",
    "physical.6": "accessibility",
    "physical.7": "accessibility",
    "physical.8": "accessibility",
    "financial.1": "income",
    "financial.2": "income",
    "financial.3": "income",
    "financial.4": "income",
    "financial.5": "income",
    "natural.1": "income",
    "natural.2": "income",
    "natural.3": "income",
    "natural.4": "income",
    "natural.6": "income",
    "natural.7": "living",
    "social.6": "accessibility",
}
COMPONENT_NEED_BELOW = 2.0

# Only these two capitals speak of one need as a whole.
CAPITALS: Mapping[str, Need] = {"physical": "living", "financial": "income"}
CAPITAL_NEED_BELOW = 1.75
CAPITAL_ENOUGH_FROM = 2.5

PROBLEMS: Mapping[str, Need] = {
    "สุขภาพ": "health",
    "ด้านสุขภาพ": "health",
    "ที่อยู่อาศัย": "living",
    "ความเป็นอยู่": "living",
    "ด้านที่อยู่อาศัย": "living",
    "ด้านความเป็นอยู่": "living",
    "การศึกษา": "education",
    "ด้านการศึกษา": "education",
    "รายได้": "income",
    "ด้านรายได้": "income",
    "การเข้าถึงบริการภาครัฐ": "accessibility",
    "การเข้าถึงบริการรัฐ": "accessibility",
    "ด้านการเข้าถึงบริการภาครัฐ": "accessibility",
    "ด้านการเข้าถึงบริการรัฐ": "accessibility",
}
OTHER_PROBLEMS = frozenset(("อื่นๆ", "อื่น", "ไม่มี", "ไม่มีปัญหา", "ไม่พบปัญหา"))

DIMENSION_WORDS: Mapping[str, bool] = {
    "ต้องการความช่วยเหลือ": True,
    "ต้องการช่วยเหลือ": True,
    "มีปัญหา": True,
    "1": True,
    "ปกติ": False,
    "ไม่มีปัญหา": False,
    "0": False,
}
TPMAP_WORDS: Mapping[str, bool] = {"1": True, "1.0": True, "0": False, "0.0": False}

HEALTH_WORDS: Mapping[str, bool] = {
    "ปกติ": False,
    "แข็งแรง": False,
    "สุขภาพดี": False,
    "สมบูรณ์แข็งแรง": False,
    "โรคเรื้อรัง": True,
    "ป่วยเรื้อรัง": True,
    "ป่วยเป็นโรคเรื้อรัง": True,
    "พิการ": True,
    "ติดเตียง": True,
    "ป่วยติดเตียง": True,
}
EDUCATION_WORDS: Mapping[str, bool] = {
    "ออกกลางคัน": True,
    "หลุดจากระบบการศึกษา": True,
    "อ่านเขียนไม่ได้": True,
    "อ่านไม่ออกเขียนไม่ได้": True,
}


class Crosswalk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the sources' own indicators become needs: words and scores to the five dimensions. The defaults are those above."""

    version: str = CROSSWALK_VERSION
    components: dict[str, Need] = msgspec.field(default_factory=lambda: dict(COMPONENTS))
    component_need_below: float = COMPONENT_NEED_BELOW
    capitals: dict[str, Need] = msgspec.field(default_factory=lambda: dict(CAPITALS))
    capital_need_below: float = CAPITAL_NEED_BELOW
    capital_enough_from: float = CAPITAL_ENOUGH_FROM
    problems: dict[str, Need] = msgspec.field(default_factory=lambda: dict(PROBLEMS))
    other_problems: tuple[str, ...] = tuple(sorted(OTHER_PROBLEMS))
    dimension_words: dict[str, bool] = msgspec.field(default_factory=lambda: dict(DIMENSION_WORDS))
    tpmap_words: dict[str, bool] = msgspec.field(default_factory=lambda: dict(TPMAP_WORDS))
    health_words: dict[str, bool] = msgspec.field(default_factory=lambda: dict(HEALTH_WORDS))
    education_words: dict[str, bool] = msgspec.field(default_factory=lambda: dict(EDUCATION_WORDS))


CROSSWALK = Crosswalk()


def needs_of(answers: Mapping[Need, list[bool]]) -> dict[Need, bool]:
    """The needs of a household from the answers per dimension, in the order of NEEDS."""
    return {need: any(answers[need]) for need in NEEDS if answers.get(need)}


def needs_from_components(
    components: Mapping[str, float], crosswalk: Crosswalk = CROSSWALK
) -> dict[Need, bool]:
    """The needs that component scores (1-4) speak of: one low component is a need of its dimension."""
    answers: dict[Need, list[bool]] = {}
    for name, score in components.items():
        need = crosswalk.components.get(name)
        if need is not None:
            answers.setdefault(need, []).append(score < crosswalk.component_need_below)
    return needs_of(answers)


def needs_from_capitals(scores: Mapping[str, float], crosswalk: Crosswalk = CROSSWALK) -> dict[Need, bool]:
    """The needs that capital means (1-4) speak of: low ones are a need, high ones none, between them unknown."""
    answers: dict[Need, list[bool]] = {}
    for capital, need in crosswalk.capitals.items():
        score = scores.get(capital)
        if score is None:
            continue
        is_low = score < crosswalk.capital_need_below
        if is_low or score >= crosswalk.capital_enough_from:
            answers.setdefault(need, []).append(is_low)
    return needs_of(answers)


def need_from_words(words: Iterable[str], meanings: Mapping[str, bool]) -> bool | None:
    """What the members' own words say of one need: a need when one says so, none when every member is clear about it."""
    answers = [meanings.get(repair(word)) for word in words]
    if True in answers:
        return True
    return False if answers and None not in answers else None


def needs_from_problems(
    problems: Iterable[str], crosswalk: Crosswalk = CROSSWALK
) -> tuple[dict[Need, bool], bool]:
    """(needs, whether every word is known) of a list of problems that asks for all five; empty for an empty list."""
    named = tuple(problems)
    if not named:
        return {}, True
    words = [repair(problem).replace(" ", "") for problem in named]
    found = {crosswalk.problems[word] for word in words if word in crosswalk.problems}
    known = all(word in crosswalk.problems or word in crosswalk.other_problems for word in words)
    return {need: need in found for need in NEEDS}, known
