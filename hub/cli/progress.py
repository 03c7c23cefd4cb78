"""Progress of long work: a bar on a terminal, a plain line now and then otherwise, nothing for `--json`."""

import contextlib
import sys
import time
from collections.abc import Callable, Generator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

PLAIN_SECONDS = 5.0
Report = Callable[[str, int, int], None]
"""Told the stage, how much is done and how much there is (0: unknown)."""


@contextlib.contextmanager
def show_progress(*, quiet: bool = False) -> Generator[Report]:
    """Gives a function to report to; what it shows goes to standard error."""
    if quiet:
        yield _say_nothing
    elif sys.stderr.isatty():
        with _bars() as report:
            yield report
    else:
        yield _plain_lines()


def _say_nothing(_stage: str, _done: int, _total: int) -> None:
    return


@contextlib.contextmanager
def _bars() -> Generator[Report]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, tuple[int, float]] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                task = progress.add_task(stage, total=total or None, rate="")
                tasks[stage] = (int(task), time.monotonic())
            task_id, began = tasks[stage]
            seconds = max(time.monotonic() - began, 1e-6)
            ids = {int(task.id): task.id for task in progress.tasks}
            progress.update(
                ids[task_id], completed=done, total=total or None, rate=f"{done / seconds:,.0f}/s"
            )

        yield report


def _plain_lines() -> Report:
    began: dict[str, float] = {}
    shown: dict[str, float] = {}

    def report(stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        began.setdefault(stage, now)
        is_last = bool(total) and done >= total
        if not is_last and now - shown.get(stage, 0.0) < PLAIN_SECONDS:
            return
        shown[stage] = now
        seconds = now - began[stage]
        rate = f", {done / seconds:,.0f}/s" if seconds > 0 else ""
        of = f" of {total:,}" if total else ""
        sys.stderr.write(f"{stage}: {done:,}{of} ({seconds:.0f} s{rate})\n")

    return report
