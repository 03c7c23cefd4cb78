"""Random histories: logs of few records, people and houses, so that they meet, part, are corrected and come late."""

import datetime as dt

import msgspec
import shapely
from hypothesis import strategies as st

from contracts.events import (
    Agency,
    AgencyRegistered,
    Area,
    Batch,
    BatchReceived,
    Boundaries,
    BoundariesLoaded,
    Counts,
    Programme,
    ProgrammeRegistered,
)
from contracts.records import NEEDS, RecipientRef
from tests.builders import Log, a_house, a_member, a_point, by_citizen, by_house, by_household, by_record, day

SOURCES = ("tpmap", "pppconnext", "thaiqm", "mso_logbook")
RECORDS = (*((source, "a") for source in SOURCES), ("tpmap", "b"), ("thaiqm", "b"))
PERIODS = ("2565", "2566")
NAMES = ("สมชาย", "สมหญิง", "บุญมี", "ทองใบ")
HOUSES = ("32010000011", "32010000022", None)
TAMBON = ("320101", "320102", "320201")
AGENCIES = ("psm", "temple")
PEOPLE = range(4)
KINDS = (
    *("record",) * 8,
    *("withdraw",) * 2,
    *("help",) * 4,
    *("correct",) * 2,
    *("void",) * 2,
    *("agency", "programme", "batch", "boundaries"),
)
SQUARE = shapely.to_wkb(shapely.box(103.4, 14.8, 103.6, 15.0))


class WholeLog(Log):
    """A log with the events that are not about households, too. `given` are source, key and period of its statements."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[str, str, str]] = []

    def registered(self, agency: str, name: str) -> int:
        data = Agency(agency_id=agency, name_th=name)
        return self._add(AgencyRegistered(**self._envelope(day(0), agency, agency=agency), data=data))

    def catalogued(self, programme: str, agency: str, cap: int | None) -> int:
        data = Programme(programme_id=programme, agency_id=agency, name_th=programme, cap_satang=cap)
        return self._add(ProgrammeRegistered(**self._envelope(day(0), agency, agency=agency), data=data))

    def delivered(self, source: str, reported_at: dt.datetime) -> int:
        counts = Counts(read=1, new=0, changed=0, unchanged=1, rejected=0)
        number = str(len(self.items))
        data = Batch(batch=number, file_digest=number, mode="delta", counts=counts, rows=1)
        return self._add(
            BatchReceived(**self._envelope(reported_at, source, reported_at=reported_at), data=data)
        )

    def bounded(self, *codes: str, edition: str) -> int:
        """One edition of the boundaries of these amphoe, all with one and the same polygon."""
        areas = tuple(Area(code=code, level="amphoe", geometry=SQUARE, name_th=code) for code in codes)
        data = Boundaries(edition=edition, part=1, parts=1, levels=("amphoe",), areas=areas)
        return self._add(BoundariesLoaded(**self._envelope(day(0), "boundaries"), data=data))


def moments() -> st.SearchStrategy[dt.datetime]:
    """The days on which things happen in a history."""
    return st.integers(0, 6).map(lambda number: day(number * 100))


@st.composite
def histories(draw: st.DrawFn, *, least: int = 3, most: int = 14) -> WholeLog:
    log = WholeLog()
    for _ in range(draw(st.integers(least, most))):
        _add_event(draw, log, draw(st.sampled_from(KINDS)))
    return log


def _add_event(draw: st.DrawFn, log: WholeLog, kind: str) -> None:
    source, key = draw(st.sampled_from(RECORDS))
    agency, moment = draw(st.sampled_from(AGENCIES)), draw(moments())
    match kind:
        case "record":
            _add_record(draw, log, source, key, moment)
        case "withdraw":
            given = [*dict.fromkeys(log.given)]
            source, key, period = draw(st.sampled_from(given or [(source, key, PERIODS[0])]))
            log.withdrawn(source, key, period=period, reported_at=moment)
        case "void":
            log.voided(draw(st.sampled_from("xyz")), agency=agency)
        case "help" | "correct":
            refs = draw(recipients())
            log.helped(
                draw(st.sampled_from("xyz")),
                *refs,
                agency=agency,
                happened_at=moment,
                corrects=kind == "correct",
                amount=draw(st.sampled_from((10_000, 12_345, None))),
            )
        case "agency":
            log.registered(agency, draw(st.sampled_from(NAMES)))
        case "programme":
            log.catalogued(draw(st.sampled_from("pq")), agency, draw(st.sampled_from((None, 100_000))))
        case "batch":
            log.delivered(source, moment)
        case _:
            codes = draw(st.lists(st.sampled_from(("3201", "3202")), unique=True, min_size=1))
            log.bounded(*codes, edition=draw(st.sampled_from(("2560", "2566"))))


def _add_record(draw: st.DrawFn, log: WholeLog, source: str, key: str, moment: dt.datetime) -> None:
    listed = draw(st.lists(st.sampled_from(PEOPLE), unique=True, max_size=4))
    members = [
        a_member(
            f"m{person}",
            draw(st.sampled_from((NAMES[person % 4], NAMES[0]))),
            number=person if draw(st.integers(0, 2)) else None,
            year=1960 + person,
            is_head=position == 0,
        )
        for position, person in enumerate(listed)
    ]
    house = a_house(
        key,
        house_code=draw(st.sampled_from(HOUSES)),
        tambon=draw(st.sampled_from(TAMBON)),
        moo=draw(st.sampled_from((1, None))),
        house_no=draw(st.sampled_from(("1", "2", None))),
        needs={need: draw(st.booleans()) for need in NEEDS if draw(st.booleans())},
        level=draw(st.sampled_from((None, 1, 2))),
        point=draw(st.sampled_from((None, a_point(103.5, 14.9)))),
    )
    if draw(st.integers(0, 5)) == 0:
        house = msgspec.structs.replace(house, amphoe=None, tambon=None)
    period = draw(st.sampled_from(PERIODS))
    log.given.append((source, key, period))
    log.received(source, house, *members, period=period, happened_at=moment, reported_at=moment)


def recipients() -> st.SearchStrategy[list[RecipientRef]]:
    """At most one ref of a kind, as intake makes them."""
    ways = st.one_of(
        st.sampled_from(PEOPLE).map(by_citizen),
        st.sampled_from(HOUSES[:2]).map(by_house),
        st.sampled_from(RECORDS).map(lambda pair: by_record(*pair)),
        st.sampled_from(RECORDS).map(lambda pair: by_household(*pair)),
    )
    return st.lists(ways, unique_by=lambda ref: ref.kind, min_size=1, max_size=3)
