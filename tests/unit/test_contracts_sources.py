"""From delivered rows to records: the four source contracts."""

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import citizen_pseudonym, house_pseudonym
from contracts.records import Record
from contracts.sources import CONTRACTS, TABLES
from contracts.sources.contract import Context, DeliveredRow, RowFault, content_cells
from tests.contract_rows import (
    KEY,
    OTHER_VALID_ID,
    TODAY,
    VALID_ID,
    a_context,
    a_logbook_row,
    a_pppconnext_member,
    a_pppconnext_object,
    a_thaiqm_row,
    a_tpmap_row,
    rows,
)

GOOD: dict[str, Any] = {
    "tpmap": a_tpmap_row,
    "pppconnext": a_pppconnext_object,
    "thaiqm": a_thaiqm_row,
    "mso_logbook": a_logbook_row,
}
DATE_COLUMNS = {
    "tpmap": "survey_date",
    "pppconnext": "surveyed_at",
    "thaiqm": "วันที่สำรวจ",
    "mso_logbook": "visited_on",
}
every_source = pytest.mark.parametrize("source", sorted(CONTRACTS))


def build(source: str, *cells: dict[str, object], period: str | None = None) -> Record:
    return CONTRACTS[source].build(rows(*cells), a_context(period=period))


def fault_of(source: str, *cells: dict[str, object]) -> tuple[str, str, int | None]:
    with pytest.raises(RowFault) as caught:
        build(source, *cells)
    error = caught.value.errors[0]
    assert error.message_en
    assert error.message_th != error.message_en
    return error.code, error.path, error.row


def test_tpmap_rows_of_one_house_make_one_household() -> None:
    record = build(
        "tpmap",
        a_tpmap_row(),
        a_tpmap_row(
            citizen_id=OTHER_VALID_ID,
            title="น.ส.",
            first_name="สมศรี",
            sex="",
            relation="บุตร",
            health="0",
            income="",
            accessibility="0",
        ),
    )
    assert (record.record_key, record.period) == ("32010012345", "2566")
    assert record.happened_at == dt.datetime(2022, 11, 11, 17, tzinfo=dt.UTC)
    house = record.house
    assert (house.amphoe, house.tambon, house.moo, house.house_no) == ("3201", "320102", 5, "45/2")
    assert (house.house_code, house.house_ref) == ("32010012345", house_pseudonym(KEY, "32010012345"))
    assert house.needs == {
        "health": True,
        "living": False,
        "education": False,
        "income": True,
        "accessibility": False,
    }
    assert house.indicators == {
        "edition": "2565-2569",
        "failed": ["3", "29"],
        "jpt_poor": 2,
        "mof_registered": 2,
        "mof_validated": 0,
    }
    head, child = record.members
    assert (head.key, head.key_method, head.is_head, head.citizen_valid) == (
        VALID_ID,
        "citizen_id",
        True,
        True,
    )
    assert head.citizen_ref == citizen_pseudonym(KEY, VALID_ID)
    assert (child.title, child.sex, child.is_head, child.relation) == ("น.ส.", "female", False, "บุตร")
    assert "house_id" in house.cells
    assert "house_id" not in head.cells
    assert "accessibility" not in head.cells


def test_tpmap_falls_back_to_the_person_and_knows_other_house_ids() -> None:
    assert CONTRACTS["tpmap"].identity(a_tpmap_row(house_id="")) == VALID_ID
    record = build("tpmap", a_tpmap_row(house_id="J3201020000042"))
    assert record.record_key == "J3201020000042"
    assert record.house.house_code is None
    assert build("tpmap", a_tpmap_row(house_id="3201001234")).house.flags == ("HOUSE_CODE_LENGTH",)


def test_tpmap_rows_that_disagree_about_the_house_keep_both() -> None:
    record = build("tpmap", a_tpmap_row(), a_tpmap_row(citizen_id=OTHER_VALID_ID, house_no="46"))
    assert record.house.house_no == "45/2"
    assert "HOUSEHOLD_CELLS_DIFFER" in record.house.flags
    assert record.members[1].cells["house_no"] == "46"


