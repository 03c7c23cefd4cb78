"""The two axes, the page tokens, the caches: what every resource has in common."""

import asyncio
import datetime as dt

import psycopg
import pytest

from projections import version as versions
from tests.api.stage import NOW, Stage, fold, story
from tests.builders import START, a_house, a_member, day


def basis_of(body: dict) -> dict:
    return {name: body[name] for name in ("sequence", "as_of", "valid_at", "final")}


async def test_without_questions_it_is_the_newest_and_now(told: Stage) -> None:
    assert basis_of(await told.ask("/v1/households")) == {
        "sequence": 9,
        "as_of": "2026-01-01T00:09:00Z",
        "valid_at": "2026-06-01T00:00:00Z",
        "final": False,
    }


@pytest.mark.parametrize(
    ("as_of", "sequence", "final"),
    [
        ("seq:0", 0, True),
        ("seq:5", 5, True),
        ("seq:9", 9, True),
        ("2026-01-01T00:03:00Z", 3, True),
        ("2026-01-01T00:03:00.5+00:00", 3, True),
        ("2026-01-01T07:02:59+07:00", 2, True),
        ("2025-12-31", 0, True),
        ("2568-12-31", 0, True),
        ("2026-01-01", 9, False),
        ("2026-06-01", 9, False),
        ("2026-05-31T00:00:00Z", 9, False),
    ],
)
async def test_as_of_becomes_the_last_sequence_recorded_by_then(
    told: Stage, as_of: str, sequence: int, final: bool
) -> None:
    body = await told.ask("/v1/households", as_of=as_of)
    assert (body["sequence"], body["final"]) == (sequence, final)
    expected = (
        None if sequence == 0 else (START + dt.timedelta(minutes=sequence)).isoformat().replace("+00:00", "Z")
    )
    assert body["as_of"] == expected


