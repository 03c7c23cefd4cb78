"""`hub bench`: small runs of every work, and what its rows promise."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from contracts.errors import Unavailable
from hub.bench.append import append_raw
from hub.bench.asof import reaching
from hub.bench.figures import DEMANDS, Figure, figure, verdict
from hub.bench.measure import measure, measure_loaded
from hub.bench.province import open_province
from hub.bench.samples import make_action, make_record
from hub.bench.stores import open_stores
from hub.log import open_log
from hub.settings import read_environment
from projections import version as versions
from projections.diff import count_differences
from tests.fixtures.servers import temporary_folder

KEY = b"k" * 32
HOUSEHOLDS = 100


def run_bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Temporary folders go into `folder`/tmp."""
    temporary = folder / "tmp"
    temporary.mkdir()
    temporary.chmod(0o711)
    command = [sys.executable, "-m", "hub", "--data", str(folder / "hub"), "bench", *arguments]
    environment = {**read_environment(), "TMPDIR": str(temporary)}
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, env=environment)


def test_all_works_give_rows_against_limits_and_leave_nothing_behind() -> None:
    with temporary_folder("bench") as folder:
        done = run_bench(folder.root, "--households", str(HOUSEHOLDS), "--peers", "--json")
        left = [path for path in (folder.root / "tmp").iterdir() if path.name.startswith("hub-bench-")]
        assert left == []
        assert not (folder.root / "hub").exists(), "the hub of --data is left alone"
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert all(set(row) == {"name", "value", "unit", "limit", "ratio"} for row in rows)
    by_name = {row["name"]: row for row in rows}
    assert set(DEMANDS) <= set(by_name)
    for name in ("append_records", "append_actions", "rebuild_events"):
        row = by_name[name]
        assert row["value"] > 0
        assert row["ratio"] == pytest.approx(row["value"] / row["limit"], abs=0.001)
    assert by_name["rebuild_differences"]["value"] == 0
    assert by_name["rebuild_log"]["value"] == by_name["asof_log"]["value"] > HOUSEHOLDS
    for work in ("asof_household", "timeline", "overview_newest", "overview_past", "visible"):
        assert 0 < by_name[f"{work}_p50"]["value"] <= by_name[f"{work}_p99"]["value"], work
    for name in ("append", "append_one", "replay", "past_household", "past_province"):
        row = by_name[f"peers_{name}"]
        assert row["limit"] > 0, "the peer was measured too"
        assert row["ratio"] == pytest.approx(row["value"] / row["limit"], rel=0.01)


def test_an_unknown_work_is_refused_with_the_names_that_are_known(tmp_path: Path) -> None:
    done = run_bench(tmp_path, "--only", "append,kites")
    assert done.returncode == 2
    assert "kites" in done.stderr
    assert "append,rebuild,linkage,asof" in done.stderr


async def test_without_the_library_the_comparison_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [])
    for name in [name for name in sys.modules if name.partition(".")[0] == "eventsourcing"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(Unavailable, match=r"install it with .*--group peers") as refused:
        await measure([], HOUSEHOLDS, lambda *_: None, peers=True)
    assert refused.value.code == "PEERS_MISSING"


def test_on_loaded_data_only_reading_is_measured(tmp_path: Path) -> None:
    done = run_bench(tmp_path, "--only", "append,asof", "--loaded")
    assert done.returncode != 0
    assert "append" in done.stderr


async def test_loaded_data_are_read_where_they_are() -> None:
    async with open_province(HOUSEHOLDS, lambda *_: None) as (settings, stack, loaded):
        rows = await measure_loaded(["asof", "timeline"], reaching(settings, stack), lambda *_: None)
        async with open_log(stack.nats_servers) as log:
            assert await log.last_sequence() == loaded.events, "nothing was added"
    by_name = {row.name: row.value for row in rows}
    assert by_name["asof_log"] == loaded.events
    assert {"asof_household_p99", "timeline_p99"} <= set(by_name)


async def test_a_chosen_work_is_measured_alone() -> None:
    rows = await measure(["append"], HOUSEHOLDS, lambda *_: None)
    assert [row.name for row in rows] == ["append_records", "append_actions"]


async def test_the_raw_limit_stores_every_byte() -> None:
    async with (
        open_stores("test") as (_, stack),
        open_log(stack.nats_servers, stream="RAW", prefix="raw") as log,
    ):
        await log.ensure()
        payloads = [str(number).encode() for number in range(2500)]
        assert await append_raw(log, "numbers", payloads) > 0
        stored = [item.data async for part in log.read(0, stop_at=2500, patience=10) for item in part]
        assert sorted(stored) == sorted(payloads)


async def test_a_changed_row_and_a_missing_one_are_counted(database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await versions.ensure_registry(connection)
        for number in (1, 2):
            await versions.create_version(connection, number=number, state="building", constraints=False)
        insert = "INSERT INTO {} (agency, name_th, kind, recorded) VALUES (%s, %s, 'other', '[1,)')"
        for schema, rows in {"view_v1": [("a", "ก"), ("b", "ข")], "view_v2": [("a", "ค")]}.items():
            for row in rows:
                await connection.execute(sql.SQL(insert).format(sql.Identifier(schema, "agency")), row)
        assert await count_differences(connection, "view_v1", "view_v2") == 3
        assert await count_differences(connection, "view_v2", "view_v2") == 0


def test_samples_are_whole_records_of_four_members_and_the_same_every_time() -> None:
    record = make_record(7, KEY)
    assert len(record.members) == 4
    assert record == make_record(7, KEY) != make_record(8, KEY)
    assert make_action(7, KEY) == make_action(7, KEY) != make_action(8, KEY)


def test_a_figure_says_whether_it_meets_what_is_asked() -> None:
    def of(name: str, value: float, limit: float) -> Figure:
        return figure(name, value, "events/s", limit)

    assert [verdict(of("append_records", value, 100)) for value in (29, 30, 60)] == ["no", "must", "aim"]
    assert [verdict(of("asof_household_p99", value, 10)) for value in (11, 10, 3)] == ["no", "must", "aim"]
    assert verdict(of("rebuild_differences", 1, 0)) == "no"
    assert verdict(of("rebuild_differences", 0, 0)) == "aim"
    assert verdict(of("rebuild_fold", 1, 2)) == ""
