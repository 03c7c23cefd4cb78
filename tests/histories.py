"""Random histories: logs of few records, people and houses, so that they meet, part, are corrected and come late."""

import datetime as dt

import msgspec
import shapely
from hypothesis import strategies as st

from contracts import ids
from contracts.events import (
    VERDICTS,
    Agency,
    AgencyRegistered,
    Area,
    AssistanceCorrected,
    AssistanceRecorded,
    Batch,
    BatchReceived,
    Boundaries,
    BoundariesLoaded,
    Counts,
    OpenedHelp,
    Programme,
    ProgrammeRegistered,
    SealedAction,
)
from contracts.events_links import LINK_LEVELS, LINK_VERDICTS
from contracts.needs import CROSSWALK
from contracts.records import NEEDS, Help, House, Member, Need, RecipientRef
from contracts.sources.originals import DIMENSIONS, with_needs
from tests.builders import (
    KEY,
    MODELS,
    Log,
    a_house,
    a_member,
    a_point,
    by_citizen,
    by_house,
    by_household,
    by_record,
    day,
    member_of,
    record_of,
)

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
    *("aid",) * 6,
    *("agency", "batch", "boundaries", "rules", "decision", "link", "unlink", "model", "activate"),
    *("programme",) * 2,
)
PROBLEM: dict[Need, str] = {
    "health": "สุขภาพ",
    "living": "ที่อยู่อาศัย",
    "education": "การศึกษา",
    "income": "รายได้",
    "accessibility": "การเข้าถึงบริการภาครัฐ",
}
COMPONENT: dict[Need, str] = {
    "health": "human.4",
    "living": "physical.1",
    "education": "human.1",
    "income": "human.3",
    "accessibility": "human.6",
}
OTHER_CROSSWALK = msgspec.structs.replace(
    CROSSWALK,
    version="other",
    component_need_below=3.5,
    problems={**CROSSWALK.problems, "สุขภาพ": "education"},
    dimension_words={"ปกติ": True},
    tpmap_words={"1": True},
)
CROSSWALKS = (CROSSWALK, OTHER_CROSSWALK)
PERSON_VERDICTS = ("same", "different", "needs_field_check")
SQUARE = shapely.to_wkb(shapely.box(103.4, 14.8, 103.6, 15.0))


