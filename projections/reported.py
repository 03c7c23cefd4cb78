"""Standing on what had been reported by a day: relations of the same names as the tables, put before them for one transaction.

Temporary views of a session are found before the tables of the search path, so that every question is asked as it always is. What follows from
reports (household states, help, findings) is refolded for the households that something concerns which was reported later; of the
others the stored rows are as right as they ever were.
"""

import asyncio
import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec
from psycopg import AsyncCursor, sql
from psycopg.rows import TupleRow

from contracts.rules import DEFAULT_RULES, Rules
from projections import queries
from projections.basis import Basis
from projections.findings.rulebook import Terms
from projections.output import COLUMNS
from projections.refold import Concerned, refold
from projections.state import ActionState
from projections.stored import Version, to_statement, utc, utc_or_none

_SQL = queries.load(Path(__file__).parent / "sql")
KEPT_SECONDS = 600
MOST_KEPT = 2
AT_ONCE = 4000
"""About so many households are refolded at a time: it bounds the memory, and one thread's turn."""

_FILLED = {"household_state": "reported_state", "finding": "reported_finding"}


class Portion(msgspec.Struct, frozen=True):
    """Some households told again: lines to copy by table, members whom no link knows, and which help repeats which."""

    lines: dict[str, str]
    alone: list[int]
    repeats: dict[int, int]


class Kept(msgspec.Struct):
    """The last few provinces that were told again, for the next page. They hold names: none stays longer than `KEPT_SECONDS`.

    One is forgotten sooner where somebody was erased since.
    """

    portions: dict[tuple[int, int, dt.datetime], tuple[int, list[Portion]]] = {}

    def put(self, key: tuple[int, int, dt.datetime], checkpoint: int, portions: list[Portion]) -> None:
        """Keep what was told at this version, sequence and day, with how far the version was."""
        self.portions.pop(key, None)
        self.portions[key] = (checkpoint, portions)
        while len(self.portions) > MOST_KEPT:
            self.portions.pop(next(iter(self.portions)))
        asyncio.get_running_loop().call_later(KEPT_SECONDS, self.forget, key)

    def forget(self, key: tuple[int, int, dt.datetime]) -> None:
        """No longer keep it."""
        self.portions.pop(key, None)


async def stand_on(
    cursor: AsyncCursor[TupleRow],
    basis: Basis,
    households: Collection[int] | None = None,
    kept: Kept | None = None,
) -> None:
    """From here to the end of the transaction the tables hold what had been reported by `basis.reported_by`, as known at its sequence.

    With `households` only they, those who share a person with them and their help are right, which is quick. The transaction must be one that
    may write temporary tables and be rolled back at the end: the views last as long as the session otherwise.
    """
    if basis.reported_by is None:
        return
    await _Standing(cursor, basis, basis.reported_by, kept if households is None else None).run(households)


