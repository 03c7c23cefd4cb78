"""`hub project`: the projector alone."""

import click

from hub.cli.shared import Options, run, until_signal
from hub.log import open_log
from hub.projector import project as project_events
from hub.servers.stack import open_stack
from hub.vault import Vault


@click.command()
@click.pass_obj
def project(options: Options) -> None:
    """Run the projector alone: folds the log into tables for ever."""
    settings = options.settings("projector")

    async def work() -> None:
        async with open_stack(settings) as stack, open_log(stack.nats_servers) as log:
            await project_events(stack.database_url, log, Vault(stack.master_key))

    run(until_signal(work()))
