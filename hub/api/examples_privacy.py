"""Examples of erasing, of who looked, of prechecks, links back and scorecards for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from hub.api.examples import BASIS, HOUSEHOLD_ID, PERSON_ID

ERASURE: Mapping[str, Any] = {"person": PERSON_ID}
ERASED: Mapping[str, Any] = {
    "sequence": 1310,
    "subjects": 3,
    "shared": 0,
    "records": 2,
    "members": 2,
    "projected": True,
    "rebuild_due": True,
}
READINGS: Mapping[str, Any] = {
    "items": [
        {
            "id": 12,
            "event_id": "5d0c1c52-8f7e-4c5e-9c5a-0a3c6d3f1a09",
            "read_at": "2026-11-24T03:15:02Z",
            "key_id": "0a1b2c3d",
            "role": "steward",
            "what": "/v1/households",
            "purpose": "ตรวจทานรายชื่อ",
            "count": 40,
            "agencies": ["pppconnext", "tpmap"],
            "sequence": 12,
        }
    ],
    "next": None,
}
PRECHECK: Mapping[str, Any] = {
    "citizen_id": "3000000000048",
    "kind": "cash",
    "need": "income",
    "from": "2026-11-24",
}
PRECHECKED: Mapping[str, Any] = {
    "answer": "possible_duplicate",
    "matches": [
        {
            "kind": "cash",
            "need": "income",
            "month": "2026-11",
            "agency_kind": "government",
            "contact": "พมจ.สุรินทร์",
            "own": False,
        }
    ],
    "rules": "rules@1",
    "sequence": 1204,
}
LINKS: Mapping[str, Any] = {
    "items": [
        {
            "record": "5b7e9d573a5f0e0f7c111f8a2a0e2f0c",
            "source_record_id": "32050012345",
            "household_id": HOUSEHOLD_ID,
            "replaces": None,
            "since": 812,
            "status": "linked",
            "rule": "citizen",
            "score": 1000,
        }
    ],
    "cursor": "812.812",
    "more": False,
    "sequence": 1204,
}
QUALITY: Mapping[str, Any] = {
    "agency_id": "tpmap",
    "snapshots": [
        {
            "period": "2566",
            "records": 36_120,
            "members": 128_411,
            "house_code": 0.9912,
            "tambon": 0.9981,
            "point": 0.0,
            "name": 0.9999,
            "birth": 0.9702,
            "citizen_id": 0.9641,
            "citizen_valid": 0.9968,
            "linked": 0.6134,
            "duplicates": 212,
            "newest": "2023-09-29T17:00:00Z",
            "age_days": 121,
        }
    ],
    "help": {
        "actions": 0,
        "unresolved": 0,
        "corrected": 0,
        "reported_again": 0,
        "twice": 0,
        "newest": None,
        "silent_days": None,
    },
    "deliveries": [
        {
            "batch": "5b7e9d573a5f0e0f7c111f8a2a0e2f0c",
            "mode": "snapshot",
            "period": "2566",
            "reported_at": "2023-10-01T17:00:00Z",
            "recorded_at": "2026-11-24T03:14:59.5Z",
            "rows": 128_411,
            "counts": {
                "read": 36_120,
                "new": 36_120,
                "changed": 0,
                "unchanged": 0,
                "rejected": 0,
                "withdrawn": 0,
            },
        }
    ],
    **BASIS,
}
