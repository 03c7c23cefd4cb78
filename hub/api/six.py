"""The six numbers of the governor's page: what each means, how sure it is, and where its list is."""

from collections.abc import Mapping, Sequence

from contracts.rules import Rules
from hub.api.answers_numbers import Number, SilentAgency
from hub.api.basis import Basis
from hub.api.chosen import address
from hub.counting.bounds import Bounds, find_bounds
from hub.counting.moment import Moment
from hub.counting.numbers import find_sets, find_silent, in_scope, instant

LISTS = ("distinct", "in_more_than_one", "twice", "unserved", "mistargeted", "exited")
DEFINITIONS: Mapping[str, tuple[str, str]] = {
    "distinct": ("ครัวเรือนไม่ซ้ำ ณ วันที่เลือก", "Households that exist at this time, each counted once."),
    "in_more_than_one": (
        "ครัวเรือนที่อยู่ในมากกว่า 1 ฐานข้อมูล",
        "Households whose valid records come from more than one database.",
    ),
    "twice": (
        "ครัวเรือนที่มีข้อสังเกตว่าได้รับการช่วยเหลือซ้ำซ้อน (รอตรวจหรือยืนยันแล้ว)",
        "Households with help given twice (D1 or D2), suspected or confirmed.",
    ),
    "unserved": (
        "ครัวเรือนที่มีความจำเป็นอย่างน้อยหนึ่งด้านแต่ยังไม่ได้รับการช่วยเหลือด้านนั้น",
        "Households with a need that no known help serves.",
    ),
    "mistargeted": (
        "ครัวเรือนที่ได้รับการช่วยเหลือในด้านที่ไม่จำเป็น ขณะที่ด้านที่จำเป็นยังไม่ได้รับ",
        "Households helped where they have no need while a needed dimension is unmet.",
    ),
    "exited": ("ครัวเรือนที่เคยยากจนและหลุดพ้นแล้ว", "Households that were poor and are no longer."),
}


def to_numbers(
    basis: Basis, moment: Moment, counts: Mapping[str, int], rules: Rules, scope: Sequence[str]
) -> dict[str, Number]:
    """The six numbers by name, nothing hidden."""
    bounds = find_bounds(moment, find_sets(moment), in_scope(moment, scope)) if moment.edges else {}
    return {name: _to_number(name, basis, moment, counts, rules, bounds.get(name)) for name in LISTS}


def _to_number(
    name: str,
    basis: Basis,
    moment: Moment,
    counts: Mapping[str, int],
    rules: Rules,
    bounds: Bounds | None,
) -> Number:
    definition_th, definition_en = DEFINITIONS[name]
    more: dict[str, object] = {}
    value = counts["households" if name == "distinct" else name]
    undecided = counts["undecided" if name == "distinct" else f"{name}.undecided"]
    if name == "twice":
        confirmed = counts["confirmed"]
        more = {
            "suspected": value - confirmed,
            "confirmed": confirmed,
            "reported_twice": counts["reported_twice"],
        }
    elif name == "unserved":
        silent = find_silent(moment, rules.silent_days)
        more = {
            "silent_agencies": [SilentAgency(agency=code, last_word=instant(last)) for code, last in silent]
        }
    return Number(
        value=value,
        definition_th=definition_th,
        definition_en=definition_en,
        low=value if bounds is None else bounds.low,
        high=value if bounds is None else bounds.high,
        on_undecided=undecided,
        list=address(f"/v1/overview/{name}", basis),
        **more,  # pyright: ignore[reportArgumentType] - fields of Number
    )
