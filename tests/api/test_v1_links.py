"""Why records and members belong together: the evidence of a pair, and the graph of a household."""

from collections.abc import AsyncGenerator

import msgspec
import pytest
import pytest_asyncio

from contracts import ids
from contracts.submissions import decode_submission
from hub.api import examples_links
from hub.api.answers_links import HouseholdLinks, LinkExplained
from tests.api.stage import Stage, story
from tests.builders import member_of, record_of

A, B, C = record_of("tpmap", "A"), record_of("pppconnext", "B"), record_of("thaiqm", "C")
RECORDS = {name: str(ids.household_id(value)) for name, value in (("A", A), ("B", B), ("C", C))}
SOMCHAI_A, SOMCHAI_B = (
    str(ids.person_id(member_of(source, key, "1"))) for source, key in (("tpmap", "A"), ("pppconnext", "B"))
)
BUNMI = str(ids.person_id(member_of("thaiqm", "C", "1")))


@pytest_asyncio.fixture(loop_scope="session")
async def linked(stage: Stage) -> AsyncGenerator[Stage]:
    """The story, with a decision about its records and one that was taken back."""
    log = story()
    log.linked("different", (A,), (C,), text="คนละครอบครัว", model="lm-1")
    decision = log.linked("same", (B, C), text="ผิด")
    log.unlinked(decision)
    await stage.fold(log.items)
    yield stage


@pytest.mark.parametrize(
    ("value", "type_"), [(examples_links.EXPLAINED, LinkExplained), (examples_links.GRAPH, HouseholdLinks)]
)
def test_an_example_is_what_it_stands_for(value: dict, type_: type) -> None:
    read = msgspec.json.decode(msgspec.json.encode(value), type=type_)
    assert not set(value) - set(msgspec.json.decode(msgspec.json.encode(read)))


async def test_two_records_of_one_house_say_who_fits_and_by_how_many_bits(linked: Stage) -> None:
    answer = await linked.ask(f"/v1/links/{RECORDS['A']}/{RECORDS['B']}", "steward")
    assert (answer["level"], answer["together"]) == ("household", True)
    assert {answer["a"]["household_id"], answer["b"]["household_id"]} == {RECORDS["A"]}
    (pair,) = answer["pairs"]
    assert (pair["a"], pair["b"], pair["together"]) == (SOMCHAI_A, SOMCHAI_B, True)
    weighing = pair["weighing"]
    total = weighing["start_bits"] + sum(field["bits"] for field in weighing["fields"])
    assert weighing["bits"] == pytest.approx(total)
    citizen = next(field for field in weighing["fields"] if field["field"] == "citizen")
    assert (citizen["level"], citizen["bits"] > 10, citizen["a"]) == ("equal", True, citizen["b"])
    assert {edge["level"] for edge in answer["edges"]} == {"household"}
    assert [reason["code"] for reason in answer["reasons"]][:2] == ["TOGETHER", "MEMBERS_FIT"]
    assert answer["address"][0]["field_th"] == "บ้าน"


async def test_two_members_are_explained_and_the_order_does_not_matter(linked: Stage) -> None:
    one = await linked.ask(f"/v1/links/{SOMCHAI_A}/{BUNMI}", "steward")
    other = await linked.ask(f"/v1/links/{BUNMI}/{SOMCHAI_A}", "steward")
    assert (one["level"], one["together"]) == ("person", False)
    assert one["weighing"]["bits"] == other["weighing"]["bits"]
    codes = {reason["code"] for reason in one["reasons"]}
    assert {"APART", "VETOED", "NO_SHARED_KEY"} <= codes
    assert all(reason["th"] and reason["en"] for reason in one["reasons"])


async def test_raw_values_are_only_for_those_who_may_see_them(linked: Stage) -> None:
    answer = await linked.get(f"/v1/links/{RECORDS['A']}/{RECORDS['B']}", "analyst")
    assert answer.status_code == 200
    for word in ("สมชาย", "ใจดี", "house_no", "first_name"):
        assert word not in answer.text
    assert answer.json()["pairs"][0]["weighing"]["fields"][0]["level_th"]
    assert "คนละครอบครัว" not in (await linked.get(f"/v1/links/{RECORDS['A']}/{RECORDS['C']}", "analyst")).text


