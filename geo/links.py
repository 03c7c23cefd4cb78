"""Every hyperlink of the layers, inside the root that was asked. Pure."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import msgspec

from geo import ogc
from geo.context import AnyRequest

KEPT = ("bbox", "datetime", "as_of", "limit", "f")
"""Parameters that go on from page to page, as they were given."""


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


def query_text(pairs: Sequence[tuple[str, str]], **changes: str) -> str:
    """The query of a link: the parameters as given, `changes` on top."""
    kept = [(name, value) for name, value in pairs if name not in changes]
    encoded = [f"{name}={quote(value, safe=':/,.-_')}" for name, value in (*kept, *changes.items())]
    return "?" + "&".join(encoded) if encoded else ""


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


def items_links(root: Root, cid: str, pairs: Sequence[tuple[str, str]], token: str | None) -> list[Link]:
    """Of a page of items; `token` is that of the next page."""
    here = root.at("collections", cid, "items")
    links = [
        Link(href=here + query_text(pairs), rel="self", type=ogc.GEOJSON),
        Link(href=root.at("collections", cid), rel="collection", type=ogc.JSON),
    ]
    if token is not None:
        links.append(Link(href=here + query_text(pairs, token=token), rel="next", type=ogc.GEOJSON))
    return links


def item_links(root: Root, cid: str, fid: str, query: Mapping[str, str]) -> list[Link]:
    """Of one feature."""
    asked = query_text(list(query.items()))
    return [
        Link(href=root.at("collections", cid, "items", fid) + asked, rel="self", type=ogc.GEOJSON),
        Link(href=root.at("collections", cid), rel="collection", type=ogc.JSON),
    ]
