"""Instants, dates and the two questions about time.

Stored instants are UTC with a zone; stored intervals are half-open. A plain date in a question means the end of that day
in Asia/Bangkok, that is everything before the next midnight there. Thailand has no daylight saving: the offset is +07:00.
"""

import datetime as dt
import re
from typing import NewType

import msgspec

from contracts.errors import InvalidInput

Instant = NewType("Instant", dt.datetime)

BANGKOK = dt.timezone(dt.timedelta(hours=7), "Asia/Bangkok")
BUDDHIST_OFFSET = 543
FIRST_BUDDHIST_YEAR = 2400
FIRST_YEAR, LAST_YEAR = 1000, 9998
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
SEQUENCE = re.compile(r"seq:(0|[1-9]\d{0,17})\Z")


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub knew: at an instant (exclusive), or after the event with that sequence. Exactly one is set."""

    before: dt.datetime | None = None
    sequence: int | None = None


def parse_date(text: str, *, path: str) -> dt.date:
    """An ISO date; a Buddhist-era year (2400 and later) is converted. Raises InvalidInput."""
    match = DATE.match(text)
    if match is None:
        raise InvalidInput(
            f"'{text}' is not a date; write YYYY-MM-DD.",
            message_th=f"'{text}' ไม่ใช่วันที่ กรุณาใช้รูปแบบ ปปปป-ดด-วว",
            code="BAD_DATE",
            path=path,
        )
    year, month, day = (int(part) for part in match.groups())
    if year >= FIRST_BUDDHIST_YEAR:
        year -= BUDDHIST_OFFSET
    try:
        return dt.date(year if FIRST_YEAR <= year <= LAST_YEAR else 0, month, day)
    except ValueError as error:
        raise InvalidInput(
            f"'{text}' is not a day of the calendar.",
            message_th=f"ไม่มีวันที่ '{text}' ในปฏิทิน",
            code="BAD_DATE",
            path=path,
        ) from error


def end_of_day(day: dt.date) -> dt.datetime:
    """The midnight in Bangkok that ends `day`, in UTC; exclusive."""
    midnight = dt.datetime.combine(day, dt.time(), BANGKOK)
    return (midnight + dt.timedelta(days=1)).astimezone(dt.UTC)


def start_of_day(day: dt.date) -> dt.datetime:
    """The midnight in Bangkok that begins `day`, in UTC."""
    return dt.datetime.combine(day, dt.time(), BANGKOK).astimezone(dt.UTC)


def parse_instant(text: str, *, path: str) -> dt.datetime:
    """An RFC 3339 instant with its zone, in UTC. Raises InvalidInput, also for an instant without a zone."""
    try:
        value = dt.datetime.fromisoformat(text) if "T" in text or "t" in text else None
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        raise InvalidInput(
            f"'{text}' is not an instant; write a date (2023-09-30) or an RFC 3339 instant with its zone "
            "(2023-09-30T17:00:00Z).",
            message_th=f"'{text}' ไม่ใช่เวลา กรุณาใช้วันที่ (2023-09-30) หรือเวลาพร้อมเขตเวลา (2023-09-30T17:00:00Z)",
            code="BAD_INSTANT",
            path=path,
        )
    # The first and last days of the calendar leave no room for another zone or for the end of a day.
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise InvalidInput(
            f"'{text}' lies outside the years {FIRST_YEAR} to {LAST_YEAR}.",
            message_th=f"'{text}' อยู่นอกช่วงปี ค.ศ. {FIRST_YEAR} ถึง {LAST_YEAR}",
            code="BAD_INSTANT",
            path=path,
        )
    return value.astimezone(dt.UTC)


def parse_valid_at(text: str, *, path: str = "valid_at") -> dt.datetime:
    """The instant of the world that is asked for.

    A date is the last instant of that day in Bangkok (one microsecond before midnight), so that a fact that begins at the
    next midnight is not included. Raises InvalidInput.
    """
    if DATE.match(text):
        return end_of_day(parse_date(text, path=path)) - dt.timedelta(microseconds=1)
    return parse_instant(text, path=path)


def parse_as_of(text: str, *, path: str = "as_of") -> AsOf:
    """`seq:N`, a date (all of that day in Bangkok) or an RFC 3339 instant (inclusive). Raises InvalidInput."""
    match = SEQUENCE.match(text)
    if match is not None:
        return AsOf(sequence=int(match.group(1)))
    if DATE.match(text):
        return AsOf(before=end_of_day(parse_date(text, path=path)))
    return AsOf(before=parse_instant(text, path=path) + dt.timedelta(microseconds=1))


def fiscal_year(day: dt.date) -> int:
    """The Thai fiscal year of a day, in the Buddhist era: 1 October to 30 September, named by the year it ends in."""
    return day.year + BUDDHIST_OFFSET + (1 if day.month >= 10 else 0)


def bangkok_date(instant: dt.datetime) -> dt.date:
    """The calendar day in Bangkok of an instant."""
    return instant.astimezone(BANGKOK).date()


def to_text(instant: dt.datetime) -> str:
    """RFC 3339 in UTC with Z; microseconds only where there are any."""
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
