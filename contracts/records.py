"""Canonical records: one household as one source gave it, with its members, and the content of one assistance action.

Amounts are integer satang, quantities decimal text, points WGS84 degrees. `cells` keeps what was delivered, empty cells left
out. A field that a source does not ask is None, a need that it does not ask is absent from `needs`: unknown is never "no".
"""

import datetime as dt
from typing import Literal

import msgspec

Need = Literal["health", "living", "education", "income", "accessibility"]
NEEDS: tuple[Need, ...] = ("health", "living", "education", "income", "accessibility")
Source = Literal["tpmap", "pppconnext", "thaiqm", "mso_logbook"]
SOURCES: tuple[Source, ...] = ("tpmap", "pppconnext", "thaiqm", "mso_logbook")
Kind = Literal["cash", "in_kind", "care", "loan", "training"]
Sex = Literal["male", "female"]
RefKind = Literal["citizen", "record", "household", "house"]


class PartialDate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A date known to the year, month or day (CE), with the text it came from and the rule that read it."""

    year: int
    month: int | None = None
    day: int | None = None
    raw: str = ""
    calendar: Literal["buddhist", "common", "excel"] = "buddhist"
    rule: str = ""


class Point(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A place in WGS84 degrees. `rule` says how the delivered text was read; `flags` what is doubtful about it."""

    lon: float
    lat: float
    raw: str = ""
    crs: str = "EPSG:4326"
    rule: str = "as_given"
    flags: tuple[str, ...] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person as listed inside one record.

    `key` identifies the member inside the record: the source's member number, else the citizen id, else name, birth year and
    ordinal; `key_method` says which. `citizen_ref` is the pseudonym of the 13 digits; it is there also when the check digit
    is wrong, `citizen_valid` tells them apart. `key_part` is what of the record's key names this member (contracts.key_parts).
    """

    key: str
    key_method: Literal["number", "citizen_id", "name"]
    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    sex: Sex | None = None
    citizen_id: str | None = None
    citizen_valid: bool = False
    citizen_ref: str | None = None
    birth: PartialDate | None = None
    relation: str | None = None
    is_head: bool = False
    income_satang: int | None = None
    attributes: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    cells: dict[str, object] = {}
    key_part: str | None = None


class House(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a record says about the house and the household as a whole. `house_ref` is the pseudonym of the house code."""

    record_key: str
    house_code: str | None = None
    house_ref: str | None = None
    house_no: str | None = None
    moo: int | None = None
    village: str | None = None
    tambon: str | None = None
    amphoe: str | None = None
    address: str | None = None
    phone: str | None = None
    point: Point | None = None
    needs: dict[Need, bool] = {}
    indicators: dict[str, object] = {}
    level: int | None = None
    scores: dict[str, float] = {}
    outcome: str | None = None
    attributes: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    cells: dict[str, object] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One household as one source gave it for one period."""

    source: str
    record_key: str
    period: str
    happened_at: dt.datetime
    house: House
    members: tuple[Member, ...]


class RecipientRef(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One way in which an action names its recipient, as a pseudonym.

    A household ref holds the household id and the sequence at which the agency read it.
    """

    kind: RefKind
    ref: str
    read_sequence: int | None = None


class Help(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The personal part of an action: who received it, in the words of the agency, and its free text."""

    action_id: str
    citizen_id: str | None = None
    house_code: str | None = None
    source: str | None = None
    source_record_id: str | None = None
    household_id: str | None = None
    recipient_name: str | None = None
    description: str | None = None
    reason: str | None = None
    flags: tuple[str, ...] = ()
    cells: dict[str, object] = {}


class Words(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Free text of a person about a household: why a decision was taken, what a referral asks for; `evidence` is what was on the screen."""

    text: str = ""
    reference: str | None = None
    evidence: tuple[str, ...] = ()
