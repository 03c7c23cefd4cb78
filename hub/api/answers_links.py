"""The shapes of the answers about links: evidence of a pair, the graph of a household, reviews. As docs/semantics.md states them."""

import datetime as dt
import uuid

import msgspec

from contracts.records import House, Member
from hub.api.answers import UNSET, Hidden


class LinkDecisionShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided. `groups` are the ids of records or members; `revoked` is the sequence that took it back."""

    sequence: int
    level: str
    verdict: str
    groups: list[list[uuid.UUID]]
    actor: str | None
    happened_at: dt.datetime
    recorded_at: dt.datetime
    seen: int
    model: str | None
    revoked: int | None
    text: str | Hidden | None = UNSET
    reference: str | Hidden | None = UNSET
    evidence: list[str] | Hidden = UNSET


class LinkEdge(msgspec.Struct, frozen=True, kw_only=True):
    """An edge that the hub keeps, as stored: `score` in thousandths; `a`, `b` are ids of members (person) or records."""

    level: str
    a: uuid.UUID
    b: uuid.UUID
    rule: str
    score: int
    since: int
    band: str


class FieldEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What one field says: `bits` for (positive) or against; `level` is how alike the two values are. `a`, `b` are the raw values."""

    field: str
    field_th: str
    level: str
    level_th: str
    bits: float
    a: str | Hidden | None = UNSET
    b: str | Hidden | None = UNSET


class Reason(msgspec.Struct, frozen=True):
    """One sentence of why, or why not."""

    code: str
    th: str
    en: str


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of members weighed by the model: the sum of `start_bits` and the fields is `bits`, whatever forbids it apart.

    `against` is the world it is weighed against: strangers, or relatives of one house. `band`: link, undecided or none.
    """

    model: str
    bits: float
    start_bits: float
    link_bits: float
    review_bits: float
    band: str
    against: str
    vetoed: bool
    contradicts: bool
    fields: list[FieldEvidence]


class LinkMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a record, with the person it belongs to at s. `member` is null where it was erased."""

    id: uuid.UUID
    person_id: uuid.UUID
    current: bool
    member: Member | Hidden | None = UNSET


class LinkRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record as links see it, by its newest statement. `id` is the household id that it would found alone."""

    id: uuid.UUID
    household_id: uuid.UUID
    source: str
    sequence: int
    period: str
    happened_at: dt.datetime
    amphoe: str | None
    tambon: str | None
    members: list[LinkMember]
    house: House | Hidden | None = UNSET


class MemberPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two members, one of each record, that best fit together."""

    a: uuid.UUID
    b: uuid.UUID
    together: bool
    weighing: Weighing


class LinkExplained(msgspec.Struct, frozen=True, kw_only=True):
    """Two records (level household) or two members (level person): what speaks for and against, what people decided, what holds.

    Of members `weighing` is their own; of records `pairs` are their members that fit best, each weighed, and `address` what both say of the place.
    """

    level: str
    together: bool
    a: LinkRecord
    b: LinkRecord
    reasons: list[Reason]
    edges: list[LinkEdge] | Hidden
    decisions: list[LinkDecisionShown] | Hidden
    shared_keys: int
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    weighing: Weighing | Hidden = UNSET
    pairs: list[MemberPair] | Hidden = UNSET
    address: list[FieldEvidence] | Hidden = UNSET


class HouseholdLinks(msgspec.Struct, frozen=True, kw_only=True):
    """The graph of a household at s: its records, their neighbours that stayed apart (`outside`), edges, decisions."""

    household_id: uuid.UUID
    model: str
    records: list[LinkRecord]
    outside: list[LinkRecord]
    edges: list[LinkEdge]
    decisions: list[LinkDecisionShown]
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
