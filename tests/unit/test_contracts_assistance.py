"""Assistance actions: from a row to what intake records."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import citizen_pseudonym, house_pseudonym, record_pseudonym
from contracts.sources import ASSISTANCE
from contracts.sources.assistance import DeliveredAction, build_action, content_action, identity
from contracts.sources.contract import DeliveredRow, RowFault
from tests.contract_rows import KEY, VALID_ID, a_context, an_action

HOUSEHOLD = "4f5c2d1e-0000-5000-8000-000000000001"


def build(**changes: object) -> DeliveredAction:
    return build_action(DeliveredRow(7, an_action(**changes)), a_context())


def faults_of(**changes: object) -> list[tuple[str, str]]:
    with pytest.raises(RowFault) as caught:
        build(**changes)
    assert all(error.row == 7 and error.message_th != error.message_en for error in caught.value.errors)
    return [(error.code, error.path) for error in caught.value.errors]


def test_an_action_is_read() -> None:
    action = build()
    assert (action.agency_id, action.reporter_id, action.action_id) == ("psm-surin", None, "PSM-66-000001")
    assert (action.kind, action.need, action.programme_id) == ("cash", "income", "poor-family")
    assert (action.amount_satang, action.quantity, action.unit) == (150_000, None, None)
    assert action.happened_at == dt.datetime(2023, 9, 11, 17, tzinfo=dt.UTC)
    assert action.happened_until is None
    assert action.level == "person"
    assert [(ref.kind, ref.ref) for ref in action.recipients] == [
        ("citizen", citizen_pseudonym(KEY, VALID_ID))
    ]
    assert action.help.recipient_name == "นายสมชาย ใจดี"
    assert action.help.citizen_id == VALID_ID
    assert "description" not in action.help.cells


def test_recipients_stand_in_the_order_in_which_they_are_tried() -> None:
    action = build(
        house_code="32010012345",
        source="tpmap",
        source_record_id="32010012345.0",
        household_id=HOUSEHOLD,
        household_sequence="77",
    )
    assert [(ref.kind, ref.ref, ref.read_sequence) for ref in action.recipients] == [
        ("citizen", citizen_pseudonym(KEY, VALID_ID), None),
        ("record", record_pseudonym(KEY, "tpmap", "32010012345"), None),
        ("household", HOUSEHOLD, 77),
        ("house", house_pseudonym(KEY, "32010012345"), None),
    ]


def test_help_for_a_house_is_for_a_household() -> None:
    action = build(citizen_id="", house_code="32010012345")
    assert (action.level, action.recipients[0].kind) == ("household", "house")


def test_a_wrong_check_digit_counts_only_when_nothing_else_is_there() -> None:
    wrong = "3000000000049"
    with_house = build(citizen_id=wrong, house_code="32010012345")
    assert [ref.kind for ref in with_house.recipients] == ["house"]
    assert with_house.help.citizen_id == wrong
    assert "ID_CHECKSUM" in with_house.help.flags
    alone = build(citizen_id=wrong)
    assert [ref.ref for ref in alone.recipients] == [citizen_pseudonym(KEY, wrong)]
    assert "ID_CHECKSUM" in alone.help.flags


def test_a_class_0_id_names_a_person() -> None:
    assert build(citizen_id="0000000000116").level == "person"


def test_the_period_ends_with_its_last_day() -> None:
    assert build(until="2023-09-30").happened_until == dt.datetime(2023, 9, 30, 17, tzinfo=dt.UTC)
    assert build(until="ก.ย. 2566").happened_until == dt.datetime(2023, 9, 30, 17, tzinfo=dt.UTC)
    assert build(until="31/12/2572").happened_until == dt.datetime(2029, 12, 31, 17, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"kind": "ทุน"}, ("KIND_UNKNOWN", "kind")),
        ({"kind": ""}, ("FIELD_MISSING", "kind")),
        ({"need": "love"}, ("NEED_UNKNOWN", "need")),
        ({"need": None}, ("FIELD_MISSING", "need")),
        ({"agency_id": ""}, ("FIELD_MISSING", "agency_id")),
        ({"agency_id": "a.b>c"}, ("IDENTIFIER_INVALID", "agency_id")),
        ({"reporter_id": "พมจ."}, ("IDENTIFIER_INVALID", "reporter_id")),
        ({"action_id": " "}, ("FIELD_MISSING", "action_id")),
        ({"citizen_id": ""}, ("NO_RECIPIENT", "citizen_id")),
        ({"citizen_id": "3.32E+12"}, ("NO_RECIPIENT", "citizen_id")),
        ({"amount_baht": "-5"}, ("AMOUNT_NEGATIVE", "amount_baht")),
        ({"amount_baht": "ฟรี"}, ("AMOUNT_INVALID", "amount_baht")),
        ({"amount_baht": float("inf")}, ("AMOUNT_INVALID", "amount_baht")),
        ({"quantity": "-1"}, ("QUANTITY_INVALID", "quantity")),
        ({"happened_on": ""}, ("DATE_MISSING", "happened_on")),
        ({"happened_on": "2027-01-01"}, ("DATE_FUTURE", "happened_on")),
        ({"happened_on": "31/2/2566"}, ("DATE_INVALID", "happened_on")),
        ({"until": "2023-09-11"}, ("DATE_ORDER", "until")),
        ({"until": "x"}, ("DATE_INVALID", "until")),
        ({"source": "excel", "source_record_id": "1"}, ("SOURCE_UNKNOWN", "source")),
        ({"household_id": "H-1"}, ("HOUSEHOLD_ID_INVALID", "household_id")),
        ({"household_id": HOUSEHOLD, "household_sequence": "-1"}, ("FIELD_TYPE", "household_sequence")),
        ({"description": ["a"]}, ("FIELD_TYPE", "description")),
    ],
)
def test_a_fault_names_its_field(changes: dict[str, object], fault: tuple[str, str]) -> None:
    assert faults_of(**changes) == [fault]


def test_all_faults_of_a_row_are_told_at_once() -> None:
    found = faults_of(kind="x", need="y", amount_baht="-1", happened_on="")
    assert [code for code, _ in found] == ["KIND_UNKNOWN", "NEED_UNKNOWN", "AMOUNT_NEGATIVE", "DATE_MISSING"]


def test_half_a_record_reference_is_flagged() -> None:
    assert build(source_record_id="42").help.flags == ("RECORD_REF_INCOMPLETE",)


def test_injection_text_is_only_text() -> None:
    nasty = "'); DELETE FROM vault; --"
    action = build(description=nasty, recipient_name="=1+1")
    assert (action.help.description, action.help.recipient_name) == (nasty, "=1+1")


def test_content_is_what_was_delivered() -> None:
    assert content_action(build()) == content_action(build(unit="-", description="  "))
    assert content_action(build()) != content_action(build(amount_baht="1500.01"))
    numbered = build_action(DeliveredRow(7, {"ลำดับ": "9", **an_action()}), a_context())
    assert content_action(build()) == content_action(numbered)


def test_identity_is_agency_and_action() -> None:
    assert identity(an_action(agency_id="PSM-Surin")) == "psm-surin/PSM-66-000001"
    assert identity(an_action(action_id="")) is None


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=2),
)


@given(st.dictionaries(st.sampled_from([column.name for column in ASSISTANCE.columns]), anything, max_size=8))
def test_any_cells_make_an_action_or_a_fault(changes: dict[str, object]) -> None:
    try:
        action = build(**changes)
    except RowFault:
        return
    assert action.recipients
    assert action.amount_satang is None or action.amount_satang >= 0
    assert action.happened_until is None or action.happened_until > action.happened_at
    content_action(action)
