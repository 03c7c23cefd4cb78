"""When a server is away the API says so within seconds, and goes on by itself when it is back."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx
import pytest_asyncio

from hub.api.app import create_app
from hub.log import open_log
from hub.settings import read_settings
from tests.api.stage import fold, make_keys, running, story
from tests.fixtures.servers import OwnServer

AT_MOST_SECONDS = 9.0
BACK_SECONDS = 15.0
HELP = {
    "type": "assistance.recorded.v1",
    "agency_id": "psm",
    "action_id": "A-1",
    "citizen_id": "3000000000013",
    "kind": "cash",
    "need": "income",
    "happened_on": "2023-06-02",
}


class Api:
    """The app as a settings file makes it."""

    def __init__(self, client: httpx.AsyncClient, keys: dict[str, str]) -> None:
        self.client, self.headers = client, {"X-API-Key": keys["admin"]}

    async def get(self, path: str) -> httpx.Response:
        return await self._in_time(self.client.get(path, headers=self.headers))

    async def post(self) -> httpx.Response:
        return await self._in_time(self.client.post("/v1/events", json=HELP, headers=self.headers))

    async def _in_time(self, work: Awaitable[httpx.Response]) -> httpx.Response:
        started = time.monotonic()
        answer = await work
        assert time.monotonic() - started < AT_MOST_SECONDS
        if answer.status_code == 503:
            assert answer.headers["retry-after"] == "2"
        return answer

    async def until(self, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """The first answer that is no 503."""
        deadline = time.monotonic() + BACK_SECONDS
        while True:
            answer = await ask()
            if answer.status_code != 503:
                return answer
            assert time.monotonic() < deadline, answer.text
            await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def open_api(nats_url: str, database_url: str, keys: dict[str, str], tmp_path) -> AsyncGenerator[Api]:
    settings = read_settings(
        {
            "HUB_NATS_URL": nats_url,
            "HUB_DATABASE_URL": database_url,
            "HUB_MASTER_KEY": "6d" * 32,
            "HUB_PSEUDONYM_KEY": "70" * 32,
        },
        data_dir=tmp_path,
    )
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        yield Api(client, keys)


@pytest_asyncio.fixture(loop_scope="session")
async def api(own_nats: OwnServer, own_postgres: OwnServer, tmp_path) -> AsyncGenerator[Api]:
    await fold(own_postgres.url, story().items)
    async with open_log([own_nats.url]) as log:
        await log.ensure()
    keys = await make_keys(own_postgres.url)
    async with open_api(own_nats.url, own_postgres.url, keys, tmp_path) as found:
        yield found


async def test_the_database_goes_and_comes_back(api: Api, own_postgres: OwnServer) -> None:
    assert (await api.get("/v1/households")).status_code == 200
    await own_postgres.kill()
    for path in ("/v1/households", "/v1/overview", "/v1/events"):
        answer = await api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "DATABASE_AWAY")
    ready = await api.get("/ready")
    assert (ready.status_code, ready.json()["database"], ready.json()["log"]) == (503, False, True)
    assert (await api.get("/health")).status_code == 200
    assert (await api.post()).status_code == 503
    await own_postgres.start()
    assert (await api.until(lambda: api.get("/v1/households"))).status_code == 200
    assert (await api.until(api.post)).status_code == 201


async def test_the_log_goes_and_comes_back(api: Api, own_nats: OwnServer) -> None:
    assert (await api.until(api.post)).status_code == 201
    await own_nats.kill()
    for ask in (api.post, lambda: api.get("/v1/events?limit=1")):
        answer = await ask()
        assert (answer.status_code, answer.json()["code"]) == (503, "LOG_AWAY")
    assert (await api.get("/v1/households")).status_code == 200
    ready = await api.get("/ready")
    assert (ready.status_code, ready.json()["database"], ready.json()["log"]) == (503, True, False)
    await own_nats.start()
    answer = await api.until(api.post)
    assert (answer.status_code, answer.json()["status"]) == (200, "duplicate")


async def test_it_starts_before_its_servers_do(
    own_nats: OwnServer, own_postgres: OwnServer, tmp_path
) -> None:
    await fold(own_postgres.url, [])
    async with open_log([own_nats.url]) as log:
        await log.ensure()
    keys = await make_keys(own_postgres.url)
    await own_nats.kill()
    await own_postgres.kill()
    async with open_api(own_nats.url, own_postgres.url, keys, tmp_path) as api:
        assert (await api.get("/ready")).status_code == 503
        assert (await api.get("/v1/overview")).status_code == 503
        await own_postgres.start()
        await own_nats.start()
        assert (await api.until(lambda: api.get("/v1/overview"))).status_code == 200
        assert (await api.until(api.post)).status_code == 201
