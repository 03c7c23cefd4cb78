"""POST /v1/precheck: before giving, whether somebody else may have given the same already. Advice; it never blocks help.

It asks about now only, and so may use what the fold keeps to find records by what they have in common.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, cast, get_args

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, RequestBody
from litestar.openapi.spec import Operation as OpenAPIOperation

from contracts.errors import InvalidInput
from contracts.events import EventNeed
from contracts.ids import citizen_pseudonym, house_pseudonym
from contracts.records import NEEDS, Kind
from contracts.rules import DEFAULT_RULES, Rules
from contracts.thai.citizen_id import parse_citizen_id
from contracts.thai.house_code import LENGTH, parse_house_code
from contracts.times import bangkok_date, end_of_day, parse_date, start_of_day
from hub.api import examples, examples_privacy
from hub.api.answering import LONGEST_PURPOSE, PURPOSE_HEADER
from hub.api.asking import AnyRequest
from hub.api.basis import Question
from hub.api.reading import Hub, Reading
from hub.api.saying import read_object
from hub.api.statements import SQL
from hub.auth import Caller
from projections.findings.rulebook import later
from projections.linkage.features import citizen_key, house_key

PATH = "/v1/precheck"
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_SHOWN = 20
FAR = dt.timedelta(days=3660)
FIELDS = ("citizen_id", "house_code", "kind", "need", "from", "until")

_rules: msgspec.json.Decoder[Rules] = msgspec.json.Decoder(Rules)


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Help that may be the same: its kind, need and month, and whom to ask. `own`: the asking agency gave it."""

    kind: Kind
    need: str
    month: str
    agency_kind: str | None
    contact: str
    own: bool


class Precheck(msgspec.Struct, frozen=True, kw_only=True):
    """`clear`: known, and no such help near that time. `possible_duplicate`: see `matches`. `unknown`: the hub knows neither person nor house here."""

    answer: Literal["clear", "possible_duplicate", "unknown"]
    matches: list[Match]
    rules: str
    sequence: int


class _Asked(NamedTuple):
    ref_kind: Literal["citizen", "house"]
    ref: str
    key: int
    kind: Kind
    need: EventNeed
    start: dt.datetime
    end: dt.datetime


class _Given(NamedTuple):
    action: int
    agency: str
    need: str
    start: dt.datetime
    end: dt.datetime | None
    programme: str | None
    name: str | None
    agency_kind: str | None


@dataclasses.dataclass
class PrecheckOperation(OpenAPIOperation):
    """The body of a precheck, which is read by hand and therefore described by hand."""

    def __post_init__(self) -> None:
        shown = examples.named({"precheck": examples_privacy.PRECHECK})
        self.request_body = RequestBody(
            content={"application/json": OpenAPIMediaType(examples=shown)},
            required=True,
            description="`citizen_id` or `house_code`, `kind`, and optionally `need`, `from`, `until` (dates; default: today).",
        )


@post(
    "/precheck",
    summary="May this help be a duplicate",
    status_code=200,
    operation_class=PrecheckOperation,
    responses=examples.of(Precheck, examples_privacy.PRECHECKED),
    tags=["assistance"],
)
async def precheck(
    request: AnyRequest, hub: NamedDependency[Hub], caller: NamedDependency[Caller]
) -> Response[Any]:
    """Nothing of the person or household is told, only that such help may have been given, when, and by whom.

    About one question a second is answered for each key (429 with `Retry-After`), and every one is recorded (`/v1/access`).
    """
    if "publish" not in caller.rights:
        caller.require("personal")
    hub.prechecks.take(caller)
    asked = read_asked(await read_object(request), hub.intake.pseudonym_key, hub.clock())
    async with hub.read(Question()) as reading:
        rules = await _fetch_rules(reading)
        sources, households = await _find(reading, asked, caller)
        given = await _fetch_given(reading, asked, households, caller)
    near = [one for one in given if _may_be_same(one, asked, rules)]
    answer = "possible_duplicate" if near else "clear" if households or given else "unknown"
    purpose = (request.headers.get(PURPOSE_HEADER) or caller.purpose)[:LONGEST_PURPOSE]
    agencies = sources | {one.agency for one in near}
    await hub.write_reading(caller, what=PATH, purpose=purpose, count=len(households), agencies=agencies)
    body = Precheck(
        answer=answer,
        matches=[_to_match(one, asked, caller) for one in near[-MOST_SHOWN:]],
        rules=rules.version,
        sequence=reading.basis.sequence,
    )
    return Response(body, headers={"Cache-Control": "no-store"})


