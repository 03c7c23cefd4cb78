"""The NATS users of agencies: who may publish on `in.<agency>.>`. Only public keys are kept; a seed is shown once."""

import datetime as dt
from pathlib import Path

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.errors import InvalidInput, NotFound
from contracts.sources.assistance import normal_agency_id
from hub import nkey
from hub.settings import Secret
from projections import queries

_SQL = queries.load(Path(__file__).parent / "sql")


class AgencyUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user as it may be shown."""

    public_key: str
    agency: str
    purpose: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None


async def ensure_users(connection: AsyncConnection[TupleRow]) -> None:
    """The table of users; harmless when it is there."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('access'))")
        for name in ("create_agency_schema", "create_agency_user"):
            await connection.execute(_SQL[name])


async def create_user(
    connection: AsyncConnection[TupleRow], agency: str, *, purpose: str, now: dt.datetime
) -> Secret:
    """A new user of this agency; its seed is given here once and never again. Raises InvalidInput.

    An agency may have several, so that one can be exchanged for another without a gap.
    """
    if normal_agency_id(agency) != agency:
        raise InvalidInput(
            f"'{agency}' is not an agency id: a-z, 0-9, - and _, at most 64 signs.",
            message_th=f"'{agency}' ไม่ใช่รหัสหน่วยงาน (ใช้ a-z 0-9 - _ ไม่เกิน 64 ตัว)",
            path="agency",
        )
    seed = nkey.make_seed()
    values = {
        "public_key": nkey.public_key(seed),
        "agency": agency,
        "purpose": purpose,
        "created_at": now,
    }
    async with connection.transaction():
        await connection.execute(_SQL["insert_agency_user"], values)
    return seed


async def list_users(connection: AsyncConnection[TupleRow]) -> list[AgencyUser]:
    """Every user there ever was, the oldest first."""
    cursor = await connection.execute(_SQL["list_agency_users"])
    return [
        AgencyUser(
            public_key=key, agency=agency, purpose=purpose, created_at=created_at, revoked_at=revoked_at
        )
        for key, agency, purpose, created_at, revoked_at in await cursor.fetchall()
    ]


async def revoke_users(
    connection: AsyncConnection[TupleRow], agency: str, *, now: dt.datetime, public_key: str | None = None
) -> int:
    """End the users of an agency, or the one named; how many. Raises NotFound when none is in use."""
    values = {"agency": agency, "public_key": public_key, "revoked_at": now}
    async with connection.transaction():
        done = await connection.execute(_SQL["revoke_agency_users"], values)
    if done.rowcount < 1:
        raise NotFound(
            f"The agency '{agency}' has no such NATS user in use.",
            message_th=f"หน่วยงาน '{agency}' ไม่มีผู้ใช้ NATS ที่ใช้งานอยู่",
            path="agency",
        )
    return done.rowcount
