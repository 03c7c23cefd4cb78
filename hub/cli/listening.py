"""`hub serve`: the API and the web page alone."""

import click
import granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from hub.api.app import create_app
from hub.cli.shared import Options
from hub.settings import hand_on, read_environment, read_settings


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. [8080]")
@click.option("--host", help="Address to listen on. [127.0.0.1]")
@click.pass_obj
def serve(options: Options, port: int | None, host: str | None) -> None:
    """Run the API and the web page alone."""
    settings = options.settings("api", host=host, port=port)
    hand_on(settings)
    granian.Granian(
        "hub.cli.listening:make_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        loop=Loops.uvloop,
        workers=1,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


def make_app() -> object:
    """The application of a server process, from the environment that `hub serve` hands on."""
    settings = read_settings(read_environment())
    return create_app(settings)
