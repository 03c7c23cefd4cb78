"""Records as links see them at s: their statements, members with persons, features; read for any few of them."""

import datetime as dt
import uuid
from collections.abc import Collection

import msgspec

from contracts.events import OpenedRecord
from contracts.records import House, Member
from hub.api.answers import UNSET
from hub.api.answers_links import LinkMember, LinkRecord
from hub.api.reading import Reading
from hub.api.statements import SQL
from projections.linkage.features import RecordFeatures
from projections.statements import Statement, in_order, read_facts, read_features, read_member


class _StoredMember(msgspec.Struct):
    id: int
    member: Member | None


class _Document(msgspec.Struct):
    house: House | None
    members: tuple[_StoredMember, ...]


class KnownMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member with the person it belongs to; `member` as the newest statement that lists it says, None where erased."""

    number: int
    id: uuid.UUID
    pseudonym: str
    person: int
    person_id: uuid.UUID
    member: Member | None


class KnownRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record at s. `newest` is the newest statement, `house` what it says of the house."""

    record: int
    id: uuid.UUID
    pseudonym: str
    source: str
    household: int
    household_id: uuid.UUID
    newest: Statement
    house: House | None
    features: RecordFeatures
    members: tuple[KnownMember, ...]


_documents: msgspec.json.Decoder[_Document] = msgspec.json.Decoder(_Document)


class _Reading:
    """One record while its statements are read."""

    def __init__(self, source: str, pseudonym: str, id_: uuid.UUID) -> None:
        self.source, self.pseudonym, self.id = source, pseudonym, id_
        self.statements: dict[str, Statement] = {}
        self.documents: dict[int, _Document] = {}

    def add(
        self,
        sequence: int,
        period: str,
        happened_at: dt.datetime,
        areas: tuple[str | None, str | None],
        text: str,
    ) -> None:
        document = _documents.decode(text)
        self.documents[sequence] = document
        opened = OpenedRecord(document.house, tuple(one.member for one in document.members))
        amphoe, tambon = areas
        self.statements[period] = Statement(
            sequence=sequence,
            period=period,
            happened_at=happened_at,
            withdrawn_at=None,
            facts=read_facts(opened, amphoe=amphoe, tambon=tambon),
            members=tuple(read_member(one.id, one.member) for one in document.members),
        )


async def fetch_records(reading: Reading, records: Collection[int]) -> dict[int, KnownRecord]:
    """These records as known at s, by number."""
    cursor, values = reading.cursor, reading.basis.values | {"records": sorted(records)}
    found: dict[int, _Reading] = {}
    await cursor.execute(SQL["list_link_versions"], values)
    for row in await cursor.fetchall():
        record, sequence, period, happened_at, amphoe, tambon, text, source, pseudonym, id_ = row
        known = found.setdefault(record, _Reading(source, pseudonym, id_))
        known.add(sequence, period, happened_at, (amphoe, tambon), text)
    await cursor.execute(SQL["list_link_persons"], values)
    persons = {row[0]: row[1:] for row in await cursor.fetchall()}
    await cursor.execute(SQL["list_link_households"], values)
    households = {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}
    return {
        record: _finish(record, known, persons, households[record])
        for record, known in sorted(found.items())
        if record in households
    }


def _finish(
    record: int,
    known: _Reading,
    persons: dict[int, tuple[uuid.UUID, str, int, uuid.UUID]],
    household: tuple[int, uuid.UUID],
) -> KnownRecord:
    ordered = in_order(known.statements.values())
    features = read_features(record, known.source, known.pseudonym, ordered)
    said: dict[int, Member | None] = {}
    for statement in ordered:
        for one in known.documents[statement.sequence].members:
            said[one.id] = one.member
    members = tuple(
        KnownMember(
            number=one.member,
            id=persons[one.member][0],
            pseudonym=persons[one.member][1],
            person=persons[one.member][2],
            person_id=persons[one.member][3],
            member=said[one.member],
        )
        for one in features.members
        if one.member in persons
    )
    return KnownRecord(
        record=record,
        id=known.id,
        pseudonym=known.pseudonym,
        source=known.source,
        household=household[0],
        household_id=household[1],
        newest=ordered[-1],
        house=known.documents[ordered[-1].sequence].house,
        features=features,
        members=members,
    )


def to_record(known: KnownRecord, *, personal: bool) -> LinkRecord:
    """A record as it is shown; what it says of the house and its people only where that may be seen."""
    current = {one.member for one in known.features.members if one.current}
    return LinkRecord(
        id=known.id,
        household_id=known.household_id,
        source=known.source,
        sequence=known.newest.sequence,
        period=known.newest.period,
        happened_at=known.newest.happened_at,
        amphoe=known.newest.facts.amphoe,
        tambon=known.newest.facts.tambon,
        members=[
            LinkMember(
                id=one.id,
                person_id=one.person_id,
                current=one.number in current,
                member=one.member if personal else UNSET,
            )
            for one in known.members
        ],
        house=known.house if personal else UNSET,
    )
