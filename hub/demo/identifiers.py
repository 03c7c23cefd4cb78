"""Made-up citizen ids and house codes that cannot belong to anybody, and the ways they get damaged."""

import random

from hub.demo.areas import MOTHER_REGISTRY

_PERSON_STEP = 3_487_261  # coprime with 10^7: serial numbers jump about and never repeat
_HOUSE_STEP = 387_421  # coprime with 10^6
_FIRST_YEAR_OF_CLASS_ONE = 1984


def check_digit(twelve: str) -> str:
    """The thirteenth digit of a citizen id (domain.md 3.1)."""
    total = sum((13 - place) * int(digit) for place, digit in enumerate(twelve))
    return str((11 - total % 11) % 10)


def citizen_id(r: random.Random, serial: int, birth_year: int) -> str:
    """A citizen id nobody holds: digits 2-5 are `0000`, a registry that does not exist; the class fits the birth."""
    roll = r.random()
    if birth_year >= _FIRST_YEAR_OF_CLASS_ONE:
        first = "1" if roll < 0.94 else "2" if roll < 0.985 else "7"
    else:
        first = "3" if roll < 0.80 else "5" if roll < 0.93 else "4" if roll < 0.97 else "8"
    body = f"{first}0000{serial * _PERSON_STEP % 10_000_000:07d}"
    return body + check_digit(body)


def house_code(r: random.Random, serial: int, tambon: str) -> str:
    """An 11-digit house code of the amphoe's registry, different for every serial below one million."""
    registry = tambon[:4]
    if tambon == "320101":
        registry = "3299"
    elif registry in MOTHER_REGISTRY and r.random() < 0.3:
        registry = MOTHER_REGISTRY[registry]
    return f"{registry}{serial * _HOUSE_STEP % 1_000_000:06d}{r.randrange(10)}"


def with_wrong_check(r: random.Random, number: str) -> str:
    return number[:12] + str((int(number[12]) + r.randint(1, 9)) % 10)


def transposed(r: random.Random, number: str) -> str:
    """Two unequal neighbours among the serial digits swapped; unchanged when there are none."""
    places = [i for i in range(5, 12) if number[i] != number[i + 1]]
    if not places:
        return number
    i = r.choice(places)
    return number[:i] + number[i + 1] + number[i] + number[i + 2 :]


def as_excel_shows(number: str) -> str:
    """What is left of a long number after a spreadsheet saved it in its general format."""
    mantissa, exponent = f"{int(number):.5E}".split("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E+{int(exponent):02d}"


def printed(number: str) -> str:
    """A citizen id as printed on the card, 1-2345-67890-12-3."""
    return f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"
