"""`hub import` and `hub check`: tables of the sources, taken in or judged without a hub."""

import datetime as dt
from pathlib import Path
from typing import get_args

import click
import msgspec
from rich.console import Console
from rich.table import Table

from contracts.sources import TABLES
from contracts.times import bangkok_date, parse_date
from hub import clock
from hub.cli.intake import FILE
from hub.cli.progress import show_progress
from hub.cli.shared import Options, answer, run
from hub.intake.checking import Checked, check_file
from hub.intake.delivering import deliver
from hub.intake.error_book import write_error_book
from hub.intake.receipts import BatchReceipt
from hub.intake.requests import FileRequest, Mode
from hub.intake.spool import Spool
from hub.intake.working import Desk
from hub.opening import open_intake
from hub.servers.paths import DataFolder
from hub.servers.stack import open_stack

HELD_CODE = 3
"""Exit code of an import that is held; 1 is an error."""
SHOWN = 50
TABLE_WIDTH = 160


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
            desk = Desk(
                Spool(DataFolder(settings.data_dir).batches), intake.vault, province=settings.province
            )
            with show_progress(quiet=as_json) as progress:
                order = msgspec.structs.replace(request, hold_percent=settings.hold_percent)
                return await deliver(desk, intake, order, now=clock.now(), progress=progress)

    receipt = run(work())
    answer(receipt, as_json=as_json, text=describe(receipt))
    if receipt.state == "held":
        raise SystemExit(HELD_CODE)


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
@click.option(
    "--contract",
    "source",
    type=click.Choice(sorted(TABLES)),
    required=True,
    help="The contract to judge by (docs/sources.md).",
)
@click.option("--period", help="The survey round the file covers; default: what each row says.")
@click.option(
    "--errors",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the faulty rows with what is wrong to this XLSX.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
def check(file: Path, source: str, period: str | None, errors: Path | None, *, as_json: bool) -> None:
    """Judge a FILE without any hub: the same words and codes as taking it in. Exit code 1 when not all of it would be taken in."""
    today = bangkok_date(clock.now())
    with show_progress(quiet=as_json) as progress:
        found = check_file(file, source, period=period, today=today, progress=progress)
    if errors is not None:
        errors.write_bytes(write_error_book(found.refused))
    if as_json:
        # The cells stay in the file they came from.
        bare = tuple(msgspec.structs.replace(row, cells=None) for row in found.refused)
        answer(msgspec.structs.replace(found, refused=bare), as_json=True, text="")
    else:
        tell(found)
    if not found.is_clean:
        raise SystemExit(1)


def tell(found: Checked) -> None:
    """What was found, in words and a table."""
    click.echo(
        f"{found.contract}: {found.rows:,} rows, {found.read:,} read = {found.good:,} good + {found.superseded:,} superseded + "
        f"{found.quarantined:,} quarantined + {found.rejected:,} rejected"
    )
    if found.problem is not None:
        click.echo(f"{found.problem.message_en} / {found.problem.message_th} [{found.problem.code}]")
    faults = [(row, error) for row in found.refused for error in row.errors]
    if not faults:
        return
    table = Table()
    for name in ("row", "code", "field", "ข้อความ", "message", "hint"):
        table.add_column(name, justify="right" if name == "row" else "left")
    for row, error in faults[:SHOWN]:
        number = str(error.row or row.row)
        table.add_row(number, error.code, error.path, error.message_th, error.message_en, error.hint or "")
    console = Console()
    if not console.is_terminal:
        console.width = TABLE_WIDTH
    console.print(table)
    if len(faults) > SHOWN:
        click.echo(f"and {len(faults) - SHOWN:,} more; --errors FILE.xlsx has them all")
