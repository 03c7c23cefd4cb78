"""Every code that a fault or a flag of a delivered record can carry, with its Thai and English sentence and what to do.

A fault refuses the row or submission; a flag stays beside a value that was kept, corrected or left out. Sentences hold no value of
the delivery itself: a wrong cell may be a citizen id.
"""

from collections.abc import Mapping

import msgspec

from contracts.codes_intake import INTAKE_FAULTS
from contracts.errors import FieldError


class Code(msgspec.Struct, frozen=True):
    """One code. The sentences may name `{field}` and `{expected}`."""

    message_en: str
    message_th: str
    hint: str | None = None


FAULTS: Mapping[str, Code] = {
    "NO_IDENTITY": Code(
        "Nothing in the row says which household it is about; one of these is needed: {expected}.",
        "แถวนี้ไม่มีข้อมูลที่ระบุครัวเรือน ต้องมีอย่างน้อยหนึ่งอย่าง: {expected}",
        "Fill in the source's own household id.",
    ),
    "ROWS_EMPTY": Code("There is no row to read.", "ไม่มีแถวข้อมูล", "Send at least one row that is not empty."),
    "FIELD_MISSING": Code("'{field}' is required.", "ต้องระบุ '{field}'", "Fill in the field."),
    "FIELD_TYPE": Code(
        "'{field}' has the wrong type; expected {expected}.", "'{field}' เป็นข้อมูลผิดชนิด ต้องเป็น {expected}"
    ),
    "FIELD_UNKNOWN": Code(
        "'{field}' is not a field of this event.",
        "ไม่มีฟิลด์ '{field}' ในเหตุการณ์ชนิดนี้",
        "Check the spelling against /contracts/.",
    ),
    "UNKNOWN_TYPE": Code(
        "This type of event cannot be published; expected one of {expected}.",
        "ไม่รับเหตุการณ์ชนิดนี้ ต้องเป็นหนึ่งใน {expected}",
        "Check the field 'type'.",
    ),
    "BROKEN_JSON": Code(
        "This is not valid JSON ({expected}).",
        "ข้อมูล JSON ไม่ถูกต้อง ({expected})",
        "Send one JSON object per line.",
    ),
    "TEXT_TOO_LONG": Code(
        "'{field}' is longer than {expected} characters.",
        "'{field}' ยาวเกิน {expected} ตัวอักษร",
        "Shorten the text.",
    ),
    "TOO_MANY_MEMBERS": Code(
        "The record lists more than {expected} people.",
        "ระเบียนนี้มีสมาชิกเกิน {expected} คน",
        "A central register (ทะเบียนบ้านกลาง) is not a household; leave it out.",
    ),
    "DATE_INVALID": Code(
        "'{field}' is not a date that exists.",
        "'{field}' ไม่ใช่วันที่ที่ถูกต้อง",
        "Write 2023-09-12, 12/9/2566 or 12 ก.ย. 2566.",
    ),
    "DATE_MISSING": Code(
        "'{field}' is empty, and nothing else says when this was true.",
        "'{field}' ว่าง และไม่มีข้อมูลอื่นที่บอกว่าเป็นข้อมูลของวันใด",
        "Fill in the day.",
    ),
    "DATE_FUTURE": Code(
        "'{field}' lies in the future.",
        "'{field}' เป็นวันที่ในอนาคต",
        "Check the year and whether it is Buddhist (2566) or Common Era (2023).",
    ),
    "DATE_ORDER": Code(
        "'{field}' is before {expected}.",
        "'{field}' อยู่ก่อน {expected}",
        "Exchange the two days or correct one.",
    ),
    "PERIOD_MISSING": Code(
        "Nothing says for which period the record speaks; '{field}' is empty.",
        "ไม่ทราบรอบการสำรวจ '{field}' ว่าง",
        "Fill in the column or give --period.",
    ),
    "PERIOD_INVALID": Code(
        "'{field}' is not a period such as 2566 or 2566-1.", "'{field}' ไม่ใช่รอบการสำรวจ เช่น 2566 หรือ 2566-1"
    ),
    "PERIOD_MIXED": Code(
        "The rows of one household name different periods.",
        "แถวของครัวเรือนเดียวกันระบุรอบการสำรวจต่างกัน",
        "Send one record per household and period.",
    ),
    "ROWS_MIXED": Code(
        "The rows speak of more than one household.",
        "แถวเหล่านี้เป็นของหลายครัวเรือน",
        "Send one submission for each household.",
    ),
    "IDENTIFIER_INVALID": Code(
        "'{field}' may hold letters a-z, digits, '-' and '_' only, at most 64.",
        "'{field}' ใช้ได้เฉพาะ a-z ตัวเลข '-' และ '_' ไม่เกิน 64 ตัว",
        "Use the id under which the agency or programme is registered.",
    ),
    "HOUSEHOLD_ID_INVALID": Code(
        "'{field}' is not a household id of the hub.",
        "'{field}' ไม่ใช่รหัสครัวเรือนของระบบ",
        "Copy the UUID that the hub shows for the household.",
    ),
    "NO_RECIPIENT": Code(
        "Nothing says who received the help; one of these is needed: {expected}.",
        "ไม่ทราบว่าใครได้รับความช่วยเหลือ ต้องมีอย่างน้อยหนึ่งอย่าง: {expected}",
        "A name alone does not identify a recipient.",
    ),
    "KIND_UNKNOWN": Code(
        "'{field}' is not a kind of help; expected one of {expected}.",
        "'{field}' ไม่ใช่ชนิดความช่วยเหลือ ต้องเป็นหนึ่งใน {expected}",
    ),
    "NEED_UNKNOWN": Code(
        "'{field}' is not a need; expected one of {expected}.",
        "'{field}' ไม่ใช่มิติความต้องการ ต้องเป็นหนึ่งใน {expected}",
    ),
    "CHOICE_UNKNOWN": Code("'{field}' must be one of {expected}.", "'{field}' ต้องเป็นหนึ่งใน {expected}"),
    "SOURCE_UNKNOWN": Code(
        "'{field}' is not a source; expected one of {expected}.",
        "'{field}' ไม่ใช่แหล่งข้อมูล ต้องเป็นหนึ่งใน {expected}",
    ),
    "AMOUNT_INVALID": Code(
        "'{field}' is not an amount in baht with at most two decimals.",
        "'{field}' ไม่ใช่จำนวนเงินบาทที่มีทศนิยมไม่เกินสองตำแหน่ง",
        "Write 1500, 1,500.00 or leave it empty.",
    ),
    "AMOUNT_NEGATIVE": Code(
        "'{field}' is negative.",
        "'{field}' ติดลบ",
        "Take help back with assistance.corrected or assistance.voided.",
    ),
    "QUANTITY_INVALID": Code("'{field}' is not a quantity of 0 or more.", "'{field}' ไม่ใช่จำนวนตั้งแต่ 0 ขึ้นไป"),
    "OUT_OF_RANGE": Code(
        "'{field}' is outside what is allowed: {expected}.", "'{field}' อยู่นอกช่วงที่กำหนด: {expected}"
    ),
    "FINDING_ID_INVALID": Code(
        "'{field}' is not the id of a finding.",
        "'{field}' ไม่ใช่รหัสข้อค้นพบ",
        "Copy the id that the hub shows, such as D1-120-87.",
    ),
    "PSEUDONYM_INVALID": Code(
        "'{field}' is not a pseudonym of 32 hex digits.",
        "'{field}' ไม่ใช่รหัสแฝงที่เป็นเลขฐานสิบหก 32 หลัก",
        "Copy it from the hub's own answer.",
    ),
    "GROUPS_INVALID": Code(
        "'{field}' does not fit the verdict; expected {expected}.",
        "'{field}' ไม่ตรงกับผลการตัดสิน ต้องเป็น {expected}",
        "'same' joins what is in one group; 'different' parts the groups.",
    ),
    "REFERRAL_UNNAMED": Code(
        "Nothing says which referral is meant; one of these is needed: {expected}.",
        "ไม่ทราบว่าหมายถึงการส่งต่อรายการใด ต้องมีอย่างน้อยหนึ่งอย่าง: {expected}",
    ),
    "REFERRAL_TO_SELF": Code(
        "An agency cannot refer a household to itself.", "หน่วยงานส่งต่อครัวเรือนให้ตนเองไม่ได้"
    ),
    **{name: Code(en, th) for name, (en, th) in INTAKE_FAULTS.items()},
}

