"""Which record or action rows speak of, also when they are not taken in."""

from contracts.ids import action_pseudonym, record_pseudonym
from contracts.sources.contract import Context, RecordContract, TableContract
from hub.intake.tally import Slot


def pseudonym_of(identity: str, contract: TableContract, context: Context) -> bytes:
    """The pseudonym of a record as its source names it."""
    return bytes.fromhex(record_pseudonym(context.pseudonym_key, contract.source, identity))


def key_of(slot: Slot, contract: TableContract, context: Context) -> bytes | None:
    """The pseudonym of the record or action that the rows of a slot speak of; None where nothing tells."""
    if slot.item is not None:
        return slot.item.key
    if slot.refused is not None and slot.refused.identity is not None:
        return pseudonym_of(slot.refused.identity, contract, context)
    if isinstance(contract, RecordContract):
        return None
    cells = contract.names.rename(slot.rows[0].cells)
    agency, action = cells.get("agency_id"), cells.get("action_id")
    if not isinstance(agency, str) or not isinstance(action, str):
        return None
    return bytes.fromhex(action_pseudonym(context.pseudonym_key, agency.strip(), action.strip()))
