"""The model: what every level of every comparison is worth, in whole thousandths of a bit, and how one pair is judged by it.

A pair is weighed against two worlds in which it would not be one person: two strangers, and two relatives of one house, who share surname
and address. The score is the smaller of the two, so that what families share never counts twice.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from projections.linkage.candidates import key_of
from projections.linkage.traits import FUNCTIONS, Field, Value, rare_token

Band = Literal["link", "undecided", "none"]
Version = Literal["fellegi-sunter@1"]
RARE_LIMIT = 12_000
"""How much, at most, the rarity or commonness of a value can add or take (thousandths of a bit)."""
BOTH_VALID_AND_DIFFERENT = 5


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison as learnt. `strangers` and `relatives` are the weights per level.

    `common` counts the members per value (by key, only of values that several have) among `known` members with a value; a value that is not
    there counts `unlisted`.
    """

    field: Field
    strangers: tuple[int, ...]
    relatives: tuple[int, ...]
    matches: tuple[float, ...]
    chance: tuple[float, ...]
    known: int
    usual: float
    common: dict[str, int] = {}
    unlisted: int = 1


class Prior(msgspec.Struct, frozen=True, kw_only=True):
    """What is known before comparing: log odds against strangers and against relatives, in one source and across sources."""

    strangers: int
    relatives: int


class LinkModel(msgspec.Struct, frozen=True, kw_only=True):
    """All that a score depends on; the payload of `linkmodel.published`.

    `link` is the cut from which clusters are joined, `review` the floor below which a pair is nothing. `group` is the prior (at most 0) that
    eases the cut for groups that meet in several pairs (`projections/linkage/grouping.py`).
    """

    model_id: str
    version: Version = "fellegi-sunter@1"
    norm: str
    seed: int
    recipes: tuple[tuple[str, ...], ...]
    comparisons: tuple[Comparison, ...]
    within: Prior
    across: Prior
    review: int
    link: int
    group: int
    has_relatives: bool


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What one comparison said: the name of the level, and its weight against strangers and relatives."""

    field: str
    level: str
    strangers: int
    relatives: int
    rare: int = 0


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """One pair judged. `against` names the world that the score was measured against; `vetoed` that it can never be linked by itself."""

    score: int
    band: Band
    against: Literal["strangers", "relatives"]
    vetoed: bool
    contradicts: bool
    evidence: tuple[Evidence, ...]


def token_key(name: str, token: Value) -> str:
    """The name under which a value's count stands in the model: a hash, because values are personal."""
    return format(key_of((name,), (token,)) & 0xFFFFFFFFFFFFFFFF, "016x")


def rare_weight(usual: float, share: float) -> int:
    """What agreeing on a value that this share of members has adds to agreeing on any value."""
    return max(-RARE_LIMIT, min(RARE_LIMIT, round(1000 * math.log2(usual / share))))


def rare_level(kind: str) -> int:
    """The weakest level at which rarity counts: two dates that are equal but unsure are still one value."""
    return 2 if kind in ("birth", "date") else 1


def _evidence(comparison: Comparison, a: Value | None, b: Value | None) -> tuple[int, Evidence]:
    described = comparison.field
    level = 0 if a is None or b is None else FUNCTIONS[described.kind](a, b)
    rare = 0
    if described.rare_counts and 0 < level <= rare_level(described.kind):
        count = max(
            comparison.common.get(
                token_key(described.name, rare_token(described.kind, value)), comparison.unlisted
            )
            for value in (a, b)
        )
        rare = rare_weight(comparison.usual, count / comparison.known)
    return level, Evidence(
        field=described.name,
        level=described.levels[level],
        strangers=comparison.strangers[level],
        relatives=comparison.relatives[level],
        rare=rare,
    )


DIFFERENT_NAME, DIFFERENT_BIRTH = 7, 11


def contradicts(levels: Mapping[str, int], *, valid: bool) -> bool:
    """Whether an equal citizen id stands against another name and another birth: a borrowed id, to be seen by people.

    For an id whose check digit vouches for it the first name is enough (families share the last one); any other number must be
    contradicted by every part of the name.
    """
    if (
        levels.get("citizen") != 1
        or levels.get("birth") != DIFFERENT_BIRTH
        or levels.get("first") != DIFFERENT_NAME
    ):
        return False
    return valid or levels.get("last") == DIFFERENT_NAME


def judge(
    model: LinkModel,
    a: Mapping[str, Value],
    b: Mapping[str, Value],
    *,
    one_source: bool,
    one_record: bool = False,
) -> Judgement:
    """The judgement of two members by their values; the same for (a, b) and (b, a).

    Two members of one record, and two with different valid citizen ids, are vetoed. An equal citizen id with contradicting name and
    birth is never more than undecided.
    """
    levels: dict[str, int] = {}
    evidence: list[Evidence] = []
    for comparison in model.comparisons:
        name = comparison.field.name
        levels[name], said = _evidence(comparison, a.get(name), b.get(name))
        evidence.append(said)
    prior = model.within if one_source else model.across
    strangers = prior.strangers + sum(said.strangers + said.rare for said in evidence)
    relatives = prior.relatives + sum(said.relatives for said in evidence)
    against = "relatives" if model.has_relatives and relatives < strangers else "strangers"
    score = relatives if against == "relatives" else strangers
    vetoed = one_record or levels.get("citizen") == BOTH_VALID_AND_DIFFERENT
    contradicting = contradicts(levels, valid=bool(a.get("citizen", ("", False))[1]))
    if contradicting:
        score = max(min(score, model.link - 1), model.review)
    return Judgement(
        score=score,
        band=_band(model, score, vetoed=vetoed),
        against=against,
        vetoed=vetoed,
        contradicts=contradicting,
        evidence=tuple(evidence),
    )


def _band(model: LinkModel, score: int, *, vetoed: bool) -> Band:
    if vetoed or score < model.review:
        return "none"
    return "link" if score >= model.link else "undecided"


def with_cut(model: LinkModel, link: int) -> LinkModel:
    """The same model with another cut."""
    return msgspec.structs.replace(model, link=link)


def names_of(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    """The comparisons by name, in their order."""
    return tuple(comparison.field.name for comparison in comparisons)
