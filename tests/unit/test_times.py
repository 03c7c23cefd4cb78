"""The two questions about time, as text."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import InvalidInput
from contracts.times import fiscal_year, parse_as_of, parse_valid_at


def test_a_date_ends_with_that_day_in_bangkok_in_either_calendar() -> None:
    end = dt.datetime(2023, 9, 30, 17, tzinfo=dt.UTC)
    assert parse_as_of("2023-09-30").before == parse_as_of("2566-09-30").before == end
    assert parse_valid_at("2023-09-30") == end - dt.timedelta(microseconds=1)


def test_a_fiscal_year_is_named_by_the_buddhist_year_it_ends_in() -> None:
    assert fiscal_year(dt.date(2023, 9, 30)) == 2566
    assert fiscal_year(dt.date(2023, 10, 1)) == 2567


@pytest.mark.parametrize(
    "text", ["0.5", "2023-09-30T00:00:00", "2023-02-30", "seq:-1", "seq:01", "", "9999-12-31T23:59:59Z"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_as_of(text)


@given(
    st.one_of(
        st.text(),
        st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
        st.dates().map(str),
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_as_of, parse_valid_at):
        try:
            parse(text)
        except InvalidInput as error:
            assert error.code in {"BAD_INSTANT", "BAD_DATE"}
