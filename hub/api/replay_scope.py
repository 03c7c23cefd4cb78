"""Which events make a history: those of a household, of an agency or of an area, as far as the rights of who asks go."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlencode

import msgspec
from psycopg import sql

from contracts.errors import Forbidden, InvalidInput
from contracts.times import DATE, end_of_day, parse_date, parse_instant, start_of_day
from hub.api.asking import check_area, check_id, no_household
from hub.api.basis import Question
from hub.api.conditions import ALWAYS, Condition, every, in_area, states, within
from hub.api.household import Resolved, resolve_household
from hub.api.reading import Reading
from hub.api.statements import SQL
from hub.api.timeline import fetch_finding_ids, refuse_outside
from hub.auth import Caller

Values = dict[str, object]


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A history as it is asked for. One of the first three is set."""

    household: str | None = None
    agency: str | None = None
    area: str | None = None
    from_: str | None = None
    until: str | None = None

    def address(self, question: Question, sequence: int) -> str:
        """The address of the step with this sequence."""
        said = {
            "household": self.household,
            "agency": self.agency,
            "area": self.area,
            "from": self.from_,
            "until": self.until,
            "as_of": question.as_of,
            "valid_at": question.valid_at,
            "reported_by": question.reported_by,
            "at": sequence,
            "limit": 1,
        }
        return "/v1/replay?" + urlencode({name: value for name, value in said.items() if value is not None})


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The conditions that make a history, with their values, to be asked page by page."""

    conditions: sql.Composed
    values: Values

    async def list_sequences(self, reading: Reading, *, after: int, limit: int) -> list[int]:
        """Sequences from `after` on, that one included."""
        statement = sql.SQL(SQL["list_replay_sequences"]).format(conditions=self.conditions)
        await reading.cursor.execute(statement, self.values | {"after": after, "limit": limit})
        return [row[0] for row in await reading.cursor.fetchall()]

    async def find_before(self, reading: Reading, sequence: int) -> int | None:
        """The sequence before this one."""
        statement = sql.SQL(SQL["find_replay_before"]).format(conditions=self.conditions)
        await reading.cursor.execute(statement, self.values | {"after": sequence})
        row = await reading.cursor.fetchone()
        return None if row is None else int(row[0])


def check_scope(scope: Scope, caller: Caller) -> Scope:
    """The scope that this caller may ask for. Raises Unauthorized, Forbidden or InvalidInput.

    With the right `own` alone it is the caller's own agency, whether he says so or not.
    """
    if "events" not in caller.rights:
        if "own" not in caller.rights:
            caller.require("events")
        if scope.household is not None or scope.area is not None or scope.agency not in (None, caller.agency):
            raise Forbidden(
                "A key of an agency replays the events of its own agency.",
                message_th="กุญแจของหน่วยงานดูย้อนหลังได้เฉพาะเหตุการณ์ของหน่วยงานตนเอง",
                code="OTHER_AGENCY",
            )
        scope = msgspec.structs.replace(scope, agency=caller.agency)
    given = [one for one in (scope.household, scope.agency, scope.area) if one is not None]
    if len(given) != 1:
        raise InvalidInput(
            "Say what to replay: one of 'household', 'agency' and 'area'.",
            message_th="กรุณาระบุอย่างใดอย่างหนึ่ง: household, agency หรือ area",
            code="BAD_PARAMETER",
            path="household",
        )
    check_id(scope.household, "household")
    check_area(scope.area)
    return scope


async def open_history(reading: Reading, scope: Scope, caller: Caller) -> History:
    """The history of a checked scope. Raises NotFound for a household that is not there or outside the area of the key."""
    conditions: list[Condition] = []
    values: Values = reading.basis.values | {"areas": list(caller.areas)}
    resolved = None if scope.household is None else await _resolve(reading, scope.household)
    if scope.area is not None or caller.areas:
        await reading.stand()
    else:
        await reading.stand([] if resolved is None else [resolved.household])
    if resolved is not None:
        await refuse_outside(reading, resolved, caller)
        conditions.append(sql.SQL("e.sequence = ANY(%(sequences)s::bigint[])"))
        values["sequences"] = await fetch_sequences(reading, resolved)
    if scope.agency is not None:
        conditions.append(sql.SQL("(e.agency = %(agency)s OR e.source = %(agency)s)"))
        values["agency"] = scope.agency
    if scope.area is not None:
        conditions.append(_inside(reading, in_area("s", scope.area), others=sql.SQL("false")))
        values["area"] = scope.area
    if caller.areas:
        conditions.append(_inside(reading, within("s", caller.areas), others=_about_nobody()))
    for name, text, edge, sign in (
        ("from", scope.from_, start_of_day, sql.SQL(">=")),
        ("until", scope.until, end_of_day, sql.SQL("<")),
    ):
        if text is not None:
            conditions.append(sql.SQL("e.happened_at {} {}").format(sign, sql.Placeholder(name)))
            values[name] = _parse_edge(text, name, edge)
    return History(conditions=every(conditions or [ALWAYS]), values=values)


def _about_nobody() -> Condition:
    return sql.SQL(
        "(e.record IS NULL AND e.action IS NULL AND NOT starts_with(e.type, 'finding.')"
        " AND NOT starts_with(e.type, 'referral.') AND NOT starts_with(e.type, 'assistance.'))"
    )


def _inside(reading: Reading, here: Condition, *, others: Condition) -> sql.Composed:
    records = sql.SQL(SQL["replay_records"]).format(states=states(reading.basis), here=here)
    helped = sql.SQL(SQL["replay_helped"]).format(records=records)
    return sql.SQL(SQL["replay_inside"]).format(records=records, helped=helped, others=others)


async def _resolve(reading: Reading, household: str) -> Resolved:
    asked = check_id(household, "household")
    if asked is None:
        raise no_household()
    return await resolve_household(reading, asked)


async def fetch_sequences(reading: Reading, resolved: Resolved) -> list[int]:
    """The sequences of all that is told about a household at s: its records, help, decisions and referrals."""
    cursor = reading.cursor
    values = reading.basis.values | {"household": resolved.household}
    found: set[int] = set()
    for name in ("list_household_events", "list_help_rows", "list_referral_rows"):
        await cursor.execute(SQL[name], values)
        found |= {row[0] for row in await cursor.fetchall()}
    classes = await fetch_finding_ids(reading, values)
    await cursor.execute(SQL["list_decision_rows"], values | {"findings": list(classes)})
    return sorted(found | {row[0] for row in await cursor.fetchall()})


def _parse_edge(text: str, name: str, edge: Callable[[dt.date], dt.datetime]) -> dt.datetime:
    """A day's beginning or end, or an instant. Raises InvalidInput."""
    if DATE.match(text):
        return edge(parse_date(text, path=name))
    return parse_instant(text, path=name)
