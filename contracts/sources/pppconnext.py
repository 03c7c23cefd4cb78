"""PPPConnext, the five-capital survey of the area universities: one JSON object per household, its members inside.

Declared by this project, modelled on published dimensions; not an official layout.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from contracts.codes import fault
from contracts.ids import house_pseudonym
from contracts.needs import CROSSWALK_VERSION
from contracts.records import House, Member, Record
from contracts.sources.cells import (
    first_texts,
    house_key,
    kept_cells,
    key_text,
    period_or_none,
    read_house_no,
    read_level,
    read_moment,
    read_moo,
    refuse_crowd,
    settle_period,
    text_of,
    without_repeats,
)
from contracts.sources.contract import Cells, Context, DeliveredRow, RecordContract, RowFault
from contracts.sources.originals import with_needs
from contracts.sources.people import MemberKeys, find_head, head_key, name_of, read_member
from contracts.sources.pppconnext_columns import (
    COLUMNS,
    HEAD_COLUMNS,
    HOUSE_ATTRIBUTES,
    HOUSE_TEXTS,
    MEMBER_ATTRIBUTES,
    MEMBER_NAMES,
    MEMBER_SCALARS,
    NAMES,
    SCALARS,
    SCORE_NAMES,
    WELFARE_NAMES,
)
from contracts.thai.house_code import SCIENTIFIC, parse_house_code
from contracts.thai.names import normal_name, read_name
from contracts.thai.points import parse_point

VERSION = 1
LOWEST_SCORE, HIGHEST_SCORE = 1.0, 4.0
LEVELS: Mapping[str, int] = {"อยู่ลำบาก": 1, "อยู่ยาก": 2, "พออยู่ได้": 3, "อยู่พอได้": 3, "อยู่ดี": 4}


def identity(cells: Cells) -> str | None:
    """The form code, else `house code|head's name`."""
    cells = NAMES.rename(cells)
    form_code = text_of(cells, "form_code")
    if form_code:
        return key_text(form_code) or None
    code_text = text_of(cells, "house_code")
    code = "" if SCIENTIFIC.match(code_text) is not None else house_key(code_text)
    head = head_key("", read_name("", text_of(cells, "head_first"), text_of(cells, "head_last")))
    return f"{code}|{head}" if code and head else None


def _period_text(cells: Cells) -> str:
    year, number = text_of(cells, "survey_year_be"), text_of(cells, "survey_round")
    return f"{year}-{number.split('.')[0]}" if year and number else year


def period(cells: Cells) -> str | None:
    """Year and round of the survey, `2566-1`."""
    return period_or_none(_period_text(NAMES.rename(cells)))


def build(rows: Sequence[DeliveredRow], context: Context) -> Record:
    """One household from its object; a later object of the same form and period stands for the earlier ones."""
    if not rows:
        raise RowFault(fault("ROWS_EMPTY", "rows"))
    row = rows[-1]
    delivered = NAMES.rename(row.cells)
    own = {name: value for name, value in delivered.items() if name != "members"}
    cells = kept_cells(own, row.row, SCALARS)
    record_key = identity(cells)
    if record_key is None:
        expected = "form_code, house_code + head_first + head_last"
        raise RowFault(fault("NO_IDENTITY", "form_code", row=row.row, expected=expected))
    named = settle_period((_period_text(cells),), "survey_year_be", row.row, context)
    moment = [(row.row, text_of(cells, "surveyed_at"))]
    happened_at, date_flags = read_moment(moment, "surveyed_at", named, context)
    members, member_flags = _members(delivered.get("members"), cells, row.row, context)
    flags = (*date_flags, *member_flags, *(("ROWS_REPEATED",) if len(rows) > 1 else ()))
    house = _house(record_key, cells, row.row, flags, context)
    return Record(
        source="pppconnext",
        record_key=record_key,
        period=named,
        happened_at=happened_at,
        house=with_needs("pppconnext", house, members),
        members=members,
    )


def _member_cells(listed: object, row: int) -> list[dict[str, object]]:
    if listed is None or listed == "":
        return []
    if not isinstance(listed, list):
        raise RowFault(fault("FIELD_TYPE", "members", row=row, expected="a list"))
    people = cast("list[object]", listed)
    refuse_crowd(len(people), "members", row)
    own: list[dict[str, object]] = []
    for place, person in enumerate(people):
        if not isinstance(person, dict):
            raise RowFault(fault("FIELD_TYPE", f"members[{place}]", row=row, expected="an object"))
        personal = cast("dict[str, object]", person)
        kept = kept_cells(MEMBER_NAMES.rename(personal), row, MEMBER_SCALARS)
        welfare = kept.get("welfare")
        if isinstance(welfare, list):
            kept["welfare"] = [_welfare(item) for item in cast("list[object]", welfare)]
        own.append(kept)
    return own


def _welfare(item: object) -> object:
    return WELFARE_NAMES.rename(cast("dict[str, object]", item)) if isinstance(item, dict) else item


def _members(
    people: object, cells: Cells, row: int, context: Context
) -> tuple[tuple[Member, ...], tuple[str, ...]]:
    """The members; what the object says of its head beside the list belongs to the head's cells."""
    listed = _member_cells(people, row)
    own: list[dict[str, object]] = []
    for personal in listed:
        if personal and personal not in own:
            own.append(personal)
    flags = ("MEMBER_REPEATED",) if len(own) < sum(map(bool, listed)) else ()
    of_head = {name: cells[name] for name in HEAD_COLUMNS if name in cells}
    if not own and not of_head:
        return (), (*flags, "NO_MEMBERS")
    if not own:
        own = [{}]
    head = find_head([text_of(personal, "relation") for personal in own])
    keys = MemberKeys()
    return tuple(
        _member(personal, of_head if place == head else {}, keys, context)
        for place, personal in enumerate(own)
    ), flags


