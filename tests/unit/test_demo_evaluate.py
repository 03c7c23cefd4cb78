"""Comparing a hub with the truth: the naive rules, and how groups are scored."""

import datetime as dt

from contracts.rules import DEFAULT_RULES
from hub.demo.expected import Expected, Statement, Terms, World, expect
from hub.demo.grouping_scores import Score, score_groups, score_labelled, score_sets
from hub.demo.truth_reading import TrueAction

AT = dt.datetime(2025, 9, 30, tzinfo=dt.UTC)
MONTHLY = Terms("income", "month", 100_000, "household", 25)
YEARLY = Terms("income", "year", 300_000, "household", 300)


def day(number: int) -> dt.datetime:
    return dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)


def a_help(name: str, start: int, *, giver="psm", reporter=None, programme="monthly", **values) -> TrueAction:
    said = {"household": "H1", "person": "P1", "kind": "cash", "need": "income", "until": None}
    said |= {"satang": 50_000, "cause": "hit", **values}
    return TrueAction(giver, name, reporter or giver, programme=programme, start=day(start), **said)


def a_world(*given: TrueAction, **statements: list[Statement]) -> World:
    by_household: dict[str, list[TrueAction]] = {}
    for each in given:
        by_household.setdefault(each.household, []).append(each)
    return World(statements, by_household, {"monthly": MONTHLY, "yearly": YEARLY}, DEFAULT_RULES, AT)


def said(sequence: int = 1, *, tambon="320101", start=-100, **needs: bool) -> Statement:
    return Statement(sequence, day(start), None, tambon, needs)


def units(world: World) -> set[tuple[str, str]]:
    return {(each.kind, each.unit) for each in expect(world)}


def test_one_help_told_by_two_is_reported_twice_and_nothing_else():
    world = a_world(a_help("1", 0, reporter="sao"), a_help("2", 1), a_help("3", 40))
    assert units(world) == {("D0", "psm/1")}


def test_another_agency_within_the_window_gives_twice():
    assert units(a_world(a_help("1", 0), a_help("2", 7, giver="temple"))) == {("D1", "temple/2")}
    assert units(a_world(a_help("1", 0), a_help("2", 8, giver="temple"))) == set()
    assert units(a_world(a_help("1", 0, until=day(30)), a_help("2", 29, giver="temple"))) == {
        ("D1", "temple/2")
    }


def test_too_soon_and_too_much_are_given_twice_by_the_same():
    assert units(a_world(a_help("1", 0), a_help("2", 24))) == {("D2", "psm/2")}
    assert units(a_world(a_help("1", 0), a_help("2", 25))) == set()
    dear = {"satang": 60_000}
    assert units(a_world(a_help("1", 0, **dear), a_help("2", 25, **dear))) == {("D2", "psm/2")}


def test_a_need_is_unserved_when_its_help_is_long_over():
    needy = {"H1": [said(income=True, health=False)]}
    assert units(a_world(**needy)) == {("unserved", "H1/income")}
    assert units(a_world(a_help("1", -90), **needy)) == set()
    assert units(a_world(a_help("1", -200), **needy)) == {("unserved", "H1/income")}


def test_the_newest_word_on_a_need_counts():
    words = [said(1, income=True), said(2, start=-50, income=False), said(3, start=-20, health=False)]
    assert units(a_world(H1=words)) == set()


def test_help_without_need_beside_an_unmet_one_is_mistargeted():
    needy = {"H1": [said(income=False, living=True)]}
    assert units(a_world(a_help("1", 0), **needy)) == {("mistargeted", "psm/1"), ("unserved", "H1/living")}
    unknown = {"H1": [said(living=True)]}
    assert ("mistargeted", "psm/1") not in units(a_world(a_help("1", 0), **unknown))


def test_an_outlying_share_needs_neighbours_without_help():
    kinds = [a_help(kind, 0, kind=kind, programme="yearly") for kind in ("cash", "loan", "training")]
    alone = {"H1": [said(income=True)]}
    around = alone | {f"H{number}": [said(income=True)] for number in range(2, 6)}
    outlier = ("D3", "H1/income/2568")
    assert outlier not in units(a_world(*kinds, **alone))
    assert outlier in units(a_world(*kinds, **around))
    helped = [a_help(f"{n}", 0, household=f"H{n}", giver=f"g{n}") for n in range(2, 6)]
    assert outlier not in units(a_world(*kinds, *helped, **around))


def test_scores_of_sets_and_groups():
    assert score_sets([1, 2, 3], [2, 3, 4, 5]) == Score(expected=3, found=4, right=2)
    assert score_sets([], []).precision is None
    things = [("a", 1), ("a", 1), ("a", 2), ("b", 2), ("c", 3)]
    scored = score_groups(things)
    assert scored.pairs == Score(expected=3, found=2, right=1)
    assert scored.groups == Score(expected=3, found=3, right=1)
    assert score_groups([("a", 1), ("a", 1)]).pairs.recall == 1.0


def test_scores_by_label_count_pairs_with_a_bearer():
    things = [("a", 1), ("a", 1), ("a", 2)]
    labels = [(), ("moved",), ("moved", "swapped")]
    scored = score_labelled(things, labels)
    assert scored["moved"] == Score(expected=3, found=1, right=1)
    assert scored["swapped"] == Score(expected=2, found=0, right=0)


def test_an_expected_finding_names_its_household_and_need():
    (found,) = expect(a_world(H1=[said(health=True)]))
    assert found == Expected("unserved", "H1", "health", "H1/health")
