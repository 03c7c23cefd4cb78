"""Page tokens: where the next page begins, and on which basis the first one was answered.

A token holds no secret and grants no right: it is checked against the question it came from and against the projection version.
"""

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Mapping

import msgspec

from contracts.errors import Gone, InvalidInput

DIGEST_BYTES = 8
DEFAULT_LIMIT = 100
MOST_ITEMS = 1000


class Token(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The page after `after` of the question with this digest, at the basis of the first page."""

    version: int
    sequence: int
    valid_at: dt.datetime
    final: bool
    question: bytes
    after: tuple[int | str, ...]
    reported_by: dt.datetime | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Token] = msgspec.msgpack.Decoder(Token)


def digest_question(name: str, filters: Mapping[str, object]) -> bytes:
    """What makes two questions the same but for their page."""
    asked = sorted((key, str(value)) for key, value in filters.items() if value is not None)
    return hashlib.sha256(msgspec.msgpack.encode((name, asked))).digest()[:DIGEST_BYTES]


def write_token(token: Token) -> str:
    """The token as text for an address."""
    return base64.urlsafe_b64encode(_encoder.encode(token)).rstrip(b"=").decode()


def read_token(text: str) -> Token:
    """The token in a text. Raises InvalidInput for anything that `write_token` did not write."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return _decoder.decode(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeEncodeError, msgspec.DecodeError, ValueError) as error:
        raise bad_token("The page token cannot be read; begin again without it.") from error


def bad_token(message_en: str) -> InvalidInput:
    """The refusal of a token."""
    return InvalidInput(
        message_en, message_th="โทเคนหน้าถัดไปใช้ไม่ได้ กรุณาเริ่มใหม่โดยไม่ใส่ token", code="BAD_TOKEN", path="token"
    )


def check_token(token: Token, *, question: bytes, version: int) -> None:
    """Raises Gone for a token of another projection version, InvalidInput for one of another question."""
    if token.version != version:
        raise Gone(
            "The page token belongs to an earlier projection; begin again without it.",
            message_th="โทเคนหน้าถัดไปเป็นของข้อมูลชุดก่อน กรุณาเริ่มใหม่โดยไม่ใส่ token",
            code="TOKEN_OLD_VERSION",
            path="token",
        )
    if token.question != question:
        raise bad_token("The page token belongs to other filters; begin again without it.")
