"""What publishers send: plain JSON, one object per event, read strictly.

A submission is what an agency says; the hub makes the event of it. Unknown fields are refused, so that a misspelt one is not lost.
"""

import datetime as dt
import re
from typing import Literal

import msgspec

from contracts.amounts import AmountFault, parse_baht
from contracts.codes import fault
from contracts.errors import FieldError
from contracts.events import VERDICTS, Agency, EventNeed, Programme
from contracts.events_links import LINK_LEVELS, LINK_VERDICTS
from contracts.records import NEEDS, Kind, Source
from contracts.sources.assistance import normal_agency_id
from contracts.sources.cells import key_text, text_of
from contracts.sources.contract import DeliveredRow, RowFault
from contracts.submissions_base import LONGEST_REASON, SubmissionBase, Text
from contracts.submissions_decisions import DecisionSubmission, RulesSubmission, refuse_unknown_rules
from contracts.submissions_links import LinkDecisionSubmission, LinkRevocationSubmission
from contracts.submissions_referrals import (
    AcceptedSubmission,
    AcknowledgedSubmission,
    CancelledSubmission,
    CompletedSubmission,
    DeclinedSubmission,
    ReferralSubmission,
)
from contracts.thai.dates import DateFault, parse_past
from contracts.thai.text import tidy

LONGEST_NAME = 500
PERIOD = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,31}\Z")
PROGRAMME_ID = re.compile(r"[^\s/]{1,100}\Z")


class RecordSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="record.received.v1"
):
    """One household of a source: all its rows, in the source's own columns."""

    source: Source
    rows: list[dict[str, object]]
    period: str | None = None
    reported_at: str | None = None


class WithdrawalSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="record.withdrawn.v1"
):
    """A source takes back what it said of a household for a period."""

    source: Source
    record_key: str
    period: str
    reported_at: str | None = None


class _ActionColumns(SubmissionBase, frozen=True, kw_only=True, omit_defaults=True):
    """The columns of docs/sources.md, `assistance`."""

    action_id: Text
    agency_id: str
    kind: str
    need: str
    happened_on: Text
    reporter_id: str | None = None
    citizen_id: Text | None = None
    house_code: Text | None = None
    source: str | None = None
    source_record_id: Text | None = None
    household_id: str | None = None
    household_sequence: Text | None = None
    recipient_name: str | None = None
    programme_id: Text | None = None
    amount_baht: Text | None = None
    quantity: Text | None = None
    unit: str | None = None
    until: Text | None = None
    description: str | None = None
    reported_at: str | None = None
    id: str | None = None


class AssistanceSubmission(
    _ActionColumns, frozen=True, kw_only=True, omit_defaults=True, tag="assistance.recorded.v1"
):
    """An agency helped. `id` is the publisher's own id of the message, kept as its correlation id."""


class CorrectionSubmission(
    _ActionColumns, frozen=True, kw_only=True, omit_defaults=True, tag="assistance.corrected.v1"
):
    """The whole action as it really was, and why it is corrected."""

    reason: str


class VoidSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="assistance.voided.v1"
):
    """The action never took place."""

    agency_id: str
    action_id: Text
    reason: str
    reported_at: str | None = None
    id: str | None = None


class AgencySubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="agency.registered.v1"
):
    """An agency takes part, or its entry changes."""

    agency_id: str
    name_th: str
    name_en: str | None = None
    kind: str = "other"


class ProgrammeSubmission(
    SubmissionBase, frozen=True, kw_only=True, omit_defaults=True, tag="programme.registered.v1"
):
    """A programme enters the catalogue, or its entry changes. `cap_baht` is an amount of baht as number or text."""

    programme_id: str
    agency_id: str
    name_th: str
    name_en: str | None = None
    need: EventNeed = "unknown"
    kind: Kind = "in_kind"
    period: Literal["once", "month", "year"] = "once"
    cap_baht: Text | None = None
    cap_scope: Literal["person", "family", "household"] = "household"
    minimum_interval_days: int | None = None


Submission = (
    RecordSubmission
    | WithdrawalSubmission
    | AssistanceSubmission
    | CorrectionSubmission
    | VoidSubmission
    | AgencySubmission
    | ProgrammeSubmission
    | RulesSubmission
    | DecisionSubmission
    | ReferralSubmission
    | AcknowledgedSubmission
    | AcceptedSubmission
    | DeclinedSubmission
    | CompletedSubmission
    | CancelledSubmission
    | LinkDecisionSubmission
    | LinkRevocationSubmission
)
SUBMISSIONS: tuple[type[SubmissionBase], ...] = (
    RecordSubmission,
    WithdrawalSubmission,
    AssistanceSubmission,
    CorrectionSubmission,
    VoidSubmission,
    AgencySubmission,
    ProgrammeSubmission,
    RulesSubmission,
    DecisionSubmission,
    ReferralSubmission,
    AcknowledgedSubmission,
    AcceptedSubmission,
    DeclinedSubmission,
    CompletedSubmission,
    CancelledSubmission,
    LinkDecisionSubmission,
    LinkRevocationSubmission,
)
TYPES = tuple(str(kind.__struct_config__.tag) for kind in SUBMISSIONS)
NOT_COLUMNS = frozenset(("reported_at", "id", "reason"))


