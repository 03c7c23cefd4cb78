"""The Thai citizen id: 13 digits, the last one a check digit. A right check digit does not make an id correct."""

import re
from typing import NamedTuple

from contracts.thai.text import ascii_digits, is_empty, tidy

LENGTH = 13
SEPARATORS = str.maketrans("", "", " -–.\u00a0/_")
DECIMAL_TAIL = re.compile(r"\.0+\Z")
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+\Z")


class CitizenId(NamedTuple):
    """`digits` are the 13 digits or None; `valid` says that the check digit is right and the class known."""

    digits: str | None
    valid: bool
    flags: tuple[str, ...]


NOTHING = CitizenId(None, valid=False, flags=())


def check_digit(digits: str) -> int:
    """The check digit that belongs to the first 12 of `digits`: weights 13 to 2, modulo 11."""
    a, b, c, d, e, f, g, h, i, j, k, m = digits[:12].encode()
    # 48 is the code of "0", 90 the sum of the weights.
    total = (
        13 * a
        + 12 * b
        + 11 * c
        + 10 * d
        + 9 * e
        + 8 * f
        + 7 * g
        + 6 * h
        + 5 * i
        + 4 * j
        + 3 * k
        + 2 * m
        - 48 * 90
    )
    return (11 - total % 11) % 10


def parse_citizen_id(text: str) -> CitizenId:
    """The citizen id in a cell. A placeholder gives nothing; a wrong id is kept with `valid` False and a flag that says why."""
    if len(text) == LENGTH and text.isascii() and text.isdigit():
        return _judge(text, ())
    text = ascii_digits(tidy(text))
    if is_empty(text):
        return NOTHING
    if SCIENTIFIC.match(text) is not None:
        return CitizenId(None, valid=False, flags=("ID_EXCEL",))
    whole = DECIMAL_TAIL.sub("", text)
    flags = ("ID_EXCEL_DECIMAL",) if whole != text else ()
    digits = whole.translate(SEPARATORS)
    if not digits:
        return NOTHING
    if not (digits.isascii() and digits.isdigit()):
        return CitizenId(None, valid=False, flags=(*flags, "ID_MALFORMED"))
    if len(digits) != LENGTH:
        return NOTHING if len(set(digits)) == 1 else CitizenId(None, valid=False, flags=(*flags, "ID_LENGTH"))
    return _judge(digits, flags)


def _judge(digits: str, flags: tuple[str, ...]) -> CitizenId:
    if digits == digits[0] * LENGTH:
        return NOTHING
    if digits[0] == "0":
        return CitizenId(digits, valid=False, flags=(*flags, "ID_UNVERIFIABLE"))
    if check_digit(digits) != int(digits[12]):
        return CitizenId(digits, valid=False, flags=(*flags, "ID_CHECKSUM"))
    if digits[0] == "9":
        return CitizenId(digits, valid=False, flags=(*flags, "ID_UNVERIFIABLE"))
    return CitizenId(digits, valid=True, flags=flags)
