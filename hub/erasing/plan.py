"""What belongs to an erasure: the pseudonyms whose keys have to be destroyed so that nothing of somebody can be read any more.

Keys seal sections, and a section that several people share may name one of them. Such a key goes too, and the answer says so: erring on the
side of the person who asked.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from psycopg import AsyncCursor
from psycopg.rows import TupleRow

from contracts.errors import InvalidInput, NotFound
from contracts.ids import record_pseudonym
from contracts.key_parts import without_part
from contracts.records import House, Member
from projections import queries

Kind = Literal["record", "person", "member"]
PSEUDONYM = re.compile(r"[0-9a-f]{32}\Z")
PLACE = re.compile(r"([0-9]{1,18}):([0-9]{1,4})\Z")

_SQL = queries.load(Path(__file__).parents[1] / "sql")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to be erased.

    `record`: a pseudonym, or SOURCE:ITS-OWN-ID; with everybody listed in it. `member`: a pseudonym, or SEQUENCE:POSITION as a household shows it;
    one person in one record. `person`: the id that a household shows; in all records, with help given to them.
    """

    kind: Kind
    ref: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`subjects` are the keys to destroy; `shared` those of them that seal what others share, and named the person.

    `of_records` are the records concerned: rows of them that wait to be mended are no longer kept.
    """

    subjects: tuple[str, ...]
    shared: tuple[str, ...]
    of_records: tuple[str, ...]
    records: int
    members: int


class _Entry(msgspec.Struct):
    id: int
    member: Member | None = None


class _Document(msgspec.Struct):
    house: House | None
    members: tuple[_Entry, ...]


class _Row(msgspec.Struct, frozen=True):
    member: int
    pseudonym: str
    record: int
    of_record: str


_documents: msgspec.json.Decoder[_Document] = msgspec.json.Decoder(_Document)


async def make_plan(cursor: AsyncCursor[TupleRow], key: bytes, wanted: Wanted, *, as_of: int) -> Plan:
    """What to destroy, as links stood after event `as_of`. The cursor uses the schema of the live version. Raises NotFound, InvalidInput."""
    record, members = await _find(cursor, key, wanted, as_of)
    rows = await _fetch_rows(cursor, members)
    records, subjects = {row.record for row in rows}, {row.pseudonym for row in rows}
    of_records = {row.of_record for row in rows}
    if record is not None:
        records.add(record[0])
        subjects.add(record[1])
        of_records.add(record[1])
    shared: set[str] = set()
    if wanted.kind != "record":
        documents = await _fetch_documents(cursor, records)
        known = [one for document in documents for one in _own(document, members)]
        if wanted.kind == "person":
            subjects |= {member.citizen_ref for member in known if member.citizen_ref is not None}
        shared |= _shared_houses(rows, documents, members, _needles(known))
        if wanted.kind == "person":
            shared |= await _fetch_naming(cursor, records, known)
    return Plan(
        subjects=tuple(sorted(subjects | shared)),
        shared=tuple(sorted(shared - subjects)),
        of_records=tuple(sorted(of_records)),
        records=len(records),
        members=len(rows),
    )


async def _find(
    cursor: AsyncCursor[TupleRow], key: bytes, wanted: Wanted, as_of: int
) -> tuple[tuple[int, str] | None, set[int]]:
    if wanted.kind == "record":
        pseudonym = _record_pseudonym(key, wanted.ref)
        found = await _fetch_ids(cursor, "find_record_to_erase", pseudonym=bytes.fromhex(pseudonym))
        if not found:
            raise _unknown("record")
        (record,) = found
        return (record, pseudonym), await _fetch_ids(cursor, "list_members_of_record", record=record)
    members = await _find_members(cursor, wanted, as_of)
    if not members:
        raise _unknown(wanted.kind)
    return None, members


async def _find_members(cursor: AsyncCursor[TupleRow], wanted: Wanted, as_of: int) -> set[int]:
    if wanted.kind == "person":
        try:
            person_id = uuid.UUID(wanted.ref)
        except ValueError as error:
            raise _malformed("person", "the id of a person, as a household shows it") from error
        return await _fetch_ids(cursor, "find_members_of_person", person_id=person_id, sequence=as_of)
    if PSEUDONYM.match(wanted.ref):
        return await _fetch_ids(cursor, "find_member_to_erase", pseudonym=bytes.fromhex(wanted.ref))
    place = PLACE.match(wanted.ref)
    if place is None:
        raise _malformed(
            "member", "SEQUENCE:POSITION as a household shows it, or a pseudonym of 32 hex digits"
        )
    return await _fetch_ids(cursor, "find_member_at", sequence=int(place[1]), position=int(place[2]))


def _record_pseudonym(key: bytes, ref: str) -> str:
    if PSEUDONYM.match(ref):
        return ref
    source, colon, record_key = ref.partition(":")
    if not (source and colon and record_key):
        raise _malformed("record", "SOURCE:ID, or a pseudonym of 32 hex digits")
    return record_pseudonym(key, source, record_key)


async def _fetch_ids(cursor: AsyncCursor[TupleRow], name: str, **values: object) -> set[int]:
    await cursor.execute(_SQL[name], values)
    return {row[0] for row in await cursor.fetchall() if row[0] is not None}


async def _fetch_rows(cursor: AsyncCursor[TupleRow], members: set[int]) -> list[_Row]:
    await cursor.execute(_SQL["list_members_to_erase"], {"members": sorted(members)})
    return [_Row(*row) for row in await cursor.fetchall()]


async def _fetch_documents(cursor: AsyncCursor[TupleRow], records: set[int]) -> list[tuple[int, _Document]]:
    await cursor.execute(_SQL["list_documents_to_erase"], {"records": sorted(records)})
    return [(record, _documents.decode(text)) for record, text in await cursor.fetchall()]


def _own(document: tuple[int, _Document], members: set[int]) -> list[Member]:
    return [entry.member for entry in document[1].members if entry.id in members and entry.member is not None]


def _needles(known: Sequence[Member]) -> set[str]:
    found = {member.citizen_id for member in known if member.citizen_id}
    return found | _names(known)


def _names(known: Iterable[Member]) -> set[str]:
    return {
        f"{member.first_name} {member.last_name}"
        for member in known
        if member.first_name and member.last_name
    }


def _shared_houses(
    rows: Iterable[_Row], documents: Iterable[tuple[int, _Document]], members: set[int], needles: set[str]
) -> set[str]:
    """The records whose house section, as it is sealed, names one of these members."""
    pseudonyms = {row.record: row.of_record for row in rows}
    found: set[str] = set()
    for record, document in documents:
        house = document.house
        if house is None:
            continue
        for entry in document.members:
            if entry.member is not None and entry.member.key_part is not None and entry.id in members:
                key = without_part(house.record_key, entry.member.key_part)
                house = msgspec.structs.replace(house, record_key=key)
        text = msgspec.json.encode(house).decode()
        if any(needle in text for needle in needles):
            found.add(pseudonyms[record])
    return found


async def _fetch_naming(
    cursor: AsyncCursor[TupleRow], records: set[int], known: Iterable[Member]
) -> set[str]:
    ids = {member.citizen_id for member in known if member.citizen_id}
    values = {
        "records": sorted(records),
        "ids": [f"%{_literal(text)}%" for text in sorted(ids)],
        "names": [f"%{_literal(text)}%" for text in sorted(_names(known))],
    }
    await cursor.execute(_SQL["list_texts_naming"], values)
    return {row[0] for row in await cursor.fetchall()}


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _unknown(kind: Kind) -> NotFound:
    words = {"record": "record", "person": "person", "member": "member of a record"}[kind]
    return NotFound(
        f"There is no such {words}.",
        message_th="ไม่พบข้อมูลที่ขอให้ลบ",
        code="NOTHING_TO_ERASE",
        path=kind,
    )


def _malformed(path: str, wanted: str) -> InvalidInput:
    return InvalidInput(
        f"'{path}' has to be {wanted}.",
        message_th=f"ค่าของ '{path}' ไม่ถูกต้อง",
        code="BAD_PARAMETER",
        path=path,
    )
