"""How one source sees one household: the same people with that source's own spellings, gaps and mistakes."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.demo import dates, rates
from hub.demo.households import House, Household
from hub.demo.identifiers import as_excel_shows, printed, transposed, with_wrong_check
from hub.demo.needs import draw_errors, reported
from hub.demo.people import NEVER, Person
from hub.demo.spelling import misspelt

_RELATIONS = {
    "head": ("หัวหน้าครัวเรือน", "หัวหน้าครัวเรือน"),
    "spouse": ("คู่สมรส", "คู่สมรส"),
    "child": ("บุตร", "บุตร"),
    "child_in_law": ("บุตรเขย", "บุตรสะใภ้"),
    "parent": ("บิดา", "มารดา"),
    "grandchild": ("หลาน", "หลาน"),
    "sibling": ("พี่น้อง", "พี่น้อง"),
}
_SHORT_TITLES = {"นางสาว": ("น.ส.", "นส."), "เด็กชาย": ("ด.ช.",), "เด็กหญิง": ("ด.ญ.",)}


@dataclass(slots=True)
class Quirks:
    """What one source has down for one person, the same in all its rounds."""

    first: str
    last: str
    citizen_id: str
    birth: str
    short_titles: bool
    stale: bool
    labels: list[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """One person as one statement tells it."""

    person: Person
    title: str
    first: str
    last: str
    citizen_id: str
    birth: str
    relation: str
    labels: tuple[str, ...]


@dataclass(slots=True)
class Sighting:
    """One source's view of one household."""

    source: str
    household: Household
    r: random.Random
    other_head: bool
    errors: dict[str, str]
    short_code: bool
    no_code: bool
    no_moo: bool
    alias: bool
    _quirks: dict[str, Quirks] = field(default_factory=dict[str, Quirks])

    def members(self, year: int, day: dt.date, neighbour_id: str) -> list[Seen]:
        """The members present in that fiscal year, the head (as this source has it) first."""
        present = self.household.members_in(year)
        if self.other_head and len(present) > 1 and present[1].relation == "spouse":
            present = [present[1], present[0], *present[2:]]
        seen: list[Seen] = []
        for place, member in enumerate(present):
            relation = member.relation
            if self.other_head and relation in {"head", "spouse"} and len(present) > 1:
                relation = "head" if place == 0 else "spouse"
            seen.append(self._see(member.person, relation, year, day, neighbour_id))
        return seen

    def said(self, year: int) -> dict[str, bool | None]:
        """The needs as this source reports them in that fiscal year."""
        return reported(self.household.needs, self.errors, year)

    def house_code(self, house: House) -> str:
        """The house code as this source has it: whole, ten digits long, or empty."""
        if self.no_code:
            return ""
        return house.code[:10] if self.short_code else house.code

    def labels(self, year: int) -> list[str]:
        """The defects of the record itself."""
        labels = [
            name
            for name, there in (
                ("other_head", self.other_head),
                ("house_code_10", self.short_code),
                ("house_code_missing", self.no_code),
                ("moo_missing", self.no_moo),
                ("area_alias", self.alias),
            )
            if there
        ]
        if year >= self.household.moves:
            labels.append("moved")
        if year >= self.household.parts:
            labels.append("after_split")
        return labels

    def _see(self, person: Person, relation: str, year: int, day: dt.date, neighbour_id: str) -> Seen:
        quirks = self._quirks.get(person.id)
        if quirks is None:
            quirks = self._quirks[person.id] = _draw_quirks(self.r, self.source, person, neighbour_id)
        labels = quirks.labels
        last = quirks.last
        wed = year >= person.marries
        if wed and quirks.stale:
            labels = [*labels, "surname_stale"]
        elif wed:
            labels = [*labels, "surname_changed"]
            last = person.married_last
        title = title_of(person, day, married=person.married or (wed and not quirks.stale))
        if self.r.random() < rates.TITLE_WRONG and person.sex == "f" and title in {"นาง", "นางสาว"}:
            title = "นางสาว" if title == "นาง" else "นาง"
            labels = [*labels, "title_wrong"]
        if quirks.short_titles and title in _SHORT_TITLES:
            title = self.r.choice(_SHORT_TITLES[title])
        return Seen(
            person,
            title,
            quirks.first,
            last,
            quirks.citizen_id,
            quirks.birth,
            _RELATIONS[relation][person.sex == "f"],
            tuple(labels),
        )


