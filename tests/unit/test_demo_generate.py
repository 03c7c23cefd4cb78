import csv
import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import shapely
from python_calamine import CalamineWorkbook
from shapely.geometry import Point, shape

from hub.demo.boundaries import BoundaryFileError
from hub.demo.generate import Summary, generate

HOUSEHOLDS = 2000
NEEDS = ("health", "living", "education", "income", "accessibility")


def no_progress(stage: str, done: int, total: int) -> None:
    assert 0 <= done <= total, stage


@pytest.fixture(scope="module")
def summary(tmp_path_factory) -> Summary:
    return generate(HOUSEHOLDS, 11, tmp_path_factory.mktemp("demo"), None, no_progress)


def manifest_files(summary):
    return json.loads((summary.out / "manifest.json").read_text(encoding="utf-8"))["files"]


def truth(summary, name):
    with (summary.out / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def rows_of(summary, entry) -> list[dict]:
    """The rows of one delivered file, read the way its layout says."""
    path = summary.out / entry["file"]
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    if path.suffix == ".xlsx":
        head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return [dict(zip(head, row, strict=True)) for row in rows]
    if entry["source"] == "mso_logbook":
        text = path.read_bytes().decode("cp874")
    else:
        data = path.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        text = data.decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def record_files(summary):
    return [entry for entry in manifest_files(summary) if entry.get("mode") == "snapshot"]


def assistance_files(summary):
    return [entry for entry in manifest_files(summary) if entry["source"] == "assistance"]


def citizen_id_is_right(number: str) -> bool:
    """The published rule, written anew: weights 13 down to 2, eleven minus the remainder, last digit."""
    if len(number) != 13 or not number.isdigit():
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(number, range(13, 1, -1), strict=False))
    return (11 - weighted % 11) % 10 == int(number[12])


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return total.hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path):
    code = (
        "import sys; from pathlib import Path; from hub.demo.generate import generate;"
        "generate(80, int(sys.argv[2]), Path(sys.argv[1]), None, lambda *_: None)"
    )
    digests = []
    for place, (hash_seed, seed) in enumerate((("1", "5"), ("2", "5"), ("1", "6"))):
        folder = tmp_path / str(place)
        env = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code, str(folder), seed], check=True, env=env)
        digests.append(digest(folder))
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_households_overlap_between_the_sources_as_promised(summary):
    households = truth(summary, "households")
    assert len(households) == HOUSEHOLDS == summary.households
    assert len({row["household_id"] for row in households}) == HOUSEHOLDS
    counts = Counter(len(row["sources"].split(";")) for row in households)
    for number, share in {1: 0.70, 2: 0.22, 3: 0.06, 4: 0.02}.items():
        assert counts[number] / HOUSEHOLDS == pytest.approx(share, abs=0.03)
    in_records = defaultdict(set)
    for row in truth(summary, "records"):
        in_records[row["household_id"]].add(row["source"])
    assert all(in_records[row["household_id"]] == set(row["sources"].split(";")) for row in households)


def test_the_volumes_scale_to_the_province(summary):
    assert summary.record_events / HOUSEHOLDS * 144_551 == pytest.approx(250_000, rel=0.10)
    assert summary.actions / HOUSEHOLDS * 144_551 == pytest.approx(400_000, rel=0.12)
    assert 1.35 <= summary.record_rows / summary.record_events <= 1.65
    assert summary.persons / HOUSEHOLDS == pytest.approx(3.3, abs=0.25)
    assert summary.broken_records <= max(3, summary.record_rows * 0.0005)


def test_truth_covers_every_row_of_every_record_file(summary):
    members = defaultdict(list)
    for row in truth(summary, "members"):
        members[row["file"]].append((int(row["row"]), int(row["ordinal"])))
    records = Counter(row["file"] for row in truth(summary, "records"))
    for entry in record_files(summary):
        rows = rows_of(summary, entry)
        assert summary.rows[entry["file"]] == len(rows) > 0
        if entry["source"] == "pppconnext":
            told = [(at, n) for at, row in enumerate(rows, 1) for n in range(1, len(row["members"]) + 1)]
            assert records[entry["file"]] == len(rows)
        elif entry["source"] == "thaiqm":
            told = [(at, 1) for at in range(1, len(rows) + 1)]
            assert records[entry["file"]] == len(rows)
        else:
            told = None
            assert sorted(at for at, _ in members[entry["file"]]) == list(range(1, len(rows) + 1))
        if told is not None:
            assert sorted(members[entry["file"]]) == told


