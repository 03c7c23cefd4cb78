"""Thai QM, the household survey of the Ministry of Interior: one row per household, Thai headings, the head as its only member.

Declared by this project, modelled on published dimensions; not an official layout.
"""

from collections.abc import Mapping, Sequence

from contracts.codes import fault
from contracts.ids import house_pseudonym
from contracts.needs import CROSSWALK_VERSION, needs_from_problems
from contracts.records import House, Member, Record
from contracts.sources.cells import (
    first_texts,
    house_key,
    kept_cells,
    list_of,
    period_or_none,
    read_house_no,
    read_moment,
    read_moo,
    settle_period,
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
from contracts.sources.people import MemberKeys, head_key, read_member
from contracts.thai.house_code import SCIENTIFIC, parse_house_code
from contracts.thai.names import split_name

VERSION = 1
HOUSE_CODE = "รหัสประจำบ้าน"
HEAD_ID = "เลขประจำตัวประชาชนหัวหน้าครัวเรือน"
HEAD_NAME = "ชื่อ-สกุลหัวหน้าครัวเรือน"
PHONE = "โทรศัพท์"
HOUSE_NO = "บ้านเลขที่"
MOO = "หมู่ที่"
TAMBON = "ตำบล"
AMPHOE = "อำเภอ"
PROVINCE = "จังหวัด"
PROBLEMS = "ปัญหา"
NOTE = "หมายเหตุ"
SURVEYED_ON = "วันที่สำรวจ"
YEAR = "ปีที่สำรวจ"
OUTCOME = "ผลการดำเนินงาน"
OUTCOMES: Mapping[str, str] = {
    "ช่วยเหลือแล้ว": "helped",
    "สามารถแก้ไขปัญหาได้ด้วยตนเอง": "self_resolved",
    "อยู่ระหว่างดำเนินการ": "in_progress",
}
PROBLEM_WORDS = ("สุขภาพ", "ที่อยู่อาศัย", "การศึกษา", "รายได้", "การเข้าถึงบริการภาครัฐ", "อื่น ๆ")

COLUMNS = (
    Column(
        name=HOUSE_CODE,
        type="identifier",
        meaning_th="รหัสประจำบ้าน 11 หลัก",
        meaning_en="house code of 11 digits",
        required=True,
        aliases=("house_code", "รหัสบ้าน"),
    ),
    Column(
        name=HEAD_ID,
        type="identifier",
        meaning_th="เลขประจำตัวประชาชนของหัวหน้าครัวเรือน",
        meaning_en="citizen id of the head",
        aliases=("เลขประจำตัวประชาชน", "เลขบัตรประชาชนหัวหน้าครัวเรือน", "head_citizen_id"),
    ),
    Column(
        name=HEAD_NAME,
        meaning_th="คำนำหน้า ชื่อ และสกุลของหัวหน้าครัวเรือน",
        meaning_en="title, first and last name of the head",
        required=True,
        aliases=("ชื่อ-นามสกุลหัวหน้าครัวเรือน", "ชื่อหัวหน้าครัวเรือน", "ชื่อ-สกุล", "head_name"),
    ),
    Column(name=PHONE, meaning_th="โทรศัพท์", meaning_en="telephone", aliases=("เบอร์โทรศัพท์", "โทร", "phone")),
    Column(name=HOUSE_NO, meaning_th="บ้านเลขที่", meaning_en="house number", aliases=("เลขที่", "house_no")),
    Column(name=MOO, type="integer", meaning_th="หมู่ที่", meaning_en="village number", aliases=("หมู่", "moo")),
    Column(name=TAMBON, meaning_th="ตำบล", meaning_en="tambon", aliases=("tambon",)),
    Column(name=AMPHOE, meaning_th="อำเภอ", meaning_en="amphoe", aliases=("amphoe",)),
    Column(name=PROVINCE, meaning_th="จังหวัด", meaning_en="province", aliases=("province",)),
    Column(
        name=PROBLEMS,
        type="list",
        meaning_th="ปัญหา คั่นด้วย ;",
        meaning_en="problems, joined by ;",
        aliases=("สภาพปัญหา", "problems"),
        values=PROBLEM_WORDS,
    ),
    Column(name=NOTE, meaning_th="หมายเหตุ", meaning_en="note", aliases=("note",)),
    Column(
        name=SURVEYED_ON,
        type="date",
        meaning_th="วันที่สำรวจ",
        meaning_en="day of the survey: happened_at",
        aliases=("surveyed_on",),
    ),
    Column(
        name=YEAR,
        type="year",
        meaning_th="ปีที่สำรวจ (พ.ศ.)",
        meaning_en="year of the survey, Buddhist era",
        aliases=("ปี", "year_be"),
    ),
    Column(
        name=OUTCOME,
        type="choice",
        meaning_th="ผลการดำเนินงาน",
        meaning_en="outcome",
        aliases=("outcome",),
        values=tuple(OUTCOMES),
    ),
)
NAMES = ColumnNames(COLUMNS)
SCALARS = frozenset(column.name for column in COLUMNS)
HEAD_COLUMNS = frozenset((HEAD_ID, HEAD_NAME))
HOUSE_COLUMNS = tuple(column.name for column in COLUMNS if column.name not in HEAD_COLUMNS)


def identity(cells: Cells) -> str | None:
    """`house code|head`: the head's 13 digits, else the name in normal form. One of code and id must be there."""
    cells = NAMES.rename(cells)
    code_text, id_text = text_of(cells, HOUSE_CODE), text_of(cells, HEAD_ID)
    if code_text and SCIENTIFIC.match(code_text) is not None:
        return None
    code, head = house_key(code_text), head_key(id_text, split_name(text_of(cells, HEAD_NAME)))
    return f"{code}|{head}" if code or head.isdecimal() else None


def period(cells: Cells) -> str | None:
    """The year of the survey."""
    return period_or_none(text_of(NAMES.rename(cells), YEAR))


def build(rows: Sequence[DeliveredRow], context: Context) -> Record:
    """One household from its row; a later row of the same household and period stands for the earlier ones."""
    if not rows:
        raise RowFault(fault("ROWS_EMPTY", "rows"))
    row = rows[-1]
    cells = kept_cells(NAMES.rename(row.cells), row.row, SCALARS)
    record_key = identity(cells)
    if record_key is None:
        expected = f"{HOUSE_CODE}, {HEAD_ID}"
        raise RowFault(fault("NO_IDENTITY", HOUSE_CODE, row=row.row, expected=expected))
    named = settle_period((text_of(cells, YEAR),), YEAR, row.row, context)
    moment = [(row.row, text_of(cells, SURVEYED_ON))]
    happened_at, date_flags = read_moment(moment, SURVEYED_ON, named, context)
    members = _members(cells, context)
    flags = (
        *date_flags,
        *(() if members else ("NO_MEMBERS",)),
        *(("ROWS_REPEATED",) if len(rows) > 1 else ()),
    )
    return Record(
        source="thaiqm",
        record_key=record_key,
        period=named,
        happened_at=happened_at,
        house=_house(record_key, cells, flags, context),
        members=members,
    )


def _members(cells: Cells, context: Context) -> tuple[Member, ...]:
    own = {name: value for name, value in cells.items() if name in HEAD_COLUMNS}
    if not own:
        return ()
    return (
        read_member(
            {},
            context,
            MemberKeys(),
            name=split_name(text_of(cells, HEAD_NAME)),
            citizen_text=text_of(cells, HEAD_ID),
            relation="หัวหน้าครัวเรือน",
            is_head=True,
            kept=own,
        ),
    )


def _house(record_key: str, cells: Cells, flags: tuple[str, ...], context: Context) -> House:
    texts = first_texts((cells,), HOUSE_COLUMNS)
    place = context.gazetteer.by_names(texts.get(AMPHOE, ""), texts.get(TAMBON, ""))
    code, code_flags = parse_house_code(texts.get(HOUSE_CODE, ""))
    moo, moo_flags = read_moo(texts.get(MOO, ""))
    problems = list_of(texts.get(PROBLEMS, ""))
    needs, all_known = needs_from_problems(problems)
    outcome_text = texts.get(OUTCOME, "")
    outcome = OUTCOMES.get(outcome_text)
    odd = () if all_known else ("NEED_WORD_UNKNOWN",)
    odd_outcome = ("OUTCOME_UNKNOWN",) if outcome_text and outcome is None else ()
    return House(
        record_key=record_key,
        house_code=code,
        house_ref=house_pseudonym(context.pseudonym_key, code) if code else None,
        house_no=read_house_no(texts.get(HOUSE_NO, "")),
        moo=moo,
        tambon=place.tambon,
        amphoe=place.amphoe,
        phone=texts.get(PHONE),
        needs=needs,
        indicators={"problems": list(problems)} if problems else {},
        outcome=outcome,
        attributes={
            **({"note": texts[NOTE]} if NOTE in texts else {}),
            "crosswalk": CROSSWALK_VERSION,
        },
        flags=without_repeats(place.flags, code_flags, moo_flags, odd, odd_outcome, flags),
        cells={name: value for name, value in cells.items() if name not in HEAD_COLUMNS},
    )


CONTRACT = RecordContract(
    source="thaiqm",
    version=VERSION,
    format="xlsx",
    encoding="",
    one_row_is="household",
    columns=COLUMNS,
    names=NAMES,
    identity=identity,
    period=period,
    build=build,
)
