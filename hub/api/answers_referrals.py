"""The answers about referrals and rules."""

import datetime as dt
import uuid

import msgspec

from contracts.events import EventNeed, ReferralStep


class ReferralItem(msgspec.Struct, frozen=True, kw_only=True):
    """A referral as it stands at s. `referral` is its id, the sequence at which it was sent; `key` names it in submissions.

    `text` and `referral_id` are what the sender said, `answer` is what was said with the latest step.
    """

    referral: int
    key: str
    state: ReferralStep
    overdue: bool
    sender: str
    receiver: str
    need: EventNeed
    household_id: uuid.UUID | None
    due_at: dt.datetime | None
    happened_at: dt.datetime
    recorded_at: dt.datetime
    sequence: int
    action: int | None
    referral_id: str | msgspec.UnsetType | None = msgspec.UNSET
    text: str | msgspec.UnsetType | None = msgspec.UNSET
    answer: str | msgspec.UnsetType | None = msgspec.UNSET


class RulesInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The rules at s, every field of `contracts.rules.Rules` with its value. `since` is the sequence from which on they are in force, null where none were published by then."""

    rules: dict[str, object]
    since: int | None
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool
    reported_by: dt.datetime | msgspec.UnsetType = msgspec.UNSET
