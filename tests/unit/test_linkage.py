"""Linking the hub's own records: which members are one person, which records one household, and what people decided about it."""

import itertools
import random as random_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.linkage.cluster import cluster, link
from projections.linkage.compare import compare
from projections.linkage.constraints import Constraints, LinkDecision, compile_constraints
from projections.linkage.default import default_model, default_weigher
from projections.linkage.evidence import explain
from projections.linkage.features import Edge, MemberFeatures, RecordFeatures, blocking_keys
from projections.linkage.houses import OTHER, SAME
from projections.linkage.model import judge
from projections.linkage.weighing import values_of

WEIGHER = default_weigher()
LINK = WEIGHER.model.link
IDS = {
    "a": "1320100000014",
    "b": "1320100000022",
    "c": "1320100000031",
    "d": "1320100000049",
    "x": "1320100000057",
}


def member(number: int, citizen: str | None = None, **values) -> MemberFeatures:
    defaults = {"first": "สมชาย", "last": "ใจดีมาก", "year": 1980, "month": 5, "day": 7, "sex": "male"}
    known = {} if citizen is None else {"citizen": citizen, "digits": IDS[citizen], "valid": True}
    return MemberFeatures(member=number, **(defaults | known | values))


def record(number: int, *members: MemberFeatures, source="tpmap", **values) -> RecordFeatures:
    place = {"tambon": "320101", "amphoe": "3201", "moo": 1, "house_no": "9"}
    return RecordFeatures(record=number, source=source, members=members, **(place | values))


def persons_of(*records: RecordFeatures, decided: Constraints | None = None) -> dict[int, int]:
    return link(WEIGHER, records, decided or Constraints()).persons


def households_of(*records: RecordFeatures, decided: Constraints | None = None) -> dict[int, int]:
    return link(WEIGHER, records, decided or Constraints()).households


def person_edges(a: RecordFeatures, b: RecordFeatures) -> list[Edge]:
    return [edge for edge in compare(WEIGHER, a, b) if edge.level == "person"]


FAR = {"tambon": "320102", "moo": 7, "house_no": "144"}
WIFE = {"first": "วิไลวรรณ", "sex": "female", "year": 1983, "month": 2, "day": 3}
CHILD = {"first": "ณัฐพงษ์", "year": 2010, "month": 11, "day": 21}


def test_an_equal_valid_citizen_id_is_the_same_person_also_in_another_tambon() -> None:
    a, b = record(1, member(11, "c")), record(2, member(21, "c", first="สมชัย"), **FAR, source="thaiqm")
    assert persons_of(a, b) == {11: 11, 21: 11}


def test_two_different_valid_citizen_ids_are_never_one_person_whatever_else_agrees() -> None:
    a = record(1, member(11, "c"), house="h", house_code="32010000011")
    b = record(2, member(21, "d"), house="h", house_code="32010000011", source="thaiqm")
    assert compare(WEIGHER, a, b) == ()


def test_an_equal_citizen_id_with_another_name_and_birth_is_left_to_people() -> None:
    a = record(1, member(11, "c"))
    b = record(2, member(21, "c", first="ประยูร", last="แสงทอง", year=1951, month=9, day=28), source="thaiqm")
    (edge,) = person_edges(a, b)
    assert WEIGHER.model.review <= edge.score < LINK
    assert persons_of(a, b) == {11: 11, 21: 21}


def test_a_misspelt_name_with_the_same_birth_date_links_at_the_same_address() -> None:
    a = record(1, member(11, first="ณัฐพงษ์", last="บุญประเสริฐ"))
    b = record(2, member(21, first="ณัฐพงศ์", last="บุญประเสริด"), source="thaiqm")
    assert persons_of(a, b) == {11: 11, 21: 11}


def test_two_children_of_one_house_are_two_persons() -> None:
    a = record(1, member(11, first="สมศักดิ์", year=2008, month=4, day=9))
    b = record(2, member(21, first="สมหมาย", year=2011, month=8, day=1), source="thaiqm")
    assert len(set(persons_of(a, b).values())) == 2


