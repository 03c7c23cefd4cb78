"""The rules as the fold keeps them at hand: the published ones, and what the programme catalogue adds to them."""

import datetime as dt

import msgspec

from contracts.rules import Rules


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What the catalogue says of a programme that matters for findings. Money in satang, the interval in days."""

    need: str
    period: str
    cap: int | None
    scope: str
    interval: int | None


def serves_days(rules: Rules, terms: Terms | None) -> int:
    """How many days after its end help still serves its need: a programme that may not be repeated sooner serves as long."""
    if terms is None or terms.interval is None:
        return rules.serves_days
    return max(rules.serves_days, terms.interval)


def interval_days(rules: Rules, kind: str, terms: Terms | None) -> int | None:
    """The shortest lawful interval: that of the programme, else that of the kind where the programme is unknown."""
    if terms is not None:
        return terms.interval
    return rules.interval_days.get(kind)  # pyright: ignore[reportArgumentType,reportCallIssue] - kinds of events are these words


def later(instant: dt.datetime, days: int) -> dt.datetime | None:
    """So many days later; None where the calendar ends."""
    try:
        return instant + dt.timedelta(days=days)
    except OverflowError:
        return None
