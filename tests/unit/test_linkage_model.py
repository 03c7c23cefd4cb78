"""The learnt linker: scores, vetoes, groups, and that no order of arrival enters."""

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.linkage.candidates import candidate_pairs, choose_recipes
from projections.linkage.columns import build_columns
from projections.linkage.grouping import NEVER, Cut, joined, replay
from projections.linkage.houses import households, record_codes, record_pairs
from projections.linkage.linking import cut_of, graph, persons, score, train
from projections.linkage.model import LinkModel, judge
from projections.linkage.scoring import VETO, Scorer
from projections.linkage.traits import read_traits

FIRST = ["สมชาย", "สมหญิง", "บุญมี", "ประยูร", "วิไล", "ทองดี", "คำพันธ์", "สุดใจ", "ณัฐพงษ์", "กาญจนา", "อำนาจ", "ธีรพล"]
LAST = ["ใจดี", "แสงทอง", "บุญประเสริฐ", "ศรีสุข", "พรมมา", "สายบุตร", "จันทร์เพ็ญ", "ดวงดี", "มีทรัพย์", "เสนาะ", "คงทน"]
STEMS = [
    "กา",
    "ทอง",
    "ศรี",
    "บุญ",
    "แก้ว",
    "จันทร์",
    "วงศ์",
    "พล",
    "ชัย",
    "สุข",
    "เพชร",
    "นิล",
    "ไพร",
    "เดช",
    "มณ",
    "ธร",
]


def citizen_id(number: int) -> str:
    digits = f"1{number:011d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(13, 1, -1), strict=True))
    return digits + str((11 - total % 11) % 10)


def town(people: int = 900, seed: int = 3) -> list[dict[str, str]]:
    """Persons, most of them seen by two sources, with a few mistakes and gaps."""
    r = random.Random(seed)
    rows: list[dict[str, str]] = []
    for number in range(people):
        person = {
            "first_name": r.choice(FIRST) + r.choice(["", *STEMS]),
            "last_name": r.choice(STEMS) + r.choice(STEMS) + r.choice(LAST),
            "birth_date": f"{r.randint(1940, 2010)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
            "sex": r.choice(["ชาย", "หญิง"]),
            "national_id": citizen_id(1000 + number * 7),
            "subdistrict": f"3201{r.randint(1, 9):02}",
            "house_number": str(r.randint(1, 400)),
            "moo": str(r.randint(1, 12)),
        }
        for source in ("tpmap", "thaiqm")[: r.choice([1, 2, 2])]:
            seen = dict(person) | {"source": source, "who": str(number)}
            if r.random() < 0.4:
                seen["national_id"] = ""
            if r.random() < 0.1:
                name = seen["first_name"]
                spot = r.randrange(len(name) - 1)
                seen["first_name"] = name[:spot] + name[spot + 1 :]
            rows.append(seen)
    return rows


def columns_of(rows: list[dict[str, str]]):
    values = [read_traits(row, {}) for row in rows]
    return values, build_columns(
        values,
        [row["source"] for row in rows],
        [row.get("record") for row in rows],
        {},
    )


@pytest.fixture(scope="module")
def linked():
    rows = sorted(town(), key=lambda row: (row["source"], row["who"]))
    values, columns = columns_of(rows)
    recipes = choose_recipes(columns)
    left, right = candidate_pairs(columns, recipes)
    model, weighed = train(columns, recipes, left, right)
    return rows, values, columns, model, left, right, score(model, weighed)


def judged(model: LinkModel, a: dict[str, str], b: dict[str, str], **how: bool):
    return judge(model, read_traits(a, {}), read_traits(b, {}), **({"one_source": False} | how))


PERSON = {
    "first_name": "สมชาย",
    "last_name": "บุญประเสริฐ",
    "birth_date": "1977-03-15",
    "sex": "ชาย",
    "national_id": citizen_id(5),
    "subdistrict": "320101",
    "house_number": "12",
    "moo": "3",
}


