"""Readings of personal data: none is lost while the stream is away, each is told once, nobody alters one unseen."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from contracts.events_access import decode_access
from hub import auth
from hub.access_log import beside, compare, list_readings, record_reading, tell
from hub.auth import RIGHTS, Caller
from hub.log import OutcomeUnknown, open_log
from tests.integration.test_intake import NOW

READER = Caller(role="steward", rights=RIGHTS["steward"], key_id="0a0b0c0d", purpose="test")


@pytest_asyncio.fixture(loop_scope="session")
async def connection(database_url: str) -> AsyncGenerator[AsyncConnection]:
    async with await AsyncConnection.connect(database_url, autocommit=True) as found:
        await auth.ensure_access(found)
        await auth.ensure_access(found)
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def stream(nats_url: str, stream_name: str):
    async with open_log([nats_url], stream=stream_name, prefix=stream_name.lower()) as log:
        readings = beside(log)
        await readings.ensure()
        yield readings


async def read(connection: AsyncConnection, count: int, *agencies: str) -> None:
    await record_reading(
        connection, READER, what="/v1/households", purpose="x", count=count, agencies=agencies, now=NOW
    )


async def told(stream) -> list:
    last = await stream.last_sequence()
    return [decode_access(one.data).data for one in await stream.fetch(range(1, last + 1))]


async def test_every_reading_is_told_once_also_by_two_at_the_same_time(
    connection: AsyncConnection, database_url: str, stream
) -> None:
    for number in range(1, 41):
        await read(connection, number, "tpmap")
    async with await AsyncConnection.connect(database_url, autocommit=True) as other:
        done = await asyncio.gather(
            *(tell(one, stream, source="32", limit=7) for one in (connection, other)),
        )
        while sum(done) < 40:
            done.append(await tell(connection, stream, source="32", limit=7))
    assert sorted(one.count for one in await told(stream)) == list(range(1, 41))
    rows = await list_readings(connection)
    assert sorted(row.sequence for row in rows) == list(range(1, 41))
    assert await tell(connection, stream, source="32") == 0
    compared = await compare(connection, stream)
    assert (compared.readings, compared.untold, compared.changed) == (40, 0, ())


async def test_what_was_stored_without_an_answer_is_not_told_twice(
    connection: AsyncConnection, stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    await read(connection, 1, "tpmap")
    await read(connection, 2, "thaiqm")
    append = stream.append

    async def append_and_lose_the_answer(messages):
        await append(messages)
        raise OutcomeUnknown("the connection to the log was lost")

    with monkeypatch.context() as broken:
        broken.setattr(stream, "append", append_and_lose_the_answer)
        with pytest.raises(OutcomeUnknown):
            await tell(connection, stream, source="32")
    await read(connection, 3, "tpmap")
    assert await tell(connection, stream, source="32") == 3
    assert [one.count for one in await told(stream)] == [1, 2, 3]
    assert (await compare(connection, stream)).changed == ()


async def test_an_altered_or_deleted_row_is_noticed(connection: AsyncConnection, stream) -> None:
    for number in range(1, 4):
        await read(connection, number, "tpmap")
    await tell(connection, stream, source="32")
    await connection.execute("UPDATE access.read_log SET key_id = 'another' WHERE sequence = 2")
    assert (await compare(connection, stream)).changed == (2,)
    await connection.execute("DELETE FROM access.read_log WHERE sequence = 3")
    assert (await compare(connection, stream)).changed == (2, 3)


async def test_an_agency_finds_the_readings_of_its_records_and_of_everybodys(
    connection: AsyncConnection,
) -> None:
    await read(connection, 1, "tpmap", "psm")
    await read(connection, 2, "thaiqm")
    await read(connection, 3, "*")
    assert [row.count for row in await list_readings(connection, agency="psm")] == [1, 3]
    assert [row.count for row in await list_readings(connection, key="0a0b0c0d", after=1, limit=1)] == [2]