def test_truth_names_every_action_by_its_row(summary):
    actions = {(row["file"], int(row["row"])): row for row in truth(summary, "actions")}
    seen = 0
    for entry in assistance_files(summary):
        for at, row in enumerate(rows_of(summary, entry), 1):
            told = actions[entry["file"], at]
            assert (told["action_id"], told["agency"]) == (row["action_id"], row["agency_id"])
            assert (row["reporter_id"] or row["agency_id"]) == entry["agency"]
            named = row["citizen_id"] or row["house_code"] or row["source_record_id"]
            assert bool(named) != (told["cause"] == "broken_no_recipient")
            seen += 1
    assert seen == len(actions) == summary.actions + summary.broken_actions
    assert len({(row["agency"], row["action_id"]) for row in actions.values()}) == seen


def test_the_promised_events_are_what_a_reader_finds(summary):
    """Reads the files in manifest order and counts first, changed and withdrawn statements by content."""
    keyed = {(row["file"], int(row["row"])): row for row in truth(summary, "records")}
    content: dict[tuple[str, str, str], str] = {}
    events = 0
    for entry in record_files(summary):
        rows = rows_of(summary, entry)
        starts = sorted(at for file, at in keyed if file == entry["file"])
        now = {}
        for start, end in zip(starts, [*starts[1:], len(rows) + 1], strict=True):
            record = keyed[entry["file"], start]
            if record["state"] != "rejected":
                now[entry["source"], entry["period"], record["record_key"]] = (
                    json.dumps(rows[start - 1 : end - 1], ensure_ascii=False),
                    record["household_id"],
                )
        events += sum(content.get(key) != text for key, (text, _) in now.items())
        content.update({key: text for key, (text, _) in now.items()})
        if entry["areas"] is None:
            here = [
                key for key in content if key[:2] == (entry["source"], entry["period"]) and key not in now
            ]
            events += len(here)
            for key in here:
                del content[key]
    scoped = sum(
        "gone_from_next_delivery" in row["labels"]
        and (row["source"], row["period"]) == ("mso_logbook", "2566")
        for row in keyed.values()
    )
    assert events + scoped == summary.record_events


def test_record_keys_stand_in_the_files(summary):
    keyed = [row for row in truth(summary, "records") if row["record_key"]]
    files = {entry["file"]: rows_of(summary, entry) for entry in record_files(summary)}
    for row in keyed:
        cells = files[row["file"]][int(row["row"]) - 1]
        match row["source"]:
            case "tpmap":
                key = cells["house_id"] or cells["citizen_id"]
            case "pppconnext":
                key = (
                    cells["form_code"] or f"{cells['house_code']}|{cells['head_first']} {cells['head_last']}"
                )
            case "mso_logbook":
                key = f"{cells['logbook_no']}/{cells['family_seq']}"
            case _:
                head = cells["เลขประจำตัวประชาชนหัวหน้าครัวเรือน"] or cells["ชื่อ-สกุลหัวหน้าครัวเรือน"]
                key = f"{cells['รหัสประจำบ้าน']}|{head}"
        assert key == row["record_key"]


def test_citizen_ids_are_nobodys_and_right_unless_labelled(summary):
    labels = {(row["file"], int(row["row"])): row for row in truth(summary, "members")}
    rejected = {
        (row["file"], int(row["row"])) for row in truth(summary, "records") if row["state"] == "rejected"
    }
    holder: dict[str, str] = {}
    wrong = 0
    for entry in record_files(summary):
        if entry["source"] not in {"tpmap", "mso_logbook"}:
            continue
        for at, row in enumerate(rows_of(summary, entry), 1):
            number, told = row["citizen_id"].replace("-", ""), labels[entry["file"], at]
            if "id_" in told["labels"] or not number or (entry["file"], at) in rejected:
                wrong += "id_wrong_check" in told["labels"] and not citizen_id_is_right(number)
                continue
            assert citizen_id_is_right(number)
            assert number[1:5] == "0000"
            assert holder.setdefault(number, told["person_id"]) == told["person_id"]
    assert wrong > 0
    assert len(set(holder.values())) == len(holder)


