"""Single features, and the versions of one."""

from typing import Any

from litestar import Response, route
from litestar.di import NamedDependency

from contracts.errors import Gone, NotFound
from geo import areas, ogc, points
from geo.answers import basis_note, feature
from geo.context import AnyRequest, Caller, GeoContext, Reading
from geo.drawn import Drawn
from geo.features import Feature
from geo.layers import Layer
from geo.links import Link, Root, item_links
from geo.params import ItemsQuery, When, bad
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
from geo.routes.items import ITEM_FORMATS, content_crs, note_personal, read_query
from geo.selecting import Selection, read_selection
from geo.versions import Named, Version, http_date, read_id, time_map, version_links

ITEM = TIMES | {"crs", "properties", "skipGeometry"}
KNOWN = frozenset({"as_of", "f"})
VERSION_RELATIONS = (
    *("original", "timemap", "version-history"),
    *("predecessor-version", "successor-version", "latest-version"),
)


@route("/collections/{cid:str}/items/{fid:str}", http_method=GET, include_in_schema=False)
async def get_item(
    request: AnyRequest, geo: NamedDependency[GeoContext], drawn: NamedDependency[Drawn]
) -> Response[Any]:
    """One feature at an instant. 404 when there never was one, 410 when there is none at that instant."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    root, asked = ask(request, ITEM, ITEM_FORMATS)
    query, selection = read_query(root, asked, layer), read_selection(asked, layer, caller.rights)
    if query.when.is_interval and "datetime" in asked:
        raise bad(
            "datetime", "One feature is asked for at an instant.", "ข้อมูลรายการเดียวต้องระบุ datetime เป็นเวลาเดียว"
        )
    fid = str(request.path_params["fid"])
    links, more = item_links(root, layer, fid, query_of(request)), dict[str, str]()
    async with read_at(geo, root, query) as reading:
        basis = reading.basis
        etag = etag_of(basis, caller, request, erased=await drawn.erasures.last(reading))
        if layer.kind == "area":
            found = await _fetch_area(geo, reading, caller, layer, root, query, selection, fid)
        else:
            named = _read_id(fid, layer)
            found, versions = await _fetch_version(reading, caller, layer, named, query, selection)
            start = _start_of(found, versions)
            links += version_links(root, layer, named.household, versions, start.start, query_of(request))
            more = {"Memento-Datetime": http_date(start.start)} | _version_header(links)
    again = unchanged(request, etag, basis, caller, layer)
    if again is not None:
        return again
    await note_personal(geo, request, caller, layer, 1)
    document = feature(found, links, unique=layer.has_versions) | {"basis": basis_note(basis)}
    headers = headers_for(basis, etag, caller, layer) | content_crs(selection) | more
    return answer(request, asked, document, media_type=ogc.GEOJSON, headers=headers, layer=layer)


@route("/collections/{cid:str}/items/{fid:str}/versions", http_method=GET, include_in_schema=False)
async def list_versions(request: AnyRequest, geo: NamedDependency[GeoContext]) -> Response[Any]:
    """The versions of a household's point, as known at the basis."""
    caller = await geo.identify(request)
    layer = find_layer(request, caller)
    root, asked = ask(request, KNOWN)
    if layer.kind != "point":
        raise NotFound(
            "The numbers of areas change with every event; ask for them at a time instead.",
            message_th="ชั้นข้อมูลพื้นที่ไม่มีรายการช่วงเวลา ให้ระบุ datetime แทน",
            code="NO_VERSIONS",
            path="featureId",
        )
    named = _read_id(str(request.path_params["fid"]), layer)
    async with read_at(geo, root, ItemsQuery(as_of=asked.get("as_of"))) as reading:
        versions = await _versions(reading, caller, named.household)
        note = basis_note(reading.basis)
    if not versions:
        raise no_feature()
    document = time_map(root, layer, named.household, versions, query_of(request)) | {"basis": note}
    return answer(request, asked, document, title=layer.title_th)


def _read_id(fid: str, layer: Layer) -> Named:
    named = read_id(fid)
    if named is None or (named.start is not None and not layer.has_versions):
        raise no_feature()
    return named


async def _fetch_area(
    geo: GeoContext,
    reading: Reading,
    caller: Caller,
    layer: Layer,
    root: Root,
    query: ItemsQuery,
    selection: Selection,
    fid: str,
) -> Feature:
    code = fid.removeprefix(ogc.PCODE_PREFIX)
    if code.isascii() and code.isdigit():
        numbers = await count_layer(geo, reading, caller, layer, root, moment_of(root, query))
        page = await areas.fetch_areas(reading, layer, numbers, query, selection, only=code)
        if page.features:
            return page.features[0]
    raise no_feature()


async def _versions(reading: Reading, caller: Caller, household: str) -> list[Version]:
    return [Version(start, end) for start, end in await points.fetch_versions(reading, caller, household)]


async def _fetch_version(
    reading: Reading, caller: Caller, layer: Layer, named: Named, query: ItemsQuery, selection: Selection
) -> tuple[Feature, list[Version]]:
    """The version that holds at the instant, or the one that the id names, with all of them. Raises NotFound, Gone."""
    versions = await _versions(reading, caller, named.household)
    if not versions:
        raise no_feature()
    if layer.has_versions:
        if named.start not in {version.start for version in versions}:
            raise no_feature()
        query = ItemsQuery(when=When(start=named.start, end=named.start, is_interval=True))
    found = await points.fetch_point(reading, caller, layer, named.household, query, selection)
    if found is None:
        raise Gone(
            "The household has no point at this time.",
            message_th="ครัวเรือนนี้ไม่มีพิกัด ณ เวลาที่ระบุ",
            code="NOT_AT_THIS_TIME",
            path="featureId",
        )
    return found, versions


def _start_of(found: Feature, versions: list[Version]) -> Version:
    return next(version for version in versions if version.start == found.start)


def _version_header(links: list[Link]) -> dict[str, str]:
    return link_header(links, *VERSION_RELATIONS)


def no_feature() -> NotFound:
    """No feature with this id, or none that the caller may see."""
    return NotFound(
        "There is no such feature.", message_th="ไม่พบข้อมูลนี้", code="NO_SUCH_FEATURE", path="featureId"
    )