def test_one_moved_person_does_not_join_two_households() -> None:
    a = record(1, member(11, "c"), member(12, "d", **WIFE))
    b = record(2, member(21, "c"), member(22, "x", first="บุญมี", year=1955), source="thaiqm", **FAR)
    partition = link(WEIGHER, [a, b])
    assert partition.persons[21] == 11
    assert partition.households == {1: 1, 2: 2}


def test_two_shared_members_or_one_at_the_same_address_are_one_household() -> None:
    base = record(1, member(11, "c"), member(12, "d", **WIFE))
    two = record(2, member(21, "c"), member(22, "d", **WIFE), source="thaiqm", **FAR)
    one = record(3, member(31, "c"), member(32, "x", **CHILD), source="mso_logbook")
    rules = {
        edge.rule
        for other in (two, one)
        for edge in compare(WEIGHER, base, other)
        if edge.level == "household"
    }
    assert rules == {"members_shared", "member_and_address"}
    assert households_of(base, two) == {1: 1, 2: 1}
    assert households_of(base, one) == {1: 1, 3: 1}


def test_two_families_of_one_source_in_one_house_stay_two_households() -> None:
    names = {"a": "สมชาย", "b": "วิไลวรรณ", "c": "ประยูร", "d": "กาญจนา"}
    people = {
        key: {"citizen": key, "first": name, "year": 1960 + 7 * number}
        for number, (key, name) in enumerate(names.items())
    }
    first = record(1, member(11, **people["a"]), member(12, **people["b"]), source="mso_logbook")
    second = record(2, member(21, **people["c"]), member(22, **people["d"]), source="mso_logbook")
    whole = record(3, *(member(30 + number, **each) for number, each in enumerate(people.values())))
    households = households_of(first, second, whole)
    assert households[1] != households[2]
    assert households[3] in {households[1], households[2]}


def test_what_members_of_one_household_share_settles_a_pair_that_alone_was_left_undecided() -> None:
    unknown = {"year": None, "month": None, "day": None, "last": ""}
    a = record(
        1,
        member(11, "c"),
        member(12, "d", **WIFE),
        member(13, first="บุญมี", **unknown),
        member(14, "x", **CHILD),
    )
    b = record(
        2,
        member(21, "c"),
        member(22, "d", **WIFE),
        member(23, first="บุญมี", **unknown),
        member(24, "x", **CHILD),
        source="thaiqm",
        house_no=None,
        moo=None,
    )
    alone = [
        edge.score
        for edge in compare(WEIGHER, a, b)
        if edge.level == "person" and (edge.a, edge.b) == (13, 23)
    ]
    assert all(score < LINK for score in alone)
    assert alone
    assert persons_of(a, b)[23] == 13


NAMES = ("สมชาย", "สมชัย", "บุญมี", "")


@st.composite
def records(draw: st.DrawFn) -> list[RecordFeatures]:
    found = []
    for number in range(1, draw(st.integers(2, 6)) + 1):
        members = []
        for position in range(draw(st.integers(0, 3))):
            citizen = draw(st.sampled_from(("a", "b", "c", None)))
            members.append(
                member(
                    number * 256 + position,
                    citizen,
                    first=draw(st.sampled_from(NAMES)),
                    last=draw(st.sampled_from(NAMES)),
                    year=draw(st.sampled_from((1980, 1981, None))),
                    sex=draw(st.sampled_from(("male", "female", None))),
                    current=draw(st.booleans()),
                )
            )
        found.append(
            record(
                number,
                *members,
                source=draw(st.sampled_from(("tpmap", "thaiqm", "mso_logbook"))),
                house=draw(st.sampled_from(("h", "k", None))),
                tambon=draw(st.sampled_from(("320101", "320102"))),
                house_no=draw(st.sampled_from(("1", None))),
            )
        )
    return found


