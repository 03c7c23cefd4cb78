"""Erasing in a running hub, looked for in the files of its real servers: stream, database, logs, and in what it answers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract_rows import OTHER_VALID_ID, VALID_ID, a_tpmap_row
from tests.fixtures.hub import RunningHub
from tests.integration.test_intake import a_file

GONE, STAYS = "ลับแลสุดขอบฟ้า", "อยู่ต่อไปอีกนาน"
SECRETS = tuple(text.encode() for text in (VALID_ID, GONE))
OTHERS = tuple(text.encode() for text in (OTHER_VALID_ID, STAYS))
SECONDS = 120


def hub_command(hub: RunningHub, *arguments: str) -> str:
    argv = [sys.executable, "-m", "hub", "--data", str(hub.folder), *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def holding(folder: Path, words: tuple[bytes, ...]) -> set[str]:
    """The files under the folder that hold one of these words, by their path in it."""
    found = set()
    for path in folder.rglob("*"):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except OSError:
            continue  # gone since it was listed
        if any(word in content for word in words):
            found.add(str(path.relative_to(folder)))
    return found


def in_database(files: set[str]) -> set[str]:
    return {name for name in files if name.startswith("postgres/")}


@pytest.mark.timeout(300)
def test_after_erasure_and_rebuild_no_file_of_the_servers_and_no_answer_holds_the_person(
    running_hub: RunningHub, tmp_path: Path
) -> None:
    hub = running_hub
    family = a_file(
        tmp_path / "family.csv",
        a_tpmap_row(citizen_id=VALID_ID, first_name="สมชาย", last_name=GONE),
        a_tpmap_row(citizen_id=OTHER_VALID_ID, first_name="สมหญิง", last_name=STAYS, relation="คู่สมรส"),
    )
    hub_command(hub, "import", "tpmap", str(family))
    hub.wait_projected(2)
    hub_command(hub, "rebuild")  # also the planner's statistics now know the names
    (household,) = hub.get("/v1/households", "auditor")["items"]
    story = hub.get(f"/v1/households/{household['household_id']}?as_of=seq:2", "auditor")
    person = next(p for p in story["persons"] if p.get("last_name") == GONE)
    log_before = hub.get("/v1/households?as_of=seq:2", "auditor")
    before = holding(hub.folder, SECRETS)
    assert in_database(before), "the search finds what is there"
    assert before == in_database(before), "neither stream nor logs hold it in the clear, ever"

    told = json.loads(hub_command(hub, "erase", "--person", person["person_id"], "--yes", "--json"))
    assert (told["members"], told["rebuild_due"]) == (1, True)
    assert "rebuild_due" in hub.get("/ready")
    assert "hub rebuild" in hub_command(hub, "status")
    for path in ("/v1/households", "/v1/households?as_of=seq:2"):
        assert GONE not in json.dumps(hub.get(path, "auditor"), ensure_ascii=False)
    assert hub.get("/v1/households?as_of=seq:2", "auditor") != log_before

    said = hub_command(hub, "rebuild")
    assert "Purged" in said
    assert "rebuild_due" not in hub.get("/ready")
    assert holding(hub.folder, SECRETS) == set(), "stream, tables, statistics, write-ahead log, logs"
    assert in_database(holding(hub.folder, OTHERS)), "the others are still there"
    after = hub.get(f"/v1/households/{household['household_id']}", "auditor")
    text = json.dumps(after, ensure_ascii=False)
    assert GONE not in text
    assert STAYS in text
    assert "0 faults" in hub_command(hub, "verify") or "erased" in hub_command(hub, "verify")