def test_a_model_learnt_without_truth_finds_the_persons_of_a_town(linked) -> None:
    rows, _, columns, model, left, right, scores = linked
    groups = persons(columns.size, graph(Scorer(columns, model), left, right, scores), cut_of(model))
    found = {frozenset(np.flatnonzero(groups == root).tolist()) for root in set(groups.tolist())}
    by_person: dict[str, set[int]] = {}
    for position, row in enumerate(rows):
        by_person.setdefault(row["who"], set()).add(position)
    right_ones = found & {frozenset(members) for members in by_person.values()}
    assert len(right_ones) >= 0.98 * len(by_person)


def test_many_pairs_at_once_score_as_each_alone(linked) -> None:
    _, values, columns, model, left, right, _ = linked
    some = np.arange(0, len(left), max(1, len(left) // 300))
    bulk = Scorer(columns, model).scores(left[some], right[some])
    for a, b, whole in zip(left[some].tolist(), right[some].tolist(), bulk.tolist(), strict=True):
        alone = judge(model, values[a], values[b], one_source=bool(columns.source[a] == columns.source[b]))
        assert (VETO if alone.vetoed else alone.score) == whole


def test_a_pair_is_judged_the_same_both_ways(linked) -> None:
    _, values, _, model, left, right, _ = linked
    for a, b in list(zip(left.tolist(), right.tolist(), strict=True))[:200]:
        assert (
            judge(model, values[a], values[b], one_source=True).score
            == judge(model, values[b], values[a], one_source=True).score
        )


def test_the_evidence_adds_up_to_the_score(linked) -> None:
    model = linked[3]
    found = judged(model, PERSON, PERSON | {"first_name": "สมชัย"})
    assert found.against == "strangers"
    assert found.score == model.across.strangers + sum(said.strangers + said.rare for said in found.evidence)


def test_two_valid_different_citizen_ids_never_link_by_themselves(linked) -> None:
    found = judged(linked[3], PERSON, PERSON | {"national_id": citizen_id(6)})
    assert found.vetoed
    assert found.band == "none"


def test_two_members_of_one_record_are_never_one_person(linked) -> None:
    assert judged(linked[3], PERSON, PERSON, one_source=True, one_record=True).band == "none"


def test_an_equal_citizen_id_with_another_name_and_birth_goes_to_people(linked) -> None:
    other = PERSON | {"first_name": "วิไล", "last_name": "เสนาะ", "birth_date": "1950-11-02"}
    found = judged(linked[3], PERSON, other)
    assert found.contradicts
    assert found.band == "undecided"


def test_the_model_survives_being_stored(linked) -> None:
    model = linked[3]
    again = msgspec.json.decode(msgspec.json.encode(model), type=LinkModel)
    assert again == model
    assert judged(again, PERSON, PERSON) == judged(model, PERSON, PERSON)


def test_a_model_holds_no_names(linked) -> None:
    text = msgspec.json.encode(linked[3]).decode()
    assert not any(name in text for name in (*FIRST, *LAST))


def test_the_same_members_in_twenty_orders_give_one_model_of_scores_and_one_partition(linked) -> None:
    rows, values, _, model, left, _right, scores = linked
    expected: set[frozenset[int]] | None = None
    for seed in range(20):
        order = list(range(len(rows)))
        random.Random(seed).shuffle(order)
        shuffled, columns = columns_of([rows[position] for position in order])
        assert len(shuffled) == len(values)
        a, b = candidate_pairs(columns, model.recipes)
        assert len(a) == len(left)
        scorer = Scorer(columns, model)
        found = scorer.scores(a, b)
        assert sorted(found.tolist()) == sorted(scores.tolist())
        groups = persons(columns.size, graph(scorer, a, b, found), cut_of(model))
        partition = {
            frozenset(order[position] for position in np.flatnonzero(groups == root).tolist())
            for root in set(groups.tolist())
        }
        expected = partition if expected is None else expected
        assert partition == expected


def test_training_twice_gives_the_same_model(linked) -> None:
    _, _, columns, model, left, right, _ = linked
    again, _ = train(columns, model.recipes, left, right)
    assert again.model_id == model.model_id


def test_a_rejection_never_joins_and_a_confirmation_never_splits(linked) -> None:
    _, _, columns, model, left, right, scores = linked
    scorer = Scorer(columns, model)
    best = int(scores.argmax())
    apart = (int(left[best]), int(right[best]))
    together = (0, columns.size - 1)
    found = graph(scorer, left, right, scores, must=frozenset({together}), cannot=frozenset({apart}))
    groups = persons(columns.size, found, cut_of(model))
    assert groups[apart[0]] != groups[apart[1]]
    assert groups[together[0]] == groups[together[1]]
    without = persons(columns.size, graph(scorer, left, right, scores), cut_of(model))
    assert without[apart[0]] == without[apart[1]]


def test_a_rejection_wins_over_a_confirmation_of_the_same_pair(linked) -> None:
    _, _, columns, model, left, right, scores = linked
    pair = frozenset({(0, columns.size - 1)})
    groups = persons(
        columns.size,
        graph(Scorer(columns, model), left, right, scores, must=pair, cannot=pair),
        cut_of(model),
    )
    assert groups[0] != groups[columns.size - 1]


@st.composite
def components(draw: st.DrawFn) -> tuple[int, dict[tuple[int, int], int]]:
    size = draw(st.integers(2, 7))
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    values = st.one_of(st.integers(-9000, 20_000), st.just(NEVER))
    return size, {pair: draw(values) for pair in pairs}


def grouped(size: int, scores: dict[tuple[int, int], int]) -> list[int]:
    ordered = np.asarray([scores[a, b] for a in range(size) for b in range(a + 1, size)], np.int64)
    return replay(size, joined(np.arange(size), ordered, Cut())).tolist()


@given(components())
@settings(max_examples=300, deadline=None)
def test_a_forbidden_pair_is_never_in_one_group(component: tuple[int, dict[tuple[int, int], int]]) -> None:
    size, scores = component
    groups = grouped(size, scores)
    assert not [
        pair for pair, value in scores.items() if value == NEVER and groups[pair[0]] == groups[pair[1]]
    ]


@given(components())
@settings(max_examples=200, deadline=None)
def test_every_joining_is_the_best_there_is(component: tuple[int, dict[tuple[int, int], int]]) -> None:
    """A slow, plain average link agrees with the fast one."""
    size, scores = component
    groups = [{member} for member in range(size)]

    def mean(a: set[int], b: set[int]) -> float:
        return sum(scores[min(x, y), max(x, y)] for x in a for y in b) / (len(a) * len(b))

    while len(groups) > 1:
        ranked = sorted(
            (-mean(a, b), min(a), min(b), i, j)
            for i, a in enumerate(groups)
            for j, b in enumerate(groups)
            if min(a) < min(b)
        )
        lowest, _, _, i, j = ranked[0]
        if -lowest < 0:
            break
        groups[i] |= groups[j]
        del groups[j]
    fast = grouped(size, scores)
    assert {frozenset(group) for group in groups} == {
        frozenset(member for member in range(size) if fast[member] == root) for root in set(fast)
    }


def test_two_sources_that_tell_of_the_same_family_give_one_household() -> None:
    family = [
        PERSON,
        PERSON | {"first_name": "วิไล", "national_id": citizen_id(8), "birth_date": "1980-01-02"},
    ]
    other = PERSON | {"first_name": "ประยูร", "last_name": "แสงทอง", "national_id": citizen_id(9)}
    rows = [row | {"source": "tpmap", "record": "t1"} for row in family]
    rows += [row | {"source": "thaiqm", "record": "q1"} for row in family]
    rows += [other | {"source": "thaiqm", "record": "q2"}]
    _, columns = columns_of(rows)
    records = record_codes(columns)
    found = households(columns, records, record_pairs(columns, records, np.asarray([0, 1, 0, 1, 4])))
    assert found[records[0]] == found[records[2]]
    assert found[records[4]] != found[records[0]]
