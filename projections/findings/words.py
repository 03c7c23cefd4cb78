"""What findings are judged on, and what they are."""

import datetime as dt
from typing import Literal, Protocol

import msgspec

Class = Literal["D0", "D1", "D2", "unserved", "mistargeted"]


class Given(msgspec.Struct, frozen=True, gc=False):
    """One action of a household. `need` is that of its programme where the report does not say; `person` where one is named."""

    action: int
    start: dt.datetime
    until: dt.datetime | None
    agency: str
    reporter: str
    kind: str
    need: str
    programme: str | None
    satang: int | None
    person: int | None


class NeedsOver(Protocol):
    """The preferred needs of a household (contracts.records.NEEDS) from `start` until `end`."""

    @property
    def start(self) -> dt.datetime: ...
    @property
    def end(self) -> dt.datetime | None: ...
    @property
    def needs(self) -> tuple[bool | None, ...]: ...


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One row: it stands from `start` until `end`. `action` is the later or concerned action, 0 where there is none."""

    kind: Class
    need: str
    action: int
    other: int | None
    reason: str
    satang: int | None
    rules: str
    start: dt.datetime
    end: dt.datetime | None
