"""Assistance actions as agencies report them: one row per action (docs/sources.md)."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Literal, cast, get_args

import msgspec

from contracts.amounts import AmountFault, parse_baht, parse_quantity
from contracts.events import EventNeed
from contracts.records import NEEDS, SOURCES, Help, Kind, RecipientRef
from contracts.sources.cells import kept_cells, text_of, without_repeats
from contracts.sources.contract import (
    Cells,
    Column,
    ColumnNames,
    Context,
    DeliveredRow,
    RowFault,
    TableContract,
    content_of_cells,
)
from contracts.sources.recipients import Faults, read_recipients
from contracts.thai.citizen_id import parse_citizen_id
from contracts.thai.dates import DateFault, last_day, parse_past, parse_thai_date
from contracts.thai.house_code import parse_house_code
from contracts.times import bangkok_date, end_of_day

VERSION = 1
KINDS: tuple[Kind, ...] = get_args(Kind)
EVENT_NEEDS: tuple[EventNeed, ...] = (*NEEDS, "unknown")
AGENCY_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")

COLUMNS = (
    Column(
        name="action_id",
        type="identifier",
        meaning_th="เลขที่การช่วยเหลือของหน่วยงาน",
        meaning_en="the agency's own number of the action",
        required=True,
    ),
    Column(
        name="agency_id", type="identifier", meaning_th="หน่วยงานที่ให้", meaning_en="the giver", required=True
    ),
    Column(
        name="reporter_id",
        type="identifier",
        meaning_th="หน่วยงานที่รายงาน",
        meaning_en="who reports it, when not the giver",
    ),
    Column(
        name="citizen_id",
        type="identifier",
        meaning_th="เลขประจำตัวประชาชนผู้รับ",
        meaning_en="citizen id of the recipient",
    ),
    Column(
        name="house_code",
        type="identifier",
        meaning_th="รหัสประจำบ้านผู้รับ",
        meaning_en="house code of the recipient",
    ),
    Column(
        name="source",
        type="choice",
        meaning_th="แหล่งข้อมูลของระเบียน",
        meaning_en="source of the record",
        values=SOURCES,
    ),
    Column(
        name="source_record_id",
        type="identifier",
        meaning_th="รหัสระเบียนในแหล่งข้อมูล",
        meaning_en="id of the record in that source",
    ),
    Column(
        name="household_id",
        type="identifier",
        meaning_th="รหัสครัวเรือนของระบบ",
        meaning_en="household id of the hub (UUID)",
    ),
    Column(
        name="household_sequence",
        type="integer",
        meaning_th="ลำดับเหตุการณ์เมื่ออ่านรหัส",
        meaning_en="the sequence at which household_id was read",
    ),
    Column(name="recipient_name", meaning_th="ชื่อผู้รับ", meaning_en="name of the recipient, kept"),
    Column(
        name="programme_id", type="identifier", meaning_th="โครงการ", meaning_en="programme of the catalogue"
    ),
    Column(
        name="kind",
        type="choice",
        meaning_th="ชนิดความช่วยเหลือ",
        meaning_en="kind of help",
        required=True,
        values=KINDS,
    ),
    Column(
        name="need",
        type="choice",
        meaning_th="มิติความต้องการ",
        meaning_en="need that it answers",
        required=True,
        values=EVENT_NEEDS,
    ),
    Column(
        name="amount_baht",
        type="decimal",
        meaning_th="จำนวนเงิน (บาท)",
        meaning_en="amount in baht",
        aliases=("amount",),
    ),
    Column(name="quantity", type="decimal", meaning_th="จำนวน", meaning_en="quantity"),
    Column(name="unit", meaning_th="หน่วยนับ", meaning_en="unit of the quantity"),
    Column(
        name="happened_on",
        type="date",
        meaning_th="วันที่ให้",
        meaning_en="day it was given: happened_at",
        required=True,
        aliases=("happened_at", "given_on"),
    ),
    Column(
        name="until",
        type="date",
        meaning_th="วันสุดท้ายของช่วงที่ครอบคลุม",
        meaning_en="last day of the period it covers",
    ),
    Column(name="description", meaning_th="รายละเอียด", meaning_en="free text"),
)
NAMES = ColumnNames(COLUMNS)
SCALARS = frozenset(column.name for column in COLUMNS)


class DeliveredAction(msgspec.Struct, frozen=True, kw_only=True):
    """One action as an agency reports it, read and checked. `happened_until` is the exclusive end of its period."""

    agency_id: str
    reporter_id: str | None
    action_id: str
    kind: Kind
    need: EventNeed
    programme_id: str | None
    amount_satang: int | None
    quantity: str | None
    unit: str | None
    happened_at: dt.datetime
    happened_until: dt.datetime | None
    recipients: tuple[RecipientRef, ...]
    level: Literal["person", "household"]
    help: Help


class ActionContract(TableContract, frozen=True, kw_only=True):
    """How the rows of assistance files become actions; `build` raises RowFault."""

    build: Callable[[DeliveredRow, Context], DeliveredAction]


def normal_agency_id(text: str) -> str | None:
    """An agency id in lower case, None when it has other signs than a-z, 0-9, - and _."""
    lowered = text.lower()
    return lowered if AGENCY_ID.match(lowered) is not None else None


def identity(cells: Cells) -> str | None:
    """`agency/action`, None when one is missing."""
    cells = NAMES.rename(cells)
    agency, action = text_of(cells, "agency_id").lower(), text_of(cells, "action_id")
    return f"{agency}/{action}" if agency and action else None


def build_action(row: DeliveredRow, context: Context) -> DeliveredAction:
    """The action in a row. Raises RowFault with every fault of the row."""
    cells = kept_cells(NAMES.rename(row.cells), row.row, SCALARS)
    texts = {name: text for name in cells if name in SCALARS and (text := text_of(cells, name))}
    faults = Faults(row.row)
    agency_id = _agency(texts, "agency_id", faults)
    reporter_id = _agency(texts, "reporter_id", faults) if "reporter_id" in texts else None
    for name in ("agency_id", "action_id"):
        if name not in texts:
            faults.add("FIELD_MISSING", name)
    kind = texts.get("kind", "").lower()
    if kind not in KINDS:
        faults.add("KIND_UNKNOWN" if kind else "FIELD_MISSING", "kind", ", ".join(KINDS))
    need = texts.get("need", "").lower()
    if need not in EVENT_NEEDS:
        faults.add("NEED_UNKNOWN" if need else "FIELD_MISSING", "need", ", ".join(EVENT_NEEDS))
    amount = _amount(texts, faults)
    quantity = _quantity(texts, faults)
    happened_at, happened_until, date_flags = _period(texts, context, faults)
    recipients, ref_flags = read_recipients(texts, context, faults)
    if faults.found or agency_id is None or happened_at is None:
        raise RowFault(*faults.found)
    return DeliveredAction(
        agency_id=agency_id,
        reporter_id=reporter_id,
        action_id=texts["action_id"],
        kind=cast("Kind", kind),
        need=cast("EventNeed", need),
        programme_id=texts.get("programme_id"),
        amount_satang=amount,
        quantity=quantity,
        unit=texts.get("unit"),
        happened_at=happened_at,
        happened_until=happened_until,
        recipients=recipients,
        level="person" if recipients[0].kind == "citizen" else "household",
        help=_help(texts, cells, (*date_flags, *ref_flags)),
    )


def _help(texts: dict[str, str], cells: dict[str, object], flags: tuple[str, ...]) -> Help:
    return Help(
        action_id=texts["action_id"],
        citizen_id=parse_citizen_id(texts["citizen_id"]).digits if "citizen_id" in texts else None,
        house_code=parse_house_code(texts["house_code"]).digits if "house_code" in texts else None,
        source=texts.get("source"),
        source_record_id=texts.get("source_record_id"),
        household_id=texts.get("household_id"),
        recipient_name=texts.get("recipient_name"),
        description=texts.get("description"),
        flags=without_repeats(flags),
        cells=cells,
    )


def _agency(texts: dict[str, str], name: str, faults: Faults) -> str | None:
    text = texts.get(name)
    if text is None:
        return None
    agency_id = normal_agency_id(text)
    if agency_id is None:
        faults.add("IDENTIFIER_INVALID", name)
    return agency_id


def _amount(texts: dict[str, str], faults: Faults) -> int | None:
    try:
        return parse_baht(texts.get("amount_baht", ""))
    except AmountFault as error:
        faults.add(error.code, "amount_baht")
        return None


def _quantity(texts: dict[str, str], faults: Faults) -> str | None:
    try:
        return parse_quantity(texts.get("quantity", ""))
    except ValueError:
        faults.add("QUANTITY_INVALID", "quantity")
        return None


def _period(
    texts: dict[str, str], context: Context, faults: Faults
) -> tuple[dt.datetime | None, dt.datetime | None, tuple[str, ...]]:
    """(start, exclusive end, flags). A period may end in the future, help may not begin there."""
    try:
        start = parse_past(texts.get("happened_on", ""), context.today)
    except DateFault as error:
        faults.add(error.code, "happened_on")
        start = None
    else:
        if start is None:
            faults.add("DATE_MISSING", "happened_on")
    try:
        last = parse_thai_date(texts.get("until", ""), context.today)
    except DateFault as error:
        faults.add(error.code, "until")
        last = None
    if start is None:
        return None, None, ()
    flags = () if start[1] else ("DATE_PARTIAL",)
    if last is None:
        return start[0], None, flags
    if last_day(last) < bangkok_date(start[0]):
        faults.add("DATE_ORDER", "until", "happened_on")
    return start[0], end_of_day(last_day(last)), flags


def content_action(action: DeliveredAction) -> bytes:
    """Canonical bytes of everything delivered about an action, without row number and dates of the file."""
    return content_of_cells(action.help.cells)


CONTRACT = ActionContract(
    source="assistance",
    version=VERSION,
    format="csv",
    encoding="utf-8-sig",
    one_row_is="action",
    columns=COLUMNS,
    names=NAMES,
    build=build_action,
)
