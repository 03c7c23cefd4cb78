"""GET /v1/households/{id}/timeline: what happened to a household, and what the hub came to know and to link about it."""

import datetime as dt
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from contracts.times import parse_valid_at
from hub.api import examples
from hub.api.answering import not_modified, to_answer
from hub.api.answers import Page, TimelineRow, to_baht, to_page
from hub.api.asking import AnyRequest, Limit, PageToken, no_household, read_household_id
from hub.api.basis import Question
from hub.api.household import Resolved, resolve_household
from hub.api.households import next_token
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
SOURCE_NAMES = {
    "tpmap": "TPMAP",
    "pppconnext": "PPPConnext",
    "thaiqm": "Thai QM",
    "mso_logbook": "MSO-Logbook",
}
HELP_WORDS = {
    "cash": ("เงินช่วยเหลือ", "cash"),
    "in_kind": ("สิ่งของ", "goods"),
    "care": ("การดูแล", "care"),
    "loan": ("เงินกู้ยืม", "a loan"),
    "training": ("การฝึกอบรม", "training"),
}
HELP_EVENTS = {
    "assistance.recorded.v1": ("assistance_recorded", "ให้", "gave"),
    "assistance.corrected.v1": ("assistance_corrected", "แก้ไขข้อมูลการให้", "corrected what it gave:"),
    "assistance.voided.v1": ("assistance_voided", "ยกเลิกรายการช่วยเหลือ", "took back an action"),
}


@get(
    "/households/{household_id:str}/timeline",
    summary="What happened to a household",
    responses=examples.of(Page[TimelineRow], examples.TIMELINE),
    tags=["households"],
)
async def list_timeline(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    household_id: FromPath[str],
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[TimelineRow]]:
    """Records received and withdrawn, links formed and dissolved, help recorded, corrected and voided, by (`happened_at`, `sequence`).

    Known at s; a given `valid_at` leaves out what happened later. Help needs the right `assistance`.
    """
    caller.require("households")
    asked_id = read_household_id(household_id)
    asked = digest_question(
        "timeline", {"household": asked_id, "valid_at": question.valid_at, "who": caller.kind}
    )
    page = None if token is None else read_token(token)
    async with hub.read(question, page) as reading:
        basis = reading.basis
        if page is not None:
            check_token(page, question=asked, version=basis.version)
        resolved = await resolve_household(reading, asked_id)
        await refuse_outside(reading, resolved, caller)
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        rows = await fetch_rows(reading, resolved, caller)
    if question.valid_at is not None:
        moment = parse_valid_at(question.valid_at)
        rows = [row for row in rows if row.happened_at <= moment]
    rest = rows if page is None else [row for row in rows if place_of(row) > page.after]
    items = rest[:limit]
    following = next_token(basis, asked, place_of(items[-1])) if len(rest) > limit else None
    return to_answer(request, basis, caller, to_page(items, following, basis))


async def refuse_outside(reading: Reading, resolved: Resolved, caller: Caller) -> None:
    """Raises NotFound for a household that was last known outside the area of the key."""
    if not caller.areas:
        return
    values = reading.basis.values | {"household": resolved.household}
    await reading.cursor.execute(SQL["fetch_newest_amphoe"], values)
    row = await reading.cursor.fetchone()
    if row is None or row[0] not in caller.areas:
        raise no_household()


async def fetch_rows(reading: Reading, resolved: Resolved, caller: Caller) -> list[TimelineRow]:
    """Every row of a household at s, in order."""
    cursor, values = reading.cursor, reading.basis.values | {"household": resolved.household}
    await cursor.execute(SQL["list_record_rows"], values)
    rows = [record_row(row) for row in await cursor.fetchall()]
    await cursor.execute(SQL["list_link_rows"], values)
    rows += [link_row(row) for row in await cursor.fetchall()]
    if "assistance" in caller.rights:
        await cursor.execute(SQL["list_help_rows"], values)
        rows += [help_row(row) for row in await cursor.fetchall()]
    return sorted(rows, key=place_of)


def place_of(row: TimelineRow) -> tuple[int | str, ...]:
    """Where a row stands: by when it happened, then by sequence; one event may make rows of several kinds."""
    detail = "" if isinstance(row.household_id, msgspec.UnsetType) else str(row.household_id)
    return ((row.happened_at - EPOCH) // MICROSECOND, row.sequence, row.kind, detail)


def name_of(source: str) -> str:
    """A source as people call it."""
    return SOURCE_NAMES.get(source, source)


def record_row(row: tuple[Any, ...]) -> TimelineRow:
    """A statement that a source gave or took back."""
    sequence, withdrawn, happened_at, reported_at, recorded_at, source, period, members = row
    name = name_of(source)
    if withdrawn:
        kind, summary_th = "record_withdrawn", f"{name} ถอนระเบียนรอบ {period}"
        summary_en = f"{name} withdrew its record for {period}"
    else:
        kind, summary_th = "record_received", f"ได้รับระเบียนจาก {name} รอบ {period} สมาชิก {members} คน"
        summary_en = f"{name} gave a record for {period} with {members} members"
    return TimelineRow(
        kind=kind,
        sequence=sequence,
        happened_at=happened_at,
        reported_at=reported_at,
        recorded_at=recorded_at,
        source=source,
        agency=None,
        summary_th=summary_th,
        summary_en=summary_en,
        period=period,
    )


def link_row(row: tuple[Any, ...]) -> TimelineRow:
    """A record that the hub linked with the household, or no longer; it happened when the event did that brought it about."""
    sequence, formed, happened_at, reported_at, recorded_at, source, household_id = row
    name = name_of(source)
    return TimelineRow(
        kind="link_formed" if formed else "link_dissolved",
        sequence=sequence,
        happened_at=happened_at,
        reported_at=reported_at,
        recorded_at=recorded_at,
        source=source,
        agency=None,
        summary_th=f"เชื่อมโยงระเบียนจาก {name} เข้ากับครัวเรือนนี้"
        if formed
        else f"แยกระเบียนจาก {name} ออกจากครัวเรือนนี้",
        summary_en=f"a record of {name} was linked with this household"
        if formed
        else f"a record of {name} is no longer linked with this household",
        household_id=household_id,
    )


def help_row(row: tuple[Any, ...]) -> TimelineRow:
    """An action recorded, corrected or voided."""
    sequence, type_, happened_at, reported_at, recorded_at, source, agency, action = row[:8]
    programme, kind, need, satang = row[8:]
    word, verb_th, verb_en = HELP_EVENTS[type_]
    giver = agency or source
    what_th, what_en = HELP_WORDS.get(kind, ("", ""))
    amount = to_baht(satang)
    worth_th, worth_en = ("", "") if amount is None else (f" {amount:,.2f} บาท", f" worth {amount:,.2f} baht")
    shown = TimelineRow(
        kind=word,
        sequence=sequence,
        happened_at=happened_at,
        reported_at=reported_at,
        recorded_at=recorded_at,
        source=source,
        agency=giver,
        summary_th=f"{giver} {verb_th}{what_th}{worth_th}",
        summary_en=f"{giver} {verb_en} {what_en}{worth_en}".rstrip(),
        action=action,
    )
    if kind is None:
        return shown
    return msgspec.structs.replace(shown, programme=programme, help_kind=kind, need=need, amount_thb=amount)
