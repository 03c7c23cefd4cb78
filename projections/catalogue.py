"""Folding what is not about households: agencies, programmes, boundaries, batches."""

import shapely

from contracts.events import AgencyRegistered, BatchReceived, BoundariesLoaded, ProgrammeRegistered, Sequenced
from projections.findings.keep import touch_helped
from projections.findings.rulebook import Terms
from projections.output import NULL, Output, boolean, document, instant, number, text
from projections.state import State

PARENT_LENGTH = {"amphoe": 2, "tambon": 4, "village": 6}


def apply_agency(state: State, output: Output, item: Sequenced, event: AgencyRegistered) -> None:
    """The entry of an agency from now on."""
    data = event.data
    if data.agency_id in state.agencies:
        output.close("agency", (data.agency_id,), item.sequence)
    state.agencies.add(data.agency_id)
    cells = (text(data.agency_id), text(data.name_th), text(data.name_en), text(data.kind))
    output.open("agency", (data.agency_id,), item.sequence, *cells)


def apply_programme(state: State, output: Output, item: Sequenced, event: ProgrammeRegistered) -> None:
    """The catalogue entry of a programme from now on."""
    data = event.data
    before = state.programmes.get(data.programme_id)
    if before is not None:
        output.close("programme", (data.programme_id,), item.sequence)
    terms = Terms(data.need, data.period, data.cap_satang, data.cap_scope, data.minimum_interval_days)
    state.programmes[data.programme_id] = terms
    if terms != before:
        touch_helped(state, data.programme_id)
    output.open(
        "programme",
        (data.programme_id,),
        item.sequence,
        text(data.programme_id),
        text(data.agency_id),
        text(data.name_th),
        text(data.name_en),
        data.need,
        data.kind,
        data.period,
        number(data.cap_satang),
        data.cap_scope,
        number(data.minimum_interval_days),
    )


def apply_boundaries(state: State, output: Output, item: Sequenced, event: BoundariesLoaded) -> None:
    """An edition's first part ends the known areas of its levels; every part adds its own."""
    data = event.data
    if data.part == 1:
        for key in sorted(key for key in state.areas if key[0] in data.levels):
            output.close("area", key, item.sequence)
            state.areas.discard(key)
    for area in data.areas:
        key = (area.level, area.code)
        if key in state.areas:
            output.close("area", key, item.sequence)
        state.areas.add(key)
        length = PARENT_LENGTH.get(area.level)
        output.open(
            "area",
            key,
            item.sequence,
            area.level,
            text(area.code),
            NULL if length is None else text(area.code[:length]),
            text(area.name_th),
            text(area.name_en),
            text(data.edition),
            boolean(data.approximate),
            text(data.attribution),
            _multipolygon(area.geometry),
        )


def _multipolygon(wkb: bytes) -> str:
    geometry = shapely.from_wkb(wkb)
    if isinstance(geometry, shapely.Polygon):
        geometry = shapely.MultiPolygon([geometry])
    placed = shapely.set_srid(geometry, 4326)  # pyright: ignore[reportUnknownMemberType] - stub of an overload
    return shapely.to_wkb(placed, hex=True, include_srid=True)


def apply_batch(output: Output, item: Sequenced, event: BatchReceived) -> None:
    """A delivery, so that silence and "nothing new" can be told apart."""
    data = event.data
    output.row(
        "batch",
        str(item.sequence),
        text(data.batch),
        text(event.source),
        data.mode,
        text(data.period),
        instant(event.reported_at),
        str(data.rows),
        document(data.counts),
    )
