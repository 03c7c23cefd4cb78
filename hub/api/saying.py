"""Requests whose body is one JSON object that becomes one submission; what the address says is not said again in the body."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, RequestBody
from litestar.openapi.spec import Operation as OpenAPIOperation

from contracts.codes import fault
from contracts.errors import InvalidInput
from hub.api import examples, examples_links, examples_referrals
from hub.api.asking import AnyRequest
from hub.api.publishing import JSON, LONGEST_LINE, read_body, refuse_length
from hub.api.reading import Hub
from hub.auth import Caller
from hub.intake.receipts import Receipt

_object: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclasses.dataclass
class _SayingOperation(OpenAPIOperation):
    example: ClassVar[tuple[str, Mapping[str, Any]]] = ("body", {})

    def __post_init__(self) -> None:
        name, value = self.example
        content = {JSON: OpenAPIMediaType(examples=examples.named({name: value}))}
        self.request_body = RequestBody(content=content, required=True)


@dataclasses.dataclass
class DecideOperation(_SayingOperation):
    """The body of a decision, which is read by hand and therefore described by hand."""

    example = ("decision", examples_referrals.DECISION)


@dataclasses.dataclass
class LinkOperation(_SayingOperation):
    """The body of a decision about links."""

    example = ("decision", examples_links.LINK_DECISION)


@dataclasses.dataclass
class RevokeOperation(_SayingOperation):
    """The body of a revocation, which may be empty."""

    example = ("revocation", examples_links.REVOCATION)


@dataclasses.dataclass
class ReferOperation(_SayingOperation):
    """The body of a referral."""

    example = ("referral", examples_referrals.REFERRAL)


@dataclasses.dataclass
class StepOperation(_SayingOperation):
    """The body of a step of a referral."""

    example = ("step", examples_referrals.STEP)


async def read_object(request: AnyRequest, *, refused: tuple[str, ...] = ()) -> dict[str, msgspec.Raw]:
    """The fields of the body, unread; none of an empty body. Raises InvalidInput, also for a field of `refused`."""
    refuse_length(request, LONGEST_LINE)
    body = await read_body(request)
    try:
        found = _object.decode(body) if body.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            "The body is not a JSON object.", message_th="ข้อมูลไม่ใช่ JSON ที่ถูกต้อง", code="BROKEN_JSON"
        ) from error
    for name in refused:
        if name in found:
            said = fault("FIELD_UNKNOWN", f"$.{name}")
            raise InvalidInput(said.message_en, message_th=said.message_th, code=said.code, path=said.path)
    return found


async def say(
    hub: Hub, caller: Caller, type_: str, body: Mapping[str, object], fixed: Mapping[str, object]
) -> Receipt:
    """Take in the submission of this type with the fields of the body and those that the address says. Raises Unavailable."""
    line = msgspec.json.encode({**body, **fixed, "type": type_})
    return (await hub.intake.publish([line], caller, first_row=1))[0]