FLAGS: Mapping[str, Code] = {
    "ID_CHECKSUM": Code(
        "The check digit of the citizen id is wrong.", "เลขตรวจสอบของเลขประจำตัวประชาชนไม่ถูกต้อง"
    ),
    "ID_UNVERIFIABLE": Code(
        "A citizen id of class 0 or 9 cannot be verified.", "เลขประจำตัวกลุ่ม 0 หรือ 9 ตรวจสอบไม่ได้"
    ),
    "ID_EXCEL": Code(
        "A spreadsheet has destroyed digits of the citizen id.",
        "โปรแกรมตารางคำนวณทำให้เลขประจำตัวประชาชนเสียหาย",
        "Format the column as text before saving.",
    ),
    "ID_EXCEL_DECIMAL": Code(
        "A decimal tail was taken off the citizen id.", "ตัดทศนิยมท้ายเลขประจำตัวประชาชนออกแล้ว"
    ),
    "ID_LENGTH": Code("The citizen id does not have 13 digits.", "เลขประจำตัวประชาชนไม่ครบ 13 หลัก"),
    "ID_MALFORMED": Code(
        "The citizen id holds other signs than digits.", "เลขประจำตัวประชาชนมีอักขระที่ไม่ใช่ตัวเลข"
    ),
    "HOUSE_CODE_LENGTH": Code("The house code does not have 11 digits.", "รหัสประจำบ้านไม่ครบ 11 หลัก"),
    "HOUSE_CODE_EXCEL": Code(
        "A spreadsheet has destroyed digits of the house code.", "โปรแกรมตารางคำนวณทำให้รหัสประจำบ้านเสียหาย"
    ),
    "BIRTH_INVALID": Code("The date of birth cannot be read.", "อ่านวันเกิดไม่ได้"),
    "BIRTH_FUTURE": Code("The date of birth lies in the future.", "วันเกิดอยู่ในอนาคต"),
    "DATE_PARTIAL": Code(
        "Only the year or month is known; its first day is used.", "ทราบเพียงปีหรือเดือน จึงใช้วันแรกของช่วงนั้น"
    ),
    "DATE_FROM_PERIOD": Code(
        "No day is given; the first day of the period's year is used.", "ไม่ระบุวัน จึงใช้วันแรกของปีที่สำรวจ"
    ),
    "POINT_SWAPPED": Code("Latitude and longitude were exchanged.", "ละติจูดและลองจิจูดสลับกัน"),
    "POINT_NAN": Code("A coordinate is not a number.", "พิกัดไม่ใช่ตัวเลข"),
    "POINT_ZERO": Code("The coordinates are zero.", "พิกัดเป็นศูนย์"),
    "POINT_INCOMPLETE": Code("One coordinate is missing.", "พิกัดไม่ครบ"),
    "POINT_UNREADABLE": Code("The coordinates cannot be read.", "อ่านพิกัดไม่ได้"),
    "POINT_UTM47": Code("The coordinates were UTM zone 47N.", "พิกัดเป็น UTM โซน 47N"),
    "POINT_UTM48": Code("The coordinates were UTM zone 48N.", "พิกัดเป็น UTM โซน 48N"),
    "POINT_ZONE": Code(
        "The point was 6 degrees off: UTM zones 47 and 48 confused.",
        "พิกัดคลาดเคลื่อน 6 องศา สลับโซน UTM 47 กับ 48",
    ),
    "POINT_OUTSIDE": Code("The point lies outside the province.", "พิกัดอยู่นอกจังหวัด"),
    "AREA_UNRESOLVED": Code("The amphoe or tambon was not recognised.", "ไม่รู้จักชื่อหรือรหัสอำเภอ/ตำบล"),
    "AREA_MUNICIPAL": Code("A municipal area code; only the amphoe is known.", "รหัสเขตเทศบาล ทราบเพียงอำเภอ"),
    "MOO_INVALID": Code("The village number cannot be read.", "อ่านหมู่ที่ไม่ได้"),
    "LEVEL_INVALID": Code("The level is not on its scale.", "ระดับอยู่นอกช่วงที่กำหนด"),
    "SCORE_INVALID": Code("A score is not between 1 and 4.", "คะแนนไม่อยู่ระหว่าง 1 ถึง 4"),
    "OUTCOME_UNKNOWN": Code("The outcome is not one of the known words.", "ผลการดำเนินงานไม่ใช่คำที่รู้จัก"),
    "NEED_WORD_UNKNOWN": Code("A need is stated in words that are not known.", "มีคำเกี่ยวกับความต้องการที่ไม่รู้จัก"),
    "INCOME_INVALID": Code("The income is not an amount in baht.", "รายได้ไม่ใช่จำนวนเงินบาท"),
    "SEX_UNKNOWN": Code("The sex cannot be read.", "อ่านเพศไม่ได้"),
    "MEMBER_REPEATED": Code(
        "The same member row was given more than once; it counts once.", "มีแถวสมาชิกซ้ำกัน นับเพียงครั้งเดียว"
    ),
    "MEMBER_KEY_REPEATED": Code(
        "Another member of the record has the same number or id.", "สมาชิกอื่นในระเบียนมีเลขเดียวกัน"
    ),
    "HOUSEHOLD_CELLS_DIFFER": Code(
        "The rows disagree about the household; the first is used.", "แถวของครัวเรือนเดียวกันไม่ตรงกัน ใช้ค่าแรก"
    ),
    "ROWS_REPEATED": Code(
        "The household was given more than once; the last row counts.", "ครัวเรือนนี้มีมากกว่าหนึ่งแถว ใช้แถวสุดท้าย"
    ),
    "NO_MEMBERS": Code("The record lists no member.", "ระเบียนนี้ไม่มีสมาชิก"),
    "RECORD_REF_INCOMPLETE": Code(
        "A source and its record id belong together; one is missing.",
        "ต้องระบุแหล่งข้อมูลคู่กับรหัสระเบียน ขาดไปหนึ่งอย่าง",
    ),
}

CODES: Mapping[str, Code] = {**FAULTS, **FLAGS}


def fault(code: str, path: str, *, row: int | None = None, expected: str = "") -> FieldError:
    """The fault `code` of the field `path`, in words. Raises KeyError for a code that is not listed."""
    entry = FAULTS[code]
    field = path.replace("[...]", "[]").rsplit(".", 1)[-1].removeprefix("$") or "data"
    return FieldError(
        code=code,
        path=path,
        message_en=entry.message_en.format(field=field, expected=expected),
        message_th=entry.message_th.format(field=field, expected=expected),
        row=row,
        hint=entry.hint,
    )
