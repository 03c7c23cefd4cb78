"""What the six numbers could become by deciding what nobody has decided."""

import dataclasses

import numpy as np

from hub.counting.bounds import Bounds, find_bounds, find_groups
from hub.counting.columns import Columns
from hub.counting.facts import HELPS, Facts
from hub.counting.moment import Findings, Help, Households, Moment, Point

EXITED, POOR, NOT_POOR = 2, 0, 1


def a_moment(
    sources: list[str], edges: list[tuple[int, int]], *, helped: list[int] | None = None, standing=None
) -> Moment:
    """Households with these sources; `helped` are the positions that each action belongs to."""
    facts = Facts(1)
    facts.words["sources"].learn(sources)
    size, at = len(sources), np.array(helped or [], dtype=np.int32)
    zeros, none = np.zeros(size, dtype=np.int64), np.empty(0, dtype=np.int64)
    households = Households(
        number=np.arange(1, size + 1),
        place=zeros,
        sources=np.array([facts.words["sources"].number(text) for text in sources]),
        in_sources=np.array([len(set(text.split())) for text in sources]),
        persons=zeros,
        needs={},
        level=zeros,
        standing=np.array(standing or [NOT_POOR] * size),
    )
    help_ = Help(
        columns=Columns(HELPS.types),
        rows=np.arange(len(at)),
        action=np.arange(len(at)),
        satang=np.arange(len(at)),
        at=at,
        counts=np.ones(len(at), dtype=bool),
    )
    names = [field.name for field in dataclasses.fields(Findings)]
    findings = Findings(**dict.fromkeys(names, none))
    return Moment(
        point=Point(0, 1), facts=facts, households=households, help=help_, findings=findings, edges=edges
    )


def bounds_of(moment: Moment, inside=None, **chosen: list[int]) -> dict[str, Bounds]:
    size = len(moment.households.number)

    def mask(positions: list[int]):
        found = np.zeros(size, dtype=bool)
        found[positions] = True
        return found

    names = ("twice", "unserved", "mistargeted", "exited")
    sets = {name: mask(chosen.get(name, [])) for name in names}
    sets["in_more_than_one"] = moment.households.in_sources > 1
    return find_bounds(moment, sets, mask([*range(size)] if inside is None else inside))


def test_without_undecided_links_both_bounds_are_the_number() -> None:
    found = bounds_of(a_moment(["tpmap", "tpmap thaiqm"], []), unserved=[0, 1])
    assert found["distinct"] == Bounds(2, 2)
    assert found["in_more_than_one"] == Bounds(1, 1)
    assert found["unserved"] == Bounds(2, 2)


def test_all_joined_or_none_is_what_could_become_of_households_and_their_sources() -> None:
    found = bounds_of(a_moment(["tpmap", "thaiqm", "tpmap", "tpmap"], [(0, 1), (2, 3)]))
    assert found["distinct"] == Bounds(2, 4)
    assert found["in_more_than_one"] == Bounds(0, 1)
    two = bounds_of(a_moment(["tpmap thaiqm", "tpmap pppconnext"], [(0, 1)]))
    assert two["in_more_than_one"] == Bounds(1, 2)


def test_who_has_no_undecided_link_stays_in_its_number() -> None:
    found = bounds_of(a_moment(["tpmap"] * 4, [(0, 1)], helped=[0, 1, 3]), unserved=[0, 2, 3])
    assert found["unserved"] == Bounds(2, 3), "joining never makes a need of nobody's"


def test_two_helped_once_each_could_turn_out_to_be_one_helped_twice() -> None:
    assert bounds_of(a_moment(["tpmap"] * 2, [(0, 1)], helped=[0, 1]))["twice"] == Bounds(0, 1)
    assert bounds_of(a_moment(["tpmap"] * 2, [(0, 1)]))["twice"] == Bounds(0, 0)
    assert bounds_of(a_moment(["tpmap"] * 2, [(0, 1)], helped=[0, 0]), twice=[0])["twice"] == Bounds(0, 1)


def test_only_who_was_poor_can_turn_out_to_have_left_poverty() -> None:
    poor = a_moment(["tpmap"] * 2, [(0, 1)], standing=[POOR, NOT_POOR])
    assert bounds_of(poor)["exited"] == Bounds(0, 1)
    never = a_moment(["tpmap"] * 2, [(0, 1)], standing=[NOT_POOR, NOT_POOR])
    assert bounds_of(never)["exited"] == Bounds(0, 0)


def test_a_household_outside_the_area_is_not_counted_but_could_come_in() -> None:
    found = bounds_of(a_moment(["tpmap", "thaiqm"], [(0, 1)], helped=[0, 1]), inside=[0])
    assert found["distinct"] == Bounds(1, 1)
    assert found["twice"] == Bounds(0, 1)


def test_pairs_that_meet_are_one_group() -> None:
    assert find_groups([(1, 2), (5, 4), (2, 3)]) == [[1, 2, 3], [4, 5]]
