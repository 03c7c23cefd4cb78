"""The oracle's findings: what is to be looked at in the help of a household, from the bare events at any (v, s) (docs/semantics.md).

Everything is asked of one instant: whether a need holds and is served *then*. Nothing is kept over time.
"""

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from contracts.events import FindingDecided
from contracts.records import NEEDS
from contracts.times import bangkok_date, fiscal_year
from tests.oracle import Action, Known
from tests.oracle_world import Household, World


class Row(NamedTuple):
    """A finding as it stands; `action` is 0 for unserved."""

    household: int
    kind: str
    need: str
    action: int
    other: int | None
    reason: str
    satang: int | None
    rules: str

    @property
    def name(self) -> str:
        """The public id."""
        match self.kind:
            case "unserved":
                return f"UN-{self.household}-{self.need}"
            case "mistargeted":
                return f"MT-{self.action}"
            case _:
                return f"{self.kind}-{self.action}-{self.other}"


class Help:
    """One action, with what its programme adds."""

    def __init__(self, known: Known, action: Action) -> None:
        self.action = action.action
        self.start = action.event.happened_at
        self.until = action.event.happened_until
        self.giver = action.agency
        self.reporter = action.event.reporter or action.agency
        self.kind = action.data.kind
        self.satang = action.data.amount_satang
        self.programme = action.data.programme
        self.terms = known.programmes.get(self.programme or "")
        self.person = known.person_of(action.action)
        programme_need = "unknown" if self.terms is None else self.terms.need
        self.need = programme_need if action.data.need == "unknown" else action.data.need

    @property
    def order(self) -> tuple[dt.datetime, int]:
        return self.start, self.action


@functools.lru_cache(4096)
def world_at(known: Known, moment: dt.datetime) -> World:
    return World(known, moment)


class Judge:
    """Judges the household that one founder leads, as known at s."""

    def __init__(self, known: Known, founder: int) -> None:
        self.known = known
        self.founder = founder
        self.rules = known.rules

    @cached_property
    def help(self) -> list[Help]:
        given = [a for a in self.known.actions.values() if self.known.household_of(a.action) == self.founder]
        return sorted((Help(self.known, action) for action in given), key=lambda help_: help_.order)

    @cached_property
    def repeats(self) -> dict[int, int]:
        """Of each pair of reporters of one help the later report, with the earlier: the giver's own, then the lower action, counts first."""
        found: dict[int, int] = {}
        by_trust = sorted(self.help, key=lambda help_: (help_.reporter != help_.giver, help_.action))
        for place, help_ in enumerate(by_trust):
            for first in by_trust[:place]:
                told = any(
                    found.get(other.action) == first.action and other.reporter == help_.reporter
                    for other in self.help
                )
                if first.action not in found and not told and self._is_one(first, help_):
                    found[help_.action] = first.action
                    break
        return found

    def _is_one(self, first: Help, other: Help) -> bool:
        apart = max(first.start, other.start) - min(first.start, other.start)
        return (
            (first.giver, first.kind) == (other.giver, other.kind)
            and first.reporter != other.reporter
            and apart <= dt.timedelta(days=self.rules.report_days)
            and len({first.satang, other.satang} - {None}) < 2
        )

    @cached_property
    def counted(self) -> list[Help]:
        return [help_ for help_ in self.help if help_.action not in self.repeats]

    def household_at(self, moment: dt.datetime) -> Household | None:
        return world_at(self.known, moment).households.get(self.founder)

    def has_need(self, need: str, moment: dt.datetime) -> bool | None:
        household = self.household_at(moment)
        said = None if household is None else household.needs[need]
        return said if isinstance(said, bool) else None

    def is_served(self, need: str, moment: dt.datetime) -> bool:
        return any(
            help_.need == need and help_.start <= moment < self._serves_until(help_) for help_ in self.counted
        )

    def _serves_until(self, help_: Help) -> dt.datetime:
        interval = help_.terms.minimum_interval_days if help_.terms is not None else None
        return (help_.until or help_.start) + dt.timedelta(days=max(self.rules.serves_days, interval or 0))

    def standing_at(self, moment: dt.datetime) -> set[Row]:
        """Every finding that stands at an instant."""
        begun = [help_ for help_ in self.counted if help_.start <= moment]
        found: set[Row] = set()
        for need in NEEDS:
            if self.has_need(need, moment) and not self.is_served(need, moment):
                last = max((help_.order for help_ in begun if help_.need == need), default=None)
                reason = "never" if last is None else "lapsed"
                found.add(self._row("unserved", need, None, None if last is None else last[1], reason))
        for help_ in begun:
            found.update(self._of_help(help_, [other for other in begun if other.order < help_.order]))
        for help_ in self.help:
            if help_.action in self.repeats and help_.start <= moment:
                first = self.repeats[help_.action]
                found.add(self._row("D0", help_.need, help_, first, "reported_twice"))
        return found

    def _row(self, kind: str, need: str, help_: Help | None, other: int | None, reason: str) -> Row:
        action, satang = (0, None) if help_ is None else (help_.action, help_.satang)
        return Row(self.founder, kind, need, action, other, reason, satang, self.rules.version)

    def _of_help(self, help_: Help, before: Sequence[Help]) -> Iterable[Row]:
        alike = [other for other in before if (other.kind, other.need) == (help_.kind, help_.need)]
        overlapping = [o for o in alike if o.giver != help_.giver and help_.start <= self._goes_on_until(o)]
        if overlapping and help_.need != "unknown":
            yield self._row("D1", help_.need, help_, overlapping[-1].action, "overlap")
        again = [other for other in alike if self._is_again(other, help_)]
        if again and (reason := self._why_too_much(again, help_)):
            yield self._row("D2", help_.need, help_, again[-1].action, reason)
        at = help_.start
        is_without_need = help_.need != "unknown" and self.has_need(help_.need, at) is False
        if is_without_need and any(self.has_need(n, at) and not self.is_served(n, at) for n in NEEDS):
            yield self._row("mistargeted", help_.need, help_, None, "no_need")

    def _goes_on_until(self, help_: Help) -> dt.datetime:
        least = help_.start + dt.timedelta(days=self.rules.overlap_days)
        return least if help_.until is None else max(least, help_.until)

    def _is_again(self, before: Help, help_: Help) -> bool:
        programmes, persons = {before.programme, help_.programme}, {before.person, help_.person}
        is_personal = help_.terms is not None and help_.terms.cap_scope == "person"
        return (
            before.giver == help_.giver
            and len(programmes - {None}) < 2
            and (not is_personal or len(persons - {None}) < 2)
        )

    def _why_too_much(self, again: Sequence[Help], help_: Help) -> str | None:
        terms = help_.terms
        interval = self.rules.interval_days.get(help_.kind) if terms is None else terms.minimum_interval_days
        if interval is not None and help_.start - again[-1].start < dt.timedelta(days=interval):
            return "interval"
        if terms is None or terms.cap_satang is None or not help_.satang:
            return None
        span = span_of(terms.period, help_.start)
        same = [o for o in again if o.programme == help_.programme and span_of(terms.period, o.start) == span]
        total = help_.satang + sum(other.satang or 0 for other in same)
        return "cap" if total > terms.cap_satang else None


