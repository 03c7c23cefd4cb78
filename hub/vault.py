"""The vault: one data key per subject, wrapped by the master key, in PostgreSQL.

Without the vault the log is mute: it is backed up with the log, and more strictly. Keys are committed before the event that needs them is
appended. Erasing a subject destroys its key and leaves a tombstone.
"""

import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from contracts.errors import HubError
from contracts.events import Sequenced, SubjectErased
from hub.master_keys import MasterKeys
from hub.sealing import NONCE_BYTES, open_item, subjects_of
from projections import queries

KEY_BYTES = 32
WRAPPING = b"\x01"
"""First byte of a wrapped key: how it is wrapped."""

_SQL = queries.load(Path(__file__).parent / "sql")


class WrongMasterKey(HubError):
    """The master key does not open the vault."""

    default_code = "WRONG_MASTER_KEY"


class Vault:
    """Keys of subjects. A master key is 32 bytes; while keys are exchanged there are several."""

    def __init__(self, master_key: bytes | MasterKeys) -> None:
        self._keys = master_key if isinstance(master_key, MasterKeys) else MasterKeys(master_key)
        self._masters = [AESGCM(key) for key in self._keys.keys]

    @property
    def master_keys(self) -> MasterKeys:
        """What wraps and opens."""
        return self._keys

    async def ensure(self, connection: AsyncConnection[TupleRow]) -> None:
        """The vault's table; harmless when it is there."""
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('vault'))")
            await connection.execute(_SQL["create_vault"])
            await connection.execute(_SQL["create_subject_key"])
            await connection.execute(_SQL["create_tombstones"])
            await connection.execute(_SQL["create_purged"])

    async def find(
        self, connection: AsyncConnection[TupleRow], subjects: Collection[str]
    ) -> dict[str, AESGCM | None]:
        """The keys of these subjects: None for an erased one, no entry for one without a key. Raises WrongMasterKey."""
        if not subjects:
            return {}
        values = {"subjects": [bytes.fromhex(subject) for subject in subjects]}
        cursor = await connection.execute(_SQL["fetch_keys"], values, binary=True)
        return {
            subject.hex(): None if wrapped is None else AESGCM(self.unwrap(subject, wrapped))
            for subject, wrapped in await cursor.fetchall()
        }

    async def find_or_make(
        self, connection: AsyncConnection[TupleRow], subjects: Collection[str]
    ) -> dict[str, AESGCM | None]:
        """The keys of all these subjects, made and committed where there was none; None for an erased one.

        Raises psycopg.ProgrammingError inside a transaction of the caller's: the keys could be lost with it.
        """
        found = await self.find(connection, subjects)
        # In one order for all, or two appenders wait for each other.
        missing = sorted(bytes.fromhex(subject) for subject in set(subjects) if subject not in found)
        if not missing:
            return found
        self._refresh()
        # One call for all: asking the system for each key costs as much as sealing with it.
        drawn = secrets.token_bytes(KEY_BYTES * len(missing))
        made = {
            subject: drawn[start : start + KEY_BYTES]
            for subject, start in zip(missing, range(0, len(drawn), KEY_BYTES), strict=True)
        }
        nonces = secrets.token_bytes(NONCE_BYTES * len(made))
        wrapped = [
            self._wrap(subject, key, nonces[start : start + NONCE_BYTES])
            for (subject, key), start in zip(made.items(), range(0, len(nonces), NONCE_BYTES), strict=True)
        ]
        async with connection.transaction():
            values = {"subjects": list(made), "wrapped": wrapped}
            done = await connection.execute(_SQL["insert_keys"], values)
        if connection.info.transaction_status != TransactionStatus.IDLE:
            await connection.commit()
        if done.rowcount == len(made):
            found.update((subject.hex(), AESGCM(key)) for subject, key in made.items())
            return found
        return found | await self.find(connection, [subject.hex() for subject in missing])

    async def erase(
        self, connection: AsyncConnection[TupleRow], subjects: Collection[str], *, erased_at: dt.datetime
    ) -> None:
        """Destroy the keys of these subjects for ever."""
        values = {"subjects": sorted(map(bytes.fromhex, set(subjects))), "erased_at": erased_at}
        async with connection.transaction():
            await connection.execute(_SQL["erase_keys"], values)

    async def find_erased(
        self, connection: AsyncConnection[TupleRow], subjects: Collection[str]
    ) -> frozenset[str]:
        """Which of these subjects are erased."""
        if not subjects:
            return frozenset()
        values = {"subjects": [bytes.fromhex(subject) for subject in subjects]}
        cursor = await connection.execute(_SQL["fetch_tombstones"], values, binary=True)
        return frozenset(row[0].hex() for row in await cursor.fetchall())

    async def destroy_erased(self, connection: AsyncConnection[TupleRow], items: Sequence[Sequenced]) -> None:
        """Destroy the keys of everybody whom these events erase, if they are still there: whoever appended the event may have died."""
        for item in items:
            if isinstance(item.event, SubjectErased):
                await self.erase(connection, item.event.data.subjects, erased_at=item.recorded_at)

    async def open(self, connection: AsyncConnection[TupleRow], items: list[Sequenced]) -> list[Sequenced]:
        """These events with their sections opened. Raises KeyMissing, BoxBroken, WrongMasterKey."""
        keys = await self.find(connection, subjects_of(items))
        return [open_item(item, keys) for item in items]

    def wraps(self, subject: bytes, wrapped: bytes) -> bool:
        """Whether the first master key wrapped this one."""
        return _unwrap(self._masters[0], subject, wrapped) is not None

    def wrap_anew(self, subject: bytes, wrapped: bytes) -> bytes:
        """The same key under the first master key. Raises WrongMasterKey."""
        return self._wrap(subject, self.unwrap(subject, wrapped), secrets.token_bytes(NONCE_BYTES))

    def unwrap(self, subject: bytes, wrapped: bytes) -> bytes:
        """The key of a subject. Raises WrongMasterKey."""
        for master in self._masters:
            if (key := _unwrap(master, subject, wrapped)) is not None:
                return key
        if self._refresh():
            return self.unwrap(subject, wrapped)
        raise WrongMasterKey("The master key does not open the vault; HUB_MASTER_KEY belongs to another hub.")

    def _refresh(self) -> bool:
        if not self._keys.refresh():
            return False
        self._masters = [AESGCM(key) for key in self._keys.keys]
        return True

    def _wrap(self, subject: bytes, key: bytes, nonce: bytes) -> bytes:
        return WRAPPING + nonce + self._masters[0].encrypt(nonce, key, subject)


def _unwrap(master: AESGCM, subject: bytes, wrapped: bytes) -> bytes | None:
    try:
        return master.decrypt(wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :], subject)
    except InvalidTag:
        return None
