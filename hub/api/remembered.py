"""A small, bounded memory of answers that are costly to compute and the same for everyone who may see them."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """Keeps the last `most` answers; those about "now" only for `seconds`."""

    def __init__(self, most: int = 128, seconds: float = 10.0) -> None:
        self._most = most
        self._seconds = seconds
        self._kept: OrderedDict[Hashable, tuple[float | None, Answer]] = OrderedDict()

    def find(self, key: Hashable) -> Answer | None:
        """The answer under this key, None when it is gone or too old."""
        found = self._kept.get(key)
        if found is None:
            return None
        ends, answer = found
        if ends is not None and ends < time.monotonic():
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return answer

    def keep(self, key: Hashable, answer: Answer, *, for_now: bool) -> None:
        """Remember an answer; `for_now` marks one that ages with the clock."""
        self._kept[key] = (time.monotonic() + self._seconds if for_now else None, answer)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
