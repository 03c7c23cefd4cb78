"""The oracle's features of the layers of /ogc, with the numbers of docs/semantics.md; geometries as WKB or as degrees."""

import datetime as dt

from contracts.records import NEEDS
from tests.oracle import Known
from tests.oracle_answers import Answer, by_area, counts
from tests.oracle_statements import Statement
from tests.oracle_world import Household, World


def area_features(world: World, level: str) -> dict[str, Answer]:
    """The properties of every area of the boundaries, by feature id, for a caller from whom nothing is suppressed."""
    found: dict[str, Answer] = {}
    for code, name_th, name_en, households in by_area(world, level):
        edition = world.known.areas.get((level, code or ""))
        if edition is None:
            continue
        numbers = counts(households)
        needs = numbers.pop("needs")
        assert isinstance(needs, dict)
        found[f"TH{code}"] = {
            "code": code,
            "name_th": name_th,
            "name_en": name_en,
            **numbers,
            **{f"need_{need}": needs[need] for need in NEEDS},
            "suppressed": False,
            "approximate": edition.approximate,
            **basis_of(world),
        }
    return found


def area_geometry(world: World, level: str, code: str) -> bytes:
    """The polygon of an area as loaded."""
    return world.known.areas[level, code].area.geometry


def basis_of(world: World) -> Answer:
    return {"basis_sequence": world.known.sequence, "basis_valid_at": world.moment}


def point_features(world: World, *, personal: bool) -> dict[str, Answer]:
    """The properties of every household that has a point, by its id."""
    return {
        household.household_id: point_properties(household, personal=personal)
        for household in world.households.values()
        if household.point is not None
    }


def point_coordinates(world: World) -> dict[str, tuple[float, float]]:
    return {
        household.household_id: (household.point.lon, household.point.lat)
        for household in world.households.values()
        if household.point is not None
    }


def point_properties(household: Household, *, personal: bool) -> Answer:
    start, end = version_bounds(household)
    found: Answer = {
        "household_id": household.household_id,
        **household.place._asdict(),
        "in_sources": household.in_sources,
        "sources": ",".join(household.sources),
        "persons": household.persons,
        **{f"need_{need}": household.preferred(need) for need in NEEDS},
        "level": household.preferred("level"),
        "valid_from": start,
        "valid_to": end,
        **basis_of(household.world),
    }
    if personal:
        found |= {name: household.preferred(name) for name in ("head_name", "house_code", "house_no")}
    return found


def version_bounds(household: Household) -> tuple[dt.datetime, dt.datetime | None]:
    """From when until when (exclusive) the household rests on the same statements with as many people at home."""
    known, moment = household.world.known, household.world.moment
    instants = sorted(bounds(list(known.statements.values())))
    before = [instant for instant in instants if instant <= moment]
    after = [instant for instant in instants if instant > moment]
    start = before[-1]
    for instant in reversed(before):
        if not looks_same(household, instant):
            break
        start = instant
    return start, next((instant for instant in after if not looks_same(household, instant)), None)


def bounds(timelines: list[list[Statement]]) -> set[dt.datetime]:
    """Every instant at which a statement of any record begins or ends."""
    everything = [statement for timeline in timelines for statement in timeline]
    withdrawn = {s.withdrawn_at for s in everything if s.withdrawn_at is not None}
    return {statement.happened_at for statement in everything} | withdrawn


def looks_same(household: Household, instant: dt.datetime) -> bool:
    other = World(household.world.known, instant).households.get(household.founder)
    if other is None:
        return False
    return ([s.sequence for s in other.basis], other.persons) == (
        [s.sequence for s in household.basis],
        household.persons,
    )


def point_versions(known: Known, start: dt.datetime, end: dt.datetime) -> set[tuple[str, dt.datetime]]:
    """(household, valid_from) of every version with a point that holds at some moment of the closed interval."""
    timelines = list(known.statements.values())
    inside = {instant for instant in bounds(timelines) if start < instant <= end}
    found: set[tuple[str, dt.datetime]] = set()
    for instant in {start, *inside}:
        for household in World(known, instant).households.values():
            if household.point is not None:
                found.add((household.household_id, version_bounds(household)[0]))
    return found
