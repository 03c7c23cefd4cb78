"""The contracts of the sources, by name."""

from collections.abc import Mapping

from contracts.sources import assistance, mso_logbook, pppconnext, thaiqm, tpmap
from contracts.sources.contract import RecordContract, TableContract

CONTRACTS: Mapping[str, RecordContract] = {
    contract.source: contract
    for contract in (tpmap.CONTRACT, pppconnext.CONTRACT, thaiqm.CONTRACT, mso_logbook.CONTRACT)
}
ASSISTANCE = assistance.CONTRACT
TABLES: Mapping[str, TableContract] = {**CONTRACTS, ASSISTANCE.source: ASSISTANCE}