def span_of(period: str, moment: dt.datetime) -> str:
    """What a cap is counted over: the month or the fiscal year in Bangkok, or everything."""
    day = bangkok_date(moment)
    return {"month": f"{day.year}-{day.month}", "year": f"{fiscal_year(day)}"}.get(period, "")


@functools.lru_cache(64)
def judges(known: Known) -> dict[int, Judge]:
    """One for every household that ever was, by founder."""
    return {founder: Judge(known, founder) for founder in sorted(set(known.partition.households.values()))}


def findings(world: World) -> set[Row]:
    """All findings that stand at (v, s), D3 apart."""
    found: set[Row] = set()
    for judge in judges(world.known).values():
        found |= judge.standing_at(world.moment)
    return found


def repeats(known: Known) -> dict[int, int]:
    """The actions that report another one a second time."""
    found: dict[int, int] = {}
    for judge in judges(known).values():
        found |= judge.repeats
    return found


def standing_of(household: Household) -> str | None:
    """`poor`, `not_poor`, `exited` (poor at some time before) or None where nothing is known."""
    known = household.world.known
    now = _standing(known, household)
    if now != "not_poor":
        return now
    turns = {
        moment
        for statements in known.statements.values()
        for s in statements
        for moment in (s.happened_at, s.withdrawn_at)
        if moment is not None and moment <= household.world.moment
    }
    then = [world_at(known, turn).households.get(household.founder) for turn in turns]
    was_poor = any(each is not None and _standing(known, each) == "poor" for each in then)
    return "exited" if was_poor else "not_poor"


def _standing(known: Known, household: Household) -> str | None:
    level, needs = household.preferred("level"), set(household.needs.values())
    if True in needs or level in known.rules.poor_levels:
        return "poor"
    return "not_poor" if False in needs or level is not None else None


def decisions(known: Known) -> set[tuple[object, ...]]:
    """Every decision as taken."""
    return {
        (item.sequence, e.data.finding, e.data.verdict, e.happened_at, e.data.seen)
        for item in known.items
        if isinstance(e := item.event, FindingDecided)
    }
