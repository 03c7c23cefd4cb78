"""Pages of features, and single ones."""

import uuid
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from contracts.errors import Gone, NotFound
from contracts.times import to_text
from geo import ogc, store
from geo.answers import Json, basis_note, feature, plain
from geo.context import AnyRequest, Basis, Caller, GeoContext, Moment, Reading
from geo.layers import POINT_FILTERS, Layer
from geo.links import Root, item_links, items_links
from geo.params import (
    ItemsQuery,
    Token,
    When,
    bad,
    decode_token,
    digest_question,
    encode_token,
    parse_bbox,
    parse_datetime,
    parse_filter,
    parse_limit,
    require_crs84,
    require_same,
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
    query_of,
    read_at,
    unchanged,
)
from geo.store import Feature, Page

ITEM_FORMATS = ("json", "geojson", "html")
ITEMS = TIMES | {"limit", "bbox", "token", "crs", "bbox-crs"}
CONTENT_CRS = {"Content-Crs": f"<{ogc.CRS84}>"}


def read_query(root: Root, asked: dict[str, str]) -> ItemsQuery:
    """The checked question. Raises InvalidInput."""
    for name in ("crs", "bbox-crs"):
        require_crs84(asked.get(name), name)
    return ItemsQuery(
        limit=parse_limit(asked.get("limit")),
        boxes=parse_bbox(asked.get("bbox")),
        when=parse_datetime(asked.get("datetime")),
        as_of=asked.get("as_of"),
        token=decode_token(asked.get("token")),
        equals={
            shown.name: parse_filter(shown.name, asked[shown.name], shown.type)
            for shown in POINT_FILTERS
            if shown.name in asked
        },
        narrows=root.valid_at is not None,
    )


@get("/collections/{cid:str}/items", include_in_schema=False)
async def list_items(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """A page of features; all pages rest on the basis of the first."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    known = ITEMS | {shown.name for shown in POINT_FILTERS} if layer.kind == "point" else ITEMS
    root, asked = ask(request, known, ITEM_FORMATS)
    query = read_query(root, asked)
    digest = digest_question(layer.id, asked)
    async with read_at(geo, root, query) as reading:
        basis = reading.basis
        require_same(query.token, digest, basis.version)
        etag = etag_of(basis, caller, request)
        again = unchanged(request, etag, basis, caller)
        if again is not None:
            return again
        found = await fetch_page(geo, reading, caller, layer, query, moment_of(root, query))
    token = _next_token(found, basis, digest)
    links = items_links(root, layer.id, query_of(request), token)
    document: Json = {
        "type": "FeatureCollection",
        "features": [feature(one) for one in found.features],
        "numberReturned": len(found.features),
        **({} if found.matched is None else {"numberMatched": found.matched}),
        "links": plain(links),
        "basis": basis_note(basis),
    }
    await _note(geo, request, caller, layer, len(found.features))
    headers = headers_for(basis, etag, caller) | CONTENT_CRS | link_header(links)
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


def _next_token(found: Page, basis: Basis, digest: str) -> str | None:
    if not found.has_more:
        return None
    return encode_token(
        Token(
            version=basis.version,
            sequence=basis.sequence,
            valid_at=to_text(basis.valid_at),
            last=found.features[-1].place,
            digest=digest,
            matched=found.matched,
        )
    )


async def _note(geo: GeoContext, request: AnyRequest, caller: Caller, layer: Layer, count: int) -> None:
    if any(shown.right == "personal" for shown in layer.shown(caller.rights)):
        await geo.note_reading(request, caller, layer.id, count)


@get("/collections/{cid:str}/items/{fid:str}", include_in_schema=False)
async def get_item(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """One feature at an instant. 404 when there never was one, 410 when there is none at that instant."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    root, asked = ask(request, TIMES | {"crs"}, ITEM_FORMATS)
    query = read_query(root, asked)
    if query.when.is_interval:
        raise bad(
            "datetime", "One feature is asked for at an instant.", "ข้อมูลรายการเดียวต้องระบุ datetime เป็นเวลาเดียว"
        )
    fid = str(request.path_params["fid"])
    async with read_at(geo, root, query) as reading:
        found = await fetch_one(geo, reading, caller, layer, fid, query, moment_of(root, query))
        basis = reading.basis
    await _note(geo, request, caller, layer, 1)
    document = feature(found, item_links(root, layer.id, fid, query_of(request))) | {
        "basis": basis_note(basis)
    }
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
    found = await store.fetch_point(reading, caller, layer, id_, query)
    if found is not None:
        return found
    ever = ItemsQuery(when=When(is_interval=True))
    if await store.fetch_point(reading, caller, layer, id_, ever) is None:
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