def test_a_repeated_row_is_one_member_and_a_borrowed_id_two() -> None:
    record = build("tpmap", a_tpmap_row(), a_tpmap_row(), a_tpmap_row(first_name="อื่น"))
    assert "MEMBER_REPEATED" in record.house.flags
    assert [member.key for member in record.members] == [VALID_ID, "อื่น ใจดี|1967|1"]
    assert "MEMBER_KEY_REPEATED" in record.members[1].flags


def test_members_without_an_id_are_told_apart_by_name_birth_year_and_ordinal() -> None:
    twin = a_tpmap_row(citizen_id="", birth="")
    record = build("tpmap", twin, {**twin, "health": "0"})
    assert [member.key for member in record.members] == ["สมชาย ใจดี||1", "สมชาย ใจดี||2"]
    assert {member.key_method for member in record.members} == {"name"}


def test_a_wrong_check_digit_is_kept_and_told() -> None:
    member = build("tpmap", a_tpmap_row(citizen_id="3000000000049")).members[0]
    assert (member.citizen_id, member.citizen_valid, member.flags) == (
        "3000000000049",
        False,
        ("ID_CHECKSUM",),
    )
    assert member.citizen_ref == citizen_pseudonym(KEY, "3000000000049")


def test_pppconnext_makes_a_household_with_its_scores() -> None:
    record = build("pppconnext", a_pppconnext_object())
    assert (record.record_key, record.period) == ("PPP32-0000042", "2566-1")
    assert record.happened_at == dt.datetime(2023, 3, 5, 2, 12, tzinfo=dt.UTC)
    house = record.house
    assert (house.amphoe, house.tambon, house.moo) == ("3201", "320111", 5)
    assert house.level == 2
    assert house.scores == {
        "human": 2.0,
        "physical": 1.5,
        "financial": 3.0,
        "natural": 2.0,
        "social": 2.5,
        "mean": 2.2,
    }
    assert house.needs == {"health": True, "living": True, "income": False}
    assert house.point is not None
    assert (house.point.lon, house.point.lat) == (103.491234, 14.881234)
    head, wife = record.members
    assert (head.is_head, head.citizen_id) == (True, VALID_ID)
    assert (wife.is_head, wife.key_method, wife.income_satang) == (False, "name", 300_000)
    assert wife.attributes["age_years"] == "55"
    assert "head_citizen_id" in head.cells
    assert "head_citizen_id" not in house.cells
    assert "members" not in house.cells


def test_pppconnext_misspelt_columns_are_the_same_content() -> None:
    welfare = [{"kind": "บัตรสวัสดิการแห่งรัฐ", "amount_baht": "300", "frequncy": "เดือน"}]
    plain = a_pppconnext_member()
    odd = {k: v for k, v in plain.items() if k not in ("age_years", "income_baht", "welfare")}
    odd |= {"age_yaer": plain["age_years"], "agv_income": plain["income_baht"], "welfare": welfare}
    scores = {"human": 2.0, "physical": 1.5, "financial": 3.0, "natural": 2.0, "social": 2.5}
    first = build("pppconnext", a_pppconnext_object(members=[plain]))
    second = build("pppconnext", a_pppconnext_object(members=[odd], scores=scores))
    assert content_cells(first) == content_cells(second)


def test_pppconnext_without_components_uses_capitals_and_words() -> None:
    sick = a_pppconnext_member(health="ติดเตียง", education="ออกกลางคัน")
    house = build("pppconnext", a_pppconnext_object(components={}, members=[sick])).house
    assert house.needs == {"health": True, "living": True, "education": True, "income": False}
    silent = build(
        "pppconnext", a_pppconnext_object(components={}, scores={}, members=[a_pppconnext_member(health="")])
    )
    assert silent.house.needs == {}


