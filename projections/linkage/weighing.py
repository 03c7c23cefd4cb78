"""One pair of members weighed under a model: equal to the thousandth of a bit to `model.judge` and to the columns of `scoring`.

What both records say of their place is weighed once for all their members; a pair that can no longer reach the floor is left early.
"""

from functools import lru_cache
from typing import NamedTuple

from projections.linkage import levels
from projections.linkage.features import MemberFeatures, RecordFeatures, area_of, dwelling_of
from projections.linkage.houses import OTHER, SAME, UNKNOWN
from projections.linkage.model import (
    BOTH_VALID_AND_DIFFERENT,
    DIFFERENT_BIRTH,
    DIFFERENT_NAME,
    Comparison,
    LinkModel,
    rare_level,
    rare_weight,
    token_key,
)
from projections.linkage.scoring import VETO
from projections.linkage.traits import Value, field, rare_token

FIELDS = (
    ("citizen", "citizen"),
    ("birth", "birth"),
    ("first", "name"),
    ("last", "name"),
    ("sex", "sex"),
    ("dwelling", "dwelling"),
    ("area", "area"),
)
"""What the hub's own records are compared by, and the kind of each."""
SAME_HOUSE, OTHER_TAMBON = 2, 4
"""Up to which level two dwellings are one house, and from which level two areas are two tambons."""
Levels = tuple[int, ...]
"""A level for each of FIELDS; 0 where one of the two has no value."""
CACHED = 262_144


class Place(NamedTuple):
    """What two records say of each other's place: levels, their weights with the prior, and the address in one word."""

    dwelling: int
    area: int
    strangers: int
    relatives: int
    relatives_prior: int
    address: int


class Weighed(NamedTuple):
    """A pair's score (VETO where the model forbids it), its levels, and whether an equal id is contradicted.

    `context` is the score among people known to live in one household: strangers are out of the question, the place says nothing.
    """

    score: int
    levels: Levels
    contradicts: bool
    context: int


class _Weights(NamedTuple):
    strangers: tuple[int, ...]
    relatives: tuple[int, ...]
    best: int


def _weights(comparison: Comparison | None, kind: str, name: str) -> _Weights:
    if comparison is None:
        nothing = (0,) * len(field(name, kind).levels)
        return _Weights(nothing, nothing, 0)
    return _Weights(comparison.strangers, comparison.relatives, max(comparison.relatives))


@lru_cache(CACHED)
def _first_level(a: str, a_last: str, b: str, b_last: str) -> int:
    return levels.name((a, a_last), (b, b_last)) if a and b else 0


@lru_cache(CACHED)
def _birth_level(a: levels.BirthValue, b: levels.BirthValue) -> int:
    return levels.birth(a, b)


def birth_of(member: MemberFeatures) -> levels.BirthValue | None:
    """The birth date as `levels.birth` compares it."""
    return (member.year, member.month or 0, member.day or 0) if member.year else None


def _citizen_level(a: MemberFeatures, b: MemberFeatures) -> int:
    if a.digits is None or b.digits is None:
        return 0
    if a.digits == b.digits:
        return 1
    if a.valid and b.valid:
        return BOTH_VALID_AND_DIFFERENT
    return levels.citizen((a.digits, a.valid), (b.digits, b.valid))


def values_of(record: RecordFeatures, member: MemberFeatures) -> dict[str, Value]:
    """The values of one member by comparison, as a model is trained on and `model.judge` compares."""
    found: dict[str, Value | None] = {
        "first": (member.first, member.last) if member.first else None,
        "last": (member.last, member.first) if member.last else None,
        "birth": birth_of(member),
        "sex": member.sex,
        "citizen": (member.digits, member.valid) if member.digits is not None else None,
        "dwelling": dwelling_of(record),
        "area": area_of(record),
    }
    return {name: value for name, value in found.items() if value is not None}


def _address(
    here: levels.DwellingValue | None, there: levels.DwellingValue | None, dwelling: int, area: int
) -> int:
    """One house code is one address; two tambons are two, whatever their numbers of houses say."""
    if here and there and here[0] and here[0] == there[0]:
        return SAME
    if area >= OTHER_TAMBON:
        return OTHER
    if not (dwelling and area):
        return UNKNOWN
    return SAME if dwelling <= SAME_HOUSE else OTHER


