"""How long after its acknowledgement an event is in the answers of the API: projector and API in processes of their own, over HTTP."""

import asyncio
import contextlib
import dataclasses
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Callable

import msgspec

from contracts.errors import Unavailable
from hub.bench.asof import reaching
from hub.bench.figures import Figure, figure
from hub.bench.wire import Reply, Wire, open_wire
from hub.demo.keys import ensure_demo_keys
from hub.demo.loading import own_projector
from hub.servers.ports import choose_port
from hub.servers.process import Child, log_to, open_guard, start
from hub.servers.stack import Stack
from hub.settings import Settings, child_environment

PER_SECOND = 200
SECONDS = 10
WARM_UP = 200
WATCHED = 10
"""Every so many events one is looked for in the API; looking for each would measure the reading of 200 answers a second too."""

LIMIT_MS = 250.0
PERCENT = 100
START_SECONDS = 60.0
CREATED, OK, BUSY = 201, 200, 503
AGAIN_SECONDS = 0.1
Report = Callable[[str, int, int], None]


class _Acknowledged(msgspec.Struct, frozen=True):
    """The part of a receipt that is needed."""

    sequence: int


async def measure_visible(settings: Settings, stack: Stack, report: Report) -> list[Figure]:
    """Median and 99th percentile of the time from the receipt of an event to an answer that rests on it, at 200 events/s.

    Every event is published in a request of its own when its time has come, however long the others take. Raises Unavailable.
    """
    keys = await ensure_demo_keys(stack.database_url, settings.data_dir)
    headers = {"X-API-Key": keys["admin"], "Content-Type": "application/json"}
    async with (
        own_projector(settings, stack),
        _own_api(settings, stack) as port,
        open_wire(port, headers) as wire,
    ):
        await _wait_ready(wire)
        total = WARM_UP + PER_SECOND * SECONDS
        began = time.perf_counter()
        publishing: list[asyncio.Task[float | None]] = []
        for number in range(total):
            await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
            publishing.append(asyncio.create_task(_publish_and_see(wire, number)))
            report("visible", number + 1, total)
        seen = await asyncio.gather(*publishing)
        lasted = time.perf_counter() - began
    spent = [seconds * 1000 for seconds in seen[WARM_UP:] if seconds is not None]
    cuts = statistics.quantiles(spent, n=PERCENT)
    return [
        figure("visible_p50", cuts[PERCENT // 2 - 1], "ms", LIMIT_MS),
        figure("visible_p99", cuts[-1], "ms", LIMIT_MS),
        figure("visible_rate", total / lasted, "events/s", float(PER_SECOND)),
    ]


async def _publish_and_see(wire: Wire, number: int) -> float | None:
    """Seconds from the receipt to an answer on the basis of the event; None for one that is not watched."""
    receipt = await _publish(wire, number)
    acknowledged = time.perf_counter()
    if number % WATCHED:
        return None
    sequence = msgspec.json.decode(receipt.body, type=_Acknowledged).sequence
    while time.perf_counter() - acknowledged < START_SECONDS:
        # The API waits some seconds itself; what takes longer is slow, and belongs into the figures.
        reply = await wire.send("GET", f"/v1/agencies?min_sequence={sequence}")
        if reply.status == OK and msgspec.json.decode(reply.body, type=_Acknowledged).sequence >= sequence:
            return time.perf_counter() - acknowledged
    raise Unavailable(f"Event {sequence} is not to be seen.", code="NOT_VISIBLE")


async def _publish(wire: Wire, number: int) -> Reply:
    """The receipt. A hub that is overrun says so and is asked again: the rate that was reached tells."""
    deadline = time.perf_counter() + START_SECONDS
    while True:
        reply = await wire.send("POST", "/v1/events", _an_action(number))
        if reply.status == CREATED:
            return reply
        if reply.status != BUSY or time.perf_counter() > deadline:
            raise Unavailable(f"An event was answered {reply.status}.", code="NOT_ACCEPTED")
        await asyncio.sleep(AGAIN_SECONDS)


def _an_action(number: int) -> bytes:
    return msgspec.json.encode(
        {
            "type": "assistance.recorded.v1",
            "agency_id": "bench",
            "action_id": f"V{number:06d}",
            "house_code": f"3201{number:07d}",
            "kind": "cash",
            "need": "income",
            "happened_on": "2026-05-01",
            "amount_baht": "500",
        }
    )


async def _wait_ready(wire: Wire) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, Unavailable):
            if (await wire.send("GET", "/ready")).status == OK:
                return
        await asyncio.sleep(0.1)
    raise Unavailable("The API of the benchmark did not start.", code="NOT_READY")


@contextlib.asynccontextmanager
async def _own_api(settings: Settings, stack: Stack) -> AsyncGenerator[int]:
    """An API process for the time of the block; its port."""
    reached = dataclasses.replace(reaching(settings, stack), port=choose_port(), host="127.0.0.1")
    told = {
        "HUB_NATS_URL": stack.nats_url,
        "HUB_DATABASE_URL": stack.database_url,
        "HUB_MASTER_KEY": stack.master_key.hex(),
        "HUB_PSEUDONYM_KEY": stack.pseudonym_key.hex(),
    }
    # The same said by a file would contradict it.
    inherited = child_environment(reached).items()
    environment = {name: value for name, value in inherited if name.removesuffix("_FILE") not in told} | told
    child = Child(name="api", argv=(sys.executable, "-m", "hub", "serve"), environment=environment)
    async with open_guard() as guard:
        process = await start(child, guard, log_to(settings.data_dir / "logs" / "api.log"))
        try:
            yield reached.port
        finally:
            await process.stop()
