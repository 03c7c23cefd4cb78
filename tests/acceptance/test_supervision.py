"""A real hub process with small children: killed, interrupted, started twice; nothing may be left behind."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from hub.servers.holding import Run, running_hub
from hub.servers.paths import DataFolder
from hub.servers.ports import choose_port
from hub.servers.stack import open_stack
from hub.settings import read_environment, read_settings
from tests.fixtures.servers import temporary_folder

ROOT = Path(__file__).parents[2]

ROLE = """
import subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("at work", flush=True)
time.sleep(600)
"""

HUB = """
import asyncio, sys
from contracts.errors import HubError
from hub.logging import configure_logging
from hub.servers.process import Child
from hub.settings import read_environment, read_settings
from hub.supervisor import supervise

async def main():
    settings = read_settings(read_environment())
    configure_logging(settings, "hub")
    async def after(stack):
        print("up", flush=True)
    roles = [Child(name=name, argv=(sys.executable, "-c", sys.argv[1]), settle_seconds=0.3) for name in ("project", "serve")]
    await supervise(settings, roles, after=after)

try:
    asyncio.run(main())
except HubError as error:
    sys.exit(f"hub: {error.message_en}")
"""


class RunningHub:
    """The hub under test, as its user sees it: a process and what it says."""

    def __init__(self, folder: DataFolder, process: asyncio.subprocess.Process) -> None:
        self.folder = folder
        self.process = process

    @property
    def run(self) -> Run:
        run = running_hub(self.folder)
        assert run is not None
        return run

    def family(self) -> dict[str, psutil.Process]:
        """Its direct children by what they are."""
        names = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                line = " ".join(child.cmdline())
            except psutil.NoSuchProcess:  # ended meanwhile, not collected yet
                continue
            words = {"nats.conf": "nats", "cluster": "postgres", "watchdog.py": "watchdog", "at work": "role"}
            name = next((name for word, name in words.items() if word in line), "other")
            names[name if name not in names else f"{name}2"] = child
        return names

    def everyone(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    async def says(self) -> str:
        _, errors = await asyncio.wait_for(self.process.communicate(), 30)
        return errors.decode()


async def start_hub(folder: DataFolder, role: str = ROLE, port: int | None = None) -> RunningHub:
    environment = read_environment() | {
        "HUB_DATA_DIR": str(folder.root),
        "HUB_PORT": str(port or choose_port()),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HUB,
        role,
        env=environment,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    return RunningHub(folder, process)


async def until_up(hub: RunningHub) -> None:
    assert hub.process.stdout is not None
    line = await asyncio.wait_for(hub.process.stdout.readline(), 30)
    assert line == b"up\n", await hub.says()


async def until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.05)


@pytest.fixture
async def hub() -> AsyncGenerator[RunningHub]:
    with temporary_folder("supervision") as folder:
        started = await start_hub(folder)
        everyone: list[psutil.Process] = []
        try:
            await until_up(started)
            everyone = started.everyone()
            yield started
        finally:
            with contextlib.suppress(ProcessLookupError):
                started.process.terminate()
            await started.process.communicate()
            await until(lambda: not alive(everyone), 15)


def is_back(hub: "RunningHub", killed: int) -> bool:
    """Whether another process stands in the place of the killed one."""
    family = hub.family()
    return len(family) == 5 and killed not in [process.pid for process in family.values()]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


async def end_with_its_own(process: psutil.Process) -> None:
    """Kills one process; what it had started must go too."""
    started_by_it = process.children(recursive=True)
    os.kill(process.pid, signal.SIGKILL)
    await until(lambda: not alive([process, *started_by_it]), 5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_polite_stop_leaves_no_process_and_no_run_file(hub: RunningHub, number: signal.Signals):
    everyone = hub.everyone()
    assert set(hub.family()) == {"nats", "postgres", "watchdog", "role", "role2"}
    assert len(everyone) >= 10
    began = time.monotonic()
    hub.process.send_signal(number)
    assert "at work" in await hub.says()
    assert hub.process.returncode == 0
    assert alive(everyone) == []
    assert time.monotonic() - began < 8
    assert not hub.folder.run_file.exists()


async def test_every_child_killed_in_turn_comes_back_at_the_same_address(hub: RunningHub):
    before, family = hub.run, hub.family()
    for name in ("nats", "postgres", "role", "role2"):
        await end_with_its_own(family[name])
        await until(lambda: set(hub.family()) == set(family), 10)
    settings = read_settings({"HUB_DATA_DIR": str(hub.folder.root)})
    deadline = time.monotonic() + 10
    while True:
        async with open_stack(settings) as stack:
            assert stack.origin == "running"
            with contextlib.suppress(psycopg.OperationalError):
                async with await psycopg.AsyncConnection.connect(stack.database_url) as connection:
                    await connection.execute("SELECT postgis_version()")
                break
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    assert hub.run == before


async def test_kill_9_of_the_hub_itself_leaves_nothing_and_the_next_start_works(hub: RunningHub):
    everyone = hub.everyone()
    hub.process.kill()
    await hub.process.communicate()
    again = await start_hub(hub.folder)
    try:
        await until_up(again)
        assert alive(everyone) == []
    finally:
        again.process.terminate()
        await again.process.communicate()


async def test_kill_9_of_hub_and_watchdog_is_cleaned_up_by_the_next_start(hub: RunningHub):
    family = hub.family()
    os.kill(family["watchdog"].pid, signal.SIGKILL)
    hub.process.kill()
    await hub.process.wait()
    again = await start_hub(hub.folder)
    try:
        await until_up(again)
        assert alive([family["nats"], family["postgres"]]) == []
    finally:
        again.process.terminate()
        await again.process.communicate()
        for name in ("role", "role2"):
            os.killpg(family[name].pid, signal.SIGKILL)
        await hub.process.communicate()


async def test_a_second_hub_on_the_folder_says_so_and_leaves_the_first_alone(hub: RunningHub):
    second = await start_hub(hub.folder)
    assert f"A hub is already running on {hub.folder.root} (process {hub.process.pid}" in await second.says()
    assert second.process.returncode == 1
    assert hub.run.pid == hub.process.pid


async def test_two_hubs_with_folders_of_their_own_live_side_by_side(hub: RunningHub):
    with temporary_folder("second") as folder:
        second = await start_hub(folder)
        await until_up(second)
        assert {second.run.nats_url, second.run.database_url}.isdisjoint(
            {hub.run.nats_url, hub.run.database_url}
        )
        second.process.terminate()
        await second.process.communicate()
    assert hub.run.state == "serving"


async def test_a_taken_port_is_one_sentence(hub: RunningHub):
    with temporary_folder("second") as folder:
        taken = int(str(hub.run.nats_url).rsplit(":", 1)[1])
        second = await start_hub(folder, port=taken)
        assert (await second.says()).splitlines()[-1] == (
            f"hub: Port {taken} of 127.0.0.1 is taken by another program; choose another with --port"
        )


async def test_a_role_that_cannot_start_ends_the_hub_with_its_last_words():
    with temporary_folder("broken") as folder:
        hub = await start_hub(folder, role="import time, sys; time.sleep(0.1); sys.exit('no such table')")
        lines = (await hub.says()).splitlines()
        assert lines[-1] == "hub: project stopped while starting (exit code 1): no such table"
        assert hub.process.returncode == 1
