"""POST /v1/erasures: somebody asks that nothing is kept of them; their keys are destroyed for ever."""

import dataclasses
from typing import Any, get_args

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, RequestBody
from litestar.openapi.spec import Operation as OpenAPIOperation

from contracts.errors import InvalidInput
from hub.api import examples, examples_privacy
from hub.api.asking import AnyRequest
from hub.api.reading import Hub
from hub.api.saying import read_object
from hub.auth import Caller
from hub.erasing.erase import Erased
from hub.erasing.plan import Kind, Wanted

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclasses.dataclass
class ErasureOperation(OpenAPIOperation):
    """The body of an erasure, which is read by hand and therefore described by hand."""

    def __post_init__(self) -> None:
        shown = examples.named({"person": examples_privacy.ERASURE})
        self.request_body = RequestBody(
            content={"application/json": OpenAPIMediaType(examples=shown)},
            required=True,
            description="One of `person` (an id), `record` (SOURCE:ID or a pseudonym), `member` (SEQUENCE:POSITION or a pseudonym).",
        )


@post(
    "/erasures",
    summary="Erase somebody for ever",
    status_code=200,
    operation_class=ErasureOperation,
    responses=examples.of(Erased, examples_privacy.ERASED),
    tags=["privacy"],
)
async def erase_subject(
    request: AnyRequest, hub: NamedDependency[Hub], caller: NamedDependency[Caller]
) -> Response[Any]:
    """Destroys the keys of a person, a whole record, or one member of a record; it cannot be taken back.

    After 503 the same again: what was begun is ended. `hub rebuild` has to follow within 24 hours; `/ready` says so.
    """
    caller.require("erase")
    body = await read_object(request)
    if len(body) != 1 or not set(body) <= set(KINDS):
        raise _one_of()
    ((kind, raw),) = body.items()
    try:
        ref = msgspec.json.decode(raw, type=str)
    except msgspec.MsgspecError as error:
        raise _one_of() from error
    wanted = Wanted(kind=next(one for one in KINDS if one == kind), ref=ref)
    return Response(await hub.intake.erase(wanted, caller), headers={"Cache-Control": "no-store"})


def _one_of() -> InvalidInput:
    return InvalidInput(
        f"Send one of {', '.join(KINDS)}, as text.",
        message_th=f"กรุณาส่งอย่างใดอย่างหนึ่ง: {', '.join(KINDS)} เป็นข้อความ",
        code="BAD_PARAMETER",
        path="$",
    )
