"""The words in which a village head reads the history: Thai and English of every code that an event or a finding carries."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from contracts.times import BUDDHIST_OFFSET, bangkok_date

MONTHS_TH = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")


class Text(NamedTuple):
    """One thing said in Thai and in English."""

    th: str
    en: str


Names = Mapping[str, Text]

SOURCES: Names = {
    "tpmap": Text("TPMAP", "TPMAP"),
    "pppconnext": Text("PPPConnext", "PPPConnext"),
    "thaiqm": Text("Thai QM", "Thai QM"),
    "mso_logbook": Text("MSO-Logbook", "MSO-Logbook"),
}
NEED_NAMES: Names = {
    "health": Text("สุขภาพ", "health"),
    "living": Text("ความเป็นอยู่", "living conditions"),
    "education": Text("การศึกษา", "education"),
    "income": Text("รายได้", "income"),
    "accessibility": Text("การเข้าถึงบริการรัฐ", "access to state services"),
    "unknown": Text("ไม่ระบุมิติ", "no stated need"),
}
KINDS: Names = {
    "cash": Text("เงินช่วยเหลือ", "cash"),
    "in_kind": Text("สิ่งของ", "goods"),
    "care": Text("การดูแล", "care"),
    "loan": Text("เงินกู้ยืม", "a loan"),
    "training": Text("การฝึกอบรม", "training"),
}
STANDINGS: Names = {
    "poor": Text("เข้าข่ายยากจน", "counts as poor"),
    "relapsed": Text("กลับมาเข้าข่ายยากจนอีกครั้ง", "counts as poor again"),
    "exited": Text("พ้นความยากจน", "is no longer poor"),
    "not_poor": Text("ไม่เข้าข่ายยากจน", "does not count as poor"),
    "unknown": Text("ยังไม่ทราบว่ายากจนหรือไม่", "is not known to be poor or not"),
}
FINDINGS: Names = {
    "D0": Text("ความช่วยเหลือเดียวกันถูกรายงานสองครั้ง", "the same help was reported twice"),
    "D1": Text(
        "สองหน่วยงานให้ความช่วยเหลือชนิดเดียวกันในเวลาทับซ้อน",
        "two agencies gave the same kind of help at the same time",
    ),
    "D2": Text(
        "ได้รับซ้ำเร็วกว่าหรือมากกว่าที่กำหนด", "help was repeated sooner or went further than the rules allow"
    ),
    "D3": Text("ได้รับมากกว่าเพื่อนบ้านมาก", "far more help than the neighbours with the same need"),
    "unserved": Text("มีความเดือดร้อนแต่ยังไม่มีใครช่วย", "there is a need that nobody helps with"),
    "mistargeted": Text("ได้รับความช่วยเหลือที่ไม่ตรงกับความเดือดร้อน", "help did not go where the need is"),
}
VERDICTS: Names = {
    "suspected": Text("กลับเป็น “ยังสงสัย”", "suspected again"),
    "confirmed": Text("ยืนยันว่าเป็นปัญหา", "confirmed"),
    "complementary": Text("เป็นความช่วยเหลือที่เสริมกัน", "complementary"),
    "reporting_error": Text("เกิดจากการรายงานผิด", "a reporting error"),
    "dismissed": Text("ไม่เป็นปัญหา", "dismissed"),
}
STEPS: Names = {
    "sent": Text("ส่งต่อความช่วยเหลือ", "referral sent"),
    "acknowledged": Text("รับทราบการส่งต่อ", "referral acknowledged"),
    "accepted": Text("รับดำเนินการตามที่ส่งต่อ", "referral accepted"),
    "declined": Text("ไม่รับดำเนินการตามที่ส่งต่อ", "referral declined"),
    "completed": Text("ช่วยเหลือตามที่ส่งต่อแล้ว", "referral completed"),
    "cancelled": Text("ยกเลิกการส่งต่อ", "referral cancelled"),
}
FIELDS: Names = {
    "amount_thb": Text("จำนวนเงิน", "the amount"),
    "kind": Text("ชนิด", "the kind"),
    "need": Text("มิติ", "the need"),
    "programme": Text("โครงการ", "the programme"),
    "happened_at": Text("วันที่ให้", "the day"),
    "until": Text("วันสิ้นสุด", "the last day"),
    "quantity": Text("จำนวน", "the quantity"),
    "records": Text("ระเบียน", "records"),
    "persons": Text("สมาชิกในบ้าน", "people at home"),
    "level": Text("ระดับ PPPConnext", "PPPConnext level"),
    "standing": Text("สถานะ", "standing"),
    "findings": Text("ข้อสังเกต", "findings"),
    "actions": Text("จำนวนครั้งที่ได้รับความช่วยเหลือ", "times helped"),
    "help_thb": Text("มูลค่าความช่วยเหลือ (บาท)", "help in baht"),
    "reported_twice": Text("รายงานซ้ำ", "reported twice"),
    **{need: Text(f"ความเดือดร้อนด้าน{name.th}", f"need: {name.en}") for need, name in NEED_NAMES.items()},
}


def name_in(names: Names, code: str) -> Text:
    """The words for a code; a code that has none stands for itself."""
    return names.get(code, Text(code, code))


def need_text(value: object) -> Text:
    """A need as it stands."""
    if value is None:
        return Text("ไม่ทราบ", "unknown")
    return Text("เดือดร้อน", "need") if value else Text("ไม่เดือดร้อน", "no need")


def iso_day(instant: dt.datetime) -> str:
    """The day in Bangkok as ISO writes it."""
    return bangkok_date(instant).isoformat()


def buddhist_day(instant: dt.datetime) -> str:
    """The day in Bangkok as people write it: `12 ก.ย. 2566`."""
    day = bangkok_date(instant)
    return f"{day.day} {MONTHS_TH[day.month - 1]} {day.year + BUDDHIST_OFFSET}"


def day_text(instant: dt.datetime | None) -> Text:
    """A day in both calendars."""
    if instant is None:
        return Text("ไม่ทราบวัน", "no day")
    iso = iso_day(instant)
    return Text(
        f"{buddhist_day(instant)} ({iso})", f"{iso} (B.E. {bangkok_date(instant).year + BUDDHIST_OFFSET})"
    )


def baht_text(satang: int | None) -> Text:
    """An amount, nothing where none is known."""
    if satang is None:
        return Text("", "")
    return Text(f" {satang / 100:,.2f} บาท", f" worth {satang / 100:,.2f} baht")
