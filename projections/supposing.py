"""What would follow from an event that nobody has appended: the fold itself, on a state that is thrown away. Nothing is written."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.events import Event, OpenedWords, Sequenced
from projections.findings.words import Finding
from projections.fold import fold
from projections.state import State
from projections.warm import load_all, load_concerned


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Who belongs to whom, and what is to be looked at."""

    household_of: Mapping[int, int]
    person_of: Mapping[int, int]
    findings: Mapping[int, frozenset[Finding]]


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How many households, persons, and findings that stand at the instant asked for, by class, of those that anything changes for."""

    households: int
    persons: int
    findings: dict[str, int]


class Consequences(msgspec.Struct, frozen=True, kw_only=True):
    """What would change: records and members that would come to another household or person, and the counts on both sides.

    `pairs_gained` and `pairs_lost` are pairs of records that would be, or would no longer be, one household.
    """

    records_moved: int
    members_moved: int
    pairs_gained: int
    pairs_lost: int
    before: Counted
    after: Counted

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all would change."""
        return self.records_moved == self.members_moved == 0 and self.before == self.after


async def suppose(
    connection: AsyncConnection[TupleRow],
    event: Event,
    *,
    sequence: int,
    at: dt.datetime,
    everything: bool = False,
) -> Consequences:
    """What would follow if this were the event at `sequence`, the next one; findings are those that stand at `at`.

    The connection reads the live schema. `everything` reads all that is known, for an event that concerns everybody.
    """
    item = Sequenced(sequence=sequence, recorded_at=at, event=event, digest=b"", opened=OpenedWords(None))
    state = State(complete=False)
    if everything:
        await load_all(connection, state)
        state.complete = True
    else:
        await load_concerned(connection, state, [item])
    before = take(state)
    fold(state, [item])
    return compare(before, take(state), at)


def take(state: State) -> Snapshot:
    """The links and findings as they are now."""
    return Snapshot(
        household_of=dict(state.household_of), person_of=dict(state.person_of), findings=dict(state.findings)
    )


def compare(before: Snapshot, after: Snapshot, at: dt.datetime) -> Consequences:
    """What is different. Pure."""
    moved = _moved(before.household_of, after.household_of)
    members = _moved(before.person_of, after.person_of)
    concerned = {
        household
        for household in before.findings.keys() | after.findings.keys()
        if before.findings.get(household) != after.findings.get(household)
    }
    old, new = _groups(before.household_of, moved), _groups(after.household_of, moved)
    concerned |= old.keys() | new.keys()
    pairs, pairs_after = _pairs(old.values()), _pairs(new.values())
    people, people_after = _groups(before.person_of, members), _groups(after.person_of, members)
    return Consequences(
        records_moved=len(moved),
        members_moved=len(members),
        pairs_gained=len(pairs_after - pairs),
        pairs_lost=len(pairs - pairs_after),
        before=Counted(households=len(old), persons=len(people), findings=_count(before, concerned, at)),
        after=Counted(households=len(new), persons=len(people_after), findings=_count(after, concerned, at)),
    )


def _moved(before: Mapping[int, int], after: Mapping[int, int]) -> set[int]:
    """The items whose group has other items than before."""
    one, other = _groups(before, before.keys()), _groups(after, after.keys())
    return {item for item in before.keys() & after.keys() if one[before[item]] != other[after[item]]}


def _groups(where: Mapping[int, int], items: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for item in items:
        found.setdefault(where[item], set()).add(item)
    return found


def _pairs(groups: Iterable[set[int]]) -> set[tuple[int, int]]:
    return {(one, other) for group in groups for one in group for other in group if one < other}


def _count(snapshot: Snapshot, households: set[int], at: dt.datetime) -> dict[str, int]:
    standing = Counter(
        finding.kind
        for household in households
        for finding in snapshot.findings.get(household, ())
        if finding.start <= at and (finding.end is None or at < finding.end)
    )
    return dict(sorted(standing.items()))