class _Standing:
    def __init__(
        self, cursor: AsyncCursor[TupleRow], basis: Basis, reported_by: dt.datetime, kept: Kept | None
    ) -> None:
        self._cursor = cursor
        self._kept = kept
        self._key = (basis.version, basis.sequence, reported_by)
        self._values = {"sequence": basis.sequence}
        live = sql.Identifier(basis.schema_name)
        late = sql.SQL(_SQL["reported_late"]).format(
            e=sql.Identifier("e"), reported_by=sql.Literal(reported_by)
        )
        self._parts: dict[str, sql.Composable] = {
            "live": live,
            "late": late,
            "sequence": sql.Literal(basis.sequence),
        }

    async def run(self, households: Collection[int] | None) -> None:
        # Telling a province again takes longer than a question is given otherwise.
        await self._cursor.execute(_SQL["allow_refolding"])
        await self._cursor.execute(_SQL["drop_reported"])
        await self._make("create_reported")
        concerned: sql.Composable = sql.SQL("true")
        near: list[int] = []
        found: dict[int, int] = {}
        if households is not None:
            found = await self._close(households)
            near = [
                row[0] for row in await self._rows("list_reported_actions_near", households=sorted(found))
            ]
            concerned = sql.SQL("e.action = ANY(%(actions)s::bigint[])")
        await self._run("fill_reported_words", concerned=concerned, values={"actions": near})
        await self._run("fill_reported_actions")
        await self._run("fill_reported_places")
        if households is None:
            found = await self._close(row[0] for row in await self._rows("list_reported_households"))
        await self._run("fill_reported_households", values={"households": sorted(found)})
        await self._run("fill_reported_places_beside")
        await self._make("create_reported_actions")
        for portion in await self._find_kept():
            await self._fill(portion)
            found = {}
        await self._refold(found)
        await self._make("create_reported_views")
        if households is None:
            await self._cursor.execute(_SQL["analyze_reported"])

    async def _make(self, name: str) -> None:
        for statement in _SQL[name].split(";\n"):
            await self._cursor.execute(sql.SQL(statement).format(**self._parts))

    async def _run(
        self, name: str, values: dict[str, list[int]] | None = None, **parts: sql.Composable
    ) -> None:
        statement = sql.SQL(_SQL[name]).format(**self._parts, **parts)
        await self._cursor.execute(statement, self._values | (values or {}))

    async def _rows(self, name: str, **values: list[int]) -> list[TupleRow]:
        await self._run(name, values)
        return await self._cursor.fetchall()

    async def _close(self, households: Iterable[int]) -> dict[int, int]:
        """These households and all that are joined to them through persons, each with the one that stands for its component."""
        leader = {household: household for household in households}
        waiting = sorted(leader)
        while waiting:
            pairs = await self._rows("list_reported_neighbours", households=waiting)
            waiting = sorted({there for _, there in pairs} - leader.keys())
            leader.update((there, there) for there in waiting)
            for here, there in pairs:
                one, other = _find(leader, here), _find(leader, there)
                leader[max(one, other)] = min(one, other)
        return {household: _find(leader, household) for household in leader}

    async def _refold(self, leader: dict[int, int]) -> None:
        components: dict[int, list[int]] = {}
        for household in sorted(leader):
            components.setdefault(leader[household], []).append(household)
        rules, since, programmes = await self._fetch_rulebook()
        portions: list[Portion] = []
        waiting: list[list[int]] = []
        size = 0
        groups = list(components.values())
        for place, component in enumerate(groups, 1):
            waiting.append(component)
            size += len(component)
            if size >= AT_ONCE or place == len(groups):
                concerned = Concerned(rules=rules, rules_since=since, programmes=programmes)
                await self._load(concerned, [household for one in waiting for household in one])
                portion = await asyncio.to_thread(_tell, concerned, waiting)
                await self._fill(portion)
                portions.append(portion)
                waiting, size = [], 0
        if self._kept is not None and portions:
            self._kept.put(self._key, await self._fetch_checkpoint(), portions)

    async def _fetch_rulebook(self) -> tuple[Rules, int, dict[str, Terms]]:
        published = await self._rows("fetch_reported_rules")
        rules, since = DEFAULT_RULES, 0
        for document, sequence in published:
            rules, since = msgspec.json.decode(document, type=Rules), sequence
        terms = {row[0]: Terms(*row[1:]) for row in await self._rows("list_reported_programmes")}
        return rules, since, terms

    async def _load(self, concerned: Concerned, households: list[int]) -> None:
        for record, household, source in await self._rows("list_reported_records", households=households):
            concerned.source_of[record], concerned.household_of[record] = source, household
        concerned.person_of.update(
            (row[0], row[1]) for row in await self._rows("list_reported_persons", households=households)
        )
        versions = await self._rows("list_reported_versions", households=households)
        await asyncio.to_thread(_read_versions, concerned, versions)
        for row in await self._rows("list_reported_actions", households=households):
            household, action, record, member, sequence, start, until, agency, reporter, *what = row
            kind, need, programme, satang = what
            known = ActionState(
                action=action,
                agency=agency,
                start=utc(start),
                until=utc_or_none(until),
                reporter=reporter or agency,
                kind=kind,
                need=need,
                programme=programme,
                satang=satang,
                anchor=(record, member),
                household=household,
            )
            concerned.actions.setdefault(household, []).append(known)
            concerned.content[action] = sequence

    async def _find_kept(self) -> list[Portion]:
        """What was told before at the same point, unless somebody was erased since."""
        found = None if self._kept is None else self._kept.portions.get(self._key)
        if found is None:
            return []
        checkpoint, portions = found
        await self._cursor.execute(_SQL["was_erased_since"], {"checkpoint": checkpoint})
        row = await self._cursor.fetchone()
        return [] if row is None or row[0] else portions

    async def _fetch_checkpoint(self) -> int:
        await self._cursor.execute(_SQL["fetch_last_event"])
        row = await self._cursor.fetchone()
        return 0 if row is None else int(row[0])

    async def _fill(self, portion: Portion) -> None:
        for table, lines in portion.lines.items():
            await self._copy(_FILLED[table], COLUMNS[table], lines)
        if portion.alone:
            await self._run("fill_reported_alone", values={"members": portion.alone})
        if portion.repeats:
            pairs = {"actions": list(portion.repeats), "repeats": list(portion.repeats.values())}
            await self._run("mark_reported_repeats", values=pairs)

    async def _copy(self, table: str, columns: str, lines: str) -> None:
        names = sql.SQL(", ").join(sql.Identifier(name) for name in columns.split(", "))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        async with self._cursor.copy(statement) as copy:
            await copy.write(lines)


def _tell(concerned: Concerned, components: Iterable[Sequence[int]]) -> Portion:
    refolded = refold(concerned, components)
    return Portion(refolded.output.lines(), refolded.alone, refolded.repeats)


def _find(leader: dict[int, int], household: int) -> int:
    while leader[household] != household:
        leader[household] = leader[leader[household]]
        household = leader[household]
    return household


def _read_versions(concerned: Concerned, versions: Sequence[TupleRow]) -> None:
    """The statements as the events in time left them, in the order of the log."""
    for row in versions:
        record, sequence, period, happened_at, reported_at, withdrawn, amphoe, tambon, document = row
        statements = concerned.statements.setdefault(record, {})
        if not withdrawn:
            version = Version(
                source=concerned.source_of[record],
                sequence=sequence,
                period=period,
                happened_at=happened_at,
                amphoe=amphoe,
                tambon=tambon,
                document=document,
            )
            statements[period] = to_statement(version, concerned.rules.crosswalk)
        elif period in statements:
            end = utc(reported_at or happened_at)
            statements[period] = msgspec.structs.replace(statements[period], withdrawn_at=end)
