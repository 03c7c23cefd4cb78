"""The counted facts of the live version in memory, shared by all requests, and the moment that one request asks about."""

import asyncio
from typing import TYPE_CHECKING

from hub.api.basis import Basis
from hub.api.remembered import Remembered
from hub.counting.facts import Facts, bring_forward, load_moment
from hub.counting.moment import Moment, Point, look
from hub.counting.numbers import micros

if TYPE_CHECKING:
    from hub.api.reading import Reading

REPORTED_KEPT = 4
"""Of so many days of reporting the counted facts are kept."""


class Memory:
    """Facts of one version; they are read when the first question comes and brought forward by later ones."""

    def __init__(self) -> None:
        self._facts: Facts | None = None
        self._turn = asyncio.Lock()
        self._reported: Remembered[Facts] = Remembered(most=REPORTED_KEPT)
        self._reported_turn = asyncio.Lock()

    @property
    def bytes(self) -> int:
        """What the facts take."""
        return 0 if self._facts is None else self._facts.bytes

    async def look(self, reading: "Reading") -> Moment:
        """The moment of the basis. A question about the past that is known already costs no SQL."""
        basis = reading.basis
        if basis.reported_by is not None:
            return await asyncio.to_thread(look, await self._find_reported(reading), point_of(basis))
        async with self._turn:
            facts = self._facts
            if facts is None or facts.version != basis.version:
                facts = Facts(basis.version)
            if facts.through < basis.sequence:
                await bring_forward(reading.cursor, facts, basis)
            self._facts = facts
            # Under the lock: nobody else may move the columns while this thread picks from them.
            return await asyncio.to_thread(look, facts, point_of(basis))

    async def _find_reported(self, reading: "Reading") -> Facts:
        """What is counted of one day of reporting, which costs a refold at the first question; those who ask at once wait for it."""
        basis = reading.basis
        key = (basis.version, basis.sequence, basis.reported_by)
        async with self._reported_turn:
            facts = self._reported.find(key)
            if facts is None:
                await reading.stand()
                facts = await load_moment(reading.cursor, basis)
                self._reported.keep(key, facts, for_now=False)
            return facts


def point_of(basis: Basis) -> Point:
    """The point that a basis stands for."""
    return Point(micros(basis.valid_at), basis.sequence)
