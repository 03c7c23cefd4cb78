"""GET /v1/demo-roles: a demo hub offers its keys, one for each role, so that a newcomer sees everything at once."""

import asyncio
from pathlib import Path

import msgspec
from litestar import get
from litestar.di import NamedDependency

from contracts.errors import NotFound
from hub.api import examples
from hub.api.reading import Hub

KEY_FILE = "demo-keys.json"
NAMES = {
    "agency": ("หน่วยงาน", "Agency"),
    "gis": ("เจ้าหน้าที่ภูมิสารสนเทศ", "GIS officer"),
    "steward": ("ผู้ดูแลข้อมูล", "Data steward"),
    "auditor": ("ผู้ตรวจสอบ", "Auditor"),
    "analyst": ("นักวิเคราะห์", "Analyst"),
    "admin": ("ผู้ดูแลระบบ", "Administrator"),
}


class DemoRole(msgspec.Struct, frozen=True, kw_only=True):
    """A role to try, with its key."""

    role: str
    key: str
    name_th: str
    name_en: str


class DemoRoles(msgspec.Struct, frozen=True, kw_only=True):
    """The roles of a demo hub."""

    roles: list[DemoRole]


@get(
    "/demo-roles",
    summary="The keys of a demo hub",
    responses=examples.of(DemoRoles, examples.DEMO_ROLES),
    tags=["operation"],
)
async def list_demo_roles(hub: NamedDependency[Hub]) -> DemoRoles:
    """Only a hub with demo data has them; 404 otherwise."""
    keys = await asyncio.to_thread(read_keys, hub.settings.data_dir / KEY_FILE)
    return DemoRoles(
        roles=[
            DemoRole(role=role, key=keys[role], name_th=name_th, name_en=name_en)
            for role, (name_th, name_en) in NAMES.items()
            if role in keys
        ]
    )


def read_keys(path: Path) -> dict[str, str]:
    """The keys of a demo by role. Raises NotFound when this is no demo."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError) as error:
        raise NotFound(
            "This hub is not a demo.", message_th="ระบบนี้ไม่ใช่ระบบสาธิต", code="NOT_A_DEMO"
        ) from error