async def test_a_pair_shows_its_decisions_also_those_that_were_taken_back(linked: Stage) -> None:
    answer = await linked.ask(f"/v1/links/{RECORDS['A']}/{RECORDS['C']}", "steward")
    (decision,) = answer["decisions"]
    assert (decision["verdict"], decision["text"], decision["revoked"]) == ("different", "คนละครอบครัว", None)
    assert sorted(group[0] for group in decision["groups"]) == sorted((RECORDS["A"], RECORDS["C"]))
    assert "DECIDED_DIFFERENT" in {reason["code"] for reason in answer["reasons"]}
    revoked = await linked.ask(f"/v1/links/{RECORDS['B']}/{RECORDS['C']}", "steward")
    assert revoked["decisions"][0]["revoked"] == decision["sequence"] + 2
    assert "DECIDED_SAME" not in {reason["code"] for reason in revoked["reasons"]}
    before = f"seq:{decision['sequence'] + 1}"
    earlier = await linked.ask(f"/v1/links/{RECORDS['B']}/{RECORDS['C']}", "steward", as_of=before)
    assert earlier["decisions"][0]["revoked"] is None


async def test_what_is_no_pair_is_refused(linked: Stage) -> None:
    same = await linked.get(f"/v1/links/{RECORDS['A']}/{RECORDS['A']}", "steward")
    mixed = await linked.get(f"/v1/links/{RECORDS['A']}/{SOMCHAI_A}", "steward")
    assert (same.status_code, mixed.status_code) == (400, 400)
    assert mixed.json()["code"] == "NO_PAIR"
    for pair in (f"{RECORDS['A']}/nothing", f"{BUNMI}/{ids.person_id('ff')}"):
        answer = await linked.get(f"/v1/links/{pair}", "steward")
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_LINK_ITEM")
    outside = await linked.get(f"/v1/links/{RECORDS['A']}/{RECORDS['C']}", "steward_3202")
    assert outside.status_code == 404
    assert (await linked.get(f"/v1/links/{RECORDS['A']}/{RECORDS['B']}", "agency")).status_code == 403
    early = await linked.get(f"/v1/links/{RECORDS['A']}/{RECORDS['B']}", "steward", as_of="seq:1")
    assert early.status_code == 404


async def test_the_graph_of_a_household_holds_records_edges_and_decisions(linked: Stage) -> None:
    graph = await linked.ask(f"/v1/households/{RECORDS['B']}/links", "steward")
    assert graph["household_id"] == RECORDS["A"]
    assert {record["id"] for record in graph["records"]} == {RECORDS["A"], RECORDS["B"]}
    assert graph["outside"] == []
    assert {(edge["level"], edge["band"]) for edge in graph["edges"]} >= {("household", "link")}
    assert len(graph["decisions"]) == 2
    first = await linked.ask(f"/v1/households/{RECORDS['A']}/links", "steward", as_of="seq:1")
    assert [record["id"] for record in first["records"]] == [RECORDS["A"]]
    assert (await linked.get(f"/v1/households/{RECORDS['A']}/links", "steward_3202")).status_code == 404
    assert "สมชาย" not in (await linked.get(f"/v1/households/{RECORDS['A']}/links", "analyst")).text


async def test_reading_evidence_is_written_down(linked: Stage) -> None:
    import psycopg

    await linked.ask(f"/v1/links/{RECORDS['A']}/{RECORDS['B']}", "steward")
    async with await psycopg.AsyncConnection.connect(linked.database_url) as connection:
        cursor = await connection.execute("SELECT count FROM access.read_log WHERE what LIKE '/v1/links/%'")
        assert (2,) in await cursor.fetchall()


def test_the_example_of_a_decision_can_be_read() -> None:
    body = {**examples_links.LINK_DECISION, "type": "link.decided.v1", "groups": [[A, B]]}
    decode_submission(msgspec.json.encode(body))
