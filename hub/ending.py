"""Ending a task for sure."""

import asyncio
from typing import Any

PATIENCE_SECONDS = 1.0


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended; what it raised is dropped.

    Once is not always enough: waiting with a time limit may swallow a cancellation that comes in the moment of the answer.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    if not task.cancelled():
        task.exception()
