"""The shapes of the answers that count: the six numbers, what changed between two points, who helps the same households."""

import datetime as dt
import uuid

import msgspec

from hub.api.answers import AreaNumbers, Overview


class SilentAgency(msgspec.Struct, frozen=True, kw_only=True):
    """An agency of which nothing newer is known: households may be served by help that it has not reported."""

    agency: str
    last_word: dt.datetime


class Number(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many households, and the address of exactly these. `low` and `high` join all undecided links or none; null is hidden.

    `on_undecided`: so many of them have an undecided link to another household.
    """

    value: int | None
    definition_th: str
    definition_en: str
    low: int | None = None
    high: int | None = None
    on_undecided: int | None = None
    suspected: int | None = None
    confirmed: int | None = None
    reported_twice: int | None = None
    silent_agencies: list[SilentAgency] = []
    list: str


class HelpCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Actions and their worth; null is hidden."""

    actions: int | None
    amount_thb: float | None


class AreaFindings(AreaNumbers, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers of one area with the households behind each kind of finding."""

    twice: int | None
    unserved: int | None
    mistargeted: int | None
    exited: int | None


class NumbersOverview(Overview, frozen=True, kw_only=True):
    """The overview with the six numbers. `reported_twice` is help that was left out as a second report."""

    numbers: dict[str, Number]
    reported_twice: HelpCounts


class ChosenHousehold(msgspec.Struct, frozen=True, kw_only=True):
    """A household of a list behind a number, without personal fields."""

    household_id: uuid.UUID
    amphoe: str | None
    tambon: str | None
    moo: int | None
    sources: list[str]
    in_sources: int
    persons: int
    level: int | None
    standing: str | None


class ChangedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that stands as a problem at one of two points only."""

    finding: str
    household_id: uuid.UUID


class ComparedPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One of two points, and the numbers there."""

    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    numbers: dict[str, int]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How many changed in one way, and the address of exactly these."""

    count: int
    list: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two points on one axis. `differences` are the later numbers less the earlier ones."""

    axis: str
    start: ComparedPoint = msgspec.field(name="from")
    end: ComparedPoint = msgspec.field(name="to")
    differences: dict[str, int]
    changes: dict[str, Change]
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """Households that were one thing and are another (or the same)."""

    was: str
    now: str
    households: int
    list: str


class Mobility(msgspec.Struct, frozen=True, kw_only=True):
    """Transitions of level and of standing between two instants of the world; every household of either is in one of each."""

    start: dt.datetime = msgspec.field(name="from")
    levels: list[Transition]
    standings: list[Transition]
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET


class MatrixCell(msgspec.Struct, frozen=True, kw_only=True):
    """Two givers: households that both helped, and what each gave to these. Both the same: all its households."""

    a: str
    b: str
    households: int
    actions_a: int
    actions_b: int
    amount_a_thb: float
    amount_b_thb: float
    doubles: int
    list: str


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Which agencies help the same households; pairs with no household in common are left out."""

    agencies: list[str]
    cells: list[MatrixCell]
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET
