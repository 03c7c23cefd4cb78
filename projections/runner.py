"""Running the projection: batches of events in, one transaction each, rows and checkpoint together."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Literal

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.events import Sequenced
from projections import version as versions
from projections.fold import fold
from projections.records import FoldError
from projections.state import State
from projections.version import Version
from projections.warm import load_concerned
from projections.write import write

MEMORY_LIMIT = 1_200_000
"""Records and actions that are remembered at most; beyond it the fold reads what it needs from the tables."""

Progress = Callable[[int], None]
Stage = Literal["fold", "write"]
Watch = Callable[[Stage], contextlib.AbstractContextManager[object]]
"""Told when the projector is at which stage, for measuring."""


def unwatched(_stage: Stage) -> contextlib.AbstractContextManager[object]:
    """Nobody measures."""
    return contextlib.nullcontext()


class SequenceGap(FoldError):
    """The next event does not follow the checkpoint: something was lost, and nothing is folded over the hole."""


class Projector:
    """Folds events into one version. `checkpoint` is the last sequence that is committed."""

    def __init__(
        self, connection: AsyncConnection[TupleRow], version: Version, *, watch: Watch = unwatched
    ) -> None:
        self._watch = watch
        self.connection = connection
        self.version = version
        self.checkpoint = version.checkpoint
        self._state = State(complete=version.checkpoint == 0)

    async def apply(self, items: list[Sequenced]) -> None:
        """Fold a batch and commit it with its checkpoint.

        Raises SequenceGap, FoldError, CheckpointMoved or psycopg.Error; after any of them nothing of the batch is stored and
        this projector must not be used again.
        """
        self._check_order(items)
        last = items[-1]
        async with self.connection.transaction():
            if not self._state.complete:
                self._state = State(complete=False)
                await load_concerned(self.connection, self._state, items)
            with self._watch("fold"):
                output = fold(self._state, items)
            with self._watch("write"):
                await write(self.connection, output)
            await versions.advance(
                self.connection,
                self.version,
                before=self.checkpoint,
                checkpoint=last.sequence,
                recorded_at=last.recorded_at,
            )
        self.checkpoint = last.sequence
        if self._state.complete and self._state.size() > MEMORY_LIMIT:
            self._state = State(complete=False)

    def _check_order(self, items: list[Sequenced]) -> None:
        for expected, item in enumerate(items, start=self.checkpoint + 1):
            if item.sequence != expected:
                raise SequenceGap(
                    f"after sequence {expected - 1} came {item.sequence}; the events between are missing"
                )


async def run(
    projector: Projector, batches: AsyncIterator[list[Sequenced]], progress: Progress | None = None
) -> None:
    """Apply batches until the iterator ends; `progress` hears every checkpoint."""
    async for items in batches:
        if items:
            await projector.apply(items)
            if progress is not None:
                progress(projector.checkpoint)
