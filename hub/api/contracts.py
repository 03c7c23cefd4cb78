"""GET /contracts/: the generated schemas of events, submissions and files."""

from pathlib import Path

import msgspec
from litestar import Response, get
from litestar.params import FromPath

import contracts
from contracts.errors import NotFound
from hub.api import examples

FOLDER = Path(contracts.__file__).parent / "schemas"
MEDIA_TYPE = "application/schema+json"


class ContractList(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses of every schema."""

    contracts: list[str]


@get("/", summary="Every schema", responses=examples.of(ContractList, examples.CONTRACTS), tags=["contracts"])
async def list_contracts() -> ContractList:
    """JSON Schemas of stored events and of what publishers send, and table schemas of the files of each source."""
    return ContractList(contracts=[f"/contracts/{path.name}" for path in sorted(FOLDER.glob("*.json"))])


@get(
    "/{name:str}",
    summary="One schema",
    media_type=MEDIA_TYPE,
    responses=examples.of(dict[str, object], examples.CONTRACT),
    tags=["contracts"],
)
async def get_contract(name: FromPath[str]) -> Response[bytes]:
    """The schema with this file name."""
    known = {path.name: path for path in FOLDER.glob("*.json")}
    if name not in known:
        raise NotFound("There is no such contract; see /contracts/.", message_th="ไม่พบสัญญาข้อมูลนี้", path="name")
    return Response(known[name].read_bytes(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-cache"})
