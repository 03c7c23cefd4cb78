"""The shapes of the answers about findings, as docs/semantics.md (Findings) states them."""

import datetime as dt
import uuid

import msgspec

from hub.api.answers import UNSET, Hidden


class FindingItem(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that stands at (v, s). `valid_until` null: no end in sight; `recorded_at` null: computed, never stored (D3)."""

    id: str
    kind: str
    class_: str = msgspec.field(name="class")
    need: str
    state: str
    household_id: uuid.UUID
    amphoe: str | None
    tambon: str | None
    valid_from: dt.datetime
    valid_until: dt.datetime | None
    recorded_at: dt.datetime | None
    reason: str
    reason_th: str
    reason_en: str
    amount_thb: float | None
    agencies: list[str]
    rules: str
    unserved_needs: int | Hidden = UNSET


class FindingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the findings. `total` and `households` count all that the filters let through and come with the first page."""

    items: list[FindingItem]
    next: str | None
    total: int | Hidden = UNSET
    households: int | Hidden = UNSET
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET


class ProgrammeTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What the catalogue says of a programme at s; null where it says nothing."""

    programme_id: str
    name_th: str | None
    name_en: str | None
    need: str | None
    period: str | None
    cap_thb: float | None
    cap_scope: str | None
    minimum_interval_days: int | None


class FindingAction(msgspec.Struct, frozen=True, kw_only=True):
    """An action that a finding rests on. `part`: concerned, earlier (the other of the pair), or counted (toward a cap or a share)."""

    part: str
    action: int
    giver: str
    reporter: str
    kind: str
    need: str
    amount_thb: float | None
    programme: ProgrammeTerms | None
    happened_at: dt.datetime
    until: dt.datetime | None
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    sequence: int
    corrected: bool
    repeats: int | None
    person_id: uuid.UUID | Hidden | None = UNSET
    action_id: str | Hidden | None = UNSET
    recipient_name: str | Hidden | None = UNSET
    description: str | Hidden | None = UNSET


class NeedsStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What one statement says of the five needs."""

    source: str
    period: str
    sequence: int
    happened_at: dt.datetime
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    needs: dict[str, bool | None]


class NeedsThen(msgspec.Struct, frozen=True, kw_only=True):
    """The needs at an instant as known at s, and the statements they rest on."""

    at: dt.datetime
    needs: dict[str, bool | None]
    statements: list[NeedsStatement]


class RuleShown(msgspec.Struct, frozen=True, kw_only=True):
    """The rule that a finding was judged by, in words, with the parameters that matter for it."""

    version: str
    text_th: str
    text_en: str
    parameters: dict[str, object]


class DecisionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about a finding. `applies`: it is about the stretch that is shown; `text` and `reference` need the right `personal`."""

    sequence: int
    recorded_at: dt.datetime
    happened_at: dt.datetime
    verdict: str
    actor: str | None
    seen: int
    applies: bool
    text: str | Hidden | None = UNSET
    reference: str | Hidden | None = UNSET


class AgencyCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """How lately an agency has reported. `works_here` is null when none of its help is known, so that nobody knows where it works."""

    agency_id: str
    name_th: str | None
    name_en: str | None
    works_here: bool | None
    last_reported_at: dt.datetime | None
    silent_days: int | None
    silent: bool
    sentence_th: str
    sentence_en: str


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How far silence can be trusted: `confidence` is the share of the agencies for that need that are not silent, null without any."""

    need: str
    area: str | None
    confidence: float | None
    silent_after_days: int
    agencies: list[AgencyCoverage]


class CoverageAnswer(Coverage, frozen=True, kw_only=True):
    """Coverage with its basis."""

    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET


class OutlierKind(msgspec.Struct, frozen=True, kw_only=True):
    """Help of one kind."""

    kind: str
    actions: int
    amount_thb: float | None


class OutlierShare(msgspec.Struct, frozen=True, kw_only=True):
    """The help of one household for one need in a fiscal year (BE), and how its neighbours with that need fared."""

    fiscal_year: int
    kinds: list[OutlierKind]
    neighbours: int
    neighbours_without: int


class FindingDetail(FindingItem, frozen=True, kw_only=True):
    """A finding with everything that it rests on."""

    actions: list[FindingAction]
    needs: NeedsThen | None
    rule: RuleShown
    decisions: list[DecisionShown]
    coverage: Coverage | None
    outlier: OutlierShare | None
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET
