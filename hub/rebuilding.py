"""Rebuilding the projection: the next version from the whole log beside the live one, compared with it, and put in its place.

Readers and intake go on meanwhile. The new version is filled by COPY without constraints, gets these and its indexes, catches up, is compared
with the live one, and goes live in one transaction that holds the live projector where it stands. One that is killed leaves a version
that is `building`; the next rebuild drops it and begins again.
"""

import contextlib
import gc
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Literal

import msgspec
import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from contracts.errors import Conflict, Unavailable
from contracts.events import Sequenced
from hub import projector as projecting
from hub.ahead import open_batches_ahead, order
from hub.bench.stopwatch import Stopwatch
from hub.erasing.erase import settle
from hub.erasing.purge import Purged, fetch_due, purge
from hub.guards import check_log
from hub.log import JetStreamLog
from hub.projector import open_batches
from hub.vault import Vault
from projections import switching
from projections import version as versions
from projections.diff import Diff, compare
from projections.output import COLUMNS
from projections.runner import Projector, run
from projections.version import Version

CLOSE = 500
"""The live projector is held only while the new version has at most so many events to go to it."""

MOST_ROUNDS = 200
Report = Callable[[str, int, int], None]
Outcome = Literal["switched", "differs", "rolled_back"]


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild did. `seconds` by stage: fold and write overlap, read is how long both waited for the log.

    `after_erasure`: somebody was erased since the version before was begun; what was inferred from them is gone, so that
    differences are lawful. `purged`: the files were purged of them.
    """

    outcome: Outcome
    version: int
    before: int | None
    events: int
    seconds: dict[str, float]
    total_seconds: float
    events_per_second: float
    diff: Diff | None
    after_erasure: bool
    dropped: tuple[int, ...]
    still_read: tuple[int, ...]
    began_again: tuple[int, ...]
    purged: Purged | None = None


class RolledBack(msgspec.Struct, frozen=True, kw_only=True):
    """Which version is live again, from where its projector goes on, and which one it replaced."""

    outcome: Outcome
    version: int
    before: int
    checkpoint: int


async def rebuild(
    database_url: str,
    log: JetStreamLog,
    vault: Vault,
    report: Report,
    *,
    keep: int = 1,
    accept_differences: bool = False,
) -> Rebuilt:
    """Build the next version, compare it with the live one and switch; with differences only if they are accepted or lawful.

    Raises Conflict while another rebuild is at work, and whatever stops a projector; the live version then stays as it is.
    """
    async with _open(database_url) as desk, _open(database_url) as writer, _open(database_url) as keys:
        await versions.ensure_registry(desk)
        await switching.lock_rebuild(desk)
        work = _Rebuild(database_url, log, vault, desk, writer, keys, report)
        return await work.run(keep=keep, accept_differences=accept_differences)


async def roll_back(database_url: str) -> RolledBack:
    """Make the newest retired version live again; its projector catches up by itself. Raises Conflict, NotFound, Unavailable."""
    async with _open(database_url) as desk:
        await versions.ensure_registry(desk)
        await switching.lock_rebuild(desk)
        async with desk.transaction():
            live = await switching.hold_live(desk)
            if live is None:
                raise Unavailable("There is no live version to go back from.", code="NO_PROJECTION")
            erasure = await switching.fetch_last_erasure(desk, live)
            known = await versions.fetch_all(desk.cursor())
            chosen = switching.choose_rollback(known, erasure)
            await switching.make_live(desk, chosen, live)
    return RolledBack(
        outcome="rolled_back", version=chosen.number, before=live.number, checkpoint=chosen.checkpoint
    )


@contextlib.asynccontextmanager
async def _open(database_url: str) -> AsyncGenerator[AsyncConnection[TupleRow]]:
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        yield connection


class _Rebuild:
    """One rebuild: `desk` decides, `writer` fills the new version, `keys` reads the vault and helps with indexes."""

    def __init__(
        self,
        database_url: str,
        log: JetStreamLog,
        vault: Vault,
        desk: AsyncConnection[TupleRow],
        writer: AsyncConnection[TupleRow],
        keys: AsyncConnection[TupleRow],
        report: Report,
    ) -> None:
        self._database_url = database_url
        self._log = log
        self._vault = vault
        self._desk = desk
        self._writer = writer
        self._keys = keys
        self._report = report
        self._stages = Stopwatch()
        self._is_constrained = False

    async def run(self, *, keep: int, accept_differences: bool) -> Rebuilt:
        clock = time.perf_counter()
        await self._vault.ensure(self._keys)
        await settle(self._log, self._vault, self._keys)
        last = await self._log.last_sequence()
        leftovers, live = await self._look()
        if live is not None:
            await check_log(self._desk, self._log, live)
        version = await self._create(last, leftovers)
        try:
            began = time.perf_counter()
            projector = await self._fill(version, last)
            rate = last / max(time.perf_counter() - began, 1e-6)
            await self._constrain(projector)
            await self._catch_up(projector)
            diff, after_erasure = await self._compare(version, live)
            kept = diff is not None and diff.differences > 0 and not (accept_differences or after_erasure)
            before = None if kept else await self._switch(projector)
        except BaseException:
            # What is half built is of no use, and erasures do not reach it.
            await self._drop_broken(version)
            raise
        dropped, still_read = ([], []) if kept else await self._drop_old(version, before, keep)
        purged = None if kept else await self._purge(version)
        return Rebuilt(
            outcome="differs" if kept else "switched",
            version=version.number,
            before=live.number if kept and live else before,
            events=projector.checkpoint,
            seconds={stage: round(seconds, 3) for stage, seconds in self._stages.seconds.items()},
            total_seconds=round(time.perf_counter() - clock, 3),
            events_per_second=round(rate, 1),
            diff=diff,
            after_erasure=after_erasure,
            dropped=tuple(v.number for v in dropped),
            still_read=tuple(v.number for v in still_read),
            began_again=tuple(v.number for v in leftovers),
            purged=purged,
        )

    async def _look(self) -> tuple[list[Version], Version | None]:
        known = await versions.fetch_all(self._desk.cursor())
        live = next((version for version in known if version.state == "live"), None)
        return [version for version in known if version.state == "building"], live

    async def _create(self, last: int, leftovers: list[Version]) -> Version:
        known = await versions.fetch_all(self._desk.cursor())
        number = max((version.number for version in known), default=0) + 1
        if still := await switching.drop_unread(self._desk, leftovers):
            raise Conflict(
                f"{', '.join(v.schema_name for v in still)} of a rebuild that was cut short is still read; try again.",
                code="VERSION_IN_USE",
            )
        version = await versions.create_version(
            self._writer, number=number, state="building", constraints=False, began=last
        )
        await versions.lock(self._writer, version)
        return version

    def _told(self, done: int, last: int) -> None:
        # What is remembered until the end is not looked through for garbage again and again.
        gc.freeze()
        self._report("fold", done, last)

    async def _fill(self, version: Version, last: int) -> Projector:
        projector = Projector(self._writer, version, watch=self._stages, bulk=True)
        await projector.begin_bulk()
        asked = order(self._database_url, self._log, self._vault, version, last, projecting.BATCH)
        async with contextlib.aclosing(open_batches_ahead(asked)) as batches:
            waited = self._waited(batches)
            await run(projector, _while_remembered(projector, waited), lambda done: self._told(done, last))
            if projector.checkpoint < last:
                # Beyond its memory the fold reads the tables, and needs their indexes.
                await self._constrain(projector, report=False)
                await run(projector, waited, lambda done: self._report("fold", done, last))
        gc.unfreeze()
        return projector

    async def _waited(self, batches: AsyncGenerator[list[Sequenced]]) -> AsyncIterator[list[Sequenced]]:
        while True:
            with self._stages("read"):
                items = await anext(batches, None)
            if items is None:
                return
            yield items

    async def _constrain(self, projector: Projector, *, report: bool = True) -> None:
        await projector.end_bulk()
        if self._is_constrained:
            return
        if report:
            self._report("constraints", 0, 1)
        await versions.use_schema(self._keys, projector.version.schema_name)
        with self._stages("constraints"):
            await versions.add_constraints(self._writer, self._keys)
            for table in COLUMNS:
                await self._writer.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
        self._is_constrained = True
        if report:
            self._report("constraints", 1, 1)

    async def _catch_up(self, projector: Projector, until: int | None = None) -> None:
        """Fold what was appended meanwhile, up to the newest event or to `until`."""
        last = await self._log.last_sequence() if until is None else until
        if last <= projector.checkpoint:
            return
        version = await versions.fetch_version(self._desk.cursor(), projector.version.number)
        if version is None:
            raise Unavailable("The version that is being built is gone.", code="VERSION_GONE")
        with self._stages("catch-up"):
            async with contextlib.aclosing(
                open_batches(self._keys, self._log, self._vault, version, last)
            ) as batches:
                await run(projector, batches, lambda done: self._report("catch-up", done, last))

    async def _compare(self, version: Version, live: Version | None) -> tuple[Diff | None, bool]:
        if live is None:
            return None, False
        with self._stages("compare"):
            diff = await compare(self._desk, live.number, version.number, progress=self._report)
        erasure = await switching.fetch_last_erasure(self._desk, version)
        return diff, erasure > live.began

    async def _switch(self, projector: Projector) -> int | None:
        """Go live at or after the place of the live version, which is held meanwhile. Raises Unavailable when it is never near."""
        with self._stages("switch"):
            for _ in range(MOST_ROUNDS):
                await self._catch_up(projector)
                async with self._desk.transaction():
                    live = await switching.hold_live(self._desk)
                    if live is not None and live.checkpoint - projector.checkpoint > CLOSE:
                        continue
                    if live is not None:
                        await self._catch_up(projector, live.checkpoint)
                    await switching.make_live(self._desk, projector.version, live)
                return None if live is None else live.number
        raise Unavailable(
            "The new version does not catch up with the live one; try again.", code="NOT_CAUGHT_UP"
        )

    async def _drop_old(
        self, version: Version, before: int | None, keep: int
    ) -> tuple[list[Version], list[Version]]:
        # The projector of the new version begins now; a lock that is held would keep it waiting.
        await versions.unlock(self._writer, version)
        erasure = await switching.fetch_last_erasure(self._desk, version)
        known = await versions.fetch_all(self._desk.cursor())
        gone = switching.choose_dropped(known, before=before, keep=keep, erasure=erasure)
        still_read = await switching.drop(self._desk, gone)
        return [v for v in gone if v not in still_read], still_read

    async def _purge(self, version: Version) -> Purged | None:
        """Purge the files, once no version is left that was begun before the last erasure."""
        known = await versions.fetch_all(self._desk.cursor())
        live = next((one for one in known if one.number == version.number), None)
        due = await fetch_due(self._desk, live)
        if live is None or due is None or any(one.began < live.erased for one in known):
            return None
        with self._stages("purge"):
            return await purge(self._desk, live.erased)

    async def _drop_broken(self, version: Version) -> None:
        with contextlib.suppress(
            psycopg.Error
        ):  # said by the error that brought it here; the next rebuild drops it
            await self._writer.close()
            known = await versions.fetch_version(self._desk.cursor(), version.number)
            if known is not None and known.state == "building":
                await switching.drop_unread(self._desk, [known])


async def _while_remembered(
    projector: Projector, batches: AsyncIterator[list[Sequenced]]
) -> AsyncIterator[list[Sequenced]]:
    """Batches, until the projector remembers no longer all that it folded."""
    async for items in batches:
        yield items
        if not projector.remembers_all:
            return
