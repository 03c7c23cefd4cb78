"""Every code is listed once, in both languages, and every listed code is used."""

import re
from pathlib import Path

from contracts.codes import CODES, FAULTS, FLAGS, fault

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
HUB = CONTRACTS.parent / "hub"
GIVEN_BY_OTHERS = {"errors.py", "times.py", "codes.py", "codes_intake.py"}
TOLD = re.compile(r'\bfault\(\s*"([A-Z_]+)"')
CODE = re.compile(r'"([A-Z]{2,}(?:_[A-Z0-9]+)+)"')
NOT_CODES = {"ROW_FAULT"}
POINT_ZONES = {"POINT_UTM47", "POINT_UTM48"}  # made of the zone's number


def used_codes() -> set[str]:
    files = [path for path in CONTRACTS.rglob("*.py") if path.name not in GIVEN_BY_OTHERS]
    found = {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))} - NOT_CODES
    doors = [path for folder in ("intake", "readers") for path in (HUB / folder).glob("*.py")]
    return found | {code for path in doors for code in TOLD.findall(path.read_text(encoding="utf-8"))}


def test_every_used_code_is_listed() -> None:
    assert used_codes() - set(CODES) == set()


def test_every_listed_code_is_used() -> None:
    assert set(CODES) - used_codes() - POINT_ZONES == set()


def test_no_code_is_both_a_fault_and_a_flag() -> None:
    assert not set(FAULTS) & set(FLAGS)


def test_every_code_speaks_thai_and_english() -> None:
    for code, words in CODES.items():
        assert re.search("[ก-๙]", words.message_th), code
        assert words.message_en.isascii(), code
        assert words.message_en.endswith("."), code


def test_a_fault_is_told_with_its_field_row_and_advice() -> None:
    error = fault("FIELD_MISSING", "$.rows[0].agency_id", row=3)
    assert (error.code, error.row, error.path) == ("FIELD_MISSING", 3, "$.rows[0].agency_id")
    assert error.message_en == "'agency_id' is required."
    assert error.hint
