"""What the readers promise: every row as delivered, every fault in words, good rows whatever stands between them."""

import datetime as dt
import gzip
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import InvalidInput, TooLarge
from contracts.sources import ASSISTANCE, CONTRACTS
from contracts.sources.contract import DeliveredRow
from hub.readers import faults, read_rows
from hub.readers.rows import BrokenRow

TPMAP, LOGBOOK, THAIQM, PPP = (CONTRACTS[name] for name in ("tpmap", "mso_logbook", "thaiqm", "pppconnext"))
HEAD = "year_be,house_id,first_name,last_name"


def write(tmp_path: Path, content: bytes | str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def cells_of(path: Path, contract=TPMAP) -> list[dict[str, object]]:
    return [row.cells for row in read_rows(path, contract) if isinstance(row, DeliveredRow)]


def codes_of(path: Path, contract=TPMAP) -> list[tuple[int, str]]:
    return [(row.row, row.error.code) for row in read_rows(path, contract) if isinstance(row, BrokenRow)]


def fault_of(path: Path, contract=TPMAP) -> InvalidInput:
    with pytest.raises((InvalidInput, TooLarge)) as caught:
        list(read_rows(path, contract))
    assert caught.value.message_th != caught.value.message_en
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_usual_encoding_and_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = f"{HEAD}\r\n2566,32010012345,สมชาย,12/9/2566\r\n".replace(",", delimiter)
    assert cells_of(write(tmp_path, text, encoding)) == [
        {"year_be": "2566", "house_id": "32010012345", "first_name": "สมชาย", "last_name": "12/9/2566"}
    ]


def test_csv_rows_are_numbered_and_blank_ones_and_cells_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, f"\n{HEAD}\n2566,1,ก,\n,,,\n\n2566,2,,\n")
    rows = list(read_rows(path, TPMAP))
    assert [row.row for row in rows] == [1, 2]
    assert rows[1].cells == {"year_be": "2566", "house_id": "2"}


def test_csv_cells_may_hold_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path, f'{HEAD}\n2566,1,"ก, ""ข""\nค",\n2566,2,"ง" ,\n2566,3,=cmd|\' /C calc\'!A0,\n')
    assert [cells["first_name"] for cells in cells_of(path)] == ['ก, "ข"\nค', "ง ", "=cmd|' /C calc'!A0"]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    lines = [f"2566,{number},ก,1/1/2566" for number in range(1, 8000)]
    lines[9] = '2566,10,"ก,1/1/2566'
    path = write(tmp_path, "\n".join((HEAD, *lines)))
    assert codes_of(path) == [(10, "ROW_UNREADABLE")]
    assert len(cells_of(path)) == 7998


def test_a_row_longer_than_the_heading_is_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEAD}\n2566,1,ก,1/1/2566,,\n2566,2,ก,1,500,x\n2566,3\n")
    assert codes_of(path) == [(2, "ROW_TOO_LONG")]
    assert [cells["house_id"] for cells in cells_of(path)] == ["1", "3"]


def test_nul_bytes_do_not_disturb(tmp_path: Path) -> None:
    assert cells_of(write(tmp_path, f"{HEAD}\n2566,1\0,ก,\n"))[0]["house_id"] == "1"


def test_a_file_in_no_known_encoding_names_the_byte(tmp_path: Path) -> None:
    content = f"{HEAD}\n2566,1,".encode() + b"\xfc\xdb\xff"
    fault = fault_of(write(tmp_path, content))
    assert fault.code == "ENCODING_UNKNOWN"
    assert str(len(content) - 3) in fault.message_en


@pytest.mark.parametrize("content", ["", HEAD, f"{HEAD}\n\n,,,\n", "[]", " [ ] "])
def test_a_file_without_rows_is_empty(tmp_path: Path, content: str) -> None:
    assert fault_of(write(tmp_path, content)).code in {"FILE_EMPTY", "COLUMNS_MISSING"}


def test_missing_columns_are_named(tmp_path: Path) -> None:
    fault = fault_of(write(tmp_path, "action_id,agency_id\n1,2\n"), ASSISTANCE)
    assert fault.code == "COLUMNS_MISSING"
    assert "happened_on" in fault.message_en
    assert "action_id" not in fault.message_en


