"""The numbers of a moment, by place (amphoe and tambon together), so that every level and every scope is a sum of places. Pure."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from hub.counting.columns import Column, Numbers
from hub.counting.facts import STANDINGS
from hub.counting.moment import UNRESOLVED, Mask, Moment

SETS = ("in_more_than_one", "twice", "unserved", "mistargeted", "exited")
"""The sets of households behind the numbers after the first."""

EXITED = STANDINGS.index("exited")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
DAY = 86_400_000_000
Place = tuple[str, str]
"""Codes of amphoe and tambon, empty where unknown."""


class Help(msgspec.Struct, frozen=True):
    """Actions and what they were worth."""

    actions: int
    satang: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """All that is counted in some places together. Missing names are 0."""

    numbers: Counter[str]
    sources: Counter[str]
    in_sources: Counter[str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tallied:
    """The counts of every place, one column each, and of the help that belongs to no household that exists."""

    places: Sequence[Place]
    numbers: Mapping[str, Numbers]
    sources: Mapping[str, Numbers]
    in_sources: Mapping[str, Numbers]
    elsewhere: Help
    """Counted help of unresolved actions and of households that do not exist now."""

    elsewhere_repeated: Help
    unresolved: int

    def inside(self, scope: Sequence[str]) -> list[int]:
        """The positions of the places inside the areas of a key."""
        return [at for at, place in enumerate(self.places) if not scope or place[0] in scope]

    def add_up(self, groups: Sequence[Sequence[int]]) -> list[Counts]:
        """The counts of groups of places, in their order; a place is in one group at most."""
        of = np.full(len(self.places), len(groups), dtype=np.intp)
        for number, group in enumerate(groups):
            of[list(group)] = number

        def sums(table: Mapping[str, Numbers]) -> list[Counter[str]]:
            if not table:
                return [Counter() for _ in groups]
            added = np.zeros((len(groups) + 1, len(table)), dtype=np.int64)
            np.add.at(added, of, np.stack(list(table.values()), axis=1))
            names = list(table)
            return [Counter(dict(zip(names, row, strict=True))) for row in added[:-1].tolist()]

        parts = zip(sums(self.numbers), sums(self.sources), sums(self.in_sources), strict=True)
        return [
            Counts(numbers=numbers, sources=+sources, in_sources=+in_sources)
            for numbers, sources, in_sources in parts
        ]


def micros(instant: dt.datetime) -> int:
    """Microseconds since 1970."""
    return (instant - EPOCH) // dt.timedelta(microseconds=1)


def instant(count: int) -> dt.datetime:
    """The instant so many microseconds after 1970."""
    return EPOCH + dt.timedelta(microseconds=count)


def find_sets(moment: Moment) -> dict[str, Mask]:
    """Which households are in each set; `confirmed` and `reported_twice` beside `twice`, and `undecided`."""
    households, findings = moment.households, moment.findings
    problems = moment.having(findings.is_problem)
    confirmed = moment.having(findings.state == 1)
    nobody = np.zeros(len(households.number), dtype=bool)
    undecided = nobody.copy()
    if moment.edges:
        undecided[np.array(moment.edges).ravel()] = True

    def of(found: Mapping[str, Mask], name: str) -> Mask:
        return found.get(name, nobody)

    return {
        "in_more_than_one": households.in_sources > 1,
        "twice": of(problems, "D1") | of(problems, "D2"),
        "confirmed": of(confirmed, "D1") | of(confirmed, "D2"),
        "reported_twice": of(problems, "D0"),
        "unserved": of(problems, "unserved"),
        "mistargeted": of(problems, "mistargeted"),
        "exited": households.standing == EXITED,
        "undecided": undecided,
    }


def tally(moment: Moment) -> Tallied:
    """The counts of every place that has a household."""
    texts = moment.facts.words["place"].texts
    numbers = _count_households(moment) | _count_help(moment)
    sources, in_sources, numbers["records"] = _count_sources(moment)
    here = np.flatnonzero(numbers["households"])
    help_ = moment.help
    elsewhere = help_.at < 0
    return Tallied(
        places=[_place(texts[at]) for at in here.tolist()],
        numbers={name: column[here] for name, column in numbers.items()},
        sources={name: column[here] for name, column in sources.items()},
        in_sources={name: column[here] for name, column in in_sources.items()},
        elsewhere=_sum_help(help_.satang, elsewhere & help_.counts),
        elsewhere_repeated=_sum_help(help_.satang, elsewhere & ~help_.counts),
        unresolved=int(np.count_nonzero((help_.at == UNRESOLVED) & help_.counts)),
    )


def _place(text: str) -> Place:
    amphoe, _, tambon = text.partition("/")
    return amphoe, tambon


def _sum_help(satang: Numbers, chosen: Mask) -> Help:
    return Help(int(np.count_nonzero(chosen)), int(satang[chosen].sum()))


def _count_households(moment: Moment) -> dict[str, Numbers]:
    households = moment.households
    place = households.place.astype(np.int64)
    size = len(moment.facts.words["place"].texts)
    columns = {
        "households": np.bincount(place, minlength=size),
        "persons": _weigh(place, households.persons, size),
    }
    for need, known in households.needs.items():
        # unknown, no need, need
        answers = np.bincount(place * 3 + known + 1, minlength=size * 3).reshape(size, 3)
        columns[f"{need}.no_need"], columns[f"{need}.need"] = answers[:, 1], answers[:, 2]
    return columns | _count_sets(moment, place, size)


def _count_sets(moment: Moment, place: Numbers, size: int) -> dict[str, Numbers]:
    """Households of every set, and of those in SETS which are undecided: counted at once by the bits of all sets."""
    sets = find_sets(moment)
    helped = np.zeros(len(place), dtype=bool)
    at = moment.help.at[moment.help.counts]
    helped[at[at >= 0]] = True
    sets["assisted_households"] = helped
    bits = np.zeros(len(place), dtype=np.int16)
    for number, chosen in enumerate(sets.values()):
        bits |= chosen.astype(np.int16) << number
    codes = 1 << len(sets)
    table = np.bincount(place * codes + bits, minlength=size * codes).reshape(size, codes)
    of = {name: (np.arange(codes) >> number) & 1 == 1 for number, name in enumerate(sets)}
    columns = {name: table[:, chosen].sum(axis=1) for name, chosen in of.items()}
    return columns | {f"{name}.undecided": table[:, of[name] & of["undecided"]].sum(axis=1) for name in SETS}


def _weigh(place: Column, weights: Column, size: int) -> Numbers:
    """Sums by place; exact below 2^53."""
    return np.bincount(place, weights=weights, minlength=size).astype(np.int64)


def _count_help(moment: Moment) -> dict[str, Numbers]:
    help_, place = moment.help, moment.households.place
    size = len(moment.facts.words["place"].texts)
    here = help_.at >= 0
    columns: dict[str, Numbers] = {}
    for prefix, chosen in (("", here & help_.counts), ("repeated_", here & ~help_.counts)):
        where = place[help_.at[chosen]]
        columns[f"{prefix}actions"] = np.bincount(where, minlength=size)
        columns[f"{prefix}satang"] = _weigh(where, help_.satang[chosen], size)
    return columns


def _count_sources(moment: Moment) -> tuple[dict[str, Numbers], dict[str, Numbers], Numbers]:
    """By place: records by source, households by their number of sources, and all records."""
    households, words = moment.households, moment.facts.words
    sets = [text.split(" ") for text in words["sources"].texts]
    size = len(words["place"].texts)
    pairs = np.bincount(
        households.place.astype(np.int64) * len(sets) + households.sources, minlength=size * len(sets)
    )
    table = pairs.reshape(size, len(sets))
    records = np.zeros(size, dtype=np.int64)
    sources: dict[str, Numbers] = {}
    in_sources: dict[str, Numbers] = {}
    for position, names in enumerate(sets):
        column = table[:, position]
        records += column * len(names)
        number = str(len(set(names)))
        in_sources[number] = in_sources.get(number, 0) + column
        for name in names:
            sources[name] = sources.get(name, 0) + column
    return sources, in_sources, records


def in_scope(moment: Moment, scope: Sequence[str], area: str | None = None) -> Mask:
    """Which households are inside the areas of a key, and inside the area with this code of 2, 4 or 6 digits."""
    texts = moment.facts.words["place"].texts
    inside = [_is_inside(text, scope, area) for text in texts]
    return np.array(inside, dtype=bool)[moment.households.place] if texts else np.zeros(0, dtype=bool)


def _is_inside(text: str, scope: Sequence[str], area: str | None) -> bool:
    amphoe, _, tambon = text.partition("/")
    if scope and amphoe not in scope:
        return False
    if area is None:
        return True
    return (tambon if len(area) == 6 else amphoe[: len(area)]) == area


def find_silent(moment: Moment, days: int) -> list[tuple[str, int]]:
    """Agencies that have given help before v and of which nothing newer than so many days is known, with the microseconds of their last word."""
    help_, agencies = moment.help, moment.facts.words["agency"].texts
    last = np.full(len(agencies), np.iinfo(np.int64).min)
    starts, reported = help_.take("starts"), help_.take("reported")
    words = np.where(reported <= moment.point.valid, np.maximum(starts, reported), starts)
    np.maximum.at(last, help_.take("agency"), words)
    silent = np.flatnonzero((last > np.iinfo(np.int64).min) & (last < moment.point.valid - days * DAY))
    return sorted((agencies[number], int(last[number])) for number in silent.tolist())
