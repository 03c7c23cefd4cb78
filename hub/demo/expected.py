"""What findings a hub should come to, from the truth: the rules written anew and slowly, sharing nothing with the projection. Pure.

A unit is what is counted: the concerned action for D0, D1, D2 and mistargeted, household and need for unserved, and the fiscal year
beside them for D3.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.records import NEEDS
from contracts.rules import Rules
from contracts.times import bangkok_date, end_of_day, fiscal_year
from hub.demo.truth_reading import TrueAction

CLASSES = ("D0", "D1", "D2", "D3", "unserved", "mistargeted")
FEWEST_NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source said of a household over a stretch of time; a need that it leaves out is unknown."""

    sequence: int
    start: dt.datetime
    end: dt.datetime | None
    tambon: str | None
    needs: Mapping[str, bool]

    def holds(self, at: dt.datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the catalogue says of a programme. Money in satang, the interval in days."""

    need: str
    period: str
    cap: int | None
    scope: str
    interval: int | None


@dataclass(frozen=True, slots=True)
class Expected:
    """One finding that should be there."""

    kind: str
    household: str
    need: str
    unit: str


@dataclass(frozen=True, slots=True)
class World:
    """All that is judged: per true household the statements about it and its help in the order of sequences."""

    statements: Mapping[str, Sequence[Statement]]
    help: Mapping[str, Sequence[TrueAction]]
    terms: Mapping[str, Terms]
    rules: Rules
    at: dt.datetime


def expect(world: World) -> list[Expected]:
    """Every finding that should stand at the instant of the world."""
    found: list[Expected] = []
    for household in {*world.statements, *world.help}:
        given = [each for each in world.help.get(household, ()) if each.start <= world.at]
        repeats = repeated(given, world.rules)
        found += [Expected("D0", household, each.need, each.name) for each in repeats]
        counted = [each for each in given if each not in repeats]
        found += _given_twice(household, counted, world)
        found += _unserved(household, counted, world)
        found += _mistargeted(household, counted, world)
    return found + _outliers(world)


def repeated(given: Sequence[TrueAction], rules: Rules) -> list[TrueAction]:
    """The actions that tell another one again: the report that is not the giver's, else the later one."""
    found: list[TrueAction] = []
    for later in sorted(given, key=lambda each: each.reporter != each.giver):
        for first in given:
            is_first = (first.reporter != first.giver, given.index(first)) < (
                later.reporter != later.giver,
                given.index(later),
            )
            if is_first and first not in found and _is_told_again(first, later, rules.report_days):
                found.append(later)
                break
    return found


def _is_told_again(first: TrueAction, later: TrueAction, days: int) -> bool:
    return (
        first.giver == later.giver
        and first.kind == later.kind
        and first.reporter != later.reporter
        and abs(first.start - later.start) <= dt.timedelta(days=days)
        and (first.satang is None or later.satang is None or first.satang == later.satang)
    )


def _given_twice(household: str, counted: Sequence[TrueAction], world: World) -> list[Expected]:
    found: list[Expected] = []
    ordered = sorted(counted, key=lambda each: each.start)
    for position, later in enumerate(ordered):
        before = [each for each in ordered[:position] if (each.kind, each.need) == (later.kind, later.need)]
        if any(each.giver != later.giver and later.start <= _busy_until(each, world) for each in before):
            found.append(Expected("D1", household, later.need, later.name))
        alike = [each for each in before if _is_same_help(each, later, world.terms)]
        if alike and (_is_too_soon(alike[-1], later, world) or _is_over_cap(alike, later, world)):
            found.append(Expected("D2", household, later.need, later.name))
    return found


def _busy_until(help_: TrueAction, world: World) -> dt.datetime:
    least = help_.start + dt.timedelta(days=world.rules.overlap_days)
    return max(help_.until or least, least)


def _is_same_help(before: TrueAction, later: TrueAction, terms: Mapping[str, Terms]) -> bool:
    if before.giver != later.giver or before.programme != later.programme:
        return False
    return terms[later.programme].scope != "person" or before.person == later.person


def _is_too_soon(before: TrueAction, later: TrueAction, world: World) -> bool:
    interval = world.terms[later.programme].interval
    return interval is not None and later.start - before.start < dt.timedelta(days=interval)


def _is_over_cap(alike: Iterable[TrueAction], later: TrueAction, world: World) -> bool:
    terms = world.terms[later.programme]
    if terms.cap is None or not later.satang:
        return False
    spans = {"once": _ever, "month": _month, "year": _fiscal}
    span = spans[terms.period]
    same = [each.satang or 0 for each in alike if span(each.start) == span(later.start)]
    return sum(same) + later.satang > terms.cap


def _ever(_instant: dt.datetime) -> str:
    return ""


def _month(instant: dt.datetime) -> str:
    return bangkok_date(instant).strftime("%Y-%m")


def _fiscal(instant: dt.datetime) -> str:
    return str(fiscal_year(bangkok_date(instant)))


def newest(statements: Sequence[Statement], at: dt.datetime) -> list[Statement]:
    """The statements that hold at an instant, the newest first."""
    held = [each for each in statements if each.holds(at)]
    return sorted(held, key=lambda each: (each.start, each.sequence), reverse=True)


def says(statements: Sequence[Statement], need: str, at: dt.datetime) -> bool | None:
    """What the newest statement that speaks of the need says of it; None when none does."""
    return next((each.needs[need] for each in newest(statements, at) if need in each.needs), None)


def is_served(counted: Iterable[TrueAction], need: str, at: dt.datetime, world: World) -> bool:
    """Whether help for the need is going on or has ended only lately."""
    for help_ in counted:
        days = max(world.rules.serves_days, world.terms[help_.programme].interval or 0)
        if help_.need == need and help_.start <= at < (help_.until or help_.start) + dt.timedelta(days=days):
            return True
    return False


def _unserved(household: str, counted: Sequence[TrueAction], world: World) -> list[Expected]:
    statements = world.statements.get(household, ())
    return [
        Expected("unserved", household, need, f"{household}/{need}")
        for need in NEEDS
        if says(statements, need, world.at) and not is_served(counted, need, world.at, world)
    ]


def _mistargeted(household: str, counted: Sequence[TrueAction], world: World) -> list[Expected]:
    statements = world.statements.get(household, ())
    return [
        Expected("mistargeted", household, help_.need, help_.name)
        for help_ in counted
        if says(statements, help_.need, help_.start) is False
        and any(
            says(statements, other, help_.start) and not is_served(counted, other, help_.start, world)
            for other in NEEDS
        )
    ]


def _outliers(world: World) -> list[Expected]:
    """D3: many kinds of help for one need in a fiscal year, while enough of the tambon's others with that need got none."""
    kinds: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for household, given in world.help.items():
        known = [each for each in given if each.start <= world.at]
        repeats = repeated(known, world.rules)
        for each in known:
            if each not in repeats:
                kinds[household, each.need, fiscal_year(bangkok_date(each.start))].add(each.kind)
    found: list[Expected] = []
    for (household, need, year), given_kinds in kinds.items():
        if len(given_kinds) < world.rules.outlier_kinds:
            continue
        at = min(world.at, end_of_day(dt.date(year - 543, 9, 30)) - dt.timedelta(microseconds=1))
        tambon = _tambon(world.statements.get(household, ()), at)
        others = [
            other
            for other, statements in world.statements.items()
            if tambon
            and other != household
            and _tambon(statements, at) == tambon
            and says(statements, need, at)
        ]
        without = sum((other, need, year) not in kinds for other in others)
        if len(others) >= FEWEST_NEIGHBOURS and without * 100 >= world.rules.outlier_neighbours * len(others):
            found.append(Expected("D3", household, need, f"{household}/{need}/{year}"))
    return found


def _tambon(statements: Sequence[Statement], at: dt.datetime) -> str | None:
    return next((each.tambon for each in newest(statements, at) if each.tambon), None)