class Weigher:
    """A model made ready for one pair after another. Pure: what it remembers only saves time."""

    def __init__(self, model: LinkModel) -> None:
        self.model = model
        self._known = {comparison.field.name: comparison for comparison in model.comparisons}
        table = {name: _weights(self._known.get(name), kind, name) for name, kind in FIELDS}
        self._citizen, self._birth, self._first = table["citizen"], table["birth"], table["first"]
        self._last, self._sex = table["last"], table["sex"]
        self._dwelling, self._area = table["dwelling"], table["area"]
        self._after_birth = self._first.best + self._last.best + self._sex.best
        self._after_first = self._last.best + self._sex.best
        self.rare = lru_cache(CACHED)(self._rare)

    def _rare(self, name: str, kind: str, a: Value, b: Value) -> int:
        """What the rarity of an agreeing value adds against strangers."""
        comparison = self._known.get(name)
        if comparison is None or not comparison.field.rare_counts:
            return 0
        count = max(
            comparison.common.get(token_key(name, rare_token(kind, value)), comparison.unlisted)
            for value in (a, b)
        )
        return rare_weight(comparison.usual, count / comparison.known)

    def place(self, a: RecordFeatures, b: RecordFeatures) -> Place:
        """What two records say of each other's place."""
        here, there = (dwelling_of(a), area_of(a)), (dwelling_of(b), area_of(b))
        dwelling = levels.dwelling(here[0], there[0]) if here[0] and there[0] else 0
        area = levels.area(here[1], there[1]) if here[1] and there[1] else 0
        prior = self.model.within if a.source == b.source else self.model.across
        strangers = prior.strangers + self._dwelling.strangers[dwelling] + self._area.strangers[area]
        if 0 < dwelling <= rare_level("dwelling"):
            strangers += self.rare("dwelling", "dwelling", here[0], there[0])
        if 0 < area <= rare_level("area"):
            strangers += self.rare("area", "area", here[1], there[1])
        relatives = prior.relatives + self._dwelling.relatives[dwelling] + self._area.relatives[area]
        address = _address(here[0], there[0], dwelling, area)
        return Place(dwelling, area, strangers, relatives, prior.relatives, address)

    def weigh(self, a: MemberFeatures, b: MemberFeatures, place: Place, floor: int) -> Weighed | None:
        """The pair weighed, None when its score is below `floor`; the same for (a, b) and (b, a). A vetoed pair scores VETO."""
        citizen = _citizen_level(a, b)
        if citizen == BOTH_VALID_AND_DIFFERENT and floor > VETO:
            return None
        has_relatives = self.model.has_relatives
        birth_a, birth_b = birth_of(a), birth_of(b)
        birth = _birth_level(birth_a, birth_b) if birth_a is not None and birth_b is not None else 0
        relatives = place.relatives + self._citizen.relatives[citizen] + self._birth.relatives[birth]
        # An equal id that is contradicted is held at the review floor, so only others may be left early.
        early = has_relatives and citizen != 1
        if early and relatives + self._after_birth < floor:
            return None
        first = _first_level(a.first, a.last, b.first, b.last)
        relatives += self._first.relatives[first]
        if early and relatives + self._after_first < floor:
            return None
        last = _first_level(a.last, a.first, b.last, b.first)
        sex = 0 if a.sex is None or b.sex is None else (1 if a.sex == b.sex else 2)
        relatives += self._last.relatives[last] + self._sex.relatives[sex]
        strangers = place.strangers + self._strangers(a, b, (citizen, birth, first, last, sex))
        found = (citizen, birth, first, last, sex, place.dwelling, place.area)
        return self._settled(found, strangers, relatives, place, valid=a.valid, floor=floor)

    def _strangers(self, a: MemberFeatures, b: MemberFeatures, found: Levels) -> int:
        citizen, birth, first, last, sex = found
        total = (
            self._citizen.strangers[citizen]
            + self._birth.strangers[birth]
            + self._first.strangers[first]
            + self._last.strangers[last]
            + self._sex.strangers[sex]
        )
        if citizen == 1:
            total += self.rare("citizen", "citizen", (a.digits, a.valid), (b.digits, b.valid))
        if 0 < birth <= rare_level("birth"):
            total += self.rare("birth", "birth", birth_of(a), birth_of(b))
        if first == 1:
            total += self.rare("first", "name", (a.first, ""), (b.first, ""))
        if last == 1:
            total += self.rare("last", "name", (a.last, ""), (b.last, ""))
        return total

    def _settled(
        self, found: Levels, strangers: int, relatives: int, place: Place, *, valid: bool, floor: int
    ) -> Weighed | None:
        model = self.model
        score = min(strangers, relatives) if model.has_relatives else strangers
        alone = relatives - place.relatives + place.relatives_prior
        context = alone if model.has_relatives else strangers
        contradicts = _contradicts(found, valid=valid)
        if contradicts:
            score = max(min(score, model.link - 1), model.review)
            context = min(context, score)
        if found[0] == BOTH_VALID_AND_DIFFERENT:
            score = context = VETO
        if score < floor:
            return None
        return Weighed(score, found, contradicts, context)

    def judged(self, a: MemberFeatures, b: MemberFeatures, place: Place) -> Weighed:
        """The pair weighed whatever its score."""
        found = self.weigh(a, b, place, 2 * VETO)
        assert found is not None  # noqa: S101 - nothing is below twice the veto
        return found


def _contradicts(found: Levels, *, valid: bool) -> bool:
    citizen, birth, first, last = found[:4]
    if citizen != 1 or birth != DIFFERENT_BIRTH or first != DIFFERENT_NAME:
        return False
    return valid or last == DIFFERENT_NAME


@lru_cache(CACHED)
def said(found: Levels) -> str:
    """The levels in words, those that compared something: `citizen.equal birth.equal first.sounds_equal`."""
    words = [
        f"{name}.{field(name, kind).levels[level]}"
        for (name, kind), level in zip(FIELDS, found, strict=True)
        if level
    ]
    return " ".join(words)
