"""The oracle's answers of /v1 about households: overview, list and one household, as plain JSON values without paging.

`personal` says whether the caller has that right. Instants are datetimes; baht are floats.
"""

from collections.abc import Iterable, Mapping

import msgspec

from contracts.gazetteer import load_gazetteer
from contracts.records import NEEDS, Point
from tests.oracle import Action, Known, Reported
from tests.oracle_statements import Statement
from tests.oracle_world import Given, Household, World, place

Answer = dict[str, object]
PLACED = ("amphoe", "tambon", "moo")
PERSONAL = ("house_code", "house_no", "point", "head_name")
OPEN = ("level", *NEEDS)


def basis_of(world: World) -> Answer:
    """Which axes an answer used; whether it is final depends on the clock."""
    known = world.known
    basis: Answer = {"sequence": known.sequence, "as_of": known.recorded_at, "valid_at": world.moment}
    return basis | {"reported_by": known.reported_by} if isinstance(known, Reported) else basis


def baht(satang: int | None) -> float | None:
    return None if satang is None else satang / 100


def total_baht(actions: Iterable[Action]) -> float:
    return sum(action.data.amount_satang or 0 for action in actions) / 100


def overview(world: World, level: str = "amphoe") -> Answer:
    """GET /v1/overview of the whole province, nothing suppressed."""
    households = list(world.households.values())
    statements = [statement for household in households for statement in household.basis]
    sources = sorted(statement.source for statement in statements)
    unresolved = [a for a in world.happened if world.known.household_of(a.action) is None]
    needs: dict[str, Answer] = {}
    for need in NEEDS:
        answers = [household.needs[need] for household in households]
        names = (("need", True), ("no_need", False), ("unknown", None))
        needs[need] = {name: sum(answer is value for answer in answers) for name, value in names}
    return {
        **basis_of(world),
        "records": {source: sources.count(source) for source in dict.fromkeys(sources)},
        "in_sources": {str(n): sum(h.in_sources == n for h in households) for n in (1, 2, 3, 4)},
        "households": len(households),
        "persons": sum(household.persons for household in households),
        "needs": needs,
        "assistance": {
            "actions": len(world.happened),
            "amount_thb": total_baht(world.happened),
            "households": sum(bool(household.actions) for household in households),
            "unresolved": len(unresolved),
        },
        "areas": [
            {"code": code, "level": level, "name_th": th, "name_en": en, **counts(inside)}
            for code, th, en, inside in by_area(world, level)
        ],
    }


def area_names(known: Known, level: str) -> dict[str, tuple[str, str | None]]:
    """The areas of a level with their names: those of the code list and of the boundaries, which name them as they like."""
    listed = [area for area in load_gazetteer().areas.values() if area.level == level]
    loaded = [edition.area for (level_, _), edition in known.areas.items() if level_ == level]
    return {area.code: (area.name_th, area.name_en) for area in (*listed, *loaded)}


def by_area(world: World, level: str) -> list[tuple[str | None, str | None, str | None, list[Household]]]:
    """(code, names, households inside) of every area of a level; last, under None, the households that are in none."""
    names = area_names(world.known, level)
    inside: dict[str | None, list[Household]] = {code: [] for code in names}
    for household in world.households.values():
        code = household.place.amphoe if level == "amphoe" else household.place.tambon
        inside.setdefault(code, []).append(household)
    found: list[tuple[str | None, str | None, str | None, list[Household]]] = []
    for code, households in sorted(inside.items(), key=lambda pair: (pair[0] is None, pair[0] or "")):
        name_th, name_en = names.get(code or "", (None, None))
        found.append((code, name_th, name_en, households))
    return found


def counts(households: list[Household]) -> Answer:
    """The numbers of an area."""
    actions = [action for household in households for action in household.actions]
    return {
        "households": len(households),
        "persons": sum(household.persons for household in households),
        "records": sum(len(household.basis) for household in households),
        "in_more_than_one": sum(household.in_sources > 1 for household in households),
        "needs": {need: sum(h.needs[need] is True for h in households) for need in NEEDS},
        "assisted_households": sum(bool(household.actions) for household in households),
        "actions": len(actions),
        "amount_thb": total_baht(actions),
    }


def household_item(household: Household, *, personal: bool) -> Answer:
    """A household as lists show it."""
    found: Answer = {
        "household_id": household.household_id,
        **household.place._asdict(),
        "sources": household.sources,
        "in_sources": household.in_sources,
        "persons": household.persons,
        "needs": household.needs,
        "level": household.preferred("level"),
    }
    if personal:
        found |= {field: household.preferred(field) for field in PERSONAL if field != "point"}
        found["point"] = lon_lat(household.point)
    return found


def lon_lat(point: Point | None) -> Answer | None:
    return None if point is None else {"lon": point.lon, "lat": point.lat}


