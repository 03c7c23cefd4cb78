"""Repair of Thai text that looks right and is encoded wrongly (docs/linkage.md, section 8, rules 1-3).

Most text is clean: every function looks first and works only where something is found. NFKC is never used, it splits sara am.
"""

import re
import unicodedata
from functools import lru_cache

INVISIBLE = re.compile(
    r"[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
SPACES = re.compile(r"\s+")
THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
# Marks above or below a consonant: mai han-akat, vowels, phinthu; mai taikhu, tones, karan, nikhahit, yamakkan.
MARK = "[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
TONES_AND_KARAN = "\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
NIKHAHIT, AA, SARA_AM = "\u0e4d", "\u0e32", "\u0e33"
LEAD_E_TWICE, LEAD_AE = "\u0e40\u0e40", "\u0e41"
MARK_RUN = re.compile(rf"{MARK}*{SARA_AM}{MARK}*|{MARK}*{NIKHAHIT}{MARK}*{AA}|{MARK}{{2,}}")
EMPTY_WORDS = frozenset(
    (
        "",
        "-",
        "--",
        "—",
        "–",
        "nan",
        "NaN",
        "NAN",
        "None",
        "none",
        "null",
        "NULL",
        "N/A",
        "n/a",
        "#N/A",
        "ไม่ระบุ",
        "ไม่มีข้อมูล",
    )
)


def tidy(text: str) -> str:
    """`text` without invisible signs, with single plain spaces and none at the ends; letters untouched."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return SPACES.sub(" ", UNSTORABLE.sub(" ", INVISIBLE.sub("", text))).strip()


def storable(text: str) -> str:
    """`text` without the signs that no database stores (NUL, other controls, half surrogates); all else as it is."""
    return text if text.isprintable() else UNSTORABLE.sub("", text)


def ascii_digits(text: str) -> str:
    """`text` with Thai digits written as 0-9."""
    return text if text.isascii() else text.translate(THAI_DIGITS)


def is_empty(text: str) -> bool:
    """Whether a tidied cell says nothing: blank, a dash, or a word for "no value"."""
    return text in EMPTY_WORDS


def _in_order(run: re.Match[str]) -> str:
    marks, tail = run.group(), ""
    if marks[-1] == AA:
        marks, tail = marks[:-1].replace(NIKHAHIT, ""), SARA_AM
    elif SARA_AM in marks:
        marks, tail = marks.replace(SARA_AM, "").replace(NIKHAHIT, ""), SARA_AM
    once = dict.fromkeys(sorted(marks, key=TONES_AND_KARAN.__contains__))
    return "".join(once) + tail


@lru_cache(maxsize=65_536)
def repair(text: str) -> str:
    """`text` in normal encoding: tidied, NFC, Arabic digits, แ as one letter, sara am whole, vowels before tones, no mark twice."""
    text = ascii_digits(tidy(text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = text.replace(LEAD_E_TWICE, LEAD_AE)
    # What one pass brings together can need another; every pass shortens the text or sorts it further.
    while (again := MARK_RUN.sub(_in_order, text)) != text:
        text = again
    return text
