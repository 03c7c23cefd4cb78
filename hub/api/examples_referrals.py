"""Examples of decisions, referrals and rules for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from hub.api.examples import BASIS, HOUSEHOLD_ID

DECISION = {
    "verdict": "complementary",
    "seen": 1204,
    "reason": "คนละโครงการ คนละวัตถุประสงค์",
    "reference": "มติ 3/2569",
}
REFERRAL = {
    "referral_id": "R-2569-0007",
    "receiver": "temple-surin",
    "need": "living",
    "household_id": HOUSEHOLD_ID,
    "household_sequence": 1204,
    "due_on": "2026-12-15",
    "text": "หลังคารั่ว ต้องซ่อมก่อนฤดูฝน",
}
STEP = {"text": "รับเรื่องแล้ว"}
REFERRAL_ITEM: Mapping[str, Any] = {
    "referral": 1205,
    "key": "5b7e9d573a5f0e0f7c111f8a2a0e2f0c",
    "state": "acknowledged",
    "overdue": False,
    "sender": "psm-surin",
    "receiver": "temple-surin",
    "need": "living",
    "household_id": HOUSEHOLD_ID,
    "due_at": "2026-12-15T17:00:00Z",
    "happened_at": "2026-11-24T03:15:02Z",
    "recorded_at": "2026-11-24T04:00:00Z",
    "sequence": 1207,
    "action": None,
    "referral_id": "R-2569-0007",
    "text": "หลังคารั่ว ต้องซ่อมก่อนฤดูฝน",
    "answer": "รับเรื่องแล้ว",
}
REFERRALS = {"items": [REFERRAL_ITEM], "next": None, **BASIS}
RULES = {"rules": {"version": "rules@2", "serves_days": 180, "silent_days": 60}, "since": 1101, **BASIS}
