"""What the hub says of itself: OpenAPI with examples that are true, health, metrics, contracts, the page."""

import json
from pathlib import Path

import msgspec
import pytest
from openapi_spec_validator import validate

from contracts.submissions import decode_submission
from hub.api import examples
from hub.api.answers import (
    AgencyAssistance,
    AgencyItem,
    AssistanceItem,
    HouseholdDetail,
    HouseholdItem,
    Overview,
    Page,
    ProgrammeItem,
    Receipts,
    TimelineRow,
)
from hub.api.contracts import ContractList
from hub.api.demo_roles import DemoRoles
from hub.api.health import Health, Readiness
from hub.api.pages import load_pages
from hub.api.problems import Problem
from hub.intake.receipts import Receipt
from tests.api.stage import Stage

TYPES = [
    (examples.HOUSEHOLDS, Page[HouseholdItem]),
    (examples.HOUSEHOLD, HouseholdDetail),
    (examples.TIMELINE, Page[TimelineRow]),
    (examples.ASSISTANCE, Page[AssistanceItem]),
    (examples.AGENCIES, Page[AgencyItem]),
    (examples.AGENCY_ASSISTANCE, AgencyAssistance),
    (examples.PROGRAMMES, Page[ProgrammeItem]),
    (examples.OVERVIEW, Overview),
    (examples.RECEIPT, Receipt),
    (examples.RECEIPTS, Receipts),
    (examples.HEALTH, Health),
    (examples.READINESS, Readiness),
    (examples.CONTRACTS, ContractList),
    (examples.DEMO_ROLES, DemoRoles),
    *((value, Problem) for value in examples.PROBLEMS.values()),
]


@pytest.mark.parametrize(("value", "type_"), TYPES)
def test_an_example_is_what_it_stands_for(value: dict, type_: type) -> None:
    read = msgspec.json.decode(json.dumps(value).encode(), type=type_)
    unknown = set(value) - set(msgspec.json.decode(msgspec.json.encode(read)))
    assert not unknown


def test_the_example_of_a_submission_can_be_read() -> None:
    decode_submission(json.dumps(examples.SUBMISSION).encode())


async def test_the_document_is_valid_and_every_operation_has_an_example(told: Stage) -> None:
    document = (await told.get("/schema", None)).json()
    assert document["openapi"].startswith("3.1")
    validate(document)
    operations = {
        f"{method} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if not path.startswith("/ogc")
    }
    assert {
        f"get /v1/{path}"
        for path in ("overview", "households", "assistance", "agencies", "programmes", "events")
    } < set(operations)
    for name, operation in operations.items():
        assert operation["summary"], name
        contents = [
            content
            for status, response in operation["responses"].items()
            if status.startswith("2")
            for content in response.get("content", {}).values()
        ]
        assert any(content.get("examples") for content in contents) or name == "get /metrics", name
    body = operations["post /v1/events"]["requestBody"]
    assert set(body["content"]) == {"application/json", "application/x-ndjson"}
    for parameter in ("as_of", "valid_at", "min_sequence"):
        for path in ("/v1/overview", "/v1/households", "/v1/events"):
            named = {entry["name"] for entry in operations[f"get {path}"]["parameters"]}
            assert parameter in named


async def test_health_looks_at_nothing_and_ready_at_everything(told: Stage) -> None:
    assert (await told.get("/health", None)).json() == {"status": "up"}
    assert (await told.get("/ready", None)).json() == {
        "ready": True,
        "database": True,
        "log": True,
        "version": 1,
        "checkpoint": 9,
        "last_sequence": 9,
        "lag": 0,
        "projector_error": None,
        "problems": [],
        "versions": [{"version": 1, "state": "live", "checkpoint": 9, "at_work": False}],
    }


async def test_metrics_count_by_template(told: Stage) -> None:
    await told.get("/v1/agencies/psm/assistance")
    text = (await told.get("/metrics", None)).text
    assert 'hub_requests_total{method="GET",path="/v1/agencies/{agency_id}/assistance",status="200"}' in text
    assert "hub_checkpoint 9" in text
    assert "hub_lag_events 0" in text
    assert "psm" not in text


async def test_contracts_are_listed_and_given(told: Stage) -> None:
    listed = (await told.get("/contracts/", None)).json()["contracts"]
    assert "/contracts/event.record.received.v1.json" in listed
    for path in listed:
        answer = await told.get(path, None)
        assert answer.headers["content-type"] == "application/schema+json"
        assert answer.json()
    for path in ("/contracts/none.json", "/contracts/..%2Fevents.py", "/contracts/%2e%2e"):
        assert (await told.get(path, None)).status_code == 404


async def test_a_demo_offers_its_keys_and_any_other_hub_does_not(told: Stage, tmp_path: Path) -> None:
    assert (await told.get("/v1/demo-roles", None)).json()["code"] == "NOT_A_DEMO"


async def test_a_path_that_is_none_is_a_problem(told: Stage) -> None:
    for path in (
        "/v1/nothing",
        "/nothing/at/all",
        "/assets/none.js",
        "/nothing.txt",
        "/assets/..%2f..%2fpackage.json",
    ):
        answer = await told.get(path, None)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "NO_SUCH_PATH"
    wrong = await told.client.delete("/v1/overview")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "METHOD_NOT_ALLOWED")


def test_the_built_page_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (tmp_path / "assets" / "app-1.js").write_text("1", encoding="utf-8")
    pages = load_pages(tmp_path)
    assert set(pages) == {"index.html", "assets/app-1.js"}
    assert pages["index.html"].media_type == "text/html; charset=utf-8"
    assert pages["assets/app-1.js"].media_type.startswith("text/javascript")
    assert load_pages(tmp_path / "none") == {}


async def test_the_page_allows_nothing_from_elsewhere(told: Stage) -> None:
    answer = await told.get("/", None)
    if answer.status_code == 404:
        assert answer.json()["code"] == "PAGE_NOT_BUILT"
        return
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    again = await told.get("/", None, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
