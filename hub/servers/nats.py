"""A private nats-server with JetStream in the data folder: every acknowledgement means fsynced.

The hub's account has two users: `app`, the hub itself, which may neither delete nor purge streams nor messages, nor restore over them, and
`operator` for maintenance by hand. The accounts of agencies stand in a file of their own (hub/servers/agencies.py).
"""

import asyncio
import contextlib
import dataclasses
import json
import signal
from pathlib import Path
from urllib.parse import quote

from hub.servers.leftover import end_leftover
from hub.servers.paths import DataFolder, keep_secret, write_private
from hub.servers.ports import LOOPBACK
from hub.servers.process import Child
from hub.servers.programs import find_nats
from hub.settings import Secret

APP, OPERATOR = "app", "operator"
HUB_ACCOUNT = "HUB"
DENIED = (
    "STREAM.DELETE.>",
    "STREAM.PURGE.>",
    "STREAM.MSG.DELETE.>",
    "STREAM.RESTORE.>",
    "STREAM.UPDATE.EVENTS",
)
"""A stream that may be updated can be told to forget: EVENTS may not."""

CONFIGURATION = """\
listen: "127.0.0.1:{port}"
server_name: hub
pid_file: {pid_file}
max_payload: 8MB
max_pending: 256MB
jetstream {{
  store_dir: {store}
  {sync}
}}
accounts {{
  {account}: {{
    jetstream: enabled
    users: [
      {{ user: app, password: {app}, permissions: {{ publish: {{ deny: {denied} }} }} }}
      {{ user: operator, password: {operator} }}
    ]
    exports: [ {{ service: "in.>" }}, {{ stream: "receipt.>" }} ]
  }}
  include {agencies}
}}
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class NatsPlan:
    """A server of one data folder at one port. `sync_always=False` is for tests, whose stores are thrown away."""

    folder: DataFolder
    port: int
    sync_always: bool = True

    @property
    def configuration(self) -> Path:
        return self.folder.nats / "nats.conf"

    @property
    def agencies(self) -> Path:
        return self.folder.nats / "agencies.conf"

    @property
    def pid_file(self) -> Path:
        return self.folder.nats / "nats.pid"

    def password(self, user: str = APP) -> Secret:
        return keep_secret(self.folder, password_name(user))

    def url(self, user: str = APP) -> Secret:
        return address(LOOPBACK, self.port, user, self.password(user))


def password_name(user: str) -> str:
    return f"nats_{user}_password"


def address(host: str, port: int, user: str, password: Secret | None) -> Secret:
    """The URL of a private server; without a password it may be shown."""
    who = f"{user}:{quote(password, safe='')}" if password else user
    return Secret(f"nats://{who}@{host}:{port}")


def nats_child(plan: NatsPlan) -> Child:
    """The server as a child, ready when `app` can log in: JetStream has then recovered its streams.

    Raises:
        Unavailable: The program is missing.
    """
    program = find_nats()

    def before_start() -> None:
        end_leftover(plan.pid_file, plan.configuration, (signal.SIGTERM, signal.SIGKILL))
        move_store(plan.folder.nats / "store" / "jetstream")
        if not plan.agencies.exists():
            write_private(plan.agencies, "")
        write_private(plan.configuration, configuration_of(plan))

    async def is_ready() -> bool:
        return await answers(plan.port, APP, plan.password())

    return Child(
        name="nats",
        argv=(program, "--config", str(plan.configuration)),
        stop_signal=signal.SIGTERM,
        grace_seconds=20.0,
        ready_within_seconds=300.0,  # a large store is read through after a crash
        before_start=before_start,
        is_ready=is_ready,
    )


def configuration_of(plan: NatsPlan) -> str:
    quoted = json.dumps
    return CONFIGURATION.format(
        port=plan.port,
        pid_file=quoted(str(plan.pid_file)),
        store=quoted(str(plan.folder.nats / "store")),
        sync="sync_interval: always" if plan.sync_always else "sync_interval: 2m",
        app=quoted(plan.password(APP)),
        operator=quoted(plan.password(OPERATOR)),
        account=HUB_ACCOUNT,
        agencies=quoted(plan.agencies.name),
        denied=quoted([f"$JS.API.{name}" for name in DENIED]),
    )


def move_store(store: Path) -> None:
    """The streams of a folder from before there were accounts belong to the hub's account now."""
    old, new = store / "$G", store / HUB_ACCOUNT
    if old.exists() and not new.exists():
        old.rename(new)


async def answers(port: int, user: str, password: Secret) -> bool:
    """Whether a NATS server there lets this user in (INFO, CONNECT, PING, PONG of the client protocol)."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                await reader.readline()
                login = json.dumps({"user": user, "pass": password, "verbose": False, "pedantic": False})
                writer.write(f"CONNECT {login}\r\nPING\r\n".encode())
                return (await reader.readline()).startswith(b"PONG")
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
