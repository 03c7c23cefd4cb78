"""What every event carries, whatever it is about; the rooms of single families build on it."""

import datetime as dt
from typing import Annotated, Literal

import msgspec

Zoned = Annotated[dt.datetime, msgspec.Meta(tz=True)]

WIRE_NAMES = {
    "happened_at": "time",
    "happened_until": "until",
    "reported_at": "reportedat",
    "received_at": "receivedat",
    "causation_id": "causationid",
    "correlation_id": "correlationid",
    "batch_id": "batchid",
}


class Envelope(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", rename=WIRE_NAMES
):
    """What every event carries. `source` is who sends, `agency` who gives, `reporter` who reports, `actor` which key."""

    specversion: Literal["1.0"]
    id: str
    source: str
    province: str
    happened_at: Zoned
    received_at: Zoned
    happened_until: Zoned | None = None
    reported_at: Zoned | None = None
    agency: str | None = None
    reporter: str | None = None
    actor: str | None = None
    causation_id: str | None = None
    correlation_id: str | None = None
    purpose: str | None = None
    contract: str | None = None
    batch_id: str | None = None
    row: int | None = None
