"""Query text into values, strictly: an unknown or doubtful parameter is refused, never guessed. Pure."""

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence

import msgspec

from contracts.errors import Gone, InvalidInput
from contracts.times import DATE, parse_date, parse_valid_at, start_of_day, to_text
from geo.crs import Region
from geo.layers import Property
from geo.ogc import LIMIT_DEFAULT, LIMIT_MAX

FIRST_DATE = "0001-01-01"
FIRST_INSTANT = f"{FIRST_DATE}T00:00:00Z"
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
INTEGER = re.compile(r"-?[0-9]{1,9}\Z")
NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?\Z")
LAST_KEY = (1 << 63) - 1
Place = tuple[int | str, str | None]
"""Where a page ends: the code of an area, or the key of a household with the start of its version."""
Pairs = Sequence[tuple[str, str]]


class When(msgspec.Struct, frozen=True, kw_only=True):
    """OGC `datetime`: an instant, or a closed interval with open ends as None; `text` as it was given."""

    instant: dt.datetime | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    is_interval: bool = False


class Equal(msgspec.Struct, frozen=True):
    """An attribute and the value that it must have."""

    name: str
    value: str | int | float | bool


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page ends, and what its answer rests on, so that the next page rests on the same. `digest` tells one question from another.

    `keys` are those of `sortby`; `matched` is what all pages hold, counted for the first one.
    """

    version: int
    sequence: int
    valid_at: str
    last: Place
    digest: str
    matched: int | None = None
    keys: tuple[str | None, ...] = ()


class ItemsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What `items` was asked. `narrows`: the root fixes the instant of the basis, `datetime` only leaves out more."""

    limit: int = LIMIT_DEFAULT
    boxes: tuple[Region, ...] = ()
    when: When = When()
    as_of: str | None = None
    token: Token | None = None
    narrows: bool = False


def bad(name: str, message_en: str, message_th: str) -> InvalidInput:
    """A parameter that cannot be used."""
    return InvalidInput(message_en, message_th=message_th, code="BAD_PARAMETER", path=name)


def read_pairs(pairs: Pairs, known: frozenset[str]) -> dict[str, str]:
    """Parameters by name. Equal repeats count once (GDAL sends some twice); unknown or contradicting ones raise InvalidInput."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if "\x00" in value:
            raise bad(name, f"'{name}' has a character that is none.", f"'{name}' มีอักขระที่ใช้ไม่ได้")
        if name not in known:
            raise InvalidInput(
                f"'{name}' is not a parameter here; there are {', '.join(sorted(known))}.",
                message_th=f"ไม่มีพารามิเตอร์ '{name}' สำหรับที่อยู่นี้",
                code="UNKNOWN_PARAMETER",
                path=name,
            )
        if found.setdefault(name, value) != value:
            raise bad(name, f"'{name}' is given twice with different values.", f"ระบุ '{name}' ซ้ำไม่ตรงกัน")
    return found


def parse_format(text: str | None, offered: Sequence[str]) -> str | None:
    """One of the formats on offer. Raises InvalidInput for another."""
    return parse_choice(text, "f", offered)


def parse_value(asked: Property, text: str) -> Equal:
    """A value that an attribute must equal. GDAL writes 1 for true. Raises InvalidInput."""
    name, type_ = asked.name, asked.type
    if type_ == "boolean":
        if text.lower() not in BOOLEANS:
            raise bad(name, f"'{name}' is true or false.", f"'{name}' ต้องเป็น true หรือ false")
        return Equal(name, BOOLEANS[text.lower()])
    if type_ == "integer":
        if INTEGER.match(text) is None:
            raise bad(name, f"'{name}' is a whole number.", f"'{name}' ต้องเป็นจำนวนเต็ม")
        return Equal(name, int(text))
    if type_ == "number":
        if NUMBER.match(text) is None:
            raise bad(name, f"'{name}' is a number.", f"'{name}' ต้องเป็นตัวเลข")
        return Equal(name, float(text))
    return Equal(name, text)


def parse_flag(text: str | None, name: str) -> bool:
    """True or false, false without a text. Raises InvalidInput."""
    if text is None:
        return False
    if text not in {"true", "false"}:
        raise bad(name, f"'{name}' is true or false.", f"'{name}' ต้องเป็น true หรือ false")
    return text == "true"


def parse_choice(text: str | None, name: str, offered: Sequence[str]) -> str | None:
    """One of what is on offer. Raises InvalidInput for another."""
    if text is not None and text not in offered:
        raise bad(
            name, f"'{name}' is one of {', '.join(offered)}.", f"'{name}' ต้องเป็นหนึ่งใน {', '.join(offered)}"
        )
    return text


def parse_limit(text: str | None) -> int:
    """1 to LIMIT_MAX; more is answered with LIMIT_MAX (Part 1, 7.15.2)."""
    if text is None:
        return LIMIT_DEFAULT
    if not text.isascii() or not text.isdigit() or not text.strip("0"):
        raise bad("limit", "'limit' is a whole number from 1 on.", "'limit' ต้องเป็นจำนวนเต็มตั้งแต่ 1")
    return min(int(text.lstrip("0")[:9]), LIMIT_MAX)


def parse_datetime(text: str | None) -> When:
    """An instant, or `a/b`, `a/..`, `../b`; a date is 00:00 Bangkok as a start, else the end of the day (half-open storage)."""
    if text is None or text in {"../..", "/"}:
        return When(is_interval=text is not None)
    if "/" not in text:
        return When(instant=_instant(text))
    parts = text.split("/")
    if len(parts) != 2:
        raise bad("datetime", "'datetime' is an instant or start/end.", "'datetime' ต้องเป็นเวลา หรือ เริ่ม/สิ้นสุด")
    start = None if parts[0] in {"", ".."} else _start(parts[0])
    end = None if parts[1] in {"", ".."} else _end(parts[1])
    if start is not None and end is not None and start > end:
        raise bad("datetime", "'datetime' ends before it starts.", "'datetime' สิ้นสุดก่อนเริ่ม")
    return When(start=start, end=end, is_interval=True)


def _instant(text: str) -> dt.datetime:
    try:
        return parse_valid_at(text, path="datetime")
    except OverflowError as error:
        raise bad("datetime", f"'{text}' is beyond the calendar.", f"'{text}' อยู่นอกปฏิทิน") from error


def _start(text: str) -> dt.datetime:
    if DATE.match(text) and text > FIRST_DATE:
        return start_of_day(parse_date(text, path="datetime"))
    return _instant(text)


def _end(text: str) -> dt.datetime:
    # QGIS ends an open interval with this day.
    if text.startswith("9999-12-31"):
        return dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
    return _instant(text)


def encode_token(token: Token) -> str:
    """A token without `%` and `=`, as clients need it."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(token)).rstrip(b"=").decode()


