"""MSO-Logbook, the family book of the Ministry of Social Development: one row per family member.

Declared by this project, modelled on published dimensions; not an official layout. One book may hold several families.
"""

from collections.abc import Sequence

from contracts.codes import fault
from contracts.ids import house_pseudonym
from contracts.needs import CROSSWALK_VERSION, DIMENSION_WORDS
from contracts.records import House, Member, Record
from contracts.sources.cells import (
    first_texts,
    kept_cells,
    key_text,
    period_or_none,
    read_house_no,
    read_level,
    read_moment,
    read_moo,
    refuse_crowd,
    settle_period,
    split_rows,
    text_of,
    without_repeats,
)
from contracts.sources.contract import (
    Cells,
    Column,
    ColumnNames,
    Context,
    DeliveredRow,
    RecordContract,
    RowFault,
)
from contracts.sources.originals import DIMENSIONS, with_needs
from contracts.sources.people import MemberKeys, find_head, read_member
from contracts.thai.house_code import parse_house_code
from contracts.thai.points import parse_point

VERSION = 1
ANSWERS = ("ต้องการความช่วยเหลือ", "ปกติ")


def _dimension(name: str, meaning_th: str, meaning_en: str) -> Column:
    return Column(
        name=name,
        type="choice",
        meaning_th=f"มิติ{meaning_th}",
        meaning_en=f"dimension {meaning_en}",
        values=ANSWERS,
    )


COLUMNS = (
    Column(
        name="logbook_no",
        type="identifier",
        meaning_th="เลขที่สมุดพก",
        meaning_en="number of the family book",
        required=True,
    ),
    Column(
        name="family_seq",
        type="integer",
        meaning_th="ลำดับครอบครัว",
        meaning_en="number of the family in its book",
        required=True,
    ),
    Column(
        name="household_ref",
        type="identifier",
        meaning_th="รหัสอ้างอิงครัวเรือน",
        meaning_en="the ministry's household reference",
    ),
    Column(
        name="house_code",
        type="identifier",
        meaning_th="รหัสประจำบ้าน",
        meaning_en="house code",
        aliases=("รหัสประจำบ้าน", "house_id"),
    ),
    Column(name="house_no", meaning_th="บ้านเลขที่", meaning_en="house number", aliases=("บ้านเลขที่",)),
    Column(name="moo", type="integer", meaning_th="หมู่ที่", meaning_en="village number", aliases=("หมู่ที่", "หมู่")),
    Column(name="tambon", meaning_th="ตำบล", meaning_en="tambon", aliases=("ตำบล", "subdistrict")),
    Column(name="amphoe", meaning_th="อำเภอ", meaning_en="amphoe", aliases=("อำเภอ", "district")),
    Column(
        name="member_no",
        type="integer",
        meaning_th="ลำดับสมาชิก",
        meaning_en="number of the member in the family",
    ),
    Column(name="title", meaning_th="คำนำหน้า", meaning_en="title", aliases=("คำนำหน้า", "prefix")),
    Column(
        name="first_name", meaning_th="ชื่อ", meaning_en="first name", required=True, aliases=("ชื่อ", "fname")
    ),
    Column(
        name="last_name",
        meaning_th="นามสกุล",
        meaning_en="last name",
        required=True,
        aliases=("นามสกุล", "lname"),
    ),
    Column(
        name="sex",
        type="choice",
        meaning_th="เพศ",
        meaning_en="sex",
        aliases=("gender", "เพศ"),
        values=("ชาย", "หญิง"),
    ),
    Column(
        name="citizen_id",
        type="identifier",
        meaning_th="เลขประจำตัวประชาชน",
        meaning_en="citizen id",
        aliases=("pid", "เลขประจำตัวประชาชน"),
    ),
    Column(
        name="birth",
        type="date",
        meaning_th="วันเกิด",
        meaning_en="date of birth",
        aliases=("birth_date", "dob", "วันเกิด"),
    ),
    Column(name="relation", meaning_th="ความสัมพันธ์กับหัวหน้าครัวเรือน", meaning_en="relation to the head"),
    Column(name="health", meaning_th="สุขภาพ", meaning_en="health in words"),
    Column(name="education", meaning_th="การศึกษา", meaning_en="education in words"),
    Column(
        name="income_baht",
        type="decimal",
        meaning_th="รายได้ (บาท)",
        meaning_en="income in baht",
        aliases=("agv_income", "income"),
    ),
    _dimension("dim_income", "รายได้", "income"),
    _dimension("dim_housing", "ที่อยู่อาศัย", "housing"),
    _dimension("dim_health", "สุขภาพ", "health"),
    _dimension("dim_education", "การศึกษา", "education"),
    _dimension("dim_access", "การเข้าถึงบริการภาครัฐ", "access to state services"),
    Column(
        name="vulnerable_types",
        type="list",
        meaning_th="ประเภทกลุ่มเปราะบาง",
        meaning_en="kinds of vulnerability, joined by ;",
    ),
    Column(
        name="fragile_level",
        type="integer",
        meaning_th="ระดับความเปราะบาง",
        meaning_en="level of fragility",
        values=("0", "1", "2", "3"),
    ),
    Column(name="lat", type="decimal", meaning_th="ละติจูด", meaning_en="latitude", aliases=("latitude",)),
    Column(
        name="lon",
        type="decimal",
        meaning_th="ลองจิจูด",
        meaning_en="longitude",
        aliases=("longitude", "lng", "long"),
    ),
    Column(
        name="visited_on",
        type="date",
        meaning_th="วันที่เยี่ยมบ้าน",
        meaning_en="day of the visit: happened_at",
        aliases=("visit_date",),
    ),
    Column(
        name="year_be", type="year", meaning_th="ปี (พ.ศ.)", meaning_en="year, Buddhist era", aliases=("year",)
    ),
)
NAMES = ColumnNames(COLUMNS)
SCALARS = frozenset(column.name for column in COLUMNS)
HOUSE_COLUMNS = (
    "logbook_no",
    "family_seq",
    "household_ref",
    "house_code",
    "house_no",
    "moo",
    "tambon",
    "amphoe",
    *DIMENSIONS,
    "vulnerable_types",
    "fragile_level",
    "lat",
    "lon",
    "visited_on",
    "year_be",
)
MEMBER_TEXTS = ("health", "education")