@st.composite
def decisions(draw: st.DrawFn, known: list[RecordFeatures]) -> list[LinkDecision]:
    """A few decisions of either level about these records and their members."""
    members = [each.member for one in known for each in one.members]
    found = []
    for sequence in range(1, draw(st.integers(0, 3)) + 1):
        level = draw(st.sampled_from(("person", "household")))
        items = members if level == "person" else [one.record for one in known]
        if len(items) < 2:
            continue
        pair = draw(st.lists(st.sampled_from(items), min_size=2, max_size=3, unique=True))
        verdict = draw(
            st.sampled_from(("same", "different", "same_house_different_family", "needs_field_check"))
        )
        cut = 0 if verdict == "same" else draw(st.integers(1, len(pair) - 1))
        groups = (tuple(sorted(pair[:cut])), tuple(sorted(pair[cut:])))
        found.append(
            LinkDecision(
                sequence=sequence,
                level=level,
                verdict=verdict,
                groups=tuple(group for group in groups if group),
            )
        )
    return found


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[RecordFeatures], Constraints]:
    known = draw(records())
    record_of = {each.member: one.record for one in known for each in one.members}
    return known, compile_constraints(draw(decisions(known)), record_of)


@given(records=records())
def test_comparison_is_symmetric_and_scores_as_the_model_judges(records) -> None:
    of = {each.member: (one, each) for one in records for each in one.members}
    for a, b in itertools.combinations(records, 2):
        edges = compare(WEIGHER, a, b)
        assert edges == compare(WEIGHER, b, a)
        scores = {(edge.a, edge.b): edge.score for edge in edges if edge.level == "person"}
        for left, right in itertools.product(a.members, b.members):
            low, high = sorted((left.member, right.member))
            judged = judge(
                default_model(), values_of(*of[low]), values_of(*of[high]), one_source=a.source == b.source
            )
            assert scores.get((low, high)) == (None if judged.band == "none" else judged.score)


