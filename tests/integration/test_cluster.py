"""The NATS cluster of the production shape: three nodes from deploy/nats.conf itself, the stream on all of them."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import nats.errors
import pytest

from contracts.errors import HubError
from hub.log import Outgoing, open_log
from hub.servers.nats import APP, answers
from hub.servers.ports import choose_port
from hub.servers.process import Child, open_guard
from hub.servers.programs import find_nats
from hub.servers.stack import with_login
from hub.settings import Secret, Settings, read_environment
from tests.fixtures.servers import OwnServer, temporary_folder

CONFIGURATION = (Path(__file__).parents[2] / "deploy/nats.conf").read_text("utf-8")
AGENCIES = (Path(__file__).parents[2] / "deploy/agencies.conf").read_text("utf-8")
PASSWORD = Secret("for-the-cluster-test")
NODES = ("nats-1", "nats-2", "nats-3")


def local(folder: Path, clients: int, routes: dict[str, int], name: str) -> str:
    """deploy/nats.conf with this machine's ports and folder in place of those of the containers."""
    text = CONFIGURATION.replace("0.0.0.0:4222", f"127.0.0.1:{clients}").replace("/data", str(folder / name))
    text = text.replace("0.0.0.0:6222", f"127.0.0.1:{routes[name]}")
    return re.sub(r"nats://(nats-\d):6222", lambda found: f"nats://127.0.0.1:{routes[found[1]]}", text)


@pytest.fixture
async def cluster() -> AsyncGenerator[dict[str, OwnServer]]:
    clients, routes = {name: choose_port() for name in NODES}, {name: choose_port() for name in NODES}
    passwords = {"NATS_APP_PASSWORD": PASSWORD, "NATS_OPERATOR_PASSWORD": "another"}
    with temporary_folder("cluster") as folder:
        async with open_guard() as guard, contextlib.AsyncExitStack() as stop_later:
            servers: dict[str, OwnServer] = {}
            (folder.nats / "agencies.conf").write_text(AGENCIES, "utf-8")
            for name in NODES:
                path = folder.nats / f"{name}.conf"
                path.write_text(local(folder.nats, clients[name], routes, name), "utf-8")
                child = Child(
                    name=name,
                    argv=(find_nats(), "--config", str(path)),
                    environment=read_environment() | passwords | {"SERVER_NAME": name},
                    is_ready=lambda port=clients[name]: answers(port, APP, PASSWORD),
                )
                url = f"nats://127.0.0.1:{clients[name]}"
                servers[name] = OwnServer(child, url, guard, folder.logs / f"{name}.log")
                stop_later.push_async_callback(servers[name].stop)
            await asyncio.gather(*(server.start() for server in servers.values()))
            yield servers


async def test_the_log_lives_on_three_nodes_and_outlives_any_one(cluster: dict[str, OwnServer]):
    settings = Settings(data_dir=Path("/nowhere"), nats_user=APP, nats_password=PASSWORD)
    urls = with_login(Secret(",".join(server.url for server in cluster.values())), settings).split(",")
    async with open_log(urls) as log:
        await until_made(log.ensure)
        first = await log.append([message(number) for number in range(1, 101)])
        info = await log.client.jetstream().stream_info("EVENTS")
        assert (first, info.config.num_replicas) == (1, 3)
        assert info.cluster is not None
    await cluster[str(info.cluster.leader)].kill()
    async with open_log(urls) as log:
        assert await until_appended(log.append, message(101)) == 101


def message(number: int) -> Outgoing:
    return Outgoing(subject=f"events.32.records.test.{number}", payload=b"{}", expected=0)


async def until_made(ensure) -> None:
    """The three need a moment to choose who leads."""
    for _ in range(100):
        try:
            return await ensure(replicas=3)
        except (HubError, nats.errors.Error):
            await asyncio.sleep(0.2)
    raise AssertionError("the stream could not be made within 20 s")


async def until_appended(append, outgoing: Outgoing) -> int:
    """Two of three go on after they have chosen a new leader."""
    for _ in range(100):
        try:
            return await append([outgoing])
        except HubError:
            await asyncio.sleep(0.2)
    raise AssertionError("nothing could be appended within 20 s")
