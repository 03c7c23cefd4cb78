"""POST /v1/links/decisions: a steward says which records or members belong together; and …/{sequence}/revoke takes it back."""

import uuid
from collections.abc import Mapping
from typing import Any, cast

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from contracts.codes import fault
from contracts.errors import InvalidInput, NotFound
from contracts.events_links import LINK_LEVELS, LinkLevel
from hub.api import examples
from hub.api.asking import AnyRequest
from hub.api.basis import Question
from hub.api.deciding import refuse_past
from hub.api.link_items import LinkItem, fetch_items, may_see, no_item, read_item_id
from hub.api.publishing import answer_one
from hub.api.reading import Hub, Reading
from hub.api.saying import LinkOperation, RevokeOperation, read_object, say
from hub.api.statements import SQL
from hub.auth import Caller
from hub.intake.receipts import Receipt

_groups: msgspec.json.Decoder[list[list[str]]] = msgspec.json.Decoder(list[list[str]])
_text: msgspec.json.Decoder[str] = msgspec.json.Decoder(str)


@post(
    "/links/decisions",
    summary="Settle which records or persons belong together",
    status_code=200,
    operation_class=LinkOperation,
    responses=examples.of(Receipt, examples.RECEIPT) | examples.created(Receipt, examples.RECEIPT),
    tags=["links"],
)
async def decide_link(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
) -> Response[Any]:
    """A verdict about members (`level` person) or records (`household`), in groups of the ids that the hub shows; it overrides the model until revoked.

    `seen` is the sequence of the answer that was looked at. 201 with the sequence of the decision, 200 for the same one again. Nothing is ever
    deleted by it: a revoked decision leaves the links as they would have been without it.
    """
    caller.require("decide")
    refuse_past(question)
    body = await read_object(request, refused=("type",))
    level = read_level(body)
    async with hub.read(question) as reading:
        groups = await resolve_groups(reading, caller, level, read_groups(body))
        model = await fetch_model(reading)
    fixed: dict[str, object] = {"groups": groups}
    if model is not None and "model" not in body:
        fixed["model"] = model
    return answer_one(await say(hub, caller, "link.decided.v1", body, fixed))


@post(
    "/links/decisions/{decision:int}/revoke",
    summary="Take a decision about links back",
    status_code=200,
    operation_class=RevokeOperation,
    responses=examples.of(Receipt, examples.RECEIPT) | examples.created(Receipt, examples.RECEIPT),
    tags=["links"],
)
async def revoke_link(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    decision: FromPath[int],
) -> Response[Any]:
    """The decision at this sequence no longer holds. 200 where it was taken back already; 404 for what is no decision in the key's area."""
    caller.require("decide")
    refuse_past(question)
    body = await read_object(request, refused=("type", "decision", "subject"))
    async with hub.read(question) as reading:
        subject = await fetch_subject(reading, caller, decision)
    fixed = {"decision": decision, "subject": subject}
    return answer_one(await say(hub, caller, "link.decision_revoked.v1", body, fixed))


def read_level(body: Mapping[str, msgspec.Raw]) -> LinkLevel:
    """The level that the body names. Raises InvalidInput."""
    try:
        level = _text.decode(body["level"])
    except KeyError as error:
        raise refused("FIELD_MISSING", "$.level") from error
    except msgspec.ValidationError as error:
        raise refused("CHOICE_UNKNOWN", "$.level", ", ".join(LINK_LEVELS)) from error
    if level not in LINK_LEVELS:
        raise refused("CHOICE_UNKNOWN", "$.level", ", ".join(LINK_LEVELS))
    return level


def read_groups(body: Mapping[str, msgspec.Raw]) -> list[list[uuid.UUID]]:
    """The groups of ids in the body. Raises InvalidInput, or NotFound for what is no id."""
    try:
        groups = _groups.decode(body["groups"])
    except KeyError as error:
        raise refused("FIELD_MISSING", "$.groups") from error
    except msgspec.ValidationError as error:
        raise refused("FIELD_TYPE", "$.groups", "list of lists of ids") from error
    return [
        [read_item_id(text, f"$.groups[{place}][{position}]") for position, text in enumerate(group)]
        for place, group in enumerate(groups)
    ]


def refused(code: str, path: str, expected: str | None = None) -> InvalidInput:
    """The words of a fault of a submission, as a refusal of the request."""
    said = fault(code, path) if expected is None else fault(code, path, expected=expected)
    return InvalidInput(said.message_en, message_th=said.message_th, code=said.code, path=said.path)


async def resolve_groups(
    reading: Reading, caller: Caller, level: LinkLevel, groups: list[list[uuid.UUID]]
) -> list[list[str]]:
    """The pseudonyms of these ids. Raises NotFound at the first that does not exist at s or lies outside the caller's area."""
    known = await fetch_items(reading, level, {one for group in groups for one in group})

    def find(one: uuid.UUID, path: str) -> LinkItem:
        item = known.get(one)
        if item is None or not may_see(item, caller):
            raise no_item(path)
        return item

    return [
        [find(one, f"$.groups[{place}][{position}]").pseudonym for position, one in enumerate(group)]
        for place, group in enumerate(groups)
    ]


async def fetch_model(reading: Reading) -> str | None:
    """The linking model in force at s; None while nobody activated one."""
    await reading.cursor.execute(SQL["fetch_link_model"], reading.basis.values)
    row = await reading.cursor.fetchone()
    return None if row is None else cast("str", row[0])


async def fetch_subject(reading: Reading, caller: Caller, decision: int) -> str:
    """Whose key seals the words of a decision. Raises NotFound for one that is none, or that is about another area."""
    values = reading.basis.values | {"decision": decision}
    await reading.cursor.execute(SQL["fetch_link_decision"], values)
    row = await reading.cursor.fetchone()
    if row is None:
        raise no_decision()
    if caller.areas:
        await reading.cursor.execute(SQL["list_pseudonym_places"], values | {"about": row[2]})
        if any(place not in caller.areas for (place,) in await reading.cursor.fetchall()):
            raise no_decision()
    return cast("str", row[3])


def no_decision() -> NotFound:
    """The same words for a decision that does not exist and one outside the caller's area."""
    return NotFound(
        "There is no such decision about links.",
        message_th="ไม่พบการตัดสินเรื่องการเชื่อมโยงนี้",
        code="NO_SUCH_DECISION",
        path="decision",
    )
