"""Programs that read the API definition and take it at its word: Schemathesis, which tries to break it, and OWSLib, which uses it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from owslib.ogcapi.features import Features

from tests.fixtures.hub import RunningHub

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection"
ABOVE_THE_MAXIMUM = "Value greater than maximum"
"""Part 1, 7.15.2: a limit above the maximum is answered with the maximum, whatever the schema says."""


@pytest.mark.parametrize(
    ("root", "role"),
    [
        ("/ogc", "auditor"),
        pytest.param("/ogc", None, marks=pytest.mark.slow),
        pytest.param("/ogc/compare/2023-09-30/2024-09-30", "auditor", marks=pytest.mark.slow),
    ],
)
def test_schemathesis_finds_nothing_undocumented_and_no_invalid_input_that_is_taken(
    demo_hub: RunningHub, tmp_path: Path, root: str, role: str | None
) -> None:
    base = demo_hub.base_url + root
    key = ["-H", f"X-API-Key: {demo_hub.keys[role]}"] if role else []
    program = Path(sys.executable).parent / "schemathesis"
    options = [
        "--phases",
        "examples,coverage,fuzzing",
        "--checks",
        CHECKS,
        "--max-examples",
        "5",
        "--max-time",
        "60",
    ]
    more = ["--seed", "1", "--no-color", "--continue-on-failure", "--no-shrink"]
    told = subprocess.run(
        [str(program), "run", f"{base}/api", "--url", base, *key, *options, *more],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert "Test cases:" in told.stdout, told.stdout[-2000:] + told.stderr[-2000:]
    failures = found_failures(told.stdout)
    assert (told.returncode == 0) == (not failures)
    assert [failure for failure in failures if ABOVE_THE_MAXIMUM not in failure] == []


def found_failures(told: str) -> list[str]:
    """Every failure of a run, as it is told."""
    return re.split(r"\n- (?=[A-Z]{2}\d+ )", told)[1:]


def test_owslib_reads_the_service_and_filters_on_the_server(demo_hub: RunningHub) -> None:
    service = Features(f"{demo_hub.base_url}/ogc/", headers={"X-API-Key": demo_hub.keys["auditor"]})
    assert any(uri.endswith("conf/crs") for uri in service.conformance()["conformsTo"])
    assert {"tambon_summary", "household_points"} <= set(service.feature_collections())
    names = service.collection_queryables("household_points")["properties"]
    assert "need_health" in names
    everything = service.collection_items("household_points", limit=10_000)
    needy = [f["id"] for f in everything["features"] if f["properties"]["need_health"]]
    filtered = service.collection_items("household_points", limit=10_000, filter="need_health = true")
    assert [f["id"] for f in filtered["features"]] == needy != []
    boxed = service.collection_items("household_points", limit=10_000, bbox=[103.2, 14.5, 103.6, 15.0])
    inside = [f["id"] for f in everything["features"] if within(f["geometry"]["coordinates"])]
    assert [f["id"] for f in boxed["features"]] == inside
    one = service.collection_item("household_points", needy[0])
    assert one["properties"]["need_health"] is True
    assert service.api()["openapi"] == "3.0.3"
    then = service.collection_items("tambon_summary", datetime_="2023-09-30T00:00:00Z", limit=5)
    assert then["basis"]["valid_at"] == "2023-09-30T00:00:00Z"


def within(place: list[float]) -> bool:
    return 103.2 <= place[0] <= 103.6 and 14.5 <= place[1] <= 15.0
