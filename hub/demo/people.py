"""Who lives in a household: made-up families with consistent ages, relations and surnames."""

import datetime as dt
import random
from dataclasses import dataclass, field

from hub.demo.dates import fiscal_year
from hub.demo.identifiers import citizen_id
from hub.demo.names import NamePool
from hub.demo.rates import BIRTHS, NO_CITIZEN_ID

FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR = 2565, 2568
NEVER = 9999
_REFERENCE = dt.date(2022, 1, 1)  # ages below are ages on this day


@dataclass(slots=True)
class Person:
    """One true person; the maiden and the married surname are dated facts."""

    id: str
    sex: str
    first: str
    last: str
    born: dt.date
    citizen_id: str
    married: bool = False
    marries: int = NEVER  # fiscal year
    married_last: str = ""

    def age(self, day: dt.date) -> int:
        """Whole years on that day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(slots=True)
class Member:
    """A person in a household, with the fiscal years in which the person belongs to it."""

    person: Person
    relation: str  # head, spouse, child, child_in_law, parent, grandchild, sibling
    joined: int = 0
    left: int = NEVER

    def is_present(self, year: int) -> bool:
        return self.joined <= year < self.left


@dataclass(slots=True)
class Families:
    """Makes families; persons are numbered in the order in which they are made."""

    names: NamePool
    persons: int = 0
    _kinds: tuple[str, ...] = field(
        default=("alone", "couple", "nuclear", "single_parent", "skipped", "three", "siblings")
    )
    _weights: tuple[float, ...] = field(default=(0.14, 0.16, 0.32, 0.09, 0.10, 0.15, 0.04))

    def make(self, r: random.Random, surname: str | None = None) -> list[Member]:
        """The members of a new household, its head first."""
        last = surname or self.names.family(r)
        kind = r.choices(self._kinds, self._weights)[0]
        if kind == "alone":
            return [self._adult(r, r.choice("mf"), r.randint(45, 88), last, "head", married=r.random() < 0.5)]
        if kind == "siblings":
            age = r.randint(45, 70)
            pair = [self._adult(r, r.choice("mf"), age, last, "head", married=False)]
            return [*pair, self._adult(r, "f", age - r.randint(1, 9), last, "sibling", married=False)]
        if kind == "couple":
            return self._couple(r, r.randint(30, 84), last)
        if kind == "skipped":
            grandparents = self._couple(r, r.randint(55, 76), last)
            grandparents = grandparents if r.random() < 0.6 else grandparents[:1]
            return [
                *grandparents,
                *self._young(r, r.randint(1, 2), 2, 17, "grandchild", self.names.family(r)),
            ]
        age = r.randint(27, 56)
        adults = self._couple(r, age, last)
        if kind == "single_parent":
            adults = adults[:1]
        members = [*adults, *self._children(r, min(m.person.age(_REFERENCE) for m in adults), last)]
        if kind == "three":
            members.append(self._adult(r, "f", age + r.randint(19, 27), last, "parent", married=True))
            if r.random() < 0.35:
                members.append(self._adult(r, "m", age + r.randint(21, 30), last, "parent", married=True))
        return members

    def make_joint(self, r: random.Random) -> tuple[list[Member], list[Member]]:
        """A household of two couples that will part: the elder ones and those who leave."""
        last = self.names.family(r)
        age = r.randint(48, 66)
        elders = self._couple(r, age, last)
        child_age = age - r.randint(20, 26)
        son = r.random() < 0.5
        child = self._adult(r, "m" if son else "f", child_age, last, "child", married=True)
        partner_last = last if son else self.names.family(r)
        partner = self._adult(
            r, "f" if son else "m", max(19, child_age - 2), partner_last, "child_in_law", married=True
        )
        below = min(17, child_age - 19)
        return elders, [
            child,
            partner,
            *self._young(r, r.randint(1, 2), 0, below, "grandchild", last if son else partner_last),
        ]

    def outsider(self, r: random.Random) -> Person:
        """A person of a household that no source knows."""
        return self._adult(
            r, r.choice("mf"), r.randint(20, 85), self.names.family(r), "head", married=False
        ).person

    def _couple(self, r: random.Random, age: int, last: str) -> list[Member]:
        head_is_man = r.random() < 0.64
        head = self._adult(r, "m" if head_is_man else "f", age, last, "head", married=True)
        keeps_maiden = r.random() < 0.12
        spouse_last = self.names.family(r) if keeps_maiden or not head_is_man else last
        other = max(19, age + r.randint(-6, 3) if head_is_man else age + r.randint(-3, 6))
        spouse = self._adult(r, "f" if head_is_man else "m", other, spouse_last, "spouse", married=True)
        return [head, spouse]

    def _children(self, r: random.Random, parent_age: int, last: str) -> list[Member]:
        oldest = max(0, parent_age - 19)
        number = r.choices((1, 2, 3, 4), (0.33, 0.42, 0.19, 0.06))[0]
        children = self._young(r, number, max(0, oldest - 18), min(oldest, 30), "child", last)
        if parent_age < 42 and r.random() < BIRTHS:
            born = dt.date(2022, 10, 1) + dt.timedelta(days=r.randrange(900))
            baby = self._person(r, r.choice("mf"), born, last)
            children.append(Member(baby, "child", joined=fiscal_year(born) + 1))
        return children

    def _young(
        self, r: random.Random, number: int, youngest: int, oldest: int, relation: str, last: str
    ) -> list[Member]:
        ages = sorted((r.randint(youngest, max(youngest, oldest)) for _ in range(number)), reverse=True)
        return [Member(self._person(r, r.choice("mf"), _born(r, age), last), relation) for age in ages]

    def _adult(
        self, r: random.Random, sex: str, age: int, last: str, relation: str, *, married: bool
    ) -> Member:
        person = self._person(r, sex, _born(r, age), last)
        person.married = married
        return Member(person, relation)

    def _person(self, r: random.Random, sex: str, born: dt.date, last: str) -> Person:
        self.persons += 1
        number = citizen_id(r, self.persons, born.year)
        if r.random() < NO_CITIZEN_ID:
            number = ""
        return Person(f"P{self.persons:07d}", sex, self.names.first(r, sex), last, born, number)


def _born(r: random.Random, age: int) -> dt.date:
    return _REFERENCE - dt.timedelta(days=int(age * 365.25) + r.randrange(1, 365))