@pytest.mark.parametrize(
    ("parameters", "code", "path"),
    [
        ({"as_of": "seq:10"}, "AS_OF_BEYOND", "as_of"),
        ({"as_of": "2026-06-02"}, "AS_OF_FUTURE", "as_of"),
        ({"as_of": "2026-06-01T00:00:01Z"}, "AS_OF_FUTURE", "as_of"),
        ({"as_of": "0.5"}, "BAD_INSTANT", "as_of"),
        ({"as_of": "2026-01-01T00:00:00"}, "BAD_INSTANT", "as_of"),
        ({"valid_at": "2023-02-30"}, "BAD_DATE", "valid_at"),
        ({"valid_at": "yesterday"}, "BAD_INSTANT", "valid_at"),
        ({"limit": "0"}, "BAD_PARAMETER", "limit"),
        ({"limit": "1001"}, "BAD_PARAMETER", "limit"),
        ({"limit": "many"}, "BAD_PARAMETER", "limit"),
        ({"token": "///"}, "BAD_TOKEN", "token"),
        ({"foo": "1"}, "UNKNOWN_PARAMETER", "foo"),
        ({"hub": "1"}, "UNKNOWN_PARAMETER", "hub"),
        ({"min_sequence": "-1"}, "BAD_PARAMETER", "min_sequence"),
    ],
)
async def test_a_question_that_cannot_be_answered_says_why(
    told: Stage, parameters: dict, code: str, path: str
) -> None:
    answer = await told.get("/v1/households", **parameters)
    body = answer.json()
    assert (answer.status_code, body["code"], body["path"]) == (400, code, path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["detail"] != body["detail_th"]


async def test_a_date_includes_its_whole_day_in_bangkok(told: Stage) -> None:
    body = await told.ask("/v1/households", valid_at="2566-09-30")
    assert body["valid_at"] == "2023-09-30T16:59:59.999999Z"
    first_day = await told.ask("/v1/households", valid_at="2021-01-01")
    assert [item["in_sources"] for item in first_day["items"]] == [1]
    assert (await told.ask("/v1/households", valid_at="2020-12-31"))["items"] == []


async def test_before_the_first_event_everything_is_empty_and_nothing_is_an_error(stage: Stage) -> None:
    for path in ("households", "assistance", "agencies", "programmes", "overview"):
        body = await stage.ask(f"/v1/{path}")
        assert basis_of(body) == {
            "sequence": 0,
            "as_of": None,
            "valid_at": "2026-06-01T00:00:00Z",
            "final": False,
        }
        assert body.get("items", []) == []
    assert (await stage.get("/v1/events")).text == ""
    assert (await stage.ask("/v1/overview"))["households"] == 0


async def test_pages_hold_every_household_once_on_the_basis_of_the_first_also_while_events_arrive(
    stage: Stage,
) -> None:
    log = story()
    log.items.clear()
    for number in range(7):
        log.received(
            "tpmap",
            a_house(f"H{number}"),
            a_member("1", f"คน{number}", number=number),
            happened_at=day(number),
        )
    await stage.fold(log.items)
    seen, token = [], None
    for turn in range(10):
        body = await stage.ask("/v1/households", limit=2, **({"token": token} if token else {}))
        assert body["sequence"] == 7
        seen += [item["household_id"] for item in body["items"]]
        if turn == 0:
            known = len(log.items)
            log.received("tpmap", a_house("late"), a_member("1", "มาทีหลัง", number=99))
            await stage.fold(log.items[known:])
            stage.now = NOW + dt.timedelta(days=1)
        token = body["next"]
        if token is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert (await stage.ask("/v1/households"))["sequence"] == 8


async def test_a_token_belongs_to_its_filters_and_to_its_projection_version(stage: Stage) -> None:
    log = story()
    await stage.fold(log.items)
    token = (await stage.ask("/v1/assistance", limit=1))["next"]
    other = await stage.get("/v1/assistance", limit=1, token=token, kind="cash")
    assert (other.status_code, other.json()["code"]) == (400, "BAD_TOKEN")
    foreign = await stage.get("/v1/assistance", "analyst", limit=1, token=token)
    assert (foreign.status_code, foreign.json()["code"]) == (400, "BAD_TOKEN")
    async with await psycopg.AsyncConnection.connect(stage.database_url, autocommit=True) as connection:
        await connection.execute("UPDATE projection.version SET number = 2")
    old = await stage.get("/v1/assistance", limit=1, token=token)
    assert (old.status_code, old.json()["code"]) == (410, "TOKEN_OLD_VERSION")


async def test_the_same_question_on_the_same_basis_is_answered_without_a_body(told: Stage) -> None:
    question = {"as_of": "seq:5", "valid_at": "2023-09-30"}
    for path in ("/v1/households", "/v1/overview", "/v1/assistance", "/v1/events", "/v1/agencies"):
        first = await told.get(path, **question)
        assert first.headers["cache-control"] == "private, max-age=300"
        again = await told.get(path, headers={"If-None-Match": first.headers["etag"]}, **question)
        assert (again.status_code, again.content) == (304, b"")
        other = await told.get(path, "admin", headers={"If-None-Match": first.headers["etag"]}, **question)
        assert other.status_code == 200
        assert other.content == first.content


async def test_the_newest_may_not_be_kept(told: Stage) -> None:
    answer = await told.get("/v1/households")
    assert answer.headers["cache-control"] == "no-cache"
    assert "X-API-Key" in answer.headers["vary"]


async def test_reading_ones_own_write_waits_for_the_projection(stage: Stage) -> None:
    log = story()
    await stage.fold(log.items[:1])
    waiting = asyncio.create_task(stage.get("/v1/households", min_sequence=2))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await fold(stage.database_url, log.items[1:2])
    answer = await waiting
    assert (answer.status_code, answer.json()["sequence"]) == (200, 2)


async def test_what_is_never_projected_is_answered_after_a_while(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.reading.PROJECTION_SECONDS", 0.2)
    answer = await stage.get("/v1/households", min_sequence=5)
    assert (answer.status_code, answer.json()["code"]) == (503, "NOT_YET_PROJECTED")
    assert answer.headers["retry-after"] == "2"


async def test_a_request_sees_one_version_of_the_projection(stage: Stage) -> None:
    """A switch of versions makes the other schema live: the same request for the same sequence now reads there."""
    log = story()
    await stage.fold(log.items)
    async with await psycopg.AsyncConnection.connect(stage.database_url, autocommit=True) as connection:
        await versions.create_version(connection, number=2, state="building", constraints=True)
        await connection.execute("UPDATE projection.version SET state = 'retired' WHERE number = 1")
        await connection.execute("UPDATE projection.version SET state = 'live' WHERE number = 2")
    assert (await stage.ask("/v1/households"))["sequence"] == 0
