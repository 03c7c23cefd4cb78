"""Who truly helps a household, with what and when; the cause of every action is known as it is made."""

import datetime as dt
import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.demo.agencies import FIRST_DAY, PROGRAMMES, Agency, Programme
from hub.demo.dates import between, fiscal_year
from hub.demo.households import Household
from hub.demo.needs import DIMENSIONS
from hub.demo.people import Person

_NEVER_HELPED = 0.29
_NEED_SERVED = 0.63
_COMPLEMENT = 0.25
_MISSED_TARGET = 0.10
_REPEATS = {"month": (2, 11), "year": (1, 3), "once": (1, 1)}
_YEAR = 366  # so many days apart no two days fall in one fiscal year
OUTLYING_KINDS = 3
D1_SHARE, D2_SHARE, D0_SHARE, D3_SHARE = 0.035, 0.03, 0.03, 0.004


@functools.cache
def _offered(tambon: str, need: str) -> tuple[Programme, ...]:
    return tuple(each for each in PROGRAMMES if each.need == need and each.agency.works_in(tambon))


@dataclass(slots=True)
class Action:
    """One action as it happened (or, for D0, as a second agency tells it)."""

    programme: Programme
    person: Person
    day: dt.date
    amount: int | None
    cause: str  # hit, complement, miss, duplicate_d1, duplicate_d2, reported_twice_d0, outlier_d3, outside
    reporter: Agency | None = None  # when not the giver
    id: str = ""  # set when it is written

    @property
    def until(self) -> dt.date | None:
        return self.day + dt.timedelta(days=self.programme.days) if self.programme.days else None


@dataclass(slots=True)
class Finding:
    """A finding class a household truly has, with the actions that caused it."""

    kind: str
    dimension: str
    evidence: list[Action]


@dataclass(slots=True)
class Story:
    """All help of one household and what is wrong with it.

    Outside the doubles no two agencies ever give the same kind for the same need, and no agency gives one kind
    under two programmes: nothing becomes a duplicate by chance.
    """

    household: Household
    r: random.Random
    actions: list[Action] = field(default_factory=list[Action])
    findings: list[Finding] = field(default_factory=list[Finding])
    _given: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # kind and need
    _givers: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # agency and kind

    def options(self, need: str, *, kind: str | None = None) -> list[Programme]:
        """Programmes that may serve the need here; with `kind`, those that would double it."""
        tambon = self.household.house.place.tambon
        return [
            programme
            for programme in _offered(tambon, need)
            if (programme.agency.id, programme.kind) not in self._givers
            and (programme.kind == kind if kind else (programme.kind, need) not in self._given)
        ]

    def give(
        self, programme: Programme, days: list[dt.date], cause: str, *, full: bool = False
    ) -> list[Action]:
        """Record one action a day to the member the programme is for; the slot is taken from now on."""
        self._given.add((programme.kind, programme.need))
        self._givers.add((programme.agency.id, programme.kind))
        person = self._recipient(programme, days[0])
        amount = None
        if programme.amounts:
            amount = programme.amounts[-1] if full else self.r.choice(programme.amounts)
            if programme.kind == "in_kind" and self.r.random() < 0.4 and not full:
                amount = None
        given = [Action(programme, person, day, amount, cause) for day in days]
        self.actions.extend(given)
        return given

    def _recipient(self, programme: Programme, day: dt.date) -> Person:
        present = self.household.members_in(fiscal_year(day)) or self.household.members
        people = [member.person for member in present if member.person.born <= day]
        if programme.need == "education":
            fitting = [person for person in people if 5 <= person.age(day) <= 20]
        elif programme.need == "health" or programme.id.endswith("-elder"):
            fitting = [person for person in people if person.age(day) >= 60]
        elif programme.scope == "person":
            fitting = [person for person in people if 18 <= person.age(day) <= 75]
        else:
            fitting = people[:1]
        choices = fitting or people or [present[0].person]
        return choices[int(self.r.random() * len(choices))]


def tell_story(r: random.Random, household: Household) -> Story:
    """Draw the help of a household and label what is unserved, mistargeted and doubled.

    A need whose help ended may be met from the fiscal year after it; the household's needs are told so.
    """
    story = Story(household, r)
    lacking = household.needs.lacking
    served: list[str] = []
    if r.random() >= _NEVER_HELPED:
        outlier = r.random() < D3_SHARE * 1.4
        for need in lacking:
            if r.random() < _NEED_SERVED and _serve(story, need, outlier=outlier):
                served.append(need)
                outlier = outlier and not any(finding.kind == "D3" for finding in story.findings)
        unmet = [need for need in lacking if need not in served]
        if unmet and r.random() < _MISSED_TARGET:
            _miss(story)
    for need in lacking:
        if need not in served:
            story.findings.append(Finding("unserved", need, []))
        elif r.random() < 0.12:
            last = max(action.day for action in story.actions if action.programme.need == need)
            household.needs.met_from[need] = fiscal_year(last) + 1
    return story


