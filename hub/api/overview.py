"""GET /v1/overview: the province in numbers at (v, s), and each of its areas."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from psycopg import sql

from contracts.gazetteer import load_gazetteer
from contracts.records import NEEDS
from hub.api import examples
from hub.api.answering import not_modified, to_answer
from hub.api.answers import AreaNumbers, NeedCounts, Overview, OverviewAssistance
from hub.api.asking import AnyRequest
from hub.api.basis import Basis, Question
from hub.api.conditions import known, within
from hub.api.reading import Hub, Reading
from hub.api.statements import SQL
from hub.api.suppression import Parent, suppress_areas, suppress_overview, to_parents
from hub.auth import Caller

Level = Literal["amphoe", "tambon"]
FIRST_NEED = 5
IN_SOURCES = ("1", "2", "3", "4")


class Tally:
    """The numbers of one area, or of all of them, as they add up."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.in_sources: Counter[str] = Counter()

    def add(self, row: Sequence[Any]) -> None:
        """A row of `count_households`."""
        _, sources, in_sources, households, persons = row[:FIRST_NEED]
        self.counts["households"] += households
        self.counts["persons"] += persons
        self.counts["records"] += households * len(sources)
        self.counts["in_more_than_one"] += households if in_sources > 1 else 0
        self.in_sources[str(in_sources)] += households
        for source in sources:
            self.sources[source] += households
        for position, need in enumerate(NEEDS):
            self.counts[f"{need}.need"] += row[FIRST_NEED + 2 * position]
            self.counts[f"{need}.no_need"] += row[FIRST_NEED + 2 * position + 1]

    def add_help(self, actions: int, satang: int, households: int) -> None:
        """Help that belongs here."""
        self.counts["actions"] += actions
        self.counts["satang"] += satang
        self.counts["assisted_households"] += households


@get(
    "/overview",
    summary="The province in numbers",
    responses=examples.of(Overview, examples.OVERVIEW),
    tags=["overview"],
)
async def get_overview(
    request: AnyRequest,
    hub: NamedDependency[Hub],
    caller: NamedDependency[Caller],
    question: NamedDependency[Question],
    level: Annotated[Level, QueryParameter(description="The level of `areas`.")] = "amphoe",
) -> Response[Overview]:
    """Records, households, persons, needs and help at (v, s), in all and per area. Without a key small counts are hidden (null)."""
    async with hub.read(question) as reading:
        basis = reading.basis
        for_now = question.valid_at is None
        known = hub.overviews.find(key_of(basis, caller, level, for_now=for_now))
        if known is not None:
            basis = msgspec.structs.replace(basis, valid_at=known.valid_at)
        unchanged = not_modified(request, basis, caller)
        if unchanged is not None:
            return unchanged
        whole = known or await find_overview(hub, reading, caller, level, for_now=for_now)
    basis = msgspec.structs.replace(basis, valid_at=whole.valid_at)
    return to_answer(request, basis, caller, msgspec.structs.replace(whole, final=basis.final))


def key_of(basis: Basis, caller: Caller, level: Level, *, for_now: bool) -> Hashable:
    """Equal for questions with the same answer; `for_now` questions share one while it is young."""
    moment = None if for_now else basis.valid_at
    return (basis.version, basis.sequence, moment, caller.areas, level, caller.is_public)


async def find_overview(
    hub: Hub, reading: Reading, caller: Caller, level: Level, *, for_now: bool
) -> Overview:
    """The overview as this caller may see it, remembered or computed; those who ask at once wait for one computation."""
    key = key_of(reading.basis, caller, level, for_now=for_now)
    whole = hub.overviews.find(key)
    if whole is None:
        async with hub.counting:
            whole = hub.overviews.find(key)
            if whole is None:
                whole = await compute_overview(reading, caller, level)
                hub.overviews.keep(key, whole, for_now=for_now)
    return whole


async def compute_overview(reading: Reading, caller: Caller, level: Level) -> Overview:
    """The overview as this caller may see it."""
    whole = await fetch_overview(reading, caller.areas, level)
    if not caller.is_public:
        return whole
    parents: dict[str | None, Parent] = {}
    if level == "tambon":
        parents = to_parents((await fetch_overview(reading, caller.areas, "amphoe")).areas)
    return suppress_overview(whole, suppress_areas(whole.areas, parents))


