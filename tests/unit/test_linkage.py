"""The plain linking rules: which members are one person, which records are one household."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from projections.linkage.cluster import cluster, link
from projections.linkage.compare import compare
from projections.linkage.features import MemberFeatures, RecordFeatures, blocking_keys


def member(number: int, **values) -> MemberFeatures:
    defaults = {"first": "สมชาย", "last": "ใจดี", "year": 1980, "month": 5, "day": 7}
    return MemberFeatures(member=number, **(defaults | values))


def record(number: int, *members: MemberFeatures, source="tpmap", **values) -> RecordFeatures:
    return RecordFeatures(record=number, source=source, members=members, **({"tambon": "320101"} | values))


def rules(a: RecordFeatures, b: RecordFeatures) -> set[tuple[str, str]]:
    return {(edge.level, edge.rule) for edge in compare(a, b)}


def test_an_equal_valid_citizen_id_is_the_same_person() -> None:
    a, b = (
        record(1, member(11, citizen="c")),
        record(2, member(21, citizen="c", first="สมชัย"), tambon="320102"),
    )
    assert rules(a, b) == {("person", "citizen_id")}


def test_two_different_valid_citizen_ids_are_never_one_person_whatever_else_agrees() -> None:
    a, b = record(1, member(11, citizen="c"), house="h"), record(2, member(21, citizen="d"), house="h")
    assert compare(a, b) == ()


def test_a_borrowed_citizen_id_with_another_name_and_birth_year_is_left_to_people() -> None:
    a = record(1, member(11, citizen="c"))
    b = record(2, member(21, citizen="c", first="ประยูร", last="แสงทอง", year=1950))
    assert compare(a, b) == ()


def test_a_misspelt_name_with_the_same_birth_date_links_inside_a_tambon_only() -> None:
    a = record(1, member(11, first="ณัฐพงษ์", last="บุญประเสริฐ"))
    b = record(2, member(21, first="ณัฐพงศ์", last="บุญประเสริฐ"))
    assert ("person", "name_and_birth_in_tambon") in rules(a, b)
    assert compare(a, record(2, *b.members, tambon="320102")) == ()


def test_one_moved_person_does_not_join_two_households() -> None:
    a = record(1, member(11, citizen="c"), member(12, citizen="d"), house="h")
    b = record(2, member(21, citizen="c"), member(22, citizen="e"), house="k", source="thaiqm")
    assert rules(a, b) == {("person", "citizen_id")}
    assert link([a, b]).households == {1: 1, 2: 2}


def test_two_shared_members_or_one_at_the_same_address_are_one_household() -> None:
    two = record(2, member(21, citizen="c"), member(22, citizen="d"), tambon="320102", source="thaiqm")
    one = record(3, member(31, citizen="c"), member(32, citizen="x"), house="h", source="mso_logbook")
    base = record(1, member(11, citizen="c"), member(12, citizen="d"), house="h")
    assert ("household", "members_shared") in rules(base, two)
    assert ("household", "member_and_address") in rules(base, one)


def test_two_families_of_one_source_in_one_house_stay_two_households() -> None:
    first = record(1, member(11, citizen="a"), member(12, citizen="b"), house="h", source="mso_logbook")
    second = record(2, member(21, citizen="c"), member(22, citizen="d"), house="h", source="mso_logbook")
    whole = record(3, *(member(30 + n, citizen=c) for n, c in enumerate("abcd")), house="h")
    households = link([first, second, whole]).households
    assert households[1] != households[2]
    assert households[3] in {households[1], households[2]}


NAMES = ("สมชาย", "สมชัย", "บุญมี", "")


@st.composite
def records(draw: st.DrawFn) -> list[RecordFeatures]:
    found = []
    for number in range(1, draw(st.integers(2, 6)) + 1):
        members = [
            MemberFeatures(
                member=number * 256 + position,
                citizen=draw(st.sampled_from(("a", "b", "c", None))),
                first=draw(st.sampled_from(NAMES)),
                last=draw(st.sampled_from(NAMES)),
                year=draw(st.sampled_from((1980, 1981, None))),
                month=5,
                day=7,
                current=draw(st.booleans()),
            )
            for position in range(draw(st.integers(0, 3)))
        ]
        found.append(
            RecordFeatures(
                record=number,
                source=draw(st.sampled_from(("tpmap", "thaiqm", "mso_logbook"))),
                house=draw(st.sampled_from(("h", "k", None))),
                tambon=draw(st.sampled_from(("320101", "320102"))),
                moo=1,
                house_no=draw(st.sampled_from(("1", None))),
                members=tuple(members),
            )
        )
    return found


@given(records=records())
def test_comparison_is_symmetric_and_only_between_records_that_share_a_key(records) -> None:
    for a, b in itertools.combinations(records, 2):
        edges = compare(a, b)
        assert edges == compare(b, a)
        if edges:
            assert blocking_keys(a) & blocking_keys(b)


@given(records=records(), random=st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_records_or_edges(records, random) -> None:
    expected = link(records)
    shuffled = list(records)
    random.shuffle(shuffled)
    edges = [edge for a, b in itertools.combinations(records, 2) for edge in compare(a, b)]
    random.shuffle(edges)
    assert link(shuffled) == expected
    assert cluster(shuffled, edges) == expected


@given(records=records())
def test_no_person_has_two_valid_citizen_ids_and_the_founder_is_the_lowest(records) -> None:
    partition = link(records)
    citizens: dict[int, set[str]] = {}
    for record_ in records:
        for each in record_.members:
            founder = partition.persons[each.member]
            assert founder <= each.member
            if each.citizen:
                citizens.setdefault(founder, set()).add(each.citizen)
    assert all(len(found) == 1 for found in citizens.values())