def test_every_column_is_one_the_layouts_document(summary):
    layouts = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    for entry in [*record_files(summary), assistance_files(summary)[0]]:
        assert [name for name in rows_of(summary, entry)[0] if f"`{name}`" not in layouts] == []


def test_the_manifest_lists_every_file_in_the_order_of_reporting(summary):
    files = manifest_files(summary)
    assert [entry["source"] for entry in files[:2]] == ["events", "boundaries"]
    dates = [entry["reported_at"] for entry in files[2:]]
    assert dates == sorted(dates)
    on_disk = {path.name for path in summary.out.iterdir() if path.is_file()}
    assert {entry["file"] for entry in files} | {"manifest.json"} == on_disk
    assert len({entry["agency"] for entry in assistance_files(summary)}) >= 12
    assert {entry["source"] for entry in record_files(summary)} == {
        "tpmap",
        "pppconnext",
        "thaiqm",
        "mso_logbook",
    }


def test_partners_name_every_agency_and_programme_that_gives(summary):
    lines = (summary.out / "partners.ndjson").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    agencies = {e["agency_id"] for e in events if e["type"] == "agency.registered.v1"}
    programmes = {e["programme_id"] for e in events if e["type"] == "programme.registered.v1"}
    for row in truth(summary, "actions"):
        assert row["agency"] in agencies
        assert row["programme_id"] in programmes


def test_findings_rest_on_the_causes_that_made_them(summary):
    actions = {f"{row['agency']}/{row['action_id']}": row for row in truth(summary, "actions")}
    lines = (summary.out / "partners.ndjson").read_text(encoding="utf-8").splitlines()
    interval = {
        e["programme_id"]: e["minimum_interval_days"] for e in map(json.loads, lines) if "programme_id" in e
    }
    helped = defaultdict(set)
    for row in actions.values():
        helped[row["household_id"]].add(row["need"])
    kinds = Counter()
    for finding in truth(summary, "findings"):
        kinds[finding["finding"]] += 1
        told = [actions[key] for key in finding["evidence"].split(";") if key]
        assert all(row["household_id"] == finding["household_id"] for row in told)
        if finding["finding"] == "unserved":
            assert finding["dimension"] not in helped[finding["household_id"]]
            continue
        assert {row["need"] for row in told} == {finding["dimension"]}
        days = [dt.date.fromisoformat(row["happened_on"]) for row in told]
        if finding["finding"] == "D1":
            assert told[0]["kind"] == told[1]["kind"]
            assert told[0]["agency"] != told[1]["agency"]
        elif finding["finding"] == "D2":
            assert told[0]["programme_id"] == told[1]["programme_id"]
            assert 0 < (days[1] - days[0]).days < interval[told[0]["programme_id"]]
        elif finding["finding"] == "D0":
            assert days[0] == days[1]
            assert told[0]["agency"] == told[1]["agency"] != told[1]["reporter"]
        elif finding["finding"] == "D3":
            assert len({row["kind"] for row in told}) >= 3
            assert len({(day + dt.timedelta(days=92)).year for day in days}) == 1
    assert set(kinds) == {"D0", "D1", "D2", "D3", "unserved", "mistargeted"}


def test_no_help_is_doubled_by_chance(summary):
    given = defaultdict(set)
    doubled = set()
    for row in truth(summary, "actions"):
        if row["cause"] == "duplicate_d1":
            doubled.add((row["household_id"], row["kind"], row["need"]))
        elif not row["cause"].startswith("broken"):
            given[row["household_id"], row["kind"], row["need"]].add(row["agency"])
    assert [key for key, agencies in given.items() if len(agencies) > 1 and key not in doubled] == []


