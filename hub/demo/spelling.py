"""The ways a Thai name gets written differently."""

import random

_PAIRS = (
    ("แ", "เเ"),
    ("ทร", "ซ"),
    ("พงษ์", "พงศ์"),
    ("พงศ์", "พงษ์"),
    ("วงศ์", "วงษ์"),
    ("วงษ์", "วงศ์"),
    ("ศ", "ส"),
    ("ษ", "ศ"),
    ("สิ", "ศิ"),
    ("สุ", "ศุ"),
    ("ณ", "น"),
    ("ญ", "ย"),
    ("ภ", "พ"),
    ("ธ", "ท"),
    ("ฐ", "ถ"),
    ("ฎ", "ด"),
    ("ริ์", "ร์"),
    ("์", ""),
    ("ำ", "\u0e4dา"),
    ("รร", "ัน"),
    ("ใ", "ไ"),
    ("ไ", "ใ"),
    ("ฤ", "ริ"),
    ("ล", "ร"),
    ("่", ""),
    ("้", ""),
    ("็", ""),
)
_KARAN_ENDINGS = (("ทร", "ทร์"), ("นท", "นท์"), ("ันธ", "ันธ์"), ("าร", "าร์"), ("ัน", "ันต์"))
_known: dict[str, tuple[str, ...]] = {}


def variants(name: str) -> tuple[str, ...]:
    """Every one-step misspelling of the name, in a fixed order; empty when no rule applies."""
    found = _known.get(name)
    if found is None:
        found = _known[name] = _variants(name)
    return found


def misspelt(r: random.Random, name: str) -> str:
    """One variant of the name, or the name itself when it has none."""
    choices = variants(name)
    return choices[int(r.random() * len(choices))] if choices else name


def _variants(name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for right, wrong in _PAIRS:
        if right in name:
            found[name.replace(right, wrong, 1)] = None
    for ending, with_karan in _KARAN_ENDINGS:
        if name.endswith(ending):
            found[name.removesuffix(ending) + with_karan] = None
    found.pop(name, None)
    return tuple(other for other in found if len(other) > 1 and _starts_well(other))


def _starts_well(name: str) -> bool:
    """Whether no vowel or tone mark has lost the consonant it sits on."""
    return not ("\u0e30" <= name[0] <= "\u0e3a" or "\u0e45" <= name[0] <= "\u0e4e")
