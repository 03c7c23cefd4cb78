"""Every hyperlink of the layers, inside the root that was asked. Pure."""

from urllib.parse import quote, unquote_plus

import msgspec

from geo import ogc
from geo.context import AnyRequest
from geo.layers import Layer

QUERY_SAFE = "%:/,.-_~&=+;@!$'()*?"


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One link."""

    href: str
    rel: str
    type: str
    title: str | None = None
    templated: bool = False


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """A complete service.

    `base` is its address without the last slash; the two times are those that its path fixes, `compared_with` is the first of two days.
    """

    base: str
    valid_at: str | None = None
    as_of: str | None = None
    compared_with: str | None = None

    @property
    def is_change(self) -> bool:
        """Whether it compares two days; `valid_at` is the second."""
        return self.compared_with is not None

    def at(self, *parts: str) -> str:
        """An address below the root."""
        return "/".join((self.base, *(quote(part, safe=":,") for part in parts)))


def read_root(request: AnyRequest) -> Root:
    """The root of a request, as the client sees it (also behind a proxy)."""
    headers = request.headers
    scheme = headers.get("x-forwarded-proto", request.scope["scheme"]).split(",")[0].strip()
    host = headers.get("x-forwarded-host", headers.get("host", "localhost")).split(",")[0].strip()
    prefix = headers.get("x-forwarded-prefix", "").rstrip("/")
    date, known = request.path_params.get("date"), request.path_params.get("known")
    path = "/ogc"
    if date is not None:
        path = f"/ogc/valid/{date}"
    elif known is not None:
        path = f"/ogc/as-of/{known}"
    first, second = request.path_params.get("first"), request.path_params.get("second")
    if first is not None:
        path, date = f"/ogc/compare/{first}/{second}", second
    elif request.scope["path"].startswith("/ogc/latest"):
        path = "/ogc/latest"
    return Root(base=f"{scheme}://{host}{prefix}{path}", valid_at=date, as_of=known, compared_with=first)


def safe_query(query: str) -> str:
    """A query as it was written, but for what has no place in an address. Clients look for their own spelling in links (GDAL)."""
    return quote(query, safe=QUERY_SAFE)


def query_text(query: str, **changes: str | None) -> str:
    """The query of a link: the parameters as written, `changes` on top, None for leaving one out."""
    kept = [part for part in safe_query(query).split("&") if part and _name(part) not in changes]
    added = [f"{name}={quote(value)}" for name, value in changes.items() if value is not None]
    return "?" + "&".join([*kept, *added]) if kept or added else ""


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


def landing_links(root: Root, query: str) -> list[Link]:
    """Of a landing page (Part 1, 7.2)."""
    carried = query_text(without_format(query))
    return [
        *itself(root.at("") + query_text(query), ogc.JSON),
        Link(href=root.at("api"), rel="service-desc", type=ogc.OPENAPI, title="API definition"),
        Link(
            href=root.at("api.html"),
            rel="service-doc",
            type=ogc.HTML,
            title="คำอธิบาย API / API documentation",
        ),
        Link(
            href=root.at("conformance"), rel="conformance", type=ogc.JSON, title="มาตรฐานที่รองรับ / Conformance"
        ),
        Link(href=root.at("collections") + carried, rel="data", type=ogc.JSON, title="ชั้นข้อมูล / Layers"),
        Link(
            href=root.at("tileMatrixSets"),
            rel=ogc.REL_TILING_SCHEMES,
            type=ogc.JSON,
            title="Tile matrix sets",
        ),
    ]


def without_format(query: str) -> str:
    """A query for another address: the time stays, the format does not."""
    return query_text(query, f=None).removeprefix("?")


def itself(href: str, type_: str) -> list[Link]:
    """`self`, and the same as a page for people (an `html` class asks for it)."""
    path, _, query = href.partition("?")
    page = path + query_text(query, f="html")
    return [
        Link(href=href, rel="self", type=type_, title="This document"),
        Link(href=page, rel="alternate", type=ogc.HTML, title="หน้าเว็บ / as a page"),
    ]


def collections_links(root: Root, query: str) -> list[Link]:
    """Of the list of layers."""
    return itself(root.at("collections") + query_text(query), ogc.JSON)


def collection_links(root: Root, layer: Layer, query: str) -> list[Link]:
    """Of a layer."""
    here = root.at("collections", layer.id)
    carried = query_text(without_format(query))
    links = [
        *itself(here + carried, ogc.JSON),
        Link(href=f"{here}/items{carried}", rel="items", type=ogc.GEOJSON, title="ข้อมูล / Features"),
        Link(href=f"{here}/feature-schema", rel="describedby", type=ogc.SCHEMA_JSON, title="GeoJSON schema"),
        Link(href=f"{here}/feature-schema", rel="describedBy", type=ogc.SCHEMA_JSON, title="GeoJSON schema"),
        Link(href=f"{here}/schema", rel=ogc.REL_SCHEMA, type=ogc.SCHEMA_JSON, title="Schema"),
        Link(href=f"{here}/queryables", rel=ogc.REL_QUERYABLES, type=ogc.SCHEMA_JSON, title="Queryables"),
        Link(href=f"{here}/sortables", rel=ogc.REL_SORTABLES, type=ogc.SCHEMA_JSON, title="Sortables"),
    ]
    if layer.has_tiles:
        tile = root.at("xyz", layer.id) + "/{z}/{x}/{y}.mvt" + carried
        links += [
            Link(href=f"{here}/tiles{carried}", rel=ogc.REL_TILESETS, type=ogc.JSON, title="Tilesets"),
            Link(href=f"{here}/tilejson.json{carried}", rel="alternate", type=ogc.JSON, title="TileJSON"),
            Link(href=f"{here}/style.json{carried}", rel="stylesheet", type=ogc.JSON, title="MapLibre style"),
            Link(href=tile, rel="item", type=ogc.MVT, title="Vector tiles", templated=True),
        ]
    return links


def items_links(root: Root, layer: Layer, query: str, token: str | None) -> list[Link]:
    """Of a page of items; `token` is that of the next page."""
    here = root.at("collections", layer.id, "items")
    links = [
        *itself(here + query_text(query), ogc.GEOJSON),
        Link(href=root.at("collections", layer.id), rel="collection", type=ogc.JSON, title=layer.title_th),
    ]
    if token is not None:
        next_ = here + query_text(query, token=token)
        links.append(Link(href=next_, rel="next", type=ogc.GEOJSON, title="หน้าถัดไป / next"))
    return links


def item_links(root: Root, layer: Layer, fid: str, query: str) -> list[Link]:
    """Of one feature."""
    here = root.at("collections", layer.id, "items", fid)
    return [
        *itself(here + query_text(query), ogc.GEOJSON),
        Link(href=root.at("collections", layer.id), rel="collection", type=ogc.JSON, title=layer.title_th),
    ]
