"""GET /v1/agencies/{id}/quality: the scorecard of an agency's data, by snapshot; numbers only, nothing of a person or household."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from contracts.records import SOURCES
from hub.api import examples, examples_privacy
from hub.api.answering import not_modified, to_answer
from hub.api.asking import AnyRequest
from hub.api.assistance import fetch_agency
from hub.api.basis import Basis, Question
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller


class SnapshotQuality(msgspec.Struct, frozen=True, kw_only=True):
    """The standing records of one period. Shares are 0 to 1, null where there is nothing to share.

    Of the records: `house_code`, `tambon`, `point`. Of the members: `name`, `birth`, `citizen_id`; of the citizen ids given: `citizen_valid`.
    `linked`: records in a household with another source. `duplicates`: records beyond one of this source and period in a household. `age_days`: from
    the middle record's day to v.
    """

    period: str
    records: int
    members: int
    house_code: float | None
    tambon: float | None
    point: float | None
    name: float | None
    birth: float | None
    citizen_id: float | None
    citizen_valid: float | None
    linked: float | None
    duplicates: int
    newest: dt.datetime | None
    age_days: int | None


class HelpQuality(msgspec.Struct, frozen=True, kw_only=True):
    """The help that the agency gave or reported. `unresolved`: nobody knows for which household; `twice` stand as help given twice."""

    actions: int
    unresolved: int
    corrected: int
    reported_again: int
    twice: int
    newest: dt.datetime | None
    silent_days: int | None


class DeliveryQuality(msgspec.Struct, frozen=True, kw_only=True):
    """One file: its rows, and what came of its records."""

    batch: str
    mode: str
    period: str | None
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    rows: int
    counts: dict[str, int]


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """The scorecard of an agency at (v, s)."""

    agency_id: str
    snapshots: list[SnapshotQuality]
    help: HelpQuality
    deliveries: list[DeliveryQuality]
    sequence: int
    as_of: dt.datetime | None
    valid_at: dt.datetime
    final: bool


@get(
    "/agencies/{agency_id:str}/quality",
    summary="The scorecard of an agency's data",
    responses=examples.of(Quality, examples_privacy.QUALITY),
    tags=["sources"],
)
async def get_quality(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    agency_id: FromPath[str],
) -> Response[Quality]:
    """Completeness, validity of ids, staleness, link rate and duplicates of the whole province, whatever the area of the key. An agency sees its own."""
    if caller.agency != agency_id or "own" not in caller.rights:
        caller.require("households")
    async with hub.read(question) as reading:
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None:
            return unchanged
        if agency_id not in SOURCES:
            await fetch_agency(reading, agency_id)
        body = await measure(reading, agency_id)
    return to_answer(request, reading.basis, caller, body)


async def measure(reading: Reading, agency_id: str) -> Quality:
    """The scorecard at the basis of a reading."""
    basis, cursor = reading.basis, reading.cursor
    values = basis.values | {"agency": agency_id}
    await cursor.execute(SQL["measure_records"], values)
    snapshots = [_to_snapshot(row, basis) for row in await cursor.fetchall()]
    await cursor.execute(SQL["measure_help"], values)
    help_ = _to_help(await cursor.fetchone() or (0, 0, 0, 0, 0, None), basis)
    await cursor.execute(SQL["list_deliveries"], values)
    deliveries = [
        DeliveryQuality(
            batch=batch,
            mode=mode,
            period=period,
            reported_at=reported_at,
            recorded_at=recorded_at,
            rows=rows,
            counts=msgspec.json.decode(counts, type=dict[str, int]),
        )
        for batch, mode, period, reported_at, recorded_at, rows, counts in await cursor.fetchall()
    ]
    return Quality(
        agency_id=agency_id,
        snapshots=snapshots,
        help=help_,
        deliveries=deliveries,
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _days(since: dt.datetime | None, basis: Basis) -> int | None:
    return None if since is None else (basis.valid_at - since).days


def _to_snapshot(row: Sequence[Any], basis: Basis) -> SnapshotQuality:
    (
        period,
        records,
        codes,
        tambons,
        points,
        members,
        names,
        births,
        ids,
        valid,
        linked,
        doubles,
        newest,
        middle,
    ) = row
    return SnapshotQuality(
        period=period,
        records=records,
        members=members,
        house_code=_share(codes, records),
        tambon=_share(tambons, records),
        point=_share(points, records),
        name=_share(names, members),
        birth=_share(births, members),
        citizen_id=_share(ids, members),
        citizen_valid=_share(valid, ids),
        linked=_share(linked, records),
        duplicates=doubles,
        newest=newest,
        age_days=_days(middle, basis),
    )


def _to_help(row: Sequence[Any], basis: Basis) -> HelpQuality:
    actions, resolved, corrected, again, twice, newest = row
    return HelpQuality(
        actions=actions,
        unresolved=actions - resolved,
        corrected=corrected,
        reported_again=again,
        twice=twice,
        newest=newest,
        silent_days=_days(newest, basis),
    )
