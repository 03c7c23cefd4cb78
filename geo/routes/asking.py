"""What every route of the layers shares: reading the question, answering JSON or HTML, caching."""

import contextlib
import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec
from litestar import Response
from litestar.response import Redirect

from contracts.errors import InvalidInput, NotFound
from contracts.times import BUDDHIST_OFFSET, DATE, FIRST_BUDDHIST_YEAR
from geo import ogc
from geo.answers import Json
from geo.context import AnyRequest, Basis, Caller, GeoContext, Moment, Reading
from geo.layers import BY_ID, Layer
from geo.links import Root, read_root, safe_query
from geo.pages import page
from geo.params import ItemsQuery, basis_texts, parse_format, read_pairs

TIMES = frozenset({"datetime", "as_of", "f"})
MASK_VERSION = 1
"""Raised with every change of what is hidden, so that no cache shows the old."""
PAST_SECONDS = 300
VARY = "Accept, Accept-Encoding, Authorization, X-API-Key"
DOCUMENT_FORMATS = ("json", "html")
DATED_ROOT = re.compile(r"/ogc/(?:valid|as-of|compare)/[^/]+(?:(?<=\d)/\d{4}-\d{2}-\d{2})?(?=/|\Z)")
BUDDHIST_DATE = re.compile(r"(?<=/)(\d{4})(?=-\d{2}-\d{2}(?:/|\Z))")
_encoder = msgspec.json.Encoder()


def query_of(request: AnyRequest) -> str:
    """The query as it was written."""
    return bytes(request.scope["query_string"]).decode("latin-1")


def ask(
    request: AnyRequest, known: frozenset[str], formats: Sequence[str] = DOCUMENT_FORMATS
) -> tuple[Root, dict[str, str]]:
    """The root and the checked parameters. Raises InvalidInput, NotFound for a root that is no date."""
    root = read_root(request)
    if any(date is not None and DATE.match(date) is None for date in (root.valid_at, root.compared_with)):
        raise NotFound(
            "The path needs a date, as in /ogc/valid/2023-09-30/ or /ogc/compare/2022-09-30/2023-09-30/.",
            message_th="ที่อยู่ต้องมีวันที่ เช่น /ogc/valid/2023-09-30/",
            code="NO_SUCH_ROOT",
        )
    asked = read_pairs(parse_qsl(query_of(request), keep_blank_values=True), known)
    parse_format(asked.get("f"), formats)
    return root, asked


def redirect_buddhist(request: AnyRequest) -> Redirect | None:
    """A root with a Buddhist-era year leads to the same address with the common year, which is the one to keep."""
    path = str(request.scope["path"])
    found = DATED_ROOT.match(path)
    if found is None:
        return None
    root = BUDDHIST_DATE.sub(_common_year, found[0])
    if root == found[0]:
        return None
    prefix = request.headers.get("x-forwarded-prefix", "").rstrip("/")
    query = safe_query(query_of(request))
    target = f"{prefix}{root}{quote(path[found.end() :]) or '/'}"
    return Redirect(f"{target}?{query}" if query else target, status_code=308)


def _common_year(found: re.Match[str]) -> str:
    year = int(found[1])
    return str(year - BUDDHIST_OFFSET if year >= FIRST_BUDDHIST_YEAR else year)


@contextlib.asynccontextmanager
async def read_at(geo: GeoContext, root: Root, query: ItemsQuery) -> AsyncGenerator[Reading]:
    """The reading of a question. Raises InvalidInput for an `as_of` that contradicts the root."""
    asked = None
    if root.as_of is not None and query.as_of not in {None, root.as_of}:
        async with geo.read(query.as_of, None) as other:
            asked = other.basis.sequence
    async with geo.read(*basis_texts(query, root.as_of, root.valid_at)) as reading:
        if asked is not None and asked != reading.basis.sequence:
            raise InvalidInput(
                f"This address is fixed to as_of={root.as_of}; leave out 'as_of' or ask below /ogc/.",
                message_th=f"ที่อยู่นี้กำหนด as_of={root.as_of} ไว้แล้ว",
                code="AS_OF_FIXED",
                path="as_of",
            )
        yield reading


