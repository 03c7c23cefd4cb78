"""GET /v1/households: the list of households at (v, s), filtered, a page at a time."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, cast

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from psycopg import sql

from contracts.errors import Forbidden, InvalidInput
from contracts.records import NEEDS
from hub.api import examples, examples_story
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import HouseholdItem, Point, to_needs, to_page
from hub.api.answers_story import HouseholdPage
from hub.api.asking import AnyRequest, AreaCode, Limit, PageToken, check_area, check_need
from hub.api.basis import Basis, Question
from hub.api.conditions import Condition, actions, every, findings, in_area, known, like, states, within
from hub.api.finding_ids import PROBLEMS
from hub.api.paging import DEFAULT_LIMIT, Token, check_token, digest_question, read_token, write_token
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

PATH = "/v1/households"
STANDINGS = ("poor", "not_poor", "exited", "unknown")
FINDINGS: Mapping[str, tuple[str, ...]] = {
    "duplicate": ("D1", "D2"),
    **{class_: (class_,) for class_ in ("D0", "D1", "D2", "unserved", "mistargeted")},
}
"""What the filter `finding` may say, and the classes that it means. One help reported twice (D0) is a fault of data, not help given twice."""
FIRST_NEED, LAST_NEED = 8, 8 + len(NEEDS)


@get(
    "/households",
    summary="Households, by founder",
    responses=examples.of(HouseholdPage, examples_story.HOUSEHOLDS),
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
    standing: Annotated[
        str | None, QueryParameter(description="`poor`, `not_poor`, `exited` or `unknown`.")
    ] = None,
    finding: Annotated[
        str | None,
        QueryParameter(
            description="A finding of this class (D0, D1, D2) or kind (duplicate, unserved, mistargeted) stands as a problem; duplicate is D1 or D2."
        ),
    ] = None,
    undecided: Annotated[
        bool | None, QueryParameter(description="Might be one with another household, or might not.")
    ] = None,
    helped: Annotated[bool | None, QueryParameter(description="Had some help, or none.")] = None,
    level: Annotated[int | None, QueryParameter(ge=1, le=4, description="Level of PPPConnext.")] = None,
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[HouseholdPage]:
    """Every household that exists at (v, s) inside the area of the key. Personal fields need the right `personal`, the filters `finding` and `helped` the right `assistance`."""
    caller.require("households")
    if text is not None and not caller.may_see_personal:
        raise Forbidden(
            "Searching by name, house code or house number needs the right 'personal'.",
            message_th="การค้นหาด้วยชื่อ รหัสประจำบ้าน หรือบ้านเลขที่ ต้องมีสิทธิดูข้อมูลส่วนบุคคล",
            code="RIGHT_MISSING",
            path="text",
        )
    if finding is not None or helped is not None:
        caller.require("assistance")
    filters: dict[str, object] = {
        "area": check_area(area),
        "need": check_need(need),
        "text": text,
        "source": source,
        "in_sources": in_sources,
        "standing": check_standing(standing),
        "finding": check_finding(finding),
        "undecided": undecided,
        "helped": helped,
        "level": level,
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
        parts = {"states": states(basis), "conditions": conditions_of(filters, basis, caller)}
        values = basis.values | filters | {"areas": list(caller.areas), "limit": limit + 1}
        values |= {"after": 0 if page is None else page.after[0], "text": like(text or "")}
        values["classes"] = list(FINDINGS.get(finding or "", ()))
        await reading.cursor.execute(sql.SQL(SQL["list_households"]).format(**parts), values)
        rows = await reading.cursor.fetchall()
        total = msgspec.UNSET if page is not None else await count_all(reading, parts, values)
    items = [to_item(row, caller) for row in rows[:limit]]
    following = next_token(basis, asked, (rows[limit - 1][0],)) if len(rows) > limit else None
    await write_reading(hub, request, caller, what=PATH, count=len(items))
    body = HouseholdPage(**msgspec.structs.asdict(to_page(items, following, basis)), total=total)
    return to_answer(request, basis, caller, body)


async def count_all(reading: Reading, parts: Mapping[str, sql.Composable], values: dict[str, object]) -> int:
    """How many households the filters let through."""
    await reading.cursor.execute(sql.SQL(SQL["count_all_households"]).format(**parts), values)
    row = await reading.cursor.fetchone()
    return 0 if row is None else int(row[0])


def check_standing(text: str | None) -> str | None:
    """A standing given as a filter. Raises InvalidInput."""
    return _check_word(text, "standing", STANDINGS)


def check_finding(text: str | None) -> str | None:
    """A class or kind of finding given as a filter. Raises InvalidInput."""
    return _check_word(text, "finding", tuple(FINDINGS))


def _check_word(text: str | None, name: str, words: Sequence[str]) -> str | None:
    if text is not None and text not in words:
        raise InvalidInput(
            f"'{name}' is one of {', '.join(words)}.",
            message_th=f"'{name}' ต้องเป็นหนึ่งใน {', '.join(words)}",
            code="BAD_PARAMETER",
            path=name,
        )
    return text


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
    if filters["level"] is not None:
        conditions.append(sql.SQL("s.level = %(level)s"))
    if filters["standing"] == "unknown":
        conditions.append(sql.SQL("s.standing IS NULL"))
    elif filters["standing"] is not None:
        conditions.append(sql.SQL("s.standing = %(standing)s"))
    return every([*conditions, *judged_conditions(filters, basis)])


def judged_conditions(filters: Mapping[str, object], basis: Basis) -> list[Condition]:
    """The filters that look beyond the household's own row: findings, undecided links, help."""
    conditions: list[Condition] = []
    if filters["finding"] is not None:
        conditions.append(
            sql.SQL(SQL["household_has_finding"]).format(
                findings=findings(basis),
                verdicts=sql.SQL(SQL["finding_verdicts"]).format(
                    findings=findings(basis), known=known("f", basis), known_link=known("hr", basis)
                ),
                known=known("f", basis),
                problems=sql.Literal(list(PROBLEMS)),
            )
        )
    if filters["undecided"] is not None:
        might = sql.SQL(SQL["household_is_undecided"]).format(
            states=states(basis),
            known_here=known("here", basis),
            known_there=known("there", basis),
            known_state=known("st", basis),
            known_edge=known("edge", basis),
        )
        conditions.append(might if filters["undecided"] else sql.SQL("NOT ({})").format(might))
    if filters["helped"] is not None:
        was = sql.SQL(SQL["household_is_helped"]).format(
            actions=actions(basis), known_action=known("st", basis), known_anchor=known("ah", basis)
        )
        conditions.append(was if filters["helped"] else sql.SQL("NOT {}").format(was))
    return conditions


def next_token(basis: Basis, asked: bytes, after: tuple[int | str, ...]) -> str:
    """The token of the page behind the item with this key."""
    return write_token(
        Token(
            version=basis.version,
            sequence=basis.sequence,
            valid_at=basis.valid_at,
            final=basis.final,
            reported_by=basis.reported_by,
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
