"""What speaks for and against two members being one person, field by field, as the model in force weighs it. Pure."""

from collections.abc import Mapping, Sequence

from hub.api.answers import UNSET
from hub.api.answers_links import FieldEvidence, MemberPair, Weighing
from hub.api.link_records import KnownMember, KnownRecord
from hub.api.link_words import FIELDS_TH, LEVELS_TH
from projections.linkage.evidence import MemberPair as Weighed
from projections.linkage.evidence import explain_members
from projections.linkage.features import MemberFeatures
from projections.linkage.weighing import Weigher

PLACE = ("dwelling", "area")
MILLI = 1000


def weigh(weigher: Weigher, left: KnownRecord, a: KnownMember, right: KnownRecord, b: KnownMember) -> Weighed:
    """Two members weighed by what their records say now, whatever people decided."""
    return explain_members(
        weigher, (left.features, _features(left, a)), (right.features, _features(right, b))
    )


def _features(record: KnownRecord, member: KnownMember) -> MemberFeatures:
    return next(one for one in record.features.members if one.member == member.number)


def to_weighing(
    weigher: Weigher,
    judged: Weighed,
    left: tuple[KnownRecord, KnownMember],
    right: tuple[KnownRecord, KnownMember],
    *,
    personal: bool,
) -> Weighing:
    """A judgement as it is shown; raw values only where they may be seen."""
    strangers = judged.against == "strangers"
    a, b = raw_values(*left), raw_values(*right)
    fields = [
        to_field(
            said.field,
            said.level,
            said.strangers + said.rare if strangers else said.relatives,
            a,
            b,
            personal=personal,
        )
        for said in judged.evidence
    ]
    return Weighing(
        model=weigher.model.model_id,
        bits=judged.score / MILLI,
        start_bits=judged.prior / MILLI,
        link_bits=weigher.model.link / MILLI,
        review_bits=weigher.model.review / MILLI,
        band=judged.band,
        against=judged.against,
        vetoed=judged.reason == "both_citizen_ids_valid_and_different",
        contradicts=judged.reason == "citizen_id_contradicted",
        fields=fields,
    )


def to_field(
    name: str,
    level: str,
    weight: int,
    a: Mapping[str, str | None],
    b: Mapping[str, str | None],
    *,
    personal: bool,
) -> FieldEvidence:
    """One field with its words."""
    return FieldEvidence(
        field=name,
        field_th=FIELDS_TH.get(name, name),
        level=level,
        level_th=LEVELS_TH.get(level, level),
        bits=weight / MILLI,
        a=a.get(name) if personal else UNSET,
        b=b.get(name) if personal else UNSET,
    )


def raw_values(record: KnownRecord, member: KnownMember) -> dict[str, str | None]:
    """The values as the source gave them, by field."""
    said, house = member.member, record.house
    place = (
        []
        if house is None
        else [house.house_code, house.house_no, None if house.moo is None else f"ม.{house.moo}"]
    )
    facts = record.newest.facts
    found: dict[str, str | None] = {
        "dwelling": " · ".join(part for part in place if part) or None,
        "area": facts.tambon or facts.amphoe,
    }
    if said is not None:
        birth = said.birth
        found |= {
            "first": said.first_name or None,
            "last": said.last_name or None,
            "sex": said.sex,
            "citizen": said.citizen_id,
            "birth": None
            if birth is None
            else "-".join(f"{part:02}" for part in (birth.year, birth.month, birth.day) if part),
        }
    return found


def best_pairs(
    weigher: Weigher, left: KnownRecord, right: KnownRecord, *, personal: bool
) -> list[MemberPair]:
    """The members of two records that fit best, each once, the best first; only pairs at the review floor, or of one person already."""
    judged = [(weigh(weigher, left, a, right, b), a, b) for a in left.members for b in right.members]
    judged = [one for one in judged if one[0].band != "none" or one[1].person == one[2].person]
    judged.sort(key=lambda one: (one[1].person != one[2].person, -one[0].score, one[1].number, one[2].number))
    used: set[int] = set()
    found: list[MemberPair] = []
    for judgement, a, b in judged:
        if a.number in used or b.number in used:
            continue
        used |= {a.number, b.number}
        weighing = to_weighing(weigher, judgement, (left, a), (right, b), personal=personal)
        found.append(MemberPair(a=a.id, b=b.id, together=a.person == b.person, weighing=weighing))
    return found


def address_of(
    weigher: Weigher, left: KnownRecord, right: KnownRecord, *, personal: bool
) -> list[FieldEvidence]:
    """What both records say of the place; empty where one lists nobody."""
    pairs: Sequence[tuple[KnownMember, KnownMember]] = [
        (a, b) for a in left.members[:1] for b in right.members[:1]
    ]
    return [
        field
        for a, b in pairs
        for field in to_weighing(
            weigher, weigh(weigher, left, a, right, b), (left, a), (right, b), personal=personal
        ).fields
        if field.field in PLACE
    ]
