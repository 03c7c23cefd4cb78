"""Keys of how a name sounds, Thai and Latin. Their own on purpose: a key that changes silently changes who meets whom.

The Thai rules are those of docs/linkage.md, section 8 of the reference ("own key"); each name gives two skeletons, because ญ ร ล sound
as น at the end of a syllable only.
"""

import re
import unicodedata
from functools import lru_cache

LENGTH = 4
KARAN_GROUP = re.compile("[ก-ฮ][ิุ]?์")
SIGNS = re.compile("[็-๎ฺ]")
LEAD_VOWEL = re.compile("[เแโใไ](?=[ก-ฮ])")
SILENT_H = re.compile("ห(?=[งญณนมยรลว])")
S_FOR_SOR = re.compile("^ทร(?=[าัว])")
NOT_CONSONANT = re.compile("[^ก-ฮฤฦ]")
FINE = {
    letter: group[0]
    for group in (
        "ขฃคฅฆ", "ชฉฌ", "สซศษ", "ยญ", "ดฎ", "ตฏ", "ทฐฑฒถธ", "นณ", "พผภ", "ฟฝ", "รลฬฤฦ", "หฮ",
    )
    for letter in group
}  # fmt: skip
COARSE = {letter: group[0] for group in ("กขฃคฅฆ", "ดฎตฏทฐฑฒถธสซศษชฉฌจ", "บปพผภฟฝ", "นณ") for letter in group}

LATIN_PAIRS = (
    ("sch", "s"), ("tsch", "s"), ("ph", "f"), ("ck", "k"), ("gh", "g"), ("kn", "n"), ("wr", "r"), ("dt", "t"), ("th", "t"),
    ("sh", "s"), ("ch", "k"), ("x", "ks"), ("q", "k"), ("z", "s"), ("w", "v"),
)  # fmt: skip
SOFT_C = re.compile("c(?=[eiy])")
LATIN_CLASS = str.maketrans("bpfvcgjkqxsztdlmnr", "bbvvkkkkkksstdlmnr")
NOT_SOUNDED = re.compile("[aeiouyhw]")
REPEATED = re.compile(r"(.)\1+")


def is_thai(text: str) -> bool:
    """Whether a Thai consonant stands in the text."""
    return any("ก" <= letter <= "ฮ" for letter in text)


@lru_cache(maxsize=262_144)
def toneless(text: str) -> str:
    """The text without tones, ็ and silenced letters: what two spellings of one Thai name have in common."""
    return SIGNS.sub("", KARAN_GROUP.sub("", text))


def plain_latin(text: str) -> str:
    """Latin text without accents, in lower case; Thai text is left alone."""
    if text.isascii():
        return text.lower()
    if is_thai(text):
        return text
    parts = unicodedata.normalize("NFD", text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _thai_skeleton(text: str) -> str:
    bare = toneless(text)
    bare = bare[:-2] + "น" if bare.endswith("รร") else bare.replace("รร", "")
    bare = S_FOR_SOR.sub("ส", SILENT_H.sub("", LEAD_VOWEL.sub("", bare)))
    consonants = NOT_CONSONANT.sub("", bare)
    if not consonants:
        return ""
    fine = [FINE.get(letter, letter) for letter in consonants]
    later = [COARSE.get(letter, FINE.get(letter, letter)) for letter in consonants[1:] if letter != "อ"]
    return fine[0] + REPEATED.sub(r"\1", "".join(later))


def _latin_skeleton(text: str) -> str:
    bare = re.sub("[^a-z]", "", text)
    for old, new in LATIN_PAIRS:
        bare = bare.replace(old, new)
    bare = SOFT_C.sub("s", bare).translate(LATIN_CLASS)
    if not bare:
        return re.sub(r"\W", "", text)[:LENGTH]
    return REPEATED.sub(r"\1", bare[0] + NOT_SOUNDED.sub("", bare[1:]))


@lru_cache(maxsize=262_144)
def sound_key(text: str) -> str:
    """The skeleton of one name in normal form, "" when it has no letters."""
    skeleton = _thai_skeleton(text) if is_thai(text) else _latin_skeleton(text)
    return skeleton[:LENGTH]


@lru_cache(maxsize=262_144)
def sound_keys(text: str) -> tuple[str, ...]:
    """Both skeletons of a name, one when they are equal, none when it has no letters."""
    first = sound_key(text)
    if not first or not is_thai(text):
        return (first,) if first else ()
    whole = _thai_skeleton(text)
    final = whole[0] + REPEATED.sub(r"\1", whole[1:].replace("ย", "น").replace("ร", "น"))
    second = final[: LENGTH - 1]
    return (first,) if second == first else (first, second)
