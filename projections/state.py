"""What the fold remembers between events. Everything here can be read back from the tables (`projections.warm`)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from contracts.events_links import LinkLevel, LinkVerdict
from contracts.rules import DEFAULT_RULES
from projections.findings.rulebook import Terms
from projections.findings.words import Finding
from projections.households import Stretch
from projections.index import Index
from projections.linkage.constraints import Constraints, LinkDecision, compile_constraints
from projections.linkage.default import default_weigher
from projections.linkage.features import Edge, RecordFeatures
from projections.statements import Segment, Statement

MEMBERS_PER_EVENT = 1024
"""A member is numbered by the sequence of the event that listed it first, and its place there."""

Ref = tuple[str, str]
"""How an action names its recipient: kind and pseudonym (or household id)."""


class RecordState(msgspec.Struct, kw_only=True, gc=False):
    """One record as known: its statements by period and what follows from them."""

    record: int
    source: str
    pseudonym: str
    household_id: str
    statements: dict[str, Statement] = {}
    line: list[Segment] = []
    features: RecordFeatures | None = None
    keys: frozenset[int] = frozenset()


class ActionState(msgspec.Struct, kw_only=True, gc=False):
    """One action as known. `anchor` is the record (and member) that its recipient resolves to; a voided one has no refs.

    `household` is that of the anchor; `repeats` is the action that this one reports again (D0).
    """

    action: int
    agency: str
    start: dt.datetime
    until: dt.datetime | None = None
    reporter: str = ""
    kind: str = ""
    need: str = "unknown"
    programme: str | None = None
    satang: int | None = None
    refs: tuple[Ref, ...] = ()
    anchor: tuple[int, int | None] | None = None
    household: int | None = None
    repeats: int | None = None
    standing: bool = True


class ReferralState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One referral as sent. `record` (and `member`) is whom it is about, as known then."""

    referral: int
    pseudonym: str
    sender: str
    receiver: str
    need: str
    due_at: dt.datetime | None
    record: int | None
    member: int | None


class DecidedLink(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A standing decision of people about links; `groups` are pseudonyms of members (level person) or records (level household)."""

    decision: int
    level: LinkLevel
    verdict: LinkVerdict
    groups: tuple[tuple[str, ...], ...]

    @property
    def items(self) -> tuple[str, ...]:
        """All pseudonyms, group by group."""
        return tuple(item for group in self.groups for item in group)


class State:
    """The memory of the fold, by id.

    `complete` says that it holds everything folded so far, so that what is not found does not exist.
    """

    def __init__(self, *, complete: bool) -> None:
        self.complete = complete
        self.records: dict[int, RecordState] = {}
        self.record_ids: dict[str, int] = {}
        self.member_ids: dict[str, int] = {}
        self.founder_ids: dict[str, int] = {}
        self.blocks: Index[int] = Index()
        self.edges: dict[int, dict[int, tuple[Edge, ...]]] = {}
        self.person_of: dict[int, int] = {}
        self.household_of: dict[int, int] = {}
        self.stretches: dict[int, dict[dt.datetime, Stretch]] = {}
        self.actions: dict[int, ActionState] = {}
        self.action_ids: dict[str, int] = {}
        self.by_ref: Index[Ref] = Index()
        self.by_household: Index[int] = Index()
        self.findings: dict[int, frozenset[Finding]] = {}
        self.referrals: dict[str, ReferralState] = {}
        self.touched: set[int] = set()
        self.weigher = default_weigher()
        self.decided = Constraints()
        self.rules = DEFAULT_RULES
        self.rules_known = False
        self.agencies: set[str] = set()
        self.programmes: dict[str, Terms] = {}
        self.areas: set[tuple[str, str]] = set()
        self.link_decisions: dict[int, DecidedLink] = {}
        self.decisions_about: Index[str] = Index()
        self.link_models: dict[str, str] = {}
        self.link_model: str | None = None
        self.owners: dict[int, int] = {}

    def forget_originals(self) -> None:
        """What only a change of rules needs."""
        for record in self.records.values():
            for period, known in record.statements.items():
                if known.originals:
                    record.statements[period] = msgspec.structs.replace(known, originals=b"")

    def keep_link_decision(self, decided: DecidedLink) -> None:
        """A decision stands; `decisions_about` finds it by each of its pseudonyms."""
        self.link_decisions[decided.decision] = decided
        for item in decided.items:
            self.decisions_about.add(item, decided.decision)

    def drop_link_decision(self, decision: int) -> DecidedLink | None:
        """A decision stands no longer; None where none stood."""
        decided = self.link_decisions.pop(decision, None)
        if decided is not None:
            for item in decided.items:
                self.decisions_about.discard(item, decision)
        return decided

    def constrain(self) -> None:
        """Bring `decided` in step with the decisions that stand; what they name and nobody delivered yet does not count."""
        self.decided = compile_constraints(self._decisions(), self.owners)

    def _decisions(self) -> Iterator[LinkDecision]:
        for decided in self.link_decisions.values():
            ids = self.record_ids if decided.level == "household" else self.member_ids
            groups = tuple(tuple(ids[item] for item in group if item in ids) for group in decided.groups)
            if decided.level == "person":
                for member in (member for group in groups for member in group):
                    if member not in self.owners:
                        self.owners[member] = self.owner_of(member)
            yield LinkDecision(
                sequence=decided.decision, level=decided.level, verdict=decided.verdict, groups=groups
            )

    def owner_of(self, member: int) -> int:
        """The record that lists a known member: mostly the one of the event that listed it first."""
        first = self.records.get(member // MEMBERS_PER_EVENT)
        for record in (*([first] if first else []), *self.records.values()):
            if any(member == m.member for statement in record.statements.values() for m in statement.members):
                return record.record
        return member // MEMBERS_PER_EVENT

    def size(self) -> int:
        """How many records and actions are remembered."""
        return len(self.records) + len(self.actions)