@given(world=worlds(), random=st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_records_edges_or_decisions(world, random) -> None:
    records, decided = world
    expected = link(WEIGHER, records, decided)
    shuffled = list(records)
    random.shuffle(shuffled)
    assert link(WEIGHER, shuffled, decided) == expected
    edges = [
        edge
        for a, b in itertools.combinations(records, 2)
        if blocking_keys(a) & blocking_keys(b) or b.record in decided.partners.get(a.record, ())
        for edge in compare(WEIGHER, a, b, decided)
    ]
    random.shuffle(edges)
    assert cluster(WEIGHER, shuffled, edges, decided) == expected


@given(world=worlds())
def test_a_rejection_never_joins_and_a_confirmation_splits_only_for_a_rejection(world) -> None:
    records, decided = world
    partition = link(WEIGHER, records, decided)
    for (low, high), verdict in decided.persons.items():
        if verdict == "different":
            assert partition.persons[low] != partition.persons[high]
    for (low, high), verdict in decided.records.items():
        if verdict in ("different", "same_house_different_family"):
            assert partition.households[low] != partition.households[high]
    rejected = {*decided.persons.values(), *decided.records.values()} - {"same", "needs_field_check"}
    if not rejected:
        for where, groups in ((decided.persons, partition.persons), (decided.records, partition.households)):
            assert all(
                groups[low] == groups[high] for (low, high), verdict in where.items() if verdict == "same"
            )


@given(records=records())
def test_no_person_has_two_valid_citizen_ids_and_the_founder_is_the_lowest(records) -> None:
    partition = link(WEIGHER, records)
    citizens: dict[int, set[str]] = {}
    for record_ in records:
        for each in record_.members:
            founder = partition.persons[each.member]
            assert founder <= each.member
            if each.citizen:
                citizens.setdefault(founder, set()).add(each.citizen)
    assert all(len(found) == 1 for found in citizens.values())


def decided_about(*decisions_: LinkDecision) -> Constraints:
    return compile_constraints(decisions_, {11: 1, 12: 1, 21: 2, 22: 2, 31: 3})


def verdict(sequence: int, level: str, said: str, *groups: tuple[int, ...]) -> LinkDecision:
    return LinkDecision(sequence=sequence, level=level, verdict=said, groups=groups)


def test_people_join_what_the_model_would_never_join() -> None:
    a, b = (
        record(1, member(11, "c")),
        record(2, member(21, "d", first="ประยูร", year=1950), source="thaiqm", **FAR),
    )
    decided = decided_about(verdict(1, "person", "same", (11, 21)), verdict(2, "household", "same", (1, 2)))
    assert persons_of(a, b) == {11: 11, 21: 21}
    assert persons_of(a, b, decided=decided) == {11: 11, 21: 11}
    assert households_of(a, b, decided=decided) == {1: 1, 2: 1}


def test_of_two_decisions_about_a_pair_the_later_counts() -> None:
    a, b = record(1, member(11, "c")), record(2, member(21, "c"), source="thaiqm")
    rejected, confirmed = (
        verdict(1, "person", "different", (11,), (21,)),
        verdict(2, "person", "same", (11, 21)),
    )
    assert persons_of(a, b, decided=decided_about(confirmed, rejected)) == {11: 11, 21: 11}
    later = verdict(3, "person", "different", (11,), (21,))
    assert persons_of(a, b, decided=decided_about(rejected, confirmed, later)) == {11: 11, 21: 21}


def test_a_rejection_wins_over_a_path_of_confirmations() -> None:
    one = [
        record(1, member(11, "a")),
        record(2, member(21, "b", first="ประยูร"), source="thaiqm"),
        record(3, member(31, "c", first="บุญมี"), source="mso_logbook"),
    ]
    decided = decided_about(
        verdict(1, "person", "same", (11, 21)),
        verdict(2, "person", "same", (21, 31)),
        verdict(3, "person", "different", (11,), (31,)),
    )
    persons = persons_of(*one, decided=decided)
    assert persons[11] != persons[31]


def test_one_house_with_two_families_keeps_its_persons_and_has_two_households() -> None:
    a = record(1, member(11, "c"), member(12, "d", **WIFE))
    b = record(2, member(21, "c"), member(22, "d", **WIFE), source="thaiqm")
    decided = decided_about(verdict(1, "household", "same_house_different_family", (1,), (2,)))
    assert persons_of(a, b, decided=decided)[21] == 11
    assert households_of(a, b, decided=decided) == {1: 1, 2: 2}


def test_a_visit_to_be_made_joins_and_parts_nothing() -> None:
    a, b = record(1, member(11, "c")), record(2, member(21, "c"), source="thaiqm")
    decided = decided_about(
        verdict(1, "household", "needs_field_check", (1,), (2,)),
        verdict(2, "person", "needs_field_check", (11,), (21,)),
    )
    assert link(WEIGHER, [a, b], decided) == link(WEIGHER, [a, b])


def test_twenty_orders_of_a_crowded_village_give_one_partition() -> None:
    r = random_.Random(5)
    village = []
    for number in range(1, 80):
        family = [
            member(
                number * 1024 + position,
                first=r.choice(("สมชาย", "สมชัย", "บุญมี", "วิไล")),
                last=r.choice(("ใจดีมาก", "แสงทอง")),
                year=r.choice((1960, 1961, 1990)),
                month=r.choice((5, 6)),
            )
            for position in range(r.randint(1, 3))
        ]
        village.append(
            record(number, *family, source=r.choice(("tpmap", "thaiqm")), house_no=str(r.randint(1, 30)))
        )
    expected = link(WEIGHER, village)
    for _ in range(20):
        r.shuffle(village)
        assert link(WEIGHER, village) == expected


@pytest.mark.parametrize("distance", [0, 1])
def test_two_addresses_are_the_same_or_not(distance: int) -> None:
    a, b = (
        record(1, member(11)),
        record(2, member(21), source="thaiqm", moo=1 + distance, house_no=str(9 + 35 * distance)),
    )
    assert WEIGHER.place(a, b).address == (OTHER if distance else SAME)


@given(records=records())
def test_the_evidence_of_a_pair_adds_up_to_its_score_and_is_that_of_its_edge(records) -> None:
    for a, b in itertools.combinations(records, 2):
        told = explain(WEIGHER, a, b)
        assert told == explain(WEIGHER, b, a)
        scores = {(pair.a, pair.b): pair for pair in told.members}
        for edge in compare(WEIGHER, a, b):
            if edge.level != "person":
                assert (told.level, told.rule, told.score) == (edge.level, edge.rule, edge.score)
                continue
            pair = scores[edge.a, edge.b]
            weights = sum(
                said.relatives if pair.against == "relatives" else said.strangers + said.rare
                for said in pair.evidence
            )
            assert edge.score == pair.score
            if pair.reason == "score":
                assert pair.prior + weights == pair.score
