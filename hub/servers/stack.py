"""The two servers that every command needs: external ones, those of the running hub, or private ones for the while."""

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import AsyncGenerator
from typing import Literal
from urllib.parse import quote, urlsplit

from contracts.errors import InvalidInput, Unavailable
from hub.servers import nats, postgres
from hub.servers.holding import Run, hold, running_hub
from hub.servers.nats import NatsPlan, nats_child
from hub.servers.paths import DataFolder, keep_secret, make_folder, read_secret
from hub.servers.ports import LOOPBACK, choose_port
from hub.servers.postgres import PostgresPlan, create_database, postgres_child
from hub.servers.process import Child, Sink, log_to, open_guard, start
from hub.settings import Secret, Settings

logger = logging.getLogger(__name__)

Origin = Literal["external", "running", "private"]
ATTACH_SECONDS = 60.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stack:
    """How to reach the servers, and the keys of this hub. The URLs carry user and password; they print as '***'."""

    origin: Origin
    nats_url: Secret
    database_url: Secret
    master_key: bytes = dataclasses.field(repr=False)
    pseudonym_key: bytes = dataclasses.field(repr=False)

    @property
    def nats_servers(self) -> list[str]:
        """As `nats.connect(servers=...)` takes them."""
        return [url.strip() for url in self.nats_url.split(",")]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plans:
    """The servers that this process starts itself; None is one that is external."""

    nats: NatsPlan | None
    postgres: PostgresPlan | None

    def children(self) -> tuple[Child, ...]:
        found = (self.nats and nats_child(self.nats), self.postgres and postgres_child(self.postgres))
        return tuple(child for child in found if child is not None)

    def addresses(self) -> dict[str, str | None]:
        """For run.json: where they listen, without passwords."""
        return {
            "nats_url": str(nats.address(LOOPBACK, self.nats.port, nats.APP, None)) if self.nats else None,
            "database_url": str(postgres.address(LOOPBACK, self.postgres.port, None))
            if self.postgres
            else None,
        }


def plan_servers(settings: Settings) -> Plans:
    """Plans private servers, at free ports or at the one that is set, for every URL that the settings leave open."""
    folder = DataFolder(settings.data_dir)
    return Plans(
        nats=None if settings.nats_url else NatsPlan(folder=folder, port=settings.nats_port or choose_port()),
        postgres=None if settings.database_url else PostgresPlan(folder=folder, port=choose_port()),
    )


@contextlib.asynccontextmanager
async def open_stack(settings: Settings) -> AsyncGenerator[Stack]:
    """The servers of this hub for as long as the block runs.

    External where the settings name URLs; else those of the hub that runs on the data folder; else private ones,
    started for the block and stopped after it.

    Raises:
        Unavailable: A server program is missing or does not start.
        Conflict: Another command has private servers on this folder and does not end.
        InvalidInput: External servers are named, but not the keys that go with them.
    """
    if settings.nats_url and settings.database_url:
        yield external_stack(settings)
        return
    run = running_hub(DataFolder(settings.data_dir))
    if run is not None:
        yield await attach(settings, run)
        return
    async with private_stack(settings) as stack:
        yield stack


def external_stack(settings: Settings) -> Stack:
    return _stack(settings, "external", settings.nats_url, settings.database_url)


async def attach(settings: Settings, run: Run) -> Stack:
    """The servers of the hub that runs on the data folder; one that is just starting is waited for."""
    folder = DataFolder(settings.data_dir)
    deadline = time.monotonic() + ATTACH_SECONDS
    while run.state == "starting":
        if time.monotonic() > deadline:
            raise Unavailable(f"The hub on {folder.root} is still starting; try again", code="HUB_STARTING")
        await asyncio.sleep(0.1)
        again = running_hub(folder)
        if again is None:
            raise Unavailable(
                f"The hub on {folder.root} stopped while starting; see its output", code="HUB_STARTING"
            )
        run = again
    nats_url = settings.nats_url or _with_password(
        run.nats_url, folder, nats.password_name(nats.APP), "HUB_NATS_URL"
    )
    database_url = settings.database_url or _with_password(
        run.database_url, folder, postgres.PASSWORD, "HUB_DATABASE_URL"
    )
    return _stack(settings, "running", nats_url, database_url)


def _with_password(url: str | None, folder: DataFolder, secret: str, variable: str) -> Secret:
    if url is None:
        raise InvalidInput(
            f"The hub on {folder.root} uses an external server; set {variable} here too", path=variable
        )
    user, at, rest = url.partition("@")
    return Secret(f"{user}:{quote(read_secret(folder, secret), safe='')}{at}{rest}")


@contextlib.asynccontextmanager
async def private_stack(settings: Settings) -> AsyncGenerator[Stack]:
    folder = DataFolder(settings.data_dir)
    async with (
        hold(folder, "command") as holding,
        open_guard(holding.descriptor) as guard,
        contextlib.AsyncExitStack() as stop_later,
    ):
        plans = plan_servers(settings)
        sinks: dict[str, Sink] = {}
        for child in plans.children():
            sink = sinks.setdefault(child.name, log_to(folder.logs / f"{child.name}.log"))
            process = await start(child, guard, sink)
            stop_later.push_async_callback(process.stop)
            await process.until_ready()
        yield await prepare(settings, plans)


async def prepare(settings: Settings, plans: Plans, origin: Origin = "private") -> Stack:
    """What the servers need once they run: the database with its extensions, and the keys."""
    if plans.postgres is not None:
        await create_database(plans.postgres)
    return _stack(
        settings,
        origin,
        settings.nats_url or (plans.nats and plans.nats.url()),
        settings.database_url or (plans.postgres and plans.postgres.url()),
    )


def _stack(settings: Settings, origin: Origin, nats_url: Secret | None, database_url: Secret | None) -> Stack:
    if nats_url is None or database_url is None:
        raise Unavailable("The hub has no servers to reach", code="NO_SERVERS")
    return Stack(
        origin=origin,
        nats_url=with_login(nats_url, settings),
        database_url=database_url,
        master_key=_key(settings, settings.master_key, "master_key"),
        pseudonym_key=_key(settings, settings.pseudonym_key, "pseudonym_key"),
    )


def _key(settings: Settings, given: Secret | None, name: str) -> bytes:
    """The key from the settings, else the one in the data folder, made at the first start.

    With an external database a missing key is an error: a new one would open nothing of what is stored there.
    """
    if given is not None:
        return bytes.fromhex(given)
    if settings.database_url is not None:
        variable = f"HUB_{name.upper()}"
        raise InvalidInput(
            f"An external database is set, so {variable} or {variable}_FILE must be set too",
            code="KEY_MISSING",
            message_th=f"ต้องกำหนด {variable} เมื่อใช้ฐานข้อมูลภายนอก",
            path=variable,
        )
    folder = DataFolder(settings.data_dir)
    make_folder(folder)
    return bytes.fromhex(keep_secret(folder, name, hexadecimal=True))


def with_login(url: Secret, settings: Settings) -> Secret:
    """The NATS URLs with `nats_user` and `nats_password` in each that names no user itself."""
    if not settings.nats_user or not settings.nats_password:
        return url
    who = f"{quote(settings.nats_user, safe='')}:{quote(settings.nats_password, safe='')}@"
    parts = [part.strip() for part in url.split(",")]
    return Secret(
        ",".join(part if urlsplit(part).username else part.replace("://", f"://{who}", 1) for part in parts)
    )
