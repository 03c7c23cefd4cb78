"""Findings in sentences that a person understands, in Thai and English. Pure."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from contracts.rules import Rules
from contracts.times import BUDDHIST_OFFSET, bangkok_date
from hub.api.timeline import HELP_WORDS

NEED_WORDS = {
    "health": ("สุขภาพ", "health"),
    "living": ("ความเป็นอยู่", "living conditions"),
    "education": ("การศึกษา", "education"),
    "income": ("รายได้", "income"),
    "accessibility": ("การเข้าถึงบริการภาครัฐ", "access to state services"),
    "unknown": ("ที่ไม่ระบุ", "an unstated need"),
}
MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
Sentence = tuple[str, str]


class Involved(msgspec.Struct, frozen=True, array_like=True):
    """An action as far as a sentence tells of it. `reporter` null: the giver reported it."""

    action: int
    agency: str
    reporter: str | None
    kind: str
    start: dt.datetime
    programme: str | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence is made of. `action` is the later or concerned action, `other` the earlier one."""

    class_: str
    need: str
    reason: str
    start: dt.datetime
    action: Involved | None = None
    other: Involved | None = None
    kinds: int = 0
    year: int = 0
    neighbours: int = 0
    without: int = 0


def date_th(instant: dt.datetime) -> str:
    """The day in Bangkok, as 14 มี.ค. 2566."""
    day = bangkok_date(instant)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year + BUDDHIST_OFFSET}"


def date_en(instant: dt.datetime) -> str:
    """The day in Bangkok, as 2023-03-14."""
    return bangkok_date(instant).isoformat()


def need_of(name: str) -> Sentence:
    """A need as people call it."""
    return NEED_WORDS.get(name, (name, name))


def kind_of(help_: Involved | None) -> Sentence:
    """A kind of help as people call it."""
    return ("ความช่วยเหลือ", "help") if help_ is None else HELP_WORDS.get(help_.kind, (help_.kind, help_.kind))


def giver_of(help_: Involved | None) -> Sentence:
    """Who gave."""
    return ("หน่วยงานหนึ่ง", "an agency") if help_ is None else (help_.agency, help_.agency)


def reason_of(told: Told) -> Sentence:
    """Why this is a finding."""
    match told.class_:
        case "D0":
            return _repeat(told)
        case "D1":
            return _overlap(told)
        case "D2":
            return _too_soon(told) if told.reason == "interval" else _over_cap(told)
        case "D3":
            return _share(told)
        case "unserved":
            return _unserved(told)
        case _:
            return _mistargeted(told)


def _repeat(told: Told) -> Sentence:
    one, other = (help_.reporter or help_.agency if help_ else "?" for help_ in (told.action, told.other))
    agency, (what_th, what_en) = giver_of(told.action)[0], kind_of(told.action)
    return (
        f"{what_th}จาก {agency} ครั้งเดียวกันถูกรายงานสองครั้ง โดย {other} และ {one} จึงนับครั้งเดียว",
        f"The same {what_en} from {agency} was reported twice, by {other} and by {one}; it is counted once",
    )


def _overlap(told: Told) -> Sentence:
    (what_th, what_en), (need_th, need_en) = kind_of(told.action), need_of(told.need)
    earlier_th, earlier_en = _on(told.other)
    return (
        (
            f"{giver_of(told.action)[0]} ให้{what_th}ด้าน{need_th}เมื่อ {date_th(told.start)} "
            f"ซ้อนช่วงเวลากับ {giver_of(told.other)[0]}{earlier_th}"
        ),
        (
            f"{giver_of(told.action)[1]} gave {what_en} for {need_en} on {date_en(told.start)} "
            f"in the same period as {giver_of(told.other)[1]}{earlier_en}"
        ),
    )


def _on(help_: Involved | None) -> Sentence:
    return ("", "") if help_ is None else (f" ({date_th(help_.start)})", f" ({date_en(help_.start)})")


def _too_soon(told: Told) -> Sentence:
    (what_th, what_en), (need_th, need_en) = kind_of(told.action), need_of(told.need)
    days = (told.start - told.other.start).days if told.other else 0
    return (
        (
            f"{giver_of(told.action)[0]} ให้{what_th}ด้าน{need_th}อีกครั้งเมื่อ {date_th(told.start)} "
            f"หลังครั้งก่อนเพียง {days} วัน เร็วกว่าระยะห่างขั้นต่ำ"
        ),
        (
            f"{giver_of(told.action)[1]} gave {what_en} for {need_en} again on {date_en(told.start)}, "
            f"only {days} days after the last time and sooner than the shortest interval"
        ),
    )


def _over_cap(told: Told) -> Sentence:
    agency, (what_th, what_en) = giver_of(told.action)[0], kind_of(told.action)
    programme = told.action.programme if told.action and told.action.programme else "-"
    return (
        f"{what_th}จาก {agency} เมื่อ {date_th(told.start)} ทำให้ยอดรวมเกินเพดานของโครงการ {programme}",
        f"With the {what_en} from {agency} on {date_en(told.start)} the total goes beyond the cap of the programme {programme}",
    )


def _share(told: Told) -> Sentence:
    need_th, need_en = need_of(told.need)
    return (
        (
            f"ได้รับความช่วยเหลือด้าน{need_th} {told.kinds} ประเภทในปีงบประมาณ {told.year} ขณะที่ {told.without} จาก "
            f"{told.neighbours} ครัวเรือนอื่นในตำบลที่มีความจำเป็นเดียวกันไม่ได้รับเลย"
        ),
        (
            f"{told.kinds} kinds of help for {need_en} in the fiscal year {told.year}, while {told.without} of "
            f"{told.neighbours} other households of the tambon with the same need got none"
        ),
    )


