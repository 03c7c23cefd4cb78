"""The hub from outside: every data operation of its OpenAPI documents, compared with the oracle at four (valid_at, as_of).

The oracle is fed with the events that /v1/events gives back. An operation, or a parameter of one, that is not compared here fails the test.
"""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from contracts.times import parse_valid_at
from tests import oracle_answers, oracle_help, oracle_layers
from tests.fixtures.hub import RunningHub, start_hub
from tests.fixtures.servers import temporary_folder
from tests.oracle import Oracle
from tests.oracle_asking import Asked, ask, ask_all, assert_same, fetch, read_log, send
from tests.oracle_checks import (
    BESIDE,
    CHECKS,
    PRESENTATION,
    V1,
    WITHOUT_DATA,
    compare_judgement,
    compare_numbers,
    household_ids,
)
from tests.oracle_layer_checks import fetch_features
from tests.oracle_story import CHAPTERS, write_boundaries
from tests.oracle_world import Part

LIMITED = "steward of 3201"
DOCUMENTS = {"/schema/openapi.json": "", "/ogc/api": "/ogc"}
PAIRS = [
    ("2023-09-30", "joined"),
    ("2021-12-31", "taken back"),
    ("2024-03-31", "come late"),
    ("2026-01-15", "taken back"),
]
"""valid_at, and the chapter that the hub knew last."""

REPORTED = [
    ("2023-09-30", "taken back", "2023-08-31"),
    ("2026-01-15", "taken back", "2023-06-20"),
    ("2024-03-31", "come late", "2024-01-31"),
]
"""The same with the day by which it had been reported."""


class Told:
    """A hub that was told the story, and the oracle that knows the same events."""

    def __init__(self, hub: RunningHub, ends: dict[str, int]) -> None:
        self.hub = hub
        self.ends = ends
        self.oracle = Oracle(read_log(hub))

    def at(self, valid_at: str, chapter: str, reported_by: str | None = None) -> Asked:
        oracle = self.oracle.on(None if reported_by is None else parse_valid_at(reported_by))
        moment = parse_valid_at(valid_at)
        return Asked(self.hub, oracle, valid_at, moment, self.ends[chapter], reported_by)


def load_boundaries(hub: RunningHub) -> None:
    path = write_boundaries(Path(hub.folder) / "boundaries.geojson")
    argv = [sys.executable, "-m", "hub", "--data", str(hub.folder), "boundaries", "load", str(path)]
    subprocess.run(argv, check=True, timeout=60, capture_output=True)


def make_key(hub: RunningHub, role: str, area: str) -> str:
    """A key of a role for one amphoe."""
    argv = [sys.executable, "-m", "hub", "--data", str(hub.folder), "keys", "create", role]
    argv += ["--purpose", "oracle", "--area", area]
    made = subprocess.run(argv, check=True, timeout=60, capture_output=True, text=True)
    return next(word for word in made.stdout.split() if word.startswith("hub_"))


@pytest.fixture(scope="module")
def told() -> Generator[Told]:
    with temporary_folder("hub") as folder, start_hub(folder.root, "--no-demo") as hub:
        load_boundaries(hub)
        ends = {name: send(hub, submissions) for name, submissions in CHAPTERS.items()}
        hub.wait_projected(max(ends.values()))
        yield Told(hub, ends)


def operations(hub: RunningHub) -> dict[str, set[str]]:
    """The GET operations that the documents describe to an admin, with the names of their parameters."""
    found: dict[str, set[str]] = {}
    for document, root in DOCUMENTS.items():
        described = ask(hub, document, "admin")
        shared = described["components"].get("parameters", {})
        for path, methods in described["paths"].items():
            if "get" in methods:
                given = methods["get"].get("parameters", [])
                names = {
                    shared[p["$ref"].split("/")[-1]]["name"] if "$ref" in p else p["name"] for p in given
                }
                found[root + path] = names
    return found


NOT_YET: dict[str, frozenset[str]] = {
    path: frozenset(names)
    for path, names in {
        "/v1/households": ("standing", "finding", "undecided", "helped", "level"),
        "/v1/households/{household_id}/timeline": ("order",),
        "/v1/agencies/{agency_id}/assistance": ("role",),
    }.items()
}
"""Filters that the oracle does not answer yet; tests/api holds them."""


