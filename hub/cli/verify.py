"""`hub verify`: whether the database still tells what the log says, event by event."""

import click
import msgspec
from psycopg import AsyncConnection

from hub.cli.progress import show_progress
from hub.cli.shared import Options, run
from hub.log import open_log
from hub.servers.stack import open_stack
from hub.vault import Vault
from hub.verifying import SHOWN, Verified
from hub.verifying import verify as verify_log


@click.command()
@click.option("--from", "first", type=click.IntRange(1), default=1, show_default=True, help="First sequence.")
@click.option("--until", type=click.IntRange(1), help="Last sequence. [as far as log and database go]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@click.pass_obj
def verify(options: Options, first: int, until: int | None, *, as_json: bool) -> None:
    """Compare every event of the log with what the database keeps of it; exit code 1 when something is not as it should be."""
    settings = options.settings()

    async def work() -> Verified:
        async with (
            open_stack(settings) as stack,
            open_log(stack.nats_servers) as log,
            await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
        ):
            with show_progress(quiet=as_json) as progress:
                vault = Vault(stack.master_key)
                return await verify_log(connection, log, vault, progress, first=first, until=until)

    found = run(work())
    click.echo(msgspec.json.encode(found).decode() if as_json else _tell(found))
    if found.faults:
        raise SystemExit(1)


def _tell(found: Verified) -> str:
    checked = (
        f"events {found.first:,} to {found.last:,} against version {found.version}: {found.checked:,} checked in "
        f"{found.seconds:.1f} s ({found.events_per_second:,.0f}/s)"
    )
    faults = (
        f"{found.missing:,} missing, {found.changed:,} changed, {found.extra:,} extra, {found.gaps:,} gaps in the log, "
        f"{found.unreadable:,} unreadable; {found.erased:,} of {found.sections:,} sealed sections are erased"
    )
    lines = [checked, faults]
    if found.not_projected:
        lines.append(f"{found.not_projected:,} events are not projected yet and were not compared")
    lines += [
        f"  event {fault.sequence}: {fault.kind}" + (f" ({', '.join(fault.fields)})" if fault.fields else "")
        for fault in found.first_faults
    ]
    if found.faults > SHOWN:
        lines.append(f"  and {found.faults - SHOWN:,} more")
    return "\n".join(lines)
