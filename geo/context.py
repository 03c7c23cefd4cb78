"""What the layers are handed by the outer shell: who asks, a transaction with its basis, the counts of areas."""

import dataclasses
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from litestar import Request
from psycopg import AsyncCursor
from psycopg.rows import TupleRow


class Basis(Protocol):
    """What an answer rests on: a projection version, a sequence, an instant of the world."""

    @property
    def version(self) -> int: ...
    @property
    def sequence(self) -> int: ...
    @property
    def recorded_at(self) -> dt.datetime | None: ...
    @property
    def valid_at(self) -> dt.datetime: ...
    @property
    def final(self) -> bool: ...
    @property
    def is_newest(self) -> bool: ...
    @property
    def newest(self) -> int: ...


class Caller(Protocol):
    """Who asks. `areas` are amphoe codes, none of them means the whole province."""

    @property
    def rights(self) -> frozenset[Any]: ...
    @property
    def areas(self) -> tuple[str, ...]: ...
    @property
    def is_public(self) -> bool: ...
    @property
    def kind(self) -> str: ...


class Reading(Protocol):
    """One transaction and its basis."""

    @property
    def cursor(self) -> AsyncCursor[TupleRow]: ...
    @property
    def basis(self) -> Basis: ...


class AreaCounts(Protocol):
    """The numbers of one area as a caller may see them; None is hidden."""

    @property
    def code(self) -> str | None: ...
    @property
    def households(self) -> int | None: ...
    @property
    def persons(self) -> int | None: ...
    @property
    def records(self) -> int | None: ...
    @property
    def in_more_than_one(self) -> int | None: ...
    @property
    def needs(self) -> Mapping[str, int | None]: ...
    @property
    def assisted_households(self) -> int | None: ...
    @property
    def actions(self) -> int | None: ...
    @property
    def amount_thb(self) -> float | None: ...
    @property
    def suppressed(self) -> bool: ...


AnyRequest = Request[Any, Any, Any]
Moment = Literal["now", "given"]
"""Whether the instant of the basis is the clock's or one that was asked for."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class GeoContext:
    """The seam to the outer shell.

    `count_areas` hides from a public caller what is small; `note_reading` records personal reads; `read_again` is the same transaction and
    sequence at another instant of the world.
    """

    identify: Callable[[AnyRequest], Awaitable[Caller]]
    read: Callable[[str | None, str | None], AbstractAsyncContextManager[Reading]]
    read_again: Callable[[Reading, str], Awaitable[Reading]]
    count_areas: Callable[[Reading, Caller, str, Moment], Awaitable[Sequence[AreaCounts]]]
    note_reading: Callable[[AnyRequest, Caller, str, int], Awaitable[None]]
