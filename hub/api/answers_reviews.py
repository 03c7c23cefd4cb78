"""The shapes of the answers about reviews."""

import datetime as dt
import uuid

import msgspec

from contracts.events_links import LinkLevel
from hub.api.answers import UNSET, Hidden
from hub.api.second_look import Agreement


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Households, persons, and findings by class, of those for which anything would change."""

    households: int
    persons: int
    findings: dict[str, int]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would follow from a verdict, now. `changes` is false where everything would stay as it is."""

    verdict: str
    changes: bool
    records_moved: int
    members_moved: int
    before: Counts
    after: Counts


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Who took a review, until when; `mine` says that it is the caller."""

    key_id: str
    mine: bool
    until: dt.datetime


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """A review that the caller does not hold any more; `held` says whether the caller did."""

    review: str
    held: bool


class ReviewItem(msgspec.Struct, frozen=True, kw_only=True):
    """Two records (level household) or two members (level person) that people should decide about.

    `kind`: undecided (the model is in doubt), field_check (somebody has to go and look), second (decided already, asked again of another
    steward without saying how). `amount_thb` is the money at stake: what both were given at least; `unserved` the unmet needs of both, `persons` those of both.
    """

    review: str
    kind: str
    level: LinkLevel
    a: uuid.UUID
    b: uuid.UUID
    sources: list[str]
    amphoe: str | None
    tambon: str | None
    amount_thb: float
    unserved: int
    persons: int
    since: int
    claim: Claim | None
    rule: str | Hidden | None = UNSET
    score: int | Hidden | None = UNSET
    previews: list[Preview] | Hidden = UNSET


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the queue, the greatest impact first; `total` counts all of it, `next` is sent back as `token`."""

    items: list[ReviewItem]
    next: str | None
    total: int
    agreement: Agreement
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
