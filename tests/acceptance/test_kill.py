"""`kill -9` of every process in turn while a file is being taken in: it goes on by itself, nothing is lost, nothing is stored twice."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from hub.servers.holding import running_hub
from hub.servers.paths import DataFolder, read_secret
from hub.servers.postgres import PASSWORD
from tests.builders import citizen
from tests.contract_rows import a_tpmap_row
from tests.fixtures.hub import RunningHub, is_ready

HOUSEHOLDS = 6000
ROLES = {
    "projector": ("hub", "project"),
    "nats": ("nats-server",),
    "postgres": ("postgres", "-D"),
    "api": ("hub", "serve"),
    "gatekeeper": ("hub", "gatekeeper"),
}


def write_file(path: Path, households: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, a_tpmap_row().keys())
        writer.writeheader()
        for number in range(households):
            for member in range(2):
                row = {
                    "house_id": f"3201{number:07d}",
                    "house_no": str(number),
                    "citizen_id": citizen(number * 2 + member),
                    "first_name": f"{number}คน{member}",
                    "birth": f"{number % 28 + 1}/{number % 12 + 1}/{2480 + number % 60}",
                }
                writer.writerow(a_tpmap_row() | row)


def find_process(hub: RunningHub, role: str) -> psutil.Process | None:
    words = ROLES[role]
    for process in psutil.Process(hub.process.pid).children(recursive=True):
        try:
            line = process.cmdline()
        except psutil.NoSuchProcess:
            continue
        text = " ".join(line)
        if all(word in text for word in words) and (role != "postgres" or line[0].endswith("postgres")):
            return process
    return None


def kill(hub: RunningHub, role: str) -> None:
    deadline = time.monotonic() + 30
    while (process := find_process(hub, role)) is None:
        assert time.monotonic() < deadline, f"no {role} to kill"
        time.sleep(0.05)
    process.kill()


def database_url(hub: RunningHub) -> str:
    folder = DataFolder(hub.folder)
    run = running_hub(folder)
    assert run is not None
    user, at, rest = str(run.database_url).partition("@")
    return f"{user}:{read_secret(folder, PASSWORD)}{at}{rest}"


@pytest.mark.timeout(240)
def test_killing_every_process_in_turn_loses_nothing_and_stores_nothing_twice(
    running_hub: RunningHub, tmp_path: Path
) -> None:
    path = tmp_path / "tpmap.csv"
    write_file(path, HOUSEHOLDS)
    command = [
        sys.executable,
        "-m",
        "hub",
        "--data",
        str(running_hub.folder),
        "import",
        "tpmap",
        str(path),
        "--json",
    ]
    work = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    killed = []
    for role in ("projector", "nats", "postgres", "api"):
        time.sleep(0.5)
        if work.poll() is not None:
            break
        kill(running_hub, role)
        killed.append(role)
    out, err = work.communicate(timeout=180)
    assert work.returncode == 0, err.decode()[-2000:]
    receipt = json.loads(out)
    assert killed[:3] == ["projector", "nats", "postgres"], (
        "the import was over before the servers were killed"
    )
    assert (receipt["read"], receipt["new"], receipt["rejected"]) == (HOUSEHOLDS, HOUSEHOLDS, 0)
    deadline = time.monotonic() + 60
    while not is_ready(running_hub.base_url):
        assert time.monotonic() < deadline, "the hub did not come back"
        time.sleep(0.1)
    running_hub.wait_projected(HOUSEHOLDS + 1)
    with psycopg.connect(database_url(running_hub)) as connection:
        connection.execute("SET search_path TO view_v1, public")
        counts = "SELECT count(*), count(DISTINCT record), max(sequence) FROM record_version"
        assert connection.execute(counts).fetchone() == (HOUSEHOLDS, HOUSEHOLDS, HOUSEHOLDS)
        events = "SELECT count(*), count(DISTINCT event_id), max(sequence) FROM event"
        assert connection.execute(events).fetchone() == (HOUSEHOLDS + 1,) * 3
        assert connection.execute("SELECT count(*) FROM household_record").fetchone() == (HOUSEHOLDS,)
    again = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert again["repeated"]
    assert running_hub.get("/v1/overview", "admin")["sequence"] == HOUSEHOLDS + 1
