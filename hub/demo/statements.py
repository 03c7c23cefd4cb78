"""One source's word about one household in one round, before it takes the layout of the source's file."""

import datetime as dt
import random
from dataclasses import dataclass, field

from hub.demo.deliveries import Round
from hub.demo.households import House, Household
from hub.demo.people import Person
from hub.demo.sightings import Seen, Sighting

Cell = str | int
FUTURE_YEAR_BE = 2599


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything a layout needs to write its rows."""

    household: Household
    sighting: Sighting
    round: Round
    day: dt.date
    house: House
    seen: list[Seen]
    said: dict[str, bool | None]
    r: random.Random


@dataclass(slots=True)
class Told:
    """A statement in the layout of its source: table rows, or one JSON text for PPPConnext.

    `members` holds the true person and the defect labels of every member told, in order; `labels` the defects of the
    record. Rows and members stand one for one where the layout has a row per person.
    """

    key: str
    rows: list[list[Cell]]
    labels: list[str]
    members: list[tuple[Person, tuple[str, ...]]] = field(
        default_factory=list[tuple[Person, tuple[str, ...]]]
    )


def members_of(statement: Statement) -> list[tuple[Person, tuple[str, ...]]]:
    """The true person and labels of everyone the statement names."""
    return [(seen.person, seen.labels) for seen in statement.seen]


def flag(value: bool | None) -> str:  # noqa: FBT001 - a cell value, not a switch
    """`1`, `0`, or empty for unknown."""
    return "" if value is None else "1" if value else "0"
