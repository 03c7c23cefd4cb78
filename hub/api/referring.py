"""Referrals over HTTP: sending one, answering it, and the list of those that an agency sent or received."""

from typing import Annotated, Any, Literal, cast

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from psycopg import sql

from contracts.errors import Forbidden, InvalidInput, NotFound
from contracts.events import ReferralStep
from contracts.records import Words
from hub.api import examples, examples_referrals
from hub.api.answering import LONGEST_PURPOSE, PURPOSE_HEADER, not_modified, to_answer
from hub.api.answers import Page, to_page
from hub.api.answers_referrals import ReferralItem
from hub.api.asking import AnyRequest, Limit, PageToken
from hub.api.assistance import fetch_agency
from hub.api.basis import Basis, Question
from hub.api.conditions import Condition, every, known, states
from hub.api.households import next_token
from hub.api.paging import DEFAULT_LIMIT, check_token, digest_question, read_token
from hub.api.publishing import answer_one
from hub.api.reading import Hub
from hub.api.saying import ReferOperation, StepOperation, read_object, say
from hub.api.statements import SQL
from hub.api.whose import agencies_of
from hub.auth import Caller
from hub.intake.receipts import Receipt

STEPS: dict[str, ReferralStep] = {
    "acknowledge": "acknowledged",
    "accept": "accepted",
    "decline": "declined",
    "complete": "completed",
    "cancel": "cancelled",
}
OPEN: tuple[ReferralStep, ...] = ("sent", "acknowledged", "accepted")
LATEST_ID = (1 << 63) - 1
NOW = Question()

Verb = Literal["acknowledge", "accept", "decline", "complete", "cancel"]
StateFilter = Annotated[
    Literal["sent", "acknowledged", "accepted", "declined", "completed", "cancelled", "open", "overdue"]
    | None,
    QueryParameter(
        name="state",
        description="A state; `open` is any that waits for a step, `overdue` is open and past its due day.",
    ),
]
_words: msgspec.json.Decoder[Words] = msgspec.json.Decoder(Words)


@post(
    "/referrals",
    summary="Send a referral",
    status_code=200,
    operation_class=ReferOperation,
    responses=examples.of(Receipt, examples.RECEIPT) | examples.created(Receipt, examples.RECEIPT),
    tags=["referrals"],
)
async def send_referral(
    request: AnyRequest, hub: NamedDependency[Hub], caller: NamedDependency[Caller]
) -> Response[Any]:
    """Ask another agency to help a household. `sequence` of the receipt is the id of the referral; the same one again answers 200.

    `sender` may be left out by a key of an agency. Another referral under a used `referral_id` answers 409.
    """
    caller.require("publish")
    body: dict[str, object] = dict(await read_object(request, refused=("type",)))
    if caller.agency is not None:
        body.setdefault("sender", caller.agency)
    await require_receiver(hub, body.get("receiver"))
    return answer_one(await say(hub, caller, "referral.sent.v1", body, {}))


async def require_receiver(hub: Hub, raw: object) -> None:
    """Raises InvalidInput for a receiver that the hub does not know: nobody would ever read the referral."""
    try:
        receiver = msgspec.json.decode(cast("msgspec.Raw", raw), type=str).strip().lower()
    except (TypeError, msgspec.DecodeError):
        return  # the submission itself is refused for it
    async with hub.read(NOW) as reading:
        try:
            await fetch_agency(reading, receiver)
        except NotFound as error:
            raise InvalidInput(
                "No agency with this id is known; register it first.",
                message_th="ไม่รู้จักหน่วยงานผู้รับ กรุณาลงทะเบียนหน่วยงานก่อน",
                code="RECEIVER_UNKNOWN",
                path="$.receiver",
            ) from error


@post(
    "/referrals/{referral:int}/{verb:str}",
    summary="Answer or cancel a referral",
    status_code=200,
    operation_class=StepOperation,
    responses=examples.of(Receipt, examples.RECEIPT) | examples.created(Receipt, examples.RECEIPT),
    tags=["referrals"],
)
async def step_referral(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    referral: FromPath[int],
    verb: FromPath[Verb],
) -> Response[Any]:
    """`acknowledge`, `accept`, `decline` (with `text`), `complete` (with `action_id`) by the receiver, `cancel` by the sender.

    A step that does not follow where the referral stands answers 409; the same step again 200.
    """
    caller.require("publish")
    body = await read_object(request, refused=("type", "key", "sender", "referral_id"))
    key, sender, receiver = await fetch_parties(hub, referral)
    if caller.agency is not None and caller.agency not in {sender, receiver}:
        raise no_referral()
    fixed = {"key": key}
    if caller.agency is not None:
        fixed["agency_id"] = caller.agency
    elif "agency_id" not in body:
        fixed["agency_id"] = sender if verb == "cancel" else receiver
    return answer_one(await say(hub, caller, f"referral.{STEPS[verb]}.v1", body, fixed))