def test_pppconnext_identity_without_a_form_code_is_house_and_head() -> None:
    identity = CONTRACTS["pppconnext"].identity
    assert identity(a_pppconnext_object(form_code="")) == "32010012345|สมชาย ใจดี"
    assert identity(a_pppconnext_object(form_code="", house_code="3.2E+10")) is None
    assert identity(a_pppconnext_object(form_code="", head_first="", head_last="")) is None


def test_pppconnext_keeps_the_head_when_the_list_is_empty() -> None:
    record = build("pppconnext", a_pppconnext_object(members=[]))
    assert [member.first_name for member in record.members] == ["สมชาย"]
    bare = a_pppconnext_object(members=None, head_first="", head_last="", head_title="", head_citizen_id="")
    assert build("pppconnext", bare).house.flags == ("NO_MEMBERS",)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"members": "x"}, "members"),
        ({"members": [1]}, "members[0]"),
        ({"members": [{"first_name": ["x"]}]}, "first_name"),
        ({"scores": 5}, "scores"),
        ({"form_code": {"a": 1}}, "form_code"),
    ],
)
def test_pppconnext_of_the_wrong_shape_is_refused(changes: dict, path: str) -> None:
    assert fault_of("pppconnext", a_pppconnext_object(**changes)) == ("FIELD_TYPE", path, 1)


def test_pppconnext_levels_and_scores_off_their_scale_are_flagged() -> None:
    house = build(
        "pppconnext", a_pppconnext_object(level=7, scores={"human": 9, "physical": "1.5", "x": "?"})
    ).house
    assert house.level is None
    assert house.scores == {"physical": 1.5, "mean": 2.2}
    assert {"LEVEL_INVALID", "SCORE_INVALID"} <= set(house.flags)
    assert build("pppconnext", a_pppconnext_object(level="อยู่พอได้")).house.level == 3


def test_thaiqm_makes_one_member_the_head() -> None:
    record = build("thaiqm", a_thaiqm_row())
    assert (record.record_key, record.period) == (f"32010012345|{VALID_ID}", "2566")
    house = record.house
    assert (house.amphoe, house.tambon, house.moo, house.house_no) == ("3203", "320307", 12, "45/2")
    assert house.needs == {
        "health": True,
        "living": False,
        "education": False,
        "income": False,
        "accessibility": False,
    }
    assert (house.outcome, house.phone) == ("helped", "081-000-0001")
    (head,) = record.members
    assert (head.title, head.first_name, head.last_name, head.sex) == ("น.ส.", "สมหญิง", "ณ อยุธยา", "female")
    assert head.is_head
    assert not set(head.cells) & set(house.cells)


def test_thaiqm_an_empty_list_of_problems_leaves_all_unknown() -> None:
    assert build("thaiqm", a_thaiqm_row() | {"ปัญหา": ""}).house.needs == {}


def test_thaiqm_numbers_from_a_spreadsheet_are_read() -> None:
    odd = {"วันที่สำรวจ": 45181, "ปีที่สำรวจ": 2566.0, "หมู่ที่": 12.0, "รหัสประจำบ้าน": 32010012345}
    assert build("thaiqm", a_thaiqm_row(**odd)).happened_at == build("thaiqm", a_thaiqm_row()).happened_at
    assert build("thaiqm", a_thaiqm_row(**odd)).record_key == f"32010012345|{VALID_ID}"


def test_thaiqm_identity_needs_a_house_code_or_an_id() -> None:
    identity = CONTRACTS["thaiqm"].identity
    head_id = "เลขประจำตัวประชาชนหัวหน้าครัวเรือน"
    assert identity(a_thaiqm_row(**{head_id: ""})) == "32010012345|สมหญิง ณ อยุธยา"
    assert identity(a_thaiqm_row() | {"รหัสประจำบ้าน": ""}) == f"|{VALID_ID}"
    assert identity(a_thaiqm_row(**{"รหัสประจำบ้าน": "", head_id: ""})) is None


