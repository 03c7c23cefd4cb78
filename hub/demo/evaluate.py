"""`hub demo evaluate`: how far the hub's links and findings are from the known truth of the demo province."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping

import msgspec

from contracts.ids import action_pseudonym, record_pseudonym
from hub.demo.expected import CLASSES, Expected, Statement, World, expect, newest
from hub.demo.grouping_scores import Grouping, Score, score_groups, score_labelled, score_sets
from hub.demo.observed import Found, Observed
from hub.demo.truth_reading import Planted, TrueAction, Truth


class Linkage(msgspec.Struct, frozen=True, kw_only=True):
    """Persons and households put together, overall and by the defects of the files."""

    households: Grouping
    persons: Grouping
    records_by_label: dict[str, Score]
    members_by_label: dict[str, Score]
    records: int
    records_missing: int
    members: int
    members_missing: int


class ClassScore(msgspec.Struct, frozen=True, kw_only=True):
    """One class of findings over all households, and over those whose links are right."""

    overall: Score
    where_linked: Score


class PlantedClass(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the labels of the generator: what the rules see of them, and why not of the rest.

    `outside`: no source said anything of the household at the time, or the tambon has too few neighbours in need (D3).
    `said_otherwise`: the sources erred about the needs, or the need had been met by then.
    """

    planted: int
    seen: int
    outside: int
    said_otherwise: int


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was compared, at an instant of the world and the newest event."""

    valid_at: dt.datetime
    sequence: int
    rules: str
    households: int
    households_linked: int
    findings: dict[str, ClassScore]
    planted: dict[str, PlantedClass]
    linkage: Linkage


class _Sides(msgspec.Struct, frozen=True):
    """Which true household a record, a hub's household and an action belong to, and where both sides agree."""

    true_of: Mapping[int, str]
    linked: Mapping[str, int]
    action_names: Mapping[int, str]


def evaluate(truth: Truth, observed: Observed, key: bytes, at: dt.datetime) -> Evaluation:
    """Compare; `key` makes the pseudonyms as intake does. Pure."""
    sides = _match(truth, observed, key)
    world = _world(truth, observed, sides, key, at)
    expected = expect(world)
    found = [(each.kind, _unit(each, sides), each.household) for each in observed.findings]
    linked = set(sides.linked.values())
    findings: dict[str, ClassScore] = {}
    for kind in CLASSES:
        ours = [each for each in expected if each.kind == kind]
        theirs = [(unit, household) for each, unit, household in found if each == kind]
        findings[kind] = ClassScore(
            overall=score_sets([each.unit for each in ours], [unit for unit, _ in theirs]),
            where_linked=score_sets(
                [each.unit for each in ours if each.household in sides.linked],
                [unit for unit, household in theirs if household in linked],
            ),
        )
    return Evaluation(
        valid_at=at,
        sequence=observed.checkpoint,
        rules=observed.rules.version,
        households=len(world.statements),
        households_linked=len(sides.linked),
        findings=findings,
        planted=_weigh(truth.planted, expected, world),
        linkage=_score_links(truth, observed, key),
    )


def _match(truth: Truth, observed: Observed, key: bytes) -> _Sides:
    true_of: dict[int, str] = {}
    records: dict[str, set[int]] = defaultdict(set)
    doubtful: set[str] = set()
    for each in truth.records:
        record = observed.records.get(record_pseudonym(key, *each.key))
        if record is None:
            doubtful.add(each.household)
            continue
        if true_of.setdefault(record, each.household) != each.household:
            doubtful |= {true_of[record], each.household}
        records[each.household].add(record)
    held: dict[int, set[int]] = defaultdict(set)
    for record, household in observed.household_of.items():
        held[household].add(record)
    given = {action: each.household for each, action in _known(truth.actions, observed, key)}
    of_true: dict[str, set[int]] = defaultdict(set)
    of_hub: dict[int, set[int]] = defaultdict(set)
    for action, household in given.items():
        of_true[household].add(action)
    for action, household in observed.helped.items():
        if household is not None:
            of_hub[household].add(action)
    linked: dict[str, int] = {}
    for true, own in records.items():
        founder = observed.household_of[min(own)]
        if true not in doubtful and held[founder] == own and of_true[true] == of_hub[founder]:
            linked[true] = founder
    names = {action: each.name for each, action in _known(truth.actions, observed, key)}
    return _Sides(true_of, linked, names)