def households(world: World, filters: Mapping[str, str], *, personal: bool) -> list[Answer]:
    """GET /v1/households, all pages."""
    return [
        household_item(household, personal=personal)
        for household in world.households.values()
        if passes(household, filters)
    ]


def passes(household: Household, filters: Mapping[str, str]) -> bool:
    """Whether a household passes area, need, text, source and in_sources."""
    texts = [household.preferred(field) for field in ("head_name", "house_code", "house_no")]
    wanted = filters.get("text", "").lower()
    return (
        household.is_in(filters.get("area", ""))
        and ("need" not in filters or household.needs[filters["need"]] is True)
        and ("source" not in filters or filters["source"] in household.sources)
        and ("in_sources" not in filters or household.in_sources == int(filters["in_sources"]))
        and ("text" not in filters or any(wanted in str(text).lower() for text in texts if text))
    )


def household(world: World, household_id: str, *, personal: bool) -> Answer | None:
    """GET /v1/households/{id}, or None where it does not exist at (v, s)."""
    founder = world.known.resolve_household(household_id)
    found = world.households.get(founder or 0)
    if found is None:
        return None
    answer = {
        **household_item(found, personal=personal),
        **basis_of(world),
        "founder_source": world.known.source_of[found.founder],
        "records": [record(world, statement, personal=personal) for statement in oldest_first(found)],
        "values": values(found, personal=personal),
        "persons": persons(found, personal=personal),
        "persons_at_home": found.persons,
        "assistance": {"actions": len(found.actions), "amount_thb": total_baht(found.actions)},
        "aliases": aliases(world.known, found.founder),
    }
    return answer if found.household_id == household_id else {**answer, "resolved_from": household_id}


def oldest_first(household: Household) -> list[Statement]:
    return household.basis[::-1]


def record(world: World, statement: Statement, *, personal: bool) -> Answer:
    """One statement of the basis."""
    found: Answer = {
        "source": statement.source,
        "period": statement.period,
        "happened_at": statement.happened_at,
        "reported_at": statement.reported_at,
        "recorded_at": statement.recorded_at,
        "sequence": statement.sequence,
    }
    if personal:
        known = world.known
        found["record_key"] = None if statement.house is None else statement.house.record_key
        found["house"] = msgspec.to_builtins(statement.house)
        found["members"] = [
            None
            if member is None
            else {
                **msgspec.to_builtins(member),
                "person_id": known.person_id(known.partition.persons[number]),
            }
            for number, member in statement.listed
        ]
    return found


def values(household: Household, *, personal: bool) -> Answer:
    """Every value with where it comes from, and what the other statements say; amphoe, tambon and moo are of one statement."""
    found: Answer = {}
    placed = household.placed
    has_amphoe = placed is not None and placed.amphoe is not None
    for name in PLACED:
        given = [Given(getattr(place(s), name), s) for s in household.basis]
        here = [one for one in given if one.statement is placed and (has_amphoe or one.value is not None)]
        elsewhere = [one for one in given if one.statement is not placed and one.value is not None]
        found[name] = provenance(here, elsewhere)
    for name in (*PERSONAL, *OPEN) if personal else OPEN:
        given = household.given(name)
        found[name] = provenance(given[:1], given[1:])
    return found


def provenance(preferred: list[Given], others: list[Given]) -> Answer:
    nothing: Answer = {"value": None, "source": None, "sequence": None, "happened_at": None}
    chosen = evidence(preferred[0]) if preferred else nothing
    return {**chosen, "others": [evidence(given) for given in others]}


def evidence(given: Given) -> Answer:
    value = lon_lat(given.value) if isinstance(given.value, Point) else given.value
    statement = given.statement
    return {
        "value": value,
        "source": statement.source,
        "sequence": statement.sequence,
        "happened_at": statement.happened_at,
    }


def persons(household: Household, *, personal: bool) -> list[Answer]:
    """The people whom the basis lists, by person; names are those of the newest statement that lists them."""
    known, world = household.world.known, household.world
    found: dict[int, Answer] = {}
    places: dict[int, list[Answer]] = {}
    for statement in household.basis:
        for position, (number, member) in enumerate(statement.listed):
            person = known.partition.persons[number]
            place_: Answer = {
                "source": statement.source,
                "sequence": statement.sequence,
                "position": position,
            }
            places.setdefault(person, []).append(place_)
            if person not in found:
                at_home = world.homes[person] == household.founder
                found[person] = {"person_id": known.person_id(person), "at_home": at_home}
                if personal:
                    names = ("title", "first_name", "last_name", "relation")
                    found[person] |= {name: getattr(member, name, None) for name in names}
    for person, listed in places.items():
        found[person]["members"] = listed[::-1]
    return [found[person] for person in sorted(found)]


def aliases(known: Known, founder: int) -> list[str]:
    """The other household ids that resolve to this household."""
    joined = [r for r, household in known.partition.households.items() if household == founder]
    return [known.household_id(record) for record in sorted(joined) if record != founder]
