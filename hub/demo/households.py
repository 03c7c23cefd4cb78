"""The true households: who lives where, what changes over the years, and which sources know them."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hub.demo.deliveries import SOURCE_WEIGHTS, SOURCES
from hub.demo.identifiers import house_code
from hub.demo.needs import Needs, draw_needs
from hub.demo.people import FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR, NEVER, Families, Member
from hub.demo.places import Place, Places
from hub.demo.rates import MARRIES, MOVES, SPLITS, TWO_FAMILIES

_IN_SO_MANY = ((0.70, 1), (0.92, 2), (0.98, 3), (1.0, 4))


@dataclass(frozen=True, slots=True)
class House:
    """A house with its true registration code."""

    code: str
    number: str
    place: Place


@dataclass(slots=True)
class Household:
    """One true household and its history by fiscal year."""

    id: str
    number: int
    house: House
    members: list[Member]
    needs: Needs
    sources: tuple[str, ...]
    founded: int = 0
    moves: int = NEVER
    new_house: House | None = None
    parts: int = NEVER
    split_from: str = ""
    shares_house_with: str = ""
    survey_id: str = ""  # what the basic-needs survey calls it when another family has the house code
    logbook_no: str = ""
    family_seq: int = 1
    flags: list[str] = field(default_factory=list[str])

    def house_in(self, year: int) -> House:
        return self.new_house if self.new_house is not None and year >= self.moves else self.house

    def members_in(self, year: int) -> list[Member]:
        return [member for member in self.members if member.is_present(year)]


@dataclass(slots=True)
class Settlement:
    """Makes the households of the province, tambon by tambon, each from a random source of its own."""

    seed: int
    families: Families
    places: Places
    houses: int = 0
    made: int = 0

    def settle(self, counts: Mapping[str, int]) -> Iterator[tuple[Household, random.Random]]:
        """All true households in order, each with the random source for everything else about it."""
        tambons = list(counts)
        for tambon, count in counts.items():
            left = count
            while left > 0:
                r = random.Random(f"{self.seed}/household/{self.made}")
                roll = r.random()
                if left >= 2 and roll < TWO_FAMILIES:
                    group = self._two_families(r, tambon)
                elif left >= 2 and roll < TWO_FAMILIES + SPLITS:
                    group = self._splitting(r, tambon)
                else:
                    group = [self._household(r, self._house(r, tambon), self.families.make(r))]
                    self._maybe_move(r, group[0], tambons)
                for household in group:
                    _maybe_marry(r, household, self.families)
                    yield household, r
                left -= len(group)

    def _household(self, r: random.Random, house: House, members: list[Member]) -> Household:
        self.made += 1
        return Household(
            id=f"H{self.made:07d}",
            number=self.made,
            house=house,
            members=members,
            needs=draw_needs(r, members),
            sources=_draw_sources(r),
            logbook_no=f"LB32{self.made:08d}",
        )

    def _house(self, r: random.Random, tambon: str) -> House:
        self.houses += 1
        number = str(r.randint(1, 260)) + (f"/{r.randint(1, 9)}" if r.random() < 0.25 else "")
        return House(house_code(r, self.houses, tambon), number, self.places.take(tambon))

    def _two_families(self, r: random.Random, tambon: str) -> list[Household]:
        """Two true households, often kin, under one house code; the logbook lists them as two families."""
        house = self._house(r, tambon)
        first = self._household(r, house, self.families.make(r))
        kin = first.members[0].person.last if r.random() < 0.6 else None
        second = self._household(r, house, self.families.make(r, kin))
        for household in (first, second):
            household.flags.append("two_families")
            if r.random() < 0.6 and "mso_logbook" not in household.sources:
                household.sources = tuple(
                    source for source in SOURCES if source in {"mso_logbook", *household.sources[1:]}
                )
        first.shares_house_with, second.shares_house_with = second.id, first.id
        second.survey_id = f"J{house.place.tambon}{second.number:07d}"
        if "mso_logbook" in first.sources:
            second.logbook_no, second.family_seq = first.logbook_no, 2
        return [first, second]

    def _splitting(self, r: random.Random, tambon: str) -> list[Household]:
        """A household whose younger family becomes a household of its own in a later year."""
        elders, leaving = self.families.make_joint(r)
        year = r.randint(FIRST_FISCAL_YEAR + 1, LAST_FISCAL_YEAR)
        house = self._house(r, tambon)
        stays_in_house = r.random() < 0.5
        first = self._household(r, house, [*elders, *leaving])
        second = self._household(r, house if stays_in_house else self._house(r, tambon), [])
        relation = {"child": "head", "child_in_law": "spouse", "grandchild": "child"}
        second.members = [Member(member.person, relation[member.relation], joined=year) for member in leaving]
        second.needs = draw_needs(r, second.members)
        for member in leaving:
            member.left = year
        first.parts = second.founded = year
        first.flags.append("split")
        second.flags.append("split_off")
        second.split_from = first.id
        if stays_in_house:
            second.survey_id = f"J{tambon}{second.number:07d}"
            if "mso_logbook" in first.sources:
                second.logbook_no, second.family_seq = first.logbook_no, 2
        return [first, second]

    def _maybe_move(self, r: random.Random, household: Household, tambons: list[str]) -> None:
        if r.random() >= MOVES:
            return
        here = household.house.place.tambon
        roll = r.random()
        if roll < 0.3:
            target = here
        elif roll < 0.7:
            target = r.choice([tambon for tambon in tambons if tambon[:4] == here[:4]])
        else:
            target = r.choice(tambons)
        household.moves = r.randint(FIRST_FISCAL_YEAR + 1, LAST_FISCAL_YEAR)
        household.new_house = self._house(r, target)
        household.flags.append("moved" if target[:4] == here[:4] else "moved_amphoe")


def _draw_sources(r: random.Random) -> tuple[str, ...]:
    """The databases the household is in: 70, 22, 6 and 2 % of households are in one, two, three and four."""
    roll = r.random()
    number = next(count for limit, count in _IN_SO_MANY if roll < limit)
    weights = dict(SOURCE_WEIGHTS)
    chosen: set[str] = set()
    for _ in range(number):
        source = r.choices(list(weights), list(weights.values()))[0]
        chosen.add(source)
        del weights[source]
    return tuple(source for source in SOURCES if source in chosen)


def _maybe_marry(r: random.Random, household: Household, families: Families) -> None:
    for member in household.members:
        person = member.person
        grown = 1990 <= person.born.year <= 2003
        if (
            person.sex == "f"
            and member.relation == "child"
            and grown
            and not person.married
            and r.random() < MARRIES * 4
        ):
            person.marries = r.randint(FIRST_FISCAL_YEAR + 1, LAST_FISCAL_YEAR)
            person.married_last = families.names.family(r)
            household.flags.append("marriage")
