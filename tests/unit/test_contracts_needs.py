"""The crosswalk from what sources say to the five needs."""

import pytest

from contracts.needs import (
    COMPONENTS,
    HEALTH_WORDS,
    need_from_words,
    needs_from_capitals,
    needs_from_components,
    needs_from_problems,
    needs_of,
)
from contracts.records import NEEDS


def test_every_component_speaks_of_a_known_need() -> None:
    assert set(COMPONENTS.values()) == set(NEEDS)
    numbers = {"human": 6, "physical": 8, "financial": 5, "natural": 8, "social": 11}
    for name in COMPONENTS:
        capital, number = name.split(".")
        assert 1 <= int(number) <= numbers[capital]


def test_one_low_component_is_a_need_and_others_do_not_outweigh_it() -> None:
    assert needs_from_components({"physical.1": 4.0, "physical.2": 1.75, "physical.6": 2.0}) == {
        "living": True,
        "accessibility": False,
    }


def test_components_that_speak_of_no_need_say_nothing() -> None:
    assert needs_from_components({"natural.5": 1.0, "social.1": 1.0, "unheard.9": 1.0}) == {}


@pytest.mark.parametrize(
    ("score", "answer"), [(1.74, True), (1.75, None), (2.49, None), (2.5, False), (4.0, False)]
)
def test_a_capital_mean_is_clear_at_its_ends_only(score: float, answer: bool | None) -> None:
    assert needs_from_capitals({"financial": score}).get("income") is answer


def test_capitals_of_several_needs_say_nothing() -> None:
    assert needs_from_capitals({"human": 1.0, "social": 1.0, "natural": 1.0}) == {}


def test_members_words_say_no_need_only_when_all_are_clear() -> None:
    assert need_from_words(["ปกติ", "ปกติ"], HEALTH_WORDS) is False
    assert need_from_words(["ปกติ", ""], HEALTH_WORDS) is None
    assert need_from_words(["ปกติ", "พิการ"], HEALTH_WORDS) is True
    assert need_from_words([], HEALTH_WORDS) is None


def test_a_list_of_problems_asks_for_all_five() -> None:
    needs, known = needs_from_problems(["สุขภาพ", "อื่น ๆ"])
    assert known
    assert needs == {
        "health": True,
        "living": False,
        "education": False,
        "income": False,
        "accessibility": False,
    }
    assert needs_from_problems([]) == ({}, True)
    assert needs_from_problems(["ไม่มี"])[0] == dict.fromkeys(NEEDS, False)
    assert needs_from_problems(["หนี้นอกระบบ"])[1] is False


def test_what_nobody_was_asked_stays_unknown() -> None:
    assert needs_of({"health": [], "income": [False, True]}) == {"income": True}
