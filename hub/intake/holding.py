"""Whether a snapshot lacks so much of what is known that somebody has to look at it first."""

from collections.abc import Mapping

import msgspec

from contracts.ids import record_pseudonym
from hub.intake.grouping import Survey
from hub.intake.receipts import BatchReceipt, Warn

Scope = Mapping[bytes, str | None]


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """How many records are known in a snapshot's scope, and how many of them the file lacks."""

    known: int = 0
    missing: int = 0
    is_too_much: bool = False

    def judged(self, percent: int) -> "Missing":
        """The same, with the verdict: more than this share is missing."""
        return msgspec.structs.replace(self, is_too_much=self.missing * 100 > percent * self.known)


def find_missing(survey: Survey, scopes: Mapping[str, Scope], key: bytes) -> Missing:
    """What of the known records, by period, no row of the file speaks of."""
    source = survey.contract.source
    present: dict[str, set[bytes]] = {period: set() for period in scopes}
    anywhere: set[bytes] = set()
    for identity, period in survey.present:
        pseudonym = bytes.fromhex(record_pseudonym(key, source, identity))
        # A row whose period cannot be read still says that its record is there.
        (present[period] if scopes.get(period) else anywhere).add(pseudonym)
    known = sum(len(scope) for scope in scopes.values())
    missing = sum(len(scope.keys() - present[period] - anywhere) for period, scope in scopes.items())
    return Missing(known=known, missing=missing)


def warn_of(missing: Missing) -> Warn:
    """What the sender of such a snapshot is told."""
    share = round(100 * missing.missing / missing.known) if missing.known else 0
    return Warn(
        code="ROWS_DROPPED",
        message_en=f"The snapshot lacks {missing.missing:,} of {missing.known:,} records known in its scope ({share} %). "
        "Confirm it if they are really gone, or discard it.",
        message_th=f"ไฟล์นี้ขาดระเบียนที่เคยมี {missing.missing:,} จาก {missing.known:,} รายการ ({share}%) "
        "กรุณายืนยันหากหายไปจริง หรือยกเลิกการส่ง",
    )


def repeated(receipt: BatchReceipt) -> BatchReceipt:
    """The first receipt of a file that came again."""
    return msgspec.structs.replace(receipt, repeated=True)
