"""The one table of what a column is called in Thai, and of the columns whose numbers are names and not quantities."""

from collections.abc import Mapping

from contracts.records import NEEDS

KNOWN_KEYS: Mapping[str, tuple[str, ...]] = {"needs": NEEDS}
"""Fields that hold a value for each of a fixed set of names: one column for each, in this order."""

ID_COLUMNS = frozenset({"action", "other", "referral", "record", "member", "person", "household", "finding"})
"""Columns of numbers that only identify: written as text, so that no spreadsheet adds or rounds them."""

BUDDHIST_SUFFIX = "_be"
"""How the name of the second column of a date ends, the one in the Buddhist era."""

TITLES: Mapping[str, str] = {
    "name": "รายการ",
    "title": "คำอธิบาย",
    "value": "ค่า",
    "items": "รายการ",
    "household_id": "รหัสครัวเรือน",
    "person_id": "รหัสบุคคล",
    "agency_id": "รหัสหน่วยงาน",
    "programme_id": "รหัสโครงการ",
    "finding_id": "รหัสข้อสังเกต",
    "action": "ลำดับการช่วยเหลือ",
    "action_id": "รหัสการช่วยเหลือของหน่วยงาน",
    "other": "การช่วยเหลือที่เทียบกัน",
    "amphoe": "อำเภอ",
    "tambon": "ตำบล",
    "moo": "หมู่ที่",
    "code": "รหัสพื้นที่",
    "level": "ระดับ",
    "name_th": "ชื่อภาษาไทย",
    "name_en": "ชื่อภาษาอังกฤษ",
    "kind": "ประเภท",
    "class": "ชนิดข้อสังเกต",
    "state": "สถานะ",
    "reason": "เหตุผล",
    "rules": "ฉบับของเกณฑ์",
    "sources": "ฐานข้อมูลที่พบ",
    "source": "ฐานข้อมูล",
    "in_sources": "จำนวนฐานข้อมูล",
    "in_more_than_one": "พบมากกว่าหนึ่งฐานข้อมูล",
    "persons": "จำนวนคน",
    "persons_at_home": "จำนวนคนที่อยู่ประจำ",
    "households": "จำนวนครัวเรือน",
    "records": "จำนวนระเบียน",
    "needs": "ความจำเป็น",
    "need": "ด้าน",
    "no_need": "ไม่มีความจำเป็น",
    "unknown": "ไม่ทราบ",
    "health": "สุขภาพ",
    "living": "ความเป็นอยู่",
    "education": "การศึกษา",
    "income": "รายได้",
    "accessibility": "การเข้าถึงบริการภาครัฐ",
    "head_name": "ชื่อหัวหน้าครัวเรือน",
    "house_code": "รหัสประจำบ้าน",
    "house_no": "บ้านเลขที่",
    "point": "พิกัด",
    "lon": "ลองจิจูด",
    "lat": "ละติจูด",
    "agency": "หน่วยงาน",
    "agencies": "หน่วยงาน",
    "reporter": "ผู้รายงาน",
    "programme": "โครงการ",
    "amount_thb": "จำนวนเงิน (บาท)",
    "actions": "จำนวนการช่วยเหลือ",
    "assistance": "การช่วยเหลือ",
    "assisted_households": "ครัวเรือนที่ได้รับการช่วยเหลือ",
    "unresolved": "ยังไม่พบครัวเรือน",
    "totals": "รวม",
    "quantity": "ปริมาณ",
    "unit": "หน่วย",
    "happened_at": "เกิดขึ้นเมื่อ",
    "until": "ถึง (ไม่รวม)",
    "reported_at": "รายงานเมื่อ",
    "recorded_at": "ระบบบันทึกเมื่อ",
    "due_at": "กำหนดเวลา",
    "sequence": "ลำดับเหตุการณ์",
    "corrected": "แก้ไขแล้ว",
    "recipient_name": "ชื่อผู้รับ",
    "description": "รายละเอียด",
    "summary_th": "สรุป",
    "summary_en": "สรุป (อังกฤษ)",
    "period": "รอบ",
    "help_kind": "ประเภทการช่วยเหลือ",
    "cap_thb": "วงเงินสูงสุด (บาท)",
    "cap_scope": "วงเงินต่อ",
    "minimum_interval_days": "ระยะห่างขั้นต่ำ (วัน)",
    "suppressed": "ปกปิดจำนวนน้อย",
    "standing": "สถานะความยากจน",
    "low": "ค่าต่ำสุด",
    "high": "ค่าสูงสุด",
    "on_undecided": "ขึ้นกับการเชื่อมโยงที่ยังไม่ตัดสิน",
    "definition_th": "นิยาม",
    "definition_en": "นิยาม (อังกฤษ)",
    "list": "ที่อยู่ของรายการ",
    "as_of": "ระบบรู้ ณ เวลา",
    "valid_at": "จริง ณ เวลา",
    "reported_by": "นับเฉพาะที่รายงานภายใน",
    "final": "จะไม่เปลี่ยนอีก",
    "address": "ที่อยู่ที่ขอ",
    "time_zone": "เขตเวลา",
    "rows": "จำนวนแถว",
    "sum": "ผลรวม",
    "cut": "ข้อความที่ถูกตัดให้สั้น",
}


def title_of(name: str) -> str:
    """The Thai title of a dotted column; its English name where there is no Thai one."""
    if name.endswith(BUDDHIST_SUFFIX):
        return title_of(name.removesuffix(BUDDHIST_SUFFIX)) + " (พ.ศ.)"
    return " · ".join(TITLES.get(part, part) for part in name.split("."))
