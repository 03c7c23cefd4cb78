"""Pages of features, and single ones."""

import uuid
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from contracts.errors import Gone, NotFound
from contracts.times import to_text
from geo import areas, ogc, points
from geo.answers import Json, basis_note, feature, plain
from geo.context import AnyRequest, Basis, Caller, GeoContext, Moment, Reading
from geo.crs import parse_bbox, parse_crs
from geo.facts import PointMemory
from geo.features import Feature, Page
from geo.layers import Layer
from geo.links import Root, item_links, items_links
from geo.params import (
    ItemsQuery,
    Token,
    bad,
    bad_token,
    decode_token,
    digest_question,
    encode_token,
    parse_datetime,
    parse_limit,
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
from geo.selecting import SELECTING, Selection, read_selection
from geo.sorting import are_keys

ITEM_FORMATS = ("json", "geojson", "html")
ITEMS = TIMES | SELECTING | {"limit", "bbox", "token"}
ITEM = TIMES | {"crs", "properties", "skipGeometry"}


def read_query(root: Root, asked: dict[str, str]) -> ItemsQuery:
    """The checked question. Raises InvalidInput."""
    return ItemsQuery(
        limit=parse_limit(asked.get("limit")),
        boxes=parse_bbox(asked.get("bbox"), parse_crs(asked.get("bbox-crs"), "bbox-crs")),
        when=parse_datetime(asked.get("datetime")),
        as_of=asked.get("as_of"),
        token=decode_token(asked.get("token")),
        narrows=root.valid_at is not None,
    )


@get("/collections/{cid:str}/items", include_in_schema=False)
async def list_items(
    request: AnyRequest, geo: NamedDependency[GeoContext], memory: NamedDependency[PointMemory]
) -> Response[Any]:
    """A page of features; all pages rest on the basis of the first."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    known = ITEMS | {parameter.name for parameter in layer.parameters}
    root, asked = ask(request, known, ITEM_FORMATS)
    query, selection = read_query(root, asked), read_selection(asked, layer, caller.rights)
    if query.token is not None and not are_keys(selection.order, query.token.keys):
        raise bad_token()
    digest = digest_question(layer.id, asked)
    async with read_at(geo, root, query) as reading:
        basis = reading.basis
        require_same(query.token, digest, basis.version)
        etag = etag_of(basis, caller, request)
        again = unchanged(request, etag, basis, caller)
        if again is not None:
            return again
        if layer.kind == "point":
            found = await fetch_points(memory, reading, caller, layer, query, selection)
        else:
            counts = await geo.count_areas(reading, caller, str(layer.level), moment_of(root, query))
            found = await areas.fetch_areas(reading, layer, areas.numbers_of(counts), query, selection)
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
    headers = headers_for(basis, etag, caller) | content_crs(selection) | link_header(links)
    headers["OGC-NumberReturned"] = str(len(found.features))
    if found.matched is not None:
        headers["OGC-NumberMatched"] = str(found.matched)
    return answer(request, asked, document, media_type=ogc.GEOJSON, headers=headers, title=layer.title_th)


async def fetch_points(
    memory: PointMemory,
    reading: Reading,
    caller: Caller,
    layer: Layer,
    query: ItemsQuery,
    selection: Selection,
) -> Page:
    """A page of households, with the number on all pages where counting it costs nothing."""
    total = None
    if not query.boxes and not selection.equals and selection.filter is None and query.token is None:
        total = await memory.count(reading, query.when, caller.areas, narrows=query.narrows)
    return await points.fetch_points(reading, caller, layer, query, selection, total)


def content_crs(selection: Selection) -> dict[str, str]:
    """The header that names the coordinate system (Part 2, requirement 16)."""
    return {"Content-Crs": f"<{selection.crs.uri}>"}


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
            keys=found.features[-1].keys,
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
    root, asked = ask(request, ITEM, ITEM_FORMATS)
    query, selection = read_query(root, asked), read_selection(asked, layer, caller.rights)
    if query.when.is_interval:
        raise bad(
            "datetime", "One feature is asked for at an instant.", "ข้อมูลรายการเดียวต้องระบุ datetime เป็นเวลาเดียว"
        )
    fid = str(request.path_params["fid"])
    async with read_at(geo, root, query) as reading:
        found = await fetch_one(geo, reading, caller, layer, fid, query, selection, moment_of(root, query))
        basis = reading.basis
    await _note(geo, request, caller, layer, 1)
    document = feature(found, item_links(root, layer.id, fid, query_of(request))) | {
        "basis": basis_note(basis)
    }
    headers = headers_for(basis, etag_of(basis, caller, request), caller) | content_crs(selection)
    return answer(request, asked, document, media_type=ogc.GEOJSON, headers=headers, title=layer.title_th)


async def fetch_one(
    geo: GeoContext,
    reading: Reading,
    caller: Caller,
    layer: Layer,
    fid: str,
    query: ItemsQuery,
    selection: Selection,
    moment: Moment,
) -> Feature:
    """One feature. Raises NotFound, Gone."""
    if layer.kind == "area":
        code = fid.removeprefix(ogc.PCODE_PREFIX)
        if code.isascii() and code.isdigit():
            counts = await geo.count_areas(reading, caller, str(layer.level), moment)
            numbers = areas.numbers_of(counts)
            page = await areas.fetch_areas(reading, layer, numbers, query, selection, only=code)
            if page.features:
                return page.features[0]
        raise no_feature()
    try:
        id_ = str(uuid.UUID(fid))
    except ValueError as error:
        raise no_feature() from error
    found = await points.fetch_point(reading, caller, layer, id_, query, selection)
    if found is not None:
        return found
    if not await points.fetch_versions(reading, caller, id_):
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
