"""The private servers: started, killed, started again, shared, and refused with a sentence."""

import asyncio
import time

import nats
import nats.errors
import nats.js.errors
import psycopg
import pytest

from contracts.errors import Conflict
from hub.servers.holding import hold, running_hub
from hub.servers.ports import choose_port, is_free
from hub.servers.stack import open_stack
from hub.settings import Settings
from tests.fixtures.servers import OwnServer, temporary_folder


async def test_a_fresh_database_has_postgis_and_nothing_else(database_url: str):
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        extensions = await (
            await connection.execute("SELECT extname FROM pg_extension ORDER BY 1")
        ).fetchall()
        tables = await (
            await connection.execute(
                "SELECT count(*) FROM pg_stat_user_tables WHERE relname <> 'spatial_ref_sys'"
            )
        ).fetchone()
    assert [name for (name,) in extensions] == ["btree_gist", "plpgsql", "postgis"]
    assert tables == (0,)


def test_databases_of_one_session_do_not_see_each_other(fresh_database):
    first, second = fresh_database(), fresh_database()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE mark (n int)")
    with psycopg.connect(second) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM mark")


async def test_the_hub_user_cannot_delete_or_purge_a_stream(
    nats_url: str, nats_operator_url: str, stream_name: str
):
    denied: list[Exception] = []

    async def note(error: Exception) -> None:
        denied.append(error)

    client = await nats.connect(nats_url, error_cb=note)
    operator = await nats.connect(nats_operator_url)
    try:
        stream = client.jetstream(timeout=0.3)
        await stream.add_stream(name=stream_name, subjects=[f"{stream_name}.>"])
        await stream.publish(f"{stream_name}.a", b"kept")
        for forbidden in (stream.purge_stream, stream.delete_stream):
            with pytest.raises((TimeoutError, nats.errors.TimeoutError)):
                await forbidden(stream_name)
        assert (await stream.stream_info(stream_name)).state.messages == 1
        assert await operator.jetstream().delete_stream(stream_name)
    finally:
        await client.close()
        await operator.close()
    assert len(denied) == 2
    assert all("permissions violation" in str(error) for error in denied)


async def test_what_was_acknowledged_survives_kill_9_of_nats(own_nats: OwnServer):
    client = await nats.connect(own_nats.url)
    stream = client.jetstream()
    await stream.add_stream(name="KEEP", subjects=["keep.>"])
    for number in range(50):
        await stream.publish(f"keep.{number}", b"x" * 100)
    await client.close()
    await own_nats.kill()
    await own_nats.start()
    client = await nats.connect(own_nats.url)
    assert (await client.jetstream().stream_info("KEEP")).state.last_seq == 50
    await client.close()


async def test_what_was_committed_survives_kill_9_of_postgres(own_postgres: OwnServer):
    async with await psycopg.AsyncConnection.connect(own_postgres.url) as connection:
        await connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    await own_postgres.kill()
    await own_postgres.start()
    async with await psycopg.AsyncConnection.connect(own_postgres.url) as connection:
        assert await (await connection.execute("SELECT count(*) FROM kept")).fetchone() == (1000,)


async def test_a_command_starts_servers_of_its_own_and_leaves_none():
    with temporary_folder("stack") as folder:
        settings = Settings(data_dir=folder.root)
        async with open_stack(settings) as stack:
            assert stack.origin == "private"
            assert "***" in repr(stack)
            client = await nats.connect(servers=stack.nats_servers)
            await client.jetstream().account_info()
            await client.close()
            keys, database_url = (stack.master_key, stack.pseudonym_key), str(stack.database_url)
        with pytest.raises(psycopg.OperationalError):
            await psycopg.AsyncConnection.connect(database_url)
        began = time.monotonic()
        async with open_stack(settings) as again:
            assert time.monotonic() - began < 3
            assert (again.master_key, again.pseudonym_key) == keys
            assert len(set(keys)) == 2
        assert not folder.run_file.exists()


async def test_a_second_hub_on_one_folder_is_refused_by_name():
    with temporary_folder("hold") as folder:
        async with hold(folder, "hub") as holding:
            assert running_hub(folder) == holding.run
            with pytest.raises(Conflict, match=f"already running on {folder.root}"):
                async with hold(folder, "hub"):
                    raise AssertionError


async def test_a_command_waits_for_another_command_on_the_same_folder():
    with temporary_folder("hold") as folder:
        entered = asyncio.Event()

        async def second() -> None:
            async with hold(folder, "command"):
                entered.set()

        async with hold(folder, "command"):
            waiting = asyncio.create_task(second())
            await asyncio.sleep(0.3)
            assert not entered.is_set()
        await asyncio.wait_for(waiting, 5)


async def test_a_run_file_without_its_process_is_stale():
    with temporary_folder("hold") as folder:
        async with hold(folder, "hub") as holding:
            left_behind = folder.run_file.read_bytes()
            assert holding.run.state == "starting"
        folder.run_file.write_bytes(left_behind)
        assert running_hub(folder) is None
        async with hold(folder, "hub"):
            pass


def test_a_chosen_port_is_free_and_below_those_of_outgoing_connections():
    ports = {choose_port() for _ in range(20)}
    assert len(ports) > 1
    assert all(port < 32_768 and is_free("127.0.0.1", port) for port in ports)
