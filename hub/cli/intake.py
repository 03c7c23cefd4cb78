"""`hub publish`, `hub boundaries`: events and polygons that come in from files; tables are in hub/cli/files.py."""

from pathlib import Path

import click

from contracts.errors import InvalidInput
from hub import clock
from hub.boundaries import load_boundaries
from hub.cli.progress import show_progress
from hub.cli.shared import Options, answer, run
from hub.intake.publishing import Publisher
from hub.intake.publishing import publish as publish_lines
from hub.intake.receipts import Receipt
from hub.log import BATCH_LIMIT
from hub.opening import open_intake
from hub.servers.stack import open_stack

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="One receipt a line instead of counts.")
@click.pass_obj
def publish(options: Options, file: Path, *, as_json: bool) -> None:
    """Publish the events of FILE.ndjson: one JSON object a line, as described at /contracts/."""

    async def work() -> list[Receipt]:
        settings = options.settings()
        lines = [line for line in file.read_bytes().splitlines() if line.strip()]
        if not lines:
            raise InvalidInput("The file is empty.", message_th="ไฟล์ว่างเปล่า", code="FILE_EMPTY", path="file")
        publisher = Publisher(province=settings.province, actor="cli")
        found: list[Receipt] = []
        async with open_stack(settings) as stack, open_intake(settings, stack) as intake:
            with show_progress(quiet=as_json) as progress:
                for start in range(0, len(lines), BATCH_LIMIT):
                    part = lines[start : start + BATCH_LIMIT]
                    found += await publish_lines(
                        intake, part, publisher, now=clock.now(), first_row=start + 1
                    )
                    progress(file.name, len(found), len(lines))
        return found

    found = run(work())
    counts = {status: sum(r.status == status for r in found) for status in sorted({r.status for r in found})}
    faults = [(receipt, error) for receipt in found for error in receipt.errors][:20]
    text = [", ".join(f"{count:,} {status}" for status, count in counts.items())]
    text += [f"  line {r.row}: {e.path}: {e.message_en} / {e.message_th} [{e.code}]" for r, e in faults]
    if as_json:
        for receipt in found:
            answer(receipt, as_json=True, text="")
    else:
        click.echo("\n".join(text))
    if any(receipt.status in {"rejected", "conflict", "erased"} for receipt in found):
        raise SystemExit(1)


@click.group()
def boundaries() -> None:
    """Polygons of province, amphoe, tambon and villages."""


@boundaries.command()
@click.argument("file", type=FILE)
@click.option("--edition", help="Name of the edition, e.g. its year; default: the file's name and digest.")
@click.option("--approximate", is_flag=True, help="Mark the polygons as approximate on every map.")
@click.option("--attribution", help="Whom to name on maps.")
@click.pass_obj
def load(
    options: Options, file: Path, edition: str | None, attribution: str | None, *, approximate: bool
) -> None:
    """Load a FILE (GeoJSON, GeoPackage, Shapefile; any CRS) as the boundaries from now on."""

    async def work() -> str:
        settings = options.settings()
        async with open_stack(settings) as stack, open_intake(settings, stack) as intake:
            return await load_boundaries(
                intake,
                file,
                province=settings.province,
                now=clock.now(),
                edition=edition,
                approximate=approximate,
                attribution=attribution,
            )

    click.echo(run(work()))
