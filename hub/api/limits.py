"""How often one key may come: a bucket for each that fills at a steady rate. In this process; several processes each count for themselves."""

import dataclasses
import math
import time
from collections.abc import Callable

from contracts.errors import TooMany
from hub.auth import Caller

SECONDS_FULL = 2.0
"""A bucket holds so many seconds of the rate."""
MOST_BUCKETS = 10_000
EVENTS_COST, FILE_COST = 1.0, 50.0
DEFAULT_RATE = 500


@dataclasses.dataclass
class RateLimit:
    """`rate` per second for each caller; what is not used is saved for two seconds."""

    rate: float
    tell_seconds: Callable[[], float] = time.monotonic
    buckets: dict[str, tuple[float, float]] = dataclasses.field(
        default_factory=dict[str, tuple[float, float]]
    )

    def take(self, caller: Caller, cost: float = EVENTS_COST) -> None:
        """Count one request. Raises TooMany with the seconds until it would be taken."""
        now, most = self.tell_seconds(), max(self.rate * SECONDS_FULL, cost)
        name = caller.key_id or ""
        left, since = self.buckets.get(name, (most, now))
        left = min(most, left + (now - since) * self.rate)
        if left < cost:
            self.buckets[name] = (left, now)
            raise too_many(math.ceil((cost - left) / self.rate))
        if len(self.buckets) >= MOST_BUCKETS and name not in self.buckets:
            self._forget_full(now, most)
        self.buckets[name] = (left - cost, now)

    def _forget_full(self, now: float, most: float) -> None:
        """A bucket that has filled up again says nothing."""
        for name, (left, since) in list(self.buckets.items()):
            if left + (now - since) * self.rate >= most:
                del self.buckets[name]


def too_many(seconds: int) -> TooMany:
    """The refusal, with the time to wait."""
    error = TooMany(
        f"This key sends more than is taken; try again in {seconds} s.",
        message_th=f"กุญแจนี้ส่งข้อมูลถี่เกินกำหนด กรุณาลองใหม่ใน {seconds} วินาที",
    )
    error.retry_after = seconds
    return error
