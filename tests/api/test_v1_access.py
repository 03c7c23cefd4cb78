"""Keys, how they are kept, and the record of who read personal data."""

import datetime as dt
import logging

import psycopg
import pytest

from contracts.errors import InvalidInput, NotFound
from hub import auth
from tests.api.stage import NOW, Stage, open_stage, story


async def readings(stage: Stage) -> list[tuple]:
    async with await psycopg.AsyncConnection.connect(stage.database_url) as connection:
        cursor = await connection.execute(
            "SELECT what, purpose, count, read_at FROM access.read_log ORDER BY id"
        )
        return await cursor.fetchall()


async def test_a_key_works_in_either_header_until_it_is_revoked(stage: Stage) -> None:
    key = stage.keys["auditor"]
    for headers in (
        {"X-API-Key": key},
        {"Authorization": f"Bearer {key}"},
        {"authorization": f"bearer {key} "},
    ):
        assert (await stage.get("/v1/households", None, headers=headers)).status_code == 200
    async with await psycopg.AsyncConnection.connect(stage.database_url, autocommit=True) as connection:
        await auth.revoke_key(connection, key.split("_")[1], now=NOW)
        with pytest.raises(NotFound):
            await auth.revoke_key(connection, key.split("_")[1], now=NOW)
    answer = await stage.get("/v1/households", None, headers={"X-API-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (401, "KEY_UNKNOWN")
    assert "X-API-Key" in answer.headers["www-authenticate"]


async def test_a_key_that_is_none_is_unknown_also_where_the_public_may_ask(stage: Stage) -> None:
    known = stage.keys["auditor"]
    for key in (
        "",
        "x",
        "hub_00000000_" + "0" * 64,
        known[:-1] + ("0" if known[-1] != "0" else "1"),
        known.upper(),
        "hub_' OR 1=1",
    ):
        answer = await stage.get("/v1/overview", None, headers={"X-API-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (401, "KEY_UNKNOWN")


async def test_only_the_hash_of_a_secret_is_kept(stage: Stage) -> None:
    async with await psycopg.AsyncConnection.connect(stage.database_url) as connection:
        cursor = await connection.execute("SELECT api_key::text, encode(hash, 'hex') FROM access.api_key")
        stored = "\n".join(" ".join(row) for row in await cursor.fetchall())
        listed = await auth.list_keys(connection)
    for key in stage.keys.values():
        assert key.split("_")[2] not in stored
    by_purpose = {key.purpose: key for key in listed}
    assert by_purpose["test steward_3202"].areas == ("3202",)
    assert by_purpose["test agency"].agency == "psm"
    assert all(key.revoked_at is None for key in listed)


async def test_a_key_that_makes_no_sense_is_not_made(stage: Stage) -> None:
    async with await psycopg.AsyncConnection.connect(stage.database_url) as connection:
        for values in ({"role": "king"}, {"role": "agency"}, {"role": "gis", "areas": ["320101"]}):
            with pytest.raises(InvalidInput):
                await auth.create_key(connection, purpose="x", now=NOW, **values)


async def test_personal_reads_are_recorded_with_key_count_and_purpose(database_url: str, tmp_path) -> None:
    async with open_stage(database_url, story().items, tmp_path) as stage:
        household = (await stage.ask("/v1/households", "analyst"))["items"][0]["household_id"]
        await stage.ask("/v1/overview")
        await stage.ask(f"/v1/households/{household}", "gis")
        assert await readings(stage) == []
        await stage.ask("/v1/households")
        await stage.ask(f"/v1/households/{household}", "steward")
        await stage.get("/v1/assistance", headers={"X-Purpose": "case 12/2569"})
        await stage.get("/v1/events", limit=3)
        await stage.get("/v1/agencies/psm/assistance", "admin")
        assert await readings(stage) == [
            ("/v1/households", "test auditor", 1, NOW),
            (f"/v1/households/{household}", "test steward", 1, NOW),
            ("/v1/assistance", "case 12/2569", 2, NOW),
            ("/v1/events", "test auditor", 3, NOW),
            ("/v1/agencies/psm/assistance", "test admin", 1, NOW),
        ]


async def test_logs_name_neither_a_query_nor_an_id(told: Stage, caplog: pytest.LogCaptureFixture) -> None:
    household = (await told.ask("/v1/households"))["items"][0]["household_id"]
    caplog.clear()
    with caplog.at_level(logging.INFO):
        await told.ask("/v1/households", text="สมชาย")
        await told.ask(f"/v1/households/{household}")
    said = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("hub."))
    assert "'path': '/v1/households/{household_id}'" in said
    for secret in ("สมชาย", household, told.keys["auditor"]):
        assert secret not in said


async def test_keys_without_their_tables_are_unknown(stage: Stage) -> None:
    async with await psycopg.AsyncConnection.connect(stage.database_url, autocommit=True) as connection:
        await connection.execute("DROP SCHEMA access CASCADE")
    answer = await stage.get("/v1/households")
    assert (answer.status_code, answer.json()["code"]) == (401, "KEY_UNKNOWN")
    assert (await stage.get("/v1/overview", None)).status_code == 200


async def test_after_a_rotation_the_old_secret_is_valid_for_the_stated_time_only(stage: Stage) -> None:
    old = stage.keys["auditor"]
    key_id = old.split("_")[1]
    async with await psycopg.AsyncConnection.connect(stage.database_url, autocommit=True) as connection:
        new = await auth.rotate_key(connection, key_id, now=NOW, overlap=dt.timedelta(hours=1))
        newest = await auth.rotate_key(connection, key_id, now=NOW, overlap=dt.timedelta(hours=1))
        (listed,) = [key for key in await auth.list_keys(connection) if key.key_id == key_id]
        assert listed.old_until == NOW + dt.timedelta(hours=1)
        with pytest.raises(NotFound):
            await auth.rotate_key(connection, "00000000", now=NOW, overlap=dt.timedelta(0))

    async def status(key: str) -> int:
        return (await stage.get("/v1/households", None, headers={"X-API-Key": key})).status_code

    assert [await status(key) for key in (old, new, newest)] == [401, 200, 200]
    stage.now = NOW + dt.timedelta(hours=1)
    assert [await status(key) for key in (new, newest)] == [401, 200]
    async with await psycopg.AsyncConnection.connect(stage.database_url, autocommit=True) as connection:
        await auth.revoke_key(connection, key_id, now=NOW)
    assert await status(newest) == 401


async def test_auditors_and_the_agency_whose_records_were_read_see_who_looked(
    database_url: str, tmp_path
) -> None:
    async with open_stage(database_url, story().items, tmp_path) as stage:
        await stage.ask("/v1/households", "steward")
        await stage.ask("/v1/assistance", "auditor")
        await stage.get("/v1/events", "auditor", type="record")
        seen = (await stage.ask("/v1/access", "auditor"))["items"]
        assert [(row["what"], row["role"], row["agencies"]) for row in seen] == [
            ("/v1/households", "steward", ["pppconnext", "tpmap"]),
            ("/v1/assistance", "auditor", ["psm", "temple"]),
            ("/v1/events", "auditor", ["pppconnext", "thaiqm", "tpmap"]),
        ]
        own = (await stage.ask("/v1/access", "agency"))["items"]
        assert [(row["what"], row["agencies"]) for row in own] == [("/v1/assistance", ["psm"])]
        first = await stage.ask("/v1/access", "admin", limit=2)
        rest = await stage.ask("/v1/access", "admin", after=first["next"])
        assert [row["id"] for row in first["items"] + rest["items"]] == [row["id"] for row in seen]
        assert rest["next"] is None
        for parameters, count in (
            ({"since": "2026-06-02"}, 0),
            ({"since": "2026-06-01"}, 3),
            ({"until": "2026-05-31"}, 0),
            ({"until": "2026-06-01"}, 3),
            ({"until": NOW.isoformat()}, 0),
            ({"agency": "temple"}, 1),
        ):
            assert len((await stage.ask("/v1/access", "auditor", **parameters))["items"]) == count, parameters
        for role, status in (("gis", 403), ("analyst", 403), ("steward", 403), (None, 401)):
            assert (await stage.get("/v1/access", role)).status_code == status
        assert (await stage.get("/v1/access", "agency", agency="temple")).status_code == 403
        assert (await stage.get("/v1/access", "auditor", since="yesterday")).status_code == 400
