"""What a publisher is answered: one receipt per record, action or event, one for a whole file."""

from typing import Literal

import msgspec

from contracts.codes import fault
from contracts.errors import FieldError

Status = Literal["accepted", "unchanged", "duplicate", "superseded", "conflict", "rejected", "erased"]
BatchState = Literal["queued", "running", "held", "finished", "failed", "discarded"]


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer. `sequence` is the event that holds the content, also when it was there before; `is_new` tells records apart."""

    status: Status
    sequence: int | None = None
    event_id: str | None = None
    row: int | None = None
    is_new: bool = False
    errors: tuple[FieldError, ...] = ()


class Warn(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a whole file that its sender should look at."""

    code: str
    message_en: str
    message_th: str


class BatchReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a file, in records or actions; `rows` are rows of the file.

    `read` = `new` + `changed` + `unchanged` + `superseded` + `quarantined` + `rejected`; `withdrawn` stands apart. `superseded` is what
    the source itself has since replaced, `quarantined` what can be mended, `rejected` what cannot.
    """

    batch: str
    source: str
    mode: str
    state: BatchState
    rows: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0
    rejected: int = 0
    withdrawn: int = 0
    dry_run: bool = False
    repeated: bool = False
    known: int = 0
    missing: int = 0
    """Of a snapshot: how many records are known in its scope, and how many of them it lacks."""
    warnings: tuple[Warn, ...] = ()
    first_errors: tuple[FieldError, ...] = ()


def rejected(errors: tuple[FieldError, ...], row: int | None = None) -> Receipt:
    """The answer to what cannot be taken."""
    return Receipt(status="rejected", errors=errors, row=row)


ERASED = fault("ERASED", "")
TOO_LARGE = fault("TOO_LARGE", "")
CONFLICT = fault("ACTION_CONFLICT", "action_id")
UNKNOWN_ACTION = fault("ACTION_UNKNOWN", "action_id")
UNKNOWN_STATEMENT = fault("RECORD_UNKNOWN", "record_key")
REFERRAL_CONFLICT = fault("REFERRAL_CONFLICT", "referral_id")
UNKNOWN_REFERRAL = fault("REFERRAL_UNKNOWN", "referral_id")
NOT_YOUR_STEP = fault("NOT_YOUR_STEP", "agency_id")


def step_conflict(state: str) -> FieldError:
    """The step does not follow where the referral stands."""
    return fault("REFERRAL_STEP", "", expected=state)
