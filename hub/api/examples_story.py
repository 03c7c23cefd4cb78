"""Examples of the operations that tell a history, for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from hub.api import examples
from hub.api.examples import ACTION, BASIS, HOUSEHOLD_ID, PERSON_ID

SINCE = "2023-03-14T17:00:00Z"
TIMELINE = {
    **examples.TIMELINE,
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
            "actor_kind": "agency",
            "reporter": None,
            "action": 1101,
            "programme": "psm-emergency",
            "help_kind": "cash",
            "need": "income",
            "amount_thb": 3000.0,
        },
        {
            "kind": "needs_changed",
            "sequence": 812,
            "happened_at": SINCE,
            "reported_at": "2023-10-01T17:00:00Z",
            "recorded_at": "2026-11-24T03:14:59.5Z",
            "source": "tpmap",
            "agency": None,
            "summary_th": "ความเดือดร้อนเปลี่ยน สุขภาพ: ไม่เดือดร้อน → เดือดร้อน (TPMAP)",
            "summary_en": "needs changed: health: no need → need (TPMAP)",
            "actor_kind": "source",
            "changes": [{"field": "health", "before": False, "after": True, "source": "tpmap"}],
        },
    ],
}
HOUSEHOLDS = {**examples.HOUSEHOLDS, "total": 1}
COUNTED: Mapping[str, Any] = {"actions": 2, "amount_thb": 3500.0, "reported_twice": 1}
HOUSEHOLD = {
    **examples.HOUSEHOLD,
    "assistance": COUNTED,
    "standing": "poor",
    "findings": [
        {
            "finding": "UN-812-health",
            "class": "unserved",
            "kind": "unserved",
            "need": "health",
            "state": "suspected",
            "reason": "never",
            "action": None,
            "other": None,
            "amount_thb": None,
            "rules": "rules@1",
            "since": SINCE,
            "until": None,
        }
    ],
    "levels": [
        {
            "happened_at": SINCE,
            "reported_at": None,
            "source": "pppconnext",
            "sequence": 901,
            "level": 2,
        }
    ],
    "needs_over_time": {
        "health": [
            {
                "since": SINCE,
                "until": None,
                "value": True,
                "source": "tpmap",
                "sequence": 812,
                "original": {"members": ["1", "0"]},
            }
        ]
    },
    "referrals": [
        {
            "referral": 1150,
            "sender": "psm-surin",
            "receiver": "hospital-prasat",
            "need": "health",
            "step": "sent",
            "due_at": "2023-07-01T17:00:00Z",
            "action": None,
            "steps": [
                {
                    "step": "sent",
                    "happened_at": "2023-06-02T03:00:00Z",
                    "recorded_at": "2026-11-24T03:15:01.5Z",
                    "sequence": 1150,
                    "text": "ขอให้เยี่ยมบ้านผู้ป่วยติดเตียง",
                }
            ],
        }
    ],
}
PERSON = {
    "person_id": PERSON_ID,
    "household_id": HOUSEHOLD_ID,
    "members": [
        {
            "source": "tpmap",
            "sequence": 812,
            "period": "2566",
            "position": 0,
            "happened_at": SINCE,
            "until": None,
            "title": "นาง",
            "first_name": "บุญมี",
            "last_name": "ตัวอย่าง",
            "relation": "หัวหน้าครัวเรือน",
            "citizen_id": "3000001234567",
        }
    ],
    "homes": [
        {"household_id": HOUSEHOLD_ID, "since": SINCE, "until": None, "source": "tpmap", "sequence": 812}
    ],
    "assistance": {"actions": 1, "amount_thb": 3000.0, "reported_twice": 0},
    "aliases": [],
    "help": [
        {
            **{
                name: ACTION[name]
                for name in ("action", "agency", "reporter", "programme", "kind", "need", "amount_thb")
            },
            "happened_at": ACTION["happened_at"],
            "until": None,
            "sequence": 1101,
            "repeats": None,
        }
    ],
    **BASIS,
}
REPLAY = {
    "items": [
        {
            "sequence": 1101,
            "type": "assistance.recorded.v1",
            "happened_at": "2023-06-01T17:00:00Z",
            "reported_at": None,
            "recorded_at": "2026-11-24T03:15:01Z",
            "source": "psm-surin",
            "agency": "psm-surin",
            "reporter": None,
            "said_th": "psm-surin ให้เงินช่วยเหลือ 3,000.00 บาท",
            "said_en": "psm-surin gave cash worth 3,000.00 baht",
            "previous": f"/v1/replay?household={HOUSEHOLD_ID}&at=812&limit=1",
            "next": None,
            "state": f"/v1/households/{HOUSEHOLD_ID}?as_of=seq:1101",
            "names": ["บุญมี ตัวอย่าง"],
            "text": "เงินสงเคราะห์ฉุกเฉิน",
            "changed": [
                {
                    "household_id": HOUSEHOLD_ID,
                    "changes": [
                        {"field": "actions", "before": 0, "after": 1},
                        {"field": "help_thb", "before": 0.0, "after": 3000.0},
                    ],
                }
            ],
        }
    ],
    "next": None,
    **BASIS,
}
