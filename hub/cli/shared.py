"""What every command needs: its settings, a loop to run in, and how to answer."""

import asyncio
import dataclasses
import gc
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

import click
import msgspec
import uvloop

from hub.logging import configure_logging
from hub.settings import Settings, read_environment, read_settings


@dataclasses.dataclass(frozen=True)
class Options:
    """The options before the command."""

    data: Path | None
    log_level: str | None

    def settings(
        self, role: str = "command", *, host: str | None = None, port: int | None = None
    ) -> Settings:
        """Settings of the environment with the options on top; logging is set up for `role`.

        A command that answers a person speaks only of trouble; servers log what they do.
        """
        level = self.log_level or ("warning" if role == "command" else None)
        settings = read_settings(
            read_environment(), data_dir=self.data, log_level=level, host=host, port=port
        )
        configure_logging(settings, role)
        return settings


Result = TypeVar("Result")


def run(work: Coroutine[object, object, Result]) -> Result:
    """Run asynchronous work to its end.

    The collector runs rarely: bulk work makes millions of objects that form no circles, and looking through them all costs a tenth
    of the time.
    """
    gc.set_threshold(50_000, 20, 100)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def answer(value: object, *, as_json: bool, text: str) -> None:
    """Print an answer for a program or for a person."""
    click.echo(msgspec.json.encode(value).decode() if as_json else text)


async def until_signal(work: Coroutine[object, object, None]) -> None:
    """Run until the work ends or the process is asked to stop."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
