"""House rules that no linter knows."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("contracts", "projections", "geo", "hub")
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "node_modules" not in path.parts
]
SQL = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.sql"))
    if "node_modules" not in path.parts
]
IMPORT = re.compile(r"^(?:from|import) ([a-z_]+)", re.MULTILINE)
NAME = re.compile(r"^-- name: (\w+)\n-- \S.*$", re.MULTILINE)


def test_contracts_import_nothing_but_the_standard_library_and_msgspec() -> None:
    allowed = sys.stdlib_module_names | {"msgspec", "contracts"}
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] == "contracts":
            assert set(IMPORT.findall(path.read_text(encoding="utf-8"))) <= allowed, path


def test_only_settings_read_the_environment_and_only_the_clock_tells_the_time() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        if path.name != "settings.py":
            assert "os.environ" not in text, path
        if path.name != "clock.py":
            assert not re.search(r"datetime\.now\(|\.utcnow\(|date\.today\(", text), path


@pytest.mark.parametrize("path", SQL, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_statement_has_a_name_and_a_purpose_and_is_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    names = NAME.findall(text)
    assert len(names) == text.count("-- name: ")
    code = "\n".join(source.read_text(encoding="utf-8") for source in SOURCES)
    families = ("create_", "close_", "warm_", "count_", "overview_")
    unused = [name for name in names if f'"{name}"' not in code and not name.startswith(families)]
    assert not unused


def test_no_module_is_called_after_nothing_in_particular() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "services"}
    assert not [path for path in SOURCES if path.stem in banned]
