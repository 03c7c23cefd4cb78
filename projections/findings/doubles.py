"""Help given or reported twice to one household. Pure."""

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from contracts.rules import Rules
from contracts.times import bangkok_date, fiscal_year
from projections.findings.rulebook import Terms, interval_days, later
from projections.findings.words import Finding, Given

PERIODS_KEPT = 65_536


def find_repeats(ordered: Sequence[Given], rules: Rules) -> dict[int, int]:
    """The actions that report an earlier told one again, each with the one that counts.

    The giver's own report counts, else the one with the lower sequence. `ordered` is by start.
    """
    found: dict[int, int] = {}
    by_help: dict[tuple[str, str], list[Given]] = {}
    for help_ in ordered:
        by_help.setdefault((help_.agency, help_.kind), []).append(help_)
    for group in by_help.values():
        if len(group) == 1 or len({help_.reporter for help_ in group}) == 1:
            continue
        trusted = sorted(group, key=lambda help_: (help_.reporter != help_.agency, help_.action))
        taken: set[tuple[int, str]] = set()
        for position, help_ in enumerate(trusted):
            for first in trusted[:position]:
                if first.action in found or (first.action, help_.reporter) in taken:
                    continue
                if _is_same_help(first, help_, rules.report_days):
                    found[help_.action] = first.action
                    taken.add((first.action, help_.reporter))
                    break
    return found


def _is_same_help(one: Given, other: Given, days: int) -> bool:
    if one.reporter == other.reporter or abs(one.start - other.start) > dt.timedelta(days=days):
        return False
    return one.satang is None or other.satang is None or one.satang == other.satang


def find_doubles(counted: Sequence[Given], rules: Rules, terms: Mapping[str, Terms]) -> list[Finding]:
    """D1 and D2 among the help of a household, by start."""
    by_help: dict[tuple[str, str], list[Given]] = {}
    for help_ in counted:
        by_help.setdefault((help_.kind, help_.need), []).append(help_)
    found: list[Finding] = []
    for (_, need), group in by_help.items():
        if len(group) == 1:
            continue
        if need != "unknown":
            found += _find_overlaps(group, rules)
        found += _find_too_soon(group, rules, terms)
    return found


def _find_overlaps(group: Sequence[Given], rules: Rules) -> list[Finding]:
    """D1: each help that overlaps with that of another agency, paired with the newest such one before it."""
    found: list[Finding] = []
    if len({help_.agency for help_ in group}) == 1:
        return found
    ends = [_end_of(help_, rules.overlap_days) for help_ in group]
    for position, help_ in enumerate(group):
        for before in range(position - 1, -1, -1):
            end = ends[before]
            if group[before].agency != help_.agency and (end is None or help_.start <= end):
                found.append(_double("D1", help_, group[before], "overlap", rules))
                break
    return found


def _end_of(help_: Given, days: int) -> dt.datetime | None:
    least = later(help_.start, days)
    return least if least is None or help_.until is None or help_.until < least else help_.until


def _find_too_soon(group: Sequence[Given], rules: Rules, terms: Mapping[str, Terms]) -> list[Finding]:
    """D2: each help that follows one of the same agency before the interval is over, or that goes beyond the cap."""
    found: list[Finding] = []
    for position in range(1, len(group)):
        help_ = group[position]
        known = terms.get(help_.programme) if help_.programme is not None else None
        last = next(_repeatable(group, position, help_, known), None)
        if last is None:
            continue
        interval = interval_days(rules, help_.kind, known)
        if interval is not None and help_.start - last.start < dt.timedelta(days=interval):
            found.append(_double("D2", help_, last, "interval", rules))
        elif known is not None and known.cap is not None and help_.satang:
            alike = _repeatable(group, position, help_, known)
            if _goes_beyond(known, known.cap, alike, help_):
                found.append(_double("D2", help_, last, "cap", rules))
    return found


def _repeatable(group: Sequence[Given], position: int, help_: Given, terms: Terms | None) -> Iterator[Given]:
    """What `help_` at `position` repeats, the newest first: of the same agency, not of another programme, nor of another person."""
    agency, programme = help_.agency, help_.programme
    person = help_.person if terms is not None and terms.scope == "person" else None
    for at in range(position - 1, -1, -1):
        before = group[at]
        if (
            before.agency == agency
            and (before.programme == programme or before.programme is None or programme is None)
            and (person is None or before.person is None or before.person == person)
        ):
            yield before


def _goes_beyond(terms: Terms, cap: int, alike: Iterable[Given], help_: Given) -> bool:
    period = _period_of(terms.period, help_.start)
    total = help_.satang or 0
    for other in alike:
        if (
            other.satang
            and other.programme == help_.programme
            and _period_of(terms.period, other.start) == period
        ):
            total += other.satang
    return total > cap


@functools.lru_cache(PERIODS_KEPT)
def _period_of(period: str, start: dt.datetime) -> tuple[int, ...]:
    """The calendar month or the Thai fiscal year (1 October to 30 September) in Bangkok; everything for `once`."""
    if period == "once":
        return ()
    day = bangkok_date(start)
    if period == "month":
        return (day.year, day.month)
    return (fiscal_year(day),)


def _double(kind: Literal["D1", "D2"], help_: Given, other: Given, reason: str, rules: Rules) -> Finding:
    return Finding(
        kind, help_.need, help_.action, other.action, reason, help_.satang, rules.version, help_.start, None
    )
