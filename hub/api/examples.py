"""Examples of every operation for the OpenAPI document; a test reads each into the type that it stands for."""

from collections.abc import Mapping
from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example, Reference

from hub.api.problems import MEDIA_TYPE as PROBLEM
from hub.api.problems import Problem

HOUSEHOLD_ID = "1f8a2a0e-2f0c-5b7e-9d57-3a5f0e0f7c11"
PERSON_ID = "8c0f6a52-64f1-5f0e-8a5e-0d4d0f1f2a77"
BASIS: Mapping[str, Any] = {
    "sequence": 1204,
    "as_of": "2026-11-24T03:15:02.123456Z",
    "valid_at": "2023-09-30T16:59:59.999999Z",
    "final": True,
}
ITEM: Mapping[str, Any] = {
    "household_id": HOUSEHOLD_ID,
    "amphoe": "3205",
    "tambon": "320503",
    "moo": 4,
    "sources": ["pppconnext", "tpmap"],
    "in_sources": 2,
    "persons": 3,
    "needs": {"health": True, "living": False, "education": None, "income": True, "accessibility": False},
    "level": 2,
}
PERSONAL: Mapping[str, Any] = {
    "head_name": "นางบุญมี ตัวอย่าง",
    "house_code": "32050012345",
    "house_no": "45/2",
    "point": {"lon": 103.4021, "lat": 14.6363},
}
HOUSEHOLDS = {"items": [{**ITEM, **PERSONAL}], "next": None, **BASIS}
EVIDENCE: Mapping[str, Any] = {"source": "tpmap", "sequence": 812, "happened_at": "2023-03-14T17:00:00Z"}
HOUSEHOLD = {
    **{name: value for name, value in ITEM.items() if name != "persons"},
    **PERSONAL,
    "founder_source": "tpmap",
    "persons_at_home": 3,
    "records": [
        {
            **EVIDENCE,
            "period": "2566",
            "reported_at": "2023-10-01T17:00:00Z",
            "recorded_at": "2026-11-24T03:14:59.5Z",
            "record_key": "32050012345",
            "house": {"record_key": "32050012345", "house_no": "45/2", "moo": 4, "needs": {"health": True}},
            "members": [
                {
                    "key": "3000001234567",
                    "key_method": "citizen_id",
                    "first_name": "บุญมี",
                    "last_name": "ตัวอย่าง",
                    "is_head": True,
                    "person_id": PERSON_ID,
                }
            ],
        }
    ],
    "values": {
        "health": {
            "value": True,
            **EVIDENCE,
            "others": [{"value": False, **EVIDENCE, "source": "pppconnext"}],
        }
    },
    "persons": [
        {
            "person_id": PERSON_ID,
            "at_home": True,
            "members": [{"source": "tpmap", "sequence": 812, "position": 0}],
            "title": "นาง",
            "first_name": "บุญมี",
            "last_name": "ตัวอย่าง",
        }
    ],
    "assistance": {"actions": 2, "amount_thb": 3500.0},
    "aliases": ["5a0c1b1e-9a44-5d1b-8f6f-3d2a9f5f4c02"],
    **BASIS,
}
TIMELINE = {
    "items": [
        {
            "kind": "assistance_recorded",
            "sequence": 1101,
            "happened_at": "2023-06-01T17:00:00Z",
            "reported_at": None,
            "recorded_at": "2026-11-24T03:15:01Z",
            "source": "psm-surin",
            "agency": "psm-surin",
            "summary_th": "psm-surin ให้เงินช่วยเหลือ 3,000.00 บาท",
            "summary_en": "psm-surin gave cash worth 3,000.00 baht",
            "action": 1101,
            "programme": "psm-emergency",
            "help_kind": "cash",
            "need": "income",
            "amount_thb": 3000.0,
        }
    ],
    "next": None,
    **BASIS,
}
ACTION: Mapping[str, Any] = {
    "action": 1101,
    "household_id": HOUSEHOLD_ID,
    "person_id": None,
    "agency": "psm-surin",
    "reporter": None,
    "programme": "psm-emergency",
    "kind": "cash",
    "need": "income",
    "level": "household",
    "amount_thb": 3000.0,
    "quantity": None,
    "unit": None,
    "happened_at": "2023-06-01T17:00:00Z",
    "until": None,
    "reported_at": None,
    "recorded_at": "2026-11-24T03:15:01Z",
    "sequence": 1101,
    "corrected": False,
}
ASSISTANCE = {"items": [ACTION], "next": "lgHNBLTZ", **BASIS}
AGENCY = {"agency_id": "psm-surin", "name_th": "สำนักงาน พมจ.สุรินทร์", "name_en": None, "kind": "ministry"}
AGENCIES = {"items": [AGENCY], "next": None, **BASIS}
AGENCY_ASSISTANCE = {
    **ASSISTANCE,
    "agency": AGENCY,
    "totals": {"actions": 412, "amount_thb": 1236000.0, "households": 398},
}
PROGRAMMES = {
    "items": [
        {
            "programme_id": "psm-emergency",
            "agency_id": "psm-surin",
            "name_th": "เงินสงเคราะห์ผู้ประสบปัญหาทางสังคมกรณีฉุกเฉิน",
            "name_en": None,
            "need": "income",
            "kind": "cash",
            "period": "once",
            "cap_thb": 3000.0,
            "cap_scope": "family",
            "minimum_interval_days": 180,
        }
    ],
    "next": None,
    **BASIS,
}
NEED_COUNTS = {"need": 1022, "no_need": 2480, "unknown": 1498}
OVERVIEW = {
    **BASIS,
    "records": {"mso_logbook": 1650, "pppconnext": 1730, "thaiqm": 2010, "tpmap": 2890},
    "in_sources": {"1": 2720, "2": 1480, "3": 600, "4": 200},
    "households": 5000,
    "persons": 15120,
    "needs": {"health": NEED_COUNTS},
    "assistance": {"actions": 8210, "amount_thb": 20412500.0, "households": 3120, "unresolved": 214},
    "areas": [
        {
            "code": "3205",
            "level": "amphoe",
            "name_th": "ปราสาท",
            "name_en": "Prasat",
            "households": 512,
            "persons": 1533,
            "records": 848,
            "in_more_than_one": 231,
            "needs": {"health": 104},
            "assisted_households": 318,
            "actions": 840,
            "amount_thb": 2089500.0,
        }
    ],
    "suppressed": False,
}
EVENT = {
    "sequence": 1101,
    "recorded_at": "2026-11-24T03:15:01Z",
    "event": {
        "type": "assistance.recorded.v1",
        "specversion": "1.0",
        "id": "0e6a7f0e-5d61-5a53-9ad0-8b8a6d1f3c10",
        "source": "psm-surin",
        "province": "32",
        "time": "2023-06-01T17:00:00Z",
        "receivedat": "2026-11-24T03:15:00.9Z",
        "agency": "psm-surin",
        "data": {
            "action": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "content": "9a3c",
            "subject": "f0e1d2c3b4a5968778695a4b3c2d1e0f",
            "help": "bm9uY2UgYW5kIGNpcGhlcnRleHQ=",
            "kind": "cash",
            "need": "income",
            "recipients": [{"kind": "citizen", "ref": "f0e1d2c3b4a5968778695a4b3c2d1e0f"}],
            "amount_satang": 300000,
        },
    },
}
SUBMISSION = {
    "type": "assistance.recorded.v1",
    "agency_id": "psm-surin",
    "action_id": "A-2566-00017",
    "citizen_id": "3000012345673",
    "kind": "cash",
    "need": "income",
    "programme_id": "psm-emergency",
    "amount_baht": "3,000.00",
    "happened_on": "2/6/2566",
}
RECEIPT = {"status": "accepted", "sequence": 1101, "event_id": "0e6a7f0e-5d61-5a53-9ad0-8b8a6d1f3c10"}
RECEIPTS = {
    "receipts": [RECEIPT, {"status": "unchanged", "sequence": 812}],
    "counts": {"accepted": 1, "unchanged": 1},
}
HEALTH = {"status": "up"}
READINESS: Mapping[str, Any] = {
    "ready": True,
    "database": True,
    "log": True,
    "version": 1,
    "checkpoint": 1204,
    "last_sequence": 1204,
    "lag": 0,
    "projector_error": None,
    "problems": [],
}
CONTRACTS = {"contracts": ["/contracts/assistance.recorded.v1.json"]}
CONTRACT = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "assistance.recorded.v1"}
DEMO_ROLES = {
    "roles": [{"role": "auditor", "key": "hub_0a1b2c3d_…", "name_th": "ผู้ตรวจสอบ", "name_en": "Auditor"}]
}
PROBLEMS: Mapping[int, Mapping[str, Any]] = {
    400: {
        "status": 400,
        "title": "Invalid input",
        "code": "BAD_DATE",
        "detail": "'2023-02-30' is not a day of the calendar.",
        "detail_th": "ไม่มีวันที่ '2023-02-30' ในปฏิทิน",
        "path": "valid_at",
    },
    503: {
        "status": 503,
        "title": "Not available",
        "code": "DATABASE_AWAY",
        "detail": "The database cannot be reached at the moment.",
        "detail_th": "ขณะนี้ติดต่อฐานข้อมูลไม่ได้",
    },
}


