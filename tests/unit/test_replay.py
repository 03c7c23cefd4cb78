"""A history in words: dates of both calendars, sentences, differences, stepping."""

import datetime as dt
import json
import uuid

import msgspec
import pytest

from hub.api import examples_story
from hub.api.answers import Page
from hub.api.answers_story import (
    HouseholdPage,
    HouseholdStory,
    PersonDetail,
    ReplayStep,
    StepChange,
    StoryRow,
)
from hub.api.homes import Listing, home_at, list_homes, list_members
from hub.replay import sentences
from hub.replay.printing import print_step, to_lines, value_text
from hub.replay.sentences import Change
from hub.replay.steps import HouseholdState, list_changes, move
from hub.replay.words import day_text
from tests.builders import day

ID = uuid.UUID(int=7)
OTHER = uuid.UUID(int=8)
EMPTY = HouseholdState(
    household_id=ID,
    amphoe=None,
    records=(),
    persons=None,
    level=None,
    standing=None,
    needs=(None,) * 5,
    actions=0,
    satang=0,
    reported_twice=0,
    findings=(),
)


def a_step(**values: object) -> ReplayStep:
    known = {
        "sequence": 12,
        "type": "assistance.recorded.v1",
        "happened_at": dt.datetime(2023, 9, 11, 17, tzinfo=dt.UTC),
        "reported_at": None,
        "recorded_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        "source": "psm",
        "agency": "psm",
        "reporter": None,
        "said_th": "psm ให้สิ่งของ",
        "said_en": "psm gave goods",
        "previous": None,
        "next": None,
        "state": None,
    }
    return ReplayStep(**(known | values))


def test_a_day_is_the_day_in_bangkok_in_both_calendars() -> None:
    assert day_text(dt.datetime(2023, 9, 11, 17, tzinfo=dt.UTC)).th == "12 ก.ย. 2566 (2023-09-12)"
    assert day_text(dt.datetime(2023, 9, 11, 16, 59, tzinfo=dt.UTC)).en == "2023-09-11 (B.E. 2566)"
    assert day_text(None).th == "ไม่ทราบวัน"


def test_only_what_differs_is_a_change_and_help_only_where_it_may_be_seen() -> None:
    after = msgspec.structs.replace(EMPTY, records=("tpmap #1",), persons=2, actions=1, satang=150_050)
    assert [change.field for change in list_changes(EMPTY, after, helped=False)] == ["records", "persons"]
    changes = list_changes(EMPTY, after, helped=True)
    assert (changes[-1].field, changes[-1].before, changes[-1].after) == ("help_thb", 0.0, 1500.5)
    assert list_changes(after, after, helped=True) == []


@pytest.mark.parametrize(
    ("place", "command", "found"),
    [
        (0, "n", 1),
        (0, "", 1),
        (2, "n", 2),
        (0, "p", 0),
        (2, "P ", 1),
        (1, "4", 0),
        (0, "9", 1),
        (0, "99", 2),
        (1, "what", 1),
        (1, "q", None),
    ],
)
def test_a_reader_goes_forward_and_back_and_to_a_sequence(
    place: int, command: str, found: int | None
) -> None:
    assert move(place, [4, 9, 11], command) == found


def test_a_correction_says_what_it_changed() -> None:
    changes = [Change(field="amount_thb", before=100.0, after=200.0)]
    said = sentences.help_said("assistance_corrected", "psm", "temple", "cash", 20_000, changes)
    assert said.th == "psm แก้ไขข้อมูลการให้เงินช่วยเหลือ 200.00 บาท แก้จำนวนเงิน 100.00 → 200.00 (รายงานโดย temple)"
    assert said.en == (
        "psm corrected what it gave: cash worth 200.00 baht; the amount 100.00 → 200.00 (reported by temple)"
    )


def test_a_code_without_words_stands_for_itself() -> None:
    assert sentences.other_said("new.thing.v1", "somebody").en == "somebody new.thing.v1"


def test_a_step_is_printed_with_three_clocks_and_what_it_changed() -> None:
    changes = [
        Change(field="health", before=None, after=True),
        Change(field="help_thb", before=0.0, after=3.5),
    ]
    step = a_step(names=["บุญมี"], changed=[StepChange(household_id=ID, changes=changes)])
    assert print_step(step, "th") == [
        "#12  psm ให้สิ่งของ",
        "    เกิดขึ้น 12 ก.ย. 2566 (2023-09-12) · แจ้ง ไม่ทราบวัน · บันทึก 1 ม.ค. 2569 (2026-01-01)",
        "    ชื่อ: บุญมี",
        "    ~ ความเดือดร้อนด้านสุขภาพ: ไม่ทราบ → เดือดร้อน",
        "    ~ มูลค่าความช่วยเหลือ (บาท): 0.00 → 3.50",
    ]
    assert print_step(a_step(changed=[]), "en")[-1] == "    nothing changed at the day looked at"


def test_findings_are_told_in_words() -> None:
    text = value_text("findings", ["D1/income/suspected", "unserved/health/confirmed"])
    assert text.en == (
        "two agencies gave the same kind of help at the same time (income: suspected); "
        "there is a need that nobody helps with (health: confirmed)"
    )


def test_a_step_is_a_row_for_each_change_and_one_row_without_any() -> None:
    changes = [Change(field="persons", before=1, after=2), Change(field="level", before=None, after=3)]
    rows = to_lines(a_step(changed=[StepChange(household_id=ID, changes=changes)]))
    assert [(row.field, row.before, row.after) for row in rows] == [
        ("persons", "1", "2"),
        ("level", "–", "3"),
    ]
    (row,) = to_lines(a_step())
    assert (row.sequence, row.field, row.household_id) == (12, None, None)


def a_listing(household: int, since: int, until: int | None, happened: int, sequence: int) -> Listing:
    return Listing(
        household=household,
        household_id=ID if household == 1 else OTHER,
        amphoe="3201",
        since=day(since),
        until=None if until is None else day(until),
        source="tpmap",
        sequence=sequence,
        period="2566",
        happened_at=day(happened),
        position=0,
        member=None,
    )


def test_a_person_is_at_home_where_the_newest_statement_lists_it() -> None:
    listings = [a_listing(1, 0, 50, 0, 1), a_listing(1, 50, None, 0, 1), a_listing(2, 20, 80, 20, 2)]
    homes = [(home.household_id, home.since, home.until) for home in list_homes(listings)]
    assert homes == [(ID, day(0), day(20)), (OTHER, day(20), day(80)), (ID, day(80), None)]
    assert home_at(listings, day(-1)) is None


def test_a_listing_holds_as_long_as_its_statement_stands_anywhere() -> None:
    listings = [a_listing(1, 0, 50, 0, 1), a_listing(1, 50, None, 0, 1), a_listing(2, 20, 80, 20, 2)]
    shown = [(one.sequence, one.until) for one in list_members(listings, personal=False)]
    assert shown == [(1, None), (2, day(80))]


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (examples_story.TIMELINE, Page[StoryRow]),
        (examples_story.HOUSEHOLDS, HouseholdPage),
        (examples_story.HOUSEHOLD, HouseholdStory),
        (examples_story.PERSON, PersonDetail),
        (examples_story.REPLAY, Page[ReplayStep]),
    ],
)
def test_an_example_is_what_it_stands_for(value: dict, type_: type) -> None:
    read = msgspec.json.decode(json.dumps(value).encode(), type=type_)
    assert not set(value) - set(msgspec.json.decode(msgspec.json.encode(read)))