def test_help_of_a_year_is_given_once_in_a_fiscal_year_unless_doubled(summary):
    lines = (summary.out / "partners.ndjson").read_text(encoding="utf-8").splitlines()
    yearly = {e["programme_id"] for e in map(json.loads, lines) if e.get("period") == "year"}
    years = Counter()
    for row in truth(summary, "actions"):
        if row["programme_id"] in yearly and row["cause"] in {"hit", "complement", "miss", "outlier_d3"}:
            day = dt.date.fromisoformat(row["happened_on"])
            years[row["household_id"], row["programme_id"], (day + dt.timedelta(days=92)).year] += 1
    assert set(years.values()) == {1}


def test_help_never_happens_after_it_was_reported(summary):
    reported = {entry["file"]: entry["reported_at"] for entry in assistance_files(summary)}
    assert all(row["happened_on"] < reported[row["file"]] for row in truth(summary, "actions"))


def test_polygons_are_valid_and_nest(summary):
    document = json.loads((summary.out / "boundaries.geojson").read_text(encoding="utf-8"))
    shapes = {feature["properties"]["code"]: shape(feature["geometry"]) for feature in document["features"]}
    assert all(feature["properties"]["approximate"] is True for feature in document["features"])
    assert Counter(len(code) for code in shapes) == {2: 1, 4: 17, 6: 159}
    assert all(polygon.is_valid and polygon.area > 0 for polygon in shapes.values())
    tambon = {code: polygon for code, polygon in shapes.items() if len(code) == 6}
    amphoe = {code: polygon for code, polygon in shapes.items() if len(code) == 4}
    assert shapely.coverage_is_valid(list(tambon.values()))
    for code, polygon in amphoe.items():
        parts = [part for other, part in tambon.items() if other.startswith(code)]
        assert shapely.union_all(parts).equals(polygon)
    assert shapely.union_all(list(amphoe.values())).equals(shapes["32"])


def test_houses_stand_in_their_tambon_or_a_little_outside(summary):
    document = json.loads((summary.out / "boundaries.geojson").read_text(encoding="utf-8"))
    shapes = {feature["id"]: shape(feature["geometry"]) for feature in document["features"]}
    outside = 0
    for row in truth(summary, "households"):
        away = (
            shapes[row["tambon"]].distance(Point(float(row["longitude"]), float(row["latitude"]))) * 111_320
        )
        assert away <= 250
        outside += away > 0
    assert 0 < outside / HOUSEHOLDS < 0.05


def test_given_boundaries_place_the_houses(summary, tmp_path):
    again = generate(50, 3, tmp_path / "demo", summary.out / "boundaries.geojson", no_progress)
    assert not (again.out / "boundaries.geojson").exists()
    assert "boundaries" not in {entry["source"] for entry in manifest_files(again)}


def test_boundaries_without_a_tambon_are_refused(tmp_path):
    path = tmp_path / "empty.geojson"
    path.write_text('{"type":"FeatureCollection","features":[]}', encoding="utf-8")
    with pytest.raises(BoundaryFileError, match="no polygon for tambon 320101"):
        generate(5, 1, tmp_path / "demo", path, no_progress)


def test_defects_come_at_their_stated_rates(summary):
    members = truth(summary, "members")
    labels = Counter(label for row in members for label in row["labels"].split(";") if label)
    for name, rate in {
        "first_spelling": 0.04,
        "last_spelling": 0.045,
        "id_missing": 0.03,
        "id_none": 0.02,
        "birth_year_only": 0.033,
        "id_excel_point_zero": 0.01,
    }.items():
        assert labels[name] / len(members) == pytest.approx(rate, rel=0.4)
    flags = Counter(flag for row in truth(summary, "households") for flag in row["flags"].split(";"))
    assert all(
        flags[name] > 0
        for name in ("moved", "moved_amphoe", "split", "split_off", "two_families", "marriage")
    )


def test_needs_by_source_mostly_agree_with_the_truth(summary):
    right = wrong = unknown = 0
    for row in truth(summary, "households"):
        if row["needs_met_from"]:
            continue
        for source in row["sources"].split(";"):
            for need in NEEDS:
                said = row[f"{source}_{need}"]
                unknown += said == "unknown"
                right += said == row[f"need_{need}"]
                wrong += said not in {"unknown", row[f"need_{need}"]}
    assert right / (right + wrong + unknown) == pytest.approx(0.90, abs=0.04)
    assert unknown > 0
    assert wrong > 0
