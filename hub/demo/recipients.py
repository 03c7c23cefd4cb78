"""How an agency's file names the one it helped."""

import random
from dataclasses import dataclass

from hub.demo.help import Action
from hub.demo.households import Household
from hub.demo.identifiers import with_wrong_check
from hub.demo.people import Person

_BY_CITIZEN_ID, _BY_HOUSE, _BY_RECORD = 0.74, 0.87, 0.965


@dataclass(frozen=True, slots=True)
class Recipient:
    """The recipient columns of an assistance row."""

    citizen_id: str = ""
    house_code: str = ""
    source: str = ""
    source_record_id: str = ""
    name: str = ""


def name_recipient(
    r: random.Random, action: Action, household: Household, year: int, references: list[tuple[str, str]]
) -> Recipient:
    """Mostly a member's citizen id, else the house code, else a source's record, at times a name and house code."""
    person = action.person
    name = _name_of(person, year)
    code = household.house_in(year).code
    roll = r.random()
    shown = name if r.random() < 0.6 or household.shares_house_with else ""
    if person.citizen_id and roll < _BY_CITIZEN_ID:
        number = with_wrong_check(r, person.citizen_id) if r.random() < 0.004 else person.citizen_id
        return Recipient(citizen_id=number, house_code=code if r.random() < 0.15 else "", name=shown)
    if roll >= _BY_RECORD:
        return Recipient(house_code=code, name=name)
    if references and roll >= _BY_HOUSE:
        source, record = r.choice(references)
        return Recipient(source=source, source_record_id=record, name=shown)
    return Recipient(house_code=code, name=name if not person.citizen_id else shown)


def _name_of(person: Person, year: int) -> str:
    last = person.married_last if year >= person.marries else person.last
    return f"{person.first} {last}"