class _RulesAsGiven(msgspec.Struct):
    rules: object = None


_decoder: msgspec.json.Decoder[Submission] = msgspec.json.Decoder(Submission)
_rules_decoder: msgspec.json.Decoder[_RulesAsGiven] = msgspec.json.Decoder(_RulesAsGiven)
_MISSING = re.compile(r"Object missing required field `([^`]*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")
_CHOICE = re.compile(r"Invalid enum value")
_EXPECTED = re.compile(r"Expected `([^`]*)`")
_RANGE = re.compile(r"Expected `[^`]*` (?:of length )?([<>]=? ?\S+)")
_PATH = re.compile(r" - at (?:`key` in )?`([^`]*)`\Z")
_BYTE = re.compile(r"byte (\d+)")


def decode_submission(data: bytes) -> Submission:
    """The submission in one JSON object. Raises RowFault with code, JSON path and what was expected, never the value itself."""
    try:
        submission = _decoder.decode(data)
    except msgspec.ValidationError as error:
        raise RowFault(_explain(str(error))) from None
    except msgspec.DecodeError as error:
        raise RowFault(_broken(str(error))) from None
    except UnicodeDecodeError:
        raise RowFault(fault("BROKEN_JSON", "$", expected="not UTF-8")) from None
    except RecursionError:
        raise RowFault(fault("BROKEN_JSON", "$", expected="nested too deep")) from None
    if isinstance(submission, RulesSubmission):
        refuse_unknown_rules(_rules_decoder.decode(data).rules)
    return submission


def _broken(text: str) -> FieldError:
    found = _BYTE.search(text)
    return fault("BROKEN_JSON", "$", expected=f"byte {found[1]}" if found is not None else "cut short")


def _explain(text: str) -> FieldError:
    at = _PATH.search(text)
    path = at[1] if at is not None else "$"
    missing = _MISSING.match(text)
    if missing is not None:
        return fault("FIELD_MISSING", f"{path}.{missing[1]}")
    unknown = _UNKNOWN.match(text)
    if unknown is not None:
        return fault("FIELD_UNKNOWN", f"{path}.{unknown[1][:64]}")
    if path == "$.type" or (path == "$" and "`type`" in text):
        return fault("UNKNOWN_TYPE", "$.type", expected=", ".join(TYPES))
    if _CHOICE.match(text) is not None:
        return fault("CHOICE_UNKNOWN", path, expected=_choices(path))
    limit = _RANGE.match(text)
    if limit is not None:
        return fault("OUT_OF_RANGE", path, expected=limit[1])
    expected = _EXPECTED.match(text)
    return fault(
        "FIELD_TYPE", path, expected=_in_words(expected[1]) if expected is not None else "another type"
    )


def _in_words(types: str) -> str:
    return " | ".join(dict.fromkeys(_TYPE_WORDS.get(name, name) for name in types.split(" | ")))


_TYPE_WORDS = {"str": "text", "int": "number", "float": "number", "array": "list", "bool": "true or false"}
_CHOICES = {
    "$.source": "tpmap, pppconnext, thaiqm, mso_logbook",
    "$.need": "health, living, education, income, accessibility, unknown",
    "$.kind": "cash, in_kind, care, loan, training",
    "$.period": "once, month, year",
    "$.cap_scope": "person, family, household",
    "$.verdict": ", ".join((*VERDICTS, *LINK_VERDICTS)),
    "$.level": ", ".join(LINK_LEVELS),
    "$.rules.interval_days": "cash, in_kind, care, loan, training",
}


def _choices(path: str) -> str:
    if path.startswith("$.rules.crosswalk."):
        return ", ".join(NEEDS)
    return _CHOICES.get(path, "the values of /contracts/")


def to_rows(submission: RecordSubmission) -> list[DeliveredRow]:
    """The rows of a submitted record, numbered from 1. Raises RowFault where there is none, or for a period that is none."""
    if not submission.rows:
        raise RowFault(fault("ROWS_EMPTY", "$.rows"))
    if submission.period is not None and PERIOD.match(submission.period) is None:
        raise RowFault(fault("PERIOD_INVALID", "$.period"))
    return [DeliveredRow(number, cells) for number, cells in enumerate(submission.rows, 1)]


