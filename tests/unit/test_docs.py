"""What the documents name is there."""

import re
from pathlib import Path

import click
import pytest

from hub.cli.command import hub

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = ("contracts/", "projections/", "geo/", "hub/", "scripts/", "tests/", "docs/", "deploy/")
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:\.venv/bin/)?hub((?: [a-z][a-z-]*)+)")


def paths_in(text: str) -> set[str]:
    named = {code.split(":")[0].split(" ")[0] for code in CODE.findall(text)}
    return {name for name in named if name.startswith(FOLDERS) and "<" not in name and "*" not in name}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    missing = {name for name in paths_in(text) if not (ROOT / name).exists()}
    missing |= {link for link in LINK.findall(text) if not (path.parent / link).exists()}
    assert not missing


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_document_names_exists(path: Path) -> None:
    unknown = []
    for code in CODE.findall(path.read_text(encoding="utf-8")):
        match = COMMAND.match(code)
        if match is None:
            continue
        group: click.Command = hub
        for word in match[1].split():
            if not isinstance(group, click.Group):
                break
            command = group.get_command(click.Context(group), word)
            if command is None:
                unknown.append(code)
                break
            group = command
    assert not unknown


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 100


def test_every_setting_is_explained() -> None:
    from hub.settings import VARIABLES

    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert not [name for name in VARIABLES if f"`{name}`" not in text]
