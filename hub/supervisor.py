"""Keeps the processes of a hub running: nats-server, PostgreSQL, then the roles given, in this order.

One that ends, even by kill -9, is started again at the same port. Ctrl-C or SIGTERM stops them all, last started first.
Should this process itself be killed, the watchdog (hub/servers/watchdog.py) stops what is left.
"""

import asyncio
import contextlib
import dataclasses
import functools
import json
import logging
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence

import msgspec

from contracts.errors import Unavailable
from hub.servers.holding import Holding, hold
from hub.servers.paths import DataFolder
from hub.servers.ports import require_free
from hub.servers.process import Child, Guard, Process, Sink, log_to, open_guard, start
from hub.servers.stack import Plans, Stack, plan_servers, prepare
from hub.settings import Settings, child_environment

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
STEADY_SECONDS = 10.0
FIRST_TRIES = 4
Hook = Callable[[Stack], Awaitable[None]]


async def do_nothing(stack: Stack) -> None:
    """The hook that is not there."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Context:
    """What every kept child shares."""

    guard: Guard
    settings: Settings

    servers: frozenset[str]

    def sink(self, name: str) -> Sink:
        """On a terminal the roles speak, and the servers write to DIR/logs; a log collector gets everything."""
        if name in self.servers and self.settings.log_format == "text":
            return log_to(DataFolder(self.settings.data_dir).logs / f"{name}.log")
        return functools.partial(show_line, name, self.settings.log_format)


async def supervise(
    settings: Settings, children: Sequence[Child], *, before: Hook = do_nothing, after: Hook = do_nothing
) -> None:
    """Runs until SIGINT, SIGTERM or SIGHUP, then returns with every process stopped.

    Args:
        settings: URLs that are set name external servers; the others are started here.
        children: The roles, started one after the other, each when the one before is ready. One without an environment
            gets `child_environment(settings)`, so that `open_stack` in it finds the servers started here.
        before: Called once when the servers are ready, before the first role: tables, streams, demo data.
        after: Called once when all roles are ready.

    Raises:
        Conflict: A hub already runs on the data folder.
        Unavailable: The port is taken, or a process does not get ready at its first start.
    """
    with caught_signals() as stop:
        work = asyncio.create_task(_run(settings, children, before, after))
        waiting = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                logger.info("stopping")
        finally:
            waiting.cancel()
            work.cancel()
            await asyncio.wait({work})
        if not work.cancelled():
            work.result()


@contextlib.contextmanager
def caught_signals() -> Generator[asyncio.Event]:
    """An event that the signals of a polite stop set, instead of ending the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _run(settings: Settings, children: Sequence[Child], before: Hook, after: Hook) -> None:
    folder = DataFolder(settings.data_dir)
    async with hold(folder, "hub") as holding, open_guard(holding.descriptor) as guard:
        if children:
            require_free(settings.host, settings.port)
        plans = plan_servers(settings)
        servers = plans.children()
        context = Context(
            guard=guard, settings=settings, servers=frozenset(server.name for server in servers)
        )
        async with keep_all(context) as keep:
            for server in servers:
                await keep(server)
            stack = await prepare(settings, plans, "running")
            publish(holding, settings, plans)
            await before(stack)
            for child in children:
                await keep(with_environment(child, settings))
            await after(stack)
            await asyncio.Event().wait()


def publish(holding: Holding, settings: Settings, plans: Plans) -> None:
    """Lets commands on the same data folder find the servers."""
    holding.publish(
        msgspec.structs.replace(
            holding.run, state="serving", host=settings.host, port=settings.port, **plans.addresses()
        )
    )


def with_environment(child: Child, settings: Settings) -> Child:
    if child.environment is not None:
        return child
    return dataclasses.replace(child, environment=child_environment(settings))


@contextlib.asynccontextmanager
async def keep_all(context: Context) -> AsyncGenerator[Callable[[Child], Awaitable[None]]]:
    """Gives a function that starts a child, returns when it is ready, and keeps it running until the block ends."""
    keepers: list[asyncio.Task[None]] = []

    async def keep(child: Child) -> None:
        process = await first_start(child, context)
        keepers.append(asyncio.create_task(keep_running(child, process, context), name=child.name))

    try:
        yield keep
    finally:
        for keeper in reversed(keepers):
            keeper.cancel()
            await asyncio.wait({keeper})


async def first_start(child: Child, context: Context) -> Process:
    """A ready process, or after a few tries the reason why there is none: at its first start a fault is not passing."""
    for left in reversed(range(FIRST_TRIES)):
        process = await start(child, context.guard, context.sink(child.name))
        try:
            await process.until_ready()
        except Unavailable as error:
            await process.stop()
            if not left:
                raise
            logger.warning(
                "start failed, trying again", extra={"child": child.name, "reason": error.message_en}
            )
            await asyncio.sleep(FIRST_PAUSE)
        except BaseException:
            await process.stop()
            raise
        else:
            logger.info("ready", extra={"child": child.name, "pid": process.pid})
            return process
    raise AssertionError


async def keep_running(child: Child, process: Process | None, context: Context) -> None:
    """Starts the child again whenever it ends, waiting longer while it does not stay; stops it when cancelled."""
    pause = FIRST_PAUSE
    while True:
        try:
            if process is None:
                process = await start(child, context.guard, context.sink(child.name))
            loop = asyncio.get_running_loop()
            began = loop.time()
            code = await process.wait()
        except Unavailable as error:
            logger.warning("cannot be started again", extra={"child": child.name, "reason": error.message_en})
        except BaseException:
            if process is not None:
                await process.stop()
            raise
        else:
            if loop.time() - began >= STEADY_SECONDS:
                pause = FIRST_PAUSE
            logger.warning(
                "ended, starting it again", extra={"child": child.name, "exit_code": code, "pause": pause}
            )
        process = None
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def show_line(name: str, log_format: str, line: str) -> None:
    """Passes on a line of a child: marked with its name, or in JSON logs as a JSON object."""
    if log_format == "text":
        shown = f"{name:>8} | {line}"
    elif line.startswith("{"):
        shown = line
    else:
        shown = json.dumps({"role": name, "message": line})
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(f"{shown}\n")
        sys.stderr.flush()
