"""The Thai and English words of evidence about links."""

from collections.abc import Mapping

from hub.api.answers_links import Reason

FIELDS_TH: Mapping[str, str] = {
    "first": "ชื่อ",
    "last": "นามสกุล",
    "rest": "ชื่ออื่น",
    "birth": "วันเกิด",
    "sex": "เพศ",
    "citizen": "เลขประจำตัวประชาชน",
    "dwelling": "บ้าน",
    "area": "พื้นที่",
    "phone": "โทรศัพท์",
    "point": "พิกัด",
}
LEVELS_TH: Mapping[str, str] = {
    "none": "ไม่มีข้อมูลให้เทียบ",
    "equal": "ตรงกัน",
    "equal_unsure": "ตรงกันแต่ไม่แน่ชัด",
    "sounds_equal": "ออกเสียงเหมือนกัน",
    "close": "ใกล้เคียงมาก",
    "part": "ตรงกันบางส่วน",
    "similar": "คล้ายกัน",
    "swapped": "สลับชื่อกับนามสกุล",
    "different": "ต่างกัน",
    "one_sign": "ต่างกันหนึ่งตัว",
    "two_signs": "ต่างกันสองตัว",
    "both_valid_and_different": "ถูกต้องทั้งคู่แต่ต่างกัน",
    "day_month_swapped": "สลับวันกับเดือน",
    "same_year_month": "ปีและเดือนตรงกัน",
    "same_day_month": "วันและเดือนตรงกัน",
    "year_equal": "ปีตรงกัน",
    "era_slip": "พ.ศ./ค.ศ. สลับกัน",
    "near_year": "ปีต่างกันหนึ่งปี",
    "number": "เลขที่ตรงกัน",
    "street": "ถนนตรงกัน",
    "one_equal": "ตรงกันบางระดับ",
    "one_close": "ใกล้เคียงบางระดับ",
    "district": "อำเภอเดียวกัน",
    "province": "จังหวัดเดียวกัน",
}
VERDICTS_TH: Mapping[str, str] = {
    "same": "เป็นรายเดียวกัน",
    "different": "คนละราย",
    "same_house_different_family": "บ้านเดียวกัน คนละครอบครัว",
    "needs_field_check": "ต้องลงพื้นที่ตรวจ",
}


def decided(verdict: str, sequence: int) -> Reason:
    """A decision that stands."""
    return Reason(
        f"DECIDED_{verdict.upper()}",
        f"เจ้าหน้าที่ตัดสินว่า{VERDICTS_TH[verdict]} (ลำดับ {sequence})",
        f"A steward decided: {verdict.replace('_', ' ')} (sequence {sequence}).",
    )


VETOED = Reason(
    "VETOED",
    "เลขประจำตัวประชาชนถูกต้องทั้งคู่แต่ต่างกัน จึงไม่เชื่อมโดยอัตโนมัติ",
    "Both citizen ids are valid and different: never linked by itself.",
)
CONTRADICTED = Reason(
    "CONTRADICTED",
    "เลขประจำตัวประชาชนตรงกัน แต่ชื่อและวันเกิดขัดแย้งกัน ให้คนตรวจ",
    "The citizen ids are equal, but name and birth contradict it: for people to decide.",
)
NO_KEY = Reason(
    "NO_SHARED_KEY",
    "ไม่มีข้อมูลหลักร่วมกัน จึงไม่ถูกนำมาเทียบโดยอัตโนมัติ",
    "They share no key, so they are not compared by themselves.",
)
CROWDED = Reason(
    "CROWDED_KEY",
    "ข้อมูลหลักที่ตรงกันซ้ำกับระเบียนจำนวนมาก จึงไม่ใช้เทียบ",
    "What they share is shared by too many others to be compared by.",
)
NOBODY_SHARED = Reason(
    "NOBODY_SHARED", "ไม่มีสมาชิกคนใดที่น่าจะเป็นคนเดียวกัน", "No member of one is likely to be a member of the other."
)
TOGETHER = Reason("TOGETHER", "ขณะนี้อยู่ในกลุ่มเดียวกัน", "They are in one group now.")
APART = Reason("APART", "ขณะนี้อยู่คนละกลุ่ม", "They are in different groups now.")
THROUGH_OTHERS = Reason(
    "THROUGH_OTHERS", "เชื่อมกันผ่านระเบียนอื่นในกลุ่ม", "They are together through others of the group."
)
OTHERS_FORBID = Reason(
    "OTHERS_FORBID",
    "คะแนนถึงเกณฑ์ แต่ระเบียนอื่นในกลุ่มขัดแย้ง จึงไม่รวมกัน",
    "The score would do, but others of the groups speak against it.",
)


def by_score(bits: float, link: float, review: float) -> Reason:
    """Where a score stands between the cuts."""
    if bits >= link:
        return Reason(
            "ABOVE_LINK",
            f"คะแนน {bits:.1f} บิต ถึงเกณฑ์เชื่อม {link:.1f}",
            f"The score of {bits:.1f} bits reaches the cut of {link:.1f}.",
        )
    if bits >= review:
        return Reason(
            "IN_REVIEW",
            f"คะแนน {bits:.1f} บิต อยู่ในช่วงให้คนตรวจ ({review:.1f} ถึง {link:.1f})",
            f"The score of {bits:.1f} bits lies between the floor of {review:.1f} and the cut of {link:.1f}.",
        )
    return Reason(
        "BELOW_REVIEW",
        f"คะแนน {bits:.1f} บิต ต่ำกว่าเกณฑ์ตรวจ {review:.1f}",
        f"The score of {bits:.1f} bits is below the floor of {review:.1f}.",
    )


def by_rule(rule: str) -> Reason:
    """The rule of an edge between two households."""
    return Reason("RULE", f"เชื่อมด้วยกฎ {rule}", f"Linked by the rule {rule}.")


def shared_members(count: int) -> Reason:
    """How many members fit."""
    return Reason(
        "MEMBERS_FIT", f"มีสมาชิกที่น่าจะเป็นคนเดียวกัน {count} คน", f"{count} members are likely the same."
    )
