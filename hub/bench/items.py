"""How long a page of the layers takes beside the bare SQL of the same rows, now and in the past."""

import datetime as dt
import statistics
import time
from collections.abc import Callable

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from contracts.times import parse_valid_at
from hub import clock
from hub.bench.asking import Answer, Asker, open_asker
from hub.bench.figures import Figure, figure
from hub.servers.stack import Stack
from hub.settings import Settings

ROUNDS, WARM_UP = 40, 5
PAGE = 1000
PAGES_ON = 3
ITEMS = "/ogc/collections/household_points/items"
DAY = "2025-06-30"
AT_DAY = sql.SQL("'2025-06-30T16:59:59.999999Z'")
Report = Callable[[str, int, int], None]

BARE_ITEMS = sql.SQL("""SELECT s.household, r.household_id::text, s.amphoe, s.tambon, s.moo, s.in_sources,
    array_to_string(s.sources, ','), s.persons, s.health, s.living, s.education, s.income, s.accessibility, s.level,
    lower(s.valid), upper(s.valid), ST_AsGeoJSON(s.geom, 6, 0)
FROM view_v1.household_state AS s JOIN view_v1.record AS r ON r.record = s.household
WHERE {known} AND s.valid @> {at}::timestamptz AND s.geom IS NOT NULL AND s.household > {last}
ORDER BY s.household, lower(s.valid) LIMIT {limit}""")


class Basis(msgspec.Struct, frozen=True):
    """One of the two points in time that are measured: its query, and what SQL says for it."""

    name: str
    query: str
    known: sql.SQL | sql.Composed
    at: sql.SQL
    instant: dt.datetime


class Link(msgspec.Struct):
    href: str
    rel: str


class Page(msgspec.Struct):
    """The part of a page that leads on."""

    links: list[Link]


def bases(events: int) -> list[Basis]:
    """Now, and the middle of the log at a past day."""
    past = events // 2
    known = sql.SQL("s.recorded @> {}::bigint").format(sql.Literal(past))
    return [
        Basis("now", "", sql.SQL("upper_inf(s.recorded)"), sql.SQL("now()"), clock.now()),
        Basis("past", f"&as_of=seq:{past}&datetime={DAY}", known, AT_DAY, parse_valid_at(DAY)),
    ]


async def measure_items(settings: Settings, stack: Stack, events: int, report: Report) -> list[Figure]:
    """Medians in milliseconds of a page of 1,000 households, the fourth of its question, beside the bare SQL of the same rows."""
    rows: list[Figure] = []
    async with (
        open_asker(settings, stack) as asker,
        await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
    ):
        await connection.execute("SET plan_cache_mode = force_custom_plan; SET jit = off")
        spent: dict[str, float] = {}
        for basis in bases(events):
            path = await _walk(asker, f"{ITEMS}?limit={PAGE}{basis.query}")
            last = await _last_key(connection, basis)
            asked: list[float] = []
            bare: list[float] = []
            for number in range(WARM_UP + ROUNDS):
                asked.append((await _good(asker, path)).seconds * 1000)
                bare.append(await _bare(connection, basis, last))
                report("items", number + 1, WARM_UP + ROUNDS)
            spent[basis.name] = median(asked)
            rows.append(figure(f"items_{basis.name}", spent[basis.name], "ms", median(bare)))
            first = [
                (await _good(asker, f"{ITEMS}?limit={PAGE}{basis.query}")).seconds * 1000
                for _ in range(ROUNDS)
            ]
            rows.append(figure(f"items_{basis.name}_first", median(first), "ms", median(bare)))
        rows.append(figure("items_past_to_now", spent["past"], "ms", spent["now"]))
    return rows


def median(milliseconds: list[float]) -> float:
    """The middle one, the first ones left out."""
    return statistics.median(milliseconds[WARM_UP:])


async def _good(asker: Asker, path: str) -> Answer:
    answer = await asker.get(path)
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} for {path}")
    return answer


async def _walk(asker: Asker, path: str) -> str:
    """The address of a page further on."""
    for _ in range(PAGES_ON):
        page = msgspec.json.decode((await _good(asker, path)).body, type=Page)
        following = next((link.href for link in page.links if link.rel == "next"), None)
        if following is None:
            return path
        path = following.removeprefix("http://bench.test")
    return path


def _statement(basis: Basis, last: int, limit: int) -> sql.Composed:
    return BARE_ITEMS.format(known=basis.known, at=basis.at, last=sql.Literal(last), limit=sql.Literal(limit))


async def _last_key(connection: AsyncConnection[TupleRow], basis: Basis) -> int:
    rows = await (await connection.execute(_statement(basis, 0, PAGE * PAGES_ON))).fetchall()
    return int(rows[-1][0]) if len(rows) == PAGE * PAGES_ON else 0


async def _bare(connection: AsyncConnection[TupleRow], basis: Basis, last: int) -> float:
    statement = _statement(basis, last, PAGE + 1)
    began = time.perf_counter()
    await (await connection.execute(statement)).fetchall()
    return (time.perf_counter() - began) * 1000
