"""Pages of features."""

from typing import Any

from litestar import Response, route
from litestar.di import NamedDependency

from contracts.times import to_text
from geo import areas, ogc, points
from geo.answers import Json, basis_note, feature, plain
from geo.context import AnyRequest, Basis, Caller, GeoContext, Reading
from geo.crs import parse_bbox, parse_crs
from geo.drawn import Drawn
from geo.features import Page
from geo.layers import Layer
from geo.links import Root, items_links
from geo.params import (
    ItemsQuery,
    Token,
    bad_token,
    decode_token,
    digest_question,
    encode_token,
    parse_choice,
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
from geo.routes.counting import count_layer
from geo.routes.documents import GET
from geo.selecting import SELECTING, Selection, read_selection
from geo.sorting import are_keys
from geo.versions import http_date

UNIQUE_IDS = "versions-as-features-unique-ids"
PROFILES = ("versions-as-features", UNIQUE_IDS)
ITEM_FORMATS = ("json", "geojson", "html")
ITEMS = TIMES | SELECTING | {"limit", "bbox", "token", "profile"}


def read_query(root: Root, asked: dict[str, str], layer: Layer) -> ItemsQuery:
    """The checked question; a layer of versions is asked about all time. Raises InvalidInput."""
    when = asked.get("datetime", "../.." if layer.has_versions else None)
    return ItemsQuery(
        limit=parse_limit(asked.get("limit")),
        boxes=parse_bbox(asked.get("bbox"), parse_crs(asked.get("bbox-crs"), "bbox-crs")),
        when=parse_datetime(when),
        as_of=asked.get("as_of"),
        token=decode_token(asked.get("token")),
        narrows=root.valid_at is not None,
    )


@route("/collections/{cid:str}/items", http_method=GET, include_in_schema=False)
async def list_items(
    request: AnyRequest, geo: NamedDependency[GeoContext], drawn: NamedDependency[Drawn]
) -> Response[Any]:
    """A page of features; all pages rest on the basis of the first."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    known = ITEMS | {parameter.name for parameter in layer.parameters}
    root, asked = ask(request, known, ITEM_FORMATS)
    query, selection = read_query(root, asked, layer), read_selection(asked, layer, caller.rights)
    parse_choice(asked.get("profile"), "profile", PROFILES)
    if query.token is not None and not are_keys(selection.order, query.token.keys):
        raise bad_token()
    digest = digest_question(layer.id, asked)
    async with read_at(geo, root, query) as reading:
        basis = reading.basis
        require_same(query.token, digest, basis.version)
        etag = etag_of(basis, caller, request, erased=await drawn.erasures.last(reading))
        again = unchanged(request, etag, basis, caller, layer)
        if again is not None:
            return again
        if layer.kind == "point":
            found = await fetch_points(drawn, reading, caller, layer, query, selection)
        else:
            numbers = await count_layer(geo, reading, caller, layer, root, moment_of(root, query))
            found = await areas.fetch_areas(reading, layer, numbers, query, selection)
    token = _next_token(found, basis, digest)
    unique = layer.has_versions or asked.get("profile") == UNIQUE_IDS
    links = items_links(root, layer, query_of(request), token)
    document: Json = {
        "type": "FeatureCollection",
        "features": [feature(one, unique=unique) for one in found.features],
        "numberReturned": len(found.features),
        **({} if found.matched is None else {"numberMatched": found.matched}),
        "links": plain(links),
        "basis": basis_note(basis),
    }
    await note_personal(geo, request, caller, layer, len(found.features))
    headers = headers_for(basis, etag, caller, layer) | content_crs(selection) | link_header(links)
    if query.when.instant is not None or root.valid_at is not None:
        headers["Memento-Datetime"] = http_date(basis.valid_at)
    headers["OGC-NumberReturned"] = str(len(found.features))
    if found.matched is not None:
        headers["OGC-NumberMatched"] = str(found.matched)
    return answer(request, asked, document, media_type=ogc.GEOJSON, headers=headers, layer=layer)


async def fetch_points(
    drawn: Drawn,
    reading: Reading,
    caller: Caller,
    layer: Layer,
    query: ItemsQuery,
    selection: Selection,
) -> Page:
    """A page of households, with the number on all pages where counting it costs nothing."""
    total = None
    if not query.boxes and not selection.equals and selection.filter is None and query.token is None:
        total = await drawn.points.count(reading, query.when, caller.areas, narrows=query.narrows)
    return await points.fetch_points(reading, caller, layer, query, selection, total)


def content_crs(selection: Selection) -> dict[str, str]:
    """The header that names the coordinate system (Part 2, requirement 16)."""
    return {"Content-Crs": f"<{selection.crs.uri}>"}


def _next_token(found: Page, basis: Basis, digest: str) -> str | None:
    if not found.has_more:
        return None
    last = found.features[-1]
    return encode_token(
        Token(
            version=basis.version,
            sequence=basis.sequence,
            valid_at=to_text(basis.valid_at),
            last=(last.key, None if last.start is None else to_text(last.start)),
            digest=digest,
            matched=found.matched,
            keys=last.keys,
        )
    )


async def note_personal(
    geo: GeoContext, request: AnyRequest, caller: Caller, layer: Layer, count: int
) -> None:
    if layer.is_personal(caller.rights):
        await geo.note_reading(request, caller, layer.id, count)