@pytest.mark.parametrize("shape", ["array", "pretty", "lines", "lines_crlf"])
def test_json_is_read_object_by_object(tmp_path: Path, shape: str) -> None:
    objects = [{"form_code": f"P{n}", "members": [{"first_name": 'ก"}]{['}], "n": n} for n in range(2000)]
    text = {
        "array": json.dumps(objects, ensure_ascii=False),
        "pretty": "\ufeff" + json.dumps(objects, indent=2),
        "lines": "\n".join(json.dumps(one) for one in objects),
        "lines_crlf": "\ufeff" + "\r\n\r\n".join(json.dumps(one) for one in objects) + "\r\n",
    }[shape]
    assert cells_of(write(tmp_path, text), PPP) == objects


def test_one_broken_object_costs_only_itself(tmp_path: Path) -> None:
    array = '[{"form_code": "A"}, {"form_code": oops}, {"form_code": "B", "lat": NaN}]'
    path = write(tmp_path, array)
    assert codes_of(path, PPP) == [(2, "BROKEN_JSON")]
    assert [cells["form_code"] for cells in cells_of(path, PPP)] == ["A", "B"]
    lines = write(tmp_path, '{"form_code": "A"}\n{"form_code": "\n{"form_code": "B"}\n')
    assert codes_of(lines, PPP) == [(2, "BROKEN_JSON")]
    assert [cells["form_code"] for cells in cells_of(lines, PPP)] == ["A", "B"]


@pytest.mark.parametrize("rest", ['{"form_code": "B"', 'x, {"form_code": "B"}', '{"a": "never closed}]'])
def test_json_that_can_no_longer_be_split_gives_the_objects_before(tmp_path: Path, rest: str) -> None:
    rows = read_rows(write(tmp_path, f'[{{"form_code": "A"}}, {rest}'), PPP)
    assert next(rows).cells == {"form_code": "A"}
    with pytest.raises(InvalidInput) as caught:
        list(rows)
    assert caught.value.code == "BROKEN_JSON"


def a_workbook(path: Path, *rows: list[object]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if hasattr(cell, "year"):
                sheet.write_datetime(number, place, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(number, place, cell)
            else:
                sheet.write(number, place, cell)
    book.close()
    return path


def test_xlsx_keeps_identifiers_as_text_and_gives_numbers_and_dates_plainly(tmp_path: Path) -> None:
    head = [column.name for column in THAIQM.columns if column.required] + ["หมู่ที่", "หมายเหตุ", "วันที่สำรวจ"]
    row = ["0320100123"] * (len(head) - 3) + [12.0, 1.5, dt.date(2023, 9, 12)]
    path = a_workbook(tmp_path / "a.xlsx", head, row, [], [*row[:-1], "12 ก.ย. 2566"])
    first, second = cells_of(path, THAIQM)
    assert first[head[0]] == "0320100123"
    assert (first["หมู่ที่"], first["หมายเหตุ"], first["วันที่สำรวจ"]) == ("12", "1.5", "2023-09-12")
    assert second["วันที่สำรวจ"] == "12 ก.ย. 2566"


def test_a_workbook_that_is_none_or_has_other_columns_is_refused(tmp_path: Path) -> None:
    assert fault_of(write(tmp_path, b"PK\x03\x04 no workbook"), THAIQM).code == "FILE_UNREADABLE"
    with zipfile.ZipFile(tmp_path / "z.xlsx", "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert fault_of(tmp_path / "z.xlsx", THAIQM).code == "FILE_UNREADABLE"
    assert fault_of(a_workbook(tmp_path / "a.xlsx", ["x"], ["1"]), THAIQM).code == "COLUMNS_MISSING"
    assert fault_of(a_workbook(tmp_path / "b.xlsx"), THAIQM).code == "FILE_EMPTY"


def test_packed_files_are_read_and_those_that_swell_refused(tmp_path: Path) -> None:
    text = f"{HEAD}\n2566,1,ก,\n".encode()
    assert len(cells_of(write(tmp_path, gzip.compress(text)))) == 1
    assert fault_of(write(tmp_path, gzip.compress(text + b"\n" * 20_000_000))).code == "TOO_LARGE"
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 50_000_000)
    assert fault_of(tmp_path / "bomb.xlsx", THAIQM).code == "TOO_LARGE"


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(2 << 30)
    fault = fault_of(path)
    assert fault.code == "TOO_LARGE"
    assert f"{faults.LIMIT_BYTES:,}" in fault.message_en


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"[", b'{"a":1}\n', f"{HEAD}\n".encode(), b"\x1f\x8b", b"PK\x03\x04"]),
)
def test_any_bytes_give_rows_or_a_fault_in_words(tmp_path_factory, content: bytes, start: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(start + content)
    try:
        for row in read_rows(path, TPMAP):
            assert row.row > 0
    except (InvalidInput, TooLarge):
        return
