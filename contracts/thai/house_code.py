"""The house code (รหัสประจำบ้าน): 11 digits. No rule for a check digit is published, and no leading zero can be missing."""

import re
from typing import NamedTuple

from contracts.thai.text import ascii_digits, is_empty, tidy

LENGTH = 11
DECIMAL_TAIL = re.compile(r"\.0+\Z")
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+\Z")
NOT_DIGITS = re.compile(r"[^0-9]+")


class HouseCode(NamedTuple):
    """`digits` as delivered, never padded, or None; any other length than 11 is flagged."""

    digits: str | None
    flags: tuple[str, ...]


NOTHING = HouseCode(None, ())


def parse_house_code(text: str) -> HouseCode:
    """The house code in a cell: its digits, without separators and a decimal tail left by a spreadsheet."""
    if len(text) == LENGTH and text.isascii() and text.isdigit():
        return HouseCode(text, ()) if text != text[0] * LENGTH else NOTHING
    text = ascii_digits(tidy(text))
    if is_empty(text):
        return NOTHING
    if SCIENTIFIC.match(text) is not None:
        return HouseCode(None, ("HOUSE_CODE_EXCEL",))
    digits = NOT_DIGITS.sub("", DECIMAL_TAIL.sub("", text))
    if not digits.strip("0"):
        return NOTHING
    return HouseCode(digits, () if len(digits) == LENGTH else ("HOUSE_CODE_LENGTH",))
