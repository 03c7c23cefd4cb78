"""Titles and names of persons. Titles are taken off and kept: they change with age, marriage and ordination."""

import re
from functools import lru_cache
from typing import NamedTuple

from contracts.records import Sex
from contracts.thai.text import repair

# Written with their full stops; the final one, or a space, must follow. Data, to be extended when a file shows others.
ABBREVIATIONS = [
    "จ.ส.อ",
    "จ.ส.ท",
    "จ.ส.ต",
    "ส.ต.อ",
    "ส.ต.ท",
    "ส.ต.ต",
    "ร.ต.อ",
    "ร.ต.ท",
    "ร.ต.ต",
    "พ.ต.อ",
    "พ.ต.ท",
    "พ.ต.ต",
    "พล.ต.อ",
    "พล.ต.ท",
    "พล.ต.ต",
    "พ.จ.อ",
    "พ.จ.ท",
    "พ.จ.ต",
    "ม.ร.ว",
    "พล.อ",
    "พล.ท",
    "พล.ต",
    "พ.อ",
    "พ.ท",
    "พ.ต",
    "ร.อ",
    "ร.ท",
    "ร.ต",
    "ส.อ",
    "ส.ท",
    "ส.ต",
    "จ.อ",
    "จ.ท",
    "จ.ต",
    "ด.ต",
    "น.อ",
    "น.ท",
    "น.ต",
    "ม.ล",
    "ผศ.ดร",
    "รศ.ดร",
    "ศ.ดร",
    "ดร",
    "ผศ",
    "รศ",
    "นพ",
    "พญ",
    "อส",
]
RANKS = [
    "ว่าที่ร้อยตรีหญิง",
    "ว่าที่ร้อยตรี",
    "ว่าที่ร้อยโท",
    "ว่าที่ร้อยเอก",
    "ว่าที่พันตรี",
    "ร้อยตำรวจเอก",
    "ร้อยตำรวจโท",
    "ร้อยตำรวจตรี",
    "พันตำรวจเอก",
    "พันตำรวจโท",
    "พันตำรวจตรี",
    "สิบตำรวจเอก",
    "สิบตำรวจโท",
    "สิบตำรวจตรี",
    "จ่าสิบตำรวจ",
    "ดาบตำรวจ",
    "จ่าสิบเอก",
    "จ่าสิบโท",
    "จ่าสิบตรี",
    "ร้อยเอก",
    "ร้อยโท",
    "ร้อยตรี",
    "พันเอก",
    "พันโท",
    "พันตรี",
    "สิบเอก",
    "สิบโท",
    "สิบตรี",
    "พลทหาร",
    "พลตำรวจ",
    "หม่อมราชวงศ์",
    "หม่อมหลวง",
    "หม่อมเจ้า",
    "หม่อม",
    "พระครูสมุห์",
    "พระครูปลัด",
    "พระครู",
    "พระมหา",
    "พระอธิการ",
    "พระสมุห์",
    "พระปลัด",
    "พระใบฎีกา",
    "สามเณร",
    "แม่ชี",
    "พระ",
]
CIVIL: dict[str, Sex] = {
    "นางสาว": "female",
    "นาง": "female",
    "นาย": "male",
    "เด็กชาย": "male",
    "เด็กหญิง": "female",
    "สามเณร": "male",
    "แม่ชี": "female",
    "mr": "male",
    "mrs": "female",
    "miss": "female",
    "ms": "female",
}
LONG_FORMS = {"นส": "นางสาว", "ดช": "เด็กชาย", "ดญ": "เด็กหญิง"}
UNMISTAKABLE = frozenset(LONG_FORMS.values())
SEX_WORDS: dict[str, Sex] = {
    "ชาย": "male",
    "ช": "male",
    "เพศชาย": "male",
    "m": "male",
    "male": "male",
    "1": "male",
    "หญิง": "female",
    "ญ": "female",
    "เพศหญิง": "female",
    "f": "female",
    "female": "female",
    "2": "female",
}


