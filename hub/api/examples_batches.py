"""Examples of deliveries for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from hub.api.examples import problems
from hub.formats.workbook import MEDIA_TYPE as XLSX_TYPE

FAULT: Mapping[str, Any] = {
    "code": "DATE_FUTURE",
    "path": "survey_date",
    "message_en": "'survey_date' lies in the future.",
    "message_th": "'survey_date' เป็นวันที่ในอนาคต",
    "row": 812,
    "hint": "Check the year and whether it is Buddhist (2566) or Common Era (2023).",
}
BATCH: Mapping[str, Any] = {
    "batch": "B5f0e0f7c111f8a2a",
    "source": "tpmap",
    "mode": "snapshot",
    "period": "2566",
    "areas": ["3205"],
    "dry_run": False,
    "state": "finished",
    "received_at": "2026-11-24T03:15:02Z",
    "changed_at": "2026-11-24T03:15:09Z",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 8123456,
    "total": 36120,
    "done": 36120,
    "rows": 118400,
    "read": 36120,
    "new": 210,
    "changed": 1804,
    "unchanged": 33990,
    "superseded": 0,
    "quarantined": 112,
    "rejected": 4,
    "withdrawn": 37,
    "known": 35947,
    "missing": 37,
    "warnings": [],
    "first_errors": [FAULT],
    "problem": None,
    "quarantine": {"open": 110, "mended": 6},
}
BATCHES = {"items": [BATCH], "next": None}
RECORD = {"row": 812, "status": "quarantined", "state": "open", "rows": [812, 813], "errors": [FAULT]}
WAITING = {
    "items": [
        {
            "batch": "B5f0e0f7c111f8a2a",
            "row": 812,
            "source": "tpmap",
            "received_at": "2026-11-24T03:15:02Z",
            "status": "quarantined",
            "errors": [FAULT],
        }
    ],
    "next": None,
}
SETTLED = {"batch": "B5f0e0f7c111f8a2a", "row": 812, "state": "dismissed"}
CELLS = {"house_id": "32050012345", "year_be": "2566", "survey_date": "14/3/2566", "first_name": "บุญมี"}


def accepted(type_: Any, value: Any) -> dict[int, ResponseSpec]:  # noqa: ANN401 - any type, its JSON
    """The answer of an operation whose work goes on behind it."""
    spec = ResponseSpec(
        data_container=type_,
        generate_examples=False,
        description="Kept durably; the work goes on",
        examples=[Example(value=value)],
    )
    return {202: spec}


def workbook() -> dict[int, ResponseSpec]:
    """The answer of an operation that gives a workbook."""
    spec = ResponseSpec(
        data_container=bytes,
        generate_examples=False,
        description="The workbook",
        media_type=XLSX_TYPE,
        examples=[Example(value="(XLSX)")],
    )
    return {200: spec, **problems()}
