"""What became of the records of a file: one outcome each, and counts that add up to what was read."""

from collections.abc import Sequence

import msgspec

from contracts.errors import FieldError
from hub.intake.batches import Outcome
from hub.intake.items import Item
from hub.intake.judging import Refused
from hub.intake.kept import ToKeep
from hub.intake.receipts import Receipt
from hub.readers.rows import FileRow

FIRST_ERRORS = 20
COUNTS = ("read", "new", "changed", "unchanged", "superseded", "quarantined", "rejected", "withdrawn")
KEPT = frozenset({"quarantined", "rejected"})
TAKEN = frozenset({"new", "changed", "unchanged"})


class Slot(msgspec.Struct):
    """The rows of one record or action on their way: an item that waits for its receipt, or what is wrong with them.

    `superseded` counts rows that another row of the file replaces.
    """

    rows: Sequence[FileRow]
    item: Item | None = None
    refused: Refused | None = None
    superseded: int = 0


class Tally(msgspec.Struct):
    """Counts of one file while it runs."""

    rows: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0
    rejected: int = 0
    withdrawn: int = 0
    errors: list[FieldError] = msgspec.field(default_factory=list[FieldError])

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Count these."""
        self.read += len(outcomes)
        for _, what, _ in outcomes:
            setattr(self, what, getattr(self, what) + 1)

    def tell(self, errors: Sequence[FieldError]) -> None:
        """Keep the first errors for the receipt."""
        self.errors.extend(errors)
        del self.errors[FIRST_ERRORS:]

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in COUNTS}


def outcome_of(receipt: Receipt) -> str:
    """What a receipt means for the counts."""
    match receipt.status:
        case "accepted":
            return "new" if receipt.is_new else "changed"
        case "unchanged" | "duplicate":
            return "unchanged"
        case "superseded":
            return "superseded"
        case "conflict":
            return "quarantined"
        case _:
            return "rejected"


def settle_slot(
    slot: Slot, receipt: Receipt | None, key: bytes | None, subject: str
) -> tuple[list[Outcome], ToKeep | None]:
    """The outcomes of one slot, and its rows where they are to be kept. Of someone who was erased no cell is kept.

    `key` is the pseudonym of the record or action, where it is known, `subject` whose key seals its rows.
    """
    rows, refused = slot.rows, slot.refused
    if refused is not None:
        what, errors, sequence, is_erased = refused.status, refused.errors, None, False
    elif receipt is not None:
        what, errors, sequence = outcome_of(receipt), receipt.errors, receipt.sequence
        is_erased = receipt.status == "erased"
    else:
        return [], None
    outcomes: list[Outcome] = [(row.row, "superseded", None) for row in rows[: slot.superseded]]
    outcomes.append((rows[slot.superseded].row, what, sequence))
    if what not in KEPT:
        return outcomes, None
    first = rows[0].row
    kept = ToKeep(
        row=first,
        numbers=tuple(row.row for row in rows),
        status=what,
        errors=tuple(msgspec.structs.replace(error, row=error.row or first) for error in errors),
        cells=() if is_erased else tuple(row.cells for row in rows),
        subject=subject,
        key=key,
        state="erased" if is_erased else "open",
    )
    return outcomes, kept
