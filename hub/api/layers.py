"""The seam between the API and the layers of `geo`: who asks, the transaction with its basis, the counts of areas."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import cast

from litestar import Router
from litestar.di import NamedDependency

from geo.context import AnyRequest, AreaCounts, GeoContext, Moment
from geo.context import Caller as GeoCaller
from geo.context import Reading as GeoReading
from geo.routes import create_routers
from hub.api.answering import write_reading
from hub.api.asking import read_key
from hub.api.basis import Question, resolve_basis
from hub.api.overview import Level, find_overview
from hub.api.reading import Hub, Reading
from hub.auth import Caller


def create_layer_routers() -> list[Router]:
    """The routers of `/ogc`, over the hub that the app opens."""
    return create_routers(provide_geo)


def provide_geo(hub: NamedDependency[Hub]) -> GeoContext:
    """The seam, made of the parts of the hub."""

    async def identify(request: AnyRequest) -> GeoCaller:
        return await hub.identify(read_key(request))

    @contextlib.asynccontextmanager
    async def read(as_of: str | None, valid_at: str | None) -> AsyncGenerator[GeoReading]:
        async with hub.read(Question(as_of=as_of, valid_at=valid_at)) as reading:
            yield reading

    async def read_again(reading: GeoReading, valid_at: str) -> GeoReading:
        basis = await resolve_basis(
            reading.cursor, as_of=f"seq:{reading.basis.sequence}", valid_at=valid_at, now=hub.clock()
        )
        return Reading(cursor=reading.cursor, basis=basis)

    async def count_areas(
        reading: GeoReading, caller: GeoCaller, level: str, moment: Moment
    ) -> Sequence[AreaCounts]:
        return await _count_areas(
            hub, cast("Reading", reading), cast("Caller", caller), cast("Level", level), moment
        )

    async def note_reading(request: AnyRequest, caller: GeoCaller, what: str, count: int) -> None:
        await write_reading(hub, request, cast("Caller", caller), what=what, count=count)

    return GeoContext(
        identify=identify,
        read=read,
        read_again=read_again,
        count_areas=count_areas,
        note_reading=note_reading,
    )


async def _count_areas(
    hub: Hub, reading: Reading, caller: Caller, level: Level, moment: Moment
) -> Sequence[AreaCounts]:
    whole = await find_overview(hub, reading, caller, level, for_now=moment == "now")
    return whole.areas