def decode_token(text: str | None) -> Token | None:
    """The token of a `next` link. Raises InvalidInput."""
    if text is None:
        return None
    try:
        token = msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Token)
        parse_valid_at(token.valid_at)
        if token.last[1] is not None:
            parse_valid_at(token.last[1])
    except (ValueError, OverflowError, msgspec.MsgspecError, InvalidInput) as error:
        raise bad_token() from error
    return token


def bad_token() -> InvalidInput:
    """A token that no page gave."""
    return bad("token", "'token' comes from a 'next' link, whole.", "'token' ต้องมาจากลิงก์ next")


def last_code(token: Token | None) -> str:
    """After which area a page begins. Raises InvalidInput."""
    if token is None:
        return ""
    if not isinstance(token.last[0], str) or "\x00" in token.last[0]:
        raise bad_token()
    return token.last[0]


def last_household(token: Token | None) -> tuple[int, str]:
    """After which household and start of its version a page begins. Raises InvalidInput."""
    if token is None:
        return 0, FIRST_INSTANT
    key, start = token.last
    if not isinstance(key, int) or not 0 <= key <= LAST_KEY or start is None:
        raise bad_token()
    return key, start


def digest_question(layer: str, asked: Mapping[str, str]) -> str:
    """What makes two questions the same but for their page and its size."""
    said = [(name, value) for name, value in asked.items() if name not in {"token", "limit", "f"}]
    return hashlib.sha256(msgspec.msgpack.encode((layer, sorted(said)))).hexdigest()[:16]


def require_same(token: Token | None, digest: str, version: int) -> None:
    """Raises InvalidInput for a token of another question, Gone for one of another projection version."""
    if token is None:
        return
    if token.digest != digest:
        raise bad("token", "'token' belongs to another question.", "'token' เป็นของคำถามอื่น")
    if token.version != version:
        raise Gone(
            "The projection was rebuilt since this page; start again without the token.",
            message_th="ระบบสร้างข้อมูลใหม่แล้ว กรุณาเริ่มจากหน้าแรก",
            code="TOKEN_OUTDATED",
            path="token",
        )


def basis_texts(query: ItemsQuery, as_of: str | None, valid_at: str | None) -> tuple[str | None, str | None]:
    """The `as_of` and `valid_at` to resolve: those of the token, else those that the root fixes, else the query's."""
    if query.token is not None:
        return f"seq:{query.token.sequence}", query.token.valid_at
    instant = query.when.instant or query.when.end
    asked = to_text(instant) if instant is not None and instant.year < 9999 else None
    return as_of or query.as_of, valid_at or asked
