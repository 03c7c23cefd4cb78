"""The app over a real log, vault and database, for tests that write through the doors."""

import contextlib
from collections.abc import AsyncGenerator

import httpx
import psycopg

from hub import clock
from hub.api.app import create_app_with
from hub.api.parts import open_parts
from hub.log import open_log
from hub.projector import project
from hub.settings import read_settings
from hub.vault import Vault
from tests.api.stage import fold, make_keys, running


class RealHub:
    """The app over real servers; `project` folds what was appended."""

    def __init__(self, client, keys, log, database_url) -> None:
        self.client, self.keys, self.log, self.database_url = client, keys, log, database_url

    async def post(self, body: object, role: str = "admin") -> httpx.Response:
        return await self.client.post("/v1/events", json=body, headers={"X-API-Key": self.keys[role]})

    async def post_to(self, path: str, body: object, role: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers={"X-API-Key": self.keys[role]})

    async def get(self, path: str, role: str = "auditor", **parameters) -> httpx.Response:
        return await self.client.get(path, params=parameters, headers={"X-API-Key": self.keys[role]})

    async def rows(self, query: str) -> list[tuple]:
        async with await psycopg.AsyncConnection.connect(self.database_url, autocommit=True) as connection:
            return await (await connection.execute(query)).fetchall()

    async def project(self) -> None:
        await project(self.database_url, self.log, Vault(b"m" * 32), stop_at=await self.log.last_sequence())


@contextlib.asynccontextmanager
async def open_real_hub(
    nats_url: str, database_url: str, stream_name: str, tmp_path, **more: dict
) -> AsyncGenerator[RealHub]:
    """The app over real servers, with its stream made; nothing is projected by itself."""
    settings = read_settings(
        {
            "HUB_NATS_URL": nats_url,
            "HUB_DATABASE_URL": database_url,
            "HUB_MASTER_KEY": "6d" * 32,
            "HUB_PSEUDONYM_KEY": "70" * 32,
        },
        data_dir=tmp_path,
    )
    await fold(database_url, [])
    keys = await make_keys(database_url, **more)
    prefix = stream_name.lower()

    @contextlib.asynccontextmanager
    async def open_hub(metrics, hub_clock):
        async with open_parts(settings, metrics, hub_clock, stream=stream_name, prefix=prefix) as hub:
            yield hub

    app = create_app_with(open_hub, hub_clock=clock.now)
    transport = httpx.ASGITransport(app)
    async with open_log([nats_url], stream=stream_name, prefix=prefix) as log:
        await log.ensure()
        async with running(app), httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            yield RealHub(client, keys, log, database_url)
