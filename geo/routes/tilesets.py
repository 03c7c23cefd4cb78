"""Where tiles are and what they hold: tile matrix sets, tilesets, TileJSON, styles."""

from typing import Any

from litestar import Response, route
from litestar.di import NamedDependency

from contracts.errors import NotFound
from geo import tilesets
from geo.context import AnyRequest, Caller, GeoContext
from geo.extent import fetch_extent
from geo.layers import Layer
from geo.links import without_format
from geo.routes.asking import TIMES, answer, ask, find_layer, query_of, read_at
from geo.routes.documents import GET, ONLY_FORMAT, times_of


def find_drawn_layer(request: AnyRequest, caller: Caller) -> Layer:
    """The layer of the path, if it has tiles. Raises NotFound."""
    layer = find_layer(request, caller)
    if not layer.has_tiles:
        raise NotFound(
            "This layer has no tiles.", message_th="ชั้นข้อมูลนี้ไม่มีไทล์", code="NO_TILES", path="collectionId"
        )
    return layer


def _require_matrix_set(request: AnyRequest) -> None:
    if request.path_params.get("tms", tilesets.ID) != tilesets.ID:
        raise NotFound(
            f"There is one tile matrix set, {tilesets.ID}.",
            message_th=f"มีเพียง {tilesets.ID}",
            code="NO_SUCH_TILE_MATRIX_SET",
            path="tileMatrixSetId",
        )


@route("/tileMatrixSets", http_method=GET, include_in_schema=False)
async def list_matrix_sets(request: AnyRequest) -> Response[Any]:
    """The tile matrix sets in use."""
    root, asked = ask(request, ONLY_FORMAT)
    return answer(request, asked, tilesets.matrix_sets(root), title="Tile matrix sets")


@route("/tileMatrixSets/{tms:str}", http_method=GET, include_in_schema=False)
async def get_matrix_set(request: AnyRequest) -> Response[Any]:
    """WebMercatorQuad."""
    _, asked = ask(request, ONLY_FORMAT)
    _require_matrix_set(request)
    return answer(request, asked, tilesets.matrix_set(), title="WebMercatorQuad")


@route("/collections/{cid:str}/tiles", http_method=GET, include_in_schema=False)
async def list_tilesets(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The tilesets of a layer."""
    root, asked = ask(request, TIMES)
    layer = find_drawn_layer(request, await geo.identify(request))
    async with read_at(geo, root, times_of(root, asked)):
        document = tilesets.tilesets(root, layer, without_format(query_of(request)))
    return answer(request, asked, document, title=layer.title_th)


@route(
    ["/collections/{cid:str}/tiles/WebMercatorQuad", "/collections/{cid:str}/tiles/{tms:str}"],
    http_method=GET,
    include_in_schema=False,
)
async def get_tileset(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The metadata of a tileset."""
    root, asked = ask(request, TIMES)
    layer = find_drawn_layer(request, await geo.identify(request))
    _require_matrix_set(request)
    async with read_at(geo, root, times_of(root, asked)) as reading:
        extent = await fetch_extent(reading)
    document = tilesets.tileset(root, layer, extent, without_format(query_of(request)))
    return answer(request, asked, document, title=layer.title_th)


@route("/collections/{cid:str}/tilejson.json", http_method=GET, include_in_schema=False)
async def get_tilejson(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """Where the tiles of a layer are, with the time basis in their addresses."""
    root, asked = ask(request, TIMES)
    layer = find_drawn_layer(request, await geo.identify(request))
    async with read_at(geo, root, times_of(root, asked)) as reading:
        extent = await fetch_extent(reading)
    document = tilesets.tilejson(root, layer, extent, without_format(query_of(request)))
    return answer(request, asked, document, title=layer.title_th)


@route("/collections/{cid:str}/style.json", http_method=GET, include_in_schema=False)
async def get_style(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """A MapLibre style of a layer, with the time basis in its address."""
    root, asked = ask(request, TIMES)
    layer = find_drawn_layer(request, await geo.identify(request))
    async with read_at(geo, root, times_of(root, asked)):
        document = tilesets.style(root, layer, without_format(query_of(request)))
    return answer(request, asked, document, title=layer.title_th)
