"""Pages of features, and single ones."""

import uuid
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from contracts.errors import Gone, NotFound
from contracts.times import to_text
from geo import ogc, store
from geo.answers import Json, basis_note, feature, plain
from geo.context import AnyRequest, Caller, GeoContext, Moment, Reading
from geo.layers import Layer
from geo.links import item_links, items_links
from geo.params import (
    ItemsQuery,
    Token,
    basis_texts,
    decode_token,
    encode_token,
    parse_bbox,
    parse_datetime,
    parse_limit,
    require_crs84,
    require_version,
)
from geo.routes.asking import (
    TIMES,
    answer,
    ask,
    etag_of,
    find_layer,
    headers_for,
    link_header,
    moment_of,
    pairs_of,
    unchanged,
)
from geo.store import POINT_FILTERS, Feature, Page

ITEMS = TIMES | {"limit", "bbox", "token", "crs", "bbox-crs"}
CONTENT_CRS = {"Content-Crs": f"<{ogc.CRS84}>"}


def read_query(asked: dict[str, str]) -> ItemsQuery:
    """The checked question. Raises InvalidInput."""
    for name in ("crs", "bbox-crs"):
        require_crs84(asked.get(name), name)
    return ItemsQuery(
        limit=parse_limit(asked.get("limit")),
        boxes=parse_bbox(asked.get("bbox")),
        when=parse_datetime(asked.get("datetime")),
        as_of=asked.get("as_of"),
        token=decode_token(asked.get("token")),
        equals={name: asked[name] for name in POINT_FILTERS if name in asked},
    )


@get("/collections/{cid:str}/items", include_in_schema=False)
async def list_items(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """A page of features; all pages rest on the basis of the first."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    known = ITEMS | frozenset(POINT_FILTERS) if layer.kind == "point" else ITEMS
    root, asked = ask(request, known)
    query = read_query(asked)
    async with geo.read(*basis_texts(query, root.as_of, root.valid_at)) as reading:
        basis = reading.basis
        require_version(query.token, basis.version)
        again = unchanged(request, basis, caller)
        if again is not None:
            return again
        found = await fetch_page(geo, reading, caller, layer, query, moment_of(root, query))
    token = _next_token(found, basis.version, basis.sequence, to_text(basis.valid_at))
    links = items_links(root, layer.id, pairs_of(request), token)
    document: Json = {
        "type": "FeatureCollection",
        "features": [feature(one) for one in found.features],
        "numberReturned": len(found.features),
        **({} if found.matched is None else {"numberMatched": found.matched}),
        "links": plain(links),
        "basis": basis_note(basis),
    }
    await _note(geo, request, caller, layer, len(found.features))
    headers = headers_for(basis, etag_of(basis, caller, request), caller) | CONTENT_CRS | link_header(links)
    headers["OGC-NumberReturned"] = str(len(found.features))
    if found.matched is not None:
        headers["OGC-NumberMatched"] = str(found.matched)
    return answer(request, asked, document, media_type=ogc.GEOJSON, headers=headers, title=layer.title_th)


async def fetch_page(
    geo: GeoContext, reading: Reading, caller: Caller, layer: Layer, query: ItemsQuery, moment: Moment
) -> Page:
    """The features of a layer for this caller."""
    if layer.kind == "point":
        return await store.fetch_points(reading, caller, layer, query)
    counts = await geo.count_areas(reading, caller, str(layer.level), moment)
    return await store.fetch_areas(reading, layer, counts, query)


def _next_token(found: Page, version: int, sequence: int, valid_at: str) -> str | None:
    if not found.has_more:
        return None
    return encode_token(
        Token(version=version, sequence=sequence, valid_at=valid_at, last=found.features[-1].place)
    )


async def _note(geo: GeoContext, request: AnyRequest, caller: Caller, layer: Layer, count: int) -> None:
    if any(shown.right == "personal" for shown in layer.shown(caller.rights)):
        await geo.note_reading(request, caller, layer.id, count)


@get("/collections/{cid:str}/items/{fid:str}", include_in_schema=False)
async def get_item(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """One feature at an instant. 404 when there never was one, 410 when there is none at that instant."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    root, asked = ask(request, TIMES | {"crs"})
    query = read_query(asked)
    fid = str(request.path_params["fid"])
    async with geo.read(*basis_texts(query, root.as_of, root.valid_at)) as reading:
        found = await fetch_one(geo, reading, caller, layer, fid, query, moment_of(root, query))
        basis = reading.basis
    await _note(geo, request, caller, layer, 1)
    document = feature(found, item_links(root, layer.id, fid, asked)) | {"basis": basis_note(basis)}
    headers = headers_for(basis, etag_of(basis, caller, request), caller) | CONTENT_CRS
    return answer(request, asked, document, media_type=ogc.GEOJSON, headers=headers, title=layer.title_th)


async def fetch_one(
    geo: GeoContext,
    reading: Reading,
    caller: Caller,
    layer: Layer,
    fid: str,
    query: ItemsQuery,
    moment: Moment,
) -> Feature:
    """One feature. Raises NotFound, Gone."""
    if layer.kind == "area":
        code = fid.removeprefix(ogc.PCODE_PREFIX)
        if code.isascii() and code.isdigit():
            counts = await geo.count_areas(reading, caller, str(layer.level), moment)
            page = await store.fetch_areas(reading, layer, counts, query, only=code)
            if page.features:
                return page.features[0]
        raise no_feature()
    try:
        id_ = str(uuid.UUID(fid))
    except ValueError as error:
        raise no_feature() from error
    found = await store.fetch_point(reading, caller, layer, id_)
    if found is not None:
        return found
    ever = ItemsQuery(when=msgspec.structs.replace(query.when, instant=None, is_interval=True))
    if await store.fetch_point(reading, caller, layer, id_, when=ever.when) is None:
        raise no_feature()
    raise Gone(
        "The household has no point at this time.",
        message_th="ครัวเรือนนี้ไม่มีพิกัด ณ เวลาที่ระบุ",
        code="NOT_AT_THIS_TIME",
        path="featureId",
    )


def no_feature() -> NotFound:
    """No feature with this id, or none that the caller may see."""
    return NotFound(
        "There is no such feature.", message_th="ไม่พบข้อมูลนี้", code="NO_SUCH_FEATURE", path="featureId"
    )
