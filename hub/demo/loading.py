"""Loading a demo folder as an agency would: every file of its manifest through intake, in order, and waiting until it is projected."""

import asyncio
import contextlib
import datetime as dt
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import msgspec
from psycopg import AsyncConnection

from contracts.errors import InvalidInput, Unavailable
from hub import clock
from hub.boundaries import load_boundaries
from hub.intake.files import FileImport
from hub.intake.intake import Intake
from hub.intake.publishing import Publisher, publish
from hub.intake.requests import FileRequest, Mode
from hub.opening import fetch_checkpoint, open_intake
from hub.servers.process import Child, log_to, open_guard, start
from hub.servers.stack import Stack
from hub.settings import Settings, child_environment

Progress = Callable[[str, int, int], None]
POLL_SECONDS = 0.2


class DemoFile(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a manifest."""

    source: str
    file: str
    mode: Mode = "delta"
    period: str | None = None
    reported_at: str | None = None
    areas: tuple[str, ...] | None = None
    agency: str | None = None
    approximate: bool = False


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a demo folder holds, in the order of loading."""

    seed: int
    households: int
    files: tuple[DemoFile, ...]


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What loading did. Events are those in the log afterwards; seconds are those of intake and until all was projected."""

    files: int
    records_read: int
    actions_read: int
    events: int
    intake_seconds: float
    total_seconds: float


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a demo folder. Raises InvalidInput."""
    try:
        return msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidInput(
            f"{folder} is not a demo folder; make one with `hub demo generate --out {folder}`.",
            code="NOT_A_DEMO_FOLDER",
            path="folder",
        ) from error


async def load_demo(settings: Settings, stack: Stack, folder: Path, progress: Progress) -> Loaded:
    """Load every file of the folder. Files that are in already add nothing. A projector must be running."""
    manifest = read_manifest(folder)
    began = asyncio.get_running_loop().time()
    counts = {"records": 0, "actions": 0}
    async with open_intake(settings, stack) as intake:
        for number, entry in enumerate(manifest.files, start=1):
            progress("files", number - 1, len(manifest.files))
            await _load_one(settings, intake, folder / entry.file, entry, counts, progress)
        progress("files", len(manifest.files), len(manifest.files))
        last = await intake.log.last_sequence()
    taken = asyncio.get_running_loop().time() - began
    await wait_projected(stack, last, progress)
    return Loaded(
        files=len(manifest.files),
        records_read=counts["records"],
        actions_read=counts["actions"],
        events=last,
        intake_seconds=round(taken, 1),
        total_seconds=round(asyncio.get_running_loop().time() - began, 1),
    )


async def _load_one(
    settings: Settings,
    intake: Intake,
    path: Path,
    entry: DemoFile,
    counts: dict[str, int],
    progress: Progress,
) -> None:
    now = clock.now()
    if entry.source == "events":
        await publish(
            intake,
            path.read_bytes().splitlines(),
            Publisher(province=settings.province, actor="demo"),
            now=now,
        )
    elif entry.source == "boundaries":
        await load_boundaries(
            intake, path, province=settings.province, now=now, approximate=entry.approximate
        )
    else:
        request = FileRequest(
            path=path,
            source=entry.source,
            mode=entry.mode,
            period=entry.period,
            reported_on=None if entry.reported_at is None else dt.date.fromisoformat(entry.reported_at),
            areas=entry.areas or (),
            actor="demo",
        )
        work = FileImport(intake, request, province=settings.province, now=now, progress=progress)
        receipt = await work.run()
        counts["actions" if entry.source == "assistance" else "records"] += receipt.read


async def wait_projected(stack: Stack, sequence: int, progress: Progress) -> None:
    """Return when the live projection holds event `sequence`. Raises Unavailable when the projector stands still."""
    async with await AsyncConnection.connect(stack.database_url, autocommit=True) as connection:
        while True:
            checkpoint, error = await fetch_checkpoint(connection)
            progress("projecting", min(checkpoint, sequence), sequence)
            if checkpoint >= sequence:
                return
            if error is not None:
                raise Unavailable(f"The projector stands still: {error}", code="PROJECTOR_STANDS_STILL")
            await asyncio.sleep(POLL_SECONDS)


@contextlib.asynccontextmanager
async def own_projector(settings: Settings, stack: Stack) -> AsyncGenerator[None]:
    """A projector process for the time of the block, where no hub runs one."""
    told = {
        "HUB_NATS_URL": stack.nats_url,
        "HUB_DATABASE_URL": stack.database_url,
        "HUB_MASTER_KEY": stack.master_key.hex(),
        "HUB_PSEUDONYM_KEY": stack.pseudonym_key.hex(),
    }
    # The same said by a file would contradict it.
    inherited = child_environment(settings).items()
    environment = {name: value for name, value in inherited if name.removesuffix("_FILE") not in told} | told
    child = Child(name="projector", argv=(sys.executable, "-m", "hub", "project"), environment=environment)
    async with open_guard() as guard:
        process = await start(child, guard, log_to(settings.data_dir / "logs" / "projector.log"))
        try:
            yield
        finally:
            await process.stop()
