"""Statements as the tables keep them: the document of a version, read back as the fold saw it."""

import datetime as dt

import msgspec

from contracts.events import OpenedRecord
from contracts.needs import CROSSWALK, Crosswalk
from contracts.records import House, Member
from contracts.sources.originals import needs_of_record, originals_of
from projections.statements import Statement, read_facts, read_member


class _StoredMember(msgspec.Struct):
    id: int
    member: Member | None


class _Document(msgspec.Struct):
    house: House | None
    members: tuple[_StoredMember, ...]


_documents: msgspec.json.Decoder[_Document] = msgspec.json.Decoder(_Document)


class Version(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A received row of `record_version` with the source of its record."""

    source: str
    sequence: int
    period: str
    happened_at: dt.datetime
    amphoe: str | None
    tambon: str | None
    document: str


def to_statement(version: Version, crosswalk: Crosswalk, *, originals: bool = False) -> Statement:
    """The statement that a version gave, its needs as this crosswalk reads them; with its `originals` where other rules may read them again."""
    stored = _documents.decode(version.document)
    opened = OpenedRecord(stored.house, tuple(entry.member for entry in stored.members))
    needs = None
    if crosswalk is not CROSSWALK and crosswalk != CROSSWALK:
        needs = needs_of_record(version.source, opened.house, opened.members, crosswalk)
    return Statement(
        sequence=version.sequence,
        period=version.period,
        happened_at=utc(version.happened_at),
        withdrawn_at=None,
        facts=read_facts(opened, amphoe=version.amphoe, tambon=version.tambon, needs=needs),
        members=tuple(read_member(entry.id, entry.member) for entry in stored.members),
        originals=originals_of(version.source, opened.house, opened.members) if originals else b"",
    )


def utc(instant: dt.datetime) -> dt.datetime:
    """The same instant in UTC: what the database gives is in the zone of its session."""
    return instant.astimezone(dt.UTC)


def utc_or_none(instant: dt.datetime | None) -> dt.datetime | None:
    """The same for an end that may be open."""
    return None if instant is None else utc(instant)
