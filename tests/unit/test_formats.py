"""The writers: columns of nested structs, CSV that every text survives, workbooks with texts as texts and numbers as numbers."""

import csv
import datetime as dt
import io
import json
import uuid

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from contracts.errors import InvalidInput
from hub.api.exporting import facts_of
from hub.formats import workbook as workbooks
from hub.formats.cells import DANGEROUS, buddhist_day, buddhist_instant, guard, unguard
from hub.formats.columns import column, columns_of
from hub.formats.table import FORMATS, Fact, write_table
from hub.formats.titles import title_of
from tests.builders import day

UNSET = msgspec.UNSET
HOSTILE = [
    "=1+1",
    "+66 81",
    "-1",
    "@x",
    "\tx",
    "'=1",
    "''-1",
    "'x",
    'a"b',
    "a,b",
    "a\nb",
    "a\r\nb",
    " =1",
    "",
]


class Place(msgspec.Struct, frozen=True):
    lon: float
    lat: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
    action: int
    moo: int | None
    needs: dict[str, bool | None]
    sources: list[str]
    happened_at: dt.datetime
    amount_thb: float | None = None
    name: str | msgspec.UnsetType | None = UNSET
    point: Place | msgspec.UnsetType | None = UNSET
    others: list[Place] = []


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: str
    need: str | msgspec.UnsetType = UNSET


def a_row(**more) -> Row:
    values = {
        "action": 7,
        "moo": 4,
        "needs": {"living": False, "health": True},
        "sources": ["tpmap", "thaiqm"],
        "happened_at": dt.datetime(2023, 9, 30, 16, 59, 59, tzinfo=dt.UTC),
    }
    return Row(**values | more)


def write(format_, rows, type_=Row, **more) -> bytes:
    return b"".join(write_table(format_, columns_of(type_, rows), rows, **more))


def read_csv(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_sheet(data: bytes, place: int = 0) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(place).to_python()


def test_columns_follow_the_definition_and_not_the_data() -> None:
    names = [one.name for one in columns_of(Row, [a_row(name="x", point=None)])]
    needs = [f"needs.{need}" for need in ("health", "living", "education", "income", "accessibility")]
    dates = ["happened_at", "happened_at_be"]
    assert names == [
        "action",
        "moo",
        *needs,
        "sources",
        *dates,
        "amount_thb",
        "name",
        "point.lon",
        "point.lat",
        "others",
    ]


def test_what_a_caller_may_not_see_is_no_column() -> None:
    assert not {"name", "point.lon"} & {one.name for one in columns_of(Row, [a_row()])}


def test_what_only_some_rows_have_is_a_column_from_the_start() -> None:
    assert [one.name for one in columns_of(Told, [Told("help")])] == ["kind", "need"]


def test_a_row_of_csv_has_ids_numbers_needs_and_both_dates() -> None:
    row = read_csv(write("csv", [a_row(amount_thb=1200.5, others=[Place(103.5, 14.9)], name=None)]))[0]
    assert row["action"] == "7"
    assert row["amount_thb"] == "1200.5"
    assert (row["needs.health"], row["needs.living"], row["needs.income"]) == ("true", "false", "")
    assert row["sources"] == "tpmap;thaiqm"
    assert row["happened_at"] == "2023-09-30T23:59:59+07:00"
    assert row["happened_at_be"] == "30 ก.ย. 2566 23:59:59 น."
    assert json.loads(row["others"]) == [{"lon": 103.5, "lat": 14.9}]
    assert row["name"] == ""


@given(st.lists(st.text() | st.sampled_from(HOSTILE), max_size=8))
def test_every_text_comes_back_from_csv_and_none_is_a_formula(texts: list[str]) -> None:
    rows = [{"text": text, "more": "x"} for text in texts]
    data = b"".join(write_table("csv", [*column("text", "text"), *column("more", "text")], rows))
    found = [row["text"] for row in read_csv(data)]
    assert not any(text.startswith(DANGEROUS) for text in found)
    assert [unguard(text) for text in found] == texts


@pytest.mark.parametrize("text", HOSTILE)
def test_guarding_is_undone_exactly(text: str) -> None:
    assert unguard(guard(text)) == text


def test_a_negative_number_is_not_guarded() -> None:
    assert read_csv(b"".join(write_table("csv", column("n", "number"), [{"n": -1.5}]))) == [{"n": "-1.5"}]


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"))) | st.sampled_from(HOSTILE), max_size=8)
)
def test_every_text_comes_back_from_a_workbook_as_a_text(texts: list[str]) -> None:
    texts = [text.replace("\r", "") for text in texts]
    rows = [{"id": "0", "text": text} for text in texts]
    data = b"".join(write_table("xlsx", [*column("id", "text"), *column("text", "text")], rows))
    found = read_sheet(data)
    assert found[0] == ["id", "text"]
    assert [row[1] for row in found[1:]] == texts


