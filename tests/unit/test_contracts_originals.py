"""The crosswalk is data: what the sources said can be read again by other rules."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.gazetteer import load_gazetteer
from contracts.needs import CROSSWALK
from contracts.records import NEEDS, Record
from contracts.sources import CONTRACTS
from contracts.sources.contract import Context, DeliveredRow, RowFault
from contracts.sources.originals import (
    needs_from_originals,
    needs_of_record,
    originals_of,
    originals_without,
)
from hub.demo.generate import generate
from hub.intake.grouping import read_groups, survey_file
from tests.contract_rows import a_logbook_row, a_pppconnext_member, a_pppconnext_object, a_tpmap_row
from tests.unit.test_contracts_sources import build

CONTEXT = Context(load_gazetteer(), dt.date(2026, 11, 24), None, b"k" * 32)


def read_province(folder: Path) -> Iterator[Record]:
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]:
        contract = CONTRACTS.get(entry["source"])
        if contract is None:
            continue
        for rows in read_groups(survey_file(folder / entry["file"], contract, entry["period"])):
            try:
                yield contract.build([row for row in rows if isinstance(row, DeliveredRow)], CONTEXT)
            except RowFault:
                continue


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> list[Record]:
    folder = tmp_path_factory.mktemp("originals")
    generate(400, 3, folder, None, lambda *_: None)
    return list(read_province(folder))


def test_every_record_of_a_province_reads_again_as_intake_read_it(records):
    assert {record.source for record in records} == set(CONTRACTS)
    for record in records:
        house, members = record.house, record.members
        originals = originals_of(record.source, house, members)
        assert needs_of_record(record.source, house, members, CROSSWALK) == house.needs
        assert needs_from_originals(record.source, originals, CROSSWALK) == house.needs
        assert (originals == b"") <= (house.needs == {})


def test_stored_records_read_again_as_the_delivered_ones(records):
    for record in records:
        stored = msgspec.json.decode(msgspec.json.encode(record), type=Record)
        assert originals_of(stored.source, stored.house, stored.members) == originals_of(
            record.source, record.house, record.members
        )


def test_originals_are_small(records):
    sizes = [len(originals_of(record.source, record.house, record.members)) for record in records]
    assert sum(sizes) / len(sizes) < 250
    assert max(sizes) < 900


@given(place=st.integers(0, 3))
def test_an_erased_member_takes_its_words_along(place):
    record = build(
        "tpmap",
        *(a_tpmap_row(first_name=name, citizen_id="", health=str(n % 2)) for n, name in enumerate("กขคง")),
    )
    members = [None if at == place else member for at, member in enumerate(record.members)]
    originals = originals_of("tpmap", record.house, record.members)
    assert originals_without(originals, {place}) == originals_of("tpmap", record.house, members)
    assert originals_without(originals, range(4)) == b""
    assert originals_of("tpmap", None, record.members) == b""


def test_words_of_an_erased_member_are_unknown_and_not_absent():
    record = build(
        "pppconnext",
        a_pppconnext_object(
            components=None,
            members=[a_pppconnext_member(health="ปกติ"), a_pppconnext_member(first_name="มาลี", health="ปกติ")],
        ),
    )
    assert record.house.needs["health"] is False
    left = (record.members[0], None)
    assert "health" not in needs_of_record("pppconnext", record.house, left, CROSSWALK)


def test_another_crosswalk_reads_words_and_scores_otherwise():
    form = build("pppconnext", a_pppconnext_object(components={"physical.1": 2.5, "human.1": 1.5}))
    strict = msgspec.structs.replace(CROSSWALK, version="needs@2", component_need_below=3.0)
    assert needs_of_record("pppconnext", form.house, form.members, CROSSWALK)["living"] is False
    assert needs_of_record("pppconnext", form.house, form.members, strict)["living"] is True

    book = build("mso_logbook", a_logbook_row(dim_health="เฝ้าระวัง", dim_income="ปกติ"))
    assert "health" not in book.house.needs
    watchful = msgspec.structs.replace(
        CROSSWALK, dimension_words={**CROSSWALK.dimension_words, "เฝ้าระวัง": True}
    )
    assert needs_of_record("mso_logbook", book.house, book.members, watchful)["health"] is True


def test_a_source_that_no_contract_knows_says_nothing():
    record = build("tpmap", a_tpmap_row())
    assert needs_of_record("field", record.house, record.members, CROSSWALK) == {}
    assert set(needs_of_record("tpmap", record.house, record.members, CROSSWALK)) <= set(NEEDS)
