"""Query text of the layers into values."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Gone, InvalidInput
from geo import filters, links
from geo.crs import CRS84, Region, parse_bbox, parse_crs
from geo.ogc import LIMIT_MAX
from geo.params import (
    ItemsQuery,
    Token,
    When,
    basis_texts,
    decode_token,
    digest_question,
    encode_token,
    last_code,
    last_household,
    parse_datetime,
    parse_format,
    parse_limit,
    read_pairs,
    require_same,
)

A_TOKEN = Token(version=1, sequence=7, valid_at="2023-01-01T00:00:00Z", last=("3201", None), digest="d")
degrees = st.floats(-180, 180).map(lambda number: round(number, 6))


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@given(degrees, degrees, st.floats(-90, 90), st.floats(-90, 90))
def test_a_box_comes_back_from_its_text(west: float, east: float, a: float, b: float) -> None:
    south, north = min(a, b), max(a, b)
    boxes = parse_bbox(f"{west},{south},{east},{north}")
    expected = (
        ((west, south, east, north),)
        if west <= east
        else ((west, south, 180, north), (-180, south, east, north))
    )
    assert boxes == tuple(map(Region, expected))
    assert parse_bbox(f"{west},{south},-5,{east},{north},1e3") == boxes


def test_no_box_is_none() -> None:
    assert parse_bbox(None) == ()


@pytest.mark.parametrize(
    "text", ["1,2,3", "1,2,3,4,5", "1,2,3,x", "nan,1,2,3", "1,2,inf,3", "1,3,2,2", "", ",,,"]
)
def test_a_doubtful_box_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_bbox(text)
    assert refused.value.path == "bbox"


@pytest.mark.parametrize(
    ("text", "limit"),
    [(None, 1000), ("1", 1), ("10000", 10_000), ("007", 7), ("10001", LIMIT_MAX), ("9" * 50, LIMIT_MAX)],
)
def test_a_limit_is_a_number_up_to_the_maximum(text: str | None, limit: int) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["0", "000", "-1", "1.0", "unlimited", "", " 1", "1e3", "٣", "²"])
def test_what_is_no_number_from_one_on_is_no_limit(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_limit(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, When()),
        ("../..", When(is_interval=True)),
        ("/", When(is_interval=True)),
        ("2023-09-30", When(instant=utc(2023, 9, 30, 16, 59, 59, 999999))),
        ("2566-09-30", When(instant=utc(2023, 9, 30, 16, 59, 59, 999999))),
        ("2023-09-30T12:00:00+07:00", When(instant=utc(2023, 9, 30, 5))),
        (
            "2023-09-30/2023-09-30",
            When(start=utc(2023, 9, 29, 17), end=utc(2023, 9, 30, 16, 59, 59, 999999), is_interval=True),
        ),
        ("../2023-09-30T00:00:00Z", When(end=utc(2023, 9, 30), is_interval=True)),
        ("2023-09-30T00:00:00Z/", When(start=utc(2023, 9, 30), is_interval=True)),
        (
            "2023-01-01T00:00:00Z/9999-12-31T00:00:00Z",
            When(start=utc(2023, 1, 1), end=utc(9999, 12, 31), is_interval=True),
        ),
    ],
)
def test_datetime_is_an_instant_or_a_closed_interval(text: str | None, expected: When) -> None:
    assert parse_datetime(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "now",
            "0.5",
            "2023",
            "2023-13-01",
            "2023-02-29",
            "2023-01-01T00:00:00",
            "a/b",
            "1/2/3",
            "2024-01-01/2023-01-01",
        ),
        *(
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:00:00-14:00",
            "0001-01-01T00:00:00+14:00/..",
            "20230101",
        ),
    ],
)
def test_a_doubtful_datetime_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_datetime(text)
    assert refused.value.path == "datetime"


def test_equal_repeats_count_once_and_others_are_refused() -> None:
    known = frozenset({"as_of", "limit"})
    assert read_pairs([("as_of", "seq:1"), ("as_of", "seq:1")], known) == {"as_of": "seq:1"}
    for pairs in (
        [("as_of", "seq:1"), ("as_of", "seq:2")],
        [("datetime", "x")],
        [("AS_OF", "x")],
        [("limit", "1\x00")],
    ):
        with pytest.raises(InvalidInput):
            read_pairs(pairs, known)


def test_only_the_coordinate_systems_and_formats_on_offer() -> None:
    assert parse_crs(None, "crs") is CRS84
    assert parse_crs(CRS84.uri, "crs") is CRS84
    assert parse_format(None, ("json",)) is None
    assert parse_format("json", ("json",)) == "json"
    with pytest.raises(InvalidInput):
        parse_crs("EPSG:4326", "crs")
    with pytest.raises(InvalidInput):
        parse_format("xml", ("json",))


@given(
    st.builds(
        Token,
        version=st.integers(0, 1000),
        sequence=st.integers(0, 2**62),
        valid_at=st.just("2023-01-01T00:00:00.000001Z"),
        last=st.one_of(
            st.tuples(st.text(), st.none()),
            st.tuples(st.integers(0, 2**63 - 1), st.just("2021-01-01T00:00:00Z")),
        ),
        digest=st.text("0123456789abcdef", min_size=16, max_size=16),
    )
)
def test_a_token_comes_back_from_its_text_which_needs_no_escaping(token: Token) -> None:
    text = encode_token(token)
    assert links.query_text("", token=text) == f"?token={text}"
    assert decode_token(text) == token


@given(st.text())
def test_a_text_that_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        decode_token(text)


def test_a_token_belongs_to_its_question_and_version() -> None:
    asked = {"bbox": "1,2,3,4", "limit": "5", "token": "x"}
    digest = digest_question("a", asked)
    assert digest == digest_question("a", {"bbox": "1,2,3,4", "limit": "9", "f": "json"})
    assert digest != digest_question("b", asked)
    assert digest != digest_question("a", {"bbox": "1,2,3,5"})
    require_same(None, "d", 1)
    require_same(A_TOKEN, "d", 1)
    with pytest.raises(InvalidInput):
        require_same(A_TOKEN, "other", 1)
    with pytest.raises(Gone):
        require_same(A_TOKEN, "d", 2)


def test_a_place_of_areas_is_no_place_of_households() -> None:
    assert (last_code(None), last_code(A_TOKEN)) == ("", "3201")
    assert last_household(None)[0] == 0
    with pytest.raises(InvalidInput):
        last_household(A_TOKEN)


def test_a_root_wins_over_the_question_and_a_token_over_both() -> None:
    query = ItemsQuery(when=When(instant=utc(2022, 1, 1)), as_of="seq:5")
    assert basis_texts(query, None, None) == ("seq:5", "2022-01-01T00:00:00Z")
    assert basis_texts(query, "seq:9", "2023-09-30") == ("seq:9", "2023-09-30")
    assert basis_texts(ItemsQuery(token=A_TOKEN), "seq:9", None) == ("seq:7", "2023-01-01T00:00:00Z")
    assert basis_texts(ItemsQuery(when=parse_datetime("2022-01-01/9999-12-31")), None, None) == (None, None)
    assert (
        basis_texts(ItemsQuery(when=parse_datetime("../2022-01-01T00:00:00Z")), None, None)[1]
        == "2022-01-01T00:00:00Z"
    )


@given(degrees, st.floats(-90, 90))
def test_a_point_of_a_box_is_in_its_mercator_box(lon: float, lat: float) -> None:
    west, south, east, north = filters.to_mercator((lon, lat, lon, lat))
    x = math.radians(lon) * 6378137
    assert west <= x <= east
    if abs(lat) < 85:
        y = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * 6378137
        assert south <= y + 1e-3
        assert y - 1e-3 <= north


def test_links_repeat_a_query_as_it_was_written() -> None:
    assert links.query_text("bbox=1,2,3,4&as_of=2023-01-01T00:00:00Z&token=old", token="new") == (
        "?bbox=1,2,3,4&as_of=2023-01-01T00:00:00Z&token=new"
    )
    assert links.query_text("as%5Fof=seq%3A1", as_of="x") == "?as_of=x"
    assert links.query_text('a="><script>&&b') == "?a=%22%3E%3Cscript%3E&b"
    assert links.query_text("") == ""
