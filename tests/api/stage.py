"""A hub for API tests: a folded log in a fresh database, behind the real app, with a stand for log and intake."""

import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncGenerator, Sequence

import psycopg
from litestar import Litestar
from litestar.testing import AsyncTestClient

from contracts.errors import Unavailable
from contracts.events import Sequenced, encode_event
from contracts.submissions import Submission
from hub import auth
from hub.api.app import create_app_with
from hub.api.metrics import Metrics
from hub.api.reading import Hub, create_pool
from hub.clock import Clock
from hub.intake.receipts import Receipt
from hub.settings import read_settings
from projections import version as versions
from projections.runner import Projector

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

    def __init__(self) -> None:
        self.handed: list[tuple[str | None, Submission]] = []
        self.answers: dict[str, Receipt] = {}

    async def publish(self, submissions: Sequence[Submission], *, actor: str | None) -> list[Receipt]:
        found = []
        for submission in submissions:
            self.handed.append((actor, submission))
            name = getattr(submission, "action_id", "")
            found.append(self.answers.get(str(name), Receipt(status="accepted", sequence=len(self.handed))))
        return found


@dataclasses.dataclass
class Stage:
    """What a test has in hand."""

    database_url: str
    client: AsyncTestClient[Litestar]
    keys: dict[str, str]
    events: ListedEvents
    intake: ListedIntake
    now: dt.datetime = NOW

    async def get(self, path: str, role: str | None = "auditor", *, headers: dict[str, str] | None = None, **parameters):
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
            yield Hub(pool=pool, events=events, publisher=intake, clock=clock, settings=settings, metrics=metrics)
        finally:
            await pool.close()

    stage: Stage | None = None
    app = create_app_with(open_hub, hub_clock=lambda: stage.now if stage else NOW)
    async with AsyncTestClient(app) as client:
        stage = Stage(database_url, client, keys, events, intake)
        yield stage
