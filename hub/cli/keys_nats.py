"""`hub keys nats`: who may publish over NATS, and for which agency."""

import contextlib
from collections.abc import AsyncGenerator

import click
import psycopg
from nats.aio.client import Client
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from hub import agency_users, clock
from hub.agency_users import AgencyUser
from hub.cli.shared import Options, answer, run
from hub.inboxes import ensure_inbox
from hub.letting_in import own_server
from hub.log import open_log
from hub.servers.agencies import accounts_of, inbox_prefix, reload, reload_until_open, write_accounts
from hub.servers.stack import Stack, open_stack
from hub.settings import Secret, Settings


@click.group()
def nats() -> None:
    """Create, list and revoke the NATS users of agencies. A seed is shown once; only public keys are kept."""


@nats.command()
@click.argument("agency")
@click.option("--purpose", default="", help="What the user is for, e.g. the program that uses it.")
@click.pass_obj
def create(options: Options, agency: str, purpose: str) -> None:
    """Make a user of AGENCY, let it in, and print its seed."""
    settings = options.settings()

    async def work() -> tuple[Secret, str]:
        async with opened(settings) as (stack, connection, client):
            seed = await agency_users.create_user(connection, agency, purpose=purpose, now=clock.now())
            await ensure_inbox(client.jetstream(), agency, replicas=settings.stream_replicas)
            users = await agency_users.list_users(connection)
            plan = own_server(settings, stack)
            if plan is None:
                return seed, accounts_of(users)
            write_accounts(plan, users)
            await reload_until_open(plan, agency, seed)
            return seed, ""

    seed, accounts = run(work())
    click.echo(str(seed))
    click.echo(
        f"Publish on in.{agency}.>, listen on receipt.{agency}.>, with the inbox prefix {inbox_prefix(agency)}.",
        err=True,
    )
    tell(accounts)


@nats.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--config", "as_config", is_flag=True, help="The accounts, as nats-server reads them.")
@click.pass_obj
def list_(options: Options, *, as_json: bool, as_config: bool) -> None:
    """List the users, without their seeds."""

    async def work() -> list[AgencyUser]:
        async with opened(options.settings()) as (_, connection, _client):
            return await agency_users.list_users(connection)

    found = run(work())
    lines = [
        f"{user.public_key}  {user.agency:16}  {'revoked' if user.revoked_at else 'in use'}  {user.purpose}"
        for user in found
    ]
    text = "\n".join(lines) or "There is no NATS user yet: hub keys nats create AGENCY"
    answer(found, as_json=as_json, text=accounts_of(found) if as_config else text)


@nats.command()
@click.argument("agency")
@click.option("--key", "public_key", help="Only the user with this public key; default: all of the agency.")
@click.pass_obj
def revoke(options: Options, agency: str, public_key: str | None) -> None:
    """End the users of AGENCY at once; its connections are closed, all others stay."""
    settings = options.settings()

    async def work() -> tuple[int, str]:
        async with opened(settings) as (stack, connection, _client):
            count = await agency_users.revoke_users(
                connection, agency, now=clock.now(), public_key=public_key
            )
            users = await agency_users.list_users(connection)
            plan = own_server(settings, stack)
            if plan is None:
                return count, accounts_of(users)
            write_accounts(plan, users)
            reload(plan)
            return count, ""

    count, accounts = run(work())
    click.echo(f"{count} of {agency} revoked.")
    tell(accounts)


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[tuple[Stack, AsyncConnection[TupleRow], Client]]:
    """The servers, with the table of users ready."""
    async with (
        open_stack(settings) as stack,
        open_log(stack.nats_servers) as log,
        await psycopg.AsyncConnection.connect(stack.database_url) as connection,
    ):
        await agency_users.ensure_users(connection)
        yield stack, connection, log.client


def tell(accounts: str) -> None:
    """For an external server: what its operator has to do."""
    if accounts:
        click.echo(
            "The NATS server is not the hub's own. Write the following to the agencies.conf that its configuration includes (see "
            "deploy/nats.conf), on every node, and reload twice: nats-server --signal reload",
            err=True,
        )
        click.echo(accounts)
