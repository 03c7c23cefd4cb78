"""Running the projection: batches of events in, one transaction each, rows and checkpoint together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Literal

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from contracts.events import RulesPublished, Sequenced
from contracts.events_links import LinkModelActivated
from projections import queries
from projections import version as versions
from projections.fold import fold_into
from projections.output import Output
from projections.records import FoldError
from projections.state import State
from projections.version import Version
from projections.warm import load_all, load_concerned
from projections.write import apply_closings, create_closings, write, write_indexes

_SQL = queries.load(Path(__file__).parent / "sql")

MEMORY_LIMIT = 1_200_000
"""Records and actions that are remembered at most; beyond it the fold reads what it needs from the tables."""

SLICE = 10
"""Events that are folded at a stretch before other work of the process gets its turn: about a millisecond."""

WIDE = (RulesPublished, LinkModelActivated)
"""Events that concern everybody."""

BULK_SLICE = 50
"""The same while a version is rebuilt: nobody waits there but the write of the batch before."""

Progress = Callable[[int], None]
Stage = Literal["fold", "write", "close"]
Watch = Callable[[Stage], contextlib.AbstractContextManager[object]]
"""Told when the projector is at which stage, for measuring."""


def unwatched(_stage: Stage) -> contextlib.AbstractContextManager[object]:
    """Nobody measures."""
    return contextlib.nullcontext()


def unheard(_checkpoint: int) -> None:
    """Nobody wants to hear of checkpoints."""


class SequenceGap(FoldError):
    """The next event does not follow the checkpoint: something was lost, and nothing is folded over the hole."""


class Projector:
    """Folds events into one version. `checkpoint` is the last sequence that is committed."""

    def __init__(
        self,
        connection: AsyncConnection[TupleRow],
        version: Version,
        *,
        watch: Watch = unwatched,
        bulk: bool = False,
    ) -> None:
        """`bulk`: the version is empty and has no indexes yet; `end_bulk` has to follow before anybody reads it."""
        self._watch = watch
        self._bulk = bulk
        self.connection = connection
        self.version = version
        self.checkpoint = version.checkpoint
        self._folded = version.checkpoint
        self._state = State(complete=version.checkpoint == 0)

    @property
    def remembers_all(self) -> bool:
        """Whether the next batch can be folded without the tables, even before the one before it is committed."""
        return self._state.complete and self._state.size() <= MEMORY_LIMIT

    async def apply(self, items: list[Sequenced]) -> None:
        """Fold a batch and commit it with its checkpoint.

        Raises SequenceGap, FoldError, CheckpointMoved or psycopg.Error; after any of them nothing of the batch is stored and
        this projector must not be used again.
        """
        for part in split_at_wide(items):
            if isinstance(part[0].event, WIDE) and self.reads_all_again(part):
                await self._apply_wide(part)
            elif self.remembers_all:
                await self.commit(part, await self.fold(part))
            else:
                await self._apply_read_back(part)

    async def _apply_read_back(self, items: list[Sequenced]) -> None:
        await self.end_bulk()
        async with self.connection.transaction():
            self._state = State(complete=False)
            await load_concerned(self.connection, self._state, items)
            await self.commit(items, await self.fold(items))

    def reads_all_again(self, items: list[Sequenced]) -> bool:
        """Whether these events concern everybody and what they need is in the tables only: originals for rules, records for a model."""
        if not self._state.complete:
            return any(isinstance(item.event, WIDE) for item in items)
        crosswalks = [item.event.data.crosswalk for item in items if isinstance(item.event, RulesPublished)]
        return any(crosswalk != self._state.rules.crosswalk for crosswalk in crosswalks)

    async def _apply_wide(self, items: list[Sequenced]) -> None:
        """A wide event: all is read back with its originals, judged anew, and written set-wise in one transaction."""
        was_bulk = self._bulk
        await self.end_bulk()
        self._state = State(complete=False)
        async with self.connection.transaction():
            await load_all(self.connection, self._state)
            self._state.complete = True
            await self.commit(items, await self.fold(items))
        if self._state.size() > MEMORY_LIMIT:
            self._state = State(complete=False)
        elif was_bulk:
            await self.begin_bulk()
            self._bulk = True
        self._state.forget_originals()

    async def fold(self, items: list[Sequenced]) -> Output:
        """The changes that a batch makes after everything folded before, for `commit`. Raises SequenceGap, FoldError."""
        self._check_order(items)
        output = Output()
        slice_ = BULK_SLICE if self._bulk else SLICE
        for start in range(0, len(items), slice_):
            with self._watch("fold"):
                fold_into(output, self._state, items[start : start + slice_])
            # The write of the batch before goes on meanwhile.
            await asyncio.sleep(0)
        self._folded = items[-1].sequence
        return output

    async def commit(self, items: list[Sequenced], output: Output) -> None:
        """Write what `fold` found in a batch, with its checkpoint; batches in order. Raises CheckpointMoved, psycopg.Error."""
        last = items[-1]
        with self._watch("write"):
            async with self.connection.transaction():
                await write(self.connection, output, put_aside=self._bulk)
                if output.erased_at:
                    await versions.note_erasure(self.connection, self.version, output.erased_at)
                await versions.advance(
                    self.connection,
                    self.version,
                    before=self.checkpoint,
                    checkpoint=last.sequence,
                    recorded_at=last.recorded_at,
                )
        self.checkpoint = last.sequence

    async def begin_bulk(self) -> None:
        """Make room for closings that are put aside. Raises psycopg.Error.

        Until `end_bulk` a commit does not wait for the disk: a crash of the server may lose the last of them, whole and in order, and a
        version that is cut short is begun anew anyway.
        """
        await self.connection.execute(_SQL["commit_lazily"])
        await create_closings(self.connection)

    async def end_bulk(self) -> None:
        """Apply what was put aside; harmless when there is nothing. Constraints and indexes come after it. Raises psycopg.Error."""
        if self._bulk:
            with self._watch("close"):
                await apply_closings(self.connection)
                await write_indexes(self.connection, self._state)
            await self.connection.execute(_SQL["commit_durably"])
            self._bulk = False

    def _check_order(self, items: list[Sequenced]) -> None:
        for expected, item in enumerate(items, start=self._folded + 1):
            if item.sequence != expected:
                raise SequenceGap(
                    f"after sequence {expected - 1} came {item.sequence}; the events between are missing"
                )


def split_at_wide(items: list[Sequenced]) -> list[list[Sequenced]]:
    """The batch cut so that wide events stand alone, in order."""
    parts: list[list[Sequenced]] = []
    for item in items:
        alone = isinstance(item.event, WIDE)
        if parts and not alone and not isinstance(parts[-1][0].event, WIDE):
            parts[-1].append(item)
        else:
            parts.append([item])
    return parts


async def run(
    projector: Projector, batches: AsyncIterator[list[Sequenced]], progress: Progress = unheard
) -> None:
    """Apply batches until the iterator ends, each folded while the one before it is written; `progress` hears every checkpoint.

    Raises what `Projector.apply` raises, as soon as it happens. A write under way is always ended first.
    """
    writing: asyncio.Task[None] | None = None
    try:
        while items := await _next_of(batches, writing):
            if not projector.remembers_all or projector.reads_all_again(items):
                await _end(writing)
                await projector.apply(items)
                progress(projector.checkpoint)
                continue
            output = await projector.fold(items)
            await _end(writing)
            writing = asyncio.create_task(_commit(projector, items, output, progress))
        await _end(writing)
    finally:
        if writing is not None:
            await asyncio.wait({writing})
            if not writing.cancelled():
                writing.exception()  # said: the error that ends this is another, or the same


async def _commit(projector: Projector, items: list[Sequenced], output: Output, progress: Progress) -> None:
    await projector.commit(items, output)
    progress(projector.checkpoint)


async def _end(writing: asyncio.Task[None] | None) -> None:
    if writing is not None:
        await writing


async def _next_of(
    batches: AsyncIterator[list[Sequenced]], writing: asyncio.Task[None] | None
) -> list[Sequenced] | None:
    """The next batch that holds something, None at the end; raises what the write under way raises, without waiting longer."""
    asking = asyncio.create_task(_ask(batches))
    try:
        if writing is not None:
            await asyncio.wait({asking, writing}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                await writing
        return await asking
    finally:
        if not asking.done():
            asking.cancel()
            await asyncio.wait({asking})


async def _ask(batches: AsyncIterator[list[Sequenced]]) -> list[Sequenced] | None:
    async for items in batches:
        if items:
            return items
    return None
