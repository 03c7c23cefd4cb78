"""A file that is to be taken in, and what its cells cannot say."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Literal

import msgspec

from contracts.errors import InvalidInput
from contracts.gazetteer import load_gazetteer
from contracts.sources import TABLES
from contracts.submissions import PERIOD

Mode = Literal["snapshot", "delta"]
AMPHOE_DIGITS = 4
HOLD_PERCENT = 20
"""A snapshot that would withdraw a greater share of what is known in its scope is held until confirmed."""


class FileRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A file to take in, with what its cells cannot say."""

    path: Path
    source: str
    mode: Mode = "delta"
    period: str | None = None
    reported_on: dt.date | None = None
    areas: tuple[str, ...] = ()
    actor: str | None = None
    agency: str | None = None
    """The only agency or source that may be spoken for; None for all."""
    purpose: str | None = None
    dry_run: bool = False
    confirm: bool = False
    hold_percent: int = HOLD_PERCENT


def check_request(request: FileRequest) -> None:
    """Raises InvalidInput for a source, period or area that cannot be."""
    if request.source not in TABLES:
        raise InvalidInput(
            f"'{request.source}' is not a source; choose one of {', '.join(TABLES)}.",
            message_th=f"ไม่รู้จักแหล่งข้อมูล '{request.source}'",
            code="SOURCE_UNKNOWN",
            path="source",
        )
    if request.period is not None and PERIOD.match(request.period) is None:
        raise InvalidInput(
            "The period must be a survey round such as 2566 or 2566-1.",
            message_th="รอบการสำรวจต้องเป็นเช่น 2566 หรือ 2566-1",
            code="PERIOD_INVALID",
            path="period",
        )
    unknown = [
        area for area in request.areas if len(area) != AMPHOE_DIGITS or not load_gazetteer().find(area)
    ]
    if unknown:
        raise InvalidInput(
            f"No amphoe has the code {', '.join(unknown)}; an amphoe has four digits, such as 3201.",
            message_th=f"ไม่พบอำเภอรหัส {', '.join(unknown)} รหัสอำเภอมีสี่หลัก เช่น 3201",
            code="AREA_UNKNOWN",
            path="area",
        )


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def batch_of(request: FileRequest, digest: str) -> str:
    """The id of a delivery: the same for the same bytes with the same scope, on whatever day they come.

    A dry run has the id of what it tries, marked: it never stands in the way of the delivery itself.
    """
    scope = f"{request.source}|{request.mode}|{request.period}|{','.join(request.areas)}|{digest}"
    return ("D" if request.dry_run else "B") + hashlib.sha256(scope.encode()).hexdigest()[:16]


def encode_request(request: FileRequest) -> bytes:
    """Everything of a request but where its file lies."""
    said = {name: getattr(request, name) for name in request.__struct_fields__ if name != "path"}
    return msgspec.json.encode(said)


def decode_request(text: str, path: Path = Path()) -> FileRequest:
    """The request again, for a file that lies at `path`."""
    said = msgspec.json.decode(text, type=_Said)
    values = {name: getattr(said, name) for name in said.__struct_fields__}
    return FileRequest(path=path, **values)


_Said = msgspec.defstruct(
    "_Said",
    [
        (field.name, field.type)
        if field.required
        else (field.name, field.type, msgspec.field(default=field.default))
        for field in msgspec.structs.fields(FileRequest)
        if field.name != "path"
    ],
    kw_only=True,
)
