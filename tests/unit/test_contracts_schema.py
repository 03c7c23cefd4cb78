"""The generated schemas are those of the code, and scripts/schemas tells when they are not."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from contracts.schema import build_schemas, event_types, type_name
from contracts.submissions import TYPES

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_schemas_are_those_of_the_code() -> None:
    there = {
        path.name: path.read_text(encoding="utf-8") for path in (ROOT / "contracts/schemas").glob("*.json")
    }
    assert there == build_schemas(), "run scripts/schemas"


def test_every_event_submission_and_table_has_a_schema() -> None:
    names = set(build_schemas())
    assert {f"event.{type_name(kind)}.json" for kind in event_types()} <= names
    assert {f"submission.{name}.json" for name in TYPES} <= names
    assert "table.tpmap.v1.json" in names


def test_schemas_say_their_dialect_and_refuse_unknown_fields_of_submissions() -> None:
    for name, text in build_schemas().items():
        document = json.loads(text)
        if name.startswith(("event.", "submission.")):
            assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
            assert document["$id"] == name
        if name.startswith("submission."):
            main = document["$defs"][document["$ref"].rsplit("/", 1)[1]]
            assert main["additionalProperties"] is False


def test_the_check_names_the_file_that_differs(tmp_path: Path) -> None:
    for folder in ("contracts", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    script = [sys.executable, str(tmp_path / "scripts/schemas")]

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*script, *options], capture_output=True, text=True, check=False)

    assert run("--check").returncode == 0
    (tmp_path / "contracts/schemas/codes.json").write_text("{}")
    (tmp_path / "contracts/schemas/event.agency.registered.v1.json").unlink()
    (tmp_path / "contracts/schemas/stale.json").write_text("{}")
    found = run("--check")
    assert found.returncode == 1
    for line in ("codes.json: differs", "event.agency.registered.v1.json: missing", "stale.json: nothing"):
        assert f"contracts/schemas/{line}" in found.stderr
    assert run().returncode == 0
    assert run("--check").returncode == 0
