"""The web page: the built files of hub/web/dist, kept in memory, with headers that allow nothing from elsewhere."""

import hashlib
import mimetypes
from pathlib import Path

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from contracts.errors import NotFound
from hub.api.asking import AnyRequest

DIST = Path(__file__).parent.parent / "web" / "dist"
INDEX = "index.html"
REVIEW = "review.html"
POLICY = (
    "default-src 'self'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
FOREVER = "public, max-age=31536000, immutable"


class PageFile(msgspec.Struct, frozen=True):
    """One built file."""

    data: bytes
    media_type: str
    etag: str


Pages = dict[str, PageFile]


def load_pages(folder: Path = DIST) -> Pages:
    """Every built file by its path; empty when the page is not built."""
    return {
        path.relative_to(folder).as_posix(): load_file(path) for path in folder.rglob("*") if path.is_file()
    }


def load_file(path: Path) -> PageFile:
    """A file with its type and a tag of its content."""
    data = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return PageFile(data, media_type, f'"{hashlib.sha256(data).hexdigest()[:24]}"')


@get("/", include_in_schema=False)
async def get_index(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[bytes]:
    """The page."""
    return send_file(request, pages, INDEX, {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


@get("/review", include_in_schema=False)
async def get_review(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[bytes]:
    """The page for stewards."""
    return send_file(request, pages, REVIEW, {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


@get("/{name:str}", include_in_schema=False)
async def get_file(
    request: AnyRequest, pages: NamedDependency[Pages], name: FromPath[str]
) -> Response[bytes]:
    """A file beside the page, such as its icon."""
    return send_file(request, pages, name, {"Cache-Control": "no-cache"})


@get("/assets/{name:path}", include_in_schema=False)
async def get_asset(
    request: AnyRequest, pages: NamedDependency[Pages], name: FromPath[str]
) -> Response[bytes]:
    """A file whose name changes with its content."""
    return send_file(request, pages, f"assets/{str(name).lstrip('/')}", {"Cache-Control": FOREVER})


def send_file(request: AnyRequest, pages: Pages, name: str, headers: dict[str, str]) -> Response[bytes]:
    """The file, or 304. Raises NotFound, which for the page itself says how to build it."""
    found = pages.get(name)
    if found is None:
        message = "The page is not built: run `npm ci && npm run build` in hub/web, or scripts/run."
        raise NotFound(
            message if name == INDEX else "There is nothing at this address.",
            message_th="ยังไม่ได้สร้างหน้าเว็บ" if name == INDEX else "ไม่พบที่อยู่นี้",
            code="PAGE_NOT_BUILT" if name == INDEX else "NO_SUCH_PATH",
        )
    headers = HEADERS | headers | {"ETag": found.etag}
    if request.headers.get("if-none-match") == found.etag:
        return Response(b"", status_code=304, headers=headers)
    return Response(found.data, media_type=found.media_type, headers=headers)