def read_asked(body: dict[str, msgspec.Raw], key: bytes, now: dt.datetime) -> _Asked:
    """What a body asks. Raises InvalidInput with the field at fault, never with its value."""
    for name in body:
        if name not in FIELDS:
            raise _wrong(name, f"no field here; there are {', '.join(FIELDS)}")
    texts = {name: _text(name, raw) for name, raw in body.items()}
    kind, need = texts.get("kind", ""), texts.get("need", "unknown")
    if kind not in KINDS:
        raise _wrong("kind", f"one of {', '.join(KINDS)}")
    if need not in {*NEEDS, "unknown"}:
        raise _wrong("need", f"one of {', '.join(NEEDS)} or unknown")
    today = bangkok_date(now)
    first = parse_date(texts["from"], path="$.from") if "from" in texts else today
    last = parse_date(texts["until"], path="$.until") if "until" in texts else first
    if not today - FAR <= first <= last <= today + FAR:
        raise _wrong("until", "a day that is not before 'from', and both within ten years of today")
    ref_kind, ref = _read_ref(texts, key)
    place = citizen_key(ref) if ref_kind == "citizen" else house_key(ref)
    return _Asked(
        ref_kind,
        ref,
        place,
        kind,
        cast("EventNeed", need),
        start_of_day(first),
        end_of_day(last),
    )


def _read_ref(texts: dict[str, str], key: bytes) -> tuple[Literal["citizen", "house"], str]:
    if ("citizen_id" in texts) == ("house_code" in texts):
        raise _wrong("citizen_id", "given, or else 'house_code', not both")
    if "citizen_id" in texts:
        digits = parse_citizen_id(texts["citizen_id"])
        if digits.digits is None or not digits.valid:
            raise _wrong("citizen_id", "13 digits with the right check digit")
        return "citizen", citizen_pseudonym(key, digits.digits)
    code = parse_house_code(texts["house_code"]).digits
    if code is None or len(code) != LENGTH:
        raise _wrong("house_code", f"{LENGTH} digits")
    return "house", house_pseudonym(key, code)


def _text(name: str, raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _wrong(name, "text") from error


def _wrong(name: str, wanted: str) -> InvalidInput:
    return InvalidInput(
        f"'{name}' has to be {wanted}.",
        message_th=f"ค่าของ '{name}' ไม่ถูกต้อง",
        code="BAD_PARAMETER",
        path=f"$.{name}",
    )


async def _fetch_rules(reading: Reading) -> Rules:
    await reading.cursor.execute(SQL["fetch_rules_in_force"], reading.basis.values)
    row = await reading.cursor.fetchone()
    return DEFAULT_RULES if row is None else _rules.decode(row[0])


async def _find(reading: Reading, asked: _Asked, caller: Caller) -> tuple[set[str], set[int]]:
    values = reading.basis.values | {"key": asked.key, "areas": list(caller.areas)}
    await reading.cursor.execute(SQL["find_prechecked"], values)
    rows = await reading.cursor.fetchall()
    return {row[2] for row in rows}, {row[1] for row in rows}


async def _fetch_given(
    reading: Reading, asked: _Asked, households: set[int], caller: Caller
) -> Sequence[_Given]:
    values = {
        "kind": asked.kind,
        "households": sorted(households),
        "ref_kind": asked.ref_kind,
        "ref": bytes.fromhex(asked.ref),
        "areas": list(caller.areas),
    }
    await reading.cursor.execute(SQL["list_prechecked_help"], values)
    return [_Given(*row) for row in await reading.cursor.fetchall()]


def _may_be_same(given: _Given, asked: _Asked, rules: Rules) -> bool:
    """Whether one of the two begins before the other, with the interval of its kind, is over; for another known need it is another help."""
    if asked.need != given.need and "unknown" not in {asked.need, given.need}:
        return False
    days = max(rules.interval_days.get(asked.kind, 0), rules.overlap_days)
    return _begins_within(asked.start, given.start, given.end, days) or _begins_within(
        given.start, asked.start, asked.end, days
    )


def _begins_within(moment: dt.datetime, start: dt.datetime, end: dt.datetime | None, days: int) -> bool:
    least = later(start, days)
    return moment >= start and (least is None or moment <= max(least, end or start))


def _to_match(given: _Given, asked: _Asked, caller: Caller) -> Match:
    return Match(
        kind=asked.kind,
        need=given.need,
        month=bangkok_date(given.start).isoformat()[:7],
        agency_kind=given.agency_kind,
        contact=given.name or given.agency,
        own=given.agency == caller.agency,
    )
