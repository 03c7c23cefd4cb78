"""What the layers remember between requests. Nothing personal, nothing longer than minutes, nothing across an erasure."""

import dataclasses
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from geo.cells import Grids
from geo.context import Basis
from geo.erasures import Erasures
from geo.facts import PointMemory

Thing = TypeVar("Thing")
BASIS_SECONDS = 2.0
"""How long a past basis may answer "you have it already" without a look at the tables: the most by which an erasure is late."""
TILE_SECONDS = 300.0
TILES_BYTES = 32 * 1024 * 1024


class Kept(Generic[Thing]):
    """The last things by key, up to so much weight and for so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._weight = 0
        self._kept: OrderedDict[Hashable, tuple[float, int, Thing]] = OrderedDict()

    def find(self, key: Hashable) -> Thing | None:
        """The thing under this key; None when it is gone or too old."""
        ends, _, found = self._kept.get(key, (0.0, 0, None))
        if found is None or ends < time.monotonic():
            return None
        self._kept.move_to_end(key)
        return found

    def keep(self, key: Hashable, thing: Thing, weight: int = 1) -> None:
        """Remember a thing, and forget the oldest ones that are too many with it."""
        _, before, _ = self._kept.pop(key, (0.0, 0, None))
        self._weight += weight - before
        self._kept[key] = (time.monotonic() + self._seconds, weight, thing)
        while self._weight > self._most and self._kept:
            _, (_, gone, _) = self._kept.popitem(last=False)
            self._weight -= gone


@dataclasses.dataclass(frozen=True)
class PastBasis:
    """A basis that nothing recorded later can change, and the last erasure when it was read."""

    basis: Basis
    erased: int


class Drawn:
    """Points and cells in memory, tiles that were drawn, past bases."""

    def __init__(self) -> None:
        self.erasures = Erasures()
        self.points = PointMemory(self.erasures)
        self.grids = Grids()
        self.tiles = Kept[bytes](TILES_BYTES, TILE_SECONDS)
        self.bases = Kept[PastBasis](512, BASIS_SECONDS)
