"""`hub keys`: who may ask, and what."""

import click
import psycopg

from hub import auth, clock
from hub.cli.keys_nats import nats
from hub.cli.shared import Options, answer, run
from hub.servers.stack import open_stack


@click.group()
def keys() -> None:
    """Create, list and revoke API keys. A key is shown once, when it is created; only its hash is kept."""


@keys.command()
@click.argument("role", type=click.Choice(auth.KEY_ROLES))
@click.option("--purpose", required=True, help="What the key is for; it stands beside every reading.")
@click.option(
    "--area", "areas", multiple=True, help="Amphoe code of 4 digits; again for more. Default: the province."
)
@click.option("--agency", help="Agency id; needed for the role agency.")
@click.pass_obj
def create(
    options: Options, role: auth.KeyRole, purpose: str, areas: tuple[str, ...], agency: str | None
) -> None:
    """Create a key and print it."""

    async def work() -> str:
        async with (
            open_stack(options.settings()) as stack,
            await psycopg.AsyncConnection.connect(stack.database_url) as connection,
        ):
            await auth.ensure_access(connection)
            return await auth.create_key(
                connection, role=role, purpose=purpose, areas=areas, agency=agency, now=clock.now()
            )

    click.echo(run(work()))


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_obj
def list_(options: Options, *, as_json: bool) -> None:
    """List the keys, without their secrets."""

    async def work() -> list[auth.Key]:
        async with (
            open_stack(options.settings()) as stack,
            await psycopg.AsyncConnection.connect(stack.database_url) as connection,
        ):
            await auth.ensure_access(connection)
            return await auth.list_keys(connection)

    found = run(work())
    lines = [
        f"{key.key_id}  {key.role:8}  {','.join(key.areas) or '-':10}  {key.agency or '-':16}  "
        f"{'revoked' if key.revoked_at else 'in use'}  {key.purpose}"
        for key in found
    ]
    answer(
        found,
        as_json=as_json,
        text="\n".join(lines) or "There is no key yet: hub keys create ROLE --purpose TEXT",
    )


@keys.command()
@click.argument("key_id")
@click.pass_obj
def revoke(options: Options, key_id: str) -> None:
    """End a key at once."""

    async def work() -> None:
        async with (
            open_stack(options.settings()) as stack,
            await psycopg.AsyncConnection.connect(stack.database_url) as connection,
        ):
            await auth.ensure_access(connection)
            await auth.revoke_key(connection, key_id, now=clock.now())

    run(work())
    click.echo(f"{key_id} is revoked.")


keys.add_command(nats)
