"""Where every value of a household comes from. Pure: the statements of a basis in, preferred values with their evidence out."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence

import msgspec

from contracts.events import OpenedRecord
from contracts.needs import Crosswalk
from contracts.records import NEEDS, House, Member
from contracts.sources.originals import needs_of_record
from hub.api.answers import Evidence, ListedMember, MemberPlace, PersonListed, Point, RecordStatement, Value
from projections.statements import Facts, read_facts


class StoredMember(msgspec.Struct, frozen=True):
    """A member with its id, as a document of record_version holds it; null after an erasure."""

    id: int
    member: Member | None


class Document(msgspec.Struct, frozen=True):
    """The content of one statement."""

    house: House | None
    members: tuple[StoredMember, ...]


class BasisStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement on which a household rests."""

    sequence: int
    source: str
    period: str
    happened_at: dt.datetime
    reported_at: dt.datetime | None
    recorded_at: dt.datetime
    document: Document
    facts: Facts


class Person(msgspec.Struct, frozen=True):
    """A person by number and by id."""

    person: int
    person_id: uuid.UUID


_documents: msgspec.json.Decoder[Document] = msgspec.json.Decoder(Document)
NO_DOCUMENT = Document(house=None, members=())


def to_statement(row: Sequence[object], crosswalk: Crosswalk | None = None) -> BasisStatement:
    """A row of `fetch_statements`; its needs as `crosswalk` reads them, None is the reading of intake."""
    sequence, source, period, happened_at, reported_at, recorded_at, amphoe, tambon, text = row
    document = NO_DOCUMENT if text is None else _documents.decode(str(text))
    opened = OpenedRecord(document.house, tuple(listed.member for listed in document.members))
    plain = {
        "sequence": sequence,
        "source": source,
        "period": period,
        "happened_at": happened_at,
        "reported_at": reported_at,
        "recorded_at": recorded_at,
    }
    needs = (
        None if crosswalk is None else needs_of_record(str(source), opened.house, opened.members, crosswalk)
    )
    areas = msgspec.convert({"amphoe": amphoe, "tambon": tambon}, dict[str, str | None])
    return BasisStatement(
        **plain,  # pyright: ignore[reportArgumentType] - columns of the statement, typed by their table
        document=document,
        facts=read_facts(opened, amphoe=areas["amphoe"], tambon=areas["tambon"], needs=needs),
    )


def _point(facts: Facts) -> Point | None:
    return None if facts.lon is None or facts.lat is None else Point(facts.lon, facts.lat)


def _need(position: int) -> Callable[[Facts], object]:
    return lambda facts: facts.needs[position]


OPEN_FIELDS: Mapping[str, Callable[[Facts], object]] = {
    "level": lambda facts: facts.level,
    **{need: _need(position) for position, need in enumerate(NEEDS)},
}
PLACE_FIELDS: Mapping[str, Callable[[Facts], object]] = {
    "amphoe": lambda facts: facts.amphoe,
    "tambon": lambda facts: facts.tambon,
    "moo": lambda facts: facts.moo,
}
PERSONAL_FIELDS: Mapping[str, Callable[[Facts], object]] = {
    "house_code": lambda facts: facts.house_code or None,
    "house_no": lambda facts: facts.house_no or None,
    "head_name": lambda facts: facts.head_name or None,
}


def explain(statements: Sequence[BasisStatement], *, personal: bool, points: bool) -> dict[str, Value]:
    """Of each field the preferred value and what the other statements say; personal fields only where they may be seen."""
    newest_first = sorted(statements, key=lambda one: (one.happened_at, one.sequence), reverse=True)
    placed = next((one for one in newest_first if one.facts.amphoe is not None), None)
    values = {
        name: _explain_place(newest_first, placed, read)
        if placed is not None
        else _explain(newest_first, read)
        for name, read in PLACE_FIELDS.items()
    }
    fields = {**OPEN_FIELDS, **(PERSONAL_FIELDS if personal else {}), **({"point": _point} if points else {})}
    return values | {name: _explain(newest_first, read) for name, read in fields.items()}


def _explain(newest_first: Sequence[BasisStatement], read: Callable[[Facts], object]) -> Value:
    given = [_evidence(one, read) for one in newest_first if read(one.facts) is not None]
    if not given:
        return Value(value=None, source=None, sequence=None, happened_at=None, others=[])
    return _value(given[0], given[1:])


def _explain_place(
    newest_first: Sequence[BasisStatement], placed: BasisStatement, read: Callable[[Facts], object]
) -> Value:
    """Amphoe, tambon and moo are taken together from one statement, also where it leaves one of them open."""
    others = [one for one in newest_first if one is not placed and read(one.facts) is not None]
    return _value(_evidence(placed, read), [_evidence(one, read) for one in others])


def _evidence(one: BasisStatement, read: Callable[[Facts], object]) -> Evidence:
    return Evidence(
        value=read(one.facts), source=one.source, sequence=one.sequence, happened_at=one.happened_at
    )


def _value(chosen: Evidence, others: list[Evidence]) -> Value:
    return Value(
        value=chosen.value,
        source=chosen.source,
        sequence=chosen.sequence,
        happened_at=chosen.happened_at,
        others=others,
    )


def to_record(one: BasisStatement, persons: Mapping[int, Person], *, personal: bool) -> RecordStatement:
    """A statement as it is shown; its content only to those who may see personal data."""
    shown = RecordStatement(
        source=one.source,
        period=one.period,
        happened_at=one.happened_at,
        reported_at=one.reported_at,
        recorded_at=one.recorded_at,
        sequence=one.sequence,
    )
    if not personal:
        return shown
    house = one.document.house
    return msgspec.structs.replace(
        shown,
        record_key=None if house is None else house.record_key,
        house=house,
        members=[_to_member(listed, persons) for listed in one.document.members],
    )


def _to_member(listed: StoredMember, persons: Mapping[int, Person]) -> ListedMember | None:
    if listed.member is None:
        return None
    known = persons.get(listed.id)
    fields = {name: getattr(listed.member, name) for name in listed.member.__struct_fields__}
    return ListedMember(**fields, person_id=None if known is None else known.person_id)


def list_persons(
    statements: Sequence[BasisStatement],
    persons: Mapping[int, Person],
    homes: Mapping[int, int],
    *,
    household: int,
    personal: bool,
) -> list[PersonListed]:
    """The persons whom the statements list, in the order of their founders; the name is that of the newest statement."""
    places: dict[Person, list[MemberPlace]] = {}
    names: dict[Person, Member | None] = {}
    for one in statements:
        for position, listed in enumerate(one.document.members):
            known = persons.get(listed.id)
            if known is not None:
                place = MemberPlace(source=one.source, sequence=one.sequence, position=position)
                places.setdefault(known, []).append(place)
                names[known] = listed.member or names.get(known)
    return [
        _to_person(
            known,
            places[known],
            names[known],
            at_home=homes.get(known.person) == household,
            personal=personal,
        )
        for known in sorted(places, key=lambda known: known.person)
    ]


def _to_person(
    known: Person,
    places: list[MemberPlace],
    member: Member | None,
    *,
    at_home: bool,
    personal: bool,
) -> PersonListed:
    shown = PersonListed(person_id=known.person_id, at_home=at_home, members=places)
    if not personal:
        return shown
    return msgspec.structs.replace(
        shown,
        title=member.title if member is not None else None,
        first_name=member.first_name if member is not None else None,
        last_name=member.last_name if member is not None else None,
        relation=member.relation if member is not None else None,
    )
