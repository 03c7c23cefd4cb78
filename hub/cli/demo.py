"""`hub demo`: a made-up province, written as files and loaded as an agency would."""

import contextlib
import datetime as dt
from pathlib import Path

import click

from contracts.errors import InvalidInput
from contracts.times import end_of_day, parse_date
from hub import clock
from hub.boundaries import load_boundaries
from hub.cli.progress import Report, show_progress
from hub.cli.shared import Options, answer, run
from hub.demo.boundaries import BoundaryFileError
from hub.demo.evaluate import Evaluation
from hub.demo.evaluate import evaluate as compare
from hub.demo.evaluation_text import tell
from hub.demo.generate import Summary
from hub.demo.generate import generate as generate_files
from hub.demo.keys import ensure_demo_keys
from hub.demo.loading import Loaded, load_demo, own_projector
from hub.demo.observed import observe
from hub.demo.truth_reading import read_truth
from hub.log import open_log
from hub.opening import open_intake, prepare_hub
from hub.servers.stack import Stack, open_stack
from hub.settings import Settings

HOUSEHOLDS = click.IntRange(1, 899_999)
FOLDER = "demo"


@click.group()
def demo() -> None:
    """A made-up province with known truth: generate its files, load them, compare."""


@demo.command()
@click.option("--households", type=HOUSEHOLDS, default=5000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="An empty folder."
)
@click.option(
    "--boundaries", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Real polygons."
)
@click.option("--json", "as_json", is_flag=True)
def generate(households: int, seed: int, out: Path, boundaries: Path | None, *, as_json: bool) -> None:
    """Write the files that a province of so many households would hand over, and the truth about them."""
    with show_progress(quiet=as_json) as progress:
        summary = write_files(households, seed, out, boundaries, progress)
    text = (
        f"{summary.households:,} households, {summary.persons:,} people in {len(summary.rows)} files in {out}: "
        f"{summary.record_rows:,} rows of records, about {summary.record_events:,} record events and "
        f"{summary.actions:,} assistance actions to come ({summary.seconds:.1f} s)"
    )
    answer(summary, as_json=as_json, text=text)


def write_files(households: int, seed: int, out: Path, boundaries: Path | None, progress: Report) -> Summary:
    """Generate into an empty folder. Raises InvalidInput."""
    if out.exists() and any(out.iterdir()):
        raise InvalidInput(f"{out} is not empty; name a new folder.", code="FOLDER_NOT_EMPTY", path="--out")
    try:
        return generate_files(households, seed, out, boundaries, progress)
    except BoundaryFileError as error:
        raise InvalidInput(str(error), code="BOUNDARY_FILE", path="--boundaries") from error


@demo.command()
@click.option(
    "--truth",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="The generated folder (or its folder truth) that was loaded.",
)
@click.option("--valid-at", default="2025-09-30", show_default=True, help="The day that is judged.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def evaluate(options: Options, truth: Path, valid_at: str, *, as_json: bool) -> None:
    """Compare the hub's findings and links with the truth of the demo province that was loaded into it."""
    settings = options.settings()
    at = end_of_day(parse_date(valid_at, path="--valid-at")) - dt.timedelta(microseconds=1)

    async def work() -> Evaluation:
        known = read_truth(truth)
        async with open_stack(settings) as stack:
            observed = await observe(stack.database_url, at)
            return compare(known, observed, stack.pseudonym_key, at)

    found = run(work())
    answer(found, as_json=as_json, text=tell(found))


@demo.command()
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A generated folder.",
)
@click.option(
    "--households", type=HOUSEHOLDS, default=5000, show_default=True, help="Generate so many first."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def load(options: Options, folder: Path | None, households: int, seed: int, *, as_json: bool) -> None:
    """Load demo files into the hub and wait until they are on the map. Without --from they are generated first."""
    settings = options.settings()

    async def work() -> Loaded:
        async with open_stack(settings) as stack:
            await prepare_hub(settings, stack)
            await ensure_demo_keys(stack.database_url, settings.data_dir)
            with show_progress(quiet=as_json) as progress:
                source = folder or generated(settings, households, seed, None, progress)
                async with contextlib.AsyncExitStack() as roles:
                    if stack.origin == "private":
                        await roles.enter_async_context(own_projector(settings, stack))
                    return await load_demo(settings, stack, source, progress)

    loaded = run(work())
    text = (
        f"{loaded.files} files: {loaded.records_read:,} records and {loaded.actions_read:,} actions read; "
        f"{loaded.events:,} events in the log; intake {loaded.intake_seconds} s, on the map after {loaded.total_seconds} s"
    )
    answer(loaded, as_json=as_json, text=text)


def generated(
    settings: Settings, households: int, seed: int, boundaries: Path | None, progress: Report
) -> Path:
    """The generated files of these numbers in the data folder, made if they are not there."""
    folder = settings.data_dir / FOLDER / f"{households}-{seed}{'-' + boundaries.stem if boundaries else ''}"
    if not (folder / "manifest.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in (path for path in folder.rglob("*") if path.is_file()):
            leftover.unlink()
        generate_files(households, seed, folder, boundaries, progress)
    return folder


async def fill_if_empty(
    settings: Settings, stack: Stack, *, households: int, seed: int, boundaries: Path | None
) -> None:
    """Generate and load a demo province if the log is empty or such a load was cut short."""
    await ensure_demo_keys(stack.database_url, settings.data_dir)
    done = settings.data_dir / FOLDER / "loaded"
    async with open_log(stack.nats_servers) as log:
        is_empty = await log.last_sequence() == 0
    started = settings.data_dir / FOLDER / "started"
    if done.exists() or not (is_empty or started.exists()):
        return
    with show_progress() as progress:
        folder = generated(settings, households, seed, boundaries, progress)
        started.touch()
        async with own_projector(settings, stack):
            if boundaries is not None:
                async with open_intake(settings, stack) as intake:
                    await load_boundaries(intake, boundaries, province=settings.province, now=clock.now())
            loaded = await load_demo(settings, stack, folder, progress)
    done.touch()
    click.echo(f"Loaded {loaded.events:,} events in {loaded.total_seconds} s.")