def _serve(story: Story, need: str, *, outlier: bool) -> bool:
    r = story.r
    options = story.options(need)
    if not options:
        return False
    if outlier and _give_outlying_share(story, need, options):
        return True
    programme = r.choices(options, [option.weight for option in options])[0]
    given = story.give(programme, _days(r, programme, story.household.founded), "hit")
    roll = r.random()
    if roll < D1_SHARE:
        _double_by_another(story, given)
    elif roll < D1_SHARE + D2_SHARE:
        _double_by_the_same(story, given)
    elif roll < D1_SHARE + D2_SHARE + D0_SHARE:
        _report_twice(story, given)
    elif roll > 1.0 - _COMPLEMENT and (others := story.options(need)):
        other = r.choice(others)
        story.give(other, _days(r, other, story.household.founded), "complement")
    return True


def _miss(story: Story) -> None:
    """Help in a dimension without need, while a needed one is unmet."""
    r = story.r
    wrong = [need for need in DIMENSIONS if need not in story.household.needs.lacking and story.options(need)]
    if not wrong:
        return
    need = r.choice(wrong)
    options = story.options(need)
    programme = r.choices(options, [option.weight for option in options])[0]
    given = story.give(programme, _days(r, programme, story.household.founded), "miss")
    story.findings.append(Finding("mistargeted", need, given))


def _double_by_another(story: Story, given: list[Action]) -> None:
    first = given[int(story.r.random() * len(given))]
    others = story.options(first.programme.need, kind=first.programme.kind)
    if not others:
        return
    other = story.r.choice(others)
    room = max(8, min(other.days, first.programme.days)) - 1
    day = first.day + dt.timedelta(days=story.r.randint(0, room))
    if day > other.agency.last_day:
        return
    second = story.give(other, [day], "duplicate_d1")
    story.findings.append(Finding("D1", other.need, [first, *second]))


def _double_by_the_same(story: Story, given: list[Action]) -> None:
    last = given[-1]
    interval = last.programme.interval
    if interval is None:
        return
    day = last.day + dt.timedelta(days=story.r.randint(3, max(4, interval // 2)))
    if day > last.programme.agency.last_day:
        return
    again = Action(last.programme, last.person, day, last.amount, "duplicate_d2")
    story.actions.append(again)
    story.findings.append(Finding("D2", last.programme.need, [last, again]))


def _report_twice(story: Story, given: list[Action]) -> None:
    first = given[int(story.r.random() * len(given))]
    giver = first.programme.agency
    tambon = story.household.house.place.tambon
    reporters = [
        programme.agency
        for programme in PROGRAMMES
        if programme.agency is not giver
        and programme.agency.works_in(tambon)
        and first.day <= programme.agency.last_day
    ]
    reporter = story.r.choice(list(dict.fromkeys(reporter.id for reporter in reporters)))
    agency = next(agency for agency in reporters if agency.id == reporter)
    again = Action(first.programme, first.person, first.day, first.amount, "reported_twice_d0", agency)
    story.actions.append(again)
    story.findings.append(Finding("D0", first.programme.need, [first, again]))


def _give_outlying_share(story: Story, need: str, options: list[Programme]) -> bool:
    """Everything there is for one need, at the highest rate, within one fiscal year; False where that is too little."""
    r = story.r
    start = dt.date(r.randint(max(2021, story.household.founded - 544), 2024), 10, 3)
    by_kind: dict[str, Programme] = {}
    for programme in options:
        if start + dt.timedelta(days=360) <= programme.agency.last_day:
            by_kind.setdefault(programme.kind, programme)
    if len(by_kind) < OUTLYING_KINDS:
        return False
    given: list[Action] = []
    for programme in by_kind.values():
        number = 12 if programme.period == "month" else 1
        day = start + dt.timedelta(days=r.randrange(20))
        given += story.give(programme, list(_months(day, number)), "outlier_d3", full=True)
    story.findings.append(Finding("D3", need, given))
    return True


def _days(r: random.Random, programme: Programme, founded: int) -> list[dt.date]:
    """Days of giving, spaced as the programme allows and within what its agency reports."""
    first_day = max(FIRST_DAY, dt.date(founded - 544, 10, 1)) if founded else FIRST_DAY
    last_day = programme.agency.last_day
    least, most = _REPEATS[programme.period]
    start = between(r, first_day, last_day)
    number = r.randint(least, most)
    if programme.period == "month":
        return [day for day in _months(start, number) if day <= last_day] or [start]
    days = [start]
    gap = max(programme.interval or 0, _YEAR)
    for _ in range(number - 1):
        following = days[-1] + dt.timedelta(days=gap + r.randrange(40))
        if following > last_day:
            break
        days.append(following)
    return days


def _months(start: dt.date, number: int) -> Iterator[dt.date]:
    """The same day of following months, at most the 28th."""
    day = min(start.day, 28)
    for step in range(number):
        month = start.month - 1 + step
        yield dt.date(start.year + month // 12, month % 12 + 1, day)
