"""The shapes of the answers of /v1, as docs/semantics.md states them.

A field that the caller has no right to see is left out, which is not the same as null: null is known to be empty.
"""

import datetime as dt
import uuid
from typing import Generic, TypeVar

import msgspec

from contracts.records import NEEDS, House, Member
from hub.api.basis import Basis
from hub.intake.receipts import Receipt

Item = TypeVar("Item")
Hidden = msgspec.UnsetType
UNSET = msgspec.UNSET


class Point(msgspec.Struct, frozen=True):
    """WGS84 degrees."""

    lon: float
    lat: float


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """Part of a list; `next` is sent back as `token` for the following part, null on the last one."""

    items: list[Item]
    next: str | None
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET


class HouseholdItem(msgspec.Struct, frozen=True, kw_only=True):
    """A household at (v, s)."""

    household_id: uuid.UUID
    amphoe: str | None
    tambon: str | None
    moo: int | None
    sources: list[str]
    in_sources: int
    persons: int
    needs: dict[str, bool | None]
    level: int | None
    head_name: str | Hidden | None = UNSET
    house_code: str | Hidden | None = UNSET
    house_no: str | Hidden | None = UNSET
    point: Point | Hidden | None = UNSET


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A value as one statement gives it."""

    value: object
    source: str
    sequence: int
    happened_at: dt.datetime


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """The preferred value of a field, where it comes from, and what the other statements say."""

    value: object
    source: str | None
    sequence: int | None
    happened_at: dt.datetime | None
    others: list[Evidence]


class ListedMember(Member, frozen=True, kw_only=True, omit_defaults=True):
    """A member as its record lists it, with the person it belongs to."""

    person_id: uuid.UUID | None = None


class RecordStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of the basis. `house` and `members` are null where they were erased."""

    source: str
    period: str
    happened_at: dt.datetime
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    sequence: int
    record_key: str | Hidden | None = UNSET
    house: House | Hidden | None = UNSET
    members: list[ListedMember | None] | Hidden = UNSET


class MemberPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person is listed: the member at `position` (from 0) of the statement `sequence`."""

    source: str
    sequence: int
    position: int


class PersonListed(msgspec.Struct, frozen=True, kw_only=True):
    """A person whom the basis lists. `at_home`: counted here, not in another household that lists the person later."""

    person_id: uuid.UUID
    at_home: bool
    members: list[MemberPlace]
    title: str | Hidden | None = UNSET
    first_name: str | Hidden | None = UNSET
    last_name: str | Hidden | None = UNSET
    relation: str | Hidden | None = UNSET


class HelpTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Actions that had happened, and what they were worth in baht."""

    actions: int
    amount_thb: float


class HouseholdDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A household at (v, s) with the provenance of every value."""

    household_id: uuid.UUID
    founder_source: str
    amphoe: str | None
    tambon: str | None
    moo: int | None
    sources: list[str]
    in_sources: int
    persons_at_home: int
    needs: dict[str, bool | None]
    level: int | None
    records: list[RecordStatement]
    values: dict[str, Value]
    persons: list[PersonListed]
    aliases: list[uuid.UUID]
    assistance: HelpTotals
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET
    resolved_from: uuid.UUID | Hidden = UNSET
    head_name: str | Hidden | None = UNSET
    house_code: str | Hidden | None = UNSET
    house_no: str | Hidden | None = UNSET
    point: Point | Hidden | None = UNSET


class TimelineRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to a household, or that the hub came to know or to link about it."""

    kind: str
    sequence: int
    happened_at: dt.datetime
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    source: str
    agency: str | None
    summary_th: str
    summary_en: str
    period: str | Hidden = UNSET
    household_id: uuid.UUID | Hidden = UNSET
    action: int | Hidden = UNSET
    programme: str | Hidden | None = UNSET
    help_kind: str | Hidden = UNSET
    need: str | Hidden = UNSET
    amount_thb: float | Hidden | None = UNSET


class AssistanceItem(msgspec.Struct, frozen=True, kw_only=True):
    """An assistance action as known at s. `until` is the exclusive end of the period it covers."""

    action: int
    household_id: uuid.UUID | None
    person_id: uuid.UUID | None
    agency: str
    reporter: str | None
    programme: str | None
    kind: str
    need: str
    level: str
    amount_thb: float | None
    quantity: str | None
    unit: str | None
    happened_at: dt.datetime
    until: dt.datetime | None
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    sequence: int
    corrected: bool
    action_id: str | Hidden | None = UNSET
    recipient_name: str | Hidden | None = UNSET
    description: str | Hidden | None = UNSET


class AgencyItem(msgspec.Struct, frozen=True, kw_only=True):
    """An agency of the catalogue at s; one that only acted has no name."""

    agency_id: str
    name_th: str | None
    name_en: str | None
    kind: str | None


class AgencyTotals(msgspec.Struct, frozen=True, kw_only=True):
    """All that the filters let through, not only this page."""

    actions: int
    amount_thb: float
    households: int


class AgencyAssistance(msgspec.Struct, frozen=True, kw_only=True):
    """The actions of one agency."""

    items: list[AssistanceItem]
    next: str | None
    agency: AgencyItem
    totals: AgencyTotals
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET


class ProgrammeItem(msgspec.Struct, frozen=True, kw_only=True):
    """A programme of the catalogue at s."""

    programme_id: str
    agency_id: str
    name_th: str
    name_en: str | None
    need: str
    kind: str
    period: str
    cap_thb: float | None
    cap_scope: str
    minimum_interval_days: int | None


class NeedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Households by what is known of one need; null is a count that is hidden."""

    need: int | None
    no_need: int | None
    unknown: int | None


class OverviewAssistance(msgspec.Struct, frozen=True, kw_only=True):
    """Help that had happened; `households` exist at (v, s) and had some, `unresolved` actions name no household."""

    actions: int | None
    amount_thb: float | None
    households: int | None
    unresolved: int | None


class AreaNumbers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers of one area; `suppressed` says that null stands for counts that are hidden."""

    code: str | None
    level: str
    name_th: str | None
    name_en: str | None
    households: int | None
    persons: int | None
    records: int | None
    in_more_than_one: int | None
    needs: dict[str, int | None]
    assisted_households: int | None
    actions: int | None
    amount_thb: float | None
    suppressed: bool = False


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The province, or the areas of the key, at (v, s)."""

    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET
    records: dict[str, int | None]
    in_sources: dict[str, int | None]
    households: int | None
    persons: int | None
    needs: dict[str, NeedCounts]
    assistance: OverviewAssistance
    areas: list[AreaNumbers]
    suppressed: bool


class Receipts(msgspec.Struct, frozen=True, kw_only=True):
    """The receipts of a batch, in the order of its events, and how many of each kind."""

    receipts: list[Receipt]
    counts: dict[str, int]


def to_page(items: list[Item], next_token: str | None, basis: Basis) -> Page[Item]:
    """A page with its basis."""
    return Page(
        items=items,
        next=next_token,
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


def to_needs(values: tuple[bool | None, ...]) -> dict[str, bool | None]:
    """The five needs by name."""
    return dict(zip(NEEDS, values, strict=True))


def to_baht(satang: int | None) -> float | None:
    """Baht of an amount in satang."""
    return None if satang is None else int(satang) / 100
