"""Examples of the operations that count, for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from hub.api import examples
from hub.api.examples import BASIS, HOUSEHOLD_ID

HOUSEHOLD: Mapping[str, Any] = {
    "household_id": HOUSEHOLD_ID,
    "amphoe": "3205",
    "tambon": "320503",
    "moo": 4,
    "sources": ["pppconnext", "tpmap"],
    "in_sources": 2,
    "persons": 3,
    "level": 2,
    "standing": "poor",
}
CHOSEN = {"items": [HOUSEHOLD], "next": None, **BASIS}
NUMBER: Mapping[str, Any] = {
    "value": 812,
    "definition_th": "ครัวเรือนที่เคยยากจนและหลุดพ้นแล้ว",
    "definition_en": "Households that were poor and are no longer.",
    "on_undecided": 3,
    "list": "/v1/overview/exited?as_of=seq%3A1204&valid_at=2023-09-30T16%3A59%3A59.999999Z",
}
_PLAIN: dict[str, Any] = dict(examples.OVERVIEW)
OVERVIEW: Mapping[str, Any] = {
    **_PLAIN,
    "areas": [
        {**area, "twice": 12, "unserved": 340, "mistargeted": 4, "exited": 21} for area in _PLAIN["areas"]
    ],
    "numbers": {"exited": NUMBER},
    "reported_twice": {"actions": 14, "amount_thb": 28000.0},
}
FINDINGS = {"items": [{"finding": "D1-1201-1180", "household_id": HOUSEHOLD_ID}], "next": None, **BASIS}
POINT: Mapping[str, Any] = {
    **{name: BASIS[name] for name in ("sequence", "as_of", "valid_at")},
    "numbers": {"distinct": 4120, "exited": 812},
}
COMPARISON = {
    "axis": "valid_at",
    "from": POINT,
    "to": POINT,
    "differences": {"distinct": 0, "exited": 0},
    "changes": {
        "appeared": {"count": 0, "list": "/v1/compare/appeared?axis=valid_at&from=2022-09-30&to=2023-09-30"}
    },
    **BASIS,
}
MOBILITY = {
    "from": "2022-09-30T16:59:59.999999Z",
    "levels": [
        {
            "was": "1",
            "now": "2",
            "households": 44,
            "list": "/v1/mobility/levels?was=1&now=2&from=2022-09-30&to=2023-09-30",
        }
    ],
    "standings": [],
    **BASIS,
}
MATRIX = {
    "agencies": ["agri-surin", "psm-surin"],
    "cells": [
        {
            "a": "agri-surin",
            "b": "psm-surin",
            "households": 31,
            "actions_a": 40,
            "actions_b": 35,
            "amount_a_thb": 80000.0,
            "amount_b_thb": 70000.0,
            "doubles": 6,
            "list": "/v1/matrix/agri-surin/psm-surin?as_of=seq%3A1204",
        }
    ],
    **BASIS,
}
