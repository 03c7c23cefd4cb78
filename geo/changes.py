"""The numbers of areas at two days, and their differences. Pure."""

from collections.abc import Mapping

from geo.features import Properties
from geo.layers import CHANGING


def compare(before: Mapping[str, Properties], after: Mapping[str, Properties]) -> dict[str, Properties]:
    """By area code; a difference is hidden where one of its sides is."""
    return {
        code: _compare(before.get(code, {}), after.get(code, {}))
        for code in sorted(before.keys() | after.keys())
    }


def _compare(first: Properties, second: Properties) -> Properties:
    found: Properties = {}
    for shown in CHANGING:
        old, new = first.get(shown.name), second.get(shown.name)
        found[f"{shown.name}_before"], found[f"{shown.name}_after"] = old, new
        found[f"delta_{shown.name}"] = _difference(old, new)
    return found | {
        "suppressed": first.get("suppressed") is not False or second.get("suppressed") is not False
    }


def _difference(old: object, new: object) -> float | None:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return round(new - old, 2)
    return None
