"""Servers whose hub is gone: recognised by what they were started with, and ended before new ones start."""

import os
import signal
import time
from pathlib import Path

PATIENCE_SECONDS = 10.0


def runs_with(pid: int, argument: Path) -> bool:
    """Whether that process was started with this path (and is not one that got the number later)."""
    try:
        return os.fsencode(argument) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def end_leftover(note: Path, argument: Path, signals: tuple[signal.Signals, ...]) -> None:
    """Ends the server whose number stands in the first line of `note`, then removes the note.

    The signals are tried in turn. A note without a server is a stale one and only removed: PostgreSQL itself would
    refuse to start while the number in it belongs to any live process of its account.
    """
    try:
        pid = int(note.read_text("ascii").splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    for number in signals:
        if runs_with(pid, argument):
            os.kill(pid, number)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while runs_with(pid, argument) and time.monotonic() < deadline:
            time.sleep(0.05)
    note.unlink(missing_ok=True)
