"""A linking model from the hub's own records: learnt, published, tried, put into force; over the real log."""

import datetime as dt

import msgspec
import psycopg
import pytest

from contracts.errors import InvalidInput, NotFound
from contracts.events import decode_event
from contracts.events_links import LinkModelPublished
from hub.linkage.models import activate_model, learn_from_hub, publish_model, try_model
from projections.linkage.default import default_model
from projections.linkage.model import with_cut
from tests.api.stage import fold
from tests.builders import Log, a_house, a_member
from tests.fixtures.intake import OpenIntake

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def two_families() -> Log:
    """Two records of one house in two sources, clearly the same."""
    log = Log()
    for source in ("tpmap", "thaiqm"):
        house = a_house("1", house_code="32010000011", house_no="1", moo=1, needs={"income": True})
        log.received(source, house, a_member("1", "สมชาย", number=1), a_member("2", "สมหญิง", number=2))
    return log


async def test_a_model_is_published_once_and_activated_only_when_it_was_published(opened: OpenIntake) -> None:
    intake = opened.intake
    model = default_model()
    with pytest.raises(NotFound):
        await activate_model(intake, model.model_id, province="32", now=NOW)
    first = await publish_model(intake, model, province="32", now=NOW, trained_on=7)
    again = await publish_model(intake, model, province="32", now=NOW, trained_on=7)
    assert (first.status, again.status, again.sequence) == ("accepted", "unchanged", first.sequence)
    assert first.sequence is not None
    (stored,) = [
        item
        async for part in intake.log.read(first.sequence - 1, stop_at=first.sequence, batch=1, patience=5)
        for item in part
    ]
    event = decode_event(stored.data)
    assert isinstance(event, LinkModelPublished)
    assert msgspec.json.decode(event.data.document, type=type(model)) == model
    active = await activate_model(intake, model.model_id, province="32", now=NOW)
    same = await activate_model(intake, model.model_id, province="32", now=NOW)
    assert (active.status, same.status) == ("accepted", "unchanged")
    await opened.project()
    assert await opened.rows("SELECT model FROM link_model_in_force") == [(model.model_id,)]


async def test_a_model_of_another_normal_form_is_refused(opened: OpenIntake) -> None:
    intake = opened.intake
    other = msgspec.structs.replace(default_model(), norm="norm@0")
    with pytest.raises(InvalidInput, match="norm@0"):
        await publish_model(intake, other, province="32", now=NOW, trained_on=0)


async def test_trying_a_model_says_what_would_change_and_changes_nothing(database_url: str) -> None:
    log = two_families()
    strict = with_cut(default_model(), 10**8)
    log.modelled("strict", msgspec.json.encode(strict).decode())
    log.modelled("same", msgspec.json.encode(default_model()).decode())
    await fold(database_url, log.items)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        found = await try_model(connection, "strict", now=NOW)
        assert (found.pairs_lost, found.records_moved, found.members_moved) == (1, 2, 4)
        assert (found.before.households, found.after.households) == (1, 2)
        assert found.after.findings["unserved"] == 2 * found.before.findings["unserved"]
        assert (await try_model(connection, "same", now=NOW)).is_nothing
        with pytest.raises(NotFound):
            await try_model(connection, "nobody", now=NOW)
        schema = await (await connection.execute("SELECT schema_name FROM projection.version")).fetchone()
        assert schema is not None
        cursor = await connection.execute(f"SELECT count(*) FROM {schema[0]}.household_record")
        assert await cursor.fetchone() == (2,)


async def test_what_trying_says_is_what_activating_does(database_url: str) -> None:
    log = two_families()
    log.modelled("strict", msgspec.json.encode(with_cut(default_model(), 10**8)).decode())
    log.activated("strict")
    await fold(database_url, log.items)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        schema = await (await connection.execute("SELECT schema_name FROM projection.version")).fetchone()
        assert schema is not None
        cursor = await connection.execute(
            f"SELECT count(DISTINCT household) FROM {schema[0]}.household_record WHERE upper_inf(recorded)"
        )
        assert await cursor.fetchone() == (2,)


async def test_nothing_is_learnt_from_an_empty_hub(database_url: str) -> None:
    await fold(database_url, [])
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        with pytest.raises(InvalidInput, match="no records"):
            await learn_from_hub(connection)
