"""Stores of the benchmark's own: private servers with the durability of a real hub, in a folder that is removed afterwards."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

from hub.servers.stack import Stack, private_stack
from hub.settings import Settings


@contextlib.asynccontextmanager
async def open_stores(name: str) -> AsyncGenerator[tuple[Settings, Stack]]:
    """Servers for the time of the block, whatever external ones the environment names. Raises Unavailable."""
    root = await asyncio.to_thread(_make_folder, name)
    try:
        settings = Settings(data_dir=root, log_level="warning")
        async with private_stack(settings) as stack:
            yield settings, stack
    finally:
        await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)


def _make_folder(name: str) -> Path:
    root = Path(tempfile.mkdtemp(prefix=f"hub-bench-{name}-"))
    root.chmod(0o711)  # the account that runs PostgreSQL has to pass through
    return root
