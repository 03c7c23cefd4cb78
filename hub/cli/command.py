"""The `hub` command: groups, shared options, and what happens when something goes wrong."""

import sys
from pathlib import Path

import click

from contracts.errors import HubError
from hub.cli import bench, demo, intake, keys, serving, status
from hub.cli.shared import Options

HELP = """The poverty hub: records and help of all agencies as events, one map and one history.

Every command works on one hub: that of `--data DIR` (or HUB_DATA_DIR). Servers that are not running are started for the time of
the command; HUB_NATS_URL and HUB_DATABASE_URL name external ones.
"""


@click.group(help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder with the hub's state.")
@click.option("--log-level", help="debug, info, warning or error.")
@click.pass_context
def hub(context: click.Context, data: Path | None, log_level: str | None) -> None:
    context.obj = Options(data=data, log_level=log_level)


for command in (
    serving.up,
    serving.serve,
    serving.project,
    serving.gatekeeper,
    demo.demo,
    intake.import_,
    intake.publish,
    intake.boundaries,
    keys.keys,
    status.status,
    bench.bench,
):
    hub.add_command(command)


def main() -> None:
    """Run the command line; a known error ends in one sentence and exit code 1."""
    try:
        hub(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except HubError as error:
        sys.stderr.write(f"hub: {error.message_en} [{error.code}]\n")
        if error.message_th != error.message_en:
            sys.stderr.write(f"     {error.message_th}\n")
        for fault in error.errors:
            sys.stderr.write(f"     {fault.path}: {fault.message_en} [{fault.code}]\n")
        sys.exit(1)
