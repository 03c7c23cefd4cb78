"""Every hyperlink of the layers, inside the root that was asked. Pure."""

from urllib.parse import quote, unquote_plus

import msgspec

from geo import ogc
from geo.context import AnyRequest

QUERY_SAFE = "%:/,.-_~&=+;@!$'()*?"


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One link."""

    href: str
    rel: str
    type: str
    title: str | None = None
    templated: bool = False


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """A complete service: `base` is its address without the last slash; the two times are those that its path fixes."""

    base: str
    valid_at: str | None = None
    as_of: str | None = None

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
    return Root(base=f"{scheme}://{host}{prefix}{path}", valid_at=date, as_of=known)


def safe_query(query: str) -> str:
    """A query as it was written, but for what has no place in an address. Clients look for their own spelling in links (GDAL)."""
    return quote(query, safe=QUERY_SAFE)


def query_text(query: str, **changes: str) -> str:
    """The query of a link: the parameters as written, `changes` on top."""
    kept = [part for part in safe_query(query).split("&") if part and _name(part) not in changes]
    added = [f"{name}={quote(value)}" for name, value in changes.items()]
    return "?" + "&".join([*kept, *added]) if kept or added else ""


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


def landing_links(root: Root) -> list[Link]:
    """Of a landing page (Part 1, 7.2)."""
    return [
        Link(href=root.at(""), rel="self", type=ogc.JSON, title="This document"),
        Link(href=root.at("api"), rel="service-desc", type=ogc.OPENAPI, title="API definition"),
        Link(href=root.at("api.html"), rel="service-doc", type=ogc.HTML, title="API documentation"),
        Link(href=root.at("conformance"), rel="conformance", type=ogc.JSON, title="Conformance classes"),
        Link(href=root.at("collections"), rel="data", type=ogc.JSON, title="Layers"),
    ]


def collection_links(root: Root, cid: str, query: str) -> list[Link]:
    """Of a collection."""
    tile = root.at("xyz", cid) + "/{z}/{x}/{y}.mvt" + query
    return [
        Link(href=root.at("collections", cid) + query, rel="self", type=ogc.JSON),
        Link(
            href=root.at("collections", cid, "items") + query, rel="items", type=ogc.GEOJSON, title="Features"
        ),
        Link(href=root.at("collections", cid, "feature-schema"), rel="describedby", type=ogc.SCHEMA_JSON),
        Link(href=root.at("collections", cid, "feature-schema"), rel="describedBy", type=ogc.SCHEMA_JSON),
        Link(
            href=root.at("collections", cid, "tilejson.json") + query,
            rel="alternate",
            type=ogc.JSON,
            title="TileJSON",
        ),
        Link(href=tile, rel="item", type=ogc.MVT, title="Vector tiles", templated=True),
    ]


def items_links(root: Root, cid: str, query: str, token: str | None) -> list[Link]:
    """Of a page of items; `token` is that of the next page."""
    here = root.at("collections", cid, "items")
    links = [
        Link(href=here + query_text(query), rel="self", type=ogc.GEOJSON),
        Link(href=root.at("collections", cid), rel="collection", type=ogc.JSON),
    ]
    if token is not None:
        links.append(Link(href=here + query_text(query, token=token), rel="next", type=ogc.GEOJSON))
    return links


def item_links(root: Root, cid: str, fid: str, query: str) -> list[Link]:
    """Of one feature."""
    return [
        Link(
            href=root.at("collections", cid, "items", fid) + query_text(query), rel="self", type=ogc.GEOJSON
        ),
        Link(href=root.at("collections", cid), rel="collection", type=ogc.JSON),
    ]
