"""What a benchmark says: a value, the limit measured in the same run, and what the design asks for (design section 8)."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table

TABLE_WIDTH = 120
COLUMNS = ("name", "value", "unit", "limit", "ratio", "must", "aim", "met")
NUMBERS = frozenset({"value", "limit", "ratio", "must", "aim"})


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `ratio` is value / limit, both in `unit`; with a limit of 0 (nothing may differ) it is the value itself."""

    name: str
    value: float
    unit: str
    limit: float
    ratio: float


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What a ratio must be and should be: at least (or at most) so much of the limit."""

    side: Literal["at_least", "at_most"]
    must: float
    aim: float

    def is_met(self, ratio: float, asked: float) -> bool:
        return ratio >= asked if self.side == "at_least" else ratio <= asked


DEMANDS = {
    "append_records": Demand(side="at_least", must=0.30, aim=0.60),
    "append_actions": Demand(side="at_least", must=0.30, aim=0.60),
    "rebuild_events": Demand(side="at_least", must=0.20, aim=0.35),
    "rebuild_differences": Demand(side="at_most", must=0.0, aim=0.0),
    "rebuild_memory": Demand(side="at_most", must=1.0, aim=1.0),
    "linkage_persons": Demand(side="at_least", must=1.0, aim=2.0),
    "linkage_memory": Demand(side="at_most", must=1.0, aim=0.6),
    "linkage_arrival_p99": Demand(side="at_most", must=1.0, aim=0.2),
    "asof_household_p99": Demand(side="at_most", must=1.0, aim=0.3),
    "timeline_p99": Demand(side="at_most", must=1.0, aim=0.3),
    "overview_newest_p99": Demand(side="at_most", must=1.0, aim=0.5),
    "overview_past_p99": Demand(side="at_most", must=1.0, aim=0.3),
    "overview_memory": Demand(side="at_most", must=1.0, aim=0.5),
    "items_now": Demand(side="at_most", must=2.0, aim=1.2),
    "items_past": Demand(side="at_most", must=2.0, aim=1.2),
    "items_past_to_now": Demand(side="at_most", must=1.3, aim=1.0),
    "tile_points_now": Demand(side="at_most", must=1.5, aim=1.1),
    "tile_points_past": Demand(side="at_most", must=1.5, aim=1.1),
    "tile_points_past_to_now": Demand(side="at_most", must=1.3, aim=1.0),
    "tile_cells_now": Demand(side="at_most", must=1.0, aim=0.33),
    "tile_cells_past_cold": Demand(side="at_most", must=1.0, aim=0.5),
    "tile_cells_past_again": Demand(side="at_most", must=1.0, aim=0.5),
    "tile_unchanged_now": Demand(side="at_most", must=1.0, aim=0.5),
    "tile_unchanged_past": Demand(side="at_most", must=1.0, aim=0.5),
    "visible_p99": Demand(side="at_most", must=1.0, aim=0.2),
}
"""By the name of the figure; a figure that is not here only explains another."""


def figure(name: str, value: float, unit: str, limit: float) -> Figure:
    """A row, rounded to what was measured."""
    ratio = value / limit if limit else value
    return Figure(name=name, value=round(value, 3), unit=unit, limit=round(limit, 3), ratio=round(ratio, 4))


def share_of(seconds: dict[str, float], prefix: str, total: float) -> list[Figure]:
    """A row for every stage: its seconds, and how much of the whole they are."""
    return [figure(f"{prefix}_{stage}", spent, "s", total) for stage, spent in seconds.items()]


def verdict(row: Figure) -> str:
    """Whether the row meets what is asked of it: `aim`, `must`, `no`, or nothing where nothing is asked."""
    demand = DEMANDS.get(row.name)
    if demand is None:
        return ""
    if demand.is_met(row.ratio, demand.aim):
        return "aim"
    return "must" if demand.is_met(row.ratio, demand.must) else "no"


def print_table(rows: Sequence[Figure]) -> None:
    """The rows for people, on standard output."""
    console = Console()
    if not console.is_terminal:
        console.width = TABLE_WIDTH
    table = Table()
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in NUMBERS else "left")
    for row in rows:
        must, aim = _asked(row.name)
        table.add_row(
            row.name,
            _number(row.value),
            row.unit,
            _number(row.limit),
            f"{row.ratio:.1%}",
            must,
            aim,
            verdict(row),
        )
    console.print(table)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.2f}"


def _asked(name: str) -> tuple[str, str]:
    demand = DEMANDS.get(name)
    if demand is None:
        return "", ""
    sign = "≥" if demand.side == "at_least" else "≤"
    return f"{sign} {demand.must:.0%}", f"{sign} {demand.aim:.0%}"
