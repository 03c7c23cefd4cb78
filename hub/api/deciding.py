"""POST /v1/findings/{id}/decisions: a person settles a finding; and GET /v1/rules: by which rules findings are judged."""

from typing import Any, LiteralString

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg import sql

from contracts.errors import InvalidInput, NotFound
from contracts.rules import DEFAULT_RULES, Rules
from contracts.submissions_decisions import FINDING_ID
from contracts.times import to_text
from hub.api import examples, examples_referrals
from hub.api.answering import not_modified, to_answer
from hub.api.answers_referrals import RulesInForce
from hub.api.asking import AnyRequest
from hub.api.basis import Question
from hub.api.conditions import findings, known, states
from hub.api.publishing import answer_one
from hub.api.reading import Hub, Reading
from hub.api.saying import DecideOperation, read_object, say
from hub.api.statements import SQL
from hub.auth import Caller
from hub.intake.receipts import Receipt

BY_ACTIONS: LiteralString = "f.action = %(first)s AND f.other = %(other)s"
BY_ACTION: LiteralString = "f.action = %(first)s"
BY_HOUSEHOLD: LiteralString = (
    "f.need = %(other)s AND f.household = (SELECT hr.household FROM household_record AS hr"
    " WHERE hr.record = %(first)s AND hr.recorded @> %(sequence)s::bigint)"
)
_rules: msgspec.json.Decoder[Rules] = msgspec.json.Decoder(Rules)


class Decidable(msgspec.Struct, frozen=True, kw_only=True):
    """The household of a finding. `amphoe` is where it is at (v, s), None where that is unknown."""

    household_id: Any
    founder: str
    amphoe: str | None


@post(
    "/findings/{finding_id:str}/decisions",
    summary="Settle a finding",
    status_code=200,
    operation_class=DecideOperation,
    responses=examples.of(Receipt, examples.RECEIPT) | examples.created(Receipt, examples.RECEIPT),
    tags=["findings"],
)
async def decide_finding(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    finding_id: FromPath[str],
) -> Response[Any]:
    """A verdict with its reason about a finding that stands now, or at `valid_at`; it holds for that stretch of the finding.

    `seen` is the sequence of the answer in which the finding was read. 201 with the sequence of the decision, 200 for the same one again. The
    verdict `suspected` takes an earlier one back. What was given never changes by it.
    """
    caller.require("decide")
    refuse_past(question)
    body = await read_object(request, refused=("type", "finding", "subject"))
    async with hub.read(question) as reading:
        found = await fetch_decidable(reading, finding_id)
        if found is None or (caller.areas and found.amphoe not in caller.areas):
            raise no_finding()
        moment = to_text(reading.basis.valid_at) if question.valid_at is not None else None
    fixed = {"finding": finding_id, "subject": found.founder}
    if moment is not None and "happened_at" not in body:
        fixed["happened_at"] = moment
    return answer_one(await say(hub, caller, "finding.decided.v1", body, fixed))


def refuse_past(question: Question) -> None:
    """Raises InvalidInput: a decision is taken on what is known now; `seen` says what was read."""
    if question.as_of is not None:
        raise InvalidInput(
            "A decision is taken on what the hub knows now; leave out as_of and say in 'seen' what you read.",
            message_th="การตัดสินใช้ข้อมูลปัจจุบัน กรุณาไม่ใส่ as_of และระบุลำดับที่อ่านใน 'seen'",
            code="AS_OF_NOT_NOW",
            path="as_of",
        )


def no_finding() -> NotFound:
    """The same words for a finding that does not stand and one outside the caller's area."""
    return NotFound(
        "There is no such finding at this time.",
        message_th="ไม่พบข้อค้นพบนี้ ณ เวลาที่ระบุ",
        code="NO_SUCH_FINDING",
        path="finding_id",
    )


async def fetch_decidable(reading: Reading, finding_id: str) -> Decidable | None:
    """The household of the finding with this id, when it stands at (v, s)."""
    if FINDING_ID.match(finding_id) is None:
        return None
    prefix, first, *rest = finding_id.split("-")
    class_ = {"MT": "mistargeted", "UN": "unserved"}.get(prefix, prefix)
    named = BY_HOUSEHOLD if prefix == "UN" else BY_ACTIONS if rest else BY_ACTION
    basis = reading.basis
    statement = sql.SQL(SQL["fetch_decidable"]).format(
        findings=findings(basis),
        states=states(basis),
        known=known("f", basis),
        known_state=known("s", basis),
        named=sql.SQL(named),
    )
    other = (rest[0] if prefix == "UN" else int(rest[0])) if rest else None
    values = basis.values | {"class": class_, "first": int(first), "other": other}
    await reading.cursor.execute(statement, values)
    row = await reading.cursor.fetchone()
    return None if row is None else Decidable(household_id=row[0], founder=row[1], amphoe=row[2])


@get(
    "/rules",
    summary="The rules in force",
    responses=examples.of(RulesInForce, examples_referrals.RULES),
    tags=["findings"],
)
async def get_rules(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
) -> Response[RulesInForce]:
    """By which rules the hub judges at s; those it begins with where none were published."""
    caller.require("overview")
    async with hub.read(question, stands=False) as reading:
        basis = reading.basis
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        await reading.cursor.execute(SQL["fetch_rules_in_force"], basis.values)
        row = await reading.cursor.fetchone()
    answer = RulesInForce(
        rules=to_document(DEFAULT_RULES if row is None else _rules.decode(row[0])),
        since=None if row is None else row[1],
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )
    return to_answer(request, basis, caller, answer)


def to_document(rules: Rules) -> dict[str, object]:
    """The rules with all their fields; as an event they leave out what has its usual value."""
    document: dict[str, object] = msgspec.structs.asdict(rules)
    document["crosswalk"] = msgspec.structs.asdict(rules.crosswalk)
    return document
