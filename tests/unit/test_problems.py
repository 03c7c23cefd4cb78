import logging

import msgspec
import psycopg
import pytest
from litestar.exceptions import MethodNotAllowedException, NotFoundException, ValidationException
from litestar.testing import RequestFactory
from psycopg import errors as postgres

from contracts import errors
from contracts.errors import FieldError, HubError, InvalidInput, Unavailable
from contracts.sources.contract import RowFault
from hub.api.problems import (
    HANDLERS,
    STATUS,
    answer_database_error,
    answer_http_error,
    answer_hub_error,
    answer_unexpected,
    status_of,
)

REQUEST = RequestFactory().get("/v1/overview")
CLASSES = [
    class_ for class_ in vars(errors).values() if isinstance(class_, type) and issubclass(class_, HubError)
]


def body_of(response) -> dict:
    assert response.media_type == "application/problem+json"
    return msgspec.json.decode(response.content)


@pytest.mark.parametrize("class_", [class_ for class_ in CLASSES if class_ is not HubError])
def test_every_error_class_has_a_status_and_a_whole_body(class_: type[HubError]) -> None:
    response = answer_hub_error(REQUEST, class_("It is wrong.", message_th="ไม่ถูกต้อง", path="valid_at"))
    body = body_of(response)
    assert response.status_code == STATUS[class_] == body["status"]
    assert body.pop("title")
    assert body == {
        "status": STATUS[class_],
        "code": class_.default_code,
        "detail": "It is wrong.",
        "detail_th": "ไม่ถูกต้อง",
        "path": "valid_at",
    }


def test_a_subclass_answers_with_the_status_of_its_parent_and_an_unknown_one_is_ours() -> None:
    fault = FieldError(code="X", path="$.a", message_en="no", message_th="ไม่")
    assert status_of(RowFault(fault)) == 400
    assert status_of(HubError("?")) == 500
    assert body_of(answer_hub_error(REQUEST, RowFault(fault)))["errors"][0]["path"] == "$.a"


def test_what_is_not_ready_says_when_to_come_back() -> None:
    assert answer_hub_error(REQUEST, Unavailable("away")).headers["Retry-After"] == "2"


def test_a_database_that_is_away_or_slow_is_503_and_a_faulty_statement_is_ours() -> None:
    assert body_of(answer_database_error(REQUEST, psycopg.OperationalError("x")))["code"] == "DATABASE_AWAY"
    assert body_of(answer_database_error(REQUEST, postgres.QueryCanceled("x")))["code"] == "TOO_SLOW"
    assert answer_database_error(REQUEST, postgres.UndefinedColumn("x")).status_code == 500


def test_the_framework_is_put_into_our_words() -> None:
    assert body_of(answer_http_error(REQUEST, NotFoundException()))["code"] == "NO_SUCH_PATH"
    assert body_of(answer_http_error(REQUEST, MethodNotAllowedException()))["code"] == "METHOD_NOT_ALLOWED"
    fault = ValidationException(
        extra=[{"message": "Expected `int <= 1000`", "key": "limit", "source": "query"}]
    )
    body = body_of(answer_http_error(REQUEST, fault))
    assert (body["status"], body["code"], body["path"]) == (400, "BAD_PARAMETER", "limit")
    assert "int <= 1000" in body["detail"]


def test_an_unexpected_error_logs_where_it_was_and_nothing_of_what_it_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        raise RuntimeError("3000000000013 สมชาย")
    except RuntimeError as error:
        with caplog.at_level(logging.ERROR):
            response = answer_unexpected(REQUEST, error)
    body = body_of(response)
    assert body["code"] == "INTERNAL_ERROR"
    record = caplog.records[-1]
    assert "test_problems.py" in vars(record)["places"]
    assert "สมชาย" not in str(vars(record))
    assert "สมชาย" not in response.content.decode()


def test_the_handlers_cover_the_error_tree() -> None:
    assert {HubError, Exception} <= set(HANDLERS)
    assert issubclass(InvalidInput, HubError)
