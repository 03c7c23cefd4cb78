"""Citizen ids, house codes and points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from contracts.amounts import AmountFault, parse_baht, parse_quantity, parse_whole
from contracts.thai.citizen_id import check_digit, parse_citizen_id
from contracts.thai.house_code import parse_house_code
from contracts.thai.points import NEAR_PROVINCE, parse_point
from contracts.thai.utm import to_degrees

VALID = "3000000000048"


def check_digit_by_the_book(twelve: str) -> int:
    return (11 - sum((13 - i) * int(d) for i, d in enumerate(twelve)) % 11) % 10


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_the_check_digit_is_that_of_the_printed_rule(twelve: str) -> None:
    assert check_digit(twelve) == check_digit_by_the_book(twelve)


@pytest.mark.parametrize(
    ("text", "digits", "valid", "flags"),
    [
        (VALID, VALID, True, ()),
        ("3-0000-00000-04-8", VALID, True, ()),
        ("3 0000 00000 04 8", VALID, True, ()),
        ("๓๐๐๐๐๐๐๐๐๐๐๔๘", VALID, True, ()),
        (f"{VALID}.0", VALID, True, ("ID_EXCEL_DECIMAL",)),
        ("3000000000049", "3000000000049", False, ("ID_CHECKSUM",)),
        ("0000000000116", "0000000000116", False, ("ID_UNVERIFIABLE",)),
        ("3.32E+12", None, False, ("ID_EXCEL",)),
        ("3.3201E12", None, False, ("ID_EXCEL",)),
        ("-", None, False, ()),
        ("", None, False, ()),
        ("nan", None, False, ()),
        ("0000000000000", None, False, ()),
        ("1111111111111", None, False, ()),
        ("0", None, False, ()),
        ("30000000004", None, False, ("ID_LENGTH",)),
        ("AB1234567", None, False, ("ID_MALFORMED",)),
    ],
)
def test_a_citizen_id_is_read_and_judged(text: str, digits: str | None, valid: bool, flags: tuple) -> None:
    assert parse_citizen_id(text) == (digits, valid, flags)


def test_an_error_in_the_third_digit_is_never_found() -> None:
    assert parse_citizen_id(VALID[:2] + "7" + VALID[3:]).valid


@pytest.mark.parametrize(
    ("text", "digits", "flags"),
    [
        ("32010012345", "32010012345", ()),
        ("3201-001234-5", "32010012345", ()),
        ("๓๒๐๑๐๐๑๒๓๔๕", "32010012345", ()),
        ("32010012345.0", "32010012345", ()),
        ("3201001234", "3201001234", ("HOUSE_CODE_LENGTH",)),
        ("3.2E+10", None, ("HOUSE_CODE_EXCEL",)),
        ("-", None, ()),
        ("00000000000", None, ()),
        ("ไม่มี", None, ()),
    ],
)
def test_a_house_code_is_never_padded(text: str, digits: str | None, flags: tuple) -> None:
    assert parse_house_code(text) == (digits, flags)


@given(st.text(max_size=40))
def test_any_text_can_stand_in_an_identifier_cell(text: str) -> None:
    assert parse_citizen_id(text).digits is None or len(parse_citizen_id(text).digits or "") == 13
    code = parse_house_code(text).digits
    assert code is None or code.isdigit()


@pytest.mark.parametrize(
    ("lat", "lon", "place", "flags"),
    [
        ("14.881234", "103.491234", (103.491234, 14.881234), ()),
        (" 14.88 ", "103.49", (103.49, 14.88), ()),
        ("๑๔.๘๘", "๑๐๓.๔๙", (103.49, 14.88), ()),
        ("103.49", "14.88", (103.49, 14.88), ("POINT_SWAPPED",)),
        ("14.88, 103.49", "", (103.49, 14.88), ()),
        ("14,8812", "103,4912", (103.4912, 14.8812), ()),
        ("14°52'30\"N", "103°29'24\"E", (103.49, 14.875), ()),
        ("14.88", "97.49", (103.49, 14.88), ("POINT_ZONE",)),
        ("14.88", "109.49", (103.49, 14.88), ("POINT_ZONE",)),
        ("13.7563", "100.5018", (100.5018, 13.7563), ("POINT_OUTSIDE",)),
        ("", "", None, ()),
        ("-", "-", None, ()),
        ("14.88", "", None, ("POINT_INCOMPLETE",)),
        ("nan", "103.49", None, ("POINT_NAN",)),
        ("14.88", "NaN", None, ("POINT_NAN",)),
        ("inf", "103.49", None, ("POINT_NAN",)),
        ("1e999", "103.49", None, ("POINT_NAN",)),
        ("0", "0", None, ("POINT_ZERO",)),
        ("หน้าวัด", "103.49", None, ("POINT_UNREADABLE",)),
        ("9999999", "9999999", None, ("POINT_UNREADABLE",)),
        ("123", "456", None, ("POINT_UNREADABLE",)),
    ],
)
def test_a_point_is_read_and_judged(lat: str, lon: str, place: tuple | None, flags: tuple) -> None:
    point, found = parse_point(lat, lon)
    assert found == flags
    assert (point and (point.lon, point.lat)) == place
    if point is not None:
        assert point.flags == flags
        assert point.raw


@pytest.mark.parametrize("zone", [47, 48])
@pytest.mark.parametrize("exchanged", [False, True])
def test_metres_of_either_zone_are_placed_to_the_metre(zone: int, exchanged: bool) -> None:
    utm = Transformer.from_crs("EPSG:4326", f"EPSG:326{zone}", always_xy=True)
    east, north = utm.transform(103.491234, 14.881234)
    cells = (f"{east:.2f}", f"{north:.2f}") if exchanged else (f"{north:.2f}", f"{east:.2f}")
    point, flags = parse_point(*cells)
    assert point is not None
    assert flags == (f"POINT_UTM{zone}",)
    assert point.crs == f"EPSG:326{zone}"
    assert abs(point.lon - 103.491234) < 1e-6
    assert abs(point.lat - 14.881234) < 1e-6


@given(st.sampled_from([47, 48]), st.floats(102.0, 105.5), st.floats(5.0, 21.0))
def test_the_inverse_projection_agrees_with_proj(zone: int, lon: float, lat: float) -> None:
    utm = Transformer.from_crs("EPSG:4326", f"EPSG:326{zone}", always_xy=True)
    east, north = utm.transform(lon, lat)
    back = to_degrees(zone, east, north)
    assert abs(back[0] - lon) * 111_000 < 0.01
    assert abs(back[1] - lat) * 111_000 < 0.01


numbers = st.floats(allow_nan=True, allow_infinity=True).map(str)


@given(st.one_of(st.text(max_size=30), numbers), st.one_of(st.text(max_size=30), numbers))
def test_any_two_cells_give_a_point_or_none(lat: str, lon: str) -> None:
    point, flags = parse_point(lat, lon)
    if point is None:
        return
    assert -90 <= point.lat <= 90
    assert -180 <= point.lon <= 180
    assert NEAR_PROVINCE.holds(point.lon, point.lat) or "POINT_OUTSIDE" in flags


@pytest.mark.parametrize(
    ("text", "satang"),
    [
        ("1500", 150_000),
        ("1,500.00", 150_000),
        ("1,500.5", 150_050),
        ("๑,๕๐๐", 150_000),
        ("฿1,500", 150_000),
        ("1500 บาท", 150_000),
        ("0", 0),
        ("-0.00", 0),
        (".5", 50),
        ("600.000", 60_000),
        ("", None),
        ("-", None),
    ],
)
def test_baht_become_satang(text: str, satang: int | None) -> None:
    assert parse_baht(text) == satang


@pytest.mark.parametrize("text", ["nan", "1.005", "1,50", "12,34,567", "1e3", "พันบาท", "inf", ".", "9" * 13])
def test_what_is_no_amount_is_refused(text: str) -> None:
    if text == "nan":
        assert parse_baht(text) is None
        return
    with pytest.raises(AmountFault, match="AMOUNT_INVALID"):
        parse_baht(text)


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(AmountFault, match="AMOUNT_NEGATIVE"):
        parse_baht("-1")


def test_quantities_are_decimal_text() -> None:
    assert [parse_quantity(text) for text in ("010", "2.50", "1,000", "3.0", "")] == [
        "10",
        "2.50",
        "1000",
        "3",
        None,
    ]
    for text in ("-1", "สองถุง", "1e5"):
        with pytest.raises(ValueError, match="QUANTITY_INVALID"):
            parse_quantity(text)


def test_whole_numbers_may_have_a_decimal_tail() -> None:
    assert [parse_whole(text) for text in ("12", "12.0", "๑๒", "12.5", "x")] == [12, 12, 12, None, None]


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = parse_baht(text)
    except AmountFault:
        return
    assert amount is None or amount >= 0
