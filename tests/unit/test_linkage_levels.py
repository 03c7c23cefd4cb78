"""The normal form of names and dates, how names sound, and the levels of agreement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.linkage import levels
from projections.linkage.sound import sound_key, sound_keys, toneless
from projections.linkage.traits import FUNCTIONS, LEVELS, atoms, read_birth, read_names, read_traits

SAME_AFTER_REPAIR = [
    ("น้ำฝน", "นํ้าฝน"),
    ("น้ำฝน", "นำ้ฝน"),
    ("แก้ว", "เเก้ว"),
    ("สมชาย", "นายสมชาย"),
    ("สมหญิง", "น.ส.สมหญิง"),
    ("สมชาย", "สม\u200bชาย"),
]


@pytest.mark.parametrize(("clean", "damaged"), SAME_AFTER_REPAIR)
def test_thai_names_that_look_the_same_are_the_same(clean: str, damaged: str) -> None:
    one, other = (read_traits({"first_name": text, "last_name": "ใจดี"}, {}) for text in (clean, damaged))
    assert one["first"] == other["first"]
    assert levels.name(one["first"], other["first"]) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [("พงษ์ศักดิ์", "พงศักดิ์"), ("ณัฐพงษ์", "ณัฐพงศ์"), ("กาญจนา", "กานจนา"), ("philipp", "filip")],
)
def test_names_that_sound_the_same_share_a_key(a: str, b: str) -> None:
    assert set(sound_keys(a)) & set(sound_keys(b))


def test_a_silenced_letter_and_tones_do_not_matter_to_the_toneless_form() -> None:
    assert toneless("สุรินทร์") == toneless("สุรินท")
    assert sound_key("123") == sound_key("123")
    assert sound_key("") == ""


def test_a_title_tells_the_sex_where_the_sex_is_not_said() -> None:
    assert read_traits({"full_name": "นางสาว สมหญิง ใจดี"}, {})["sex"] == "female"
    assert read_traits({"full_name": "นาย สมชาย ใจดี", "sex": "ชาย"}, {})["sex"] == "male"


def test_a_whole_name_gives_its_parts_in_both_scripts() -> None:
    assert read_names({"full_name": "นาย สมชาย ณ อยุธยา"})[:3] == ("สมชาย", "ณ อยุธยา", "")
    assert read_names({"full_name": "John Fitzgerald Kennedy"})[:3] == ("john", "kennedy", "fitzgerald")
    assert read_names({"full_name": "Müller, Jürgen"})[:3] == ("jurgen", "muller", "")


def test_a_whole_name_beside_its_parts_adds_only_the_other_words() -> None:
    raw = {"full_name": "john fitzgerald kennedy", "first_name": "john", "last_name": "kennedy"}
    assert read_names(raw)[:3] == ("john", "kennedy", "fitzgerald")


@pytest.mark.parametrize(
    ("text", "form", "date"),
    [
        ("15/03/2520", None, (1977, 3, 15)),
        ("1977-03-15", None, (1977, 3, 15)),
        ("19770315", "%Y%m%d", (1977, 3, 15)),
        ("2520", None, (1977, 0, 0)),
        ("1630-08-01", None, (1630, 8, 1)),
        ("03/15/1977", "%m/%d/%Y", (1977, 3, 15)),
        ("19771539", "%Y%m%d", (1977, 15, 39)),
        ("nan", None, None),
        ("", None, None),
    ],
)
def test_dates_of_birth_are_read_in_either_era(text: str, form: str | None, date: object) -> None:
    assert read_birth(text, form) == date


def test_words_for_nothing_are_no_values() -> None:
    raw = {"first_name": "nan", "last_name": "None", "national_id": "-", "sex": "", "postcode": "ไม่ระบุ"}
    assert read_traits(raw, {"job": "text"}) == {}


def test_every_level_that_a_function_gives_has_a_name() -> None:
    assert levels.birth((1977, 3, 15), (1988, 1, 2)) == LEVELS["birth"].index("different")
    assert levels.birth((1977, 3, 15), (2520, 3, 15)) == LEVELS["birth"].index("era_slip")
    assert levels.birth((1977, 3, 15), (1977, 8, 2)) == LEVELS["birth"].index("same_year_other_day")
    assert levels.birth((1977, 3, 15), (1977, 0, 0)) == LEVELS["birth"].index("year_equal")
    assert levels.birth((1977, 3, 5), (1977, 5, 3)) == LEVELS["birth"].index("day_month_swapped")
    assert levels.name(("สมชาย", "ใจดี"), ("ใจดี", "สมชาย")) == LEVELS["name"].index("swapped")
    assert levels.citizen(("1103700000011", True), ("1103700000029", True)) == LEVELS["citizen"].index(
        "both_valid_and_different"
    )
    assert levels.citizen(("5304218", False), ("5304281", False)) == LEVELS["citizen"].index("one_sign")
    assert levels.point((14.88, 103.49), (14.8801, 103.4901)) == LEVELS["point"].index("within_50_m")


words = st.text(alphabet="กขคสมชยาิี่้์ abcdeh", max_size=10).map(lambda text: " ".join(text.split()))
VALUES = {
    "name": st.tuples(words.filter(bool), words),
    "birth": st.tuples(st.integers(1900, 2540), st.integers(0, 13), st.integers(0, 32)),
    "citizen": st.tuples(st.text(alphabet="0123456789", min_size=4, max_size=13), st.booleans()),
    "dwelling": st.tuples(*(st.sampled_from(("", "1", "12", "main street")) for _ in range(4))),
    "area": st.tuples(*(st.sampled_from(("", "เมือง", "10110", "10111", "tq138df")) for _ in range(4))),
    "phone": st.text(alphabet="0123456789", min_size=4, max_size=9),
    "text": words.filter(bool),
    "number": st.floats(-1e6, 1e6),
    "point": st.tuples(st.floats(-80, 80), st.floats(-179, 179)),
}


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_levels_are_symmetric_and_within_their_names(kind: str) -> None:
    @given(VALUES[kind], VALUES[kind])
    def holds(a: object, b: object) -> None:
        level = FUNCTIONS[kind](a, b)
        assert level == FUNCTIONS[kind](b, a)
        assert 1 <= level < len(LEVELS[kind])
        assert all(isinstance(name, str) for name in atoms(kind, "x", a))

    holds()
