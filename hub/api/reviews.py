"""GET /v1/reviews: what stewards should decide about links, ordered by how much hangs on it; taking one and giving it back."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from psycopg import sql

from contracts.errors import Conflict, InvalidInput
from contracts.times import to_text
from hub.api import examples, examples_links
from hub.api.answering import to_answer
from hub.api.answers import UNSET, to_baht
from hub.api.answers_reviews import Claim, Released, ReviewItem, ReviewPage
from hub.api.asking import AnyRequest, AreaCode, PageToken, check_area
from hub.api.basis import Question
from hub.api.conditions import ALWAYS, Condition, actions, every, findings, in_area, known, states
from hub.api.deciding import refuse_past
from hub.api.households import next_token
from hub.api.link_pair import fetch_weigher
from hub.api.link_preview import preview_pair
from hub.api.paging import check_token, digest_question, read_token
from hub.api.reading import Hub, Reading
from hub.api.second_look import Decided, is_sampled, measure
from hub.api.statements import SQL
from hub.auth import Caller

PATH = "/v1/reviews"
KINDS = ("undecided", "field_check", "second")
DEFAULT_REVIEWS, MOST_REVIEWS = 10, 50
CLAIM_MINUTES, MOST_MINUTES = 60, 8 * 60
Reviews = Annotated[int, QueryParameter(ge=1, le=MOST_REVIEWS, description="How many reviews a page holds.")]
Minutes = Annotated[
    int, QueryParameter(ge=1, le=MOST_MINUTES, description="For how long the review is taken.")
]


@get(
    "/reviews",
    summary="What stewards should decide about links",
    responses=examples.of(ReviewPage, examples_links.REVIEWS),
    tags=["links"],
)
async def list_reviews(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    area: AreaCode = None,
    kind: Annotated[
        Literal["undecided", "field_check", "second"] | None,
        QueryParameter(description="`undecided`, `field_check` or `second`."),
    ] = None,
    preview: Annotated[
        Literal["both", "none"],
        QueryParameter(description="`both`: with what each verdict would change; `none`: without, faster."),
    ] = "both",
    token: PageToken = None,
    limit: Reviews = DEFAULT_REVIEWS,
) -> Response[ReviewPage]:
    """Pairs of records in doubt now: the most money at stake first, then unmet needs, then persons; with what either verdict would change.

    A share of all decisions is asked again of another steward, who sees neither the verdict nor the score; `agreement` says how often both agree.
    """
    caller.require("decide")
    refuse_past(question)
    asked = digest_question(PATH, {"area": check_area(area), "kind": kind, "who": caller.key_id})
    page = None if token is None else read_token(token)
    async with hub.read(question, page) as reading:
        basis = reading.basis
        if page is not None:
            check_token(page, question=asked, version=basis.version)
        offset = 0 if page is None else int(page.after[0])
        decided = await fetch_decided(reading)
        rows = await fetch_rows(reading, caller, decided, area=area, kind=kind, limit=limit, offset=offset)
        claims = await fetch_claims(reading, [row[0] for row in rows], caller, hub.clock())
        items = [to_item(row, claims) for row in rows]
        if preview == "both":
            items = [
                await preview_pair(reading, item, (row[15], row[16]))
                for item, row in zip(items, rows, strict=True)
            ]
    total = rows[0][17] if rows else offset
    following = next_token(basis, asked, (offset + limit,)) if offset + limit < total else None
    answer = ReviewPage(
        items=items,
        next=following,
        total=total,
        agreement=measure(decided),
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )
    return to_answer(request, basis, caller, answer)


async def fetch_decided(reading: Reading) -> list[Decided]:
    """Every decision by s with whom it came from, the oldest first; also those that were taken back, for they were given."""
    await reading.cursor.execute(SQL["list_judged_twice"], reading.basis.values)
    return [Decided(*row) for row in await reading.cursor.fetchall()]


async def fetch_rows(
    reading: Reading,
    caller: Caller,
    decided: Sequence[Decided],
    *,
    area: str | None,
    kind: str | None,
    limit: int,
    offset: int,
) -> list[Sequence[Any]]:
    """The rows of `list_reviews`."""
    basis = reading.basis
    conditions: list[Condition] = [in_area("w", area)]
    if caller.areas:
        conditions.append(sql.SQL("w.amphoe = ANY(%(areas)s) AND w.other_amphoe = ANY(%(areas)s)"))
    conditions.append(ALWAYS if kind is None else sql.SQL("w.kind = %(kind)s"))
    statement = sql.SQL(SQL["list_reviews"]).format(
        actions=actions(basis),
        findings=findings(basis),
        states=states(basis),
        restricted=every(conditions),
        **{
            f"known_{name}": known(table, basis)
            for name, table in (
                ("here", "here"), ("there", "there"), ("mine", "mine"), ("theirs", "theirs"), ("edge", "e"), ("decision", "d"), ("action", "st"),
                ("anchor", "ah"), ("finding", "f"), ("one", "s1"), ("other", "s2"),
            )
        },
    )  # fmt: skip
    values: dict[str, object] = {
        "area": area,
        "areas": list(caller.areas),
        "kind": kind,
        "key_id": caller.key_id,
        "link": (await fetch_weigher(reading)).model.link,
        "sampled": [one.sequence for one in decided if is_sampled(one.sequence)],
        "limit": limit,
        "offset": offset,
    }
    await reading.cursor.execute(statement, basis.values | values)
    return list(await reading.cursor.fetchall())


async def fetch_claims(
    reading: Reading, reviews: Sequence[str], caller: Caller, now: dt.datetime
) -> dict[str, Claim]:
    """Who holds which of these reviews at this moment."""
    await reading.cursor.execute(SQL["list_claims"], {"reviews": list(reviews), "now": now})
    return {
        review: Claim(key_id=key_id, mine=key_id == caller.key_id, until=until)
        for review, key_id, until in await reading.cursor.fetchall()
    }


def to_item(row: Sequence[Any], claims: Mapping[str, Claim]) -> ReviewItem:
    """A row of `list_reviews`; a second look is blind."""
    review, kind, level, a, b, source, other, rule, score, since, satang, unserved, persons = row[:13]
    amphoe, tambon = row[13:15]
    blind = kind == "second"
    return ReviewItem(
        review=review,
        kind=kind,
        level=level,
        a=a,
        b=b,
        sources=[source, other],
        amphoe=amphoe,
        tambon=tambon,
        amount_thb=to_baht(satang) or 0.0,
        unserved=unserved,
        persons=persons,
        since=since,
        claim=claims.get(review),
        rule=UNSET if blind else rule,
        score=UNSET if blind else score,
    )


@post(
    "/reviews/{review:str}/claim",
    summary="Take a review",
    status_code=200,
    responses=examples.of(Claim, examples_links.CLAIM),
    tags=["links"],
)
async def claim_review(
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    review: FromPath[str],
    minutes: Minutes = CLAIM_MINUTES,
) -> Claim:
    """Nobody else is offered it as free until then. 409 while another steward holds it; again by the same one prolongs it."""
    caller.require("decide")
    check_review(review)
    now = hub.clock()
    values = {
        "review": review,
        "key_id": caller.key_id,
        "now": now,
        "until": now + dt.timedelta(minutes=minutes),
    }
    async with hub.pool.connection() as connection, connection.transaction():
        row = await (await connection.execute(SQL["claim_review"], values)).fetchone()
        if row is None:
            held = await connection.execute(SQL["list_claims"], {"reviews": [review], "now": now})
            raise is_held(await held.fetchone())
    return Claim(key_id=row[0], mine=True, until=row[1])


@post(
    "/reviews/{review:str}/release",
    summary="Give a review back",
    status_code=200,
    responses=examples.of(Released, examples_links.RELEASED),
    tags=["links"],
)
async def release_review(
    hub: NamedDependency[Hub], caller: NamedDependency[Caller], review: FromPath[str]
) -> Released:
    """The caller no longer holds it; nothing happens where it was not the caller who did."""
    caller.require("decide")
    async with hub.pool.connection() as connection, connection.transaction():
        done = await connection.execute(SQL["release_review"], {"review": review, "key_id": caller.key_id})
    return Released(review=review, held=done.rowcount == 1)


def check_review(review: str) -> None:
    """Raises InvalidInput for what is no id of a review."""
    kind, *numbers = review.split("-")
    if (
        kind not in {"L", "P", "D"}
        or len(numbers) != (1 if kind == "D" else 2)
        or not all(number.isascii() and number.isdigit() and len(number) <= 18 for number in numbers)
    ):
        raise InvalidInput(
            "That is not the id of a review.",
            message_th="ไม่ใช่รหัสรายการตรวจ",
            code="REVIEW_ID_INVALID",
            path="review",
        )


def is_held(row: Sequence[Any] | None) -> Conflict:
    """Another steward holds the review."""
    until = "" if row is None else to_text(row[2])
    return Conflict(
        f"Another steward holds this review until {until}.",
        message_th=f"เจ้าหน้าที่อีกคนกำลังตรวจรายการนี้ถึง {until}",
        code="REVIEW_HELD",
        path="review",
    )
