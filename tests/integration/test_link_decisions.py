"""What people decide about links, and the linking models, as the projection keeps them."""

import json

from projections.fold import fold
from projections.runner import Projector
from projections.state import State
from tests.builders import MODELS, Log, a_house, a_member, day, member_of, record_of
from tests.integration.test_projection_laws import fold_all, projection

STANDING = "SELECT sequence, level, verdict, about, sizes, seen, model FROM link_decision WHERE recorded @> %(s)s::bigint"
IN_FORCE = "SELECT model FROM link_model_in_force WHERE recorded @> %(s)s::bigint"


def two_records() -> Log:
    log = Log()
    for key in "ab":
        log.received("tpmap", a_house(key), a_member("1", "สมชาย"))
    return log


A, B = record_of("tpmap", "a"), record_of("tpmap", "b")


async def asked(connection, query: str, sequence: int) -> list[tuple]:
    return await (await connection.execute(query, {"s": sequence})).fetchall()


async def test_a_decision_is_known_from_its_sequence_until_it_is_revoked(database_url: str) -> None:
    log = two_records()
    decision = log.linked("different", (A,), (B,), model="m")
    revoked = log.unlinked(decision, text="ผิดคู่")
    async with projection(database_url) as (connection, version):
        await fold_all(connection, version, log.items, 1, remember=False)
        assert await asked(connection, STANDING, decision - 1) == []
        assert await asked(connection, STANDING, decision) == [
            (decision, "household", "different", [A, B], [1, 1], decision - 1, "m")
        ]
        assert await asked(connection, STANDING, revoked) == []
        cursor = await connection.execute("SELECT decision, words FROM link_revocation")
        assert await cursor.fetchall() == [(decision, {"text": "ผิดคู่"})]


async def test_a_revocation_of_what_is_no_standing_decision_ends_nothing(database_url: str) -> None:
    log = two_records()
    decision = log.linked("same", (A, B))
    last = log.unlinked(1)
    async with projection(database_url) as (connection, version):
        await fold_all(connection, version, log.items, 2, remember=True)
        assert [row[0] for row in await asked(connection, STANDING, last)] == [decision]


async def test_a_projector_that_reads_back_remembers_the_standing_decisions_and_the_model_in_force(
    database_url: str,
) -> None:
    log = two_records()
    members = tuple(sorted((member_of("tpmap", "a", "1"), member_of("tpmap", "b", "1"))))
    gone = log.linked("different", (members[0],), (members[1],), level="person")
    kept = log.linked("same", members, level="person")
    log.unlinked(gone)
    log.modelled("one", MODELS[0])
    log.modelled("two", MODELS[1])
    log.activated("one")
    log.withdrawn("tpmap", "b", reported_at=day(9))
    state = State(complete=True)
    fold(state, log.items)
    assert list(state.link_decisions) == [kept]
    async with projection(database_url) as (connection, version):
        projector = Projector(connection, version)
        for item in log.items:
            projector._state.complete = False
            await projector.apply([item])
        read = projector._state
        assert read.link_decisions == state.link_decisions
        assert all(list(read.decisions_about.get(item)) == [kept] for item in members)
        assert read.link_model == state.link_model == "one"
        assert read.weigher.model == state.weigher.model
        assert state.weigher.model.link == 14_000
        assert sorted(state.link_models) == ["one", "two"]


async def test_each_model_is_in_force_until_the_next_and_an_unpublished_one_never(database_url: str) -> None:
    log = two_records()
    log.modelled("one")
    none = log.activated("two")
    one = log.activated("one")
    log.modelled("two")
    two = log.activated("two")
    async with projection(database_url) as (connection, version):
        await fold_all(connection, version, log.items, 1, remember=False)
        found = [await asked(connection, IN_FORCE, at) for at in (none, one, two - 1, two)]
        assert found == [[], [("one",)], [("one",)], [("two",)]]
        document = await (await connection.execute("SELECT document FROM link_model LIMIT 1")).fetchone()
        assert document is not None and json.loads(document[0])["model_id"] == "lm-14000"


async def test_the_words_of_a_decision_go_with_the_erased_subject(database_url: str) -> None:
    log = two_records()
    decision = log.linked("different", (A,), (B,), text="ลุงสมชาย")
    log.unlinked(decision, subject=A, text="ไม่ใช่ลุง")
    log.linked("different", (B,), (A,), text="คนละบ้าน")
    log.erased(A)
    async with projection(database_url) as (connection, version):
        await fold_all(connection, version, log.items, 2, remember=True)
        cursor = await connection.execute("SELECT words->>'text' FROM link_decision ORDER BY sequence")
        assert [row[0] for row in await cursor.fetchall()] == [None, "คนละบ้าน"]
        cursor = await connection.execute("SELECT words FROM link_revocation")
        assert await cursor.fetchall() == [(None,)]
