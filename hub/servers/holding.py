"""Who holds a data folder: one process at a time, by a lock that the kernel lets go when the process ends.

The lock is the truth; `run.json` beside it says who and where, and is stale whenever nobody holds the lock.
"""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import errno
import fcntl
import logging
import os
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal

import msgspec

from contracts.errors import Conflict
from hub import clock
from hub.servers.paths import DataFolder, make_folder, write_private

logger = logging.getLogger(__name__)

Kind = Literal["hub", "command"]
State = Literal["starting", "serving"]


class Run(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What runs on a data folder. URLs carry no password; None is a server that is not the hub's own."""

    pid: int
    kind: Kind
    state: State
    started: dt.datetime
    host: str | None = None
    port: int | None = None
    nats_url: str | None = None
    database_url: str | None = None


@dataclasses.dataclass
class Holding:
    """The lock of a data folder, held."""

    folder: DataFolder
    descriptor: int
    run: Run

    def publish(self, run: Run) -> None:
        """Tells other processes what runs here now."""
        self.run = run
        write_private(self.folder.run_file, msgspec.json.format(msgspec.json.encode(run)).decode() + "\n")


@contextlib.asynccontextmanager
async def hold(folder: DataFolder, kind: Kind, *, patience_seconds: float = 20.0) -> AsyncGenerator[Holding]:
    """Holds the folder. Waits a little for a command to end, or for the servers of a killed hub to be stopped.

    Raises:
        Conflict: A hub runs there, or a command did not end in time.
    """
    make_folder(folder)
    descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await take_lock(folder, descriptor, time.monotonic() + patience_seconds)
        holding = Holding(
            folder, descriptor, Run(pid=os.getpid(), kind=kind, state="starting", started=clock.now())
        )
        holding.publish(holding.run)
        try:
            yield holding
        finally:
            folder.run_file.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


async def take_lock(folder: DataFolder, descriptor: int, deadline: float) -> None:
    is_told = False
    while not try_lock(descriptor):
        run = read_run(folder)
        if run is not None and run.kind == "hub" and is_process(run.pid):
            raise Conflict(
                f"A hub is already running on {folder.root} (process {run.pid}"
                f"{f', http://{run.host}:{run.port}' if run.port else ''}); stop it, or choose another folder with --data",
                code="ALREADY_RUNNING",
                message_th=f"มีระบบทำงานอยู่แล้วในโฟลเดอร์ {folder.root} (โปรเซส {run.pid})",
            )
        if time.monotonic() > deadline:
            who = f"command with process number {run.pid}" if run else "process"
            raise Conflict(
                f"Another {who} is using {folder.root}; wait until it ends, or start the hub first and then run commands",
                code="FOLDER_IN_USE",
                message_th=f"มีคำสั่งอื่นกำลังใช้โฟลเดอร์ {folder.root} อยู่",
            )
        if not is_told:
            logger.info("waiting for the data folder to be free", extra={"folder": str(folder.root)})
            is_told = True
        await asyncio.sleep(0.1)


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN}:
            return False
        raise
    return True


def is_held(folder: DataFolder) -> bool:
    """Whether some process holds the folder."""
    try:
        descriptor = os.open(folder.lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


def read_run(folder: DataFolder) -> Run | None:
    """What `run.json` says, without asking whether it is still so."""
    try:
        return msgspec.json.decode(folder.run_file.read_bytes(), type=Run)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def running_hub(folder: DataFolder) -> Run | None:
    """The hub that runs on this folder now; None when there is none, or only a command with servers of its own."""
    run = read_run(folder)
    if run is None or run.kind != "hub" or not is_process(run.pid) or not is_held(folder):
        return None
    return run


def is_process(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
