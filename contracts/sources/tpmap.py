"""TPMAP, the targeting system of NESDC: one row per person, rows with one house id make a household.

Declared by this project, modelled on published dimensions; not an official layout.
"""

from collections.abc import Sequence

from contracts.codes import fault
from contracts.ids import house_pseudonym
from contracts.needs import CROSSWALK_VERSION, TPMAP_WORDS
from contracts.records import NEEDS, House, Member, Need, Record
from contracts.sources.cells import (
    first_texts,
    kept_cells,
    key_text,
    list_of,
    period_or_none,
    read_house_no,
    read_moment,
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
from contracts.sources.originals import with_needs
from contracts.sources.people import MemberKeys, find_head, read_member
from contracts.thai.citizen_id import parse_citizen_id
from contracts.thai.house_code import parse_house_code

VERSION = 1
EDITIONS = ("2560-2564", "2565-2569")
ANSWERS = ("1", "0")
HOUSE_CODE_DIGITS = range(9, 13)


def _need_column(name: Need, meaning_th: str) -> Column:
    return Column(
        name=name,
        type="flag",
        meaning_th=f"ตกเกณฑ์มิติ{meaning_th}",
        meaning_en=f"fails the dimension {name}",
        values=ANSWERS,
    )


COLUMNS = (
    Column(
        name="year_be",
        type="year",
        meaning_th="ปีที่รายงาน (พ.ศ.)",
        meaning_en="reporting year, Buddhist era",
        aliases=("year",),
    ),
    Column(
        name="survey_year_be",
        type="year",
        meaning_th="ปีที่สำรวจ จปฐ.",
        meaning_en="year of the basic needs survey",
    ),
    Column(
        name="card_year_be",
        type="year",
        meaning_th="ปีทะเบียนบัตรสวัสดิการ",
        meaning_en="year of the welfare card register",
    ),
    Column(
        name="house_id",
        type="identifier",
        meaning_th="รหัสบ้าน",
        meaning_en="house code or another id of the house in the survey",
        required=True,
        aliases=("รหัสบ้าน", "house_code", "hc_id"),
    ),
    Column(name="house_no", meaning_th="บ้านเลขที่", meaning_en="house number", aliases=("บ้านเลขที่",)),
    Column(
        name="village_id",
        type="identifier",
        meaning_th="รหัสหมู่บ้าน",
        meaning_en="village code of 8 or 10 digits",
        aliases=("village_code",),
    ),
    Column(
        name="citizen_id",
        type="identifier",
        meaning_th="เลขประจำตัวประชาชน",
        meaning_en="citizen id",
        aliases=("pid", "nid", "เลขประจำตัวประชาชน"),
    ),
    Column(name="title", meaning_th="คำนำหน้า", meaning_en="title", aliases=("คำนำหน้า", "prefix")),
    Column(
        name="first_name",
        meaning_th="ชื่อ",
        meaning_en="first name",
        required=True,
        aliases=("ชื่อ", "fname", "name"),
    ),
    Column(
        name="last_name",
        meaning_th="นามสกุล",
        meaning_en="last name",
        required=True,
        aliases=("นามสกุล", "lname", "surname"),
    ),
    Column(
        name="birth",
        type="date",
        meaning_th="วันเกิด",
        meaning_en="date of birth",
        aliases=("birth_date", "dob", "วันเกิด"),
    ),
    Column(
        name="sex",
        type="choice",
        meaning_th="เพศ",
        meaning_en="sex",
        aliases=("gender", "เพศ"),
        values=("ชาย", "หญิง"),
    ),
    Column(name="relation", meaning_th="ความสัมพันธ์กับหัวหน้าครัวเรือน", meaning_en="relation to the head"),
    Column(
        name="jpt_poor",
        type="flag",
        meaning_th="จนตามเกณฑ์ จปฐ.",
        meaning_en="poor by the basic needs survey",
        values=ANSWERS,
    ),
    Column(
        name="mof_registered",
        type="flag",
        meaning_th="ลงทะเบียนสวัสดิการแห่งรัฐ",
        meaning_en="registered for state welfare",
        values=ANSWERS,
    ),
    Column(
        name="mof_validated",
        type="flag",
        meaning_th="ผ่านการตรวจสอบสิทธิ",
        meaning_en="validated by Finance",
        values=ANSWERS,
    ),
    _need_column("health", "สุขภาพ"),
    _need_column("living", "ความเป็นอยู่"),
    _need_column("education", "การศึกษา"),
    _need_column("income", "รายได้"),
    _need_column("accessibility", "การเข้าถึงบริการรัฐ"),
    Column(
        name="edition",
        type="choice",
        meaning_th="ฉบับของตัวชี้วัด",
        meaning_en="edition of the indicators",
        values=EDITIONS,
    ),
    Column(
        name="failed_indicators",
        type="list",
        meaning_th="ตัวชี้วัดที่ตกเกณฑ์",
        meaning_en="failed indicators, joined by ;",
        aliases=("failed_indicator",),
    ),
    Column(
        name="survey_date",
        type="date",
        meaning_th="วันที่สำรวจ",
        meaning_en="day of the survey: happened_at",
        aliases=("surveyed_on", "วันที่สำรวจ"),
    ),
)
NAMES = ColumnNames(COLUMNS)
SCALARS = frozenset(column.name for column in COLUMNS)
HOUSE_COLUMNS = (
    "year_be",
    "survey_year_be",
    "card_year_be",
    "house_id",
    "house_no",
    "village_id",
    "edition",
    "survey_date",
)


def identity(cells: Cells) -> str | None:
    """The house id, else the person's citizen id."""
    cells = NAMES.rename(cells)
    house_id = text_of(cells, "house_id")
    if house_id:
        return key_text(house_id) or None
    return parse_citizen_id(text_of(cells, "citizen_id")).digits


def period(cells: Cells) -> str | None:
    """The reporting year."""
    return period_or_none(text_of(NAMES.rename(cells), "year_be"))


def build(rows: Sequence[DeliveredRow], context: Context) -> Record:
    """One household from the rows of its people."""
    if not rows:
        raise RowFault(fault("ROWS_EMPTY", "rows"))
    first = rows[0].row
    refuse_crowd(len(rows), "rows", first)
    kept = [kept_cells(NAMES.rename(row.cells), row.row, SCALARS) for row in rows]
    record_key = identity(kept[0])
    if record_key is None:
        raise RowFault(fault("NO_IDENTITY", "house_id", row=first, expected="house_id, citizen_id"))
    named = settle_period((text_of(cells, "year_be") for cells in kept), "year_be", first, context)
    dates = [(row.row, text_of(cells, "survey_date")) for row, cells in zip(rows, kept, strict=True)]
    happened_at, date_flags = read_moment(dates, "survey_date", named, context)
    house_cells, own, row_flags = split_rows(kept, HOUSE_COLUMNS)
    house = _house(record_key, kept, house_cells, (*date_flags, *row_flags), context)
    members = _members(own, context)
    return Record(
        source="tpmap",
        record_key=record_key,
        period=named,
        happened_at=happened_at,
        house=with_needs("tpmap", house, members),
        members=members,
    )


def _members(own: Sequence[dict[str, object]], context: Context) -> tuple[Member, ...]:
    head = find_head([text_of(cells, "relation") for cells in own])
    keys = MemberKeys()
    return tuple(
        read_member(cells, context, keys, is_head=place == head, kept=cells)
        for place, cells in enumerate(own)
    )


def _house(
    record_key: str,
    kept: Sequence[Cells],
    house_cells: dict[str, object],
    flags: tuple[str, ...],
    context: Context,
) -> House:
    place = context.gazetteer.by_village_id(text_of(house_cells, "village_id"))
    code, code_flags = _house_code(text_of(house_cells, "house_id"))
    attributes = first_texts((house_cells,), ("survey_year_be", "card_year_be"))
    return House(
        record_key=record_key,
        house_code=code,
        house_ref=house_pseudonym(context.pseudonym_key, code) if code else None,
        house_no=read_house_no(text_of(house_cells, "house_no")),
        moo=place.moo,
        tambon=place.tambon,
        amphoe=place.amphoe,
        indicators=_indicators(kept, text_of(house_cells, "edition")),
        attributes={**attributes, "crosswalk": CROSSWALK_VERSION},
        flags=without_repeats(place.flags, code_flags, _need_flags(kept), flags),
        cells=house_cells,
    )


def _house_code(house_id: str) -> tuple[str | None, tuple[str, ...]]:
    """A house id that has the look of a house code; any other id of a house is none."""
    digits, flags = parse_house_code(house_id) if house_id else (None, ())
    plain = house_id.replace("-", "").replace(" ", "")
    is_code = digits is not None and key_text(plain) == digits and len(digits) in HOUSE_CODE_DIGITS
    return (digits, flags) if is_code else (None, ())


def _need_flags(kept: Sequence[Cells]) -> tuple[str, ...]:
    texts = {text_of(cells, need) for cells in kept for need in NEEDS} - {""}
    return () if texts <= TPMAP_WORDS.keys() else ("NEED_WORD_UNKNOWN",)


def _indicators(kept: Sequence[Cells], edition: str) -> dict[str, object]:
    failed = {number for cells in kept for number in list_of(text_of(cells, "failed_indicators"))}
    found: dict[str, object] = {"edition": edition} if edition else {}
    if failed:
        found["failed"] = sorted(failed, key=lambda number: (len(number), number))
    for name in ("jpt_poor", "mof_registered", "mof_validated"):
        texts = [text for cells in kept if (text := text_of(cells, name))]
        if texts:
            found[name] = sum(TPMAP_WORDS.get(text, False) for text in texts)
    return found


CONTRACT = RecordContract(
    source="tpmap",
    version=VERSION,
    format="csv",
    encoding="utf-8-sig",
    one_row_is="person",
    columns=COLUMNS,
    names=NAMES,
    identity=identity,
    period=period,
    build=build,
)
