"""`hub vault`: the keys of everything that is sealed, kept and exchanged."""

import secrets
from pathlib import Path

import click
from psycopg import AsyncConnection

from contracts.errors import InvalidInput
from hub import clock
from hub.cli.progress import show_progress
from hub.cli.shared import Options, answer, run
from hub.erasing.erase import settle
from hub.exchanging import Exchanged, wrap_anew
from hub.log import open_log
from hub.master_keys import KEY, MasterKeys
from hub.servers.paths import DataFolder, write_private
from hub.servers.stack import open_stack
from hub.settings import Settings
from hub.vault import Vault
from hub.vault_backup import Kept, back_up
from hub.vault_backup import restore as restore_backup

NAME = "master_key"


@click.group()
def vault() -> None:
    """Keep and exchange the keys without which the log is mute. Back up the vault apart from log and master key."""


@vault.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def backup(options: Options, file: Path, *, as_json: bool) -> None:
    """Write every key, as it is wrapped, and every tombstone to a new FILE. It opens nothing without the master key."""

    async def work() -> Kept:
        async with (
            open_stack(options.settings()) as stack,
            await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
        ):
            await Vault(stack.master_key).ensure(connection)
            return await back_up(connection, file, now=clock.now())

    kept = run(work())
    answer(kept, as_json=as_json, text=f"{kept.keys:,} keys and {kept.tombstones:,} tombstones → {file}")


@vault.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def restore(options: Options, file: Path, *, as_json: bool) -> None:
    """Put what FILE holds back where it is missing. Nobody comes back who was erased, also since the backup was made."""

    async def work() -> Kept:
        async with (
            open_stack(options.settings()) as stack,
            await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
            open_log(stack.nats_servers) as log,
        ):
            keys = Vault(stack.master_key)
            kept = await restore_backup(connection, keys, file)
            await settle(log, keys, connection)
            return kept

    kept = run(work())
    text = f"Restored: {kept.keys:,} keys and {kept.tombstones:,} tombstones; whoever the log erases stays erased."
    answer(kept, as_json=as_json, text=text)


@vault.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def rotate(options: Options, *, as_json: bool) -> None:
    """Exchange the master key: wrap every key anew.

    The hub's own key, in DIR/secrets, is made new, also while the hub runs. One that HUB_MASTER_KEY gives is exchanged by whoever gives it: put
    the new key before the old one, separated by a comma, start every process again, run this, then leave the old one away. Cut short it is to be run again.
    """
    settings = options.settings()

    async def work() -> Exchanged:
        async with (
            open_stack(settings) as stack,
            await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
        ):
            keys = _begin(settings, stack.master_key)
            await Vault(keys).ensure(connection)
            with show_progress(quiet=as_json) as progress:
                done = await wrap_anew(connection, Vault(keys), lambda seen: progress("keys", seen, seen))
            _end(settings, keys)
            return done

    done = run(work())
    text = (
        f"{done.wrapped:,} of {done.keys:,} keys were wrapped anew. Backups of the vault made before open with the old master key only: "
        "make a new one (`hub vault backup FILE`)."
    )
    answer(done, as_json=as_json, text=text)


def _begin(settings: Settings, known: MasterKeys) -> MasterKeys:
    """The new key before the old ones. An exchange that was cut short goes on with the new key that it made."""
    if settings.master_key is not None:
        if len(known.keys) == 1:
            raise InvalidInput(
                "HUB_MASTER_KEY holds one key. Put a new one before it, separated by a comma, start every process again, and run this again.",
                message_th="กรุณาใส่กุญแจหลักใหม่ไว้หน้ากุญแจเดิม คั่นด้วยจุลภาค เริ่มทุกโปรแกรมใหม่ แล้วสั่งอีกครั้ง",
                code="NO_NEW_KEY",
                path="HUB_MASTER_KEY",
            )
        return known
    if len(known.keys) == 1:
        path = DataFolder(settings.data_dir).secret(NAME)
        write_private(path, "\n".join((secrets.token_hex(32), *KEY.findall(known.hex()))) + "\n")
        known.refresh()
    return known


def _end(settings: Settings, keys: MasterKeys) -> None:
    if settings.master_key is None:
        write_private(DataFolder(settings.data_dir).secret(NAME), f"{keys.keys[0].hex()}\n")
