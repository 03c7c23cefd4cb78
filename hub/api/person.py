"""GET /v1/persons/{id}: who lists a person, where it was at home, what it was given as a person."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg import sql

from contracts.errors import NotFound
from contracts.records import Member
from hub.api import examples, examples_story
from hub.api.answering import not_modified, to_answer, write_reading
from hub.api.answers import to_baht
from hub.api.answers_story import CountedHelp, PersonDetail, PersonHelp
from hub.api.asking import AnyRequest
from hub.api.basis import Question
from hub.api.conditions import actions, states
from hub.api.homes import Listing, home_at, list_homes, list_members
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.auth import Caller

_members: msgspec.json.Decoder[Member | None] = msgspec.json.Decoder(Member | None)


@get(
    "/persons/{person_id:str}",
    summary="One person: members, homes over time, help",
    responses=examples.of(PersonDetail, examples_story.PERSON),
    tags=["households"],
)
async def get_person(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    person_id: FromPath[str],
) -> Response[PersonDetail]:
    """The person that holds the founder of this id at s. 404 when nobody lists it at (v, s), or it is at home outside the key's area.

    Names need the right `personal`, single actions the right `assistance`. With an area only what lies inside is told.
    """
    caller.require("households")
    asked = read_person_id(person_id)
    async with hub.read(question, stands=False) as reading:
        await reading.stand(await list_households(reading, asked))
        person = await resolve_person(reading, asked)
        unchanged = not_modified(request, reading.basis, caller)
        if unchanged is not None and not caller.areas:
            return unchanged
        detail = await fetch_person(reading, person, caller)
    if detail.person_id != asked:
        detail = msgspec.structs.replace(detail, resolved_from=asked)
    await write_reading(hub, request, caller, what=f"/v1/persons/{detail.person_id}", count=1)
    return to_answer(request, reading.basis, caller, detail)


def read_person_id(text: str) -> uuid.UUID:
    """The id in a path. Raises NotFound: what is no id names nobody."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise no_person() from error


def no_person() -> NotFound:
    """The same words for a person that does not exist and one outside the caller's area."""
    return NotFound(
        "There is no such person at this time.",
        message_th="ไม่พบบุคคลนี้ ณ เวลาที่ระบุ",
        code="NO_SUCH_PERSON",
        path="person_id",
    )


async def list_households(reading: Reading, person_id: uuid.UUID) -> list[int]:
    """The household that holds the record of the founder of this id at s, or nothing."""
    await reading.cursor.execute(
        SQL["list_households_of_founder"], reading.basis.values | {"person_id": person_id}
    )
    return [row[0] for row in await reading.cursor.fetchall()]


async def resolve_person(reading: Reading, person_id: uuid.UUID) -> int:
    """The person of an id at s. Raises NotFound."""
    await reading.cursor.execute(SQL["resolve_person"], reading.basis.values | {"person_id": person_id})
    row = await reading.cursor.fetchone()
    if row is None:
        raise no_person()
    return int(row[0])


async def fetch_person(reading: Reading, person: int, caller: Caller) -> PersonDetail:
    """The person with everything that this caller may see. Raises NotFound where nobody lists it or it is elsewhere."""
    basis, cursor = reading.basis, reading.cursor
    values = basis.values | {"person": person}
    statement = sql.SQL(SQL["list_person_listings"]).format(states=states(basis))
    await cursor.execute(statement, values)
    listings = [to_listing(row) for row in await cursor.fetchall()]
    home = home_at(listings, basis.valid_at)
    if home is None or (caller.areas and home.amphoe not in caller.areas):
        raise no_person()
    if caller.areas:
        listings = [one for one in listings if one.amphoe in caller.areas]
    await cursor.execute(SQL["fetch_person_id"], values)
    founder = await cursor.fetchone()
    await cursor.execute(SQL["list_person_aliases"], values)
    aliases = [row[0] for row in await cursor.fetchall()]
    given = await fetch_person_help(reading, values)
    if caller.areas:
        given = [row for row in given if row[11] in {one.household for one in listings}]
    return PersonDetail(
        person_id=asked_id(founder),
        household_id=home.household_id,
        members=list_members(listings, personal=caller.may_see_personal),
        homes=list_homes(listings),
        assistance=sum_help(given),
        help=[to_help(row) for row in given] if "assistance" in caller.rights else msgspec.UNSET,
        aliases=aliases,
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
    )


def asked_id(row: Sequence[Any] | None) -> uuid.UUID:
    """The id of a founder. Raises NotFound for one that is not there."""
    if row is None:
        raise no_person()
    return row[0]


async def fetch_person_help(reading: Reading, values: dict[str, object]) -> list[Sequence[Any]]:
    """The rows of help that name the person."""
    statement = sql.SQL(SQL["list_person_help"]).format(actions=actions(reading.basis))
    await reading.cursor.execute(statement, values)
    return list(await reading.cursor.fetchall())


def to_listing(row: Sequence[Any]) -> Listing:
    """A row of `list_person_listings`."""
    household, household_id, amphoe, since, until, source, sequence, period, happened_at, position, text = row
    return Listing(
        household=household,
        household_id=household_id,
        amphoe=amphoe,
        since=since,
        until=until,
        source=source,
        sequence=sequence,
        period=period,
        happened_at=happened_at,
        position=position,
        member=None if text is None else _members.decode(text),
    )


def sum_help(given: Sequence[Sequence[Any]]) -> CountedHelp:
    """Each help once."""
    counted = [row for row in given if row[12]]
    return CountedHelp(
        actions=len(counted),
        amount_thb=to_baht(sum(row[6] or 0 for row in counted)) or 0.0,
        reported_twice=len(given) - len(counted),
    )


def to_help(row: Sequence[Any]) -> PersonHelp:
    """A row of `list_person_help`."""
    action, agency, reporter, programme, kind, need, satang, happened_at, until, sequence, repeats = row[:11]
    return PersonHelp(
        action=action,
        agency=agency,
        reporter=reporter,
        programme=programme,
        kind=kind,
        need=need,
        amount_thb=to_baht(satang),
        happened_at=happened_at,
        until=until,
        sequence=sequence,
        repeats=repeats,
    )
