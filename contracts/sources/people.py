"""The members of a record: names, ids, birth, and the key under which each is known inside it."""

from collections.abc import Sequence
from typing import Literal

from contracts.ids import citizen_pseudonym
from contracts.records import Member, PartialDate, Sex
from contracts.sources.cells import key_text, read_income, text_of
from contracts.sources.contract import Cells, Context
from contracts.thai.citizen_id import parse_citizen_id
from contracts.thai.dates import parse_birth
from contracts.thai.names import Name, normal_name, read_name, read_sex, sex_of_title

HEAD_WORDS = frozenset(("หัวหน้าครัวเรือน", "หัวหน้าครอบครัว", "เจ้าบ้าน", "หัวหน้า"))

KeyMethod = Literal["number", "citizen_id", "name"]


class MemberKeys:
    """Gives every member of one record a key of its own."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def first_free(
        self, number: str, citizen_id: str | None, name: Name, birth: PartialDate | None
    ) -> tuple[str, KeyMethod]:
        """(key, method): the member number, else the 13 digits, else name, birth year and the first free ordinal."""
        if number and self._take(number):
            return number, "number"
        if citizen_id and self._take(citizen_id):
            return citizen_id, "citizen_id"
        base = f"{normal_name(name.first)} {normal_name(name.last)}|{'' if birth is None else birth.year}"
        ordinal = 1
        while not self._take(f"{base}|{ordinal}"):
            ordinal += 1
        return f"{base}|{ordinal}", "name"

    def _take(self, key: str) -> bool:
        if key in self._taken:
            return False
        self._taken.add(key)
        return True


def find_head(relations: Sequence[str]) -> int:
    """The place of the head: the first who is called so, else the first of all."""
    for place, relation in enumerate(relations):
        if relation in HEAD_WORDS:
            return place
    return 0


def name_of(cells: Cells) -> Name:
    """The name in the three cells of a person."""
    return read_name(text_of(cells, "title"), text_of(cells, "first_name"), text_of(cells, "last_name"))


def _sex(text: str, title: str) -> tuple[Sex | None, tuple[str, ...]]:
    """(sex, flags): as the cell says, else as the title hints."""
    sex = read_sex(text) if text else None
    flags = ("SEX_UNKNOWN",) if text and sex is None else ()
    return sex or (sex_of_title(title) if title else None), flags


def read_member(
    cells: Cells,
    context: Context,
    keys: MemberKeys,
    *,
    name: Name | None = None,
    citizen_text: str | None = None,
    number: str = "",
    relation: str = "",
    attributes: tuple[str, ...] = (),
    is_head: bool = False,
    kept: dict[str, object],
) -> Member:
    """One member from the columns that all sources name alike; `name` and `citizen_text` stand above the cells' own."""
    name = name or name_of(cells)
    citizen_id, valid, flags = parse_citizen_id(
        text_of(cells, "citizen_id") if citizen_text is None else citizen_text
    )
    birth, birth_flags = parse_birth(text_of(cells, "birth"), context.today)
    sex, sex_flags = _sex(text_of(cells, "sex"), name.title)
    income, income_flags = read_income(text_of(cells, "income_baht"))
    key, method = keys.first_free(key_text(number), citizen_id, name, birth)
    flags = (*flags, *birth_flags, *sex_flags, *income_flags)
    if (number and method != "number") or (citizen_id and method == "name"):
        flags = (*flags, "MEMBER_KEY_REPEATED")
    return Member(
        key=key,
        key_method=method,
        title=name.title or None,
        first_name=name.first or None,
        last_name=name.last or None,
        sex=sex,
        citizen_id=citizen_id,
        citizen_valid=valid,
        citizen_ref=citizen_pseudonym(context.pseudonym_key, citizen_id) if citizen_id else None,
        birth=birth,
        relation=relation or text_of(cells, "relation") or None,
        is_head=is_head,
        income_satang=income,
        attributes={attribute: text for attribute in attributes if (text := text_of(cells, attribute))},
        flags=flags,
        cells=kept,
    )


def head_key(citizen_text: str, name: Name) -> str:
    """The head as part of a record key: 13 digits, else the normal form of the name; "" when there is neither."""
    digits = parse_citizen_id(citizen_text).digits if citizen_text else None
    return digits or " ".join(part for part in (normal_name(name.first), normal_name(name.last)) if part)
