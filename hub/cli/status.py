"""`hub status`: is it well, and how far is it."""

import asyncio

import click
import msgspec
import nats.errors
import psycopg
from psycopg import AsyncConnection

from contracts.errors import HubError, Unavailable
from contracts.times import to_text
from hub.cli.shared import Options, answer, run
from hub.log import open_log
from hub.servers.holding import running_hub
from hub.servers.paths import DataFolder
from hub.servers.stack import Stack, attach, external_stack
from hub.settings import Settings
from projections import version as versions


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What `hub status` says. `lag` is how many events are not projected yet."""

    state: str
    last_sequence: int | None
    checkpoint: int | None
    recorded_at: str | None
    lag: int | None
    projection: str | None
    error: str | None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@click.pass_obj
def status(options: Options, *, as_json: bool) -> None:
    """Say how far log and projection are, and why the projector stands still if it does. Exit code 1 when not well."""
    settings = options.settings()
    found = run(_status(settings))
    lines = [
        f"hub         {found.state}",
        f"log         {_number(found.last_sequence)} events",
        f"projection  {found.projection or '-'}: {_number(found.checkpoint)} events, {_number(found.lag)} to go"
        + (f", known up to {found.recorded_at}" if found.recorded_at else ""),
    ]
    if found.error:
        lines.append(f"standstill  {found.error}")
    answer(found, as_json=as_json, text="\n".join(lines))
    if found.state != "running" or found.error:
        raise SystemExit(1)


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


async def _status(settings: Settings) -> Status:
    try:
        stack = await _reach(settings)
    except Unavailable as reason:
        return _down(reason.message_en)
    if stack is None:
        return _down(f"not running on {settings.data_dir}; start it with: hub --data {settings.data_dir} up")
    error: str | None = None
    last: int | None = None
    live: versions.Version | None = None
    try:
        async with asyncio.timeout(10), open_log(stack.nats_servers) as log:
            last = await log.last_sequence()
    except (HubError, nats.errors.Error, TimeoutError):
        error = "the log cannot be reached"
    try:
        async with await AsyncConnection.connect(stack.database_url, connect_timeout=5) as connection:
            live = await versions.fetch_live(connection.cursor())
    except psycopg.Error:
        error = "the database cannot be reached or has no projection yet"
    return Status(
        state="running",
        last_sequence=last,
        checkpoint=live.checkpoint if live else None,
        recorded_at=to_text(live.recorded_at) if live and live.recorded_at else None,
        lag=max(last - live.checkpoint, 0) if live and last is not None else None,
        projection=live.schema_name if live else None,
        error=error or (live.error if live else None),
    )


async def _reach(settings: Settings) -> Stack | None:
    if settings.nats_url and settings.database_url:
        return external_stack(settings)
    running = running_hub(DataFolder(settings.data_dir))
    return None if running is None else await attach(settings, running)


def _down(why: str) -> Status:
    return Status(
        state=why,
        last_sequence=None,
        checkpoint=None,
        recorded_at=None,
        lag=None,
        projection=None,
        error=None,
    )