async def fetch_overview(reading: Reading, scope: Sequence[str], level: Level) -> Overview:
    """The overview of the areas in `scope`, of the whole province when it is empty; nothing is hidden."""
    basis = reading.basis
    total, tallies = Tally(), dict[str | None, Tally]()
    for row in await fetch_counts(reading, "count_households", scope, level):
        total.add(row)
        tallies.setdefault(row[0], Tally()).add(row)
    unresolved = 0
    for is_unresolved, exists, code, actions, satang, households in await fetch_counts(
        reading, "count_help", scope, level
    ):
        if exists:
            tallies.setdefault(code, Tally()).add_help(actions, satang or 0, households)
        if exists or not scope:
            total.add_help(actions, satang or 0, households)
            unresolved += actions if is_unresolved else 0
    names = await fetch_names(reading, scope, level)
    return to_overview(basis, total, tallies, unresolved, names, level)


async def fetch_counts(
    reading: Reading, name: str, scope: Sequence[str], level: Level
) -> list[tuple[Any, ...]]:
    """The rows of one of the two counting statements."""
    basis = reading.basis
    statement = sql.SQL(SQL[name]).format(
        area=sql.Identifier(level),
        known=known("s", basis),
        known_anchor=known("ah", basis),
        known_link=known("hr", basis),
        known_action=known("st", basis),
        scope=within("s", scope),
    )
    await reading.cursor.execute(statement, basis.values | {"areas": list(scope)})
    return await reading.cursor.fetchall()


async def fetch_names(
    reading: Reading, scope: Sequence[str], level: Level
) -> dict[str | None, tuple[str | None, str | None]]:
    """The areas to show with their names: of the code list and of the boundaries known at s, which win."""
    names: dict[str | None, tuple[str | None, str | None]] = {
        area.code: (area.name_th, area.name_en)
        for area in load_gazetteer().areas.values()
        if area.level == level
    }
    await reading.cursor.execute(SQL["list_areas"], reading.basis.values | {"level": level})
    names |= {code: (name_th, name_en) for code, name_th, name_en in await reading.cursor.fetchall()}
    if not scope:
        return names
    return {code: name for code, name in names.items() if code is not None and code[:4] in scope}


def to_overview(
    basis: Basis,
    total: Tally,
    tallies: Mapping[str | None, Tally],
    unresolved: int,
    names: Mapping[str | None, tuple[str | None, str | None]],
    level: Level,
) -> Overview:
    """The answer from what was counted; households without an area stand last, under null."""
    counts = total.counts
    codes = sorted(code for code in {*names, *tallies} if code is not None)
    rows = [to_area(code, level, names, tallies.get(code)) for code in codes]
    if None in tallies:
        rows.append(to_area(None, level, names, tallies[None]))
    return Overview(
        sequence=basis.sequence,
        as_of=basis.recorded_at,
        valid_at=basis.valid_at,
        final=basis.final,
        records=dict(sorted(total.sources.items())),
        in_sources={number: total.in_sources[number] for number in (*IN_SOURCES, *more_than_four(total))},
        households=counts["households"],
        persons=counts["persons"],
        needs={need: to_need_counts(counts, need) for need in NEEDS},
        assistance=OverviewAssistance(
            actions=counts["actions"],
            amount_thb=counts["satang"] / 100,
            households=counts["assisted_households"],
            unresolved=unresolved,
        ),
        areas=rows,
        suppressed=False,
    )


def more_than_four(total: Tally) -> list[str]:
    """Numbers of sources beyond those always shown."""
    return sorted(set(total.in_sources) - set(IN_SOURCES))


def to_need_counts(counts: Mapping[str, int], need: str) -> NeedCounts:
    """What is known of one need; whoever is neither is unknown."""
    yes, no = counts[f"{need}.need"], counts[f"{need}.no_need"]
    return NeedCounts(need=yes, no_need=no, unknown=counts["households"] - yes - no)


def to_area(
    code: str | None,
    level: Level,
    names: Mapping[str | None, tuple[str | None, str | None]],
    tally: Tally | None,
) -> AreaNumbers:
    """The numbers of one area, zeros where there is nothing."""
    counts = Counter[str]() if tally is None else tally.counts
    name_th, name_en = names.get(code, (None, None))
    return AreaNumbers(
        code=code,
        level=level,
        name_th=name_th,
        name_en=name_en,
        households=counts["households"],
        persons=counts["persons"],
        records=counts["records"],
        in_more_than_one=counts["in_more_than_one"],
        needs={need: counts[f"{need}.need"] for need in NEEDS},
        assisted_households=counts["assisted_households"],
        actions=counts["actions"],
        amount_thb=counts["satang"] / 100,
    )