def test_every_data_operation_and_every_parameter_of_it_is_compared(told: Told) -> None:
    described = operations(told.hub)
    unknown = described.keys() - CHECKS.keys() - WITHOUT_DATA.keys() - BESIDE.keys()
    assert not unknown, f"no oracle for {sorted(unknown)}"
    gone = (CHECKS.keys() | WITHOUT_DATA.keys() | BESIDE.keys()) - described.keys()
    assert not gone, f"not described any more: {sorted(gone)}"
    for path, check in CHECKS.items():
        untried = described[path] - check.tried - PRESENTATION - NOT_YET.get(path, frozenset())
        assert not untried, f"{path}: no oracle for {sorted(untried)}"


def test_the_story_has_everything_hard_in_it(told: Told) -> None:
    known = {name: told.oracle.known(end) for name, end in told.ends.items()}
    sizes = {name: len(set(state.partition.households.values())) for name, state in known.items()}
    assert sizes["joined"] == sizes["two households"] - 1
    assert sizes["parted"] == sizes["two households"]
    assert len(known["help set right"].actions) == len(known["first help"].actions) - 1
    assert known["first help"].anchors != {a: known["joined"].anchors[a] for a in known["first help"].anchors}
    late, whole = told.at("2021-12-31", "parted"), told.at("2021-12-31", "taken back")
    assert not late.world.households
    assert whole.world.households
    statements = [s for record in whole.known.statements.values() for s in record]
    assert any(s.withdrawn_at for s in statements)


@pytest.mark.parametrize("pair", PAIRS, ids="@".join)
@pytest.mark.parametrize("path", CHECKS)
def test_the_hub_says_what_the_oracle_says(told: Told, path: str, pair: tuple[str, str]) -> None:
    CHECKS[path].compare(told.at(*pair))


@pytest.mark.parametrize("asked_at", REPORTED, ids="@".join)
@pytest.mark.parametrize("path", V1)
def test_what_had_been_reported_is_what_the_oracle_says(
    told: Told, path: str, asked_at: tuple[str, str, str]
) -> None:
    V1[path].compare(told.at(*asked_at))


def test_the_days_of_reporting_leave_something_out_and_bring_something_back(told: Told) -> None:
    whole, reported = told.at("2023-09-30", "taken back"), told.at(*REPORTED[0])
    left_out = {item.sequence for item in whole.known.telling} - {
        item.sequence for item in reported.known.telling
    }
    assert left_out
    now = {s.sequence for statements in whole.known.statements.values() for s in statements}
    then = {s.sequence for statements in reported.known.statements.values() for s in statements}
    assert then - now
    assert reported.known.actions.keys() - whole.known.actions.keys()


@pytest.mark.parametrize("pair", PAIRS, ids="@".join)
def test_a_key_of_an_area_sees_what_the_oracle_knows_of_the_area(told: Told, pair: tuple[str, str]) -> None:
    told.hub.keys.setdefault(LIMITED, make_key(told.hub, "steward", "3201"))
    asked = told.at(*pair)
    part = Part(asked.world, frozenset(("3201",)))
    found = ask(told.hub, "/v1/overview", LIMITED, **asked.axes)
    expected = oracle_answers.overview(part) | {"final": True, "suppressed": False}
    expected["areas"] = [area for area in expected["areas"] if area["code"] == "3201"]
    compare_numbers(found, asked.world, part.households.keys())
    assert_same(found, expected, "overview")
    for name, items in (
        ("households", oracle_answers.households(part, {}, personal=True)),
        ("assistance", oracle_help.assistance(part, {}, personal=True)),
    ):
        assert_same(ask_all(told.hub, f"/v1/{name}", LIMITED, **asked.axes)[0], items, name)
    points = fetch_features(asked, "household_points", LIMITED)
    assert points.keys() == oracle_layers.point_features(part, personal=True).keys()
    for id_ in household_ids(asked):
        status, body = fetch(told.hub, f"/v1/households/{id_}", LIMITED, **asked.axes)
        known = oracle_answers.household(part, id_, personal=True)
        assert status == (404 if known is None else 200), id_
        if known is not None:
            found = json.loads(body)
            compare_judgement(found, part, id_)
            assert_same(found, known | {"final": True}, id_)
