"""The public ids of findings: made from the numbers of first events, which follow from the log alone."""

import re

import msgspec

from contracts.errors import NotFound
from contracts.records import NEEDS

CLASSES = ("D0", "D1", "D2", "D3", "mistargeted", "unserved")
KINDS: dict[str, tuple[str, ...]] = {
    "duplicate": ("D0", "D1", "D2", "D3"),
    "unserved": ("unserved",),
    "mistargeted": ("mistargeted",),
}
KIND_OF = {class_: kind for kind, classes in KINDS.items() for class_ in classes}
STATES = ("suspected", "confirmed", "complementary", "reporting_error", "dismissed")
PROBLEMS = ("suspected", "confirmed")
"""The states in which a finding counts as a problem."""

NUMBER = r"[0-9]{1,18}"
ID = re.compile(
    rf"(?:(?P<double>D[012])-(?P<action>{NUMBER})-(?P<other>{NUMBER})|MT-(?P<concerned>{NUMBER})"
    rf"|UN-(?P<household>{NUMBER})-(?P<need>{'|'.join(NEEDS)})"
    rf"|D3-(?P<taker>{NUMBER})-(?P<share>{'|'.join(NEEDS)})-(?P<year>[0-9]{{4}}))\Z"
)


class FindingName(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding's id says: `household` is a founder record, `year` a Thai fiscal year (BE)."""

    class_: str
    action: int = 0
    other: int | None = None
    household: int | None = None
    need: str | None = None
    year: int | None = None


def write_id(
    class_: str,
    *,
    household: int,
    need: str,
    action: int = 0,
    other: int | None = None,
    year: int | None = None,
) -> str:
    """The id of a finding of this class."""
    if class_ == "unserved":
        return f"UN-{household}-{need}"
    if class_ == "mistargeted":
        return f"MT-{action}"
    if class_ == "D3":
        return f"D3-{household}-{need}-{year}"
    return f"{class_}-{action}-{other}"


def read_id(text: str) -> FindingName:
    """What the id names. Raises NotFound: what is no id names no finding."""
    match = ID.match(text)
    if match is None:
        raise no_finding()
    found = match.groupdict()
    if found["double"]:
        return FindingName(class_=found["double"], action=int(found["action"]), other=int(found["other"]))
    if found["concerned"]:
        return FindingName(class_="mistargeted", action=int(found["concerned"]))
    if found["household"]:
        return FindingName(class_="unserved", household=int(found["household"]), need=found["need"])
    return FindingName(
        class_="D3", household=int(found["taker"]), need=found["share"], year=int(found["year"])
    )


def no_finding() -> NotFound:
    """The same words for a finding that does not stand at (v, s) and one that the caller may not see."""
    return NotFound(
        "There is no such finding at this time.",
        message_th="ไม่พบข้อค้นพบนี้ ณ เวลาที่ระบุ",
        code="NO_SUCH_FINDING",
        path="finding_id",
    )
