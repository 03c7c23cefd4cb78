"""Waiting until an event is projected: all that wait share one look at the checkpoint, however many they are."""

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.01


class Awaiting:
    """Asks `fetch` for the checkpoint, at most once at a time and no more often than every POLL_SECONDS."""

    def __init__(self) -> None:
        self._known = -1
        self._looking: asyncio.Task[int] | None = None

    async def wait(self, fetch: Callable[[], Awaitable[int]], sequence: int, seconds: float) -> bool:
        """Whether the checkpoint is at `sequence` within so many seconds. What `fetch` raises is raised."""
        deadline = time.monotonic() + seconds
        while True:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look(fetch))
            # One that gives up must not take the look away from the others.
            if await asyncio.shield(self._looking) >= sequence:
                return True
            if time.monotonic() > deadline:
                return False

    async def _look(self, fetch: Callable[[], Awaitable[int]]) -> int:
        found = await fetch()
        await asyncio.sleep(0 if found > self._known else POLL_SECONDS)
        self._known = found
        return found
