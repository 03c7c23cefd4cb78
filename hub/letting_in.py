"""The users of agencies, from the database to the NATS server that the hub runs itself."""

import asyncio

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from hub import agency_users
from hub.servers.agencies import AGAIN_SECONDS, reload, write_accounts
from hub.servers.nats import NatsPlan
from hub.servers.paths import DataFolder
from hub.servers.stack import Stack
from hub.settings import Settings


def own_server(settings: Settings, stack: Stack) -> NatsPlan | None:
    """The plan of the server that the hub runs itself on this folder; None for an external one."""
    if settings.nats_url is not None:
        return None
    port = int(stack.nats_url.rpartition(":")[2])
    return NatsPlan(folder=DataFolder(settings.data_dir), port=port)


async def let_agencies_in(settings: Settings, stack: Stack, connection: AsyncConnection[TupleRow]) -> None:
    """Bring the server's accounts up to the table, which may have come from a backup. An external server is left alone. Raises Unavailable."""
    await agency_users.ensure_users(connection)
    plan = own_server(settings, stack)
    if plan is None or not write_accounts(plan, await agency_users.list_users(connection)):
        return
    for _ in range(2):  # a new account is made at one reload and reaches the hub's at the next
        reload(plan)
        await asyncio.sleep(AGAIN_SECONDS)