def _abbreviation(dotted: str) -> str:
    # Without full stops such a rank could be a name: พอ ใจดี.
    return r"\.\s*".join(dotted.split(".")) + r"(?:\.\s*|\s+)"


# A Thai name begins with a consonant or a leading vowel, so that นายาว and นางาม are names and not titles.
BEGINS_NAME = "(?=[ก-ฮเ-ไ])"
CIVIL_TITLE = (
    r"(?:นางสาว|เด็กชาย|เด็กหญิง|นาย|นาง)[.\s]*" + BEGINS_NAME + r"(?=.{2})"
    r"|น\.\s*ส\.?\s*|ด\.\s*ช\.?\s*|ด\.\s*ญ\.?\s*|(?:นส|ดช|ดญ)(?:\.\s*|\s+)"
)
LATIN_TITLE = r"(?:mrs|mr|miss|ms)(?:\.\s*|\s+)"
MILITARY = "|".join(_abbreviation(text) for text in ABBREVIATIONS)
TITLE = re.compile(
    rf"(?:(?:ว่าที่\s*)?(?:{MILITARY})(?:หญิง\s*)?)+(?:{CIVIL_TITLE})?"
    rf"|(?:{'|'.join(RANKS)})[.\s]*{BEGINS_NAME}(?=.{{2}})|{CIVIL_TITLE}|{LATIN_TITLE}",
    re.IGNORECASE,
)
CIVIL_ONLY = re.compile(CIVIL_TITLE)
NOT_SPELLING = re.compile("[.ฯๆ'\"`‘’“”,]")
SPACES = re.compile(r"\s+")


class Name(NamedTuple):
    """A person's name in parts; a part that is not there is empty. Spelling is repaired, not normalised."""

    title: str
    first: str
    last: str


@lru_cache(maxsize=65_536)
def split_title(text: str) -> tuple[str, str]:
    """(title, rest) of a name that may begin with a title; the title is "" when there is none or nothing would be left."""
    text = repair(text)
    found = TITLE.match(text)
    if found is None or found.end() == len(text):
        return "", text
    return found.group().strip(), text[found.end() :].strip()


@lru_cache(maxsize=65_536)
def split_name(text: str) -> Name:
    """The parts of a whole name in one cell. The first word is the first name, all others the last: ณ อยุธยา stays together."""
    title, rest = split_title(text)
    first, _, last = rest.partition(" ")
    return Name(title, first, last.strip())


def read_name(title: str, first: str, last: str) -> Name:
    """A name from three cells: repaired, and a title that stands in the first name's cell moved where it belongs."""
    title = repair(title) if title else ""
    first = repair(first) if first else ""
    if first and not title:
        title, first = split_title(first)
    elif first:
        again, rest = split_title(first)
        if again and long_title(again) in {long_title(title), *UNMISTAKABLE}:
            first = rest
    return Name(title, first, repair(last) if last else "")


@lru_cache(maxsize=1024)
def long_title(title: str) -> str:
    """The civil title written out (น.ส. and นส are นางสาว); any other title as it is."""
    bare = title.replace(" ", "").replace(".", "")
    return LONG_FORMS.get(bare, title)


@lru_cache(maxsize=1024)
def sex_of_title(title: str) -> Sex | None:
    """What a title says about sex, if it does."""
    if title.startswith("พระ"):
        return "male"
    return "female" if title.endswith("หญิง") else CIVIL.get(long_title(title).rstrip(". ").lower())


def read_sex(text: str) -> Sex | None:
    """The sex in a cell, or None when the word is not known."""
    return SEX_WORDS.get(text) or SEX_WORDS.get(text.lower())


@lru_cache(maxsize=131_072)
def normal_name(text: str) -> str:
    """The normal form of one name for comparing: repaired, without civil title, full stops, quotes, ฯ and ๆ; Latin in lower case."""
    text = repair(text)
    found = CIVIL_ONLY.match(text)
    if found is not None and found.end() < len(text):
        text = text[found.end() :]
    text = SPACES.sub(" ", NOT_SPELLING.sub("", text)).strip()
    return text if not text.isascii() else text.lower()
