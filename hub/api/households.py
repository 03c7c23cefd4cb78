"""GET /v1/households: the list of households at (v, s), filtered, a page at a time."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, cast

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from psycopg import sql

from contracts.errors import Forbidden
from contracts.records import NEEDS
from hub.api import examples
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import HouseholdItem, Page, Point, to_needs, to_page
from hub.api.asking import AnyRequest, AreaCode, Limit, PageToken, check_area, check_need
from hub.api.basis import Basis, Question
from hub.api.conditions import Condition, every, in_area, known, like, within
from hub.api.paging import DEFAULT_LIMIT, Token, check_token, digest_question, read_token, write_token
from hub.api.reading import Hub
from hub.api.statements import SQL
from hub.auth import Caller

PATH = "/v1/households"
FIRST_NEED, LAST_NEED = 8, 8 + len(NEEDS)


@get(
    "/households",
    summary="Households, by founder",
    responses=examples.of(Page[HouseholdItem], examples.HOUSEHOLDS),
    tags=["households"],
)
async def list_households(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    area: AreaCode = None,
    need: Annotated[str | None, QueryParameter(description="Households with this need.")] = None,
    text: Annotated[
        str | None,
        QueryParameter(max_length=100, description="Found in the head's name, house code or house number."),
    ] = None,
    source: FromQuery[str | None] = None,
    in_sources: Annotated[int | None, QueryParameter(ge=1, le=100)] = None,
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[HouseholdItem]]:
    """Every household that exists at (v, s) inside the area of the key. Personal fields need the right `personal`."""
    caller.require("households")
    if text is not None and not caller.may_see_personal:
        raise Forbidden(
            "Searching by name, house code or house number needs the right 'personal'.",
            message_th="การค้นหาด้วยชื่อ รหัสประจำบ้าน หรือบ้านเลขที่ ต้องมีสิทธิดูข้อมูลส่วนบุคคล",
            code="RIGHT_MISSING",
            path="text",
        )
    filters: dict[str, object] = {
        "area": check_area(area),
        "need": check_need(need),
        "text": text,
        "source": source,
        "in_sources": in_sources,
    }
    asked = digest_question(PATH, filters | {"who": caller.kind})
    page = None if token is None else read_token(token)
    async with hub.read(question, page) as reading:
        basis = reading.basis
        if page is not None:
            check_token(page, question=asked, version=basis.version)
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        statement = sql.SQL(SQL["list_households"]).format(conditions=conditions_of(filters, basis, caller))
        values = basis.values | filters | {"areas": list(caller.areas), "limit": limit + 1}
        values |= {"after": 0 if page is None else page.after[0], "text": like(text or "")}
        await reading.cursor.execute(statement, values)
        rows = await reading.cursor.fetchall()
    items = [to_item(row, caller) for row in rows[:limit]]
    following = next_token(basis, asked, (rows[limit - 1][0],)) if len(rows) > limit else None
    await write_reading(hub, request, caller, what=PATH, count=len(items))
    return to_answer(request, basis, caller, to_page(items, following, basis))


def conditions_of(filters: Mapping[str, object], basis: Basis, caller: Caller) -> sql.Composed:
    """The filters that are given, what the hub knew, and the area of the key."""
    area, need = filters["area"], filters["need"]
    conditions: list[Condition] = [known("s", basis), within("s", caller.areas)]
    conditions.append(in_area("s", None if area is None else str(area)))
    if need is not None:
        conditions.append(sql.SQL("s.{}").format(sql.Identifier(str(need))))
    if filters["text"] is not None:
        conditions.append(sql.SQL("s.search LIKE %(text)s"))
    if filters["source"] is not None:
        conditions.append(sql.SQL("%(source)s = ANY(s.sources)"))
    if filters["in_sources"] is not None:
        conditions.append(sql.SQL("s.in_sources = %(in_sources)s"))
    return every(conditions)


def next_token(basis: Basis, asked: bytes, after: tuple[int | str, ...]) -> str:
    """The token of the page behind the item with this key."""
    return write_token(
        Token(
            version=basis.version,
            sequence=basis.sequence,
            valid_at=basis.valid_at,
            final=basis.final,
            question=asked,
            after=after,
        )
    )


def to_item(row: Sequence[object], caller: Caller) -> HouseholdItem:
    """A row of `list_households` or `fetch_household`, as this caller may see it."""
    values = household_values(row)
    hidden = hidden_fields(caller)
    return HouseholdItem(**{name: value for name, value in values.items() if name not in hidden})  # pyright: ignore[reportArgumentType] - columns of household_state


def hidden_fields(caller: Caller) -> frozenset[str]:
    """The fields of a household that this caller may not see."""
    names = (
        frozenset[str]() if caller.may_see_personal else frozenset(("head_name", "house_code", "house_no"))
    )
    return names if caller.may_see_points else names | {"point"}


def household_values(row: Sequence[object]) -> dict[str, object]:
    """The fields of a household by name, from a row of its columns."""
    household_id, amphoe, tambon, moo, sources, in_sources, persons = row[1:FIRST_NEED]
    level, head_name, house_code, house_no, lon, lat = row[LAST_NEED : LAST_NEED + 6]
    return {
        "household_id": cast("uuid.UUID", household_id),
        "amphoe": amphoe,
        "tambon": tambon,
        "moo": moo,
        "sources": sources,
        "in_sources": in_sources,
        "persons": persons,
        "needs": to_needs(cast("tuple[bool | None, ...]", tuple(row[FIRST_NEED:LAST_NEED]))),
        "level": level,
        "head_name": head_name,
        "house_code": house_code,
        "house_no": house_no,
        "point": None if lon is None else Point(cast("float", lon), cast("float", lat)),
    }
