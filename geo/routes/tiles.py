"""Vector tiles, in OGC order (z, row, column) and in XYZ order."""

import gzip
import re
from collections.abc import Hashable
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from contracts.errors import NotFound
from geo import ogc, store
from geo.cells import FINEST, Grids, sum_cells
from geo.context import AnyRequest, Basis, Caller, GeoContext, Reading
from geo.layers import Layer
from geo.params import ItemsQuery
from geo.routes.asking import (
    TIMES,
    ask,
    etag_of,
    find_layer,
    headers_for,
    moment_of,
    read_at,
    takes_gzip,
    unchanged,
)
from geo.routes.documents import times_of

NUMBER = re.compile(r"\d{1,8}\Z")
DEEPEST = 22
GZIP_LEVEL = 2
TILE_FORMATS = ("mvt", "pbf")


@get("/collections/{cid:str}/tiles/WebMercatorQuad/{z:str}/{y:str}/{x:str}", include_in_schema=False)
async def get_tile(
    request: AnyRequest, geo: NamedDependency[GeoContext], grids: NamedDependency[Grids]
) -> Response[Any]:
    """A tile by tile matrix, row, column."""
    return await answer_tile(request, geo, grids)


@get("/xyz/{cid:str}/{z:str}/{x:str}/{y:str}", include_in_schema=False)
async def get_xyz_tile(
    request: AnyRequest, geo: NamedDependency[GeoContext], grids: NamedDependency[Grids]
) -> Response[Any]:
    """A tile by zoom, x, y with the ending .mvt or .pbf."""
    return await answer_tile(request, geo, grids)


async def answer_tile(request: AnyRequest, geo: GeoContext, grids: Grids) -> Response[Any]:
    """The tile, 204 where there is nothing, 304 where the client has it; the ETag needs no SQL beyond the basis."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    root, asked = ask(request, TIMES, TILE_FORMATS)
    query = times_of(root, asked)
    moment = moment_of(root, query)
    tile = read_tile(request)
    async with read_at(geo, root, query) as reading:
        basis = reading.basis
        minute = _minute(basis) if moment == "now" else None
        etag = etag_of(basis, caller, request, valid_at=minute)
        again = unchanged(request, etag, basis, caller)
        if again is not None:
            return again
        if layer.kind == "point":
            key = (
                layer.id,
                basis.version,
                basis.sequence,
                basis.erased,
                minute or basis.valid_at,
                query.when.instant,
                caller.areas,
            )
            data = await _draw_points(reading, caller, layer, tile, query, grids, key)
        else:
            counts = await geo.count_areas(reading, caller, str(layer.level), moment)
            data = await store.fetch_area_tile(reading, layer, counts, tile)
    headers = headers_for(basis, etag, caller)
    if not data:
        return Response(content=None, status_code=204, headers=headers)
    if takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
        data = gzip.compress(data, GZIP_LEVEL, mtime=0)
    return Response(content=data, media_type=ogc.MVT, headers=headers)


async def _draw_points(
    reading: Reading,
    caller: Caller,
    layer: Layer,
    tile: tuple[int, int, int],
    query: ItemsQuery,
    grids: Grids,
    key: Hashable,
) -> bytes:
    if tile[0] > FINEST:
        return await store.fetch_point_tile(reading, caller, layer, tile, query)
    grid = await grids.get(key, lambda: store.fetch_grid(reading, caller, query))
    return await store.fetch_cell_tile(reading, layer, tile, sum_cells(grid, tile))


def _minute(basis: Basis) -> str:
    # A tile does not say its instant: without an event its picture of "now" may be a minute old, and is not made again.
    return basis.valid_at.replace(second=0, microsecond=0).isoformat()


def read_tile(request: AnyRequest) -> tuple[int, int, int]:
    """z, x, y of the path. Raises NotFound for a tile outside the world."""
    found = request.path_params
    texts = [str(found["z"]), str(found["x"]), re.sub(r"\.(?:mvt|pbf)\Z", "", str(found["y"]))]
    if all(NUMBER.match(text) for text in texts):
        z, x, y = (int(text) for text in texts)
        if z <= DEEPEST and x < 1 << z and y < 1 << z:
            return z, x, y
    raise NotFound("There is no such tile.", message_th="ไม่มีไทล์นี้", code="NO_SUCH_TILE", path="tile")
