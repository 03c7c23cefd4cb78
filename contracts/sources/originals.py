"""What the sources themselves said of the five needs, and what a crosswalk makes of it. Pure.

The originals of a record are kept apart from their meaning, so that other rules can read them again: TPMAP's answers and
MSO-Logbook's dimensions in the cells, Thai QM's problems and PPPConnext's components in the indicators, its capital means in the
scores, and its members' own words in their attributes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from contracts.needs import (
    CROSSWALK,
    Crosswalk,
    need_from_words,
    needs_from_capitals,
    needs_from_components,
    needs_from_problems,
    needs_of,
)
from contracts.records import NEEDS, House, Member, Need
from contracts.sources.cells import text_of

DIMENSIONS: Mapping[str, Need] = {
    "dim_income": "income",
    "dim_housing": "living",
    "dim_health": "health",
    "dim_education": "education",
    "dim_access": "accessibility",
}
WORDED: tuple[Need, ...] = ("health", "education")
Texts = tuple[str, ...]


class Originals(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """`texts`: what is said of the household. `scores`: by component or capital. `members`: each one's texts, empty for one who says nothing.

    The places of texts are NEEDS (tpmap), WORDED (pppconnext members) or DIMENSIONS (mso_logbook); thaiqm lists its problems.
    """

    texts: Texts = ()
    components: dict[str, float] = {}
    capitals: dict[str, float] = {}
    members: tuple[Texts, ...] = ()


NOTHING_SAID = Originals()
_ENCODER = msgspec.msgpack.Encoder(order="sorted")
_DECODER = msgspec.msgpack.Decoder(Originals)


def needs_of_record(
    source: str, house: House | None, members: Sequence[Member | None], crosswalk: Crosswalk
) -> dict[Need, bool]:
    """The needs that a record speaks of, as this crosswalk reads it: True a need, False none, absent unknown. None stands for what is erased."""
    return _mean(source, _read(source, house, members), crosswalk)


def with_needs(source: str, house: House, members: Sequence[Member]) -> House:
    """The house with the needs that the crosswalk of this version makes of the record."""
    return msgspec.structs.replace(house, needs=needs_of_record(source, house, members, CROSSWALK))


def originals_of(source: str, house: House | None, members: Sequence[Member | None]) -> bytes:
    """All that a crosswalk may read of a record; equal input gives equal bytes, b"" where nothing is said."""
    return _pack(_read(source, house, members))


def needs_from_originals(source: str, originals: bytes, crosswalk: Crosswalk) -> dict[Need, bool]:
    """`needs_of_record` from the originals alone."""
    return _mean(source, _DECODER.decode(originals), crosswalk) if originals else {}


def originals_without(originals: bytes, erased: Collection[int]) -> bytes:
    """The originals when the members at these places (from 0) are erased: as `originals_of` gives them with None there."""
    if not originals:
        return originals
    known = _DECODER.decode(originals)
    left = (() if place in erased else texts for place, texts in enumerate(known.members))
    return _pack(msgspec.structs.replace(known, members=_trimmed(left)))


def _pack(originals: Originals) -> bytes:
    return b"" if originals == NOTHING_SAID else _ENCODER.encode(originals)


def _read(source: str, house: House | None, members: Sequence[Member | None]) -> Originals:
    reader = _READERS.get(source)
    return NOTHING_SAID if house is None or reader is None else reader(house, members)


def _trimmed(members: Iterable[Texts]) -> tuple[Texts, ...]:
    """The members' texts; nothing where none of them says anything."""
    found = tuple(texts if any(texts) else () for texts in members)
    return found if any(found) else ()


def _read_tpmap(_house: House, members: Sequence[Member | None]) -> Originals:
    said = (() if m is None else tuple(text_of(m.cells, need) for need in NEEDS) for m in members)
    return Originals(members=_trimmed(said))


def _read_pppconnext(house: House, members: Sequence[Member | None]) -> Originals:
    """Where the form has components, these alone count."""
    components = house.indicators.get("components")
    if isinstance(components, dict) and components:
        return Originals(components=msgspec.convert(components, dict[str, float]))
    capitals = {name: score for name, score in house.scores.items() if name != "mean"}
    said = (() if m is None else tuple(m.attributes.get(need, "") for need in WORDED) for m in members)
    return Originals(capitals=capitals, members=_trimmed(said))


def _read_thaiqm(house: House, _members: Sequence[Member | None]) -> Originals:
    problems = house.indicators.get("problems")
    return Originals(texts=msgspec.convert(problems, Texts)) if problems else NOTHING_SAID


def _read_mso_logbook(house: House, members: Sequence[Member | None]) -> Originals:
    """A dimension is the household's; a row that says otherwise keeps its own."""
    own = tuple(text_of(house.cells, column) for column in DIMENSIONS)
    said = (() if m is None else tuple(text_of(m.cells, column) for column in DIMENSIONS) for m in members)
    return Originals(texts=own if any(own) else (), members=_trimmed(said))


def _mean(source: str, originals: Originals, crosswalk: Crosswalk) -> dict[Need, bool]:
    match source:
        case "tpmap":
            return _answers(originals, NEEDS, crosswalk.tpmap_words)
        case "mso_logbook":
            return _answers(originals, tuple(DIMENSIONS.values()), crosswalk.dimension_words)
        case "thaiqm":
            return needs_from_problems(originals.texts, crosswalk)[0]
        case _:
            return _mean_pppconnext(originals, crosswalk)


def _answers(originals: Originals, places: Sequence[Need], meanings: Mapping[str, bool]) -> dict[Need, bool]:
    answers: dict[Need, list[bool]] = {}
    for texts in (originals.texts, *originals.members):
        for need, text in zip(places, texts, strict=False):
            answer = meanings.get(text) if text else None
            if answer is not None:
                answers.setdefault(need, []).append(answer)
    return needs_of(answers)


def _mean_pppconnext(originals: Originals, crosswalk: Crosswalk) -> dict[Need, bool]:
    """From the components where the form has them; else from the capital means, and above them the members' own words."""
    if originals.components:
        return needs_from_components(originals.components, crosswalk)
    found = needs_from_capitals(originals.capitals, crosswalk)
    meanings = (crosswalk.health_words, crosswalk.education_words)
    for place, (need, words) in enumerate(zip(WORDED, meanings, strict=True)):
        answer = need_from_words([texts[place] if texts else "" for texts in originals.members], words)
        if answer is not None:
            found[need] = answer
    return {need: found[need] for need in NEEDS if need in found}


_READERS: Mapping[str, Callable[[House, Sequence[Member | None]], Originals]] = {
    "tpmap": _read_tpmap,
    "pppconnext": _read_pppconnext,
    "thaiqm": _read_thaiqm,
    "mso_logbook": _read_mso_logbook,
}
