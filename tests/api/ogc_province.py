"""A small province for the layers: two amphoe, five tambon, households that move, leave, and are too few to be shown."""

import contextlib
import uuid
from collections.abc import AsyncGenerator

import httpx
import shapely

from contracts.events import Area, Boundaries, BoundariesLoaded
from tests.api.stage import Stage, open_stage
from tests.builders import Log, a_house, a_member, a_point, by_record, day
from tests.fixtures.postgres import TestCluster

HOUSEHOLDS = {"320101": 3, "320102": 14, "320103": 20, "320201": 12, "320202": 15}
CORNERS = {"320101": 103.0, "320102": 103.1, "320103": 103.2, "320201": 103.3, "320202": 103.4}
SOUTH, SIDE = 14.5, 0.1
MOVED, LEFT = "320102-0", "320202-0"
"""Record keys of the household that moves from 320102 to 320103 on day 365, and of the one that leaves on day 400."""
NEEDY = {"320102": 11, "320103": 12, "320201": 4, "320202": 13}
"""Households that need health care, by tambon."""


def square(tambon: str) -> shapely.Polygon:
    west = CORNERS[tambon]
    return shapely.box(west, SOUTH, round(west + SIDE, 1), round(SOUTH + SIDE, 1))


def areas() -> tuple[Area, ...]:
    tambon = {code: square(code) for code in HOUSEHOLDS}
    amphoe = {
        parent: shapely.union_all([shape for code, shape in tambon.items() if code.startswith(parent)])
        for parent in ("3201", "3202")
    }
    found: list[Area] = []
    for level, shapes in (("amphoe", amphoe), ("tambon", tambon)):
        for code, shape in shapes.items():
            wkb = shapely.to_wkb(shapely.MultiPolygon([shape]))
            found.append(Area(code=code, level=level, geometry=wkb, name_th=f"ที่ {code}"))
    return tuple(found)


def place(tambon: str, number: int):
    return a_point(CORNERS[tambon] + 0.003 + 0.004 * number, SOUTH + 0.05)


def province() -> Log:
    """Events 1 boundaries, then the households, the move, the help, the leaving."""
    log = Log()
    data = Boundaries(
        edition="test", part=1, parts=1, levels=("amphoe", "tambon"), areas=areas(), approximate=True
    )
    log._add(BoundariesLoaded(**log._envelope(day(0), "boundaries"), data=data))
    number = 0
    for tambon, count in HOUSEHOLDS.items():
        for position in range(count):
            number += 1
            needs = {"health": position < NEEDY.get(tambon, 0)}
            house = a_house(
                f"{tambon}-{position}",
                tambon=tambon,
                needs=needs,
                point=place(tambon, position),
                moo=position,
            )
            log.received("tpmap", house, a_member("1", f"คนที่{number}", f"ตระกูล{number}", number=number))
    moved = a_house(MOVED, tambon="320103", needs={"health": True}, point=place("320103", 22))
    first = sum(count for tambon, count in HOUSEHOLDS.items() if tambon < "320102") + 1
    someone = a_member("1", f"คนที่{first}", f"ตระกูล{first}", number=first)
    log.received("tpmap", moved, someone, period="2567", happened_at=day(365))
    log.helped("x", by_record("tpmap", "320103-5"), happened_at=day(30))
    log.withdrawn("tpmap", LEFT, reported_at=day(400))
    return log


@contextlib.asynccontextmanager
async def open_province(cluster: TestCluster, folder) -> AsyncGenerator[Stage]:
    """The province behind the real app, in a database of its own."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    async with open_stage(cluster.create(name), province().items, folder) as stage:
        yield stage
    cluster.drop(name)


async def get(hub: Stage, path: str, role: str | None = "auditor", **headers: str) -> httpx.Response:
    """The answer to a path with its query, exactly as written."""
    key = {} if role is None else {"X-API-Key": hub.keys[role]}
    return await hub.client.get(path, headers=key | {n.replace("_", "-"): v for n, v in headers.items()})


async def ask(hub: Stage, path: str, role: str | None = "auditor") -> dict:
    """The JSON of an answer that must be a good one."""
    answer = await get(hub, path, role)
    assert answer.status_code == 200, answer.text
    return answer.json()
