"""Who received help: the references of an action, as pseudonyms, in the order in which they are tried."""

import re
import uuid

from contracts.codes import fault
from contracts.errors import FieldError
from contracts.ids import citizen_pseudonym, house_pseudonym, record_pseudonym
from contracts.records import SOURCES, RecipientRef
from contracts.sources.cells import key_text
from contracts.sources.contract import Context
from contracts.thai.citizen_id import parse_citizen_id
from contracts.thai.house_code import parse_house_code

SEQUENCE = re.compile(r"[0-9]{1,18}\Z")
RECIPIENT_COLUMNS = "citizen_id, house_code, source + source_record_id, household_id"


class Faults:
    """The faults of one row, so that all of them are told at once."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.found: list[FieldError] = []

    def add(self, code: str, path: str, expected: str = "") -> None:
        self.found.append(fault(code, path, row=self.row, expected=expected))


def read_recipients(
    texts: dict[str, str], context: Context, faults: Faults
) -> tuple[tuple[RecipientRef, ...], tuple[str, ...]]:
    """(refs in the order citizen, record, household, house; flags).

    A citizen id with a wrong check digit counts only where nothing else names the recipient: the help is not lost, but finds nobody.
    """
    key = context.pseudonym_key
    refs: list[RecipientRef] = []
    flags: tuple[str, ...] = ()
    doubtful: RecipientRef | None = None
    if "citizen_id" in texts:
        digits, valid, flags = parse_citizen_id(texts["citizen_id"])
        if digits is not None:
            ref = RecipientRef(kind="citizen", ref=citizen_pseudonym(key, digits))
            if valid or "ID_UNVERIFIABLE" in flags:
                refs.append(ref)
            else:
                doubtful = ref
    if "source" in texts or "source_record_id" in texts:
        flags = (*flags, *_add_record(texts, key, refs, faults))
    if "household_id" in texts:
        _add_household(texts, refs, faults)
    if "house_code" in texts:
        digits, code_flags = parse_house_code(texts["house_code"])
        flags = (*flags, *code_flags)
        if digits is not None:
            refs.append(RecipientRef(kind="house", ref=house_pseudonym(key, digits)))
    if not refs and doubtful is not None:
        refs.append(doubtful)
    if not refs:
        faults.add("NO_RECIPIENT", "citizen_id", RECIPIENT_COLUMNS)
    return tuple(refs), flags


def _add_record(
    texts: dict[str, str], key: bytes, refs: list[RecipientRef], faults: Faults
) -> tuple[str, ...]:
    source = texts.get("source", "").lower()
    record_key = key_text(texts.get("source_record_id", ""))
    if source and source not in SOURCES:
        faults.add("SOURCE_UNKNOWN", "source", ", ".join(SOURCES))
    elif source and record_key:
        refs.append(RecipientRef(kind="record", ref=record_pseudonym(key, source, record_key)))
    else:
        return ("RECORD_REF_INCOMPLETE",)
    return ()


def _add_household(texts: dict[str, str], refs: list[RecipientRef], faults: Faults) -> None:
    try:
        household = uuid.UUID(texts["household_id"])
    except ValueError:
        faults.add("HOUSEHOLD_ID_INVALID", "household_id")
        return
    read_at = texts.get("household_sequence", "")
    if read_at and not SEQUENCE.match(read_at):
        faults.add("FIELD_TYPE", "household_sequence", "a sequence")
        return
    sequence = int(read_at) if read_at else None
    refs.append(RecipientRef(kind="household", ref=str(household), read_sequence=sequence))
