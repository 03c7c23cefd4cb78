"""The keys of a demo hub: one for each role, in `demo-keys.json` of the data folder, readable by its owner only."""

from pathlib import Path

import msgspec
from psycopg import AsyncConnection

from hub import auth, clock
from hub.servers.paths import write_private

KEY_FILE = "demo-keys.json"
AGENCY = "psm-surin"
ROLES: tuple[auth.KeyRole, ...] = ("agency", "gis", "steward", "auditor", "analyst", "admin")


def demo_keys(data_dir: Path) -> dict[str, str]:
    """The keys by role; empty where there is no demo."""
    path = data_dir / KEY_FILE
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}


async def ensure_demo_keys(database_url: str, data_dir: Path) -> dict[str, str]:
    """Make the keys if there are none that still work; the keys by role."""
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        await auth.ensure_access(connection)
        keys = demo_keys(data_dir)
        in_use = {key.key_id for key in await auth.list_keys(connection) if key.revoked_at is None}
        if keys and all(key.split("_")[1] in in_use for key in keys.values()):
            return keys
        keys = {
            role: await auth.create_key(
                connection,
                role=role,
                purpose=f"demo {role}",
                agency=AGENCY if role == "agency" else None,
                now=clock.now(),
            )
            for role in ROLES
        }
    write_private(data_dir / KEY_FILE, msgspec.json.format(msgspec.json.encode(keys)).decode() + "\n")
    return keys