def test_logbook_rows_of_one_family_make_one_household() -> None:
    child = a_logbook_row(
        member_no="2", title="", first_name="ด.ช.บุญมา", sex="", citizen_id="-", relation="บุตร"
    )
    record = build("mso_logbook", a_logbook_row(), child)
    assert (record.record_key, record.period) == ("LB3200000042/1", "2566")
    house = record.house
    assert (house.amphoe, house.tambon, house.moo) == ("3205", "320502", 5)
    assert house.needs == {"living": False, "education": False, "income": True, "accessibility": False}
    assert house.indicators["dim_income"] == "ต้องการความช่วยเหลือ"
    assert house.attributes["vulnerable_types"] == "ผู้สูงอายุ;ผู้มีรายได้น้อย"
    assert [(m.key, m.key_method, m.sex) for m in record.members] == [
        ("1", "number", "female"),
        ("2", "number", "male"),
    ]
    assert record.members[0].income_satang == 150_050
    birth = record.members[0].birth
    assert birth is not None
    assert (birth.year, birth.month) == (1947, None)


def test_logbook_family_numbers_have_one_form() -> None:
    identity = CONTRACTS["mso_logbook"].identity
    assert {identity(a_logbook_row(family_seq=text)) for text in ("1", "01", "1.0", 1, 1.0)} == {
        "LB3200000042/1"
    }
    assert identity(a_logbook_row(family_seq="")) is None


@every_source
def test_a_future_day_is_refused_with_row_and_column(source: str) -> None:
    for text in ("15/3/2570", "2027-03-15"):
        column = DATE_COLUMNS[source]
        assert fault_of(source, GOOD[source](**{column: text})) == ("DATE_FUTURE", column, 1)
    assert fault_of(source, GOOD[source](**{column: "31/2/2566"}))[0] == "DATE_INVALID"


@every_source
def test_without_a_day_the_year_of_the_period_counts_and_is_flagged(source: str) -> None:
    record = build(source, GOOD[source](**{DATE_COLUMNS[source]: ""}))
    assert record.happened_at == dt.datetime(2022, 12, 31, 17, tzinfo=dt.UTC)
    assert "DATE_FROM_PERIOD" in record.house.flags


@every_source
def test_a_given_period_stands_above_the_rows(source: str) -> None:
    assert build(source, GOOD[source](), period="2565-2").period == "2565-2"


@every_source
def test_nothing_that_identifies_is_refused(source: str) -> None:
    assert fault_of(source, {})[0] == "NO_IDENTITY"
    with pytest.raises(RowFault, match="no row"):
        CONTRACTS[source].build([], a_context())


@every_source
def test_identity_holds_neither_year_nor_date(source: str) -> None:
    contract = CONTRACTS[source]
    year = {"pppconnext": "survey_year_be", "thaiqm": "ปีที่สำรวจ"}.get(source, "year_be")
    later = GOOD[source](**{year: "2567", DATE_COLUMNS[source]: "1/2/2567"})
    assert contract.identity(later) == contract.identity(GOOD[source]())
    assert contract.period(later) != contract.period(GOOD[source]())


def test_rows_of_two_periods_are_no_record() -> None:
    assert fault_of("tpmap", a_tpmap_row(), a_tpmap_row(year_be="2567"))[0] == "PERIOD_MIXED"
    assert fault_of("tpmap", a_tpmap_row(year_be=""))[0] == "PERIOD_MISSING"
    assert fault_of("tpmap", a_tpmap_row(year_be="ปีนี้"))[0] == "PERIOD_INVALID"


@every_source
def test_file_columns_order_and_blanks_do_not_change_content(source: str) -> None:
    cells = GOOD[source]()
    again = {"ลำดับ": "7", "exported_at": "2024-01-01", "extra": " ", **dict(reversed(cells.items()))}
    assert content_cells(build(source, cells)) == content_cells(build(source, again))
    unknown = build(source, {**cells, "คอลัมน์ใหม่": "x"})
    assert content_cells(unknown) != content_cells(build(source, cells))
    assert b"x" in content_cells(unknown)


