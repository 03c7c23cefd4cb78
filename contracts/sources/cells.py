"""Reading delivered cells: what is kept of them, their text, and the values that all sources write alike."""

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from typing import cast

from contracts.amounts import AmountFault, parse_baht, parse_whole
from contracts.codes import fault
from contracts.sources.contract import MOST_MEMBERS, Cells, Context, RowFault
from contracts.thai.dates import DateFault, parse_past
from contracts.thai.house_code import SCIENTIFIC, parse_house_code
from contracts.thai.text import EMPTY_WORDS, ascii_digits, storable, tidy
from contracts.times import BUDDHIST_OFFSET, FIRST_BUDDHIST_YEAR, start_of_day

MOST_LETTERS = 10_000
LARGEST_INTEGER = 2**63
DEEPEST = 8
DECIMAL_TAIL = re.compile(r"\.0+\Z")
PERIOD = re.compile(r"(\d{4})(?:\.0+)?(?:\s*[-/]\s*(\d{1,2}))?\Z")
MOO = re.compile(r"(?:หมู่ที่|หมู่บ้านที่|หมู่|ม\.|ม|moo)?\s*(\d{1,2})(?:\.0+)?\Z", re.IGNORECASE)
NO_HOUSE_NUMBER = frozenset(("ไม่มีเลขที่", "ไม่มี", "0"))
LIST_SEPARATORS = re.compile(r"[;|\n,]+")
LATEST_BUDDHIST_YEAR = 2643


def kept_cells(cells: Cells, row: int, scalars: frozenset[str]) -> dict[str, object]:
    """The cells that say something, in a form that can be stored; blanks and dashes are left out.

    Raises RowFault for a text that is too long and for a list or object in one of the columns `scalars`.
    """
    found: dict[str, object] = {}
    for name, value in cells.items():
        if type(value) is str:
            text = value if value.isprintable() else storable(value)
            if text == "-" or not text or text.isspace():
                continue
            if len(text) > MOST_LETTERS:
                raise RowFault(fault("TEXT_TOO_LONG", name, row=row, expected=str(MOST_LETTERS)))
            found[name] = text
        elif value is not None:
            if name in scalars and isinstance(value, (dict, list, tuple)):
                raise RowFault(fault("FIELD_TYPE", name, row=row, expected="text"))
            found[name] = _plain(value, name, row, DEEPEST)
    return found


def _plain(value: object, path: str, row: int, depth: int) -> object:
    if type(value) is float and math.isfinite(value):
        return value
    if depth == 0:
        raise RowFault(fault("FIELD_TYPE", path, row=row, expected="less depth"))
    match value:
        case str():
            if len(value) > MOST_LETTERS:
                raise RowFault(fault("TEXT_TOO_LONG", path, row=row, expected=str(MOST_LETTERS)))
            return storable(value)
        case bool():
            return value
        case int():
            return value if abs(value) < LARGEST_INTEGER else storable(str(value)[:MOST_LETTERS])
        case float():
            return value if math.isfinite(value) else str(value)
        case dict():
            items = cast("dict[object, object]", value)
            return {storable(str(k)): _plain(v, path, row, depth - 1) for k, v in items.items()}
        case list() | tuple():
            return [_plain(v, path, row, depth - 1) for v in cast("Sequence[object]", value)]
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case _:
            return None if value is None else storable(str(value))


def refuse_crowd(count: int, path: str, row: int) -> None:
    """Raises RowFault for a record of more people than a household can have."""
    if count > MOST_MEMBERS:
        raise RowFault(fault("TOO_MANY_MEMBERS", path, row=row, expected=str(MOST_MEMBERS)))


def text_of(cells: Cells, name: str) -> str:
    """The tidied text of a cell; "" for an empty one and for a list or object."""
    value = cells.get(name)
    if value is None:
        return ""
    text = tidy(value if type(value) is str else _scalar_text(value))
    return "" if text in EMPTY_WORDS else text


def _scalar_text(value: object) -> str:
    match value:
        case bool():
            return "1" if value else "0"
        case int():
            return str(value) if abs(value) < LARGEST_INTEGER else ""
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case str():
            return value
        case _:
            return ""


def list_of(text: str) -> tuple[str, ...]:
    """The items of a cell that joins several."""
    return tuple(item for part in LIST_SEPARATORS.split(text) if (item := tidy(part)) not in EMPTY_WORDS)


def key_text(text: str) -> str:
    """An id as text for a record key: Arabic digits, no decimal tail. "" for one whose digits a spreadsheet has destroyed."""
    if text.isascii() and text.isalnum() and "E" not in text and "e" not in text:
        return text
    text = ascii_digits(text)
    return "" if SCIENTIFIC.match(text) is not None else DECIMAL_TAIL.sub("", text)


def house_key(text: str) -> str:
    """A house code as part of a record key: its digits, or "" when it has none."""
    return parse_house_code(text).digits or "" if text else ""


