"""Landing page, conformance, API definition, collections."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from geo import ogc, openapi
from geo.answers import Json, basis_note, collection, feature_schema, plain, tilejson, visible_layers
from geo.context import AnyRequest, GeoContext
from geo.extent import fetch_extent
from geo.links import Root, landing_links
from geo.params import ItemsQuery, parse_datetime
from geo.routes.asking import TIMES, answer, ask, find_layer, query_of, read_at

ONLY_FORMAT = frozenset({"f"})


def times_of(root: Root, asked: dict[str, str]) -> ItemsQuery:
    """The time that a document or tile is asked about."""
    return ItemsQuery(
        when=parse_datetime(asked.get("datetime")),
        as_of=asked.get("as_of"),
        narrows=root.valid_at is not None,
    )


@get("/", include_in_schema=False)
async def get_landing(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The landing page of a root, with the basis that its path fixes."""
    root, asked = ask(request, TIMES)
    async with read_at(geo, root, times_of(root, asked)) as reading:
        note = basis_note(reading.basis)
    document: Json = {
        "title": "ฐานข้อมูลความยากจน – ชั้นข้อมูลแผนที่ / Poverty hub layers",
        "description": "OGC API – Features และไทล์เวกเตอร์ ณ เวลาใดก็ได้ (datetime = วันที่เกิดจริง, as_of = ตามที่ระบบรู้)",
        "basis": note,
        "links": plain(landing_links(root)),
    }
    return answer(request, asked, document, title="ชั้นข้อมูลแผนที่")


@get("/conformance", include_in_schema=False)
async def get_conformance(request: AnyRequest) -> Response[Any]:
    """What is implemented."""
    _, asked = ask(request, ONLY_FORMAT)
    return answer(request, asked, {"conformsTo": list(ogc.CONFORMANCE)}, title="Conformance")


@get("/api", include_in_schema=False)
async def get_api(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """OpenAPI 3.0.3 of what the caller may see."""
    root, asked = ask(request, ONLY_FORMAT)
    caller = await geo.identify(request)
    document = openapi.document(root, visible_layers(caller.rights))
    return answer(request, asked, document, media_type=ogc.OPENAPI, title="API")


@get("/api.html", include_in_schema=False)
async def get_api_page(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The same for people."""
    root, _ = ask(request, ONLY_FORMAT)
    caller = await geo.identify(request)
    paths = openapi.document(root, visible_layers(caller.rights))["paths"]
    return answer(request, {"f": "html"}, {"paths": paths}, title="API")


@get("/collections", include_in_schema=False)
async def list_collections(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The layers that the caller knows of."""
    root, asked = ask(request, TIMES)
    caller = await geo.identify(request)
    async with read_at(geo, root, times_of(root, asked)) as reading:
        extent = await fetch_extent(reading)
        note = basis_note(reading.basis)
    query = query_of(request)
    document: Json = {
        "links": [{"href": root.at("collections"), "rel": "self", "type": ogc.JSON}],
        "collections": [collection(root, layer, extent, query) for layer in visible_layers(caller.rights)],
        "basis": note,
    }
    return answer(request, asked, document, title="ชั้นข้อมูล")


@get("/collections/{cid:str}", include_in_schema=False)
async def get_collection(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """One layer."""
    root, asked = ask(request, TIMES)
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    async with read_at(geo, root, times_of(root, asked)) as reading:
        extent = await fetch_extent(reading)
    return answer(request, asked, collection(root, layer, extent, query_of(request)), title=layer.title_th)


@get("/collections/{cid:str}/feature-schema", include_in_schema=False)
async def get_feature_schema(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The types of a layer's attributes."""
    _, asked = ask(request, ONLY_FORMAT)
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    return answer(
        request, asked, feature_schema(layer, caller.rights), media_type=ogc.SCHEMA_JSON, title=layer.title_th
    )


@get("/collections/{cid:str}/tilejson.json", include_in_schema=False)
async def get_tilejson(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """Where the tiles of a layer are, with the time basis in their addresses."""
    root, asked = ask(request, TIMES)
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    async with read_at(geo, root, times_of(root, asked)) as reading:
        extent = await fetch_extent(reading)
    document = tilejson(root, layer, caller.rights, extent, query_of(request))
    return answer(request, asked, document, title=layer.title_th)
