"""The actions that a finding rests on, each with its three clocks and its programme."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import sql

from contracts.records import Help
from contracts.times import bangkok_date, fiscal_year
from hub.api.answers import to_baht
from hub.api.answers_findings import FindingAction, ProgrammeTerms
from hub.api.conditions import actions, known
from hub.api.finding_rows import FoundRow
from hub.api.reading import Reading
from hub.api.statements import SQL
from hub.auth import Caller

_help: msgspec.json.Decoder[Help] = msgspec.json.Decoder(Help)


async def fetch_actions(
    reading: Reading, row: FoundRow, caller: Caller, numbers: Sequence[int] | None = None
) -> list[FindingAction]:
    """The actions of a finding by start: the concerned one, the other of the pair, and those that count toward a cap or a share."""
    named = list(numbers) if numbers is not None else [one for one in (row.action, row.other) if one]
    if not named:
        return []
    shown = await _fetch(reading, row, caller, named)
    if row.reason != "cap":
        return shown
    concerned = next((one for one in shown if one.action == row.action), None)
    if concerned is None or concerned.programme is None:
        return shown
    counted = await _fetch(reading, row, caller, None, programme=concerned.programme.programme_id)
    return [one for one in counted if one.part != "counted" or _counts(one, concerned)]


async def _fetch(
    reading: Reading,
    row: FoundRow,
    caller: Caller,
    named: Sequence[int] | None,
    *,
    programme: str | None = None,
) -> list[FindingAction]:
    basis = reading.basis
    chosen = "st.action = ANY(%(named)s::bigint[])"
    if named is None:
        chosen = (
            "ah.household = %(household)s::bigint AND st.programme = %(programme)s AND ah.repeats IS NULL"
        )
    statement = sql.SQL(SQL["list_finding_actions"]).format(
        actions=actions(basis),
        known_action=known("st", basis),
        known_anchor=known("ah", basis),
        known_person=known("pm", basis),
        conditions=sql.SQL(chosen),
    )
    values = {"named": named, "household": row.household, "programme": programme}
    await reading.cursor.execute(statement, basis.values | values)
    return [to_action(one, row, caller) for one in await reading.cursor.fetchall()]


def _counts(one: FindingAction, concerned: FindingAction) -> bool:
    """Earlier help of the programme in the same period of its cap."""
    if concerned.programme is None or one.happened_at > concerned.happened_at:
        return False
    period = concerned.programme.period or "once"
    return _period_of(period, one.happened_at) == _period_of(period, concerned.happened_at)


def _period_of(period: str, start: dt.datetime) -> tuple[int, ...]:
    """The calendar month or the Thai fiscal year in Bangkok; everything for `once`."""
    day = bangkok_date(start)
    if period == "month":
        return (day.year, day.month)
    return (fiscal_year(day),) if period == "year" else ()


def to_action(one: Sequence[Any], row: FoundRow, caller: Caller) -> FindingAction:
    """A row of `list_finding_actions`; its personal part to those who may see it, and to the agency whose own words they are."""
    action = int(one[0])
    part = "concerned" if action == row.action else "earlier" if action == row.other else "counted"
    shown = FindingAction(
        part=part,
        action=action,
        giver=one[1],
        reporter=one[2],
        kind=one[3],
        need=one[4],
        amount_thb=to_baht(one[5]),
        programme=_to_terms(one[13:21]),
        happened_at=one[6],
        until=one[7],
        reported_at=one[8],
        recorded_at=one[9],
        sequence=one[10],
        corrected=one[11],
        repeats=one[12],
    )
    is_own = "own" in caller.rights and caller.agency == one[2]
    if not caller.may_see_personal and not is_own:
        return shown
    help_ = None if one[22] is None else _help.decode(one[22])
    return msgspec.structs.replace(
        shown,
        person_id=one[21],
        action_id=None if help_ is None else help_.action_id,
        recipient_name=None if help_ is None else help_.recipient_name,
        description=None if help_ is None else help_.description,
    )


def _to_terms(row: Sequence[Any]) -> ProgrammeTerms | None:
    if row[0] is None:
        return None
    return ProgrammeTerms(
        programme_id=row[0],
        name_th=row[1],
        name_en=row[2],
        need=row[3],
        period=row[4],
        cap_thb=to_baht(row[5]),
        cap_scope=row[6],
        minimum_interval_days=row[7],
    )