def read_period(text: str) -> str | None:
    """A survey round, `2566` or `2566-1`, in the Buddhist era; None for an empty cell. Raises ValueError."""
    if not text:
        return None
    found = PERIOD.match(ascii_digits(text))
    year = int(found[1]) if found is not None else 0
    if found is None or not (1950 <= year <= LATEST_BUDDHIST_YEAR):
        raise ValueError("PERIOD_INVALID")
    year = year if year >= FIRST_BUDDHIST_YEAR else year + BUDDHIST_OFFSET
    return f"{year}-{int(found[2])}" if found[2] else str(year)


def period_or_none(text: str) -> str | None:
    """What `read_period` gives, and the text itself where that refuses it: good enough to tell rows apart."""
    try:
        return read_period(text)
    except ValueError:
        return text


def settle_period(periods: Iterable[str], column: str, row: int, context: Context) -> str:
    """The period of a record: the context's, else the one that its rows name. Raises RowFault."""
    if context.period is not None:
        return context.period
    try:
        found = {period for text in set(periods) if (period := read_period(text)) is not None}
    except ValueError:
        raise RowFault(fault("PERIOD_INVALID", column, row=row)) from None
    if not found:
        raise RowFault(fault("PERIOD_MISSING", column, row=row))
    if len(found) > 1:
        raise RowFault(fault("PERIOD_MIXED", column, row=row))
    return found.pop()


def read_moment(
    texts: Sequence[tuple[int, str]], column: str, period: str, context: Context
) -> tuple[dt.datetime, tuple[str, ...]]:
    """(`happened_at`, flags) from the date cells of a record's rows, given with their row numbers: the latest day counts.

    Without any the first day of the period's year is used and flagged. Raises RowFault for a day in the future or none at all.
    """
    latest: tuple[dt.datetime, bool] | None = None
    for row, text in {text: (row, text) for row, text in reversed(texts)}.values():
        try:
            moment = parse_past(text, context.today)
        except DateFault as error:
            raise RowFault(error.at(column, row)) from None
        if moment is not None and (latest is None or moment > latest):
            latest = moment
    if latest is not None:
        return latest[0], () if latest[1] else ("DATE_PARTIAL",)
    row = texts[0][0]
    if not period[:4].isdecimal() or int(period[:4]) < FIRST_BUDDHIST_YEAR:
        raise RowFault(fault("DATE_MISSING", column, row=row))
    day = dt.date(int(period[:4]) - BUDDHIST_OFFSET, 1, 1)
    if day > context.today:
        raise RowFault(fault("DATE_FUTURE", column, row=row))
    return start_of_day(day), ("DATE_FROM_PERIOD",)


def read_moo(text: str) -> tuple[int | None, tuple[str, ...]]:
    """(village number, flags) from a cell such as `12`, `ม.12` or `หมู่ที่ ๑๒`; 0 is none."""
    if not text:
        return None, ()
    found = MOO.match(ascii_digits(text))
    return (int(found[1]) or None, ()) if found is not None else (None, ("MOO_INVALID",))


def read_house_no(text: str) -> str | None:
    """The house number as written, in Arabic digits; None where the cell says that there is none."""
    text = ascii_digits(text)
    return text if text and text not in NO_HOUSE_NUMBER else None


def read_income(text: str) -> tuple[int | None, tuple[str, ...]]:
    """(income in satang, flags)."""
    try:
        return parse_baht(text), ()
    except AmountFault:
        return None, ("INCOME_INVALID",)


def read_level(text: str, scale: range) -> tuple[int | None, tuple[str, ...]]:
    """(level, flags) of a cell that must hold a whole number of `scale`."""
    if not text:
        return None, ()
    level = parse_whole(text)
    return (level, ()) if level is not None and level in scale else (None, ("LEVEL_INVALID",))


def split_rows(
    kept: Sequence[dict[str, object]], house_columns: Sequence[str]
) -> tuple[dict[str, object], list[dict[str, object]], tuple[str, ...]]:
    """(the household's cells, each member's own cells, flags) of rows that repeat the household's columns.

    Of a household column the first value counts; a row that says otherwise keeps its own. Rows that are equal count once.
    """
    first = kept[0]
    house = {name: first[name] for name in house_columns if name in first}
    flags: tuple[str, ...] = ()
    for cells in kept[1:]:
        for name in house_columns:
            value = cells.get(name)
            if value is not None and value != house.setdefault(name, value):
                flags = ("HOUSEHOLD_CELLS_DIFFER",)
    own: list[dict[str, object]] = []
    for cells in kept:
        personal = {k: v for k, v in cells.items() if k not in house or v != house[k]}
        if personal in own:
            flags = (*flags, "MEMBER_REPEATED")
        elif personal:
            own.append(personal)
    return house, own, flags if own else (*flags, "NO_MEMBERS")


def first_texts(rows: Sequence[Cells], names: Iterable[str]) -> dict[str, str]:
    """Of each named column the first text that any row has."""
    found: dict[str, str] = {}
    for name in names:
        for cells in rows:
            text = text_of(cells, name)
            if text:
                found[name] = text
                break
    return found


def without_repeats(*flags: Iterable[str]) -> tuple[str, ...]:
    """All flags in order, each once."""
    return tuple(dict.fromkeys(flag for group in flags for flag in group))
