"""Generate the whole demo province: one call, one folder of files."""

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.demo import rates
from hub.demo.agencies import FAVOURED_TAMBONS, FIRST_DAY, PROGRAMMES, partner_events
from hub.demo.areas import read_areas, shares
from hub.demo.assistance import AssistanceFiles
from hub.demo.boundaries import approximate_polygons, read_tambon_polygons, write_geojson
from hub.demo.dates import between
from hub.demo.deliveries import DELIVERIES
from hub.demo.help import Action, tell_story
from hub.demo.households import Settlement
from hub.demo.identifiers import house_code
from hub.demo.names import NamePool
from hub.demo.people import Families
from hub.demo.places import lay_out
from hub.demo.recipients import Recipient
from hub.demo.surveys import Surveys
from hub.demo.truth import Truth

Progress = Callable[[str, int, int], None]
_FIRST_OUTSIDER = 900_000  # house serials of households in no database


@dataclass(frozen=True, slots=True)
class Summary:
    """What was generated.

    `record_rows` are delivered records (households, not lines) over all files, repeats included; an intake should
    append `statements` + `changes` = `record_events` events for them and refuse `broken_records`; and one event for
    each of `actions`, refusing `broken_actions`.
    """

    out: Path
    rows: dict[str, int]
    record_rows: int
    statements: int
    changes: int
    record_events: int
    broken_records: int
    actions: int
    broken_actions: int
    households: int
    persons: int
    seconds: float


def generate(households: int, seed: int, out: Path, boundaries: Path | None, progress: Progress) -> Summary:
    """Write the demo province with so many distinct households into `out`; the same seed gives the same bytes.

    Houses stand inside the tambon polygons of `boundaries` (GeoJSON), else inside approximate ones that are written
    beside the other files. `progress` is called with a stage, the work done and the whole.

    Raises:
        BoundaryFileError: `boundaries` is not GeoJSON or lacks a tambon.
        ValueError: `households` is not between 1 and 900,000.
    """
    if not 1 <= households < _FIRST_OUTSIDER:
        raise ValueError(f"households must be between 1 and {_FIRST_OUTSIDER - 1}, not {households}")
    started = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    areas = read_areas()
    tambons = [code for code in areas if len(code) == 6]
    progress("boundaries", 0, 1)
    if boundaries is None:
        polygons = approximate_polygons(areas, seed)
        write_geojson(polygons, areas, out / "boundaries.geojson")
        polygons = {code: polygons[code] for code in tambons}
    else:
        polygons = read_tambon_polygons(boundaries, areas)
    counts = shares(households, tambons, _weights(tambons, seed))
    places = lay_out(polygons, counts, seed)
    progress("boundaries", 1, 1)

    truth = Truth(out / "truth")
    surveys = Surveys(out, areas, truth)
    assistance = AssistanceFiles(out, truth)
    settlement = Settlement(seed, Families(NamePool(seed)), places)
    _tell_all(settlement, counts, surveys, assistance, truth, progress)
    _help_outsiders(settlement, tambons, assistance, round(households * rates.RECIPIENT_UNKNOWN))
    progress("files", 0, 1)
    rows = {**surveys.close(), **assistance.close()}
    truth.close()
    rows["partners.ndjson"] = _write_partners(out / "partners.ndjson")
    _write_manifest(out / "manifest.json", households, seed, rows, assistance, approximate=boundaries is None)
    progress("files", 1, 1)
    return Summary(
        out=out,
        rows=rows,
        record_rows=sum(surveys.records.values()),
        statements=surveys.statements,
        changes=surveys.changes,
        record_events=surveys.statements + surveys.changes,
        broken_records=surveys.broken,
        actions=assistance.actions,
        broken_actions=assistance.broken,
        households=households,
        persons=settlement.families.persons,
        seconds=time.perf_counter() - started,
    )


def _tell_all(
    settlement: Settlement,
    counts: Mapping[str, int],
    surveys: Surveys,
    assistance: AssistanceFiles,
    truth: Truth,
    progress: Progress,
) -> None:
    total = sum(counts.values())
    neighbour_id = ""
    for done, (household, r) in enumerate(settlement.settle(counts), 1):
        story = tell_story(r, household)
        said, references = surveys.survey(r, household, neighbour_id)
        assistance.write(r, story, references)
        truth.household(household, said)
        neighbour_id = household.members[0].person.citizen_id or neighbour_id
        if done % 500 == 0 or done == total:
            progress("households", done, total)


def _help_outsiders(
    settlement: Settlement, tambons: list[str], assistance: AssistanceFiles, number: int
) -> None:
    """Help to people whose household no source knows."""
    for serial in range(1, number + 1):
        r = random.Random(f"{settlement.seed}/outsider/{serial}")
        tambon = r.choice(tambons)
        programme = r.choice([each for each in PROGRAMMES if each.agency.works_in(tambon)])
        person = settlement.families.outsider(r)
        day = between(r, FIRST_DAY, programme.agency.last_day)
        amount = r.choice(programme.amounts) if programme.amounts else None
        code = house_code(r, _FIRST_OUTSIDER + serial, tambon)
        by_id = person.citizen_id and r.random() < 0.8
        recipient = Recipient(
            citizen_id=person.citizen_id if by_id else "",
            house_code="" if by_id else code,
            name=f"{person.first} {person.last}",
        )
        assistance.write_action(
            r, Action(programme, person, day, amount, "outside"), f"X{serial:07d}", recipient
        )


def _weights(tambons: list[str], seed: int) -> list[float]:
    """How populous each tambon is: invented, with the tambon of reporting sub-district offices well peopled."""
    r = random.Random(f"{seed}/weights")
    return [r.lognormvariate(0.0, 0.45) * (2.5 if code in FAVOURED_TAMBONS else 1.0) for code in tambons]


def _write_partners(path: Path) -> int:
    events = partner_events()
    lines = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return len(events)


def _write_manifest(
    path: Path,
    households: int,
    seed: int,
    rows: Mapping[str, int],
    assistance: AssistanceFiles,
    *,
    approximate: bool,
) -> None:
    dated: list[tuple[str, dict[str, Any]]] = []
    for delivery in DELIVERIES:
        if delivery.file in rows:
            entry: dict[str, Any] = {
                "source": delivery.source,
                "file": delivery.file,
                "mode": "snapshot",
                "period": delivery.period,
                "reported_at": delivery.reported_at.isoformat(),
                "areas": list(delivery.areas) if delivery.areas else None,
            }
            dated.append((f"{entry['reported_at']} {delivery.file}", entry))
    for file, period in assistance.periods.items():
        entry = {
            "source": "assistance",
            "agency": period.agency.id,
            "file": file,
            "mode": "delta",
            "period": None,
            "reported_at": period.reported_at.isoformat(),
            "areas": None,
        }
        dated.append((f"{entry['reported_at']} {file}", entry))
    files: list[dict[str, Any]] = [{"source": "events", "file": "partners.ndjson"}]
    if approximate:
        files.append({"source": "boundaries", "file": "boundaries.geojson", "approximate": True})
    files.extend(entry for _, entry in sorted(dated, key=_first_of))
    document = {"seed": seed, "households": households, "files": files}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _first_of(dated: tuple[str, dict[str, Any]]) -> str:
    return dated[0]