class WholeLog(Log):
    """A log with the events that are not about households, too. `given` are source, key and period of its statements, `link_decisions` sequences."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[str, str, str]] = []
        self.link_decisions: list[int] = []

    def registered(self, agency: str, name: str) -> int:
        data = Agency(agency_id=agency, name_th=name)
        return self._add(AgencyRegistered(**self._envelope(day(0), agency, agency=agency), data=data))

    def catalogued(self, programme: str, agency: str, cap: int | None, **terms) -> int:
        data = Programme(programme_id=programme, agency_id=agency, name_th=programme, cap_satang=cap, **terms)
        return self._add(ProgrammeRegistered(**self._envelope(day(0), agency, agency=agency), data=data))

    def delivered(self, source: str, reported_at: dt.datetime) -> int:
        counts = Counts(read=1, new=0, changed=0, unchanged=1, rejected=0)
        number = str(len(self.items))
        data = Batch(batch=number, file_digest=number, mode="delta", counts=counts, rows=1)
        return self._add(
            BatchReceived(**self._envelope(reported_at, source, reported_at=reported_at), data=data)
        )

    def aided(
        self,
        action_id: str,
        *refs: RecipientRef,
        agency: str,
        happened_at: dt.datetime,
        corrects=False,
        **said,
    ) -> int:
        """Help with everything that a report may say: `until`, `reporter`, and the fields of the action."""
        envelope = self._envelope(
            happened_at,
            agency,
            agency=agency,
            happened_until=said.pop("until"),
            reporter=said.pop("reporter"),
        )
        data = SealedAction(
            action=ids.action_pseudonym(KEY, agency, action_id),
            content=f"{len(self.items)}",
            subject=refs[0].ref.replace("-", ""),
            help=b"",
            recipients=refs,
            **said,
        )
        type_ = AssistanceCorrected if corrects else AssistanceRecorded
        return self._add(type_(**envelope, data=data), OpenedHelp(Help(action_id=action_id)))

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


@st.composite
def help_histories(draw: st.DrawFn) -> WholeLog:
    """Much help for one or two households within a few months: told twice, given twice, too soon and too much."""
    log = WholeLog()
    for key in "ab":
        needs = {need: draw(st.booleans()) for need in ("income", "health", "living")}
        house, members = speaking("tpmap", a_house(key), [a_member("m", NAMES[0], number=ord(key))], needs)
        log.received("tpmap", house, *members, happened_at=day(draw(st.sampled_from((0, 310)))))
    for _ in range(draw(st.integers(6, 14))):
        match draw(st.sampled_from((*("aid",) * 8, "programme", "rules", "void"))):
            case "aid":
                refs = [draw(st.sampled_from((*(by_record("tpmap", "a"),) * 4, by_record("tpmap", "b"))))]
                _add_aid(draw, log, draw(st.sampled_from(AGENCIES)), refs, day(300))
            case "programme":
                _add_programme(draw, log, draw(st.sampled_from(AGENCIES)))
            case "rules":
                _add_rules(draw, log)
            case _:
                log.voided(draw(st.sampled_from("uvwxyz")), agency=draw(st.sampled_from(AGENCIES)))
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
            _add_programme(draw, log, agency)
        case "aid":
            _add_aid(draw, log, agency, draw(recipients()), moment)
        case "rules":
            _add_rules(draw, log)
        case "decision":
            finding = draw(st.sampled_from(("D1-5-3", "UN-1-health", "MT-4", "D0-6-2")))
            log.decided(finding, draw(st.sampled_from(VERDICTS)), happened_at=moment)
        case "link":
            _add_link_decision(draw, log)
        case "unlink":
            log.unlinked(draw(st.sampled_from((1, *log.link_decisions))))
        case "model":
            log.modelled(draw(st.sampled_from("mn")), draw(st.sampled_from(MODELS)))
        case "activate":
            log.activated(draw(st.sampled_from("mn")))
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
        level=draw(st.sampled_from((None, 1, 2, 3))),
        point=draw(st.sampled_from((None, a_point(103.5, 14.9)))),
    )
    if draw(st.integers(0, 5)) == 0:
        house = msgspec.structs.replace(house, amphoe=None, tambon=None)
    needs = {need: draw(st.booleans()) for need in NEEDS if draw(st.booleans())}
    house, members = speaking(source, house, members, needs)
    period = draw(st.sampled_from(PERIODS))
    log.given.append((source, key, period))
    log.received(source, house, *members, period=period, happened_at=moment, reported_at=moment)


def speaking(
    source: str, house: House, members: list[Member], needs: dict[Need, bool]
) -> tuple[House, list[Member]]:
    """The record with these needs said the way its source says them, as far as it can."""
    replace = msgspec.structs.replace
    match source:
        case "tpmap":
            cells: dict[str, object] = {need: "1" if said else "0" for need, said in needs.items()}
            members = [replace(members[0], cells=cells), *members[1:]] if members else []
        case "thaiqm":
            problems = [PROBLEM[need] for need, said in needs.items() if said]
            house = replace(house, indicators={"problems": problems or ["อื่นๆ"]} if needs else {})
        case "mso_logbook":
            columns = {need: column for column, need in DIMENSIONS.items()}
            said = {columns[need]: "มีปัญหา" if value else "ปกติ" for need, value in needs.items()}
            house = replace(house, cells={**said})
        case _:
            scores = {COMPONENT[need]: 1.5 if value else 3.0 for need, value in needs.items()}
            house = replace(house, indicators={"components": scores} if scores else {})
    return with_needs(source, house, members), members


def _add_link_decision(draw: st.DrawFn, log: WholeLog) -> None:
    level = draw(st.sampled_from(LINK_LEVELS))
    verdict = draw(st.sampled_from(LINK_VERDICTS if level == "household" else PERSON_VERDICTS))
    if level == "household":
        items = [record_of(source, key) for source, key in RECORDS]
    else:
        items = [member_of(*record, f"m{person}") for record in RECORDS for person in PEOPLE]
    chosen = draw(st.lists(st.sampled_from(items), unique=True, min_size=2, max_size=4))
    cut = 0 if verdict == "same" else draw(st.integers(1, len(chosen) - 1))
    groups = [tuple(sorted(group)) for group in (chosen[:cut], chosen[cut:]) if group]
    log.link_decisions.append(log.linked(verdict, *sorted(groups), level=level))


def _add_programme(draw: st.DrawFn, log: WholeLog, agency: str) -> None:
    log.catalogued(
        draw(st.sampled_from("pq")),
        agency,
        draw(st.sampled_from((None, 15_000, 100_000))),
        need=draw(st.sampled_from(("unknown", "income", "health"))),
        period=draw(st.sampled_from(("once", "month", "year"))),
        cap_scope=draw(st.sampled_from(("person", "household"))),
        minimum_interval_days=draw(st.sampled_from((None, 0, 30, 500))),
    )


def _add_aid(
    draw: st.DrawFn, log: WholeLog, agency: str, refs: list[RecipientRef], moment: dt.datetime
) -> None:
    start = moment + dt.timedelta(days=draw(st.sampled_from((0, 0, 1, 3, 8, 26))))
    log.aided(
        draw(st.sampled_from("uvwxyz")),
        *refs,
        agency=agency,
        happened_at=start,
        corrects=draw(st.integers(0, 4)) == 0,
        until=draw(st.sampled_from((None, None, start + dt.timedelta(days=40)))),
        reporter=draw(st.sampled_from((None, None, *AGENCIES, "tambon"))),
        kind=draw(st.sampled_from(("cash", "in_kind"))),
        need=draw(st.sampled_from(("income", "income", "health", "unknown"))),
        programme=draw(st.sampled_from((None, "p", "q"))),
        amount_satang=draw(st.sampled_from((10_000, 12_345, None))),
    )


def _add_rules(draw: st.DrawFn, log: WholeLog) -> None:
    log.ruled(
        version=draw(st.sampled_from(("a", "b"))),
        serves_days=draw(st.sampled_from((30, 365))),
        overlap_days=draw(st.sampled_from((0, 7))),
        report_days=draw(st.sampled_from((0, 2, 10))),
        interval_days=draw(st.sampled_from(({}, {"cash": 25}))),
        poor_levels=draw(st.sampled_from(((1, 2), (1,)))),
        crosswalk=draw(st.sampled_from(CROSSWALKS)),
    )


def recipients() -> st.SearchStrategy[list[RecipientRef]]:
    """At most one ref of a kind, as intake makes them."""
    ways = st.one_of(
        st.sampled_from(PEOPLE).map(by_citizen),
        st.sampled_from(HOUSES[:2]).map(by_house),
        st.sampled_from(RECORDS).map(lambda pair: by_record(*pair)),
        st.sampled_from(RECORDS).map(lambda pair: by_household(*pair)),
    )
    return st.lists(ways, unique_by=lambda ref: ref.kind, min_size=1, max_size=3)