def _known(actions: Iterable[TrueAction], observed: Observed, key: bytes) -> Iterable[tuple[TrueAction, int]]:
    for each in actions:
        action = observed.actions.get(action_pseudonym(key, each.giver, each.action_id))
        if action is not None:
            yield each, action


def _world(truth: Truth, observed: Observed, sides: _Sides, key: bytes, at: dt.datetime) -> World:
    statements: dict[str, list[Statement]] = defaultdict(list)
    for record, household in sides.true_of.items():
        statements[household] += observed.statements.get(record, ())
    help_: dict[str, list[TrueAction]] = defaultdict(list)
    for each, _ in sorted(_known(truth.actions, observed, key), key=lambda pair: pair[1]):
        help_[each.household].append(each)
    return World(statements, help_, observed.terms, observed.rules, at)


def _unit(found: Found, sides: _Sides) -> str:
    """The unit of a finding in the words of the truth; a household is the true one of its founder."""
    household = sides.true_of.get(found.household, f"?{found.household}")
    match found.kind:
        case "unserved":
            return f"{household}/{found.need}"
        case "D3":
            return f"{household}/{found.need}/{found.year}"
        case _:
            return sides.action_names.get(found.action, f"?{found.action}")


def _weigh(planted: Iterable[Planted], expected: Iterable[Expected], world: World) -> dict[str, PlantedClass]:
    there = {(each.kind, each.household, each.need) for each in expected}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    starts = {each.name: each.start for given in world.help.values() for each in given}
    for each in planted:
        if (each.kind, each.household, each.need) in there:
            fate = "seen"
        else:
            at = starts.get(each.evidence[-1], world.at) if each.evidence else world.at
            is_silent = not newest(world.statements.get(each.household, ()), at)
            fate = "outside" if is_silent or each.kind == "D3" else "said_otherwise"
        counts[each.kind][fate] += 1
    return {
        kind: PlantedClass(
            planted=counts[kind].total(),
            seen=counts[kind]["seen"],
            outside=counts[kind]["outside"],
            said_otherwise=counts[kind]["said_otherwise"],
        )
        for kind in CLASSES
    }


def _score_links(truth: Truth, observed: Observed, key: bytes) -> Linkage:
    numbers = {each.key: observed.records.get(record_pseudonym(key, *each.key)) for each in truth.records}
    households: dict[int, tuple[Hashable, Hashable]] = {}
    record_labels: dict[int, set[str]] = defaultdict(set)
    persons: dict[int, tuple[Hashable, Hashable]] = {}
    member_labels: dict[int, set[str]] = defaultdict(set)
    members_missing = 0
    for each in truth.records:
        record = numbers[each.key]
        if record is None:
            members_missing += len(each.members)
            continue
        households[record] = (each.household, observed.household_of[record])
        record_labels[record] |= set(each.labels)
        listed = observed.members.get((record, each.period), [])
        if len(listed) != len(each.members):
            members_missing += len(each.members)
            continue
        for mention, member in zip(each.members, listed, strict=True):
            persons[member] = (mention.person, observed.person_of[member])
            member_labels[member] |= set(mention.labels)
    return Linkage(
        households=score_groups(list(households.values())),
        persons=score_groups(list(persons.values())),
        records_by_label=score_labelled(list(households.values()), [record_labels[r] for r in households]),
        members_by_label=score_labelled(list(persons.values()), [member_labels[m] for m in persons]),
        records=len(households),
        records_missing=sum(number is None for number in numbers.values()),
        members=len(persons),
        members_missing=members_missing,
    )
