"""Codes of what is found while a row or event is taken in: it cannot be read, or it does not fit what is recorded already."""

from collections.abc import Mapping

INTAKE_FAULTS: Mapping[str, tuple[str, str]] = {
    "ERASED": (
        "This household or person was erased at their request and is not taken in again.",
        "ครัวเรือนหรือบุคคลนี้ได้ขอลบข้อมูลแล้ว ระบบจะไม่รับข้อมูลเข้าอีก",
    ),
    "TOO_LARGE": (
        "The record or event is larger than the log takes; leave out what is not data, or send it in parts.",
        "ข้อมูลรายการนี้ใหญ่เกินกว่าที่ระบบรับได้ กรุณาตัดส่วนที่ไม่จำเป็นหรือแบ่งส่ง",
    ),
    "ACTION_CONFLICT": (
        "Another action was recorded under this action_id; send a correction, or use a new action_id.",
        "มีการช่วยเหลืออื่นที่ใช้ action_id นี้แล้ว กรุณาส่งการแก้ไข หรือใช้ action_id ใหม่",
    ),
    "ACTION_UNKNOWN": (
        "No action of this agency has this action_id.",
        "ไม่พบการช่วยเหลือที่มี action_id นี้ของหน่วยงาน",
    ),
    "RECORD_UNKNOWN": (
        "The source never gave this record for this period.",
        "แหล่งข้อมูลไม่เคยส่งระเบียนนี้สำหรับรอบนี้",
    ),
    "REFERRAL_CONFLICT": (
        "Another referral was sent under this referral_id; cancel it, or use a new referral_id.",
        "มีการส่งต่ออื่นที่ใช้ referral_id นี้แล้ว กรุณายกเลิกหรือใช้ referral_id ใหม่",
    ),
    "REFERRAL_UNKNOWN": (
        "There is no such referral.",
        "ไม่พบการส่งต่อรายการนี้",
    ),
    "NOT_YOUR_STEP": (
        "Only the receiver of a referral answers it, and only its sender cancels it.",
        "เฉพาะหน่วยงานผู้รับเท่านั้นที่ตอบการส่งต่อได้ และเฉพาะผู้ส่งเท่านั้นที่ยกเลิกได้",
    ),
    "REFERRAL_STEP": (
        "The referral is {expected}; this step does not follow.",
        "การส่งต่ออยู่ในสถานะ {expected} จึงทำขั้นตอนนี้ไม่ได้",
    ),
    "ROW_TOO_LONG": (
        "The row has more cells than the heading ({expected}); a cell with a comma must stand in quotes.",
        "แถวนี้มีช่องมากกว่าหัวตาราง ({expected} ช่อง) ข้อความที่มีจุลภาคต้องอยู่ในเครื่องหมายคำพูด",
    ),
    "ROW_UNREADABLE": (
        "A quotation mark in the row is never closed.",
        "เครื่องหมายคำพูดในแถวนี้ไม่มีตัวปิด",
    ),
    "NESTED_TOO_DEEP": (
        "Lists and objects stand in each other more than {expected} deep.",
        "ข้อมูลซ้อนกันเกิน {expected} ชั้น",
    ),
    "NOT_YOURS": ("This key may not send for '{expected}'.", "กุญแจนี้ไม่มีสิทธิส่งข้อมูลในนามของ '{expected}'"),
}
"""English and Thai sentence of each code; they may name `{expected}`."""
