"""Dates as Thai offices write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.thai.dates import DateFault, first_day, last_day, parse_birth, parse_past, parse_thai_date

TODAY = dt.date(2026, 11, 24)
MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")


@pytest.mark.parametrize(
    ("text", "parts", "calendar"),
    [
        ("2023-09-12", (2023, 9, 12), "common"),
        ("2023/9/12", (2023, 9, 12), "common"),
        ("2566-09-12", (2023, 9, 12), "buddhist"),
        ("2566-09-12T00:00:00", (2023, 9, 12), "buddhist"),
        ("2023-09-12T10:30:00+07:00", (2023, 9, 12), "common"),
        ("2023-09-12T18:00:00Z", (2023, 9, 13), "common"),
        ("12/9/2566", (2023, 9, 12), "buddhist"),
        ("12-09-2566", (2023, 9, 12), "buddhist"),
        ("12.9.2566", (2023, 9, 12), "buddhist"),
        ("12/09/66", (2023, 9, 12), "buddhist"),
        ("12/9/2566 10:30 น.", (2023, 9, 12), "buddhist"),
        ("12 ก.ย. 2566", (2023, 9, 12), "buddhist"),
        ("12ก.ย.66", (2023, 9, 12), "buddhist"),
        ("๑๒ ก.ย. ๒๕๖๖", (2023, 9, 12), "buddhist"),
        ("12 กันยายน พ.ศ. 2566", (2023, 9, 12), "buddhist"),
        ("วันที่ 12 เดือน กันยายน พ.ศ. 2566", (2023, 9, 12), "buddhist"),
        ("12-Sep-2023", (2023, 9, 12), "common"),
        ("12 September 2023", (2023, 9, 12), "common"),
        ("25660912", (2023, 9, 12), "buddhist"),
        ("45181", (2023, 9, 12), "excel"),
        ("45181.0", (2023, 9, 12), "excel"),
        ("243508", (2023, 9, 12), "excel"),
        ("29/2/2567", (2024, 2, 29), "buddhist"),
        ("2510", (1967, None, None), "buddhist"),
        ("2510.0", (1967, None, None), "buddhist"),
        ("พ.ศ. 2510", (1967, None, None), "buddhist"),
        ("1967", (1967, None, None), "common"),
        ("00/00/2510", (1967, None, None), "buddhist"),
        ("0/9/2510", (1967, 9, None), "buddhist"),
        ("9/2566", (2023, 9, None), "buddhist"),
        ("ก.ย. 2566", (2023, 9, None), "buddhist"),
        ("1 มี.ค. 2482", (1940, 3, 1), "buddhist"),
        ("1/4/2482", (1939, 4, 1), "buddhist"),
        ("1/1/2484", (1941, 1, 1), "buddhist"),
        ("24/11/69", (2026, 11, 24), "buddhist"),
        ("25/11/69", (1926, 11, 25), "buddhist"),
    ],
)
def test_a_date_is_read_with_its_precision(text: str, parts: tuple, calendar: str) -> None:
    date = parse_thai_date(text, TODAY)
    assert date is not None
    assert (date.year, date.month, date.day) == parts
    assert date.calendar == calendar
    assert date.raw == text
    assert date.rule


@pytest.mark.parametrize("text", ["", " ", "-", "nan", "ไม่ระบุ"])
def test_an_empty_cell_is_no_date(text: str) -> None:
    assert parse_thai_date(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "29/2/2566",
        "12/25/2566",
        "31/4/2566",
        "เมื่อวาน",
        "99999999",
        "12/9/1700",
        "32/1/2566",
        "12 กย กย 2566",
        "9" * 70,
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(DateFault, match="DATE_INVALID"):
        parse_thai_date(text, TODAY)


def test_what_has_happened_is_an_instant() -> None:
    midnight = dt.datetime(2023, 9, 11, 17, tzinfo=dt.UTC)
    assert parse_past("12/9/2566", TODAY) == (midnight, True)
    assert parse_past("2023-09-12T09:30:00+07:00", TODAY) == (
        dt.datetime(2023, 9, 12, 2, 30, tzinfo=dt.UTC),
        True,
    )
    assert parse_past("2566", TODAY) == (dt.datetime(2022, 12, 31, 17, tzinfo=dt.UTC), False)
    assert parse_past("", TODAY) is None


@pytest.mark.parametrize("text", ["25/11/2569", "2026-11-25", "2570", "12/2569", "1/1/2600"])
def test_nothing_has_happened_in_the_future(text: str) -> None:
    with pytest.raises(DateFault, match="DATE_FUTURE"):
        parse_past(text, TODAY)


def test_a_doubtful_birth_is_left_out_and_flagged() -> None:
    assert parse_birth("1/1/2600", TODAY) == (None, ("BIRTH_FUTURE",))
    assert parse_birth("31/2/2500", TODAY) == (None, ("BIRTH_INVALID",))
    assert parse_birth("", TODAY) == (None, ())
    born, flag = parse_birth("1/2/2500", TODAY)
    assert flag == ()
    assert born is not None
    assert first_day(born) == dt.date(1957, 2, 1)


def test_the_last_day_of_a_partial_date() -> None:
    ends = {"2566": dt.date(2023, 12, 31), "2/2567": dt.date(2024, 2, 29), "5/2/2567": dt.date(2024, 2, 5)}
    for text, day in ends.items():
        date = parse_thai_date(text, TODAY)
        assert date is not None
        assert last_day(date) == day


@given(st.dates(dt.date(1941, 1, 1), TODAY))
def test_every_way_of_writing_a_day_gives_that_day(day: dt.date) -> None:
    year = day.year + 543
    ways = (
        day.isoformat(),
        f"{day.day}/{day.month}/{year}",
        f"{day.day:02d}-{day.month:02d}-{year}",
        f"{day.day} {MONTHS[day.month - 1]} {year}",
        f"{year}-{day.month:02d}-{day.day:02d}",
        str((day - dt.date(1899, 12, 30)).days),
        f"{day.year}{day.month:02d}{day.day:02d}",
    )
    for text in ways:
        date = parse_thai_date(text, TODAY)
        assert date is not None
        assert first_day(date) == day, text


@given(st.one_of(st.text(max_size=80), st.text(alphabet="0123456789/-. TZ:ก.ย", max_size=30)))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        date = parse_thai_date(text, TODAY)
    except DateFault:
        return
    if date is not None:
        assert first_day(date) <= last_day(date)
