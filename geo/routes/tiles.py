"""Vector tiles, in OGC order (z, row, column) and in XYZ order."""

import dataclasses
import gzip
import re
from typing import Any

from litestar import Response, route
from litestar.di import NamedDependency

from contracts.errors import NotFound
from geo import areas, ogc, points
from geo.cells import FINEST, sum_cells
from geo.celltiles import fetch_cell_tile
from geo.context import AnyRequest, Basis, Caller, GeoContext, Moment, Reading
from geo.drawn import Drawn, PastBasis
from geo.layers import Layer
from geo.links import Root
from geo.params import ItemsQuery, basis_texts
from geo.routes.asking import (
    TIMES,
    ask,
    etag_of,
    headers_for,
    moment_of,
    read_at,
    takes_gzip,
    unchanged,
)
from geo.routes.counting import count_layer
from geo.routes.documents import GET, times_of
from geo.routes.tilesets import find_drawn_layer
from geo.tilesets import DEEPEST

NUMBER = re.compile(r"\d{1,8}\Z")
GZIP_LEVEL = 2
KEY_BYTES = 200
TILE_FORMATS = ("mvt", "pbf")


@route(
    "/collections/{cid:str}/tiles/WebMercatorQuad/{z:str}/{y:str}/{x:str}",
    http_method=GET,
    include_in_schema=False,
)
async def get_tile(
    request: AnyRequest,
    geo: NamedDependency[GeoContext],
    drawn: NamedDependency[Drawn],
) -> Response[Any]:
    """A tile by tile matrix, row, column."""
    return await answer_tile(request, geo, drawn)


@route("/xyz/{cid:str}/{z:str}/{x:str}/{y:str}", http_method=GET, include_in_schema=False)
async def get_xyz_tile(
    request: AnyRequest,
    geo: NamedDependency[GeoContext],
    drawn: NamedDependency[Drawn],
) -> Response[Any]:
    """A tile by zoom, x, y with the ending .mvt or .pbf."""
    return await answer_tile(request, geo, drawn)


async def answer_tile(request: AnyRequest, geo: GeoContext, drawn: Drawn) -> Response[Any]:
    """The tile, 204 where there is nothing, 304 where the client has it. Of a past basis that was just read it needs no more than the key."""
    caller = await geo.identify(request)
    layer = find_drawn_layer(request, caller)
    root, asked = ask(request, TIMES, TILE_FORMATS)
    query = times_of(root, asked)
    asking = _Asking(request, geo, drawn, caller, layer, root, query, read_tile(request))
    # Who asks may decide which basis an answer rests on.
    key = (basis_texts(query, root.as_of, root.valid_at), query.as_of, caller.is_public)
    past = drawn.bases.find(key)
    if past is not None:
        etag = asking.etag(past.basis, past.erased)
        known = unchanged(request, etag, past.basis, caller) or _from_memory(asking, past.basis, etag)
        if known is not None:
            return known
    async with read_at(geo, root, query) as reading:
        basis = reading.basis
        erased = await drawn.erasures.last(reading)
        if basis.final and asking.moment == "given":
            drawn.bases.keep(key, PastBasis(basis, erased))
        etag = asking.etag(basis, erased)
        known = unchanged(request, etag, basis, caller) or _from_memory(asking, basis, etag)
        if known is not None:
            return known
        data = await _draw(asking, reading, erased)
    if takes_gzip(request):
        data = gzip.compress(data, GZIP_LEVEL, mtime=0) if data else b""
    drawn.tiles.keep(etag, data, len(data) + KEY_BYTES)
    return _respond(asking, basis, etag, data)


@dataclasses.dataclass(frozen=True)
class _Asking:
    """One question for a tile."""

    request: AnyRequest
    geo: GeoContext
    drawn: Drawn
    caller: Caller
    layer: Layer
    root: Root
    query: ItemsQuery
    tile: tuple[int, int, int]

    @property
    def moment(self) -> Moment:
        return moment_of(self.root, self.query)

    def instant(self, basis: Basis) -> str:
        # A tile does not say its instant: without an event its picture of "now" may be a minute old, and is not made again.
        if self.moment == "now":
            return basis.valid_at.replace(second=0, microsecond=0).isoformat()
        return basis.valid_at.isoformat()

    def etag(self, basis: Basis, erased: int) -> str:
        return etag_of(basis, self.caller, self.request, erased=erased, valid_at=self.instant(basis))


def _from_memory(asking: _Asking, basis: Basis, etag: str) -> Response[Any] | None:
    data = asking.drawn.tiles.find(etag)
    return None if data is None else _respond(asking, basis, etag, data)


def _respond(asking: _Asking, basis: Basis, etag: str, data: bytes) -> Response[Any]:
    headers = headers_for(basis, etag, asking.caller)
    if not data:
        return Response(content=None, status_code=204, headers=headers)
    if takes_gzip(asking.request):
        headers["Content-Encoding"] = "gzip"
    return Response(content=data, media_type=ogc.MVT, headers=headers)


async def _draw(asking: _Asking, reading: Reading, erased: int) -> bytes:
    caller, layer, query = asking.caller, asking.layer, asking.query
    if layer.kind == "area":
        numbers = await count_layer(asking.geo, reading, caller, layer, asking.root, asking.moment)
        return await areas.fetch_area_tile(reading, layer, numbers, asking.tile)
    if asking.tile[0] > FINEST:
        return await points.fetch_point_tile(reading, caller, layer, asking.tile, query)
    basis, instant = reading.basis, query.when.instant
    key = (basis.version, erased, basis.sequence, asking.instant(basis), instant, caller.areas)
    grid = await asking.drawn.grids.get(
        key, lambda: asking.drawn.points.cells(reading, instant, caller.areas, narrows=query.narrows)
    )
    return await fetch_cell_tile(reading, layer, asking.tile, sum_cells(grid, asking.tile))


def read_tile(request: AnyRequest) -> tuple[int, int, int]:
    """z, x, y of the path. Raises NotFound for a tile outside the world."""
    found = request.path_params
    texts = [str(found["z"]), str(found["x"]), re.sub(r"\.(?:mvt|pbf)\Z", "", str(found["y"]))]
    if all(NUMBER.match(text) for text in texts):
        z, x, y = (int(text) for text in texts)
        if z <= DEEPEST and x < 1 << z and y < 1 << z:
            return z, x, y
    raise NotFound("There is no such tile.", message_th="ไม่มีไทล์นี้", code="NO_SUCH_TILE", path="tile")
