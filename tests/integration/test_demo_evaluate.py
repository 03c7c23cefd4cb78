"""`hub demo evaluate` on a demo province: where the links are right, every finding is."""

import json
import subprocess
import sys

import pytest

from tests.fixtures.hub import RunningHub


@pytest.fixture(scope="module")
def evaluation(demo_hub: RunningHub) -> dict:
    (folder,) = (demo_hub.folder / "demo").glob("*/truth")
    argv = [sys.executable, "-m", "hub", "--data", str(demo_hub.folder), "demo", "evaluate", "--json"]
    made = subprocess.run(
        [*argv, "--truth", str(folder)], check=True, timeout=120, capture_output=True, text=True
    )
    return json.loads(made.stdout)


def test_findings_are_exactly_those_of_the_truth_where_the_links_are_right(evaluation):
    assert set(evaluation["findings"]) == {"D0", "D1", "D2", "D3", "unserved", "mistargeted"}
    for kind, scores in evaluation["findings"].items():
        linked = scores["where_linked"]
        assert linked["expected"] == linked["found"] == linked["right"], kind
    assert evaluation["findings"]["unserved"]["where_linked"]["right"] > 100
    assert evaluation["households_linked"] > evaluation["households"] * 0.8


def test_planted_doubles_are_what_the_rules_call_doubles(evaluation):
    for kind in ("D0", "D1", "D2"):
        planted = evaluation["planted"][kind]
        assert planted["seen"] == planted["planted"], kind
    for planted in evaluation["planted"].values():
        assert planted["seen"] + planted["outside"] + planted["said_otherwise"] == planted["planted"]


def test_links_are_scored_overall_and_by_defect(evaluation):
    linkage = evaluation["linkage"]
    for grouping in (linkage["households"], linkage["persons"]):
        for score in grouping.values():
            assert score["right"] <= min(score["expected"], score["found"])
            assert score["right"] > score["found"] * 0.9
    assert {"first_spelling", "id_missing", "birth_year_only"} <= set(linkage["members_by_label"])
    assert linkage["members_missing"] < linkage["members"] * 0.05
