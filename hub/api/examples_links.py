"""Examples of decisions about links, of evidence and of reviews for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from hub.api.examples import BASIS, HOUSEHOLD_ID, PERSON_ID

RECORD_ID = "4b0e6a52-64f1-5f0e-8a5e-0d4d0f1f2b88"
MEMBER_ID = "5c0f6a52-64f1-5f0e-8a5e-0d4d0f1f2c99"
LINK_DECISION = {
    "level": "household",
    "verdict": "same",
    "groups": [[HOUSEHOLD_ID, RECORD_ID]],
    "seen": 1204,
    "reason": "บ้านเดียวกัน ตรวจกับทะเบียนบ้านแล้ว",
}
REVOCATION = {"reason": "ตัดสินผิดคู่"}
SHOWN: Mapping[str, Any] = {
    "sequence": 1190,
    "level": "household",
    "verdict": "different",
    "groups": [[HOUSEHOLD_ID], [RECORD_ID]],
    "actor": "0a1b2c3d",
    "happened_at": "2026-11-24T03:00:00Z",
    "recorded_at": "2026-11-24T03:00:00.2Z",
    "seen": 1180,
    "model": None,
    "revoked": None,
    "text": "คนละครอบครัว",
    "reference": None,
    "evidence": [],
}


def _record(id_: str, household: str, source: str, member: str) -> dict[str, Any]:
    return {
        "id": id_,
        "household_id": household,
        "source": source,
        "sequence": 812,
        "period": "2566",
        "happened_at": "2023-03-14T17:00:00Z",
        "amphoe": "3205",
        "tambon": "320503",
        "members": [
            {
                "id": member,
                "person_id": PERSON_ID,
                "current": True,
                "member": {"key": "1", "key_method": "number", "first_name": "บุญมี", "last_name": "ตัวอย่าง"},
            }
        ],
        "house": {"record_key": "32050012345", "house_no": "45/2", "moo": 4},
    }


A = _record(HOUSEHOLD_ID, HOUSEHOLD_ID, "tpmap", PERSON_ID)
B = _record(RECORD_ID, RECORD_ID, "thaiqm", MEMBER_ID)
FIELD = {
    "field": "first",
    "field_th": "ชื่อ",
    "level": "sounds_equal",
    "level_th": "ออกเสียงเหมือนกัน",
    "bits": 6.153,
    "a": "บุญมี",
    "b": "บุนมี",
}
WEIGHING = {
    "model": "lm-32b3e3d362f7773e",
    "bits": 9.2,
    "start_bits": -8.5,
    "link_bits": 12.0,
    "review_bits": 0.0,
    "band": "undecided",
    "against": "relatives",
    "vetoed": False,
    "contradicts": False,
    "fields": [FIELD],
}
EDGE = {
    "level": "undecided",
    "a": HOUSEHOLD_ID,
    "b": RECORD_ID,
    "rule": "members_shared",
    "score": 540,
    "since": 815,
    "band": "undecided",
}
EXPLAINED = {
    "level": "household",
    "together": False,
    "a": A,
    "b": B,
    "reasons": [{"code": "APART", "th": "ขณะนี้อยู่คนละกลุ่ม", "en": "They are in different groups now."}],
    "edges": [EDGE],
    "decisions": [SHOWN],
    "shared_keys": 2,
    "pairs": [{"a": PERSON_ID, "b": MEMBER_ID, "together": True, "weighing": WEIGHING}],
    "address": [{**FIELD, "field": "dwelling", "field_th": "บ้าน", "a": "45/2 · ม.4", "b": "45/2"}],
    **BASIS,
}
GRAPH = {
    "household_id": HOUSEHOLD_ID,
    "model": "lm-32b3e3d362f7773e",
    "records": [A],
    "outside": [B],
    "edges": [EDGE],
    "decisions": [SHOWN],
    **BASIS,
}
CLAIM = {"key_id": "0a1b2c3d", "mine": True, "until": "2026-11-24T05:00:00Z"}
RELEASED = {"review": "L-812-815", "held": True}
NOW = {"households": 2, "persons": 3, "findings": {"unserved": 2}}
THEN = {"households": 1, "persons": 2, "findings": {"D1": 1, "unserved": 1}}
REVIEW: Mapping[str, Any] = {
    "review": "L-812-815",
    "kind": "undecided",
    "level": "household",
    "a": HOUSEHOLD_ID,
    "b": RECORD_ID,
    "sources": ["tpmap", "thaiqm"],
    "amphoe": "3205",
    "tambon": "320503",
    "amount_thb": 3000.0,
    "unserved": 2,
    "persons": 5,
    "since": 815,
    "claim": CLAIM,
    "rule": "members_shared",
    "score": 540,
    "previews": [
        {
            "verdict": "same",
            "changes": True,
            "records_moved": 2,
            "members_moved": 0,
            "before": NOW,
            "after": THEN,
        }
    ],
}
REVIEWS = {
    "items": [REVIEW],
    "next": None,
    "total": 1,
    "agreement": {
        "share_percent": 5,
        "sampled": 12,
        "answered": 10,
        "agreed": 9,
        "rate": 0.9,
        "kappa": 0.78,
    },
    **BASIS,
}
