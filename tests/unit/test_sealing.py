"""What sealing promises: what went in comes out, only under its key and at its place."""

import datetime as dt
import os

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.events import OpenedHelp, OpenedRecord, RecordReceived, SealedRecord, Sequenced
from contracts.records import Help, House, Member, Point
from hub.sealing import BoxBroken, KeyMissing, open_item, seal, seal_members, subjects_of
from tests.builders import Log, by_citizen

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
RECORD, FIRST, SECOND = "aa" * 16, "bb" * 16, "cc" * 16
HOUSE = House(record_key="k", house_no="45/2", point=Point(lon=103.5, lat=14.9), needs={"health": True})
MEMBERS = (Member(key="1", key_method="number", first_name="สมชาย"), Member(key="2", key_method="number"))


def new_key() -> AESGCM:
    return AESGCM(os.urandom(32))


def nonces() -> bytes:
    return os.urandom(12)


def a_sealed_record(keys: dict[str, AESGCM], event_id: str = "e1") -> Sequenced:
    house = seal(HOUSE, keys[RECORD], event_id=event_id, subject=RECORD, nonce=nonces())
    pairs = list(zip((FIRST, SECOND), MEMBERS, strict=True))
    members = seal_members(pairs, keys, event_id=event_id, nonces=nonces)
    data = SealedRecord(record=RECORD, period="2566", content="00" * 16, house=house, members=members)
    event = RecordReceived(
        specversion="1.0",
        id=event_id,
        source="tpmap",
        province="32",
        happened_at=NOW,
        received_at=NOW,
        data=data,
    )
    return Sequenced(sequence=1, recorded_at=NOW, event=event, digest=b"")


@pytest.fixture
def keys() -> dict[str, AESGCM]:
    return {subject: new_key() for subject in (RECORD, FIRST, SECOND)}


def test_a_record_opens_as_it_was(keys) -> None:
    item = a_sealed_record(keys)
    assert subjects_of([item]) == set(keys)
    assert open_item(item, keys).opened == OpenedRecord(HOUSE, MEMBERS)


def test_an_erased_section_opens_as_none_and_the_others_stay(keys) -> None:
    item = a_sealed_record(keys)
    assert open_item(item, keys | {FIRST: None}).opened == OpenedRecord(HOUSE, (None, MEMBERS[1]))
    assert open_item(item, keys | {RECORD: None}).opened == OpenedRecord(None, MEMBERS)


def test_a_key_that_is_missing_without_a_tombstone_stops(keys) -> None:
    item = a_sealed_record(keys)
    del keys[SECOND]
    with pytest.raises(KeyMissing):
        open_item(item, keys)


def test_a_section_opens_under_no_other_key_and_at_no_other_place(keys) -> None:
    item = a_sealed_record(keys)
    with pytest.raises(BoxBroken):
        open_item(item, keys | {FIRST: new_key()})
    same = dict.fromkeys(keys, new_key())
    first, second = a_sealed_record(same, "e1"), a_sealed_record(same, "e2")
    assert isinstance(first.event, RecordReceived)
    assert isinstance(second.event, RecordReceived)
    moved = SealedRecord(
        record=RECORD,
        period="2566",
        content="",
        house=first.event.data.house,
        members=second.event.data.members,
    )
    swapped = SealedRecord(
        record=RECORD,
        period="2566",
        content="",
        house=first.event.data.members[0].box,
        members=(),
    )
    for data in (moved, swapped):
        event = RecordReceived(
            specversion="1.0",
            id="e1",
            source="tpmap",
            province="32",
            happened_at=NOW,
            received_at=NOW,
            data=data,
        )
        with pytest.raises(BoxBroken):
            open_item(Sequenced(sequence=1, recorded_at=NOW, event=event, digest=b""), same)


def test_a_changed_bit_is_noticed(keys) -> None:
    item = a_sealed_record(keys)
    assert isinstance(item.event, RecordReceived)
    house = bytearray(item.event.data.house)
    for place in (0, 20, len(house) - 1):
        house[place] ^= 1
        data = SealedRecord(record=RECORD, period="2566", content="", house=bytes(house), members=())
        event = RecordReceived(
            specversion="1.0",
            id="e1",
            source="tpmap",
            province="32",
            happened_at=NOW,
            received_at=NOW,
            data=data,
        )
        with pytest.raises(BoxBroken):
            open_item(Sequenced(sequence=1, recorded_at=NOW, event=event, digest=b""), keys)
        house[place] ^= 1


def test_the_help_of_an_action_is_under_the_key_of_its_first_recipient() -> None:
    log = Log()
    log.helped("A1", by_citizen(1))
    (item,) = log.items
    (subject,) = subjects_of([item])
    key = new_key()
    box = seal(Help(action_id="A1", reason="x"), key, event_id=item.event.id, subject=subject, nonce=nonces())
    event = msgspec.structs.replace(item.event, data=msgspec.structs.replace(item.event.data, help=box))
    opened = open_item(msgspec.structs.replace(item, event=event), {subject: key}).opened
    assert opened == OpenedHelp(Help(action_id="A1", reason="x"))
