"""Links back: a source reads where its records belong, and is told once when that changes."""

import json

import nats
import psycopg
import pytest
from psycopg import AsyncConnection

from hub.inboxes import ensure_receipts
from hub.linking_back import LAST, Place, ensure_notice, tell_changes
from tests.api.stage import fold, open_stage
from tests.builders import Log, a_house, a_member, day
from tests.fixtures.servers import OwnServer


def apart() -> Log:
    """Two records of two sources that nothing links yet, and a third alone."""
    log = Log()
    log.received("tpmap", a_house("A"), a_member("1", "สมชาย", number=1))
    log.received("thaiqm", a_house("B", tambon="320201"), a_member("1", "สมหญิง", number=2))
    log.received("thaiqm", a_house("C", tambon="320301"), a_member("1", "บุญมี", number=3))
    return log


def together(log: Log) -> int:
    """The record of Thai QM now lists somebody whom TPMAP lists too."""
    return log.received(
        "thaiqm",
        a_house("B", tambon="320101"),
        a_member("1", "สมหญิง", number=2),
        a_member("2", "สมชาย", number=1),
        period="2567",
        happened_at=day(400),
    )


async def test_a_source_reads_its_links_and_then_what_changed(database_url: str, tmp_path) -> None:
    log = apart()
    async with open_stage(database_url, log.items, tmp_path) as stage:
        first = await stage.ask("/v1/sources/thaiqm/links", "admin", limit=1)
        rest = await stage.ask("/v1/sources/thaiqm/links", "admin", cursor=first["cursor"])
        items = first["items"] + rest["items"]
        assert [(item["source_record_id"], item["status"], item["since"]) for item in items] == [
            ("B", "single", 2),
            ("C", "single", 3),
        ]
        assert (first["more"], rest["more"]) == (True, False)
        before = items[0]["household_id"]
        nothing = await stage.ask("/v1/sources/thaiqm/links", "admin", cursor=rest["cursor"])
        assert (nothing["items"], nothing["cursor"]) == ([], rest["cursor"])
        sequence = together(log)
        await stage.fold(log.items[sequence - 1 :])
        (changed,) = (await stage.ask("/v1/sources/thaiqm/links", "admin", cursor=rest["cursor"]))["items"]
        (tpmap,) = (await stage.ask("/v1/sources/tpmap/links", "admin"))["items"]
        assert (changed["replaces"], changed["since"], changed["status"]) == (before, sequence, "linked")
        assert changed["household_id"] == tpmap["household_id"]
        assert changed["rule"]
        seen = await stage.ask("/v1/sources/thaiqm/links", "gis")
        assert all("source_record_id" not in item for item in seen["items"])
        for role, source, parameters, status in (
            ("agency", "thaiqm", {}, 403),
            (None, "thaiqm", {}, 401),
            ("admin", "nobody", {}, 404),
            ("admin", "thaiqm", {"cursor": "x"}, 400),
            ("admin", "thaiqm", {"cursor": "1." + "9" * 80}, 400),
        ):
            answer = await stage.get(f"/v1/sources/{source}/links", role, **parameters)
            assert answer.status_code == status, (role, source, parameters)
        reads = (await stage.ask("/v1/access", "auditor"))["items"]
        assert {row["what"] for row in reads} == {"/v1/sources/thaiqm/links", "/v1/sources/tpmap/links"}


@pytest.mark.timeout(120)
async def test_a_source_is_told_once_when_a_record_goes_over_to_another_household(
    own_nats: OwnServer, database_url: str
) -> None:
    log = apart()
    await fold(database_url, log.items)
    client = await nats.connect(own_nats.url)
    try:
        await ensure_receipts(client.jetstream())
        heard = await client.subscribe("receipt.thaiqm.links")
        async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
            await ensure_notice(connection)
            await ensure_notice(connection)
            assert await tell_changes(connection, client) == 0, (
                "what belongs somewhere for the first time is no change"
            )
            sequence = together(log)
            await fold(database_url, log.items[sequence - 1 :])
            await connection.execute("BEGIN")
            async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as other:
                await connection.execute("SELECT * FROM intake.notice FOR UPDATE")
                assert await tell_changes(other, client) == 0, "one process tells at a time"
            await connection.execute("ROLLBACK")
            assert await tell_changes(connection, client) == 1
            assert await tell_changes(connection, client) == 0
            (place,) = await (
                await connection.execute("SELECT sequence, record FROM intake.notice")
            ).fetchall()
            assert Place(*place) == Place(sequence, LAST)
            # As after a crash between the broker's acknowledgement and the commit.
            await connection.execute("UPDATE intake.notice SET sequence = 0, record = 0")
            assert await tell_changes(connection, client, limit=1) == 1
            assert await tell_changes(connection, client, limit=1) == 0
        told = json.loads((await heard.next_msg(timeout=10)).data)
        assert (told["kind"], told["since"]) == ("link.changed", sequence)
        assert told["household_id"] != told["replaces"]
        info = await client.jetstream().stream_info("RECEIPTS")
        assert info.state.messages == 1, "the broker recognises what it has"
    finally:
        await client.close()
