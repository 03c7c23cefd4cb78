"""The oracle's households: what of the known holds at an instant, and what is preferred among it (docs/semantics.md)."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from contracts.records import NEEDS, Member, Point
from tests.oracle import Action, Known
from tests.oracle_statements import Statement, valid_at

Value = TypeVar("Value")


class Given(NamedTuple):
    """A value and the statement that gives it."""

    value: object
    statement: Statement


class Place(NamedTuple):
    amphoe: str | None
    tambon: str | None
    moo: int | None


def head_name(statement: Statement) -> str | None:
    """The name of the head, in one line as people write it."""
    for _, member in statement.listed:
        if member is not None and member.is_head and (name := full_name(member)) is not None:
            return name
    return None


def full_name(member: Member) -> str | None:
    names = " ".join(part for part in (member.first_name, member.last_name) if part)
    return f"{member.title or ''}{names}" if names else None


def place(statement: Statement) -> Place:
    """Where the household lives, as one statement says it."""
    moo = None if statement.house is None else statement.house.moo
    return Place(statement.amphoe, statement.tambon, moo)


def _of_house(name: str) -> Callable[[Statement], object]:
    return lambda statement: getattr(statement.house, name, None) or None


def _level(statement: Statement) -> object:
    return None if statement.house is None else statement.house.level


def _need(name: str) -> Callable[[Statement], object]:
    def read(statement: Statement) -> object:
        return {**statement.needs}.get(name)

    return read


READERS: dict[str, Callable[[Statement], object]] = {
    "house_code": _of_house("house_code"),
    "house_no": _of_house("house_no"),
    "point": _of_house("point"),
    "head_name": head_name,
    "level": _level,
    **{need: _need(need) for need in NEEDS},
}


class Household:
    """A household that exists at (v, s). `basis` are its valid statements, the newest first."""

    def __init__(self, world: "World", founder: int, basis: Sequence[Statement]) -> None:
        self.world = world
        self.founder = founder
        self.basis = sorted(basis, key=lambda statement: statement.newness, reverse=True)

    @property
    def household_id(self) -> str:
        return self.world.known.household_id(self.founder)

    @property
    def sources(self) -> list[str]:
        return sorted(statement.source for statement in self.basis)

    @property
    def in_sources(self) -> int:
        return len(set(self.sources))

    def given(self, field: str) -> list[Given]:
        """Every value of a field that the basis gives, the newest first."""
        read = READERS[field]
        return [Given(value, s) for s in self.basis if (value := read(s)) is not None]

    def preferred(self, field: str) -> object:
        """The newest value of a field, or None."""
        return next((given.value for given in self.given(field)), None)

    @property
    def placed(self) -> Statement | None:
        """The statement that says where it lives, as a whole: the newest one with an amphoe, else the newest one with a moo."""
        with_moo = next((s for s in self.basis if place(s).moo is not None), None)
        return next((s for s in self.basis if s.amphoe is not None), with_moo)

    @property
    def place(self) -> Place:
        return Place(None, None, None) if self.placed is None else place(self.placed)

    @property
    def point(self) -> Point | None:
        found = self.preferred("point")
        return found if isinstance(found, Point) else None

    @property
    def needs(self) -> dict[str, object]:
        return {need: self.preferred(need) for need in NEEDS}

    @property
    def persons(self) -> int:
        """How many people are at home here."""
        return sum(home == self.founder for home in self.world.homes.values())

    @property
    def actions(self) -> list[Action]:
        """The help that had happened and belongs to it."""
        known = self.world.known
        return [a for a in self.world.happened if known.household_of(a.action) == self.founder]

    def is_in(self, area: str) -> bool:
        """Whether it lies in the area of a code of 2, 4 or 6 digits."""
        code = self.place.tambon or self.place.amphoe or ""
        return code.startswith(area) if len(code) >= len(area) else False


class World:
    """The known, at the instant v."""

    def __init__(self, known: Known, moment: dt.datetime) -> None:
        self.known = known
        self.moment = moment

    @cached_property
    def households(self) -> dict[int, Household]:
        """The households that exist, by founder."""
        bases: dict[int, list[Statement]] = {}
        for record, statements in self.known.statements.items():
            statement = valid_at(statements, self.moment)
            if statement is not None:
                bases.setdefault(self.known.partition.households[record], []).append(statement)
        return {founder: Household(self, founder, basis) for founder, basis in sorted(bases.items())}

    @cached_property
    def homes(self) -> dict[int, int]:
        """The household in which each person is at home: that of the newest statement that lists one of its members."""
        everything = [
            (statement, household.founder)
            for household in self.households.values()
            for statement in household.basis
        ]
        found: dict[int, int] = {}
        for statement, founder in sorted(everything, key=lambda pair: pair[0].newness):
            for member, _ in statement.listed:
                found[self.known.partition.persons[member]] = founder
        return found

    @cached_property
    def happened(self) -> list[Action]:
        """The known actions that had begun, by action."""
        return [a for a in self.known.actions.values() if a.event.happened_at <= self.moment]


class Part(World):
    """The world of a key that is limited to some amphoe: a household elsewhere is as if it did not exist, and so is its help."""

    def __init__(self, whole: World, amphoe: frozenset[str]) -> None:
        super().__init__(whole.known, whole.moment)
        self.whole = whole
        self.amphoe = amphoe

    @cached_property
    def households(self) -> dict[int, Household]:
        inside = [h for h in self.whole.households.values() if h.place.amphoe in self.amphoe]
        return {
            household.founder: Household(self, household.founder, household.basis) for household in inside
        }

    @cached_property
    def homes(self) -> dict[int, int]:
        return self.whole.homes

    @cached_property
    def happened(self) -> list[Action]:
        return [a for a in self.whole.happened if self.known.household_of(a.action) in self.households]