def _unserved(told: Told) -> Sentence:
    need_th, need_en = need_of(told.need)
    if told.reason == "never":
        return (
            f"มีความจำเป็นด้าน{need_th}ตั้งแต่ {date_th(told.start)} แต่ยังไม่ปรากฏความช่วยเหลือด้านนี้",
            f"In need of {need_en} since {date_en(told.start)} and no help for it is known",
        )
    last_th, last_en = ("", "")
    if told.other is not None:
        last_th = f" จาก {told.other.agency} เมื่อ {date_th(told.other.start)}"
        last_en = f" from {told.other.agency} on {date_en(told.other.start)}"
    return (
        f"ยังมีความจำเป็นด้าน{need_th} แต่ความช่วยเหลือครั้งล่าสุด{last_th} ไม่ครอบคลุมแล้วตั้งแต่ {date_th(told.start)}",
        f"Still in need of {need_en}, but the last help{last_en} no longer serves since {date_en(told.start)}",
    )


def _mistargeted(told: Told) -> Sentence:
    need_th, need_en = need_of(told.need)
    return (
        f"{giver_of(told.action)[0]} ช่วยด้าน{need_th}เมื่อ {date_th(told.start)} ซึ่งครัวเรือนไม่มีความจำเป็น ขณะที่ความจำเป็นด้านอื่นยังไม่ได้รับการช่วยเหลือ",
        (
            f"{giver_of(told.action)[1]} helped with {need_en} on {date_en(told.start)}, where the household has no need, "
            "while another need of it was unmet"
        ),
    )


RULE_WORDS: dict[str, Sentence] = {
    "D0": (
        "ความช่วยเหลือเดียวกัน (ผู้ให้ ประเภท และจำนวนเงินเดียวกัน วันห่างกันไม่เกิน report_days วัน) ที่สองหน่วยงานรายงาน นับครั้งเดียว ไม่ถือเป็นการช่วยซ้ำ",
        "The same help (giver, kind and amount alike, at most report_days days apart) told by two reporters: counted once, not a duplicate",
    ),
    "D1": (
        "หน่วยงานต่างกันให้ความช่วยเหลือประเภทเดียวกันเพื่อความจำเป็นเดียวกันในช่วงเวลาที่ซ้อนกัน (แต่ละครั้งถือว่านานอย่างน้อย overlap_days วัน)",
        "Different agencies gave the same kind for the same need in overlapping periods (each lasts at least overlap_days days)",
    ),
    "D2": (
        "หน่วยงานเดียวกันให้ซ้ำก่อนครบระยะห่างขั้นต่ำ (ของโครงการ หรือ interval_days ตามประเภท) หรือเกินเพดานของโครงการ",
        "The same agency gave again before the shortest interval was over (the programme's, else interval_days by kind), or beyond its cap",
    ),
    "D3": (
        "ได้รับความช่วยเหลือเพื่อความจำเป็นเดียวตั้งแต่ outlier_kinds ประเภทในปีงบประมาณ ขณะที่ครัวเรือนอื่นในตำบลที่มีความจำเป็นนั้นอย่างน้อยร้อยละ outlier_neighbours ไม่ได้รับเลย",
        (
            "At least outlier_kinds kinds of help for one need in a fiscal year, while at least outlier_neighbours per cent of the tambon's other "
            "households with that need got none"
        ),
    ),
    "unserved": (
        "มีความจำเป็นและไม่มีความช่วยเหลือที่ยังครอบคลุม (ครอบคลุมจนถึง serves_days วันหลังสิ้นสุด หรือเท่าระยะห่างของโครงการหากนานกว่า)",
        "A need and no help that serves it (help serves until serves_days days after its end, or for the programme's interval where longer)",
    ),
    "mistargeted": (
        "ความช่วยเหลือด้านที่ครัวเรือนไม่มีความจำเป็น ขณะที่ความจำเป็นด้านอื่นไม่ได้รับการช่วยเหลือ",
        "Help for a need that the household does not have, while another need of it was unmet",
    ),
}
PARAMETERS: dict[str, tuple[str, ...]] = {
    "D0": ("report_days",),
    "D1": ("overlap_days",),
    "D2": ("interval_days",),
    "D3": ("outlier_kinds", "outlier_neighbours"),
    "unserved": ("serves_days", "silent_days"),
    "mistargeted": ("serves_days",),
}


def parameters_of(class_: str, rules: Rules) -> dict[str, object]:
    """The parameters of a set of rules that matter for a class."""
    return {name: getattr(rules, name) for name in PARAMETERS[class_]}


def silence_of(name_th: str, name_en: str, days: int | None) -> Sentence:
    """How long an agency has not reported; days null: never."""
    if days is None:
        return f"{name_th} ยังไม่เคยรายงาน", f"{name_en} has never reported"
    if days == 0:
        return f"{name_th} รายงานแล้วภายในวันนี้", f"{name_en} has reported within a day"
    return f"{name_th} ไม่ได้รายงานมา {days} วัน", f"{name_en} has not reported for {days} days"


def agencies_of(actions: Sequence[Involved]) -> list[str]:
    """The givers and reporters of these actions."""
    return sorted({agency for one in actions for agency in (one.agency, one.reporter) if agency is not None})