def _member(
    personal: dict[str, object], of_head: dict[str, object], keys: MemberKeys, context: Context
) -> Member:
    name = name_of(personal)
    citizen_text = text_of(personal, "citizen_id")
    if of_head:
        named = read_name(*(text_of(of_head, column) for column in HEAD_COLUMNS[:3]))
        if not name.first and not name.last:
            name = named
        if not citizen_text and _is_same(name.first, named.first) and _is_same(name.last, named.last):
            citizen_text = text_of(of_head, "head_citizen_id")
    return read_member(
        personal,
        context,
        keys,
        name=name,
        citizen_text=citizen_text,
        attributes=MEMBER_ATTRIBUTES,
        is_head=bool(of_head),
        kept={**personal, **of_head},
    )


def _is_same(first: str, second: str) -> bool:
    return normal_name(first) == normal_name(second)


def _scores(value: object, path: str, row: int) -> tuple[dict[str, float], tuple[str, ...]]:
    """(scores between 1 and 4, flags) of an object of scores, given as numbers or text."""
    if value is None:
        return {}, ()
    if not isinstance(value, dict):
        raise RowFault(fault("FIELD_TYPE", path, row=row, expected="an object"))
    found: dict[str, float] = {}
    flags: tuple[str, ...] = ()
    scores = cast("dict[str, object]", value)
    for name, given in scores.items():
        score = given if type(given) is float else _score(text_of(scores, name))
        if score is not None and LOWEST_SCORE <= score <= HIGHEST_SCORE:
            found[name] = score
        elif text_of(scores, name):
            flags = ("SCORE_INVALID",)
    return found, flags


def _score(text: str) -> float | None:
    try:
        score = float(text)
    except ValueError:
        return None
    return score if LOWEST_SCORE <= score <= HIGHEST_SCORE else None


def _house(
    record_key: str,
    cells: dict[str, object],
    row: int,
    flags: tuple[str, ...],
    context: Context,
) -> House:
    texts = first_texts((cells,), HOUSE_TEXTS)
    place = context.gazetteer.by_names(texts.get("district", ""), texts.get("subdistrict", ""))
    code, code_flags = parse_house_code(texts.get("house_code", ""))
    moo, moo_flags = read_moo(texts.get("moo", ""))
    point, point_flags = parse_point(texts.get("lat", ""), texts.get("lon", ""))
    level_text = texts.get("level", "")
    level, level_flags = read_level(str(LEVELS.get(level_text, level_text)), range(1, 5))
    capitals = cells.get("scores")
    if isinstance(capitals, dict):
        capitals = SCORE_NAMES.rename(cast("dict[str, object]", capitals))
    scores, score_flags = _scores(capitals, "scores", row)
    components, component_flags = _scores(cells.get("components"), "components", row)
    mean = _score(texts.get("score_mean", ""))
    return House(
        record_key=record_key,
        house_code=code,
        house_ref=house_pseudonym(context.pseudonym_key, code) if code else None,
        house_no=read_house_no(texts.get("house_no", "")),
        moo=moo,
        village=texts.get("village"),
        tambon=place.tambon,
        amphoe=place.amphoe,
        address=" ".join(texts[name] for name in ("alley", "road") if name in texts) or None,
        point=point,
        indicators={"components": components} if components else {},
        level=level,
        scores=scores if mean is None else {**scores, "mean": mean},
        attributes={
            **{name: texts[name] for name in HOUSE_ATTRIBUTES if name in texts},
            "crosswalk": CROSSWALK_VERSION,
        },
        flags=without_repeats(
            place.flags, code_flags, moo_flags, point_flags, level_flags, score_flags, component_flags, flags
        ),
        cells={k: v for k, v in cells.items() if k not in HEAD_COLUMNS}
        | ({"scores": capitals} if capitals else {}),
    )


CONTRACT = RecordContract(
    source="pppconnext",
    version=VERSION,
    format="json",
    encoding="utf-8",
    one_row_is="household",
    columns=COLUMNS,
    names=NAMES,
    identity=identity,
    period=period,
    build=build,
)