def named(values: Mapping[str, Any]) -> dict[str, Example | Reference]:
    """Examples by name."""
    return {name: Example(value=value) for name, value in values.items()}


def _spec(type_: Any, value: Any, description: str, media_type: str) -> ResponseSpec:  # noqa: ANN401 - any type, its JSON
    return ResponseSpec(
        data_container=type_,
        generate_examples=False,
        description=description,
        media_type=media_type,
        examples=[Example(value=value)],
    )


def of(type_: Any, value: Any) -> dict[int, ResponseSpec]:  # noqa: ANN401 - any type, its JSON
    """The answer of an operation with its example, and the problems that it may answer instead."""
    return {200: _spec(type_, value, "The answer", "application/json"), **problems()}


def created(type_: Any, value: Any) -> dict[int, ResponseSpec]:  # noqa: ANN401 - any type, its JSON
    """The answer of an operation that stored something new."""
    return {201: _spec(type_, value, "Accepted and durably stored", "application/json")}


def lines(value: Any) -> dict[int, ResponseSpec]:  # noqa: ANN401 - any JSON
    """The answer of an operation that gives one JSON object a line."""
    return {
        200: _spec(dict[str, Any], value, "One such object a line", "application/x-ndjson"),
        **problems(),
    }


def problems() -> dict[int, ResponseSpec]:
    """The problems that any operation may answer."""
    return {status: _spec(Problem, value, str(value["title"]), PROBLEM) for status, value in PROBLEMS.items()}
