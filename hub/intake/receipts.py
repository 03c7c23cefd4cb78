"""What a publisher is answered: one receipt per record, action or event, one for a whole file."""

from typing import Literal

import msgspec

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


class BatchReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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


ERASED = FieldError(
    code="ERASED",
    path="",
    message_en="This household or person was erased at their request and is not taken in again.",
    message_th="ครัวเรือนหรือบุคคลนี้ได้ขอลบข้อมูลแล้ว ระบบจะไม่รับข้อมูลเข้าอีก",
)
TOO_LARGE = FieldError(
    code="TOO_LARGE",
    path="",
    message_en="The record or event is larger than the log takes; leave out what is not data, or send it in parts.",
    message_th="ข้อมูลรายการนี้ใหญ่เกินกว่าที่ระบบรับได้ กรุณาตัดส่วนที่ไม่จำเป็นหรือแบ่งส่ง",
)
CONFLICT = FieldError(
    code="ACTION_CONFLICT",
    path="action_id",
    message_en="Another action was recorded under this action_id; send a correction, or use a new action_id.",
    message_th="มีการช่วยเหลืออื่นที่ใช้ action_id นี้แล้ว กรุณาส่งการแก้ไข หรือใช้ action_id ใหม่",
)
UNKNOWN_ACTION = FieldError(
    code="ACTION_UNKNOWN",
    path="action_id",
    message_en="No action of this agency has this action_id.",
    message_th="ไม่พบการช่วยเหลือที่มี action_id นี้ของหน่วยงาน",
)
UNKNOWN_STATEMENT = FieldError(
    code="RECORD_UNKNOWN",
    path="record_key",
    message_en="The source never gave this record for this period.",
    message_th="แหล่งข้อมูลไม่เคยส่งระเบียนนี้สำหรับรอบนี้",
)
REFERRAL_CONFLICT = FieldError(
    code="REFERRAL_CONFLICT",
    path="referral_id",
    message_en="Another referral was sent under this referral_id; cancel it, or use a new referral_id.",
    message_th="มีการส่งต่ออื่นที่ใช้ referral_id นี้แล้ว กรุณายกเลิกหรือใช้ referral_id ใหม่",
)
UNKNOWN_REFERRAL = FieldError(
    code="REFERRAL_UNKNOWN",
    path="referral_id",
    message_en="There is no such referral.",
    message_th="ไม่พบการส่งต่อรายการนี้",
)
NOT_YOUR_STEP = FieldError(
    code="NOT_YOUR_STEP",
    path="agency_id",
    message_en="Only the receiver of a referral answers it, and only its sender cancels it.",
    message_th="เฉพาะหน่วยงานผู้รับเท่านั้นที่ตอบการส่งต่อได้ และเฉพาะผู้ส่งเท่านั้นที่ยกเลิกได้",
)


def step_conflict(state: str) -> FieldError:
    """The step does not follow where the referral stands."""
    return FieldError(
        code="REFERRAL_STEP",
        path="",
        message_en=f"The referral is {state}; this step does not follow.",
        message_th=f"การส่งต่ออยู่ในสถานะ {state} จึงทำขั้นตอนนี้ไม่ได้",
    )
