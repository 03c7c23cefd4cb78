"""Dates the way Thai offices write them. The Buddhist-era year is CE + 543, before 1941 from April on only."""

import datetime as dt
import random

MONTHS_SHORT = (
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
)
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_EXCEL_EPOCH = dt.date(1899, 12, 30)


def buddhist_year(day: dt.date) -> int:
    """The year on a Thai calendar of that day (until 1940 the year began on 1 April)."""
    return day.year + (542 if day.year <= 1940 and day.month < 4 else 543)


def thai_numeric(day: dt.date) -> str:
    return f"{day.day}/{day.month}/{buddhist_year(day)}"


def thai_words(day: dt.date) -> str:
    return f"{day.day} {MONTHS_SHORT[day.month - 1]} {buddhist_year(day)}"


def thai_short(day: dt.date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{buddhist_year(day) % 100:02d}"


def in_thai_digits(text: str) -> str:
    return text.translate(_THAI_DIGITS)


def excel_serial(day: dt.date) -> int:
    """Days since the spreadsheet's epoch (1900 system)."""
    return (day - _EXCEL_EPOCH).days


def year_only(r: random.Random, day: dt.date) -> str:
    year = buddhist_year(day)
    return r.choice((f"{year}", f"00/00/{year}"))


def swapped(day: dt.date) -> dt.date:
    """Day and month exchanged where that is a date, else the day itself."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 else day


def between(r: random.Random, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=int(r.random() * ((last - first).days + 1)))


def fiscal_year(day: dt.date) -> int:
    """The Buddhist-era fiscal year, 1 October to 30 September, numbered by its end."""
    return day.year + 543 + (1 if day.month >= 10 else 0)
