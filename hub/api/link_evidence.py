"""What speaks for and against two members being one person, field by field, as the model in force weighs it. Pure."""

import functools
from collections.abc import Mapping, Sequence

import msgspec

from hub.api.answers import UNSET
from hub.api.answers_links import FieldEvidence, MemberPair, Weighing
from hub.api.link_records import KnownMember, KnownRecord
from hub.api.link_words import FIELDS_TH, LEVELS_TH
from projections.linkage.default import default_model
from projections.linkage.features import MemberFeatures
from projections.linkage.model import Judgement, LinkModel, judge
from projections.linkage.weighing import values_of

PLACE = ("dwelling", "area")
MILLI = 1000


@functools.lru_cache(8)
def read_model(document: str | None) -> LinkModel:
    """The model in a document; None is the shipped one."""
    return default_model() if document is None else msgspec.json.decode(document, type=LinkModel)


def weigh(
    model: LinkModel, left: KnownRecord, a: KnownMember, right: KnownRecord, b: KnownMember
) -> Judgement:
    """Two members judged by the model, by what their records say now."""
    return judge(
        model,
        values_of(left.features, _features(left, a)),
        values_of(right.features, _features(right, b)),
        one_source=left.source == right.source,
        one_record=left.record == right.record,
    )


def _features(record: KnownRecord, member: KnownMember) -> MemberFeatures:
    return next(one for one in record.features.members if one.member == member.number)


def to_weighing(
    model: LinkModel,
    judged: Judgement,
    left: tuple[KnownRecord, KnownMember],
    right: tuple[KnownRecord, KnownMember],
    *,
    personal: bool,
) -> Weighing:
    """A judgement as it is shown; raw values only where they may be seen."""
    prior = model.within if left[0].source == right[0].source else model.across
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
        model=model.model_id,
        bits=judged.score / MILLI,
        start_bits=(prior.strangers if strangers else prior.relatives) / MILLI,
        link_bits=model.link / MILLI,
        review_bits=model.review / MILLI,
        band=judged.band,
        against=judged.against,
        vetoed=judged.vetoed,
        contradicts=judged.contradicts,
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
    model: LinkModel, left: KnownRecord, right: KnownRecord, *, personal: bool
) -> list[MemberPair]:
    """The members of two records that fit best, each once, the best first; only pairs at the review floor, or of one person already."""
    judged = [(weigh(model, left, a, right, b), a, b) for a in left.members for b in right.members]
    judged = [one for one in judged if one[0].band != "none" or one[1].person == one[2].person]
    judged.sort(key=lambda one: (one[1].person != one[2].person, -one[0].score, one[1].number, one[2].number))
    used: set[int] = set()
    found: list[MemberPair] = []
    for judgement, a, b in judged:
        if a.number in used or b.number in used:
            continue
        used |= {a.number, b.number}
        weighing = to_weighing(model, judgement, (left, a), (right, b), personal=personal)
        found.append(MemberPair(a=a.id, b=b.id, together=a.person == b.person, weighing=weighing))
    return found


def address_of(
    model: LinkModel, left: KnownRecord, right: KnownRecord, *, personal: bool
) -> list[FieldEvidence]:
    """What both records say of the place; empty where one lists nobody."""
    pairs: Sequence[tuple[KnownMember, KnownMember]] = [
        (a, b) for a in left.members[:1] for b in right.members[:1]
    ]
    return [
        field
        for a, b in pairs
        for field in to_weighing(
            model, weigh(model, left, a, right, b), (left, a), (right, b), personal=personal
        ).fields
        if field.field in PLACE
    ]
