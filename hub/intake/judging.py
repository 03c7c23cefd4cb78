"""Judging the rows of one record or action: what they become, or every fault, and whether somebody can mend it."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from contracts.codes import fault
from contracts.errors import FieldError
from contracts.records import Record
from contracts.sources import ASSISTANCE
from contracts.sources.assistance import DeliveredAction
from contracts.sources.contract import Context, DeliveredRow, RecordContract, RowFault, TableContract
from hub.readers.rows import BrokenRow, FileRow

Refusal = Literal["quarantined", "rejected"]


class Refused(msgspec.Struct, frozen=True):
    """Rows that are not taken in. `quarantined`: it is known what they speak of, so that they can be mended; else `rejected`."""

    status: Refusal
    errors: tuple[FieldError, ...]
    identity: str | None


def judge(
    rows: Sequence[FileRow], contract: TableContract, context: Context, agency: str | None = None
) -> Record | DeliveredAction | Refused:
    """What the rows of one record or one action say. `agency` is the only one that may be spoken for."""
    try:
        good = _only_good(rows)
        if isinstance(contract, RecordContract):
            return contract.build(good, context)
        action = ASSISTANCE.build(good[0], context)
    except RowFault as fault:
        return _refuse(rows, contract, fault.errors)
    if agency is not None and agency != (action.reporter_id or action.agency_id):
        return _refuse(rows, contract, (not_yours(action.agency_id),))
    return action


def _refuse(rows: Sequence[FileRow], contract: TableContract, errors: tuple[FieldError, ...]) -> Refused:
    first = rows[0].row
    numbered = tuple(msgspec.structs.replace(error, row=error.row or first) for error in errors)
    if isinstance(contract, RecordContract):
        found = (contract.identity(row.cells) for row in rows)
        identity = next((one for one in found if one is not None), None)
        return Refused("rejected" if identity is None else "quarantined", numbered, identity)
    readable = all(isinstance(row, DeliveredRow) for row in rows)
    return Refused("quarantined" if readable else "rejected", numbered, None)


def _only_good(rows: Sequence[FileRow]) -> list[DeliveredRow]:
    """The rows, if all of them could be read. Raises RowFault."""
    faults = [row.error for row in rows if isinstance(row, BrokenRow)]
    if faults:
        raise RowFault(*faults)
    return [row for row in rows if isinstance(row, DeliveredRow)]


def replaced_rows(record: Record, rows: Sequence[FileRow]) -> int:
    """How many of the rows another row of the same file replaces: where a row is a whole household, the last one counts."""
    return len(rows) - 1 if "ROWS_REPEATED" in record.house.flags else 0


def not_yours(agency: str) -> FieldError:
    """A key that speaks for somebody else."""
    return fault("NOT_YOURS", "agency_id", expected=agency)