def find_layer(request: AnyRequest, caller: Caller) -> Layer:
    """The layer of the path; one that the caller may not see, or of another kind of root, does not exist. Raises NotFound."""
    layer = BY_ID.get(str(request.path_params.get("cid")))
    is_change = read_root(request).is_change
    if layer is None or layer.is_change != is_change or not layer.visible(caller.rights):
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
    _, valid_at = basis_texts(query, root.as_of, root.valid_at)
    return "now" if valid_at is None else "given"


def headers_for(
    basis: Basis | None, etag: str | None, caller: Caller | None, layer: Layer | None = None
) -> dict[str, str]:
    """Caching: a past basis may be kept by the one who asked, unless it tells of persons; everything else is asked for again."""
    keep = "no-cache"
    if basis is not None and caller is not None and not caller.is_public:
        is_personal = layer is not None and layer.is_personal(caller.rights)
        keep = f"private, max-age={PAST_SECONDS}" if basis.final and not is_personal else "private, no-cache"
    found = {"Cache-Control": keep, "Vary": VARY}
    return found | ({"ETag": etag} if etag else {})


def etag_of(
    basis: Basis, caller: Caller, request: AnyRequest, *, erased: int, valid_at: str | None = None
) -> str:
    """Equal exactly when the answers are equal; needs no question to the tables.

    `erased` is the last erasure, which changes the past too; `valid_at` stands in for the instant of the basis.
    """
    root = read_root(request)
    moment = valid_at or basis.valid_at.isoformat()
    said = (MASK_VERSION, erased, basis.version, basis.sequence, moment, basis.final, caller.kind)
    asked = (root.base, str(request.scope["path"]), bytes(request.scope["query_string"]))
    form = (request.headers.get("accept", "").startswith("text/html"), takes_gzip(request))
    return to_etag(msgspec.msgpack.encode((said, asked, form)))


def to_etag(content: bytes) -> str:
    """A strong ETag of what makes an answer what it is."""
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'


def takes_gzip(request: AnyRequest) -> bool:
    """Whether the client can unpack gzip."""
    return re.search(r"gzip(?!;q=0(?:\.0+)?(?:,|\Z))", offered_encodings(request)) is not None


def offered_encodings(request: AnyRequest) -> str:
    """The encodings on offer, without blanks."""
    return re.sub(r"\s", "", request.headers.get("accept-encoding", ""))


def unchanged(
    request: AnyRequest,
    etag: str,
    basis: Basis | None = None,
    caller: Caller | None = None,
    layer: Layer | None = None,
) -> Response[Any] | None:
    """304 for a client that has the answer already."""
    offered = request.headers.get("if-none-match")
    if offered is None or etag not in {tag.strip().removeprefix("W/") for tag in offered.split(",")}:
        return None
    return Response(content=None, status_code=304, headers=headers_for(basis, etag, caller, layer))


def answer(
    request: AnyRequest,
    asked: dict[str, str],
    document: Json,
    *,
    media_type: str = ogc.JSON,
    headers: dict[str, str] | None = None,
    title: str = "OGC API",
    layer: Layer | None = None,
) -> Response[Any]:
    """A document as JSON, or as a page for people in the words of the layer."""
    content = _encoder.encode(document)
    if wants_html(request, asked):
        words = {shown.name: shown.title_th for shown in layer.properties} if layer else {}
        content = page(layer.title_th if layer else title, msgspec.json.decode(content), words).encode()
        media_type = ogc.HTML
    if headers is None:
        etag = to_etag(content)
        again = unchanged(request, etag)
        if again is not None:
            return again
        headers = headers_for(None, etag, None)
    return Response(content=content, media_type=media_type, headers=headers)


def link_header(links: Sequence[Any], *relations: str) -> dict[str, str]:
    """Links as a header, as new clients read them; the next one unless others are named."""
    wanted = relations or ("next",)
    found = [f'<{link.href}>; rel="{link.rel}"; type="{link.type}"' for link in links if link.rel in wanted]
    return {"Link": ", ".join(found)} if found else {}
