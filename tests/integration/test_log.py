"""What the log promises: all or nothing, in order, without holes, over restarts of its server."""

import asyncio
from collections.abc import AsyncGenerator

import nats
import pytest
import pytest_asyncio
from nats.js.api import StreamConfig

from contracts.errors import Conflict, Unavailable
from hub import pulling
from hub.log import JetStreamLog, OutcomeUnknown, Outgoing, SequenceGap, WrongLastSequence, open_log
from tests.fixtures.servers import OwnServer


@pytest_asyncio.fixture(loop_scope="session")
async def log(nats_url: str, stream_name: str) -> AsyncGenerator[JetStreamLog]:
    async with open_log([nats_url], stream=stream_name, prefix=stream_name.lower()) as found:
        await found.ensure()
        yield found


def messages(log: JetStreamLog, *names: object, expected: int = 0) -> list[Outgoing]:
    return [Outgoing(f"{log.prefix}.32.records.{name}", f'"{name}"'.encode(), expected) for name in names]


async def read_all(log: JetStreamLog, after: int = 0, batch: int = 100) -> list[bytes]:
    last = await log.last_sequence()
    return [item.data async for found in log.read(after, stop_at=last, batch=batch) for item in found]


async def test_a_batch_gets_contiguous_sequences_and_is_read_in_order(log: JetStreamLog) -> None:
    assert await log.append(messages(log, *range(1000))) == 1
    assert await log.append(messages(log, "single")) == 1001
    assert await log.append(messages(log, "a", "b")) == 1002
    assert await log.last_sequence() == 1003
    assert await read_all(log) == [f'"{name}"'.encode() for name in (*range(1000), "single", "a", "b")]
    assert await read_all(log, after=1001) == [b'"a"', b'"b"']


async def test_a_batch_with_one_outdated_expectation_stores_nothing(log: JetStreamLog) -> None:
    await log.append(messages(log, "known"))
    for names in (("new", "known"), ("known", "new"), ("known",)):
        with pytest.raises(WrongLastSequence):
            await log.append(messages(log, *names))
    assert await log.last_sequence() == 1
    assert await log.append(messages(log, "known", expected=1)) == 2


async def test_single_events_are_handed_on_while_they_arrive(log: JetStreamLog) -> None:
    reader = log.read(0)
    for number in range(1, 4):
        await log.append(messages(log, number))
        (item,) = await anext(reader)
        assert item.sequence == number
    await reader.aclose()


async def test_requests_that_run_out_do_not_silence_the_reader(
    log: JetStreamLog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pulling, "PULL_SECONDS", 0.3)
    monkeypatch.setattr(pulling, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(pulling, "SILENCE_SECONDS", 0.5)
    reader = log.read(0, batch=4)
    for number in range(0, 12, 3):
        await log.append(messages(log, number, number + 1, number + 2))
        found = 0
        while found < 3:
            found += len(await anext(reader))
        await asyncio.sleep(0.8)
    await reader.aclose()
    assert "interrupted" not in caplog.text


async def test_events_are_fetched_by_sequence(log: JetStreamLog) -> None:
    await log.append(messages(log, *range(300)))
    found = await log.fetch([300, *range(1, 250)])
    assert [item.sequence for item in found] == [300, *range(1, 250)]
    assert found[0].data == b'"299"'
    assert log.without_prefix(found[0].subject) == "32.records.299"
    with pytest.raises(SequenceGap):
        await log.fetch([301])


async def test_a_hole_in_the_log_is_an_error_that_names_it() -> None:
    def stored(sequence: int) -> pulling.Stored:
        return pulling.Stored(sequence, None, "s", b"")

    pulling.check_contiguous(4, [stored(5), stored(6)])
    with pytest.raises(SequenceGap, match="after event 5 the log goes on with 7"):
        pulling.check_contiguous(4, [stored(5), stored(7)])
    with pytest.raises(SequenceGap, match="after event 4 the log goes on with 6"):
        pulling.check_contiguous(4, [stored(6)])


@pytest.mark.parametrize("difference", [{"deny_delete": False}, {"max_age": 3600.0}, {"allow_atomic": False}])
async def test_a_stream_that_keeps_other_promises_is_refused_in_words(
    nats_operator_url: str, stream_name: str, difference: dict
) -> None:
    async with open_log([nats_operator_url], stream=stream_name, prefix=stream_name.lower()) as log:
        await log.ensure()
        await log.ensure()
        with pytest.raises(Conflict, match="num_replicas"):
            await log.ensure(replicas=3)
        config = (await log.client.jetstream().stream_info(stream_name)).config.as_dict()
        await log.client.jetstream().delete_stream(stream_name)
        seconds = {"max_age": 0.0, "duplicate_window": 120.0}
        await log.client.jetstream().add_stream(StreamConfig(**config | seconds | difference))
        with pytest.raises(Conflict) as caught:
            await log.ensure()
        assert next(iter(difference)) in caught.value.message_en
        assert caught.value.code == "STREAM_DIFFERS"


async def test_nothing_can_be_removed_from_the_stream(log: JetStreamLog, nats_operator_url: str) -> None:
    await log.append(messages(log, "evidence"))
    client = await nats.connect(nats_operator_url)
    for api in ("PURGE", "MSG.DELETE"):
        reply = await client.request(f"$JS.API.STREAM.{api}.{log.stream}", b'{"seq": 1}', timeout=5)
        assert b'"error"' in reply.data
    await client.close()
    assert await log.last_sequence() == 1


async def test_a_log_without_a_server_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        async with open_log(["nats://127.0.0.1:9"], patience=0.5):
            pass


async def test_a_killed_server_is_noticed_at_once_and_nothing_acknowledged_is_lost(
    own_nats: OwnServer,
) -> None:
    async with open_log([own_nats.url]) as log:
        await log.ensure()
        await log.append(messages(log, *range(100)))
        reader = log.read(0)
        assert len(await anext(reader)) == 100
        appending = asyncio.create_task(_append_until_it_breaks(log))
        await asyncio.sleep(0.2)
        await own_nats.kill()
        acknowledged = await asyncio.wait_for(appending, timeout=2)
        with pytest.raises(Unavailable):
            await log.append(messages(log, "while away"))
        await own_nats.start()
        await _until_connected(log)
        last = await log.last_sequence()
        assert acknowledged <= last <= acknowledged + 200
        seen = 100
        while seen < last:
            found = await asyncio.wait_for(anext(reader), timeout=20)
            assert found[0].sequence == seen + 1
            seen = found[-1].sequence
        await reader.aclose()


async def _append_until_it_breaks(log: JetStreamLog) -> int:
    last = 0
    for number in range(10_000):
        try:
            first = await log.append(messages(log, *(f"{number}-{place}" for place in range(200))))
        except (OutcomeUnknown, Unavailable):
            break
        last = first + 199
    return last


async def _until_connected(log: JetStreamLog) -> None:
    for _ in range(400):
        if log.client.is_connected:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the client did not come back")