def test_order_of_rows_does_not_change_content() -> None:
    first, second = a_tpmap_row(), a_tpmap_row(citizen_id=OTHER_VALID_ID, relation="บุตร")
    assert content_cells(build("tpmap", first, second)) == content_cells(build("tpmap", second, first))


@every_source
def test_columns_are_found_in_any_spelling(source: str) -> None:
    contract = CONTRACTS[source]
    header = [column.name.upper().replace("_", " ") for column in contract.columns]
    assert contract.canonical(header) == tuple(column.name for column in contract.columns)
    assert contract.missing(header) == ()
    assert contract.missing(["x"]) == tuple(column.name for column in contract.columns if column.required)
    odd = {name.upper().replace("_", " "): value for name, value in GOOD[source]().items()}
    assert content_cells(build(source, odd)) == content_cells(build(source, GOOD[source]()))


def test_no_two_columns_of_a_table_can_be_confused() -> None:
    for table in TABLES.values():
        names = [name for column in table.columns for name in (column.name, *column.aliases)]
        assert len(set(table.canonical(names))) == len(names)


@every_source
def test_a_record_survives_its_own_encoding(source: str) -> None:
    record = build(source, GOOD[source]())
    assert msgspec.json.decode(msgspec.json.encode(record), type=Record) == record


def test_injection_text_is_only_text() -> None:
    nasty = "'; DROP TABLE household;--"
    formula = "=cmd|' /C calc'!A0"
    member = build("tpmap", a_tpmap_row(first_name=nasty, last_name=formula)).members[0]
    assert (member.first_name, member.last_name) == (nasty, formula)


def test_text_without_end_is_refused_and_a_crowd_too() -> None:
    assert fault_of("tpmap", a_tpmap_row(first_name="ก" * 20_000))[:2] == ("TEXT_TOO_LONG", "first_name")
    crowd = [a_tpmap_row(first_name=f"ก{n}", citizen_id="") for n in range(301)]
    assert fault_of("tpmap", *crowd)[0] == "TOO_MANY_MEMBERS"


def test_nul_and_half_letters_never_reach_a_record() -> None:
    record = build("tpmap", a_tpmap_row(first_name="สม\x00ชาย", extra="a\ud800b\x00"))
    encoded = msgspec.json.encode(record)
    assert b"\\u0000" not in encoded
    assert record.members[0].cells["extra"] == "ab"


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.dates()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def cells_of(source: str) -> st.SearchStrategy[dict[str, object]]:
    names = [column.name for column in CONTRACTS[source].columns]
    changed = st.dictionaries(st.one_of(st.sampled_from(names), st.text(max_size=8)), anything, max_size=6)
    kept = st.sets(st.sampled_from(names), max_size=4)
    return st.builds(
        lambda new, gone: {k: v for k, v in GOOD[source]().items() if k not in gone} | new, changed, kept
    )


@every_source
@given(data=st.data())
def test_any_cells_make_a_record_or_a_fault(source: str, data: st.DataObject) -> None:
    contract = CONTRACTS[source]
    context: Context = a_context()
    delivered = [
        DeliveredRow(n, cells) for n, cells in enumerate(data.draw(st.lists(cells_of(source), max_size=3)), 1)
    ]
    for row in delivered:
        contract.identity(row.cells)
        contract.period(row.cells)
    try:
        record = contract.build(delivered, context)
    except RowFault:
        return
    assert record.happened_at <= dt.datetime.combine(TODAY, dt.time(17), dt.UTC)
    assert len({member.key for member in record.members}) == len(record.members)
    assert sum(member.is_head for member in record.members) == bool(record.members)
    content_cells(record)
    assert msgspec.json.decode(msgspec.json.encode(record), type=Record).house.needs == record.house.needs
