"""GET /v1/households/{id}/timeline: what happened to a household, and what the hub came to know and to link about it."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from psycopg import sql
from psycopg.rows import TupleRow

from contracts.events import SubjectErased, decode_event
from contracts.records import NEEDS
from contracts.times import fiscal_year, parse_valid_at
from hub.api import examples, examples_story, story_rows
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import Page, to_page
from hub.api.answers_story import StoryRow
from hub.api.asking import AnyRequest, Limit, PageToken, no_household, read_household_id
from hub.api.basis import Basis, Question
from hub.api.conditions import actions, findings, states
from hub.api.finding_ids import write_id
from hub.api.household import Resolved, resolve_household
from hub.api.households import next_token
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.api.story_rows import Clocks, Told
from hub.auth import Caller
from hub.replay.words import KINDS

HELP_WORDS = KINDS
"""Kinds of help as people call them."""

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
FISCAL_YEARS = 5
"""How many fiscal years back decisions about outlying shares (D3) are looked for."""

FAMILIES = ("record", "assistance", "members", "link", "needs", "level", "standing", "referral", "finding")
"""The families of kinds of rows, in the order in which one event is told."""

PARTS = ("list_record_rows", "list_link_rows", "list_state_rows")
HELP_PARTS = (
    "list_help_rows",
    "list_referral_rows",
    "list_finding_rows",
    "list_finding_ids",
    "list_founders",
)
"""The statements about a household: none needs what another one finds, so they are sent together."""

Order = Literal["happened", "recorded"]


@get(
    "/households/{household_id:str}/timeline",
    summary="What happened to a household",
    responses=examples.of(Page[StoryRow], examples_story.TIMELINE),
    tags=["households"],
)
async def list_timeline(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    household_id: FromPath[str],
    order: Annotated[
        Order, QueryParameter(description="`happened` as the world went, `recorded` as the hub came to know.")
    ] = "happened",
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[StoryRow]]:
    """Records, members, links, needs, level, standing, help, findings, decisions, referrals and erasures, every row with its three clocks.

    Known at s; a given `valid_at` leaves out what happened later. Help, findings and referrals need the right `assistance`.
    """
    caller.require("households")
    asked_id = read_household_id(household_id)
    same = {"household": asked_id, "valid_at": question.valid_at, "order": order, "who": caller.kind}
    asked = digest_question("timeline", same)
    page = None if token is None else read_token(token)
    async with hub.read(question, page, stands=False) as reading:
        basis = reading.basis
        if page is not None:
            check_token(page, question=asked, version=basis.version)
        resolved = await resolve_household(reading, asked_id)
        await reading.stand([resolved.household])
        await refuse_outside(reading, resolved, caller)
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        rows = await fetch_rows(hub, reading, resolved, caller)
    if question.valid_at is not None:
        moment = parse_valid_at(question.valid_at)
        rows = [row for row in rows if row.happened_at <= moment]
    place = place_of if order == "happened" else recorded_place_of
    rows.sort(key=place)
    rest = rows if page is None else [row for row in rows if place(row) > page.after]
    items = rest[:limit]
    following = next_token(basis, asked, place(items[-1])) if len(rest) > limit else None
    await write_reading(
        hub, request, caller, what=f"/v1/households/{resolved.household_id}/timeline", count=len(items[:1])
    )
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


def place_of(row: StoryRow) -> tuple[int | str, ...]:
    """Where a row stands: by when it happened, then by sequence; one event may make rows of several kinds."""
    return ((row.happened_at - EPOCH) // MICROSECOND, row.sequence, _rank(row), row.kind, _detail(row))


def recorded_place_of(row: StoryRow) -> tuple[int | str, ...]:
    """Where a row stands in the order in which the hub came to know."""
    return (row.sequence, (row.happened_at - EPOCH) // MICROSECOND, _rank(row), row.kind, _detail(row))


def _rank(row: StoryRow) -> int:
    """What was said comes before what follows from it."""
    family = row.kind.partition("_")[0]
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)


def _detail(row: StoryRow) -> str:
    told = (row.household_id, row.finding)
    return "|".join("" if isinstance(part, msgspec.UnsetType) else str(part) for part in told)


async def fetch_rows(hub: Hub, reading: Reading, resolved: Resolved, caller: Caller) -> list[StoryRow]:
    """Every row of a household at s that this caller may see."""
    basis, personal, helped = reading.basis, caller.may_see_personal, "assistance" in caller.rights
    values = basis.values | {"household": resolved.household}
    found = await fetch_parts(reading, values, helped=helped)
    told = story_rows.record_rows(found["list_record_rows"], personal=personal)
    rows = told.rows
    rows += [story_rows.link_row(row) for row in found["list_link_rows"]]
    rows += await fetch_state_rows(reading, found["list_state_rows"], told)
    if told.is_erased:
        rows += await fetch_erasures(hub, reading, values)
    if helped:
        rows += story_rows.help_rows(found["list_help_rows"])
        rows += [story_rows.referral_row(row, personal=personal) for row in found["list_referral_rows"]]
        rows += story_rows.finding_rows(found["list_finding_rows"], resolved.household, basis.valid_at)
        classes = name_findings(found["list_finding_ids"], found["list_founders"], basis)
        rows += await fetch_decision_rows(reading, values, classes, personal=personal)
    return rows


async def fetch_parts(
    reading: Reading, values: dict[str, object], *, helped: bool
) -> dict[str, list[TupleRow]]:
    """The rows of every statement about the household, by its name; help and what follows from it only where it may be seen."""
    relations = {
        "states": states(reading.basis),
        "findings": findings(reading.basis),
        "actions": actions(reading.basis),
    }
    names = [*PARTS, *(HELP_PARTS if helped else ())]
    statements = [sql.SQL(SQL[name]).format(**relations) for name in names]
    return dict(zip(names, await reading.fetch_each_about(statements, values), strict=True))


async def fetch_state_rows(reading: Reading, found: list[TupleRow], told: Told) -> list[StoryRow]:
    """How needs, level and standing went."""
    missing = sorted({row[2] for row in found} - told.clocks.keys())
    events = dict(told.clocks)
    if missing:
        await reading.cursor.execute(SQL["fetch_events"], {"sequences": missing})
        events |= {row[0]: Clocks(*row) for row in await reading.cursor.fetchall()}
    return story_rows.state_rows(found, told, events)


async def fetch_decision_rows(
    reading: Reading, values: dict[str, object], classes: dict[str, str], *, personal: bool
) -> list[StoryRow]:
    """What people decided about the findings of these ids."""
    await reading.cursor.execute(SQL["list_decision_rows"], values | {"findings": list(classes)})
    return [
        story_rows.decision_row(row, classes, personal=personal) for row in await reading.cursor.fetchall()
    ]


async def fetch_finding_ids(reading: Reading, values: dict[str, object]) -> dict[str, str]:
    """The id of every finding that the household had by s, and its class; those that `name_findings` names."""
    statements = [sql.SQL(SQL["list_finding_ids"]), sql.SQL(SQL["list_founders"])]
    found, founders = await reading.fetch_each(statements, values)
    return name_findings(found, founders, reading.basis)


def name_findings(found: list[TupleRow], founders: list[TupleRow], basis: Basis) -> dict[str, str]:
    """The id of every finding that the household had by s, and its class.

    Those of class D3 are computed by query: they are named for the fiscal years up to that of `valid_at` in which there can be one.
    """
    classes = {
        write_id(class_, household=founder, need=need, action=action, other=other): class_
        for class_, founder, need, action, other in found
    }
    year = fiscal_year(basis.valid_at.date())
    return classes | {
        write_id("D3", household=founder, need=need, year=past): "D3"
        for founder, *_ in founders
        for need in NEEDS
        for past in range(year - FISCAL_YEARS, year + 1)
    }


async def fetch_erasures(hub: Hub, reading: Reading, values: dict[str, object]) -> list[StoryRow]:
    """The erasures that took something of this household. Raises Unavailable while the log is away: only it says whom they name."""
    await reading.cursor.execute(SQL["list_erasures"], values)
    found = [Clocks(*row) for row in await reading.cursor.fetchall()]
    await reading.cursor.execute(SQL["list_subjects"], values)
    own = {row[0] for row in await reading.cursor.fetchall()}
    raw = await hub.events.fetch_raw([at.sequence for at in found]) if found else []
    rows: list[StoryRow] = []
    for at, data in zip(found, raw, strict=True):
        event = decode_event(data)
        if isinstance(event, SubjectErased) and own & set(event.data.subjects):
            rows.append(story_rows.erased_row(at))
    return rows
