"""The bytes of an uploaded file, as they arrive: the body itself, or the first file of a form."""

from collections.abc import AsyncIterator

from multipart import (  # pyright: ignore[reportMissingTypeStubs] - its types are inside
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from contracts.errors import InvalidInput
from hub.api.asking import AnyRequest

FORM = "multipart/form-data"
MOST_PARTS = 16
MOST_FIELD = 64 << 10
"""What the other fields of a form may hold in all."""


def read_upload(request: AnyRequest) -> AsyncIterator[bytes]:
    """The file of a request, in pieces, never as a whole. Raises InvalidInput for a form without one."""
    media_type, options = request.content_type
    if media_type.lower() != FORM:
        return request.stream()
    boundary = options.get("boundary", "")
    if not boundary:
        raise broken_form()
    return read_form(request.stream(), boundary)


async def read_form(parts: AsyncIterator[bytes], boundary: str) -> AsyncIterator[bytes]:
    """The first part with a file name, or called `file`. Raises InvalidInput."""
    is_file, found, beside = False, False, 0
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
            async for part in parts:
                for event in parser.parse(part) if part else ():
                    if isinstance(event, MultipartSegment):
                        is_file = not found and (event.filename is not None or event.name == "file")
                        found = found or is_file
                    elif event and is_file:
                        yield bytes(event)
                    elif event:
                        beside += len(event)
                        if beside > MOST_FIELD:
                            raise broken_form()
    except MultipartError as error:
        raise broken_form() from error
    if not found:
        raise InvalidInput(
            "The form holds no file; send it in the field 'file'.",
            message_th="ไม่พบไฟล์ในแบบฟอร์ม กรุณาส่งในช่อง file",
            code="FILE_MISSING",
            path="file",
        )


def broken_form() -> InvalidInput:
    """A form that cannot be taken apart."""
    return InvalidInput(
        "The form cannot be read; send multipart/form-data with one file, or the file itself as the body.",
        message_th="อ่านแบบฟอร์มไม่ได้ กรุณาส่ง multipart/form-data ที่มีไฟล์เดียว หรือส่งไฟล์เป็นเนื้อหาโดยตรง",
        code="BROKEN_FORM",
        path="file",
    )
