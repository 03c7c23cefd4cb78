"""A connection to the log that is given up half way leaves nothing open."""

import asyncio
import gc

from hub.ending import end
from hub.log import open_log


async def test_connecting_that_is_cancelled_anywhere_closes_its_socket(nats_url: str) -> None:
    async def connect_and_wait() -> None:
        async with open_log([nats_url]):
            await asyncio.Event().wait()

    # An unclosed socket is a ResourceWarning when it is collected, and warnings are errors here.
    for number in range(60):
        task = asyncio.create_task(connect_and_wait())
        await asyncio.sleep(number / 10_000)
        await end(task)
    gc.collect()
