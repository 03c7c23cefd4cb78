"""Which files the sources hand over, when, and what each covers: the fixed calendar of the demo."""

import datetime as dt
from dataclasses import dataclass

SOURCES = ("tpmap", "pppconnext", "thaiqm", "mso_logbook")
SOURCE_WEIGHTS = {"tpmap": 0.40, "pppconnext": 0.17, "thaiqm": 0.22, "mso_logbook": 0.21}


@dataclass(frozen=True, slots=True)
class Round:
    """One survey round of a source: its period, fiscal year and first and last interview day."""

    source: str
    period: str
    year: int
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True, slots=True)
class Delivery:
    """One snapshot file; a second delivery of a round repeats the first with a few changes."""

    source: str
    file: str
    period: str
    reported_at: dt.date
    areas: tuple[str, ...] | None = None
    repeats: bool = False


def _rounds() -> dict[str, tuple[Round, ...]]:
    years = range(2565, 2569)
    tpmap = [Round("tpmap", str(y), y, dt.date(y - 544, 11, 1), dt.date(y - 544, 12, 28)) for y in years]
    thaiqm = [Round("thaiqm", str(y), y, dt.date(y - 544, 11, 15), dt.date(y - 543, 5, 20)) for y in years]
    logbook = [
        Round("mso_logbook", str(y), y, dt.date(y - 543, 2, 1), dt.date(y - 543, 8, 20)) for y in years
    ]
    connext = [
        Round("pppconnext", "2565-1", 2565, dt.date(2022, 3, 1), dt.date(2022, 8, 15)),
        Round("pppconnext", "2566-1", 2566, dt.date(2023, 3, 1), dt.date(2023, 8, 15)),
        Round("pppconnext", "2567-1", 2567, dt.date(2023, 11, 1), dt.date(2024, 2, 20)),
        Round("pppconnext", "2567-2", 2567, dt.date(2024, 6, 1), dt.date(2024, 9, 5)),
        Round("pppconnext", "2568-1", 2568, dt.date(2025, 3, 1), dt.date(2025, 8, 15)),
    ]
    return {
        "tpmap": tuple(tpmap),
        "pppconnext": tuple(connext),
        "thaiqm": tuple(thaiqm),
        "mso_logbook": tuple(logbook),
    }


ROUNDS = _rounds()

DELIVERIES = (
    Delivery("thaiqm", "thaiqm-2565.xlsx", "2565", dt.date(2022, 8, 20)),
    Delivery("pppconnext", "pppconnext-2565-1.json", "2565-1", dt.date(2022, 9, 10)),
    Delivery("mso_logbook", "mso_logbook-2565.csv", "2565", dt.date(2022, 9, 25)),
    Delivery("tpmap", "tpmap-2565.csv", "2565", dt.date(2022, 10, 15)),
    Delivery("thaiqm", "thaiqm-2565-2.xlsx", "2565", dt.date(2022, 11, 20), repeats=True),
    Delivery("tpmap", "tpmap-2565-2.csv", "2565", dt.date(2023, 1, 20), repeats=True),
    Delivery("tpmap", "tpmap-2566.csv", "2566", dt.date(2023, 6, 15)),
    Delivery("thaiqm", "thaiqm-2566.xlsx", "2566", dt.date(2023, 8, 20)),
    Delivery("pppconnext", "pppconnext-2566-1.json", "2566-1", dt.date(2023, 9, 5)),
    Delivery("mso_logbook", "mso_logbook-2566.csv", "2566", dt.date(2023, 9, 25)),
    Delivery("tpmap", "tpmap-2566-2.csv", "2566", dt.date(2023, 9, 29), repeats=True),
    Delivery("pppconnext", "pppconnext-2566-1-2.json", "2566-1", dt.date(2023, 12, 5), repeats=True),
    Delivery(
        "mso_logbook",
        "mso_logbook-2566-2.csv",
        "2566",
        dt.date(2024, 2, 15),
        areas=("3201", "3205", "3209", "3210", "3202"),
        repeats=True,
    ),
    Delivery("pppconnext", "pppconnext-2567-1.json", "2567-1", dt.date(2024, 3, 10)),
    Delivery("tpmap", "tpmap-2567.csv", "2567", dt.date(2024, 6, 15)),
    Delivery("thaiqm", "thaiqm-2567.xlsx", "2567", dt.date(2024, 8, 20)),
    Delivery("pppconnext", "pppconnext-2567-2.json", "2567-2", dt.date(2024, 9, 25)),
    Delivery("mso_logbook", "mso_logbook-2567.csv", "2567", dt.date(2024, 9, 25)),
    Delivery("tpmap", "tpmap-2567-2.csv", "2567", dt.date(2024, 11, 20), repeats=True),
    Delivery("tpmap", "tpmap-2568.csv", "2568", dt.date(2025, 6, 15)),
    Delivery("thaiqm", "thaiqm-2568.xlsx", "2568", dt.date(2025, 8, 20)),
    Delivery("pppconnext", "pppconnext-2568-1.json", "2568-1", dt.date(2025, 9, 10)),
    Delivery("mso_logbook", "mso_logbook-2568.csv", "2568", dt.date(2025, 9, 25)),
)
