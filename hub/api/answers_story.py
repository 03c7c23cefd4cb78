"""The shapes of the answers that tell a history: households over time, persons, timelines, replay."""

import datetime as dt
import uuid

import msgspec

from hub.api.answers import (
    UNSET,
    HelpTotals,
    Hidden,
    HouseholdDetail,
    HouseholdItem,
    Page,
    TimelineRow,
)
from hub.replay.sentences import Change


class StoryRow(TimelineRow, frozen=True, kw_only=True, omit_defaults=True):
    """A row of a timeline. `agency` gives, `reporter` reports; `actor_kind` is source, agency, person or hub."""

    actor_kind: str
    reporter: str | Hidden | None = UNSET
    actor: str | Hidden | None = UNSET
    changes: list[Change] | Hidden = UNSET
    members: int | Hidden = UNSET
    names: list[str] | Hidden = UNSET
    rule: str | Hidden | None = UNSET
    score: int | Hidden | None = UNSET
    level: int | Hidden | None = UNSET
    standing: str | Hidden | None = UNSET
    finding: str | Hidden = UNSET
    verdict: str | Hidden = UNSET
    referral: int | Hidden = UNSET
    step: str | Hidden = UNSET
    due_at: dt.datetime | Hidden | None = UNSET
    text: str | Hidden | None = UNSET


class HouseholdPage(Page[HouseholdItem], frozen=True, kw_only=True):
    """Households; `total` counts all that the filters let through and comes with the first page."""

    total: int | Hidden = UNSET


class FindingStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of a household that stands at (v, s). `class` is D0, D1, D2, unserved or mistargeted; D3 is at /v1/findings."""

    finding: str
    class_: str = msgspec.field(name="class")
    kind: str
    need: str
    state: str
    reason: str
    action: int | None
    other: int | None
    amount_thb: float | None
    rules: str
    since: dt.datetime
    until: dt.datetime | None


class LevelPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A level of PPPConnext as one statement gives it."""

    happened_at: dt.datetime
    reported_at: dt.datetime | None
    source: str
    sequence: int
    level: int


class NeedStretch(msgspec.Struct, frozen=True, kw_only=True):
    """What was known of a need from `since` until `until` (exclusive, null is open), and which statement says so.

    `original` is what that source itself said, in its words.
    """

    since: dt.datetime
    until: dt.datetime | None
    value: bool | None
    source: str | None
    sequence: int | None
    original: object = UNSET


class ReferralStepItem(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the life of a referral."""

    step: str
    happened_at: dt.datetime
    recorded_at: dt.datetime
    sequence: int
    text: str | Hidden | None = UNSET


class ReferralItem(msgspec.Struct, frozen=True, kw_only=True):
    """A request from one agency to another to help this household; `step` is the newest."""

    referral: int
    sender: str
    receiver: str
    need: str
    step: str
    due_at: dt.datetime | None
    action: int | None
    steps: list[ReferralStepItem]


class CountedHelp(HelpTotals, frozen=True, kw_only=True):
    """Help that had happened, each help once; what was only reported a second time is counted apart."""

    reported_twice: int


class HouseholdStory(HouseholdDetail, frozen=True, kw_only=True):
    """A household at (v, s), and how it came to be so."""

    standing: str | None
    assistance: CountedHelp
    levels: list[LevelPoint]
    needs_over_time: dict[str, list[NeedStretch]]
    findings: list[FindingStanding] | Hidden = UNSET
    referrals: list[ReferralItem] | Hidden = UNSET


class PersonMember(msgspec.Struct, frozen=True, kw_only=True):
    """One listing of a person in a record. `position` counts from 0 in the statement `sequence`."""

    source: str
    sequence: int
    period: str
    position: int
    happened_at: dt.datetime
    until: dt.datetime | None
    title: str | Hidden | None = UNSET
    first_name: str | Hidden | None = UNSET
    last_name: str | Hidden | None = UNSET
    relation: str | Hidden | None = UNSET
    citizen_id: str | Hidden | None = UNSET


class PersonHome(msgspec.Struct, frozen=True, kw_only=True):
    """The household at which a person was at home, from when until when (exclusive, null is open)."""

    household_id: uuid.UUID
    since: dt.datetime
    until: dt.datetime | None
    source: str
    sequence: int


class PersonHelp(msgspec.Struct, frozen=True, kw_only=True):
    """Help that names the person."""

    action: int
    agency: str
    reporter: str | None
    programme: str | None
    kind: str
    need: str
    amount_thb: float | None
    happened_at: dt.datetime
    until: dt.datetime | None
    sequence: int
    repeats: int | None


class PersonDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A person at (v, s): who lists it, where it was at home, what it was given as a person."""

    person_id: uuid.UUID
    household_id: uuid.UUID
    members: list[PersonMember]
    homes: list[PersonHome]
    assistance: CountedHelp
    aliases: list[uuid.UUID]
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET
    resolved_from: uuid.UUID | Hidden = UNSET
    help: list[PersonHelp] | Hidden = UNSET


class StepChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an event changed in a household: `before` is known at sequence − 1, `after` at the sequence, both at `valid_at`."""

    household_id: uuid.UUID
    changes: list[Change]


class ReplayStep(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a history. `state` is the address of the household as known after it, null where it speaks of none."""

    sequence: int
    type: str
    happened_at: dt.datetime
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    source: str
    agency: str | None
    reporter: str | None
    said_th: str
    said_en: str
    previous: str | None
    next: str | None
    state: str | None
    names: list[str] | Hidden = UNSET
    text: str | Hidden | None = UNSET
    changed: list[StepChange] | Hidden = UNSET
