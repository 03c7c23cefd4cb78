"""The `hub` command: shared options, its commands, and what happens when something goes wrong."""

import importlib
import sys
from pathlib import Path

import click

from contracts.errors import HubError
from hub.cli.shared import Options

HELP = """The poverty hub: records and help of all agencies as events, one map and one history.

Every command works on one hub: that of `--data DIR` (or HUB_DATA_DIR). Servers that are not running are started for the time of
the command; HUB_NATS_URL and HUB_DATABASE_URL name external ones.
"""

COMMANDS = {
    "up": "hub.cli.serving:up",
    "serve": "hub.cli.listening:serve",
    "project": "hub.cli.projecting:project",
    "gatekeeper": "hub.cli.serving:gatekeeper",
    "demo": "hub.cli.demo:demo",
    "import": "hub.cli.files:import_",
    "check": "hub.cli.files:check",
    "publish": "hub.cli.intake:publish",
    "boundaries": "hub.cli.intake:boundaries",
    "keys": "hub.cli.keys:keys",
    "status": "hub.cli.status:status",
    "rebuild": "hub.cli.rebuild:rebuild",
    "diff": "hub.cli.rebuild:diff",
    "verify": "hub.cli.verify:verify",
    "linkage": "hub.cli.linkage:linkage",
    "replay": "hub.cli.replay:replay",
    "bench": "hub.cli.bench:bench",
}
"""Where each command is; only the one that is asked for is imported, so that a role starts quickly."""


class LazyGroup(click.Group):
    """A group that imports a command when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, name = where.split(":")
        command = getattr(importlib.import_module(module), name)
        return command if isinstance(command, click.Command) else None


@click.command(cls=LazyGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder with the hub's state.")
@click.option("--log-level", help="debug, info, warning or error.")
@click.pass_context
def hub(context: click.Context, data: Path | None, log_level: str | None) -> None:
    context.obj = Options(data=data, log_level=log_level)


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
