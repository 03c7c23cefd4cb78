"""The oracle: docs/semantics.md in plain Python, from the bare events, slow and without a database.

`Oracle(items).known(s)` is what the hub knew after event s; `Known.at(v)` is the world as known then, at the instant v. Only contracts and
the pure core of linkage are imported; nothing of the projection, the SQL or the API. Statements are in tests/oracle_statements.py,
households in tests/oracle_world.py, answers in tests/oracle_{answers,help,history,layers}.py.

Ids are the oracle's own: a record or an action is the sequence of its first event, a member counts up in the order of first appearance.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from contracts import ids
from contracts.events import (
    Agency,
    AgencyRegistered,
    Area,
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    BoundariesLoaded,
    OpenedHelp,
    OpenedRecord,
    Programme,
    ProgrammeRegistered,
    RecordReceived,
    RecordWithdrawn,
    RulesPublished,
    SealedAction,
    Sequenced,
)
from contracts.needs import CROSSWALK
from contracts.records import Help, Need, RecipientRef
from contracts.rules import DEFAULT_RULES, Rules
from contracts.sources.originals import needs_of_record
from projections.linkage.cluster import link
from projections.linkage.features import Partition, RecordFeatures
from tests.oracle_links import decided_about, weigher_of_log
from tests.oracle_statements import Statement, read_features, valid_at

TRIED_IN_ORDER = ("citizen", "record", "household", "house")


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """An assistance action as known: the event that gave its content."""

    action: int
    item: Sequenced
    corrected: bool
    help: Help | None

    @property
    def event(self) -> AssistanceRecorded | AssistanceCorrected:
        event = self.item.event
        assert isinstance(event, AssistanceRecorded | AssistanceCorrected)
        return event

    @property
    def data(self) -> SealedAction:
        return self.event.data

    @property
    def agency(self) -> str:
        return self.event.agency or self.event.source


class Anchor(NamedTuple):
    """The record, and for a citizen the member, that an action reached."""

    record: int
    member: int | None


class Edition(msgspec.Struct, frozen=True):
    """An area with what its edition of boundaries says of itself."""

    area: Area
    name: str
    approximate: bool


class Known:
    """What the hub knew after the events it is given, which are 1..s."""

    def __init__(self, items: Sequence[Sequenced]) -> None:
        self.items = list(items)
        self.telling: Sequence[Sequenced] = self.items
        self.sequence = self.items[-1].sequence if self.items else 0
        self.recorded_at = self.items[-1].recorded_at if self.items else None
        self.record_of: dict[str, int] = {}
        self.pseudonym_of: dict[int, str] = {}
        self.source_of: dict[int, str] = {}
        self.member_of: dict[str, int] = {}
        for item in self.items:
            if isinstance(item.event, RecordReceived):
                self._name(item, item.event)
        self.member_pseudonyms = {number: pseudonym for pseudonym, number in self.member_of.items()}

    def _name(self, item: Sequenced, event: RecordReceived) -> None:
        if event.data.record not in self.record_of:
            self.record_of[event.data.record] = item.sequence
            self.pseudonym_of[item.sequence] = event.data.record
            self.source_of[item.sequence] = event.source
        for sealed in event.data.members:
            self.member_of.setdefault(sealed.member, len(self.member_of) + 1)

    @cached_property
    def statements(self) -> dict[int, list[Statement]]:
        """The statements of every record, oldest first."""
        latest: dict[tuple[int, str], Statement] = {}
        for item in self.telling:
            event = item.event
            if isinstance(event, RecordReceived):
                statement = self._read_statement(item, event)
                latest[statement.record, statement.period] = statement
            elif isinstance(event, RecordWithdrawn):
                key = (self.record_of.get(event.data.record, 0), event.data.period)
                if key in latest:
                    end = event.reported_at or event.happened_at
                    latest[key] = msgspec.structs.replace(latest[key], withdrawn_at=end)
        found: dict[int, list[Statement]] = {}
        for statement in sorted(latest.values(), key=lambda statement: statement.newness):
            found.setdefault(statement.record, []).append(statement)
        return found

    def _read_statement(self, item: Sequenced, event: RecordReceived) -> Statement:
        opened = item.opened
        assert isinstance(opened, OpenedRecord)
        numbers = [self.member_of[sealed.member] for sealed in event.data.members]
        return Statement(
            record=self.record_of[event.data.record],
            source=event.source,
            period=event.data.period,
            sequence=item.sequence,
            happened_at=event.happened_at,
            reported_at=event.reported_at,
            recorded_at=item.recorded_at,
            withdrawn_at=None,
            amphoe=event.data.amphoe,
            tambon=event.data.tambon,
            house=opened.house,
            needs=self._read_needs(event.source, opened),
            listed=tuple(zip(numbers, opened.members, strict=True)),
        )

    def _read_needs(self, source: str, opened: OpenedRecord) -> dict[Need, bool]:
        """As intake read them, unless the rules read the originals otherwise."""
        if opened.house is None:
            return {}
        if self.rules.crosswalk == CROSSWALK:
            return {**opened.house.needs}
        return needs_of_record(source, opened.house, opened.members, self.rules.crosswalk)

    @cached_property
    def features(self) -> dict[int, RecordFeatures]:
        """What every record offers to linking."""
        return {
            record: read_features(self.pseudonym_of[record], statements)
            for record, statements in self.statements.items()
        }

    @cached_property
    def partition(self) -> Partition:
        """The founders of every member's person and of every record's household."""
        owner_of = {
            member.member: record for record, features in self.features.items() for member in features.members
        }
        decided = decided_about(self.items, self.record_of, self.member_of, owner_of)
        return link(weigher_of_log(self.items), list(self.features.values()), decided)

    def household_id(self, household: int) -> str:
        return str(ids.household_id(self.pseudonym_of[household]))

    def person_id(self, person: int) -> str:
        return str(ids.person_id(self.member_pseudonyms[person]))

    def resolve_household(self, household_id: str) -> int | None:
        """The household that holds the founder with this id."""
        for record in self.pseudonym_of:
            if self.household_id(record) == household_id:
                return self.partition.households[record]
        return None

    @cached_property
    def first_of_actions(self) -> dict[str, int]:
        """The action that each pseudonym names: the first event that gave it content."""
        found: dict[str, int] = {}
        for item in self.items:
            if isinstance(item.event, AssistanceRecorded | AssistanceCorrected):
                found.setdefault(item.event.data.action, item.sequence)
        return found

    @cached_property
    def actions(self) -> dict[int, Action]:
        """The actions that are known and not voided, by id."""
        first = self.first_of_actions
        standing: dict[int, Action] = {}
        for item in self.telling:
            event = item.event
            if isinstance(event, AssistanceVoided):
                standing.pop(first.get(event.data.action, 0), None)
            elif isinstance(event, AssistanceRecorded | AssistanceCorrected):
                action = first[event.data.action]
                help_ = item.opened.help if isinstance(item.opened, OpenedHelp) else None
                corrected = isinstance(event, AssistanceCorrected)
                standing[action] = Action(action=action, item=item, corrected=corrected, help=help_)
        return dict(sorted(standing.items()))

    @cached_property
    def anchors(self) -> dict[int, Anchor | None]:
        """Whom every action reached, or None where nothing says so."""
        return {
            number: self.resolve(action.data.recipients, action.event.happened_at)
            for number, action in self.actions.items()
        }

    def resolve(self, refs: Iterable[RecipientRef], start: dt.datetime) -> Anchor | None:
        """The first recipient ref that names someone decides."""
        for ref in sorted(refs, key=lambda ref: TRIED_IN_ORDER.index(ref.kind)):
            found = self._resolve_one(ref, start)
            if found is not None:
                return found
        return None

    def _resolve_one(self, ref: RecipientRef, start: dt.datetime) -> Anchor | None:
        if ref.kind == "citizen":
            carriers = [
                (valid_at(self.statements[record], start) is None, member.member, record)
                for record, features in self.features.items()
                for member in features.members
                if member.citizen == ref.ref
            ]
            return Anchor(min(carriers)[2], min(carriers)[1]) if carriers else None
        if ref.kind == "record":
            named = [self.record_of[ref.ref]] if ref.ref in self.record_of else []
        elif ref.kind == "household":
            named = [record for record in self.pseudonym_of if self.household_id(record) == ref.ref]
        else:
            named = [record for record, features in self.features.items() if features.house == ref.ref]
            if len({self.partition.households[record] for record in named}) > 1:
                return None
        return Anchor(min(named), None) if named else None

    def household_of(self, action: int) -> int | None:
        """The household that an action belongs to, or None for an unresolved one."""
        anchor = self.anchors[action]
        return None if anchor is None else self.partition.households[anchor.record]

    def person_of(self, action: int) -> int | None:
        """The person whom an action names by citizen id."""
        anchor = self.anchors[action]
        return None if anchor is None or anchor.member is None else self.partition.persons[anchor.member]

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        events = [item.event for item in self.items]
        found = {e.data.agency_id: e.data for e in events if isinstance(e, AgencyRegistered)}
        return dict(sorted(found.items()))

    @cached_property
    def programmes(self) -> dict[str, Programme]:
        events = [item.event for item in self.items]
        found = {e.data.programme_id: e.data for e in events if isinstance(e, ProgrammeRegistered)}
        return dict(sorted(found.items()))

    @cached_property
    def rules(self) -> Rules:
        """The rules in force: the newest published ones."""
        published = [item.event.data for item in self.items if isinstance(item.event, RulesPublished)]
        return published[-1] if published else DEFAULT_RULES

    @cached_property
    def areas(self) -> dict[tuple[str, str], Edition]:
        """The boundaries by level and code; the first part of an edition ends the levels that it names."""
        found: dict[tuple[str, str], Edition] = {}
        for item in self.items:
            if isinstance(item.event, BoundariesLoaded):
                data = item.event.data
                if data.part == 1:
                    found = {key: area for key, area in found.items() if key[0] not in data.levels}
                found |= {
                    (area.level, area.code): Edition(area, data.edition, data.approximate)
                    for area in data.areas
                }
        return dict(sorted(found.items()))


class Reported(Known):
    """What the hub knew after event s of what had been reported by a day: later reports are left out, links are as known at s.

    An action whose last word is left out reached whom it was known to reach just before that word. A member whom only an earlier
    statement lists, so that no link at s speaks of it, is a person of its own.
    """

    def __init__(self, oracle: "Oracle", sequence: int, reported_by: dt.datetime) -> None:
        self.oracle = oracle
        self.whole = oracle.known(sequence)
        self.reported_by = reported_by
        super().__init__(self.whole.items)
        self.telling = [item for item in self.items if not is_late(item, reported_by)]

    @cached_property
    def partition(self) -> Partition:
        whole = self.whole.partition
        listed = [n for statements in self.statements.values() for s in statements for n, _ in s.listed]
        return msgspec.structs.replace(whole, persons={n: n for n in listed} | whole.persons)

    @cached_property
    def anchors(self) -> dict[int, Anchor | None]:
        return {number: self._anchor(number, action) for number, action in self.actions.items()}

    def _anchor(self, number: int, action: Action) -> Anchor | None:
        words = [
            item.sequence
            for item in self.items
            if item.sequence > action.item.sequence
            and isinstance(item.event, AssistanceRecorded | AssistanceCorrected | AssistanceVoided)
            and item.event.data.action == action.data.action
        ]
        known = self.oracle.known(words[0] - 1) if words else self.whole
        return known.anchors[number]

    def person_of(self, action: int) -> int | None:
        anchor = self.anchors[action]
        return None if anchor is None or anchor.member is None else self.partition.persons.get(anchor.member)


def is_late(item: Sequenced, reported_by: dt.datetime) -> bool:
    """Whether an event tells of a household or of help and was reported after that instant."""
    told = isinstance(
        item.event,
        RecordReceived | RecordWithdrawn | AssistanceRecorded | AssistanceCorrected | AssistanceVoided,
    )
    return told and (item.event.reported_at or item.recorded_at) > reported_by


class Oracle:
    """Every answer of the hub to a log, for any (v, s)."""

    def __init__(self, items: Iterable[Sequenced]) -> None:
        self.items = sorted(items, key=lambda item: item.sequence)
        self._known: dict[int, Known] = {}
        self._reported: dict[tuple[int, dt.datetime], Reported] = {}

    def known(self, sequence: int) -> Known:
        """What the hub knew after the event with this sequence, folded anew from the first event."""
        if sequence not in self._known:
            self._known[sequence] = Known([item for item in self.items if item.sequence <= sequence])
        return self._known[sequence]

    def reported(self, sequence: int, reported_by: dt.datetime) -> Reported:
        """The same of what had been reported by an instant."""
        key = (sequence, reported_by)
        if key not in self._reported:
            self._reported[key] = Reported(self, sequence, reported_by)
        return self._reported[key]

    def on(self, reported_by: dt.datetime | None) -> "Oracle":
        """The oracle that knows only what had been reported by an instant; itself where no instant is given."""
        return self if reported_by is None else ReportedOracle(self, reported_by)


class ReportedOracle(Oracle):
    """An oracle to whom later reports were never told."""

    def __init__(self, whole: Oracle, reported_by: dt.datetime) -> None:
        super().__init__(whole.items)
        self.whole = whole
        self.reported_by = reported_by

    def known(self, sequence: int) -> Known:
        return self.whole.reported(sequence, self.reported_by)
