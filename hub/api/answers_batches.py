"""What /v1 answers about deliveries of files."""

import datetime as dt
from typing import Any

import msgspec

from contracts.errors import FieldError
from hub.intake.batches import Batch, Trouble
from hub.intake.receipts import BatchReceipt, BatchState, Warn
from hub.intake.requests import decode_request


class BatchInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery. `read` = `new` + `changed` + `unchanged` + `superseded` + `quarantined` + `rejected`, in records or actions.

    `done` of `total` says how far the work is; `quarantine` what became of the rows that were not taken in, by state.
    """

    batch: str
    source: str
    mode: str
    period: str | None
    areas: tuple[str, ...]
    dry_run: bool
    state: BatchState
    received_at: dt.datetime
    changed_at: dt.datetime
    digest: str
    size: int
    total: int
    done: int
    rows: int
    read: int
    new: int
    changed: int
    unchanged: int
    superseded: int
    quarantined: int
    rejected: int
    withdrawn: int
    known: int
    missing: int
    warnings: tuple[Warn, ...]
    first_errors: tuple[FieldError, ...]
    problem: Trouble | None
    quarantine: dict[str, int]


class BatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries, the newest first; `next` is the `cursor` of the page behind."""

    items: list[BatchInfo]
    next: str | None


class RecordLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one record or action; `row` is its first row behind the heading. Cells only for its sender and admins."""

    row: int
    status: str
    sequence: int | None = None
    state: str | None = None
    rows: tuple[int, ...] = ()
    errors: tuple[FieldError, ...] = ()
    cells: tuple[dict[str, Any], ...] = ()


class WaitingItem(msgspec.Struct, frozen=True, kw_only=True):
    """One row that waits to be mended; its cells are at `/v1/batches/{batch}/records`."""

    batch: str
    row: int
    source: str
    received_at: dt.datetime
    status: str
    errors: tuple[FieldError, ...]


class WaitingPage(msgspec.Struct, frozen=True, kw_only=True):
    """The quarantine, the oldest first; `next` is the `cursor` of the page behind."""

    items: list[WaitingItem]
    next: str | None


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A kept row that does not wait any more."""

    batch: str
    row: int
    state: str


def to_info(batch: Batch, quarantine: dict[str, int]) -> BatchInfo:
    """A delivery as it is answered."""
    request = decode_request(batch.request)
    receipt = batch.receipt or BatchReceipt(
        batch=batch.batch, source=batch.source, mode=request.mode, state=batch.state
    )
    counted = (
        "rows",
        "read",
        "new",
        "changed",
        "unchanged",
        "superseded",
        "quarantined",
        "rejected",
        "withdrawn",
        "known",
        "missing",
        "warnings",
        "first_errors",
    )
    return BatchInfo(
        batch=batch.batch,
        source=batch.source,
        mode=request.mode,
        period=request.period,
        areas=request.areas,
        dry_run=batch.dry_run,
        state=batch.state,
        received_at=batch.received_at,
        changed_at=batch.changed_at,
        digest=batch.digest,
        size=batch.size,
        total=batch.total,
        done=batch.done,
        problem=batch.problem,
        quarantine=quarantine,
        **{name: getattr(receipt, name) for name in counted},
    )
