"""What the public can work out from what it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.records import NEEDS
from hub.api.answers import AreaNumbers
from hub.api.suppression import K, Parent, choose_hidden, suppress_areas, suppress_parts, to_parents

counts = st.lists(st.one_of(st.integers(0, 15), st.integers(0, 500)), min_size=1, max_size=12)


def an_area(code: str | None, households: int | None, **values) -> AreaNumbers:
    numbers = {
        "level": "amphoe",
        "name_th": None,
        "name_en": None,
        "persons": (households or 0) * 3,
        "records": households,
        "in_more_than_one": 0,
        "needs": dict.fromkeys(NEEDS, 0),
        "assisted_households": 0,
        "actions": 0,
        "amount_thb": 0.0,
    }
    return AreaNumbers(code=code, households=households, **(numbers | values))


@given(counts)
def test_no_small_count_is_shown_and_the_total_minus_what_is_shown_tells_of_at_least_k(
    numbers: list[int],
) -> None:
    hidden = choose_hidden(numbers)
    assert all(position in hidden for position, number in enumerate(numbers) if 0 < number < K)
    if hidden and sum(numbers) >= K and len(numbers) > 1:
        assert len(hidden) >= 2
        assert sum(numbers[position] for position in hidden) >= K
    if not any(0 < number < K for number in numbers):
        assert not hidden


@given(counts)
def test_a_total_that_is_hidden_cannot_be_added_up_from_its_parts(numbers: list[int]) -> None:
    hidden = choose_hidden(numbers, total_is_shown=False)
    if sum(numbers):
        assert sum(numbers[position] for position in hidden) > 0


def test_an_area_with_few_households_shows_no_count_and_takes_a_neighbour_with_it() -> None:
    shown = suppress_areas([an_area("3201", 4), an_area("3202", 30), an_area("3203", 50)], {})
    assert [area.households for area in shown] == [None, None, 50]
    assert [area.persons for area in shown] == [None, None, 150]
    assert [area.suppressed for area in shown] == [True, True, False]


def test_zero_is_shown_as_zero() -> None:
    shown = suppress_areas([an_area("3201", 0), an_area("3202", 40)], {})
    assert [area.households for area in shown] == [0, 40]


def test_help_is_hidden_by_the_households_it_reached_and_not_by_its_own_number() -> None:
    areas = [
        an_area("3201", 40, assisted_households=3, actions=50, amount_thb=5e4),
        an_area("3202", 40, assisted_households=20, actions=20, amount_thb=1e4),
        an_area("3203", 90, assisted_households=60, actions=80, amount_thb=9e4),
    ]
    shown = suppress_areas(areas, {})
    assert [area.actions for area in shown] == [None, None, 80]
    assert [area.households for area in shown] == [40, 40, 90]


def test_a_tambon_is_hidden_where_its_amphoe_is_so_that_the_amphoe_does_not_come_back_as_a_sum() -> None:
    tambons = [an_area("320101", 40), an_area("320102", 60), an_area("320201", 40), an_area("320202", 70)]
    shown = suppress_areas(tambons, {"3202": Parent(an_area("3202", 110), an_area("3202", None))})
    assert [area.households for area in shown] == [40, 60, None, 70]


def test_an_amphoe_that_hides_one_column_does_not_open_another() -> None:
    """A tambon with few households takes a neighbour with it also where the amphoe hides its help, but shows its households."""
    tambons = [an_area("320101", 3), an_area("320102", 40), an_area("320103", 50)]
    parent = Parent(an_area("3201", 93), an_area("3201", 93, assisted_households=None, suppressed=True))
    shown = suppress_areas(tambons, {"3201": parent})
    assert [area.households for area in shown] == [None, None, 50]


def test_few_households_without_a_tambon_cannot_be_worked_out_from_their_amphoe() -> None:
    tambons = [an_area("320101", 40), an_area("320102", 50)]
    shown = suppress_areas(tambons, to_parents([an_area("3201", 94), an_area("3202", 80)]))
    assert [area.households for area in shown] == [None, 50]


def test_named_parts_of_a_total_hide_each_other() -> None:
    assert suppress_parts({"1": 90, "2": 12, "3": 4, "4": 0}, all_hidden=False) == {
        "1": 90,
        "2": None,
        "3": None,
        "4": 0,
    }
    assert suppress_parts({"1": 4, "2": 0}, all_hidden=True) == {"1": None, "2": None}


@pytest.mark.parametrize("parts", [(3, 40, 50), (1, 2, 3), (9, 12, 0), (0, 0, 5), (10, 20)])
def test_parts_of_a_hidden_total_hide_enough_to_keep_it(parts: tuple[int, ...]) -> None:
    hidden = choose_hidden(parts, total_is_shown=False)
    assert sum(parts[position] for position in hidden) >= min(K, sum(parts))
