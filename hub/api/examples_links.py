"""Examples of decisions about links, of evidence and of reviews for the OpenAPI document."""

from hub.api.examples import HOUSEHOLD_ID

RECORD_ID = "4b0e6a52-64f1-5f0e-8a5e-0d4d0f1f2b88"
LINK_DECISION = {
    "level": "household",
    "verdict": "same",
    "groups": [[HOUSEHOLD_ID, RECORD_ID]],
    "seen": 1204,
    "reason": "บ้านเดียวกัน ตรวจกับทะเบียนบ้านแล้ว",
}
REVOCATION = {"reason": "ตัดสินผิดคู่"}
