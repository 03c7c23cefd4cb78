"""Where the time of a process goes, and the most memory that it needed."""

import contextlib
import resource
import sys
import time
from collections.abc import Generator
from pathlib import Path

KIB_PER_MIB = 1024
STATUS = Path("/proc/self/status")


class Stopwatch:
    """Seconds by stage, added up. Stages that overlap are counted in full."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def __call__(self, stage: str) -> Generator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began


def resident_memory() -> float | None:
    """The resident memory of this process now, in MiB; None where the system does not tell."""
    if not STATUS.exists():
        return None
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / KIB_PER_MIB


def peak_memory() -> float:
    """The most resident memory that this process ever held, in MiB."""
    if STATUS.exists():
        # Linux hands ru_maxrss of the starting process on to the started one; this is of this program alone.
        lines = STATUS.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / KIB_PER_MIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (KIB_PER_MIB if sys.platform != "darwin" else KIB_PER_MIB * KIB_PER_MIB)
