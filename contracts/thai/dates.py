"""Dates as Thai offices write them: Buddhist or Common Era, in figures or words, known to the day, the month or the year.

The era is told by the year: 2400 and later is Buddhist (CE + 543), two figures are the latest Buddhist year that is not in the future.
Until 1940 the Thai year began on 1 April: January to March of BE 2482 and earlier are CE + 542.
"""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

from contracts.codes import fault
from contracts.errors import FieldError
from contracts.records import PartialDate
from contracts.thai.text import ascii_digits, is_empty, tidy
from contracts.times import BANGKOK, BUDDHIST_OFFSET, FIRST_BUDDHIST_YEAR, start_of_day

Calendar = Literal["buddhist", "common", "excel"]
LAST_YEAR_FROM_APRIL = 2482
OLDEST_YEAR = 1850
LATEST_YEAR = 2100
LONGEST_TEXT = 60
SHORTEST_INSTANT = 17
EXCEL_EPOCH = dt.date(1899, 12, 30)
# Five figures are days from 1927 on; six are a Buddhist year that a spreadsheet took for a Common Era one.
SERIAL = re.compile(r"(\d{5,6})(?:\.\d+)?\Z")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
YEAR = re.compile(r"(\d{4})(?:\.0+)?\Z")
DAY_FIRST = re.compile(r"(\d{1,2})[/\-. ]+(\d{1,2})[/\-. ]+(\d{4}|\d{2})\Z")
YEAR_FIRST = re.compile(r"(\d{4})[/\-.](\d{1,2})(?:[/\-.](\d{1,2}))?\Z")
MONTH_YEAR = re.compile(r"(\d{1,2})[/\-](\d{4})\Z")
CLOCK = re.compile(r"[T ]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2}|น\.?)?\Z")
WORDS = re.compile(r"(?:(\d{1,2})[\s\-/.]*)?([^\W\d]\D*?)[\s\-/.]*(\d{4}|\d{2})\Z")
PRELUDE = re.compile(r"(?:วันที่|เมื่อ|ปี)\s*|พ\.?\s*ศ\.?\s*|ค\.?\s*ศ\.?\s*")
NOT_MONTH = re.compile(r"[.,\s/\-]+|เดือน")
MONTHS = (
    ("มค", "มกราคม", "มกรา", "jan", "january"),
    ("กพ", "กุมภาพันธ์", "กุมภา", "feb", "february"),
    ("มีค", "มีนาคม", "มีนา", "mar", "march"),
    ("เมย", "เมษายน", "เมษา", "apr", "april"),
    ("พค", "พฤษภาคม", "พฤษภา", "may"),
    ("มิย", "มิถุนายน", "มิถุนา", "jun", "june"),
    ("กค", "กรกฎาคม", "กรกฎา", "jul", "july"),
    ("สค", "สิงหาคม", "สิงหา", "aug", "august"),
    ("กย", "กันยายน", "กันยา", "sep", "september"),
    ("ตค", "ตุลาคม", "ตุลา", "oct", "october"),
    ("พย", "พฤศจิกายน", "พฤศจิกา", "nov", "november"),
    ("ธค", "ธันวาคม", "ธันวา", "dec", "december"),
)
MONTH_NUMBERS = {word: number for number, words in enumerate(MONTHS, 1) for word in words}