def identity(cells: Cells) -> str | None:
    """`book/family`, for example `LB3200000042/1`."""
    cells = NAMES.rename(cells)
    book, family = key_text(text_of(cells, "logbook_no")), key_text(text_of(cells, "family_seq")).lstrip("0")
    return f"{book}/{family}" if book and family else None


def period(cells: Cells) -> str | None:
    """The year of the visits."""
    return period_or_none(text_of(NAMES.rename(cells), "year_be"))


def build(rows: Sequence[DeliveredRow], context: Context) -> Record:
    """One household from the rows of one family."""
    if not rows:
        raise RowFault(fault("ROWS_EMPTY", "rows"))
    first = rows[0].row
    refuse_crowd(len(rows), "rows", first)
    kept = [kept_cells(NAMES.rename(row.cells), row.row, SCALARS) for row in rows]
    record_key = identity(kept[0])
    if record_key is None:
        raise RowFault(fault("NO_IDENTITY", "logbook_no", row=first, expected="logbook_no + family_seq"))
    named = settle_period((text_of(cells, "year_be") for cells in kept), "year_be", first, context)
    dates = [(row.row, text_of(cells, "visited_on")) for row, cells in zip(rows, kept, strict=True)]
    happened_at, date_flags = read_moment(dates, "visited_on", named, context)
    house_cells, own, row_flags = split_rows(kept, HOUSE_COLUMNS)
    house = _house(record_key, kept, house_cells, (*date_flags, *row_flags), context)
    members = _members(own, context)
    return Record(
        source="mso_logbook",
        record_key=record_key,
        period=named,
        happened_at=happened_at,
        house=with_needs("mso_logbook", house, members),
        members=members,
    )


def _members(own: Sequence[dict[str, object]], context: Context) -> tuple[Member, ...]:
    head = find_head([text_of(cells, "relation") for cells in own])
    keys = MemberKeys()
    return tuple(
        read_member(
            cells,
            context,
            keys,
            number=text_of(cells, "member_no"),
            attributes=MEMBER_TEXTS,
            is_head=place == head,
            kept=cells,
        )
        for place, cells in enumerate(own)
    )


def _house(
    record_key: str,
    kept: Sequence[Cells],
    house_cells: dict[str, object],
    flags: tuple[str, ...],
    context: Context,
) -> House:
    texts = first_texts((house_cells,), HOUSE_COLUMNS)
    place = context.gazetteer.by_names(texts.get("amphoe", ""), texts.get("tambon", ""))
    code, code_flags = parse_house_code(texts.get("house_code", ""))
    moo, moo_flags = read_moo(texts.get("moo", ""))
    point, point_flags = parse_point(texts.get("lat", ""), texts.get("lon", ""))
    level, level_flags = read_level(texts.get("fragile_level", ""), range(4))
    names = ("household_ref", "vulnerable_types")
    attributes = {name: texts[name] for name in names if name in texts}
    if level is not None:
        attributes["fragile_level"] = str(level)
    return House(
        record_key=record_key,
        house_code=code,
        house_ref=house_pseudonym(context.pseudonym_key, code) if code else None,
        house_no=read_house_no(texts.get("house_no", "")),
        moo=moo,
        tambon=place.tambon,
        amphoe=place.amphoe,
        point=point,
        indicators={name: texts[name] for name in DIMENSIONS if name in texts},
        attributes={**attributes, "crosswalk": CROSSWALK_VERSION},
        flags=without_repeats(
            place.flags, code_flags, moo_flags, point_flags, level_flags, _need_flags(kept), flags
        ),
        cells=house_cells,
    )


def _need_flags(kept: Sequence[Cells]) -> tuple[str, ...]:
    texts = {text_of(cells, column) for cells in kept for column in DIMENSIONS} - {""}
    return () if texts <= DIMENSION_WORDS.keys() else ("NEED_WORD_UNKNOWN",)


CONTRACT = RecordContract(
    source="mso_logbook",
    version=VERSION,
    format="csv",
    encoding="cp874",
    one_row_is="person",
    columns=COLUMNS,
    names=NAMES,
    identity=identity,
    period=period,
    build=build,
)
