"""A file over HTTP to a whole running hub, whose API is killed while it works on it."""

import csv
import io
import json
import os
import signal
import time
import urllib.request
from pathlib import Path

import psutil

from tests.contract_rows import a_tpmap_row
from tests.fixtures.hub import RunningHub

RECORDS = 6000


def a_csv(records: int) -> bytes:
    text = io.StringIO(newline="")
    rows = [
        a_tpmap_row(house_id=f"3201{number:07d}", citizen_id="", first_name=f"ทดสอบ{number}")
        for number in range(records)
    ]
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def ask(hub: RunningHub, path: str, content: bytes | None = None) -> dict:
    """The answer, once the API is there."""
    deadline = time.monotonic() + 60
    while True:
        request = urllib.request.Request(hub.base_url + path, content, {"X-API-Key": hub.keys["admin"]})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def kill_api(hub: RunningHub) -> None:
    """kill -9 of the API and of whatever it had started."""
    for child in psutil.Process(hub.process.pid).children():
        if "serve" in child.cmdline():
            for process in (*child.children(recursive=True), child):
                os.kill(process.pid, signal.SIGKILL)


def test_a_file_is_worked_through_although_the_api_is_killed_twice(running_hub: RunningHub) -> None:
    sent = ask(running_hub, "/v1/sources/tpmap/batches?mode=snapshot", a_csv(RECORDS))
    path = f"/v1/batches/{sent['batch']}"
    deadline = time.monotonic() + 200
    killed = 0
    while (info := ask(running_hub, path))["state"] != "finished":
        assert info["state"] in {"queued", "running"}, info
        assert time.monotonic() < deadline, info
        if killed < 2 and info["done"] > (killed + 1) * RECORDS // 4:
            kill_api(running_hub)
            killed += 1
        time.sleep(0.02)
    assert killed == 2
    assert (info["read"], info["new"], info["unchanged"]) == (RECORDS, RECORDS, 0)
    assert list((Path(running_hub.folder) / "batches").iterdir()) == []
    last = ask(running_hub, "/ready")["last_sequence"]
    assert last == RECORDS + 1
    running_hub.wait_projected(last)
    assert ask(running_hub, "/v1/overview")["records"] == {"tpmap": RECORDS}