def no_referral() -> NotFound:
    """The same words for a referral that is not there and one between others."""
    return NotFound(
        "There is no such referral.",
        message_th="ไม่พบการส่งต่อรายการนี้",
        code="NO_SUCH_REFERRAL",
        path="referral",
    )


async def fetch_parties(hub: Hub, referral: int) -> tuple[str, str, str]:
    """(key, sender, receiver) of a referral; one that was sent just now is waited for. Raises NotFound or Unavailable."""
    if not 0 < referral <= LATEST_ID:
        raise no_referral()
    if referral > await hub.fetch_checkpoint() and referral <= await hub.events.last_sequence():
        await hub.wait_until_projected(referral)
    async with hub.read(NOW) as reading:
        await reading.cursor.execute(SQL["fetch_referral"], reading.basis.values | {"referral": referral})
        row = await reading.cursor.fetchone()
    if row is None:
        raise no_referral()
    return row[0], row[1], row[2]


@get(
    "/agencies/{agency_id:str}/referrals",
    summary="The referrals that an agency sent or received",
    responses=examples.of(Page[ReferralItem], examples_referrals.REFERRALS),
    tags=["referrals"],
)
async def list_referrals(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    agency_id: FromPath[str],
    state_: StateFilter = None,
    token: PageToken = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Response[Page[ReferralItem]]:
    """By id, as they stand at s. What they say is shown to the two agencies and with the right `personal`, and that reading is recorded."""
    require_party(caller, agency_id)
    path = f"/v1/agencies/{agency_id}/referrals"
    asked = digest_question(path, {"state": state_, "who": caller.kind})
    page = None if token is None else read_token(token)
    async with hub.read(question, page) as reading:
        if page is not None:
            check_token(page, question=asked, version=reading.basis.version)
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        await fetch_agency(reading, agency_id)
        conditions, values = narrow(reading.basis, caller, state_)
        values |= {"agency": agency_id, "after": 0 if page is None else page.after[0], "limit": limit + 1}
        statement = sql.SQL(SQL["list_referrals"]).format(conditions=every(conditions))
        await reading.cursor.execute(statement, values)
        rows = await reading.cursor.fetchall()
    opened = caller.may_see_personal or caller.agency == agency_id
    items = [to_item(row, reading.basis, opened=opened) for row in rows[:limit]]
    following = next_token(reading.basis, asked, (items[-1].referral,)) if len(rows) > limit else None
    if opened and items:
        purpose = (request.headers.get(PURPOSE_HEADER) or caller.purpose)[:LONGEST_PURPOSE]
        await hub.write_reading(
            caller, what=path, purpose=purpose, count=len(items), agencies=agencies_of(items)
        )
    return to_answer(request, reading.basis, caller, to_page(items, following, reading.basis))


def require_party(caller: Caller, agency_id: str) -> None:
    """Raises Unauthorized or Forbidden for a key that may see neither all help nor this agency's own."""
    if "assistance" in caller.rights:
        return
    if "own" not in caller.rights:
        caller.require("assistance")
    if agency_id != caller.agency:
        raise Forbidden(
            "A key of an agency shows the referrals of that agency only.",
            message_th="กุญแจของหน่วยงานดูได้เฉพาะการส่งต่อของหน่วยงานตนเอง",
            code="OTHER_AGENCY",
            path="agency_id",
        )


def narrow(basis: Basis, caller: Caller, state: str | None) -> tuple[list[Condition], dict[str, object]]:
    """The conditions that the filter and the area of the key make, with their values."""
    conditions: list[Condition] = []
    values: dict[str, object] = dict(basis.values)
    if state is not None:
        conditions.append(sql.SQL("r.step = ANY(%(steps)s)"))
        values["steps"] = list(OPEN) if state in {"open", "overdue"} else [state]
    if state == "overdue":
        conditions.append(sql.SQL("r.due_at <= %(valid_at)s::timestamptz"))
    if caller.areas and "own" not in caller.rights:
        inside = sql.SQL(SQL["referral_inside"])
        conditions.append(inside.format(states=states(basis), known_state=known("s", basis)))
        values["areas"] = list(caller.areas)
    return conditions, values


def to_item(row: tuple[Any, ...], basis: Basis, *, opened: bool) -> ReferralItem:
    """A row of `list_referrals`."""
    is_open = row[2] in OPEN
    item = ReferralItem(
        referral=row[0],
        key=row[1],
        state=row[2],
        overdue=is_open and row[6] is not None and row[6] <= basis.valid_at,
        sender=row[3],
        receiver=row[4],
        need=row[5],
        household_id=row[9],
        due_at=row[6],
        happened_at=row[10],
        recorded_at=row[11],
        sequence=row[8],
        action=row[7],
    )
    if not opened:
        return item
    sent = _words.decode(row[12]) if row[12] is not None else Words()
    said = _words.decode(row[13]) if row[13] is not None and row[8] != row[0] else Words()
    return msgspec.structs.replace(
        item, referral_id=sent.reference, text=sent.text or None, answer=said.text or None
    )
