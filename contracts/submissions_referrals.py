"""Submissions about referrals: an agency asks another one to help a household, and the five steps that may follow."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from contracts.codes import fault
from contracts.errors import FieldError
from contracts.events import EventNeed, ReferralStep
from contracts.records import RecipientRef, Words
from contracts.sources.assistance import normal_agency_id
from contracts.sources.cells import text_of
from contracts.sources.contract import Context, RowFault
from contracts.sources.recipients import Faults, read_recipients
from contracts.submissions_base import SubmissionBase, Text
from contracts.submissions_decisions import PSEUDONYM, past_of, to_words
from contracts.thai.dates import DateFault, last_day, parse_thai_date
from contracts.times import bangkok_date, end_of_day

LONGEST_ID = 200
RECIPIENT_FIELDS = (
    "citizen_id",
    "house_code",
    "source",
    "source_record_id",
    "household_id",
    "household_sequence",
)


class ReferralSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="referral.sent.v1"
):
    """An agency asks another to help. (`sender`, `referral_id`) names it for ever; `due_on` is the last day for an answer.

    The household is named as in an assistance action.
    """

    sender: str
    referral_id: Text
    receiver: str
    need: EventNeed
    text: str = ""
    citizen_id: Text | None = None
    house_code: Text | None = None
    source: str | None = None
    source_record_id: Text | None = None
    household_id: str | None = None
    household_sequence: Text | None = None
    due_on: Text | None = None
    happened_on: Text | None = None
    reported_at: str | None = None
    id: str | None = None


class _StepSubmission(SubmissionBase, frozen=True, kw_only=True, omit_defaults=True):
    """A step taken by `agency_id`. The referral is named by `sender` and `referral_id`, or by the `key` that lists show."""

    agency_id: str
    key: str | None = None
    sender: str | None = None
    referral_id: Text | None = None
    text: str = ""
    happened_on: Text | None = None
    reported_at: str | None = None
    id: str | None = None


class AcknowledgedSubmission(
    _StepSubmission, frozen=True, kw_only=True, omit_defaults=True, tag="referral.acknowledged.v1"
):
    """The receiver has seen it."""


class AcceptedSubmission(
    _StepSubmission, frozen=True, kw_only=True, omit_defaults=True, tag="referral.accepted.v1"
):
    """The receiver will help."""


class DeclinedSubmission(
    _StepSubmission, frozen=True, kw_only=True, omit_defaults=True, tag="referral.declined.v1"
):
    """The receiver will not help; `text` says why."""


class CompletedSubmission(
    _StepSubmission, frozen=True, kw_only=True, omit_defaults=True, tag="referral.completed.v1"
):
    """The receiver has helped; `action_id` is its own number of that help."""

    action_id: Text | None = None


class CancelledSubmission(
    _StepSubmission, frozen=True, kw_only=True, omit_defaults=True, tag="referral.cancelled.v1"
):
    """The sender takes it back."""


StepSubmission = (
    AcknowledgedSubmission
    | AcceptedSubmission
    | DeclinedSubmission
    | CompletedSubmission
    | CancelledSubmission
)
STEP_OF: Mapping[type[StepSubmission], ReferralStep] = {
    AcknowledgedSubmission: "acknowledged",
    AcceptedSubmission: "accepted",
    DeclinedSubmission: "declined",
    CompletedSubmission: "completed",
    CancelledSubmission: "cancelled",
}


class DeliveredReferral(msgspec.Struct, frozen=True, kw_only=True):
    """A referral, read and checked. `happened_at` None is the moment in which it is taken in; `due_at` is an exclusive end."""

    sender: str
    referral_id: str
    receiver: str
    need: EventNeed
    recipients: tuple[RecipientRef, ...]
    words: Words
    due_at: dt.datetime | None
    happened_at: dt.datetime | None


class DeliveredStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step, read and checked. The referral is named by `key`, else by `sender` and `referral_id`."""

    step: ReferralStep
    agency_id: str
    key: str | None
    sender: str
    referral_id: str
    words: Words
    action_id: str | None
    happened_at: dt.datetime | None


