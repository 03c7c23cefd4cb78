"""Loading boundaries: a file becomes `boundaries.loaded` events, in parts that fit into messages."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from contracts.events import Area, Boundaries, BoundariesLoaded
from geo.boundaries import read_boundaries
from hub.intake.intake import Intake
from hub.intake.items import Delivery, plain_item

PART_BYTES = 2_000_000


async def load_boundaries(
    intake: Intake,
    path: Path,
    *,
    province: str,
    now: dt.datetime,
    edition: str | None = None,
    approximate: bool = False,
    attribution: str | None = None,
) -> str:
    """Append the polygons of a file; what was loaded, in words. Loading the same file again appends nothing. Raises InvalidInput."""
    areas = read_boundaries(path, province=province)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    name = edition or f"{path.stem}-{digest[:8]}"
    parts = list(_parts(areas))
    levels = tuple(sorted({area.level for area in areas}))
    delivery = Delivery(province=province, received_at=now, reported_at=now, actor="cli")
    statuses: set[str] = set()
    first: int | None = None
    for number, part in enumerate(parts, start=1):
        data = Boundaries(
            edition=name,
            part=number,
            parts=len(parts),
            levels=levels,
            areas=tuple(part),
            approximate=approximate,
            attribution=attribution,
        )
        # The further parts belong to this loading: an edition that comes back later is appended whole.
        what = "part-1" if first is None else f"part-{number}-after-{first}"
        item = plain_item(BoundariesLoaded, data, delivery, family="rules", who="boundaries", what=what)
        (receipt,) = await intake.submit([item])
        statuses.add(receipt.status)
        first = first or receipt.sequence
    counts = ", ".join(f"{sum(area.level == level for area in areas)} {level}" for level in levels)
    known = " (known already; nothing was added)" if "accepted" not in statuses else ""
    return f"Boundaries {name}: {counts}{known}"


def _parts(areas: Sequence[Area]) -> Iterator[list[Area]]:
    part: list[Area] = []
    size = 0
    for area in areas:
        if part and size + len(area.geometry) > PART_BYTES:
            yield part
            part, size = [], 0
        part.append(area)
        size += len(area.geometry)
    if part:
        yield part
