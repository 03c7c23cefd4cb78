"""What publishers send as JSON."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import Agency, Programme
from contracts.sources import CONTRACTS
from contracts.sources.assistance import build_action, content_action
from contracts.sources.contract import DeliveredRow, RowFault
from contracts.submissions import (
    TYPES,
    AgencySubmission,
    AssistanceSubmission,
    CorrectionSubmission,
    ProgrammeSubmission,
    RecordSubmission,
    Submission,
    VoidedAction,
    VoidSubmission,
    WithdrawalSubmission,
    decode_submission,
    reported_at_of,
    to_action_row,
    to_agency,
    to_programme,
    to_rows,
    to_void,
    to_withdrawal,
)
from tests.contract_rows import TODAY, a_context, a_tpmap_row, an_action

AGENCY = {"type": "agency.registered.v1", "agency_id": "psm-surin", "name_th": "พมจ.สุรินทร์"}
PROGRAMME = {
    "type": "programme.registered.v1",
    "programme_id": "poor-family",
    "agency_id": "psm-surin",
    "name_th": "เงินสงเคราะห์",
}


def decode(document: object) -> Submission:
    return decode_submission(json.dumps(document, ensure_ascii=False).encode())


def fault_of(data: bytes) -> tuple[str, str]:
    with pytest.raises(RowFault) as caught:
        decode_submission(data)
    (error,) = caught.value.errors
    assert error.message_th != error.message_en
    return error.code, error.path


def refused(document: object) -> tuple[str, str]:
    return fault_of(json.dumps(document).encode())


def test_a_record_is_submitted_as_its_rows() -> None:
    submission = decode(
        {"type": "record.received.v1", "source": "tpmap", "rows": [a_tpmap_row()], "period": "2566"}
    )
    assert isinstance(submission, RecordSubmission)
    record = CONTRACTS["tpmap"].build(to_rows(submission), a_context(period=submission.period))
    assert record == CONTRACTS["tpmap"].build([DeliveredRow(1, a_tpmap_row())], a_context())


@pytest.mark.parametrize(
    ("rows", "period", "code"), [([], None, "ROWS_EMPTY"), ([{}], "a b", "PERIOD_INVALID")]
)
def test_rows_and_period_of_a_record_are_checked(rows: list, period: str | None, code: str) -> None:
    submission = decode({"type": "record.received.v1", "source": "tpmap", "rows": rows, "period": period})
    assert isinstance(submission, RecordSubmission)
    with pytest.raises(RowFault) as caught:
        to_rows(submission)
    assert caught.value.code == code


def test_a_submitted_action_equals_the_same_row_of_a_file() -> None:
    cells = {name: value for name, value in an_action().items() if value}
    submission = decode({"type": "assistance.recorded.v1", **cells, "id": "m-1", "reported_at": "2023-10-01"})
    assert isinstance(submission, AssistanceSubmission)
    context = a_context()
    from_json, from_file = (
        build_action(to_action_row(submission), context),
        build_action(DeliveredRow(1, an_action()), context),
    )
    assert from_json == from_file
    assert content_action(from_json) == content_action(from_file)
    assert reported_at_of(submission, TODAY) == dt.datetime(2023, 9, 30, 17, tzinfo=dt.UTC)


def test_amounts_may_be_numbers() -> None:
    submission = decode({"type": "assistance.recorded.v1", **an_action(amount_baht=1500, quantity=2)})
    assert isinstance(submission, AssistanceSubmission)
    action = build_action(to_action_row(submission), a_context())
    assert (action.amount_satang, action.quantity) == (150_000, "2")


def test_a_correction_says_why() -> None:
    document = {"type": "assistance.corrected.v1", **an_action()}
    assert refused(document) == ("FIELD_MISSING", "$.reason")
    submission = decode({**document, "reason": "พิมพ์ผิด"})
    assert isinstance(submission, CorrectionSubmission)
    assert "reason" not in to_action_row(submission).cells


def test_a_void_names_the_action_as_it_was_recorded() -> None:
    submission = decode(
        {"type": "assistance.voided.v1", "agency_id": "PSM-Surin", "action_id": 7, "reason": " ไม่ได้ให้ "}
    )
    assert isinstance(submission, VoidSubmission)
    assert to_void(submission) == VoidedAction(agency_id="psm-surin", action_id="7", reason="ไม่ได้ให้")
    empty = decode({"type": "assistance.voided.v1", "agency_id": "พ", "action_id": "", "reason": ""})
    assert isinstance(empty, VoidSubmission)
    with pytest.raises(RowFault) as caught:
        to_void(empty)
    assert [error.path for error in caught.value.errors] == ["$.agency_id", "$.action_id", "$.reason"]


def test_a_withdrawal_names_a_record_and_a_period() -> None:
    document = {
        "type": "record.withdrawn.v1",
        "source": "tpmap",
        "record_key": "32010012345.0",
        "period": "2566",
    }
    submission = decode(document)
    assert isinstance(submission, WithdrawalSubmission)
    assert to_withdrawal(submission).record_key == "32010012345"
    for changes in ({"record_key": " "}, {"period": "a b"}):
        wrong = decode({**document, **changes})
        assert isinstance(wrong, WithdrawalSubmission)
        with pytest.raises(RowFault):
            to_withdrawal(wrong)


def test_agencies_and_programmes_become_entries() -> None:
    agency = decode(AGENCY)
    assert isinstance(agency, AgencySubmission)
    assert to_agency(agency) == Agency(agency_id="psm-surin", name_th="พมจ.สุรินทร์")
    programme = decode(
        {**PROGRAMME, "cap_baht": "3,000.00", "period": "month", "minimum_interval_days": None}
    )
    assert isinstance(programme, ProgrammeSubmission)
    assert to_programme(programme) == Programme(
        programme_id="poor-family",
        agency_id="psm-surin",
        name_th="เงินสงเคราะห์",
        period="month",
        cap_satang=300_000,
    )


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"agency_id": "a b"}, "IDENTIFIER_INVALID", "$.agency_id"),
        ({"programme_id": "a b"}, "IDENTIFIER_INVALID", "$.programme_id"),
        ({"name_th": " "}, "FIELD_MISSING", "$.name_th"),
        ({"name_th": "ก" * 501}, "TEXT_TOO_LONG", "$.name_th"),
        ({"cap_baht": -1}, "AMOUNT_NEGATIVE", "$.cap_baht"),
        ({"minimum_interval_days": -1}, "QUANTITY_INVALID", "$.minimum_interval_days"),
    ],
)
def test_a_programme_that_cannot_be_is_refused(changes: dict, code: str, path: str) -> None:
    submission = decode({**PROGRAMME, **changes})
    assert isinstance(submission, ProgrammeSubmission)
    with pytest.raises(RowFault) as caught:
        to_programme(submission)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", ("BROKEN_JSON", "$")),
        (b'{"type":', ("BROKEN_JSON", "$")),
        (b"\xff\xfe\x00", ("BROKEN_JSON", "$")),
        (b'{"type":"agency.registered.v1","agency_id":"\xff","name_th":"x"}', ("BROKEN_JSON", "$")),
        (b"[]", ("FIELD_TYPE", "$")),
        (b"{}", ("FIELD_MISSING", "$.type")),
        (b'{"type":"agency.vanished.v1"}', ("UNKNOWN_TYPE", "$.type")),
        (b'{"type":5}', ("UNKNOWN_TYPE", "$.type")),
        (b'{"type":"record.received.v1","source":"x","rows":[]}', ("CHOICE_UNKNOWN", "$.source")),
        (b'{"type":"record.received.v1","source":"tpmap","rows":[{},5]}', ("FIELD_TYPE", "$.rows[1]")),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(data: bytes, fault: tuple[str, str]) -> None:
    assert fault_of(data) == fault


def test_unknown_missing_and_mistyped_fields_are_told_apart() -> None:
    assert refused({**AGENCY, "nickname": "x"}) == ("FIELD_UNKNOWN", "$.nickname")
    assert refused({"type": AGENCY["type"], "name_th": "x"}) == ("FIELD_MISSING", "$.agency_id")
    assert refused({**AGENCY, "agency_id": 5}) == ("FIELD_TYPE", "$.agency_id")
    assert refused({**PROGRAMME, "need": "love"}) == ("CHOICE_UNKNOWN", "$.need")


def test_no_message_repeats_the_value() -> None:
    for document in ({**AGENCY, "agency_id": 3000000000048}, {**PROGRAMME, "need": "3000000000048"}):
        with pytest.raises(RowFault) as caught:
            decode(document)
        assert "3000000000048" not in str(caught.value.errors)


def test_deep_nesting_is_refused_and_does_not_crash() -> None:
    deep = (
        b'{"type":"record.received.v1","source":"tpmap","rows":[{"a":'
        + b"[" * 50_000
        + b"]" * 50_000
        + b"}]}"
    )
    assert fault_of(deep)[0] == "BROKEN_JSON"


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
fields = st.sampled_from(
    ["source", "rows", "period", "agency_id", "name_th", "record_key", "action_id", "reason", "x"]
)


@given(st.sampled_from([*TYPES, "x"]), st.dictionaries(fields, json_values, max_size=5))
def test_any_object_is_a_submission_or_refused(kind: str, content: dict[str, object]) -> None:
    try:
        submission = decode({"type": kind, **content})
    except RowFault:
        return
    assert type(submission).__struct_config__.tag == kind


@given(st.binary(max_size=60))
def test_any_bytes_are_a_submission_or_refused(data: bytes) -> None:
    with pytest.raises(RowFault):
        decode_submission(data)