def require_one_household(identities: set[str | None]) -> None:
    """Raises RowFault when the rows of a submission name more than one household."""
    if len(identities) > 1:
        raise RowFault(fault("ROWS_MIXED", "$.rows"))


def to_action_row(submission: AssistanceSubmission | CorrectionSubmission) -> DeliveredRow:
    """The columns of a submitted action as a row of an assistance file."""
    cells = {
        name: value
        for name in submission.__struct_fields__
        if name not in NOT_COLUMNS and (value := getattr(submission, name)) is not None
    }
    return DeliveredRow(1, cells)


def reported_at_of(submission: Submission, today: dt.date) -> dt.datetime | None:
    """When the source knew it, as the submission says; a date is its midnight in Bangkok. Raises RowFault."""
    text = getattr(submission, "reported_at", None)
    try:
        moment = parse_past(text, today) if text else None
    except DateFault as error:
        raise RowFault(error.at("$.reported_at")) from None
    return None if moment is None else moment[0]


class VoidedAction(msgspec.Struct, frozen=True, kw_only=True):
    """Which action never took place, and why."""

    agency_id: str
    action_id: str
    reason: str


def to_void(submission: VoidSubmission) -> VoidedAction:
    """The voided action, named as `build_action` names it. Raises RowFault."""
    faults: list[FieldError] = []
    agency_id = _agency_id(submission.agency_id, faults)
    action_id, reason = text_of({"": submission.action_id}, ""), tidy(submission.reason)
    for name, text in (("action_id", action_id), ("reason", reason)):
        if not text:
            faults.append(fault("FIELD_MISSING", f"$.{name}"))
    if len(reason) > LONGEST_REASON:
        faults.append(fault("TEXT_TOO_LONG", "$.reason", expected=str(LONGEST_REASON)))
    if faults:
        raise RowFault(*faults)
    return VoidedAction(agency_id=agency_id, action_id=action_id, reason=reason)


def to_withdrawal(submission: WithdrawalSubmission) -> WithdrawalSubmission:
    """The withdrawal with its key and period as records carry them. Raises RowFault."""
    record_key = key_text(tidy(submission.record_key))
    if not record_key:
        raise RowFault(fault("FIELD_MISSING", "$.record_key"))
    if PERIOD.match(submission.period) is None:
        raise RowFault(fault("PERIOD_INVALID", "$.period"))
    return msgspec.structs.replace(submission, record_key=record_key)


def to_agency(submission: AgencySubmission) -> Agency:
    """The entry of an agency. Raises RowFault for an id or a name that cannot be one."""
    faults: list[FieldError] = []
    agency_id = _agency_id(submission.agency_id, faults)
    name = _name(submission.name_th, faults)
    if faults:
        raise RowFault(*faults)
    return Agency(agency_id=agency_id, name_th=name, name_en=submission.name_en, kind=submission.kind)


def to_programme(submission: ProgrammeSubmission) -> Programme:
    """The entry of a programme. Raises RowFault for ids, a name or an amount that cannot be."""
    faults: list[FieldError] = []
    agency_id = _agency_id(submission.agency_id, faults)
    name = _name(submission.name_th, faults)
    if PROGRAMME_ID.match(submission.programme_id) is None:
        faults.append(fault("IDENTIFIER_INVALID", "$.programme_id"))
    if submission.minimum_interval_days is not None and submission.minimum_interval_days < 0:
        faults.append(fault("QUANTITY_INVALID", "$.minimum_interval_days"))
    cap: int | None = None
    try:
        cap = parse_baht("" if submission.cap_baht is None else str(submission.cap_baht))
    except AmountFault as error:
        faults.append(fault(error.code, "$.cap_baht"))
    if faults:
        raise RowFault(*faults)
    return Programme(
        programme_id=submission.programme_id,
        agency_id=agency_id,
        name_th=name,
        name_en=submission.name_en,
        need=submission.need,
        kind=submission.kind,
        period=submission.period,
        cap_satang=cap,
        cap_scope=submission.cap_scope,
        minimum_interval_days=submission.minimum_interval_days,
    )


def _agency_id(text: str, faults: list[FieldError]) -> str:
    agency_id = normal_agency_id(text.strip())
    if agency_id is None:
        faults.append(fault("IDENTIFIER_INVALID", "$.agency_id"))
    return agency_id or ""


def _name(text: str, faults: list[FieldError]) -> str:
    name = tidy(text)
    if not name:
        faults.append(fault("FIELD_MISSING", "$.name_th"))
    elif len(name) > LONGEST_NAME:
        faults.append(fault("TEXT_TOO_LONG", "$.name_th", expected=str(LONGEST_NAME)))
    return name