def test_control_characters_do_not_break_a_workbook() -> None:
    rows = [{"text": "a\x00b\x0bc\ufffe"}]
    assert len(read_sheet(b"".join(write_table("xlsx", column("text", "text"), rows)))) == 2


def test_a_workbook_keeps_ids_as_texts_and_numbers_as_numbers() -> None:
    head, row = read_sheet(write("xlsx", [a_row(amount_thb=1200.5)]))
    found = dict(zip(head, row, strict=True))
    assert found["action"] == "7"
    assert found["moo"] == 4.0
    assert found["amount_thb"] == 1200.5
    assert found["needs.health"] is True
    assert found["happened_at_be"] == "30 ก.ย. 2566 23:59:59 น."


def test_a_workbook_says_its_basis_its_rows_and_exact_sums() -> None:
    rows = [a_row(amount_thb=0.1), a_row(amount_thb=0.2), a_row()]
    data = write("xlsx", rows, facts=[Fact("sequence", 9)])
    facts = {row[0]: row[2] for row in read_sheet(data, 1)[1:]}
    assert facts == {"sequence": 9.0, "rows": 3.0, "sum.amount_thb": 0.3}
    titles = {row[0]: row[1] for row in read_sheet(data, 2)[1:]}
    assert titles["amount_thb"] == "จำนวนเงิน (บาท)"
    assert titles["happened_at_be"] == "เกิดขึ้นเมื่อ (พ.ศ.)"


def test_a_text_longer_than_a_cell_is_cut_and_counted() -> None:
    data = b"".join(write_table("xlsx", column("text", "text"), [{"text": "ก" * 40_000}]))
    cell = read_sheet(data)[1][0]
    assert (len(cell), cell[-1]) == (32_767, "…")
    assert read_sheet(data, 1)[-1][2] == 1.0


def test_more_rows_than_a_sheet_holds_are_refused_with_advice(monkeypatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    with pytest.raises(InvalidInput, match="f=csv") as caught:
        write("xlsx", [a_row()] * 3)
    assert caught.value.code == "TOO_MANY_ROWS"


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_table_is_written_in_every_format(format_) -> None:
    data = write(format_, [])
    assert {"json": data == b"[]", "ndjson": data == b""}.get(format_, bool(data))


def test_lines_and_json_hold_the_rows_as_they_are() -> None:
    rows = [a_row(action=number) for number in range(1001)]
    lines = [json.loads(line) for line in write("ndjson", rows).splitlines()]
    assert lines == json.loads(write("json", rows))
    assert [line["action"] for line in lines] == list(range(1001))


def test_dates_of_the_buddhist_era_are_those_of_bangkok() -> None:
    assert buddhist_day(dt.date(2024, 2, 29)) == "29 ก.พ. 2567"
    assert buddhist_instant(dt.datetime(2023, 12, 31, 17, tzinfo=dt.UTC)) == "1 ม.ค. 2567 00:00:00 น."


def test_open_values_are_told_by_what_they_are() -> None:
    values = [uuid.UUID(int=1), {"a": 1}, [1, 2], True, 1.5, None, day(1).date()]
    cells = [
        row["v"]
        for row in read_csv(b"".join(write_table("csv", column("v", "open"), [{"v": v} for v in values])))
    ]
    assert cells == [str(uuid.UUID(int=1)), '{"a":1}', "[1,2]", "true", "1.5", "", day(1).date().isoformat()]


def test_a_column_without_a_thai_title_keeps_its_name() -> None:
    assert title_of("needs.health") == "ความจำเป็น · สุขภาพ"
    assert title_of("needs.other_thing") == "ความจำเป็น · other_thing"


class Story(msgspec.Struct, frozen=True):
    name: str
    places: list[Place]
    stretches: dict[str, list[Place]]


def test_the_single_values_of_a_body_lose_no_list_that_has_no_sheet_of_its_own() -> None:
    place = Place(103.5, 14.9)
    facts = {fact.name: fact.value for fact in facts_of("", Story("x", [place], {"health": [place]}))}
    assert facts == {"name": "x", "stretches.health": '[{"lon":103.5,"lat":14.9}]'}
