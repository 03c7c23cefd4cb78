"""Landing page, conformance, API definition, collections."""

from typing import Any

from litestar import HttpMethod, Response, route
from litestar.di import NamedDependency

from geo import ogc, openapi
from geo.answers import Json, basis_note, collection, feature_schema, plain, visible_layers
from geo.context import AnyRequest, GeoContext
from geo.extent import fetch_extent
from geo.links import Root, collections_links, landing_links
from geo.params import ItemsQuery, parse_datetime
from geo.routes.asking import TIMES, answer, ask, find_layer, query_of, read_at
from geo.schemas import logical_schema, queryables, sortables

ONLY_FORMAT = frozenset({"f"})
GET = (HttpMethod.GET, HttpMethod.HEAD)


def times_of(root: Root, asked: dict[str, str]) -> ItemsQuery:
    """The time that a document or tile is asked about."""
    return ItemsQuery(
        when=parse_datetime(asked.get("datetime")),
        as_of=asked.get("as_of"),
        narrows=root.valid_at is not None,
    )


@route("/", http_method=GET, include_in_schema=False)
async def get_landing(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The landing page of a root, with the basis that its path fixes."""
    root, asked = ask(request, TIMES)
    async with read_at(geo, root, times_of(root, asked)) as reading:
        note = basis_note(reading.basis)
    document: Json = {
        "title": "ฐานข้อมูลความยากจน – ชั้นข้อมูลแผนที่ / Poverty hub layers",
        "description": "OGC API – Features และไทล์เวกเตอร์ ณ เวลาใดก็ได้ (datetime = วันที่เกิดจริง, as_of = ตามที่ระบบรู้)",
        "basis": note,
        "links": plain(landing_links(root, query_of(request))),
    }
    return answer(request, asked, document, title="ชั้นข้อมูลแผนที่")


@route("/conformance", http_method=GET, include_in_schema=False)
async def get_conformance(request: AnyRequest) -> Response[Any]:
    """What is implemented."""
    _, asked = ask(request, ONLY_FORMAT)
    return answer(request, asked, {"conformsTo": list(ogc.CONFORMANCE)}, title="มาตรฐานที่รองรับ")


@route("/api", http_method=GET, include_in_schema=False)
async def get_api(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """OpenAPI 3.0.3 of what the caller may see."""
    root, asked = ask(request, ONLY_FORMAT)
    caller = await geo.identify(request)
    layers = visible_layers(caller.rights, is_change=root.is_change)
    document = openapi.document(root, layers, caller.rights)
    return answer(request, asked, document, media_type=ogc.OPENAPI, title="API")


@route("/api.html", http_method=GET, include_in_schema=False)
async def get_api_page(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The same for people."""
    root, _ = ask(request, ONLY_FORMAT)
    caller = await geo.identify(request)
    layers = visible_layers(caller.rights, is_change=root.is_change)
    paths = openapi.document(root, layers, caller.rights)["paths"]
    return answer(request, {"f": "html"}, {"paths": paths}, title="API")


@route("/collections", http_method=GET, include_in_schema=False)
async def list_collections(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The layers that the caller knows of."""
    root, asked = ask(request, TIMES)
    caller = await geo.identify(request)
    async with read_at(geo, root, times_of(root, asked)) as reading:
        extent = await fetch_extent(reading)
        note = basis_note(reading.basis)
    query = query_of(request)
    layers = visible_layers(caller.rights, is_change=root.is_change)
    document: Json = {
        "links": plain(collections_links(root, query)),
        "collections": [collection(root, layer, extent, query) for layer in layers],
        "basis": note,
    }
    return answer(request, asked, document, title="ชั้นข้อมูล")


@route("/collections/{cid:str}", http_method=GET, include_in_schema=False)
async def get_collection(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """One layer."""
    root, asked = ask(request, TIMES)
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    async with read_at(geo, root, times_of(root, asked)) as reading:
        extent = await fetch_extent(reading)
    return answer(request, asked, collection(root, layer, extent, query_of(request)), title=layer.title_th)


@route("/collections/{cid:str}/feature-schema", http_method=GET, include_in_schema=False)
async def get_feature_schema(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The types of a layer's attributes, as JSON Schema of a GeoJSON feature."""
    _, asked = ask(request, ONLY_FORMAT)
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    document = feature_schema(layer, caller.rights)
    return answer(request, asked, document, media_type=ogc.SCHEMA_JSON, title=layer.title_th)


@route("/collections/{cid:str}/schema", http_method=GET, include_in_schema=False)
async def get_schema(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The logical schema of a layer."""
    root, asked = ask(request, ONLY_FORMAT)
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    document = logical_schema(root, layer, caller.rights)
    return answer(request, asked, document, media_type=ogc.SCHEMA_JSON, title=layer.title_th)


@route("/collections/{cid:str}/queryables", http_method=GET, include_in_schema=False)
async def get_queryables(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """What a filter may name."""
    root, asked = ask(request, TIMES)
    caller = await geo.identify(request)
    document = queryables(root, find_layer(request, caller))
    return answer(request, asked, document, media_type=ogc.SCHEMA_JSON, title="Queryables")


@route("/collections/{cid:str}/sortables", http_method=GET, include_in_schema=False)
async def get_sortables(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """What `sortby` may name."""
    root, asked = ask(request, ONLY_FORMAT)
    caller = await geo.identify(request)
    document = sortables(root, find_layer(request, caller))
    return answer(request, asked, document, media_type=ogc.SCHEMA_JSON, title="Sortables")
