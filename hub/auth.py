"""Who asks, and what they may: API keys, roles, rights, and the record of who read personal data.

A key reads `hub_<id>_<secret>`. The database holds SHA-256 of the secret, which is 32 random bytes, so that nothing can be
guessed from it. The meaning of the roles is in docs/semantics.md, section Rights.
"""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec
from psycopg import AsyncConnection, errors
from psycopg.rows import TupleRow

from contracts.errors import Forbidden, InvalidInput, NotFound, Unauthorized
from hub.api.statements import SQL

Role = Literal["public", "agency", "gis", "analyst", "steward", "auditor", "admin"]
KeyRole = Literal["agency", "gis", "analyst", "steward", "auditor", "admin"]
Right = Literal[
    "overview",
    "households",
    "points",
    "assistance",
    "own",
    "personal",
    "events",
    "publish",
    "decide",
    "rules",
    "keys",
    "erase",
    "access",
]
KEY_ROLES: tuple[KeyRole, ...] = get_args(KeyRole)

RIGHTS: dict[Role, frozenset[Right]] = {
    "public": frozenset(),
    "agency": frozenset({"overview", "own", "publish"}),
    "gis": frozenset({"overview", "households", "points"}),
    "analyst": frozenset({"overview", "households", "assistance", "events"}),
    "steward": frozenset({"overview", "households", "points", "assistance", "personal", "events", "decide"}),
    "auditor": frozenset({"overview", "households", "points", "assistance", "personal", "events", "access"}),
    "admin": frozenset(
        {
            "overview",
            "households",
            "points",
            "assistance",
            "personal",
            "events",
            "publish",
            "decide",
            "rules",
            "keys",
            "erase",
            "access",
        }
    ),
}
"""Aggregates are for everybody; `overview` means without suppression, `own` the actions of the key's agency."""

NEEDED_TH: dict[Right, str] = {
    "overview": "ดูภาพรวม",
    "households": "ดูรายครัวเรือน",
    "points": "ดูตำแหน่งครัวเรือน",
    "assistance": "ดูการช่วยเหลือ",
    "own": "ดูการช่วยเหลือของหน่วยงานตนเอง",
    "personal": "ดูข้อมูลส่วนบุคคล",
    "events": "ดูเหตุการณ์",
    "publish": "ส่งข้อมูล",
    "decide": "ตัดสินข้อค้นพบ",
    "rules": "ประกาศเกณฑ์",
    "keys": "จัดการกุญแจ",
    "erase": "ลบข้อมูลส่วนบุคคล",
    "access": "ดูบันทึกการเข้าถึง",
}
KEY_TEXT = re.compile(r"hub_([0-9a-f]{8})_([0-9a-f]{64})\Z")
AREA_CODE = re.compile(r"\d{4}\Z")


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `areas` are amphoe codes, none of them means the whole province; `key_id` is None without a key."""

    role: Role
    rights: frozenset[Right]
    areas: tuple[str, ...] = ()
    agency: str | None = None
    key_id: str | None = None
    purpose: str = ""

    @property
    def is_public(self) -> bool:
        """No key: aggregates only, small counts suppressed."""
        return self.key_id is None

    @property
    def may_see_points(self) -> bool:
        """Where single households are."""
        return "points" in self.rights

    @property
    def may_see_personal(self) -> bool:
        """Names, identifiers, addresses, free text."""
        return "personal" in self.rights

    @property
    def kind(self) -> str:
        """Callers of one kind get the same answer to the same question."""
        return f"{self.role}:{','.join(self.areas)}:{self.agency or ''}"

    def require(self, right: Right) -> None:
        """Raises Unauthorized without a key, Forbidden with a key that lacks the right."""
        if right in self.rights:
            return
        if self.is_public:
            raise Unauthorized(
                "This needs an API key; send it in the header X-API-Key.",
                message_th="ต้องใช้กุญแจ API กรุณาส่งในส่วนหัว X-API-Key",
                code="KEY_NEEDED",
            )
        raise Forbidden(
            f"The role '{self.role}' does not have the right '{right}'.",
            message_th=f"บทบาท '{self.role}' ไม่มีสิทธิ{NEEDED_TH[right]}",
            code="RIGHT_MISSING",
        )


PUBLIC = Caller(role="public", rights=RIGHTS["public"])


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it may be shown: without its secret. After an exchange the secret before is valid until `old_until`."""

    key_id: str
    role: str
    areas: tuple[str, ...]
    agency: str | None
    purpose: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None
    old_until: dt.datetime | None = None


