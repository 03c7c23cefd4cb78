"""Thai QM files: XLSX, one row per household, Thai headings (layout: docs/sources.md)."""

import random
from collections.abc import Mapping

from hub.demo import dates
from hub.demo.areas import Area
from hub.demo.pppconnext import short_amphoe
from hub.demo.statements import FUTURE_YEAR_BE, Cell, Statement, Told

COLUMNS = (
    "รหัสประจำบ้าน",
    "เลขประจำตัวประชาชนหัวหน้าครัวเรือน",
    "ชื่อ-สกุลหัวหน้าครัวเรือน",
    "โทรศัพท์",
    "บ้านเลขที่",
    "หมู่ที่",
    "ตำบล",
    "อำเภอ",
    "จังหวัด",
    "ปัญหา",
    "หมายเหตุ",
    "วันที่สำรวจ",
    "ปีที่สำรวจ",
    "ผลการดำเนินงาน",
)
_AT = {name: place for place, name in enumerate(COLUMNS)}
_PROBLEMS = {
    "health": "สุขภาพ",
    "living": "ที่อยู่อาศัย",
    "education": "การศึกษา",
    "income": "รายได้",
    "accessibility": "การเข้าถึงบริการภาครัฐ",
}
_HELPED = "ช่วยเหลือแล้ว"
_OUTCOMES = ("อยู่ระหว่างดำเนินการ", "อยู่ระหว่างดำเนินการ", _HELPED, "สามารถแก้ไขปัญหาได้ด้วยตนเอง", "")
_NOTES = ("", "", "", "", "เป็นผู้สูงอายุอยู่บ้านคนเดียว", "ต้องการซ่อมแซมบ้าน", "ลูกหลานทำงานต่างจังหวัด", "มีผู้ป่วยติดเตียง")


def tell(statement: Statement, areas: Mapping[str, Area]) -> Told:
    """The row of one household; it names the head only."""
    r, house, sighting = statement.r, statement.house, statement.sighting
    head = statement.seen[0]
    tambon, amphoe = areas[house.place.tambon], areas[house.place.tambon[:4]]
    labels = sighting.labels(statement.round.year)
    problems = [word for need, word in _PROBLEMS.items() if statement.said[need]]
    if r.random() < 0.05:
        problems.append("อื่น ๆ")
    space = "  " if r.random() < 0.03 else " "
    name = f"{head.title}{head.first}{space}{head.last}"
    day: Cell = dates.thai_words(statement.day)
    if r.random() < 0.05:
        day = dates.excel_serial(statement.day)
        labels.append("date_excel_serial")
    row: list[Cell] = [
        sighting.house_code(house),
        head.citizen_id,
        name,
        f"08{r.randint(0, 9)}-000-{r.randint(0, 9999):04d}" if r.random() < 0.5 else "-",
        house.number,
        "" if sighting.no_moo else str(house.place.moo),
        f"ตำบล{tambon.name_th}" if sighting.alias else tambon.name_th,
        short_amphoe(amphoe) if sighting.alias else amphoe.name_th,
        "สุรินทร์",
        ";".join(problems) or "ไม่มี",
        r.choice(_NOTES),
        day,
        statement.round.period,
        r.choice(_OUTCOMES),
    ]
    key = f"{row[0]}|{head.citizen_id or name}"
    return Told(key, [row], labels, [(head.person, head.labels)])


def revise(r: random.Random, told: Told) -> Told:
    """The same row after an update by the source: helped by now, with a new remark."""
    row = list(told.rows[0])
    row[_AT["ผลการดำเนินงาน"]] = _HELPED
    row[_AT["หมายเหตุ"]] = f"อำเภอติดตามแล้ว ครั้งที่ {r.randint(1, 3)}"
    return Told(told.key, [row], [*told.labels, "revised"], told.members)


def spoil(told: Told, defect: str) -> Told:
    """The same row made unusable: a survey in the future, or nothing that says whose it is."""
    row = list(told.rows[0])
    if defect == "broken_future_date":
        row[_AT["วันที่สำรวจ"]] = f"15 มี.ค. {FUTURE_YEAR_BE}"
        return Told(told.key, [row], [*told.labels, defect], told.members)
    for name in COLUMNS[:3]:
        row[_AT[name]] = ""
    return Told("", [row], [*told.labels, defect], told.members)
