"""`kill -9` of any process at any moment while agencies publish: what was acknowledged is in the log, once. And two API processes at once.

Not shown: a power cut. That the page cache may be lost rests on the order of fsync and answer (tests/integration/test_promises.py) and on a disk
that keeps what it says it has synced.
"""

import asyncio
import contextlib
import itertools
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator

import httpx
import pytest

from contracts.events import AssistanceRecorded, decode_event
from hub.log import Stored, open_log
from hub.servers import nats as nats_server
from hub.servers.holding import running_hub as find_run
from hub.servers.paths import DataFolder, read_secret
from hub.servers.ports import choose_port
from hub.settings import read_environment
from tests.acceptance.test_kill import ROLES, kill
from tests.fixtures.hub import RunningHub, is_ready
from tests.integration.test_intake import an_action

AGENCIES = 4
AT_ONCE = 20
ANSWERED_BETWEEN = 15
DEFINITE = ("accepted", "duplicate")


class Publishers:
    """Agencies that publish single actions and arrays, each again and again until it is answered."""

    def __init__(self, hub: RunningHub) -> None:
        self.hub = hub
        self.acknowledged: dict[str, tuple[int, str | None]] = {}
        self.sent: set[str] = set()
        self.faults: list[str] = []
        self.is_over = False

    async def publish(self, agency: int, client: httpx.AsyncClient) -> None:
        for number in itertools.count():
            size = AT_ONCE if number % 4 == 3 else 1
            ids = [f"{agency}-{number}-{each}" for each in range(size)]
            while waiting := [id_ for id_ in ids if id_ not in self.acknowledged]:
                self.sent.update(waiting)
                for id_, receipt in zip(waiting, await self.send(client, waiting), strict=False):
                    if receipt["status"] in DEFINITE:
                        self.acknowledged[id_] = (receipt["sequence"], receipt.get("event_id"))
                    else:
                        self.faults.append(f"{id_}: {receipt}")
                        return
            if self.is_over:
                return

    async def send(self, client: httpx.AsyncClient, ids: list[str]) -> list[dict]:
        """The receipts; none when the hub did not answer."""
        lines = [an_action(action_id=id_, agency_id="psm-surin") for id_ in ids]
        body = lines[0] if len(lines) == 1 else b"[" + b",".join(lines) + b"]"
        try:
            answer = await client.post(
                f"{self.hub.base_url}/v1/events",
                content=body,
                headers={"X-API-Key": self.hub.keys["admin"], "Content-Type": "application/json"},
            )
        except httpx.HTTPError:
            await asyncio.sleep(0.05)
            return []
        if answer.status_code >= 500:
            await asyncio.sleep(0.05)
            return []
        said = answer.json()
        return said.get("receipts", [said])


def app_url(hub: RunningHub) -> str:
    folder = DataFolder(hub.folder)
    run = find_run(folder)
    assert run is not None
    user, at, rest = str(run.nats_url).partition("@")
    return f"{user}:{read_secret(folder, nats_server.password_name(nats_server.APP))}{at}{rest}"


async def read_log(hub: RunningHub) -> list[Stored]:
    async with open_log([app_url(hub)]) as log:
        last = await log.last_sequence()
        return [item async for found in log.read(0, stop_at=last, patience=30) for item in found]


async def until_ready(hub: RunningHub, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(is_ready, hub.base_url):
        assert time.monotonic() < deadline, "the hub did not come back"
        await asyncio.sleep(0.1)


async def kill_at_random(hub: RunningHub, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    publishers = Publishers(hub)
    async with httpx.AsyncClient(timeout=60) as client:
        work = [asyncio.create_task(publishers.publish(agency, client)) for agency in range(AGENCIES)]
        killed: list[str] = []
        for _ in range(rounds):
            enough = len(publishers.acknowledged) + ANSWERED_BETWEEN
            deadline = time.monotonic() + 90
            while len(publishers.acknowledged) < enough:
                assert not publishers.faults, publishers.faults
                assert time.monotonic() < deadline, (
                    f"nothing is answered any more; killed {killed}, seed {seed}"
                )
                await asyncio.sleep(0.02)
            await asyncio.sleep(chance.uniform(0, 0.5))
            killed.append(chance.choice(tuple(ROLES)))
            await asyncio.to_thread(kill, hub, killed[-1])
        await until_ready(hub)
        publishers.is_over = True
        async with asyncio.timeout(120):
            await asyncio.gather(*work)
    assert not publishers.faults, publishers.faults
    check(await read_log(hub), publishers, f"killed {killed}, seed {seed}")


def check(stored: list[Stored], publishers: Publishers, why: str) -> None:
    events = {item.sequence: decode_event(item.data) for item in stored}
    recorded = [event for event in events.values() if isinstance(event, AssistanceRecorded)]
    lost = {
        id_
        for id_, (sequence, event_id) in publishers.acknowledged.items()
        if sequence not in events or event_id not in {None, events[sequence].id}
    }
    twice = {action: count for action, count in Counter(e.data.action for e in recorded).items() if count > 1}
    assert (lost, twice) == (set(), {}), why
    assert len(recorded) == len(publishers.sent) == len(publishers.acknowledged), why
    assert len({sequence for sequence, _ in publishers.acknowledged.values()}) == len(recorded), why


@pytest.mark.timeout(300)
async def test_what_was_acknowledged_is_there_once_after_five_random_kills(running_hub: RunningHub) -> None:
    await kill_at_random(running_hub, 5, seed=int(time.time()))


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_what_was_acknowledged_is_there_once_after_fifty_random_kills(running_hub: RunningHub) -> None:
    await kill_at_random(running_hub, 50, seed=int(time.time()))


@contextlib.contextmanager
def second_api(hub: RunningHub) -> Generator[str]:
    """Another API process on the same servers; its address."""
    port = choose_port()
    argv = [sys.executable, "-m", "hub", "--data", str(hub.folder), "serve"]
    environment = read_environment() | {"HUB_PORT": str(port)}
    log = (hub.folder / "second.log").open("ab")
    process = subprocess.Popen(argv, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not is_ready(f"http://127.0.0.1:{port}"):
            assert time.monotonic() < deadline, (hub.folder / "second.log").read_text()[-2000:]
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


@pytest.mark.timeout(240)
async def test_two_api_processes_asked_at_once_store_one_and_answer_all(running_hub: RunningHub) -> None:
    with second_api(running_hub) as other:
        addresses = itertools.cycle([running_hub.base_url, other])
        async with httpx.AsyncClient(timeout=60) as client:
            key = {"X-API-Key": running_hub.keys["admin"]}

            async def post(line: bytes) -> tuple[int, dict]:
                answer = await client.post(f"{next(addresses)}/v1/events", content=line, headers=key)
                return answer.status_code, answer.json()

            for round_ in range(5):
                same = await asyncio.gather(*(post(an_action(action_id=f"S{round_}")) for _ in range(16)))
                assert Counter(status for status, _ in same) == {201: 1, 200: 15}
                assert len({answer["sequence"] for _, answer in same}) == 1
                contents = (an_action(action_id=f"C{round_}", amount_baht=str(n + 1)) for n in range(16))
                different = await asyncio.gather(*(post(line) for line in contents))
                assert Counter(status for status, _ in different) == {201: 1, 409: 15}
                assert len({answer["sequence"] for _, answer in different}) == 1
    stored = await read_log(running_hub)
    assert [item.sequence for item in stored] == list(range(1, 11))
