"""`hub rebuild` beside a hub that goes on: no request fails, the new version answers, page tokens of the old one do not."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.acceptance.test_kill import database_url, write_file
from tests.fixtures.hub import RunningHub

HOUSEHOLDS = 1500
PATHS = (
    "/v1/overview",
    "/v1/households?limit=50",
    "/v1/assistance?limit=50",
    "/v1/events?limit=20",
    "/ready",
    "/ogc/collections",
)


def command(hub: RunningHub, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-m", "hub", "--data", str(hub.folder), *arguments]
    return subprocess.run(line, capture_output=True, timeout=120, check=False)


def ask(hub: RunningHub, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    headers = {"X-API-Key": hub.keys["admin"], "Content-Type": "application/json"}
    request = urllib.request.Request(hub.base_url + path, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def an_action(number: int) -> bytes:
    return json.dumps(
        {
            "type": "assistance.recorded.v1",
            "agency_id": "psm-surin",
            "action_id": f"A{number}",
            "house_code": f"3201{number:07d}",
            "kind": "cash",
            "need": "income",
            "happened_on": "2026-05-01",
            "amount_baht": "500",
        }
    ).encode()


class Load:
    """Reads and publishes without pause, and keeps what did not go well."""

    def __init__(self, hub: RunningHub) -> None:
        self.hub = hub
        self.failed: list[tuple[str, int, bytes]] = []
        self.asked = self.published = 0
        self._end = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._read, self._read, self._publish)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _read(self) -> None:
        while not self._end.is_set():
            path = PATHS[self.asked % len(PATHS)]
            self.asked += 1
            self._keep(path, *ask(self.hub, path))

    def _publish(self) -> None:
        while not self._end.is_set():
            status, body = ask(self.hub, "/v1/events", an_action(self.published))
            self._keep("publish", status, body, well=201)
            self.published += 1

    def _keep(self, what: str, status: int, body: bytes, *, well: int = 200) -> None:
        if status != well:
            self.failed.append((what, status, body[:500]))


def wait(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.timeout(240)
def test_reads_and_intake_go_on_while_a_rebuild_switches_versions(
    running_hub: RunningHub, tmp_path: Path
) -> None:
    path = tmp_path / "tpmap.csv"
    write_file(path, HOUSEHOLDS)
    assert command(running_hub, "import", "tpmap", str(path)).returncode == 0
    running_hub.wait_projected(HOUSEHOLDS + 1)
    page = running_hub.get("/v1/households?limit=10", "admin")
    token = page["next"]
    assert ask(running_hub, f"/v1/households?limit=10&token={token}")[0] == 200
    with Load(running_hub) as load:
        wait(lambda: load.published > 3)
        before = load.published
        done = command(running_hub, "rebuild", "--keep", "0", "--json")
        after = load.published
        wait(lambda: load.published > after + 3)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert not load.failed
    assert after > before
    rebuilt = json.loads(done.stdout)
    assert (rebuilt["outcome"], rebuilt["version"], rebuilt["diff"]["differences"]) == ("switched", 2, 0)
    assert rebuilt["dropped"] == [1]
    status, body = ask(running_hub, f"/v1/households?limit=10&token={token}")
    assert (status, json.loads(body)["code"]) == (410, "TOKEN_OLD_VERSION")
    running_hub.wait_projected(HOUSEHOLDS + 1 + load.published)
    ready = running_hub.get("/ready")
    assert (ready["version"], ready["lag"]) == (2, 0)
    assert [(v["version"], v["state"], v["at_work"]) for v in ready["versions"]] == [(2, "live", True)]
    verified = command(running_hub, "verify", "--json")
    assert verified.returncode == 0, verified.stdout
    again = command(running_hub, "rebuild")
    assert again.returncode == 0
    assert "0 differences" in again.stdout.decode()
    assert command(running_hub, "diff").returncode == 0
    back = command(running_hub, "rebuild", "--rollback")
    assert "Version 2 is live again instead of version 3" in back.stdout.decode()
    status = command(running_hub, "status").stdout.decode()
    assert "version 3" in status
    assert "retired, kept for rollback" in status


def begun(url: str) -> bool:
    """Whether a version under construction holds events already."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT 1 FROM projection.version WHERE state = 'building' AND checkpoint > 0"
        ).fetchone()
    return row is not None


def kill_in_the_middle(hub: RunningHub, url: str) -> list[psutil.Process]:
    """Start a rebuild and end it by SIGKILL while it folds; the processes that it had started."""
    line = [sys.executable, "-m", "hub", "--data", str(hub.folder), "rebuild"]
    work = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait(lambda: begun(url), 120)
    children = psutil.Process(work.pid).children(recursive=True)
    work.kill()
    assert work.wait(timeout=10) == -9
    return children


def at_work(url: str) -> bool:
    """Whether the database still holds the locks of a rebuild."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = hashtext('projection.rebuild')::oid"
        ).fetchone()
    return row is not None


@pytest.mark.timeout(240)
def test_after_a_rebuild_was_killed_the_next_one_recovers(running_hub: RunningHub, tmp_path: Path) -> None:
    path = tmp_path / "tpmap.csv"
    write_file(path, HOUSEHOLDS * 2)
    assert command(running_hub, "import", "tpmap", str(path)).returncode == 0
    running_hub.wait_projected(HOUSEHOLDS * 2 + 1)
    url = database_url(running_hub)
    left = kill_in_the_middle(running_hub, url)
    wait(lambda: not any(process.is_running() for process in left))
    ready = running_hub.get("/ready")
    assert [(v["version"], v["state"]) for v in ready["versions"]] == [(2, "building"), (1, "live")]
    assert ask(running_hub, "/v1/overview")[0] == 200
    wait(lambda: not at_work(url))
    done = command(running_hub, "rebuild", "--json")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    rebuilt = json.loads(done.stdout)
    assert (rebuilt["outcome"], rebuilt["began_again"], rebuilt["diff"]["differences"]) == (
        "switched",
        [2],
        0,
    )
    assert command(running_hub, "diff").returncode == 0
    assert command(running_hub, "verify").returncode == 0


@pytest.mark.timeout(240)
def test_diff_and_verify_end_with_1_when_something_is_not_as_it_should_be(
    running_hub: RunningHub, tmp_path: Path
) -> None:
    path = tmp_path / "tpmap.csv"
    write_file(path, 40)
    assert command(running_hub, "import", "tpmap", str(path)).returncode == 0
    running_hub.wait_projected(41)
    alone = command(running_hub, "diff")
    assert (alone.returncode, b"NOTHING_TO_COMPARE" in alone.stderr) == (1, True)
    assert command(running_hub, "rebuild").returncode == 0
    assert [command(running_hub, name).returncode for name in ("diff", "verify")] == [0, 0]
    with psycopg.connect(database_url(running_hub), autocommit=True) as connection:
        connection.execute("UPDATE view_v2.household_state SET persons = persons + 1 WHERE household = 2")
    different = command(running_hub, "diff", "--json")
    assert different.returncode == 1
    assert json.loads(different.stdout)["differences"] > 0
    assert command(running_hub, "verify").returncode == 0, "the events themselves are all there"
    with psycopg.connect(database_url(running_hub), autocommit=True) as connection:
        connection.execute("UPDATE view_v2.event SET digest = sha256('other') WHERE sequence = 3")
    altered = command(running_hub, "verify", "--json")
    assert altered.returncode == 1
    assert [fault["sequence"] for fault in json.loads(altered.stdout)["first_faults"]] == [3]
