"""A hub for API tests: a folded log in a fresh database, behind the real app, with a stand for log and intake."""

import asyncio
import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncGenerator, Sequence

import httpx
import psycopg
from litestar import Litestar

from contracts.errors import Unavailable
from contracts.events import Sequenced, encode_event
from hub import auth
from hub.api.app import create_app_with
from hub.api.layers import create_layer_routers
from hub.api.metrics import Metrics
from hub.api.reading import Hub, create_pool
from hub.clock import Clock
from hub.intake.receipts import Receipt
from hub.settings import read_settings
from projections import version as versions
from projections.runner import Projector
from tests.builders import KEY, Log, a_house, a_member, a_point, by_citizen, by_house, by_record, day

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


class ListedEvents:
    """The log of a test: the events that were folded."""

    def __init__(self, items: Sequence[Sequenced]) -> None:
        self.items = {item.sequence: item for item in items}
        self.is_away = False

    async def fetch_raw(self, sequences):
        self._check()
        return [encode_event(self.items[sequence].event) for sequence in sequences]

    async def fetch_opened(self, sequences):
        self._check()
        return [self.items[sequence].opened for sequence in sequences]

    async def last_sequence(self):
        self._check()
        return max(self.items, default=0)

    def _check(self):
        if self.is_away:
            raise Unavailable("The event log cannot be reached at the moment.", code="LOG_AWAY")


class ListedIntake:
    """Remembers what it is handed, and answers with the receipts it was told to give."""

    pseudonym_key = KEY

    def __init__(self) -> None:
        self.handed: list[tuple[str | None, bytes]] = []
        self.answers: dict[bytes, Receipt] = {}

    async def publish(self, lines, caller, *, first_row):
        found = []
        for line in lines:
            self.handed.append((caller.key_id, line))
            found.append(self.answers.get(line, Receipt(status="accepted", sequence=len(self.handed))))
        return found


@dataclasses.dataclass
class Stage:
    """What a test has in hand."""

    database_url: str
    client: httpx.AsyncClient
    keys: dict[str, str]
    events: ListedEvents
    intake: ListedIntake
    now: dt.datetime = NOW

    async def get(
        self, path: str, role: str | None = "auditor", *, headers: dict[str, str] | None = None, **parameters
    ):
        sent = dict(headers or {})
        if role is not None:
            sent["X-API-Key"] = self.keys[role]
        return await self.client.get(path, params=parameters, headers=sent)

    async def ask(self, path: str, role: str | None = "auditor", **parameters):
        answer = await self.get(path, role, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fold(self, items: Sequence[Sequenced]) -> None:
        """Project these events after those that are projected already."""
        self.events.items |= {item.sequence: item for item in items}
        await fold(self.database_url, items)


def story() -> Log:
    """Two records that are one household, one of another amphoe that is withdrawn later, help that is corrected, voided, unresolved."""
    log = Log()
    needs = {"health": True, "living": False}
    place = {"house_code": "32010000011", "house_no": "1", "moo": 1}
    somchai = a_member("1", "สมชาย", number=1, is_head=True)
    log.received(
        "tpmap",
        a_house("A", needs=needs, point=a_point(103.5, 14.9), **place),
        somchai,
        a_member("2", "สมหญิง", number=2),
    )
    second = a_house("B", house_code="32010000011", house_no="1/2", needs={"health": False})
    log.received("pppconnext", second, somchai, period="2566-1", happened_at=day(100))
    third = a_house("C", tambon="320201")
    log.received(
        "thaiqm",
        third,
        a_member("1", "บุญมี", number=3, is_head=True),
        happened_at=day(50),
        reported_at=day(60),
    )
    log.helped("x", by_citizen(2), happened_at=day(30))
    log.helped("x", by_citizen(2), happened_at=day(30), corrects=True, amount=20_000)
    log.helped("y", by_record("tpmap", "A"), happened_at=day(40), until=day(70))
    log.helped("z", by_house("32999999999"), agency="temple", happened_at=day(45))
    log.voided("y")
    log.withdrawn("thaiqm", "C", reported_at=day(400))
    return log


async def fold(database_url: str, items: Sequence[Sequenced]) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        version = await versions.ensure_live(connection)
        await versions.use_schema(connection, version.schema_name)
        if items:
            await Projector(connection, version).apply(list(items))


async def make_keys(database_url: str, **more: dict) -> dict[str, str]:
    wanted = {
        "agency": {"role": "agency", "agency": "psm"},
        "gis": {"role": "gis"},
        "analyst": {"role": "analyst"},
        "steward": {"role": "steward"},
        "auditor": {"role": "auditor"},
        "admin": {"role": "admin"},
        "steward_3202": {"role": "steward", "areas": ["3202"]},
        **more,
    }
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await auth.ensure_access(connection)
        return {
            name: await auth.create_key(connection, purpose=f"test {name}", now=NOW, **values)
            for name, values in wanted.items()
        }


@contextlib.asynccontextmanager
async def running(app: Litestar) -> AsyncGenerator[None]:
    """The app's lifespan in a task of its own: fixtures begin and end in different tasks, which cancel scopes do not allow."""
    started, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await ended.wait()

    task = asyncio.create_task(live())
    start = asyncio.create_task(started.wait())
    await asyncio.wait({task, start}, return_when=asyncio.FIRST_COMPLETED)
    start.cancel()
    try:
        yield
    finally:
        ended.set()
        await task


@contextlib.asynccontextmanager
async def open_stage(database_url: str, items: Sequence[Sequenced], tmp_path) -> AsyncGenerator[Stage]:
    await fold(database_url, items)
    keys = await make_keys(database_url)
    events, intake = ListedEvents(items), ListedIntake()
    settings = read_settings({}, data_dir=tmp_path)

    @contextlib.asynccontextmanager
    async def open_hub(metrics: Metrics, clock: Clock) -> AsyncGenerator[Hub]:
        pool = create_pool(database_url)
        await pool.open()
        try:
            yield Hub(
                pool=pool, events=events, intake=intake, clock=clock, settings=settings, metrics=metrics
            )
        finally:
            await pool.close()

    stage: Stage | None = None
    app = create_app_with(
        open_hub, hub_clock=lambda: stage.now if stage else NOW, more=create_layer_routers()
    )
    transport = httpx.ASGITransport(app)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        stage = Stage(database_url, client, keys, events, intake)
        yield stage
