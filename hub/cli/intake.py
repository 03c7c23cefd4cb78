"""`hub import`, `hub publish`, `hub boundaries`: what comes in from files."""

import datetime as dt
from pathlib import Path
from typing import get_args

import click

from contracts.errors import InvalidInput
from contracts.sources import TABLES
from contracts.times import parse_date
from hub import clock
from hub.boundaries import load_boundaries
from hub.cli.progress import show_progress
from hub.cli.shared import Options, answer, run
from hub.intake.files import FileImport
from hub.intake.publishing import Publisher
from hub.intake.publishing import publish as publish_lines
from hub.intake.receipts import BatchReceipt, Receipt
from hub.intake.requests import FileRequest, Mode
from hub.log import BATCH_LIMIT
from hub.opening import open_intake
from hub.servers.stack import open_stack

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(name="import")
@click.argument("source", type=click.Choice(sorted(TABLES)))
@click.argument("file", type=FILE)
@click.option(
    "--mode",
    type=click.Choice(get_args(Mode)),
    default="delta",
    show_default=True,
    help="A snapshot says all there is: what is known in its scope and absent from it is withdrawn.",
)
@click.option("--period", help="The survey round the file covers; default: what each row says.")
@click.option(
    "--reported-at", help="The date the source gives for the file (2023-09-30 or 2566-09-30); default: today."
)
@click.option(
    "--area", "areas", multiple=True, help="An amphoe (4 digits) that the snapshot covers; default: all."
)
@click.option(
    "--confirm",
    "--confirm-withdrawals",
    "confirm",
    is_flag=True,
    help="Believe a snapshot that lacks much of what is known.",
)
@click.option("--dry-run", is_flag=True, help="Say what would become of the file, and take nothing in.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@click.pass_obj
def import_(
    options: Options,
    source: str,
    file: Path,
    mode: Mode,
    period: str | None,
    reported_at: str | None,
    areas: tuple[str, ...],
    *,
    confirm: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take in a FILE of SOURCE (docs/sources.md). The same file again changes nothing; bad rows do not stop the good ones."""
    reported_on = _date(reported_at)
    request = FileRequest(
        path=file,
        source=source,
        mode=mode,
        period=period,
        reported_on=reported_on,
        areas=areas,
        actor="cli",
        confirm=confirm,
        dry_run=dry_run,
    )

    async def work() -> BatchReceipt:
        settings = options.settings()
        async with open_stack(settings) as stack, open_intake(settings, stack) as intake:
            with show_progress(quiet=as_json) as progress:
                work = FileImport(
                    intake, request, province=settings.province, now=clock.now(), progress=progress
                )
                return await work.run()

    receipt = run(work())
    answer(receipt, as_json=as_json, text=describe(receipt))


def _date(text: str | None) -> dt.date | None:
    return None if text is None else parse_date(text, path="--reported-at")


def describe(receipt: BatchReceipt) -> str:
    """A receipt in words."""
    counts = (
        f"{receipt.source} {receipt.batch}: {receipt.rows:,} rows, {receipt.read:,} read = {receipt.new:,} new + "
        f"{receipt.changed:,} changed + {receipt.unchanged:,} unchanged + {receipt.superseded:,} superseded + "
        f"{receipt.quarantined:,} quarantined + {receipt.rejected:,} rejected; {receipt.withdrawn:,} withdrawn"
    )
    lines = [counts]
    if receipt.dry_run:
        lines.append("This was a dry run; nothing was taken in.")
    if receipt.state == "held":
        lines.append(
            "The file is held; nothing of it was taken in. Send it again with --confirm, or leave it."
        )
    if receipt.repeated:
        lines.append("This file was taken in before; nothing was added.")
    lines.extend(
        f"{warning.message_en} / {warning.message_th} [{warning.code}]" for warning in receipt.warnings
    )
    lines.extend(
        f"  row {error.row}: {error.path}: {error.message_en} / {error.message_th} [{error.code}]"
        for error in receipt.first_errors
    )
    return "\n".join(lines)


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
