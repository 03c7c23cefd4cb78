"""What an acknowledgement of the log is worth: synced before it is sent, not to be taken back, and repeats told apart for ever."""

import contextlib
import dataclasses
import re
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import nats
import nats.errors
import nats.js.errors
import pytest

from hub.log import Outgoing, open_log
from hub.servers.nats import OPERATOR, NatsPlan, nats_child
from hub.servers.ports import choose_port
from hub.servers.process import open_guard
from tests.fixtures.intake import open_intake_on
from tests.fixtures.nats import private_nats
from tests.fixtures.servers import OwnServer, temporary_folder
from tests.integration.test_intake import an_action, send

STRACE = shutil.which("strace")
SYSTEM_CALLS = "trace=write,writev,pwrite64,fsync,fdatasync,sendto,sendmsg,unlink,unlinkat"
BLOCK = re.compile(r"EVENTS/msgs/\d+\.blk>")


@contextlib.asynccontextmanager
async def traced_nats() -> AsyncGenerator[tuple[OwnServer, Path]]:
    """A server that syncs always, and the file to which its system calls are written."""
    with temporary_folder("trace") as folder:
        async with open_guard() as guard:
            plan = NatsPlan(folder=folder, port=choose_port())
            trace = folder.logs / "trace"
            child = nats_child(plan)
            argv = (
                str(STRACE), "-f", "-qq", "-y", "-s", "600", "-e", SYSTEM_CALLS, "-o", str(trace), *child.argv,
            )  # fmt: skip
            server = OwnServer(
                dataclasses.replace(child, argv=argv), str(plan.url()), guard, folder.logs / "nats.log"
            )
            await server.start()
            try:
                yield server, trace
            finally:
                await server.stop()


def calls(trace: Path) -> list[str]:
    """The system calls in the order in which they ended; one that another thread interrupted stands where it was resumed."""
    begun: dict[str, str] = {}
    found: list[str] = []
    for line in trace.read_text("utf-8", "replace").splitlines():
        thread, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>")
        elif call.startswith("<... "):
            found.append(begun.pop(thread, "") + call)
        else:
            found.append(call)
    return found


async def test_the_stream_is_synced_after_the_last_write_and_before_the_acknowledgement() -> None:
    async with traced_nats() as (server, trace):
        async with open_log([server.url]) as log:
            await log.ensure()
            for number in range(1, 4):
                await log.append([Outgoing(f"events.32.a.b.{number}", f"SINGLE{number}.".encode(), 0)])
            many = [Outgoing(f"events.32.a.c.{n}", f"BATCH{n}.".encode() * 40, 0) for n in range(1, 101)]
            assert await log.append(many) == 4
        await server.kill()  # strace lets no polite signal through
        found = calls(trace)
        for number in range(1, 4):
            answer = rf"\"stream\":\"EVENTS\",\"seq\":{number}}}"
            assert is_synced(found, f"SINGLE{number}.", answer), f"event {number}"
        assert is_synced(found, "Nats-Batch-Commit", r"\"seq\":103,\"batch\":")
        assert len([call for call in found if call.startswith("fsync") and BLOCK.search(call)]) < 10


def is_synced(found: list[str], payload: str, answer: str) -> bool:
    """Whether the block got these bytes, then was synced with nothing written to it after, then the answer was sent."""
    acknowledged = next(i for i, call in enumerate(found) if "socket:" in call and answer in call)
    block = [call for call in found[:acknowledged] if BLOCK.search(call)]
    return (
        block[-1].startswith(("fsync", "fdatasync"))
        and block[-2].startswith(("pwrite64", "write"))
        and payload in block[-2]
    )


async def test_the_hub_user_can_neither_delete_nor_purge_nor_change_the_log() -> None:
    denied: list[str] = []

    async def note(error: Exception) -> None:
        denied.append(str(error))

    async with private_nats(sync_always=False) as (server, plan), open_log([server.url]) as log:
        await log.ensure()
        await log.append([Outgoing("events.32.a.b.c", b"kept", 0)])
        app = await nats.connect(server.url, error_cb=note)
        stream = app.jetstream(timeout=0.3)
        config = (await stream.stream_info("EVENTS")).config
        config.max_msgs = 1
        for attempt in (
            stream.purge_stream("EVENTS"),
            stream.delete_stream("EVENTS"),
            stream.delete_msg("EVENTS", 1),
            stream.update_stream(config),
        ):
            with pytest.raises((TimeoutError, nats.errors.TimeoutError)):
                await attempt
        assert len(denied) == 4
        operator = await nats.connect(str(plan.url(OPERATOR)))
        for attempt in (
            operator.jetstream().purge_stream("EVENTS"),
            operator.jetstream().delete_msg("EVENTS", 1),
        ):
            with pytest.raises(nats.js.errors.APIError):
                await attempt
        assert (await stream.get_msg("EVENTS", 1)).data == b"kept"
        await app.close()
        await operator.close()


async def test_a_repeat_is_told_without_the_broker_and_after_it_has_forgotten(
    own_nats: OwnServer, database_url: str
) -> None:
    async with open_intake_on(own_nats.url, database_url, "EVENTS") as opened:
        (first,) = await send(opened, an_action())
        stored = await opened.intake.log.client.jetstream().get_msg("EVENTS", 1)
        assert "Nats-Msg-Id" not in (stored.headers or {})
    await own_nats.kill()
    await own_nats.start()
    async with open_intake_on(own_nats.url, database_url, "EVENTS") as opened:
        async with opened.intake.pool.connection() as connection:
            await connection.execute("DROP SCHEMA intake CASCADE")
        await opened.intake.ensure()
        (again,) = await send(opened, an_action())
        (other,) = await send(opened, an_action(amount_baht="501"))
        assert (first.status, again.status, other.status) == ("accepted", "duplicate", "conflict")
        assert {first.sequence, again.sequence, other.sequence} == {1}
        assert await opened.intake.log.last_sequence() == 1
