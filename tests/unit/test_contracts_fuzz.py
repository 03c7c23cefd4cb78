"""Whatever a file or a submission holds: it becomes a record or an action, or is refused with a code of the documented list."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.codes import FAULTS
from contracts.errors import InvalidInput, TooLarge
from contracts.records import Record
from contracts.sources import TABLES
from contracts.sources.assistance import DeliveredAction
from contracts.sources.contract import DeliveredRow, RecordContract, RowFault
from contracts.submissions import TYPES, decode_submission
from hub.intake.checking import check_file
from hub.intake.judging import Refused, judge
from tests.contract_rows import TODAY, a_context, a_pppconnext_object, a_tpmap_row, an_action

FILE_CODES = {
    "FILE_EMPTY", "ENCODING_UNKNOWN", "COLUMNS_MISSING", "BROKEN_JSON", "FILE_UNREADABLE", "TOO_LARGE", "TOO_MANY_ROWS",
}  # fmt: skip
PLAUSIBLE = ["", "-", "1", "0", "2566", "๒๕๖๖", "32010012345", "3000000000048", "12/9/2566", "29/2/2567", "1.32E+12",
             "สมชาย", "\u200b", "\ud7ff", "nan", "NaN", "inf", "-1", "1e400", "9" * 400, "2566-99", "=cmd|' /C calc'!A0",
             "x" * 5000, "๙/๙/๙๙๙๙", "0001-01-01", "9999-12-31", "2026-11-24T25:61:61+99:99"]  # fmt: skip
text = st.one_of(st.sampled_from(PLAUSIBLE), st.text(max_size=40))
scalar = st.one_of(text, st.none(), st.booleans(), st.integers(), st.floats())
nested = st.recursive(
    scalar,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(text, inner, max_size=4)),
    max_leaves=8,
)


def rows_of(source: str) -> st.SearchStrategy[list[dict[str, object]]]:
    """Rows with the contract's columns and others, some of them as they should be."""
    good = {
        "tpmap": a_tpmap_row(),
        "pppconnext": a_pppconnext_object(),
        "assistance": an_action(),
    }.get(source, {})
    names = st.one_of(
        st.sampled_from([column.name for column in TABLES[source].columns]), st.text(max_size=12)
    )
    cell = nested if TABLES[source].format == "json" else text
    wild = st.dictionaries(names, cell, max_size=12)
    return st.lists(st.one_of(wild, wild.map(lambda changes: {**good, **changes})), min_size=1, max_size=4)


@pytest.mark.parametrize("source", sorted(TABLES))
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_rows_become_a_record_or_are_refused_with_a_listed_code(source: str, data: st.DataObject) -> None:
    contract = TABLES[source]
    cells = data.draw(rows_of(source))
    if not isinstance(contract, RecordContract):
        cells = cells[:1]
    delivered = [DeliveredRow(number, row) for number, row in enumerate(cells, 1)]
    said = judge(delivered, contract, a_context(), data.draw(st.sampled_from([None, "psm-surin"])))
    if not isinstance(said, Refused):
        assert isinstance(said, Record | DeliveredAction)
        return
    assert said.errors
    for error in said.errors:
        assert error.code in FAULTS, error
        assert error.message_th
        assert error.row


@pytest.mark.parametrize("source", sorted(TABLES))
@given(
    content=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)), packed=st.booleans()
)
@settings(max_examples=100, deadline=None)
def test_a_file_of_any_bytes_is_judged_or_refused_with_a_documented_code(
    source: str, content: bytes, packed: bool, tmp_path_factory
) -> None:
    columns = ",".join(column.name for column in TABLES[source].columns).encode()
    path: Path = tmp_path_factory.getbasetemp() / "fuzz"
    path.write_bytes(columns + b"\n" + content if packed else content)
    try:
        found = check_file(path, source, period=None, today=TODAY, progress=lambda *_: None)
    except (InvalidInput, TooLarge) as error:
        assert error.code in FILE_CODES
        return
    assert found.read == found.good + found.superseded + found.quarantined + found.rejected
    assert {error.code for row in found.refused for error in row.errors} <= set(FAULTS)


@given(
    st.one_of(st.binary(max_size=200), st.dictionaries(text, nested, max_size=8), nested),
    st.sampled_from(sorted(TYPES)),
)
@settings(max_examples=300, deadline=None)
def test_a_submission_is_read_or_refused_with_a_listed_code(body: object, type_: str) -> None:

    if isinstance(body, dict):
        body = {**body, "type": type_}
    line = body if isinstance(body, bytes) else json.dumps(body, default=str).encode("utf-8", "surrogatepass")
    try:
        decode_submission(line)
    except RowFault as fault:
        assert {error.code for error in fault.errors} <= set(FAULTS)
