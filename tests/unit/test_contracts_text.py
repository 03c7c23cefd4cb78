"""Thai text, titles and names: the table of docs/linkage.md section 8 and what must always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.thai.names import (
    Name,
    normal_name,
    read_name,
    read_sex,
    sex_of_title,
    split_name,
    split_title,
)
from contracts.thai.text import repair, storable, tidy

THAI = "".join(map(chr, range(0x0E01, 0x0E3B))) + "".join(map(chr, range(0x0E3F, 0x0E5C)))
thai_text = st.text(alphabet=THAI + " .-\u200b\u00a0ab", max_size=30)


@pytest.mark.parametrize(
    ("odd", "right"),
    [
        ("น\u0e4d\u0e49าฝน", "น้ำฝน"),
        ("น\u0e49\u0e4dาฝน", "น้ำฝน"),
        ("น\u0e33\u0e49ฝน", "น้ำฝน"),
        ("น\u0e4dา", "นำ"),
        ("เเก้ว", "แก้ว"),
        ("เเสงดี", "แสงดี"),
        ("ท\u0e48\u0e35", "ที่"),
        ("ส\u0e4c\u0e34ท", "สิ์ท"),
        ("บ\u0e49\u0e49าน", "บ้าน"),
        ("หมู่ ๑๒ บ้านเลขที่ ๔๕/๒", "หมู่ 12 บ้านเลขที่ 45/2"),
        ("สม\u200bชาย", "สมชาย"),
        ("\ufeffสมชาย\u00a0ใจดี", "สมชาย ใจดี"),
        ("สม\u00adชาย\u200d", "สมชาย"),
        ("  สมชาย   ใจดี ", "สมชาย ใจดี"),
        ("น้ำฝน", "น้ำฝน"),
        ("Jose\u0301", "José"),
    ],
)
def test_text_that_looks_right_is_encoded_right(odd: str, right: str) -> None:
    assert repair(odd) == right


@given(st.text(max_size=40))
def test_repairing_twice_changes_nothing_more(text: str) -> None:
    once = repair(text)
    assert repair(once) == once


@given(thai_text)
def test_repairing_thai_twice_changes_nothing_more(text: str) -> None:
    once = repair(text)
    assert repair(once) == once
    assert normal_name(normal_name(text)) == normal_name(normal_name(normal_name(text)))


@given(st.text(max_size=40))
def test_tidy_text_can_be_stored(text: str) -> None:
    for clean in (tidy(text), storable(text)):
        assert "\x00" not in clean
        clean.encode()


def test_signs_that_no_database_stores_are_removed() -> None:
    assert storable("a\x00b\ud800c\nd") == "abc\nd"


@pytest.mark.parametrize(
    ("whole", "name"),
    [
        ("นายสมชาย ใจดี", Name("นาย", "สมชาย", "ใจดี")),
        ("นาย สมชาย ใจดี", Name("นาย", "สมชาย", "ใจดี")),
        ("น.ส.สมหญิง  ณ อยุธยา", Name("น.ส.", "สมหญิง", "ณ อยุธยา")),
        ("นส. สมหญิง ใจดี", Name("นส.", "สมหญิง", "ใจดี")),
        ("ด.ชสมชาย ใจดี", Name("ด.ช", "สมชาย", "ใจดี")),
        ("ดญ แก้ว ใจดี", Name("ดญ", "แก้ว", "ใจดี")),
        ("เด็กหญิงแก้ว ใจดี", Name("เด็กหญิง", "แก้ว", "ใจดี")),
        ("นางสาวสมหญิง ใจดี", Name("นางสาว", "สมหญิง", "ใจดี")),
        ("ว่าที่ ร.ต.สมชาย ใจดี", Name("ว่าที่ ร.ต.", "สมชาย", "ใจดี")),
        ("ร.ต.ต.หญิง สมศรี ใจดี", Name("ร.ต.ต.หญิง", "สมศรี", "ใจดี")),
        ("จ.ส.อ. สมชาย ใจดี", Name("จ.ส.อ.", "สมชาย", "ใจดี")),
        ("ผศ.ดร.สมชาย ใจดี", Name("ผศ.ดร.", "สมชาย", "ใจดี")),
        ("พระมหาสมชาย ใจดี", Name("พระมหา", "สมชาย", "ใจดี")),
        ("แม่ชีบุญมี", Name("แม่ชี", "บุญมี", "")),
        ("MR. John Doe", Name("MR.", "John", "Doe")),
        ("พอ ใจดี", Name("", "พอ", "ใจดี")),
        ("นายาว ใจดี", Name("", "นายาว", "ใจดี")),
        ("พลอย ใจดี", Name("", "พลอย", "ใจดี")),
        ("นาง", Name("", "นาง", "")),
        ("", Name("", "", "")),
    ],
)
def test_a_name_in_one_cell_is_split(whole: str, name: Name) -> None:
    assert split_name(whole) == name


def test_a_title_in_the_cell_of_the_first_name_is_moved() -> None:
    assert read_name("", "นายสมชาย", "ใจดี") == Name("นาย", "สมชาย", "ใจดี")
    assert read_name("น.ส.", "นางสาวสมศรี", "ใจดี") == Name("น.ส.", "สมศรี", "ใจดี")
    assert read_name("นาง", "สมศรี", "ใจดี") == Name("นาง", "สมศรี", "ใจดี")
    assert read_name("นาย", "พระนาย", "ใจดี") == Name("นาย", "พระนาย", "ใจดี")


@pytest.mark.parametrize(
    ("title", "sex"),
    [("นาย", "male"), ("น.ส.", "female"), ("ด.ญ.", "female"), ("พระครู", "male"), ("ดร.", None), ("", None)],
)
def test_a_title_hints_at_the_sex(title: str, sex: str | None) -> None:
    assert sex_of_title(title) == sex


def test_sex_is_read_from_its_words() -> None:
    assert [read_sex(word) for word in ("ชาย", "หญิง", "M", "female", "?")] == [
        "male",
        "female",
        "male",
        "female",
        None,
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("น.ส.สมหญิง", "สมหญิง"),
        ("นํ้าฝน", "น้ำฝน"),
        ("เเก้ว", "แก้ว"),
        ("สมชาย.", "สมชาย"),
        ("“สมชาย”", "สมชาย"),
        ("สมชาย ๆ", "สมชาย"),
        ("JOHN", "John"),
        (" สม  ชาย ", "สม ชาย"),
    ],
)
def test_spellings_of_one_name_have_one_normal_form(first: str, second: str) -> None:
    assert normal_name(first) == normal_name(second)


def test_different_names_keep_different_normal_forms() -> None:
    assert normal_name("สมชาย") != normal_name("สมชัย")
    assert normal_name("บุญมี") != normal_name("บุนมี")


@given(st.one_of(st.text(max_size=40), thai_text))
def test_any_text_is_a_name_of_some_kind(text: str) -> None:
    name = split_name(text)
    title, rest = split_title(text)
    assert isinstance(normal_name(text), str)
    assert name.title == title
    assert name.first or not rest
