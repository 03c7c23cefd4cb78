"""What two generations of GDAL read with a key, filters and time: the rows must be those of the answers themselves."""

import json
import subprocess
import urllib.request
from collections.abc import Callable, Generator
from pathlib import Path

import pyogrio
import pytest

from tests.fixtures.hub import RunningHub

Row = dict[str, object]
LAYER = "household_points"


@pytest.fixture
def key_file(demo_hub: RunningHub, tmp_path: Path) -> Generator[Path]:
    """GDAL takes headers from a file; the other ways are lost where a driver sets headers of its own."""
    path = tmp_path / "key.txt"
    path.write_text(f"X-API-Key: {demo_hub.keys['gis']}\n")
    pyogrio.set_gdal_config_options({"GDAL_HTTP_HEADER_FILE": str(path)})
    yield path
    pyogrio.set_gdal_config_options({"GDAL_HTTP_HEADER_FILE": None})


def rows(hub: RunningHub, query: str = "") -> list[Row]:
    request = urllib.request.Request(
        f"{hub.base_url}/ogc/collections/{LAYER}/items?limit=10000{query}",
        headers={"X-API-Key": hub.keys["gis"]},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return [feature["properties"] for feature in json.load(answer)["features"]]


def ids(hub: RunningHub, root: str = "/ogc", **options: object) -> set[str]:
    meta, _, _, values = pyogrio.raw.read(f"OAPIF:{hub.base_url}{root}", layer=LAYER, **options)
    return set(dict(zip(meta["fields"], values, strict=True))["household_id"])


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        (None, lambda row: True),
        ("amphoe = '3201'", lambda row: row["amphoe"] == "3201"),
        ("need_health = 1", lambda row: row["need_health"] is True),
        ("need_health = 0", lambda row: row["need_health"] is False),
        ("need_health IS NULL", lambda row: row["need_health"] is None),
        ("in_sources = 2", lambda row: row["in_sources"] == 2),
        ("in_sources <> 2", lambda row: row["in_sources"] != 2),
        (
            "amphoe = '3201' AND need_health = 1",
            lambda row: row["amphoe"] == "3201" and row["need_health"] is True,
        ),
        (
            "amphoe = '3201' OR need_health = 1",
            lambda row: row["amphoe"] == "3201" or row["need_health"] is True,
        ),
        ("level IS NULL", lambda row: row["level"] is None),
    ],
)
def test_a_filter_in_gdal_gives_the_rows_it_says(
    demo_hub: RunningHub, key_file: Path, where: str | None, holds: Callable[[Row], bool]
) -> None:
    expected = {row["household_id"] for row in rows(demo_hub) if holds(row)}
    assert ids(demo_hub, where=where) == expected


def test_a_box_and_a_time_in_gdal_give_the_rows_of_the_answer(demo_hub: RunningHub, key_file: Path) -> None:
    moment = "2023-09-30T00:00:00Z"
    expected = {row["household_id"] for row in rows(demo_hub, f"&bbox=103.2,14.5,103.6,15&datetime={moment}")}
    assert expected
    assert ids(demo_hub, bbox=(103.2, 14.5, 103.6, 15.0), DATETIME=moment, PAGE_SIZE="7") == expected


@pytest.mark.parametrize("basis", ["seq:300", "seq:700"])
def test_the_old_gdal_reads_a_root_and_a_parameter_as_the_same_past(
    demo_hub: RunningHub, key_file: Path, basis: str
) -> None:
    expected = len(rows(demo_hub, f"&as_of={basis}"))
    sources = [
        [f"OAPIF:{demo_hub.base_url}/ogc/as-of/{basis}", LAYER],
        [f"OAPIF:{demo_hub.base_url}/ogc/collections/{LAYER}?as_of={basis}"],
    ]
    config = ["--config", "GDAL_HTTP_HEADER_FILE", str(key_file)]
    for source in sources:
        told = subprocess.run(
            ["ogrinfo", *config, "-ro", "-so", "-al", *source, "-oo", "PAGE_SIZE=20"],
            capture_output=True,
            check=True,
            timeout=60,
            text=True,
        )
        assert f"Feature Count: {expected}" in told.stdout
