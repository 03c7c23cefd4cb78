"""One process of the hub: started in a group of its own, watched, stopped politely and then not."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path

from contracts.errors import Unavailable
from hub.servers import watchdog

POLL_SECONDS = 0.03
EXIT_POLL_SECONDS = 0.1
Sink = Callable[[str], None]


async def always_ready() -> bool:
    return True


def prepare_nothing() -> None:
    return


@dataclasses.dataclass(frozen=True, kw_only=True)
class Child:
    """What to run.

    `before_start` runs before every start. It is ready when it has run for `settle_seconds` and `is_ready`, asked again
    and again, says yes.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    settle_seconds: float = 0.0
    ready_within_seconds: float = 60.0
    before_start: Callable[[], None] = prepare_nothing
    is_ready: Callable[[], Awaitable[bool]] = always_ready


class Guard:
    """Our side of the watchdog: it knows which process groups must not outlive us."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def add(self, group: int, stop_signal: signal.Signals) -> None:
        self._tell(f"{group} {stop_signal.value}\n")

    def remove(self, group: int) -> None:
        self._tell(f"{group} 0\n")

    def _tell(self, line: str) -> None:
        """A watchdog that was killed is no reason to stop: it only serves when we end without a word."""
        pipe = self._process.stdin
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                os.write(pipe.fileno(), line.encode())

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


@contextlib.asynccontextmanager
async def open_guard(lock_descriptor: int | None = None) -> AsyncGenerator[Guard]:
    """A watchdog for the processes started meanwhile; it shares the lock until they are gone."""
    script = Path(watchdog.__file__)
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own script; starting it takes a millisecond
        [sys.executable, "-I", "-S", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=() if lock_descriptor is None else (lock_descriptor,),
    )
    guard = Guard(process)
    try:
        yield guard
    finally:
        guard.close()


class Process:
    """A started child. Its output goes line by line to `sink`; the last lines are kept for messages."""

    def __init__(self, child: Child, process: asyncio.subprocess.Process, guard: Guard, sink: Sink) -> None:
        self.child = child
        self.started = time.monotonic()
        self._process = process
        self._guard = guard
        self._sink = sink
        self._last: deque[str] = deque(maxlen=20)
        self._reader = asyncio.create_task(self._forward())
        self._is_collected = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._process.returncode

    @property
    def last_line(self) -> str:
        return next((line for line in reversed(self._last) if line.strip()), "")

    async def _forward(self) -> None:
        stream = self._process.stdout
        while stream is not None:
            try:
                raw = await stream.readline()
            except ValueError:  # one line longer than the buffer
                continue
            if not raw:
                return
            line = raw.decode("utf-8", "replace").rstrip("\n")
            self._last.append(line)
            self._sink(line)

    async def until_ready(self) -> None:
        """Returns when the child says that it is ready.

        Raises:
            Unavailable: It ended first, or took longer than it may.
        """
        name = self.child.name
        deadline = self.started + self.child.ready_within_seconds
        while True:
            if self.exit_code is not None:
                await self._collect()
                raise Unavailable(
                    f"{name} stopped while starting (exit code {self.exit_code}): {self.last_line or 'no output'}",
                    code="SERVER_START",
                    message_th=f"{name} เริ่มทำงานไม่สำเร็จ",
                )
            has_settled = time.monotonic() - self.started >= self.child.settle_seconds
            if has_settled and await self.child.is_ready():
                return
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"{name} was not ready within {self.child.ready_within_seconds:.0f} s; its last words: {self.last_line}",
                    code="SERVER_START",
                    message_th=f"{name} เริ่มทำงานไม่ทันเวลา",
                )
            await asyncio.sleep(POLL_SECONDS)

    async def _exited(self) -> None:
        """Returns when the process itself has ended. asyncio's own wait goes on while a grandchild holds the pipe."""
        while self.exit_code is None:  # noqa: ASYNC110 - the end of a process sets no event
            await asyncio.sleep(POLL_SECONDS)

    async def wait(self) -> int:
        """The exit code, once it has ended; whatever it had started itself is then killed."""
        await self._exited()
        return await self._collect()

    async def stop(self) -> int:
        """Asks it to stop, waits its grace, then kills its group. Answers the exit code."""
        if self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self.child.stop_signal)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._exited(), self.child.grace_seconds)
        if self.exit_code is None:
            self.kill()
            await self._exited()
        return await self._collect()

    def kill(self) -> None:
        """SIGKILL to the whole group, now."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    async def _collect(self) -> int:
        if self._is_collected:
            return self._process.returncode or 0
        self._is_collected = True
        self.kill()
        self._guard.remove(self.pid)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._reader, 2.0)
        return self._process.returncode or 0


async def start(child: Child, guard: Guard, sink: Sink) -> Process:
    """Starts the child; it need not be ready yet.

    Raises:
        Unavailable: Its program cannot be run.
    """
    await asyncio.to_thread(child.before_start)
    try:
        process = await asyncio.create_subprocess_exec(
            *child.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=child.environment,
            cwd=child.folder,
            start_new_session=True,
            limit=1 << 20,
        )
    except OSError as error:
        raise Unavailable(
            f"{child.name} cannot be started: {child.argv[0]}: {error.strerror}", code="SERVER_START"
        ) from error
    guard.add(process.pid, child.stop_signal)
    return Process(child, process, guard, sink)


def log_to(path: Path) -> Sink:
    """A sink that appends to a file, readable by its owner only."""

    def write(line: str) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{line}\n")

    return write
