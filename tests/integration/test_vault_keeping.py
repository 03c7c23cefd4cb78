"""Backing up, restoring and exchanging the keys of the vault."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from psycopg import AsyncConnection

from contracts.errors import InvalidInput
from contracts.events import Sequenced, decode_event
from hub.erasing.erase import settle
from hub.exchanging import wrap_anew
from hub.master_keys import MasterKeys
from hub.sealing import KeyMissing
from hub.servers.paths import write_private
from hub.vault import Vault, WrongMasterKey
from hub.vault_backup import Kept, back_up, restore
from tests.fixtures.intake import MASTER_KEY, OpenIntake
from tests.fixtures.servers import temporary_folder
from tests.integration.test_intake import NOW, a_file, a_house, take

SUBJECTS = [bytes([number]).hex() * 16 for number in range(50)]


@pytest_asyncio.fixture(loop_scope="session")
async def connection(database_url: str) -> AsyncGenerator[AsyncConnection]:
    async with await AsyncConnection.connect(database_url, autocommit=True) as found:
        await Vault(MASTER_KEY).ensure(found)
        yield found


async def sealed(vault: Vault, connection: AsyncConnection) -> dict[str, bytes | None]:
    found = await vault.find(connection, SUBJECTS)
    return {s: None if c is None else c.encrypt(bytes(12), b"text", b"") for s, c in found.items()}


async def opened_events(opened: OpenIntake, connection: AsyncConnection) -> list[Sequenced]:
    last = await opened.intake.log.last_sequence()
    items = [
        Sequenced(sequence=one.sequence, recorded_at=one.time, event=decode_event(one.data), digest=b"")
        for one in await opened.intake.log.fetch(range(1, last + 1))
    ]
    return await opened.intake.vault.open(connection, items)


async def test_restored_into_an_empty_vault_the_log_opens_again(opened: OpenIntake, tmp_path: Path) -> None:
    await take(opened, a_file(tmp_path / "a.csv", *(a_house(n) for n in range(20))))
    vault, file = opened.intake.vault, tmp_path / "vault.backup"
    async with await AsyncConnection.connect(opened.database_url, autocommit=True) as connection:
        before = await opened_events(opened, connection)
        assert await back_up(connection, file, now=NOW) == Kept(keys=40, tombstones=0)
        assert file.stat().st_mode & 0o777 == 0o600
        await connection.execute("DROP SCHEMA vault CASCADE")
        await vault.ensure(connection)
        with pytest.raises(KeyMissing):
            await opened_events(opened, connection)
        assert await restore(connection, vault, file) == Kept(keys=40, tombstones=0)
        assert await opened_events(opened, connection) == before
        assert await restore(connection, vault, file) == Kept(keys=0, tombstones=0)
        assert await settle(opened.intake.log, vault, connection) == 0


async def test_no_restore_brings_back_who_was_erased(connection: AsyncConnection, tmp_path: Path) -> None:
    vault = Vault(MASTER_KEY)
    await vault.find_or_make(connection, SUBJECTS[:3])
    await back_up(connection, tmp_path / "old", now=NOW)
    await vault.erase(connection, SUBJECTS[:1], erased_at=NOW)
    await back_up(connection, tmp_path / "new", now=NOW)
    assert await restore(connection, vault, tmp_path / "old") == Kept(keys=0, tombstones=0)
    assert (await vault.find(connection, SUBJECTS[:1])) == {SUBJECTS[0]: None}
    await connection.execute("TRUNCATE vault.subject_key")
    await restore(connection, vault, tmp_path / "old")
    assert await restore(connection, vault, tmp_path / "new") == Kept(keys=0, tombstones=1)
    assert (await vault.find(connection, SUBJECTS[:1])) == {SUBJECTS[0]: None}


async def test_a_file_that_is_not_whole_or_of_another_hub_restores_nothing(
    connection: AsyncConnection, tmp_path: Path
) -> None:
    vault, file = Vault(MASTER_KEY), tmp_path / "good"
    await vault.find_or_make(connection, SUBJECTS)
    await back_up(connection, file, now=NOW)
    await connection.execute("TRUNCATE vault.subject_key")
    content = file.read_bytes()
    lines = content.splitlines(keepends=True)
    broken = {
        "cut": content[:-20],
        "without a line": b"".join(lines[:3] + lines[4:]),
        "changed": content.replace(lines[3][12:20], b"00000000", 1),
        "more": content + b"x",
        "empty": b"",
        "other": b'{"format":"x","made_at":"2026-01-01T00:00:00Z"}\n',
    }
    for name, bytes_ in broken.items():
        path = tmp_path / name
        path.write_bytes(bytes_)
        with pytest.raises(InvalidInput):
            await restore(connection, vault, path)
    with pytest.raises(WrongMasterKey):
        await restore(connection, Vault(b"x" * 32), file)
    assert await vault.find(connection, SUBJECTS) == {}
    with pytest.raises(InvalidInput):
        await back_up(connection, file, now=NOW)


async def test_after_an_exchange_only_the_new_master_key_opens(connection: AsyncConnection) -> None:
    old, new = MASTER_KEY, b"n" * 32
    await Vault(old).find_or_make(connection, SUBJECTS)
    await Vault(old).erase(connection, SUBJECTS[:1], erased_at=NOW)
    before = await sealed(Vault(old), connection)
    both = Vault(MasterKeys(new, old))
    assert await sealed(both, connection) == before
    with pytest.raises(WrongMasterKey):
        await wrap_anew(connection, Vault(new))
    done = await wrap_anew(connection, both)
    assert (done.keys, done.wrapped) == (49, 49)
    assert await sealed(Vault(new), connection) == before
    with pytest.raises(WrongMasterKey):
        await sealed(Vault(old), connection)
    assert (await wrap_anew(connection, both)).wrapped == 0


async def test_keys_made_and_destroyed_during_an_exchange_stay_so(
    connection: AsyncConnection, database_url: str
) -> None:
    old, new = MASTER_KEY, b"n" * 32
    await Vault(old).find_or_make(connection, SUBJECTS[:40])
    async with await AsyncConnection.connect(database_url, autocommit=True) as other:

        async def meanwhile() -> None:
            for subject in SUBJECTS[40:]:
                await Vault(old).find_or_make(other, [subject])
                await asyncio.sleep(0.02)
            await Vault(old).erase(other, SUBJECTS[5:6], erased_at=NOW)

        await asyncio.gather(wrap_anew(connection, Vault(MasterKeys(new, old))), meanwhile())
    found = await sealed(Vault(new), connection)
    assert found[SUBJECTS[5]] is None
    assert len(found) == 50


async def test_a_running_process_learns_of_the_new_key_from_the_file(
    connection: AsyncConnection, tmp_path: Path
) -> None:
    old, new, path = MASTER_KEY, b"n" * 32, tmp_path / "master_key"
    write_private(path, old.hex() + "\n")
    running = Vault(MasterKeys(old, path=path))
    await running.find_or_make(connection, SUBJECTS[:2])
    write_private(path, f"{new.hex()}\n{old.hex()}\n")
    await running.find_or_make(connection, SUBJECTS[2:3])
    assert len(await Vault(new).find(connection, SUBJECTS[2:3])) == 1, "the new one wraps at once"
    await wrap_anew(connection, Vault(MasterKeys(new, old)))
    write_private(path, new.hex() + "\n")
    assert len(await running.find(connection, SUBJECTS)) == 3


def hub_command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "hub", "--data", str(folder), *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.timeout(240)
def test_the_commands_keep_exchange_and_restore(tmp_path: Path) -> None:
    with temporary_folder("vault") as folder:
        file = a_file(tmp_path / "a.csv", *(a_house(n) for n in range(3)))
        assert hub_command(folder.root, "import", "tpmap", str(file)).returncode == 0
        before = folder.secret("master_key").read_text()
        done = hub_command(folder.root, "vault", "rotate", "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["wrapped"] >= 6
        after = folder.secret("master_key").read_text()
        assert (len(after.split()), after != before) == (1, True)
        backup = tmp_path / "backup"
        assert hub_command(folder.root, "vault", "backup", str(backup)).returncode == 0
        restored = hub_command(folder.root, "vault", "restore", str(backup), "--json")
        assert json.loads(restored.stdout) == {"keys": 0, "tombstones": 0}
        again = hub_command(folder.root, "vault", "backup", str(backup))
        assert again.returncode == 1
        assert "FILE_EXISTS" in again.stderr
