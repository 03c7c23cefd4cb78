"""How long tiles take: points beside the bare SQL of the same tile, cells against fixed limits, and answers that the client has already."""

import datetime as dt
import time
from collections.abc import Callable

from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from contracts.times import to_text
from hub.bench.asking import Asker, open_asker
from hub.bench.figures import Figure, figure
from hub.bench.items import Basis, bases, median
from hub.servers.stack import Stack
from hub.settings import Settings

ROUNDS, WARM_UP = 60, 5
POINT_ZOOM, CELL_ZOOM = 12, 8
CELLS_NOW_MS, CELLS_COLD_MS, CELLS_AGAIN_MS, UNCHANGED_MS = 30.0, 200.0, 5.0, 2.0
COLD_STEPS = 12
MICROSECOND = dt.timedelta(microseconds=1)
Report = Callable[[str, int, int], None]

BARE_TILE = sql.SQL("""WITH points AS (
    SELECT s.household AS mvt_id, r.household_id::text AS id, s.amphoe, s.tambon, s.in_sources, s.persons, s.level,
        s.health AS need_health, s.living AS need_living, s.education AS need_education, s.income AS need_income,
        s.accessibility AS need_accessibility, 1 AS households,
        ST_AsMVTGeom(s.g3857, ST_TileEnvelope({z}, {x}, {y}), 4096, 64, true) AS geom
    FROM view_v1.household_state AS s JOIN view_v1.record AS r ON r.record = s.household
    WHERE {known} AND s.valid @> {at}::timestamptz AND s.geom IS NOT NULL
        AND s.g3857 && ST_TileEnvelope({z}, {x}, {y}, margin => 64.0 / 4096)
    ORDER BY s.household
) SELECT ST_AsMVT(points, 'household_points', 4096, 'geom', 'mvt_id') FROM points WHERE geom IS NOT NULL""")
FULLEST = sql.SQL("""SELECT floor((ST_X(g3857) + 20037508.342789244) / {side})::int, floor((20037508.342789244 - ST_Y(g3857)) / {side})::int, count(*)
FROM view_v1.household_state WHERE upper_inf(recorded) AND geom IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1""")
WORLD = 40075016.685578488


async def measure_tiles(settings: Settings, stack: Stack, events: int, report: Report) -> list[Figure]:
    """Medians in milliseconds over the fullest tile of a zoom; in the past at the middle of the log."""
    rows: list[Figure] = []
    async with (
        open_asker(settings, stack) as asker,
        await AsyncConnection.connect(stack.database_url, autocommit=True) as connection,
    ):
        await connection.execute("SET plan_cache_mode = force_custom_plan; SET jit = off")
        place = await _fullest(connection, POINT_ZOOM)
        spent: dict[str, float] = {}
        for basis in bases(events):
            path = tile_path("household_points", POINT_ZOOM, place, basis.query)
            path = path.partition("datetime=")[0].rstrip("&")
            asked: list[float] = []
            bare: list[float] = []
            for number in range(WARM_UP + ROUNDS):
                # An instant of its own each time: a tile that is drawn already is remembered.
                asked.append(
                    await _ask(asker, f"{path}&datetime={to_text(basis.instant - number * MICROSECOND)}")
                )
                bare.append(await _bare(connection, basis, place))
                report("tiles", number + 1, WARM_UP + ROUNDS)
            spent[basis.name] = median(asked)
            rows.append(figure(f"tile_points_{basis.name}", spent[basis.name], "ms", median(bare)))
            again = [await _ask(asker, path) for _ in range(WARM_UP + ROUNDS)]
            rows.append(figure(f"tile_points_{basis.name}_again", median(again), "ms", median(bare)))
        rows.append(figure("tile_points_past_to_now", spent["past"], "ms", spent["now"]))
        rows += await _cells(asker, connection, events)
        rows += await _unchanged(asker, place, events)
    return rows


def tile_path(layer: str, zoom: int, place: tuple[int, int], query: str) -> str:
    """The address of a tile."""
    return f"/ogc/xyz/{layer}/{zoom}/{place[0]}/{place[1]}.mvt?{query.removeprefix('&')}"


async def _cells(asker: Asker, connection: AsyncConnection[TupleRow], events: int) -> list[Figure]:
    place = await _fullest(connection, CELL_ZOOM)
    now, past = (tile_path("household_points", CELL_ZOOM, place, basis.query) for basis in bases(events))
    first = await _ask(asker, now)
    current = [await _ask(asker, now) for _ in range(ROUNDS)]
    known = [max(events * (step + 1) // (COLD_STEPS + 2), 1) for step in range(COLD_STEPS)]
    cold = [
        await _ask(asker, tile_path("household_points", CELL_ZOOM, place, f"as_of=seq:{s}")) for s in known
    ]
    again = [await _ask(asker, past) for _ in range(ROUNDS)]
    return [
        figure("tile_cells_load", first, "ms", CELLS_COLD_MS),
        figure("tile_cells_now", median(current), "ms", CELLS_NOW_MS),
        figure("tile_cells_past_cold", median(cold), "ms", CELLS_COLD_MS),
        figure("tile_cells_past_again", median(again), "ms", CELLS_AGAIN_MS),
    ]


async def _unchanged(asker: Asker, place: tuple[int, int], events: int) -> list[Figure]:
    rows: list[Figure] = []
    for basis in bases(events):
        path = tile_path("household_points", POINT_ZOOM, place, basis.query)
        etag = (await asker.get(path)).headers["etag"]
        spent: list[float] = []
        for _ in range(WARM_UP + ROUNDS):
            answer = await asker.get(path, if_none_match=etag)
            if answer.status != 304:
                raise RuntimeError(f"{answer.status} for {path}")
            spent.append(answer.seconds * 1000)
        rows.append(figure(f"tile_unchanged_{basis.name}", median(spent), "ms", UNCHANGED_MS))
    return rows


async def _ask(asker: Asker, path: str) -> float:
    answer = await asker.get(path)
    if answer.status not in {200, 204}:
        raise RuntimeError(f"{answer.status} for {path}")
    return answer.seconds * 1000


async def _fullest(connection: AsyncConnection[TupleRow], zoom: int) -> tuple[int, int]:
    side = sql.SQL("{}::float8").format(sql.Literal(WORLD / (1 << zoom)))
    row = await (await connection.execute(FULLEST.format(side=side))).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def _bare(connection: AsyncConnection[TupleRow], basis: Basis, place: tuple[int, int]) -> float:
    statement = BARE_TILE.format(
        known=basis.known,
        at=basis.at,
        z=sql.Literal(POINT_ZOOM),
        x=sql.Literal(place[0]),
        y=sql.Literal(place[1]),
    )
    began = time.perf_counter()
    await (await connection.execute(statement)).fetchone()
    return (time.perf_counter() - began) * 1000