def to_referral(submission: ReferralSubmission, context: Context) -> DeliveredReferral:
    """The referral. Raises RowFault with every fault."""
    faults: list[FieldError] = []
    sender = _agency(submission.sender, "$.sender", faults)
    receiver = _agency(submission.receiver, "$.receiver", faults)
    if sender and sender == receiver:
        faults.append(fault("REFERRAL_TO_SELF", "$.receiver"))
    referral_id = _own_id(submission.referral_id, "$.referral_id", faults)
    words = to_words(submission.text, referral_id or None, "$.text", faults)
    happened_at = past_of(_text(submission.happened_on), "$.happened_on", context.today, faults)
    due_at = _due(_text(submission.due_on), happened_at, context.today, faults)
    found = Faults(1)
    recipients, _flags = read_recipients(_recipient_texts(submission), context, found)
    faults += [msgspec.structs.replace(one, path=f"$.{one.path}", row=None) for one in found.found]
    if faults:
        raise RowFault(*faults)
    return DeliveredReferral(
        sender=sender,
        referral_id=referral_id,
        receiver=receiver,
        need=submission.need,
        recipients=recipients,
        words=words,
        due_at=due_at,
        happened_at=happened_at,
    )


def to_step(submission: StepSubmission, today: dt.date) -> DeliveredStep:
    """The step. Raises RowFault with every fault."""
    faults: list[FieldError] = []
    step = STEP_OF[type(submission)]
    agency_id = _agency(submission.agency_id, "$.agency_id", faults)
    sender, referral_id = "", ""
    if submission.key is not None:
        if PSEUDONYM.match(submission.key) is None:
            faults.append(fault("PSEUDONYM_INVALID", "$.key"))
    elif submission.sender is None or submission.referral_id is None:
        faults.append(fault("REFERRAL_UNNAMED", "$.key", expected="key, sender + referral_id"))
    else:
        sender = _agency(submission.sender, "$.sender", faults)
        referral_id = _own_id(submission.referral_id, "$.referral_id", faults)
    words = to_words(submission.text, None, "$.text", faults)
    if step == "declined" and not words.text:
        faults.append(fault("FIELD_MISSING", "$.text"))
    action_id = None
    if isinstance(submission, CompletedSubmission) and submission.action_id is not None:
        action_id = _own_id(submission.action_id, "$.action_id", faults)
    happened_at = past_of(_text(submission.happened_on), "$.happened_on", today, faults)
    if faults:
        raise RowFault(*faults)
    return DeliveredStep(
        step=step,
        agency_id=agency_id,
        key=submission.key,
        sender=sender,
        referral_id=referral_id,
        words=words,
        action_id=action_id,
        happened_at=happened_at,
    )


def _text(value: Text | None) -> str | None:
    return None if value is None else text_of({"": value}, "")


def _agency(text: str, path: str, faults: list[FieldError]) -> str:
    agency_id = normal_agency_id(text.strip())
    if agency_id is None:
        faults.append(fault("IDENTIFIER_INVALID", path))
    return agency_id or ""


def _own_id(value: Text, path: str, faults: list[FieldError]) -> str:
    text = _text(value) or ""
    if not text:
        faults.append(fault("FIELD_MISSING", path))
    elif len(text) > LONGEST_ID:
        faults.append(fault("TEXT_TOO_LONG", path, expected=str(LONGEST_ID)))
    return text


def _due(
    text: str | None, happened_at: dt.datetime | None, today: dt.date, faults: list[FieldError]
) -> dt.datetime | None:
    try:
        date = parse_thai_date(text, today) if text else None
    except DateFault as error:
        faults.append(error.at("$.due_on"))
        return None
    if date is None:
        return None
    begun = today if happened_at is None else bangkok_date(happened_at)
    if last_day(date) < begun:
        faults.append(fault("DATE_ORDER", "$.due_on", expected="happened_on"))
    return end_of_day(last_day(date))


def _recipient_texts(submission: ReferralSubmission) -> dict[str, str]:
    found = {name: _text(getattr(submission, name)) for name in RECIPIENT_FIELDS}
    return {name: text for name, text in found.items() if text}
