"""Readings of personal data, as the stream ACCESS keeps them: who looked at what, why, at how many. Never folded, never altered."""

import datetime as dt
from typing import Annotated

import msgspec

Zoned = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`key` is who asked (its id), `what` the resource, `count` how many households, actions or events. `agencies` are those whose records were shown."""

    key: str
    role: str
    what: str
    purpose: str
    count: int
    agencies: tuple[str, ...]


class AccessRead(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="access.read.v1"
):
    """Personal data was shown."""

    specversion: str
    id: str
    source: str
    time: Zoned
    data: Reading


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AccessRead] = msgspec.json.Decoder(AccessRead)


def encode_access(event: AccessRead) -> bytes:
    """The bytes that are stored. Equal events give equal bytes."""
    return _encoder.encode(event)


def decode_access(data: bytes) -> AccessRead:
    """The event in stored bytes. Raises msgspec.DecodeError or ValidationError."""
    return _decoder.decode(data)
