"""What the vault promises: a key for every subject, the same for all, until it is erased for ever."""

import asyncio
import os
from collections.abc import AsyncGenerator

import psycopg
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection

from hub.vault import Vault, WrongMasterKey
from tests.integration.test_intake import NOW

SUBJECTS = [bytes([number]).hex() * 16 for number in range(50)]


@pytest_asyncio.fixture(loop_scope="session")
async def connection(database_url: str) -> AsyncGenerator[AsyncConnection]:
    async with await AsyncConnection.connect(database_url, autocommit=True) as found:
        await Vault(b"m" * 32).ensure(found)
        await Vault(b"m" * 32).ensure(found)
        yield found


def sealed_by(cipher: AESGCM | None) -> bytes:
    assert cipher is not None
    return cipher.encrypt(bytes(12), b"text", b"")


async def test_a_key_is_made_once_and_found_again(connection: AsyncConnection) -> None:
    made = await Vault(b"m" * 32).find_or_make(connection, SUBJECTS)
    found = await Vault(b"m" * 32).find(connection, [*SUBJECTS, "ff" * 16])
    assert set(made) == set(found) == set(SUBJECTS)
    assert {subject: sealed_by(made[subject]) for subject in SUBJECTS} == {
        subject: sealed_by(found[subject]) for subject in SUBJECTS
    }
    assert len({sealed_by(cipher) for cipher in made.values()}) == len(SUBJECTS)


async def test_two_appenders_at_once_get_the_same_keys(
    connection: AsyncConnection, database_url: str
) -> None:
    async with await AsyncConnection.connect(database_url, autocommit=True) as other:
        for _ in range(20):
            subjects = [os.urandom(16).hex() for _ in range(200)]
            one, two = await asyncio.gather(
                Vault(b"m" * 32).find_or_make(connection, subjects),
                Vault(b"m" * 32).find_or_make(other, subjects[::-1]),
            )
            assert all(sealed_by(one[subject]) == sealed_by(two[subject]) for subject in subjects)


async def test_new_keys_are_committed_before_they_are_handed_out(database_url: str) -> None:
    async with (
        await AsyncConnection.connect(database_url) as careless,
        await AsyncConnection.connect(database_url) as other,
    ):
        await Vault(b"m" * 32).ensure(careless)
        await careless.commit()
        await Vault(b"m" * 32).find_or_make(careless, SUBJECTS[:1])
        assert set(await Vault(b"m" * 32).find(other, SUBJECTS[:1])) == set(SUBJECTS[:1])


async def test_an_erased_key_never_comes_back(connection: AsyncConnection) -> None:
    vault = Vault(b"m" * 32)
    await vault.find_or_make(connection, SUBJECTS[:2])
    await vault.erase(connection, [SUBJECTS[0], SUBJECTS[5]], erased_at=NOW)
    found = await vault.find_or_make(connection, [SUBJECTS[0], SUBJECTS[1], SUBJECTS[5]])
    assert found[SUBJECTS[0]] is None
    assert found[SUBJECTS[5]] is None
    assert found[SUBJECTS[1]] is not None
    with pytest.raises(psycopg.errors.CheckViolation):
        await connection.execute("UPDATE vault.subject_key SET wrapped = '\\x00' WHERE erased_at IS NOT NULL")


async def test_another_master_key_opens_nothing_and_keys_cannot_be_exchanged(
    connection: AsyncConnection,
) -> None:
    await Vault(b"m" * 32).find_or_make(connection, SUBJECTS[:2])
    with pytest.raises(WrongMasterKey):
        await Vault(b"x" * 32).find(connection, SUBJECTS[:1])
    await connection.execute(
        "UPDATE vault.subject_key SET wrapped = (SELECT wrapped FROM vault.subject_key WHERE subject = %s) WHERE subject = %s",
        (bytes.fromhex(SUBJECTS[0]), bytes.fromhex(SUBJECTS[1])),
    )
    with pytest.raises(WrongMasterKey):
        await Vault(b"m" * 32).find(connection, SUBJECTS[1:2])
