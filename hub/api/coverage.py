"""GET /v1/coverage: which agencies that serve a need have reported lately. No report is not "no help"."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from psycopg import sql

from contracts.errors import InvalidInput
from contracts.rules import Rules
from hub.api import examples, examples_findings
from hub.api.answering import not_modified, to_answer
from hub.api.answers_findings import AgencyCoverage, Coverage, CoverageAnswer
from hub.api.asking import AnyRequest, AreaCode, check_area, check_need
from hub.api.basis import Question
from hub.api.conditions import actions, every, in_area, known, states, within
from hub.api.finding_words import silence_of
from hub.api.outliers import fetch_rules
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller


@get(
    "/coverage",
    summary="Which agencies that serve a need have reported lately",
    responses=examples.of(CoverageAnswer, examples_findings.COVERAGE),
    tags=["findings"],
)
async def get_coverage(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    need: FromQuery[str | None] = None,
    area: AreaCode = None,
) -> Response[CoverageAnswer]:
    """The agencies with a programme for `need` at s, the day of the last report of each by v, and the share that is not silent."""
    caller.require("overview")
    asked = check_need(need)
    check_area(area)
    if asked is None:
        raise InvalidInput(
            "'need' says for which need.", message_th="กรุณาระบุ need", code="BAD_PARAMETER", path="need"
        )
    async with hub.read(question) as reading:
        basis = reading.basis
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        found = await fetch_coverage(reading, asked, area, await fetch_rules(reading), areas=caller.areas)
    answer = CoverageAnswer(
        **msgspec.structs.asdict(found),
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )
    return to_answer(request, basis, caller, answer)


async def fetch_coverage(
    reading: Reading, need: str, area: str | None, rules: Rules, *, areas: Sequence[str] = ()
) -> Coverage:
    """How far "no help is known" can be trusted for a need in an area (and inside the areas of a key).

    Expected to report are the agencies with a programme for the need that work there, or of which no help is known anywhere.
    """
    basis = reading.basis
    parts: dict[str, sql.Composable] = {
        "states": states(basis),
        "actions": actions(basis),
        "known_state": known("s", basis),
        "known_action": known("st", basis),
        "known_anchor": known("ah", basis),
    }
    here: sql.Composable = sql.SQL(SQL["helping_anywhere"])
    if area is not None or areas:
        here = sql.SQL(SQL["helping_here"]).format(
            **parts, conditions=every([in_area("s", area), within("s", areas)])
        )
    statement = sql.SQL(SQL["list_reporting"]).format(**parts, here=here)
    values = basis.values | {"need": need, "area": area, "areas": list(areas)}
    await reading.cursor.execute(statement, values)
    rows = [row for row in await reading.cursor.fetchall() if row[5] or not row[4]]
    agencies = [to_agency(row, basis.valid_at, rules.silent_days) for row in rows]
    heard = sum(not one.silent for one in agencies)
    return Coverage(
        need=need,
        area=area,
        confidence=round(heard / len(agencies), 4) if agencies else None,
        silent_after_days=rules.silent_days,
        agencies=agencies,
    )


def to_agency(row: Sequence[Any], moment: dt.datetime, silent_days: int) -> AgencyCoverage:
    """A row of `list_reporting`."""
    agency_id, name_th, name_en, last, has_acted, is_here = row
    days = None if last is None else (moment - last).days
    sentence_th, sentence_en = silence_of(name_th or agency_id, name_en or name_th or agency_id, days)
    return AgencyCoverage(
        agency_id=agency_id,
        name_th=name_th,
        name_en=name_en,
        works_here=is_here if has_acted else None,
        last_reported_at=last,
        silent_days=days,
        silent=days is None or days > silent_days,
        sentence_th=sentence_th,
        sentence_en=sentence_en,
    )
