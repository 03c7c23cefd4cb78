"""Amounts and counts in text: baht to integer satang, quantities to decimal text, whole numbers."""

import re

from contracts.thai.text import ascii_digits, is_empty, tidy

AMOUNT = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.([0-9]*))?\Z")
CURRENCY = re.compile(r"^\s*(?:฿|thb)\s*|\s*(?:บาท|baht|thb|฿|\.-|/-)\s*$", re.IGNORECASE)
QUANTITY = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?\Z")
WHOLE = re.compile(r"-?\d{1,9}(?:\.0+)?\Z")
MOST_BAHT_DIGITS = 12


class AmountFault(ValueError):
    """The text is no amount. `code` is AMOUNT_INVALID or AMOUNT_NEGATIVE."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_baht(text: str) -> int | None:
    """The amount in satang, None for an empty cell. Raises AmountFault; more than two decimals that are not 0 are no amount."""
    bare = ascii_digits(tidy(text))
    if is_empty(bare):
        return None
    if bare.isascii() and bare.isdigit() and len(bare) <= MOST_BAHT_DIGITS:
        return int(bare) * 100
    found = AMOUNT.match(CURRENCY.sub("", bare))
    if found is None or not (found[2] or found[3]):
        raise AmountFault("AMOUNT_INVALID")
    whole = (found[2] or "0").replace(",", "")
    decimals = (found[3] or "").rstrip("0")
    if len(decimals) > 2 or len(whole) > MOST_BAHT_DIGITS:
        raise AmountFault("AMOUNT_INVALID")
    satang = int(whole) * 100 + int(decimals.ljust(2, "0"))
    if found[1] == "-" and satang:
        raise AmountFault("AMOUNT_NEGATIVE")
    return satang


def parse_quantity(text: str) -> str | None:
    """A quantity of 0 or more as decimal text without separators, None for an empty cell. Raises ValueError."""
    bare = ascii_digits(tidy(text)).replace(",", "")
    if is_empty(bare):
        return None
    if QUANTITY.match(bare) is None:
        raise ValueError("QUANTITY_INVALID")
    whole, point, decimals = bare.partition(".")
    return (whole.lstrip("0") or "0") + (point + decimals if decimals.rstrip("0") else "")


def parse_whole(text: str) -> int | None:
    """A whole number, also with a decimal tail left by a spreadsheet; None for anything else."""
    bare = ascii_digits(tidy(text))
    return int(bare.split(".")[0]) if WHOLE.match(bare) is not None else None
