"""A hub that has seen the story (read only, one for the session), and empty ones for tests that write."""

import uuid
from collections.abc import AsyncGenerator

import pytest_asyncio

from tests.api.real_hub import RealHub, open_real_hub
from tests.api.stage import Stage, open_stage, story
from tests.fixtures.postgres import TestCluster


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def told(postgres_cluster: TestCluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    """The app over the story. Tests only read."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    url = postgres_cluster.create(name)
    async with open_stage(url, story().items, tmp_path_factory.mktemp("hub")) as stage:
        yield stage
    postgres_cluster.drop(name)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(database_url: str, tmp_path) -> AsyncGenerator[Stage]:
    """The app over a database in which nothing is projected yet, a version of it apart."""
    async with open_stage(database_url, [], tmp_path) as empty:
        yield empty


@pytest_asyncio.fixture(loop_scope="session")
async def real(nats_url: str, database_url: str, stream_name: str, tmp_path) -> AsyncGenerator[RealHub]:
    """The app over real servers, with its stream made; nothing is projected by itself."""
    more = {"temple": {"role": "agency", "agency": "temple"}}
    async with open_real_hub(nats_url, database_url, stream_name, tmp_path, **more) as hub:
        yield hub
