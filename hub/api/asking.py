"""What every request of /v1 says: who asks, about which time, on which page; and refusing what no route knows."""

import re
import uuid
from typing import Annotated, Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.enums import ParamType
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import ParameterKwarg, QueryParameter

from contracts.errors import InvalidInput, NotFound
from contracts.records import NEEDS
from hub.api.basis import Question
from hub.api.choosing import choose_format
from hub.api.reading import Hub
from hub.auth import Caller

AnyRequest = Request[Any, Any, Any]
KEY_HEADER = "x-api-key"
BEARER = "bearer "
AREA = re.compile(r"(?:\d{2}|\d{4}|\d{6})\Z")

AsOf = Annotated[
    str | None,
    QueryParameter(
        description="What the hub knew: `seq:N`, a date (all of that day in Bangkok) or an RFC 3339 instant."
    ),
]
ValidAt = Annotated[
    str | None,
    QueryParameter(
        description="What was true: a date (the end of that day in Bangkok) or an RFC 3339 instant."
    ),
]
ReportedBy = Annotated[
    str | None,
    QueryParameter(
        description="Counts only what had been reported by then: a date (the end of that day in Bangkok) or an RFC 3339 instant."
    ),
]
FormatName = Annotated[
    str | None,
    QueryParameter(
        description="`json`, `ndjson`, `csv` or `xlsx`; wins over `Accept`. All but JSON hold the whole list when no `limit` is given."
    ),
]
MinSequence = Annotated[
    int | None, QueryParameter(ge=0, description="Wait up to five seconds until this sequence is projected.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="The most items of a page.")]
PageToken = Annotated[str | None, QueryParameter(description="`next` of the page before.")]
AreaCode = Annotated[
    str | None, QueryParameter(description="A code of 2, 4 or 6 digits: province, amphoe or tambon.")
]


def provide_question(
    request: AnyRequest,
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    reported_by: ReportedBy = None,
    min_sequence: MinSequence = None,
    f: FormatName = None,
) -> Question:
    """The time that a request asks about. Raises InvalidInput or NotAcceptable for a format that there is not."""
    choose_format(request, f)
    return Question(as_of=as_of, valid_at=valid_at, reported_by=reported_by, min_sequence=min_sequence)


async def provide_caller(request: AnyRequest, hub: NamedDependency[Hub]) -> Caller:
    """Whose key came with the request, in `X-API-Key` or as a bearer token."""
    return await hub.identify(read_key(request))


def read_key(request: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The key of a request, None without one."""
    key = request.headers.get(KEY_HEADER)
    if key is not None:
        return key.strip()
    authorization = request.headers.get("authorization", "")
    return authorization[len(BEARER) :].strip() if authorization.lower().startswith(BEARER) else None


def refuse_unknown_parameters(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Raises InvalidInput for a query parameter that the route does not have: it would be ignored without a word."""
    if not connection.scope.get("query_string") or not isinstance(handler, HTTPRouteHandler):
        return
    known = known_parameters(handler)
    for name in connection.query_params:
        if name not in known:
            raise InvalidInput(
                f"'{name}' is not a parameter here; there are {', '.join(sorted(known)) or 'none'}.",
                message_th=f"ไม่มีพารามิเตอร์ '{name}' สำหรับที่อยู่นี้",
                code="UNKNOWN_PARAMETER",
                path=name,
            )


def known_parameters(handler: HTTPRouteHandler) -> frozenset[str]:
    """The names of the query parameters of a route and of what it depends on."""
    known = handler.opt.get("known_parameters")
    if known is None:
        dependencies = handler.resolve_dependencies()
        signatures = [handler.parsed_fn_signature]
        signatures += [provider.parsed_fn_signature for provider in dependencies.values()]
        known = frozenset(
            field.kwarg_definition.name or name
            for signature in signatures
            for name, field in signature.parameters.items()
            if name not in dependencies
            and isinstance(field.kwarg_definition, ParameterKwarg)
            and field.kwarg_definition.param_type is ParamType.QUERY
        )
        handler.opt["known_parameters"] = known
    return known


def read_household_id(text: str) -> uuid.UUID:
    """The id in a path. Raises NotFound: what is no id names no household."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise no_household() from error


def no_household() -> NotFound:
    """The same words for a household that does not exist and one outside the caller's area."""
    return NotFound(
        "There is no such household at this time.",
        message_th="ไม่พบครัวเรือนนี้ ณ เวลาที่ระบุ",
        code="NO_SUCH_HOUSEHOLD",
        path="household_id",
    )


def check_id(text: str | None, name: str) -> uuid.UUID | None:
    """A UUID given as a filter. Raises InvalidInput."""
    if text is None:
        return None
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise InvalidInput(
            f"'{name}' is not a UUID.", message_th=f"'{name}' ไม่ใช่ UUID", code="BAD_PARAMETER", path=name
        ) from error


def check_area(text: str | None) -> str | None:
    """An area code given as a filter. Raises InvalidInput."""
    if text is not None and AREA.match(text) is None:
        raise InvalidInput(
            "'area' is a code of 2, 4 or 6 digits.",
            message_th="'area' ต้องเป็นรหัส 2, 4 หรือ 6 หลัก",
            code="BAD_PARAMETER",
            path="area",
        )
    return text


def check_need(text: str | None) -> str | None:
    """A need given as a filter. Raises InvalidInput."""
    if text is not None and text not in NEEDS:
        raise InvalidInput(
            f"'need' is one of {', '.join(NEEDS)}.",
            message_th=f"'need' ต้องเป็นหนึ่งใน {', '.join(NEEDS)}",
            code="BAD_PARAMETER",
            path="need",
        )
    return text
