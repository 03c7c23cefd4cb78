"""`hub rebuild` and `hub diff`: the projection made anew from the log, and the proof that it is the same."""

import click
import msgspec
from psycopg import AsyncConnection

from contracts.errors import InvalidInput
from contracts.times import parse_as_of
from hub.cli.progress import show_progress
from hub.cli.shared import Options, answer, run
from hub.log import open_log
from hub.rebuilding import Rebuilt, RolledBack, roll_back
from hub.rebuilding import rebuild as rebuild_version
from hub.servers.stack import open_stack
from hub.vault import Vault
from projections.diff import Diff, compare, describe


@click.command()
@click.option(
    "--keep",
    type=click.IntRange(0, 20),
    default=1,
    show_default=True,
    help="How many of the versions before stay for --rollback.",
)
@click.option("--rollback", is_flag=True, help="Make the newest version before live again instead.")
@click.option(
    "--accept-differences",
    is_flag=True,
    help="Switch also when the new version differs from the live one, e.g. to mend damaged tables.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object at the end instead of text.")
@click.pass_obj
def rebuild(options: Options, keep: int, *, rollback: bool, accept_differences: bool, as_json: bool) -> None:
    """Build the projection anew from the whole log beside the live one, compare the two, and switch.

    A running hub goes on answering and taking in. Exit code 1 when the two differ: the live version then stays, and the new one
    can be looked at with `hub diff` until the next rebuild.
    """
    settings = options.settings()

    async def work() -> Rebuilt | RolledBack:
        async with open_stack(settings) as stack:
            if rollback:
                return await roll_back(stack.database_url)
            async with open_log(stack.nats_servers) as log:
                with show_progress(quiet=as_json) as progress:
                    return await rebuild_version(
                        stack.database_url,
                        log,
                        Vault(stack.master_key),
                        progress,
                        keep=keep,
                        accept_differences=accept_differences,
                    )

    done = run(work())
    if isinstance(done, RolledBack):
        text = (
            f"Version {done.version} is live again instead of version {done.before}; "
            f"its projector goes on from event {done.checkpoint:,}."
        )
        answer(done, as_json=as_json, text=text)
        return
    answer(done, as_json=as_json, text=_tell(done))
    if done.outcome == "differs":
        raise SystemExit(1)


def _tell(done: Rebuilt) -> str:
    lines: list[str] = []
    if done.began_again:
        lines.append(
            f"A rebuild that was cut short was dropped ({_listed(done.began_again)}); this one began anew."
        )
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in done.seconds.items())
    lines.append(
        f"Version {done.version}: {done.events:,} events in {done.total_seconds:.1f} s "
        f"(reading, folding and writing: {done.events_per_second:,.0f} events/s); {stages}"
    )
    if done.diff is None:
        lines.append("There was no live version to compare with.")
    else:
        lines += describe(done.diff)
        if done.diff.differences and done.after_erasure:
            lines.append(
                "Somebody was erased since the version before was begun: what was inferred from them is gone, as it has to be."
            )
    if done.outcome == "differs":
        lines.append(
            f"The versions differ: version {done.before} stays live. See `hub diff`; --accept-differences switches all the same."
        )
        return "\n".join(lines)
    instead = f" instead of version {done.before}" if done.before is not None else ""
    lines.append(f"Version {done.version} is live{instead}.")
    if done.dropped:
        lines.append(f"Dropped: version {_listed(done.dropped)}.")
    if done.purged is not None:
        lines.append(
            f"Purged: nothing of whom event {done.purged.sequence} and those before it erased is left in the files."
        )
        if done.purged.refused:
            lines.append(
                f"The database gave no right to: {', '.join(done.purged.refused)}; its administrator has to do it (docs/operations.md, Erasing)."
            )
    if done.still_read:
        lines.append(f"Still read, to be dropped by the next rebuild: version {_listed(done.still_read)}.")
    return "\n".join(lines)


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


@click.command()
@click.option("--left", type=int, help="Number of a version. [the live one]")
@click.option("--right", type=int, help="Number of another. [the newest other one]")
@click.option("--as-of", help="seq:N: compare what both knew after event N. [the lower checkpoint]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@click.pass_obj
def diff(options: Options, left: int | None, right: int | None, as_of: str | None, *, as_json: bool) -> None:
    """Compare two versions of the projection, table by table; exit code 1 when they differ, with the rows that do."""
    settings = options.settings()
    sequence = _sequence(as_of)

    async def work() -> Diff:
        async with (
            open_stack(settings) as stack,
            await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
        ):
            with show_progress(quiet=as_json) as progress:
                return await compare(connection, left, right, as_of=sequence, progress=progress)

    found = run(work())
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        click.echo("\n".join(describe(found)))
    if found.differences:
        raise SystemExit(1)


def _sequence(as_of: str | None) -> int | None:
    if as_of is None:
        return None
    known = parse_as_of(as_of, path="--as-of")
    if known.sequence is None:
        raise InvalidInput(
            "Versions are compared at a sequence, e.g. --as-of seq:1204.",
            message_th="กรุณาระบุลำดับ เช่น --as-of seq:1204",
            code="AS_OF_NOT_A_SEQUENCE",
            path="--as-of",
        )
    return known.sequence