async def ensure_access(connection: AsyncConnection[TupleRow]) -> None:
    """The schema of keys and readings; harmless when it is there."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('access'))")
        for name in (
            "create_access_schema",
            "create_api_key",
            "widen_api_key",
            "create_read_log",
            "widen_read_log",
            "create_review_claim",
        ):
            await connection.execute(SQL[name])


async def create_key(
    connection: AsyncConnection[TupleRow],
    *,
    role: KeyRole,
    purpose: str,
    now: dt.datetime,
    areas: Sequence[str] = (),
    agency: str | None = None,
) -> str:
    """A new key; its text is given here once and never again. Raises InvalidInput for a role or area that cannot be."""
    if role not in KEY_ROLES:
        raise InvalidInput(f"'{role}' is not a role; choose one of {', '.join(KEY_ROLES)}.", path="role")
    if role == "agency" and not agency:
        raise InvalidInput("A key of the role 'agency' needs the id of its agency.", path="agency")
    for area in areas:
        if AREA_CODE.match(area) is None:
            raise InvalidInput(f"'{area}' is not an amphoe code of 4 digits.", path="areas")
    key_id, secret = secrets.token_hex(4), secrets.token_bytes(32)
    values = {
        "key_id": key_id,
        "hash": hashlib.sha256(secret).digest(),
        "role": role,
        "areas": sorted(set(areas)),
        "agency": agency,
        "purpose": purpose,
        "created_at": now,
    }
    async with connection.transaction():
        await connection.execute(SQL["insert_key"], values)
    return f"hub_{key_id}_{secret.hex()}"


async def list_keys(connection: AsyncConnection[TupleRow]) -> list[Key]:
    """Every key there ever was, the oldest first."""
    cursor = await connection.execute(SQL["list_keys"])
    return [
        Key(
            key_id=key_id,
            role=role,
            areas=tuple(areas),
            agency=agency,
            purpose=purpose,
            created_at=created_at,
            revoked_at=revoked_at,
            old_until=old_until,
        )
        for key_id, role, areas, agency, purpose, created_at, revoked_at, old_until in await cursor.fetchall()
    ]


async def revoke_key(connection: AsyncConnection[TupleRow], key_id: str, *, now: dt.datetime) -> None:
    """End a key at once. Raises NotFound for one that is unknown or revoked already."""
    async with connection.transaction():
        done = await connection.execute(SQL["revoke_key"], {"key_id": key_id, "revoked_at": now})
    if done.rowcount != 1:
        raise _no_key(key_id)


async def rotate_key(
    connection: AsyncConnection[TupleRow], key_id: str, *, now: dt.datetime, overlap: dt.timedelta
) -> str:
    """Another secret for the same key, given here once; the one before stays valid for `overlap`. Raises NotFound as `revoke_key` does."""
    secret = secrets.token_bytes(32)
    values = {"key_id": key_id, "hash": hashlib.sha256(secret).digest(), "old_until": now + overlap}
    async with connection.transaction():
        done = await connection.execute(SQL["exchange_key"], values)
    if done.rowcount != 1:
        raise _no_key(key_id)
    return f"hub_{key_id}_{secret.hex()}"


def _no_key(key_id: str) -> NotFound:
    return NotFound(f"There is no key '{key_id}' in use.", message_th="ไม่พบกุญแจที่ใช้งานอยู่", path="key_id")


async def fetch_caller(connection: AsyncConnection[TupleRow], key: str, *, now: dt.datetime) -> Caller:
    """Whose key this is. Raises Unauthorized for one that is unknown, revoked, exchanged before, or not a key at all."""
    match = KEY_TEXT.match(key)
    row = None if match is None else await _fetch_key(connection, match[1])
    # Compared also when there is no such key, so that the time taken does not tell.
    stored = bytes(32) if row is None else bytes(row[1])
    before = bytes(32) if row is None or row[6] is None or row[7] <= now else bytes(row[6])
    offered = hashlib.sha256(bytes.fromhex(match[2])).digest() if match is not None else b""
    is_right, was_right = hmac.compare_digest(stored, offered), hmac.compare_digest(before, offered)
    if not (is_right or was_right) or row is None:
        raise Unauthorized(
            "The API key is unknown or revoked.",
            message_th="กุญแจ API ไม่ถูกต้องหรือถูกยกเลิกแล้ว",
            code="KEY_UNKNOWN",
        )
    key_id, _, role, areas, agency, purpose = row[:6]
    return Caller(
        role=role, rights=RIGHTS[role], areas=tuple(areas), agency=agency, key_id=key_id, purpose=purpose
    )


async def _fetch_key(connection: AsyncConnection[TupleRow], key_id: str) -> TupleRow | None:
    try:
        return await (await connection.execute(SQL["fetch_key"], {"key_id": key_id})).fetchone()
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        await connection.rollback()
        return None
