"""Examples of the operations about findings for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from hub.api.examples import ACTION, AGENCY, BASIS, HOUSEHOLD_ID

FINDING_ITEM: Mapping[str, Any] = {
    "id": "D1-1101-1040",
    "kind": "duplicate",
    "class": "D1",
    "need": "income",
    "state": "suspected",
    "household_id": HOUSEHOLD_ID,
    "amphoe": "3205",
    "tambon": "320503",
    "valid_from": "2023-06-01T17:00:00Z",
    "valid_until": None,
    "recorded_at": "2026-11-24T03:15:01.2Z",
    "reason": "overlap",
    "reason_th": "psm-surin ให้เงินช่วยเหลือด้านรายได้เมื่อ 2 มิ.ย. 2566 ซ้อนช่วงเวลากับ obt-x (30 พ.ค. 2566)",
    "reason_en": "psm-surin gave cash for income on 2023-06-02 in the same period as obt-x (2023-05-30)",
    "amount_thb": 3000.0,
    "agencies": ["obt-x", "psm-surin"],
    "rules": "rules@1",
}
FINDINGS: Mapping[str, Any] = {
    "items": [FINDING_ITEM],
    "next": None,
    "total": 1,
    "households": 1,
    **BASIS,
}
COVERED: Mapping[str, Any] = {
    "need": "income",
    "area": "320503",
    "confidence": 0.0,
    "silent_after_days": 100,
    "agencies": [
        {
            "agency_id": "obt-x",
            "name_th": "อบต.X",
            "name_en": None,
            "works_here": True,
            "last_reported_at": "2023-05-10T17:00:00Z",
            "silent_days": 143,
            "silent": True,
            "sentence_th": "อบต.X ไม่ได้รายงานมา 143 วัน",
            "sentence_en": "อบต.X has not reported for 143 days",
        }
    ],
}
COVERAGE: Mapping[str, Any] = {**COVERED, **BASIS}
FINDING: Mapping[str, Any] = {
    **FINDING_ITEM,
    "actions": [
        {
            "part": "concerned",
            "action": 1101,
            "giver": "psm-surin",
            "reporter": "psm-surin",
            "kind": "cash",
            "need": "income",
            "amount_thb": 3000.0,
            "programme": {
                "programme_id": "psm-emergency",
                "name_th": "เงินสงเคราะห์",
                "name_en": None,
                "need": "income",
                "period": "year",
                "cap_thb": 3000.0,
                "cap_scope": "household",
                "minimum_interval_days": None,
            },
            "happened_at": "2023-06-01T17:00:00Z",
            "until": None,
            "reported_at": "2023-06-30T17:00:00Z",
            "recorded_at": "2026-11-24T03:15:01.2Z",
            "sequence": 1101,
            "corrected": False,
            "repeats": None,
        }
    ],
    "needs": {
        "at": "2023-06-01T17:00:00Z",
        "needs": {"health": True, "living": False, "education": None, "income": True, "accessibility": None},
        "statements": [
            {
                "source": "tpmap",
                "period": "2566",
                "sequence": 812,
                "happened_at": "2023-03-14T17:00:00Z",
                "reported_at": None,
                "recorded_at": "2026-11-24T03:14:59.5Z",
                "needs": {
                    "health": True,
                    "living": False,
                    "education": None,
                    "income": True,
                    "accessibility": None,
                },
            }
        ],
    },
    "rule": {
        "version": "rules@1",
        "text_th": "หน่วยงานต่างกันให้ความช่วยเหลือประเภทเดียวกันในช่วงเวลาที่ซ้อนกัน",
        "text_en": "Different agencies gave the same kind for the same need in overlapping periods",
        "parameters": {"overlap_days": 7},
    },
    "decisions": [
        {
            "sequence": 1190,
            "recorded_at": "2026-11-24T03:15:01.9Z",
            "happened_at": "2026-11-24T03:15:01.9Z",
            "verdict": "suspected",
            "actor": "0a1b2c3d",
            "seen": 1188,
            "applies": True,
            "text": "รอตรวจสอบกับ อบต.",
            "reference": "กชช. 12/2569",
        }
    ],
    "coverage": None,
    "outlier": None,
    **BASIS,
}
HELP: Mapping[str, Any] = {"items": [{**ACTION, "repeats": None}], "next": "lgHNBLTZ", **BASIS}
AGENCY_HELP: Mapping[str, Any] = {
    **HELP,
    "role": "giver",
    "agency": AGENCY,
    "totals": {
        "actions": 412,
        "amount_thb": 1236000.0,
        "households": 398,
        "reported_twice": 9,
        "reported_twice_thb": 27000.0,
    },
}
