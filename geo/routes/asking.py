"""What every route of the layers shares: reading the question, answering JSON or HTML, caching."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response

from contracts.errors import NotFound
from contracts.times import DATE, FIRST_BUDDHIST_YEAR
from geo import ogc
from geo.answers import Json
from geo.context import AnyRequest, Basis, Caller, Moment
from geo.layers import BY_ID, Layer
from geo.links import Root, read_root
from geo.pages import page
from geo.params import ItemsQuery, read_pairs

TIMES = frozenset({"datetime", "as_of", "f"})
MASK_VERSION = 1
"""Raised with every change of what is hidden, so that no cache shows the old."""
PAST_SECONDS = 300
VARY = "Accept, Accept-Encoding, Authorization, X-API-Key"
EXPOSED = "Link, ETag, Content-Crs, OGC-NumberMatched, OGC-NumberReturned"
_encoder = msgspec.json.Encoder()


def pairs_of(request: AnyRequest) -> list[tuple[str, str]]:
    """The query parameters as they were given, in order."""
    return [(name, value) for name, value in request.query_params.multi_items()]


def ask(request: AnyRequest, known: frozenset[str]) -> tuple[Root, dict[str, str]]:
    """The root and the checked parameters. Raises InvalidInput, NotFound for a root that is no date."""
    root = read_root(request)
    if root.valid_at is not None and DATE.match(root.valid_at) is None:
        raise NotFound("The path needs a date, as in /ogc/valid/2023-09-30/.", code="NO_SUCH_ROOT")
    return root, read_pairs(pairs_of(request), known)


def buddhist_redirect(request: AnyRequest) -> str | None:
    """Where a root with a Buddhist-era year leads, else None."""
    date = request.path_params.get("date")
    if date is None or DATE.match(date) is None or int(date[:4]) < FIRST_BUDDHIST_YEAR:
        return None
    path = str(request.url)
    return re.sub(r"/ogc/valid/\d{4}", f"/ogc/valid/{int(date[:4]) - 543}", path, count=1)


def find_layer(request: AnyRequest, caller: Caller) -> Layer:
    """The layer of the path; one that the caller may not see does not exist. Raises NotFound."""
    layer = BY_ID.get(str(request.path_params.get("cid")))
    if layer is None or not layer.visible(caller.rights):
        raise NotFound(
            "There is no such layer.", message_th="ไม่พบชั้นข้อมูลนี้", code="NO_SUCH_LAYER", path="collectionId"
        )
    return layer


def wants_html(request: AnyRequest, asked: dict[str, str]) -> bool:
    """A browser, or `f=html`; any other client gets JSON."""
    if "f" in asked:
        return asked["f"] == "html"
    return request.headers.get("accept", "").startswith("text/html")


def moment_of(root: Root, query: ItemsQuery) -> Moment:
    """Whether anything in the request says which instant of the world is meant."""
    given = query.when.instant or query.when.end or query.token or root.valid_at
    return "now" if given is None else "given"


def headers_for(basis: Basis | None, etag: str | None, caller: Caller | None) -> dict[str, str]:
    """Caching: a past basis may be kept by the one who asked, everything else is asked for again."""
    keep = "no-cache"
    if basis is not None and basis.final and caller is not None and not caller.is_public:
        keep = f"private, max-age={PAST_SECONDS}"
    found = {"Cache-Control": keep, "Vary": VARY, "Access-Control-Expose-Headers": EXPOSED}
    return found | ({"ETag": etag} if etag else {})


def etag_of(basis: Basis, caller: Caller, request: AnyRequest) -> str:
    """Equal exactly when the answers are equal; needs no question to the tables."""
    root = read_root(request)
    said = (MASK_VERSION, basis.version, basis.sequence, basis.valid_at.isoformat(), basis.final, caller.kind)
    asked = (root.base, str(request.scope["path"]), bytes(request.scope["query_string"]))
    html = request.headers.get("accept", "").startswith("text/html")
    return f'"{hashlib.sha256(msgspec.msgpack.encode((said, asked, html))).hexdigest()[:24]}"'


def unchanged(request: AnyRequest, basis: Basis, caller: Caller) -> Response[Any] | None:
    """304 for a client that has the answer already."""
    offered = request.headers.get("if-none-match")
    etag = etag_of(basis, caller, request)
    if offered is None or etag not in {tag.strip().removeprefix("W/") for tag in offered.split(",")}:
        return None
    return Response(content=None, status_code=304, headers=headers_for(basis, etag, caller))


def answer(
    request: AnyRequest,
    asked: dict[str, str],
    document: Json,
    *,
    media_type: str = ogc.JSON,
    headers: dict[str, str] | None = None,
    title: str = "OGC API",
) -> Response[Any]:
    """A document as JSON, or as a page for people."""
    headers = headers or headers_for(None, None, None)
    if wants_html(request, asked):
        builtin = msgspec.json.decode(_encoder.encode(document))
        return Response(content=page(title, builtin), media_type=ogc.HTML, headers=headers)
    return Response(content=_encoder.encode(document), media_type=media_type, headers=headers)


def link_header(links: Sequence[Any]) -> dict[str, str]:
    """The next link as a header, as new clients read it."""
    found = [f'<{link.href}>; rel="{link.rel}"; type="{link.type}"' for link in links if link.rel == "next"]
    return {"Link": ", ".join(found)} if found else {}