class DateFault(ValueError):
    """The text is no date. `code` is DATE_INVALID or DATE_FUTURE."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def at(self, path: str, row: int | None = None) -> FieldError:
        """The fault as a publisher reads it."""
        return fault(self.code, path, row=row)


class Parts(NamedTuple):
    """What a text says before the era is settled; 0 stands for a part that is not known."""

    year: int
    month: int
    day: int
    rule: str


def _day_first(found: re.Match[str]) -> Parts:
    return Parts(
        int(found[3]), int(found[2]), int(found[1]), "day_first" if len(found[3]) > 2 else "short_year"
    )


def _year_first(found: re.Match[str]) -> Parts:
    return Parts(int(found[1]), int(found[2]), int(found[3] or 0), "year_first")


def _month_year(found: re.Match[str]) -> Parts:
    return Parts(int(found[2]), int(found[1]), 0, "month_year")


def _compact(found: re.Match[str]) -> Parts:
    return Parts(int(found[1]), int(found[2]), int(found[3]), "compact")


def _year(found: re.Match[str]) -> Parts:
    return Parts(int(found[1]), 0, 0, "year")


def _words(found: re.Match[str]) -> Parts:
    month = MONTH_NUMBERS.get(NOT_MONTH.sub("", found[2]).lower())
    if month is None:
        raise DateFault("DATE_INVALID")
    return Parts(int(found[3]), month, int(found[1] or 0), "words" if len(found[3]) > 2 else "short_year")


SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Parts]], ...] = (
    (DAY_FIRST, _day_first),
    (YEAR_FIRST, _year_first),
    (YEAR, _year),
    (MONTH_YEAR, _month_year),
    (COMPACT, _compact),
    (WORDS, _words),
)


def _serial_day(serial: int) -> tuple[int, int, int]:
    day = EXCEL_EPOCH + dt.timedelta(days=serial)
    year = day.year - BUDDHIST_OFFSET if day.year >= FIRST_BUDDHIST_YEAR else day.year
    return year, day.month, day.day


def _common_year(parts: Parts, today: dt.date) -> tuple[int, Calendar, str]:
    year = parts.year
    if parts.rule == "short_year":
        buddhist_today = today.year + BUDDHIST_OFFSET
        year += buddhist_today - buddhist_today % 100
        if _is_later(year - BUDDHIST_OFFSET, parts, today):
            year -= 100
    if year < FIRST_BUDDHIST_YEAR:
        return year, "common", parts.rule
    if year <= LAST_YEAR_FROM_APRIL and 1 <= parts.month <= 3:
        return year - BUDDHIST_OFFSET + 1, "buddhist", f"{parts.rule}_from_april"
    return year - BUDDHIST_OFFSET, "buddhist", parts.rule


def _is_later(year: int, parts: Parts, today: dt.date) -> bool:
    return (year, parts.month, parts.day) > (today.year, today.month, today.day)


@lru_cache(maxsize=131_072)
def parse_thai_date(text: str, today: dt.date) -> PartialDate | None:
    """The date in `text`, None for an empty cell. A clock time behind the date is passed over.

    A day or month of 0 is unknown. `today` settles two-figure years. Raises DateFault for text that is no date, or a
    year before 1850 or after 2100; a date after `today` is returned all the same.
    """
    bare = ascii_digits(tidy(text))
    if is_empty(bare):
        return None
    if len(bare) > LONGEST_TEXT:
        raise DateFault("DATE_INVALID")
    instant = read_instant(bare)
    if instant is not None:
        local = instant.astimezone(BANGKOK)
        return _check(local.year, local.month, local.day, text, "common", "instant")
    bare = CLOCK.sub("", bare) or bare
    serial = SERIAL.match(bare)
    if serial is not None:
        year, month, day = _serial_day(int(serial[1]))
        return _check(year, month, day, text, "excel", "serial")
    bare = PRELUDE.sub("", bare) if not bare.isascii() else bare
    for shape, read in SHAPES:
        found = shape.match(bare)
        if found is not None:
            parts = read(found)
            year, calendar, rule = _common_year(parts, today)
            return _check(year, parts.month, parts.day, text, calendar, rule)
    raise DateFault("DATE_INVALID")


def _check(year: int, month: int, day: int, raw: str, calendar: Calendar, rule: str) -> PartialDate:
    if not OLDEST_YEAR <= year <= LATEST_YEAR or month > 12 or day > 31:
        raise DateFault("DATE_INVALID")
    if month == 0 or day == 0:
        return PartialDate(year=year, month=month or None, raw=raw, calendar=calendar, rule=rule)
    try:
        dt.date(year, month, day)
    except ValueError as error:
        raise DateFault("DATE_INVALID") from error
    return PartialDate(year=year, month=month, day=day, raw=raw, calendar=calendar, rule=rule)


def read_instant(text: str) -> dt.datetime | None:
    """The instant in UTC that an RFC 3339 text with a zone names, else None. Buddhist years are left to the other rules."""
    if len(text) < SHORTEST_INSTANT or text[10] not in "Tt" or not text[:4].isdigit():
        return None
    try:
        value = dt.datetime.fromisoformat(text)
        in_utc = value.astimezone(dt.UTC) if value.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
    return in_utc if in_utc is not None and in_utc.year < FIRST_BUDDHIST_YEAR else None


def first_day(date: PartialDate) -> dt.date:
    """The first day that the date can mean."""
    return dt.date(date.year, date.month or 1, date.day or 1)


def last_day(date: PartialDate) -> dt.date:
    """The last day that the date can mean."""
    if date.day is not None:
        return first_day(date)
    month = date.month or 12
    after = dt.date(date.year + month // 12, month % 12 + 1, 1)
    return after - dt.timedelta(days=1)


def is_full(date: PartialDate) -> bool:
    """Whether the date is known to the day."""
    return date.day is not None


@lru_cache(maxsize=16_384)
def parse_past(text: str, today: dt.date) -> tuple[dt.datetime, bool] | None:
    """(instant, whether the text names its day) of something that has happened; None for an empty cell.

    A date is the midnight in Bangkok that begins it; of a date known to the month or year that is its first day. An RFC 3339
    instant is that instant. Raises DateFault, also for a day after `today` (DATE_FUTURE).
    """
    date = parse_thai_date(text, today)
    if date is None:
        return None
    day = first_day(date)
    if day > today:
        raise DateFault("DATE_FUTURE")
    instant = read_instant(tidy(text)) if date.rule == "instant" else None
    return instant or start_of_day(day), is_full(date)


def parse_birth(text: str, today: dt.date) -> tuple[PartialDate | None, tuple[str, ...]]:
    """(date of birth, flags). A birth that cannot be read or lies in the future is left out and flagged; it never refuses a row."""
    if not text:
        return None, ()
    try:
        date = parse_thai_date(text, today)
    except DateFault:
        return None, ("BIRTH_INVALID",)
    if date is not None and first_day(date) > today:
        return None, ("BIRTH_FUTURE",)
    return date, ()
