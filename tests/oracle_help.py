"""The oracle's answers of /v1 about help and about who gives it: assistance, agencies, programmes, without paging."""

import datetime as dt
from collections.abc import Mapping

from contracts.times import end_of_day, start_of_day
from tests.oracle import Action, Known
from tests.oracle_answers import Answer, baht, total_baht
from tests.oracle_findings import repeats
from tests.oracle_world import World


def assistance(world: World, filters: Mapping[str, str], *, personal: bool) -> list[Answer]:
    """GET /v1/assistance, all pages."""
    return [
        assistance_item(world, a, personal=personal) for a in world.happened if concerns(world, a, filters)
    ]


def concerns(world: World, action: Action, filters: Mapping[str, str]) -> bool:
    """Whether an action passes household, person, agency, kind, need, from, until and area."""
    known, start = world.known, action.event.happened_at
    household, person = known.household_of(action.action), known.person_of(action.action)
    asked = filters.get("household")
    living_in = world.households.get(household or 0)
    return (
        (asked is None or (household is not None and household == known.resolve_household(asked)))
        and ("person" not in filters or (person is not None and known.person_id(person) == filters["person"]))
        and filters.get("agency", action.agency) == action.agency
        and filters.get("kind", action.data.kind) == action.data.kind
        and filters.get("need", action.data.need) == action.data.need
        and ("from" not in filters or start >= start_of_day(dt.date.fromisoformat(filters["from"])))
        and ("until" not in filters or start < end_of_day(dt.date.fromisoformat(filters["until"])))
        and ("area" not in filters or (living_in is not None and living_in.is_in(filters["area"])))
    )


def assistance_item(world: World, action: Action, *, personal: bool) -> Answer:
    known, event, data = world.known, action.event, action.data
    household, person = known.household_of(action.action), known.person_of(action.action)
    found: Answer = {
        "action": action.action,
        "household_id": None if household is None else known.household_id(household),
        "person_id": None if person is None else known.person_id(person),
        "agency": action.agency,
        "reporter": event.reporter,
        "programme": data.programme,
        "kind": data.kind,
        "need": data.need,
        "level": data.level,
        "amount_thb": baht(data.amount_satang),
        "quantity": data.quantity,
        "unit": data.unit,
        "happened_at": event.happened_at,
        "until": event.happened_until,
        "reported_at": event.reported_at,
        "recorded_at": action.item.recorded_at,
        "sequence": action.item.sequence,
        "corrected": action.corrected,
        "repeats": repeats(world.known).get(action.action),
    }
    if personal:
        names = ("action_id", "recipient_name", "description")
        found |= {name: getattr(action.help, name, None) for name in names}
    return found


def agency_assistance(world: World, agency: str, filters: Mapping[str, str], *, personal: bool) -> Answer:
    """GET /v1/agencies/{id}/assistance, all pages."""
    found = [a for a in world.happened if concerns(world, a, {**filters, "agency": agency})]
    reached = {household for a in found if (household := world.known.household_of(a.action)) is not None}
    entry = world.known.agencies.get(agency)
    nothing = {"agency_id": agency, "name_th": None, "name_en": None, "kind": None}
    return {
        "items": [assistance_item(world, action, personal=personal) for action in found],
        "agency": nothing if entry is None else agency_item(world.known, agency),
        "totals": {
            "actions": len(found),
            "amount_thb": total_baht(found),
            "households": len(reached),
            "reported_twice": 0,
            "reported_twice_thb": 0.0,
        },
    }


def agency_item(known: Known, agency: str) -> Answer:
    entry = known.agencies[agency]
    return {
        "agency_id": agency,
        "name_th": entry.name_th,
        "name_en": entry.name_en,
        "kind": entry.kind,
    }


def agencies(known: Known) -> list[Answer]:
    """GET /v1/agencies: the catalogue at s."""
    return [agency_item(known, agency) for agency in known.agencies]


def programmes(known: Known) -> list[Answer]:
    """GET /v1/programmes: the catalogue at s."""
    return [
        {
            "programme_id": entry.programme_id,
            "agency_id": entry.agency_id,
            "name_th": entry.name_th,
            "name_en": entry.name_en,
            "need": entry.need,
            "kind": entry.kind,
            "period": entry.period,
            "cap_thb": baht(entry.cap_satang),
            "cap_scope": entry.cap_scope,
            "minimum_interval_days": entry.minimum_interval_days,
        }
        for entry in known.programmes.values()
    ]
