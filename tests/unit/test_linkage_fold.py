"""What links do as events come: in whatever order, with decisions, with another model, with a person erased."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.fold import fold
from projections.state import State
from tests.builders import MODELS, Log, a_house, a_member, member_of, record_of

SOURCES = ("tpmap", "pppconnext", "thaiqm", "mso_logbook")
FIRST = ("สมชาย", "สมชัย", "วิไลวรรณ", "บุญมี", "ณัฐพงษ์")
LAST = ("ใจดีมาก", "แสงทอง")
Family = list[tuple[str, str, str, list[tuple[str, str, int | None, int]]]]
"""Records: source, key, house number and the members' first name, last name, number of the citizen id, birth year."""


def families(count: int, seed: int) -> Family:
    """Families that several sources know, each with gaps and slips of its own."""
    r = random.Random(seed)
    found: Family = []
    for number in range(count):
        last = r.choice(LAST)
        people = [
            (r.choice(FIRST), last, number * 10 + one, r.randint(1950, 2010))
            for one in range(r.randint(1, 3))
        ]
        for source in r.sample(SOURCES, r.randint(1, 4)):
            members = [
                (
                    first if r.random() > 0.2 else r.choice(FIRST),
                    last,
                    known if r.random() > 0.4 else None,
                    year,
                )
                for first, last, known, year in people
                if r.random() > 0.1
            ]
            if members:
                found.append((source, f"h{number}", str(1 + number % 4), members))
    return found


def tell(log: Log, records: Family) -> None:
    for source, key, number, members in records:
        people = [
            a_member(str(place), first, last, number=known, year=year)
            for place, (first, last, known, year) in enumerate(members)
        ]
        log.received(source, a_house(key, house_no=number, moo=1), *people)


def linked(log: Log) -> State:
    state = State(complete=True)
    fold(state, log.items)
    return state


def households(state: State) -> set[frozenset[str]]:
    """The households as sets of records, without their ids, which follow from who came first."""
    groups: dict[int, set[str]] = {}
    for record, household in state.household_of.items():
        groups.setdefault(household, set()).add(state.records[record].pseudonym)
    return {frozenset(group) for group in groups.values()}


def persons(state: State) -> set[frozenset[str]]:
    """The persons as sets of members."""
    name_of = {member: pseudonym for pseudonym, member in state.member_ids.items()}
    groups: dict[int, set[str]] = {}
    for member, person in state.person_of.items():
        groups.setdefault(person, set()).add(name_of[member])
    return {frozenset(group) for group in groups.values()}


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), random_=st.randoms(use_true_random=False))
def test_records_in_any_order_give_the_same_persons_and_households(seed: int, random_) -> None:
    records = families(8, seed)
    log, other = Log(), Log()
    tell(log, records)
    random_.shuffle(records)
    tell(other, records)
    one, two = linked(log), linked(other)
    assert households(one) == households(two)
    assert persons(one) == persons(two)


def test_the_same_log_gives_the_same_rows_byte_for_byte() -> None:
    log = Log()
    tell(log, families(30, 1))
    log.modelled("m", MODELS[1])
    log.activated("m")
    first, second = (fold(State(complete=True), log.items).lines() for _ in range(2))
    assert first == second


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), pick=st.integers(0, 100))
def test_who_is_erased_links_nobody_as_if_never_told(seed: int, pick: int) -> None:
    records = families(6, seed)
    source, key, _, members = records[pick % len(records)]
    log, without = Log(), Log()
    tell(log, records)
    log.erased(record_of(source, key))
    log.erased(*(member_of(source, key, str(place)) for place in range(len(members))))
    tell(without, [each for each in records if each[:2] != (source, key)])
    gone = {record_of(source, key)}
    assert {group - gone for group in households(linked(log))} - {frozenset()} == households(linked(without))


def test_what_people_parted_stays_apart_under_another_model_and_comes_back_when_revoked() -> None:
    log = Log()
    for source in ("tpmap", "thaiqm"):
        log.received(
            source,
            a_house("a", house_no="9", moo=1),
            a_member("1", "สมชาย", number=1),
            a_member("2", "วิไลวรรณ", number=2, year=1985),
        )
    together = frozenset((record_of("tpmap", "a"), record_of("thaiqm", "a")))
    assert together in households(linked(log))
    decision = log.linked("different", *((record,) for record in sorted(together)))
    assert together not in households(linked(log))
    log.modelled("loose", MODELS[1])
    log.activated("loose")
    assert together not in households(linked(log))
    log.unlinked(decision)
    assert together in households(linked(log))


def test_a_decision_about_somebody_who_comes_later_holds_from_then_on() -> None:
    log = Log()
    pair = (member_of("tpmap", "a", "1"), member_of("thaiqm", "b", "1"))
    log.received("tpmap", a_house("a"), a_member("1", "สมชาย", number=1))
    log.linked("same", tuple(sorted(pair)), level="person")
    log.received("thaiqm", a_house("b", tambon="320201"), a_member("1", "ประยูร", number=2, year=1950))
    assert frozenset(pair) in persons(linked(log))


def test_a_household_that_absorbs_another_keeps_the_older_id() -> None:
    log = Log()
    first = log.received("tpmap", a_house("a"), a_member("1", "สมชาย", number=1))
    second = log.received("thaiqm", a_house("b", tambon="320201"), a_member("1", "บุญมี", number=2, year=1950))
    assert linked(log).household_of == {first: first, second: second}
    decision = log.linked("same", tuple(sorted((record_of("tpmap", "a"), record_of("thaiqm", "b")))))
    assert linked(log).household_of == {first: first, second: first}
    log.unlinked(decision)
    assert linked(log).household_of == {first: first, second: second}
