"""The part of a record's key that names a member is sealed with that member, whatever the source."""

import msgspec
import pytest

from contracts.key_parts import join_key, part_key, without_part
from contracts.sources import mso_logbook, pppconnext, thaiqm, tpmap
from tests.contract_rows import (
    VALID_ID,
    a_context,
    a_logbook_row,
    a_pppconnext_object,
    a_thaiqm_row,
    a_tpmap_row,
    rows,
)


def built(contract, cells):
    return contract.build(rows(cells), a_context())


THAIQM = built(thaiqm.CONTRACT, a_thaiqm_row(**{thaiqm.HEAD_ID: VALID_ID}))
THAIQM_BY_NAME = built(thaiqm.CONTRACT, a_thaiqm_row(**{thaiqm.HEAD_ID: ""}))
TPMAP_BY_PERSON = built(tpmap.CONTRACT, a_tpmap_row(house_id=""))
RECORDS = [
    THAIQM,
    THAIQM_BY_NAME,
    TPMAP_BY_PERSON,
    built(tpmap.CONTRACT, a_tpmap_row()),
    built(pppconnext.CONTRACT, a_pppconnext_object()),
    built(
        pppconnext.CONTRACT,
        a_pppconnext_object(form_code="", house_code="32010000011", head_first="สมชาย", head_last="ใจดี"),
    ),
    built(mso_logbook.CONTRACT, a_logbook_row()),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record.source}-{record.record_key}")
def test_no_house_section_names_a_member_and_together_they_say_the_whole_key(record) -> None:
    house, members = part_key(record.house, record.members)
    text = msgspec.json.encode(house).decode()
    for member in record.members:
        assert member.citizen_id is None or member.citizen_id not in text
        assert f"{member.first_name} {member.last_name}" not in text
    assert join_key(house, members).record_key == record.record_key
    owner = next((place for place, member in enumerate(members) if member.key_part), None)
    if owner is not None:
        left = [None if place == owner else member for place, member in enumerate(members)]
        assert join_key(house, left) == house
        assert without_part(record.record_key, members[owner].key_part) == house.record_key
    assert join_key(None, members) is None


def test_keys_of_the_sources_own_are_left_alone() -> None:
    for record in RECORDS[3:5] + RECORDS[6:]:
        assert part_key(record.house, record.members) == (record.house, record.members)
    assert all(part_key(record.house, record.members)[0] != record.house for record in RECORDS[:3])