def draw_sighting(r: random.Random, source: str, household: Household) -> Sighting:
    """Draw what is peculiar to this source's view; the people are drawn when first seen."""
    spouses = len(household.members) > 1 and household.members[1].relation == "spouse"
    lists_problems = source == "thaiqm"  # naming no problem says there is none: nothing stays unknown
    return Sighting(
        source=source,
        household=household,
        r=r,
        other_head=spouses and r.random() < rates.OTHER_HEAD,
        errors=draw_errors(r, may_be_unknown=not lists_problems),
        short_code=r.random() < rates.HOUSE_CODE_SHORT,
        no_code=source in {"mso_logbook", "pppconnext"} and r.random() < rates.HOUSE_CODE_MISSING,
        no_moo=source != "tpmap" and r.random() < rates.MOO_MISSING,
        alias=source != "tpmap" and r.random() < rates.AREA_ALIAS,
    )


def title_of(person: Person, day: dt.date, *, married: bool) -> str:
    """The civil title on that day."""
    child = person.age(day) < 15
    if person.sex == "m":
        return "เด็กชาย" if child else "นาย"
    if child:
        return "เด็กหญิง"
    return "นาง" if married else "นางสาว"


def _draw_quirks(r: random.Random, source: str, person: Person, neighbour_id: str) -> Quirks:
    labels: list[str] = []
    first, last = person.first, person.last
    if r.random() < rates.FIRST_NAME_SPELLING:
        first = misspelt(r, first)
    if r.random() < rates.LAST_NAME_SPELLING:
        last = misspelt(r, last)
    if first != person.first:
        labels.append("first_spelling")
    if last != person.last:
        labels.append("last_spelling")
    number = _draw_citizen_id(r, source, person, neighbour_id, labels)
    birth = _draw_birth(r, source, person, labels)
    stale = person.marries != NEVER and r.random() < rates.STALE_MARRIAGE
    return Quirks(first, last, number, birth, r.random() < 0.3, stale, labels)


def _draw_citizen_id(
    r: random.Random, source: str, person: Person, neighbour_id: str, labels: list[str]
) -> str:
    number = person.citizen_id
    blank = "-" if source == "pppconnext" else ""
    if not number:
        labels.append("id_none")
        return blank
    name = _pick(r.random(), _ID_DEFECTS)
    if not name or (name == "id_borrowed" and not neighbour_id):
        return printed(number) if r.random() < 0.03 else number
    labels.append(name)
    match name:
        case "id_missing":
            return blank
        case "id_wrong_check":
            return with_wrong_check(r, number)
        case "id_transposed":
            return transposed(r, number)
        case "id_excel_scientific":
            return as_excel_shows(number)
        case "id_excel_point_zero":
            return number + ".0"
        case _:
            return neighbour_id


_ID_DEFECTS: Sequence[tuple[str, float]] = (
    ("id_missing", rates.ID_MISSING),
    ("id_wrong_check", rates.ID_WRONG_CHECK),
    ("id_transposed", rates.ID_TRANSPOSED),
    ("id_excel_scientific", rates.ID_EXCEL_SCIENTIFIC),
    ("id_excel_point_zero", rates.ID_EXCEL_POINT_ZERO),
    ("id_borrowed", rates.ID_BORROWED),
)


def _pick(roll: float, rates_of: Sequence[tuple[str, float]]) -> str:
    """The defect the roll falls on, or nothing."""
    for name, rate in rates_of:
        if roll < rate:
            return name
        roll -= rate
    return ""


def _draw_birth(r: random.Random, source: str, person: Person, labels: list[str]) -> str:
    born = person.born
    roll = r.random()
    old = born.year < 1957
    year_only = rates.BIRTH_MISSING + (rates.BIRTH_YEAR_ONLY_OLD if old else rates.BIRTH_YEAR_ONLY)
    if roll < rates.BIRTH_MISSING:
        labels.append("birth_missing")
        return ""
    if roll < year_only:
        labels.append("birth_year_only")
        return dates.year_only(r, born)
    if roll < year_only + rates.BIRTH_SWAPPED and dates.swapped(born) != born:
        labels.append("birth_swapped")
        born = dates.swapped(born)
    style = r.random()
    if style < rates.BIRTH_THAI_DIGITS:
        labels.append("birth_thai_digits")
        return dates.in_thai_digits(dates.thai_words(born))
    if style < rates.BIRTH_THAI_DIGITS + rates.BIRTH_SHORT_YEAR:
        labels.append("birth_short_year")
        return dates.thai_short(born)
    if style < _ISO_SHARE[source]:
        return born.isoformat()
    return dates.thai_words(born) if source == "mso_logbook" else dates.thai_numeric(born)


_ISO_SHARE = {"tpmap": 0.25, "pppconnext": 0.75, "thaiqm": 0.1, "mso_logbook": 0.1}
