"""`hub bench`: how fast this machine does the hub's work, against limits measured in the same run."""

import click
import msgspec

from hub.bench.figures import print_table
from hub.bench.measure import WORKS, Work, measure, measure_loaded
from hub.cli.progress import show_progress
from hub.cli.shared import Options, run


class Works(click.ParamType[tuple[Work, ...]]):
    """Names of benchmarks, separated by commas."""

    name = "names"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Work, ...]:
        asked = [name.strip() for name in str(value).split(",") if name.strip()]
        unknown = [name for name in asked if name not in WORKS]
        if unknown or not asked:
            self.fail(f"'{', '.join(unknown)}': choose among {','.join(WORKS)}", param, ctx)
        return tuple(work for work in WORKS if work in asked)


@click.command()
@click.option(
    "--only",
    "works",
    type=Works(),
    default=",".join(WORKS),
    show_default=True,
    help="Which, separated by commas.",
)
@click.option(
    "--households",
    type=click.IntRange(100, 899_999),
    default=5000,
    show_default=True,
    help="Size of the work.",
)
@click.option("--peers", is_flag=True, help="Also what people use instead: eventsourcing, an audit table.")
@click.option(
    "--loaded", is_flag=True, help="On the data of --data, which stay as they are: asof, timeline, overview."
)
@click.option("--json", "as_json", is_flag=True, help="Rows of name, value, unit, limit, ratio.")
@click.pass_obj
def bench(
    options: Options, works: tuple[Work, ...], households: int, *, peers: bool, loaded: bool, as_json: bool
) -> None:
    """Measure append, rebuild and reading the past against limits of this machine.

    It starts stores of its own in a temporary folder and removes them; a running hub and --data are left alone.
    With --loaded it only reads, and takes the data of --data instead.
    """
    settings = options.settings()
    with show_progress(quiet=as_json) as progress:
        if loaded:
            rows = run(measure_loaded(works, settings, progress))
        else:
            rows = run(measure(works, households, progress, peers=peers))
    if as_json:
        click.echo(msgspec.json.encode(rows).decode())
    else:
        print_table(rows)
