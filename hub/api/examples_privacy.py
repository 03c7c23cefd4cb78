"""Examples of erasing, of who looked, of prechecks, links back and scorecards for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from hub.api.examples import PERSON_ID

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
