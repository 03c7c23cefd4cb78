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
from hub.erasing.purge import Due, fetch_due
from hub.log import open_log
from hub.servers.holding import running_hub
from hub.servers.paths import DataFolder
from hub.servers.stack import Stack, attach, external_stack
from hub.settings import Settings
from projections import version as versions


class VersionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the projection. `at_work`: a projector or a rebuild writes it at this moment."""

    version: int
    state: str
    checkpoint: int
    code: str
    at_work: bool


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What `hub status` says. `lag` is how many events are not projected yet."""

    state: str
    last_sequence: int | None
    checkpoint: int | None
    recorded_at: str | None
    lag: int | None
    projection: str | None
    error: str | None
    error_th: str | None = None
    error_code: str | None = None
    error_sequence: int | None = None
    versions: tuple[VersionStatus, ...] = ()
    rebuild_due: Due | None = None


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
    lines += [_describe(version, found.last_sequence) for version in found.versions]
    if found.rebuild_due:
        lines.append(
            f"erasure     somebody was erased at event {found.rebuild_due.sequence:,}: "
            f"run `hub rebuild` before {to_text(found.rebuild_due.until)}"
        )
    if found.error:
        code = f" [{found.error_code}]" if found.error_code else ""
        lines.append(f"standstill  {found.error}{code}")
        if found.error_th and found.error_th != found.error:
            lines.append(f"            {found.error_th}")
    answer(found, as_json=as_json, text="\n".join(lines))
    if found.state != "running" or found.error:
        raise SystemExit(1)


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _describe(version: VersionStatus, last: int | None) -> str:
    words = {"live": "live", "retired": "retired, kept for rollback"}.get(version.state)
    if words is None:
        words = "rebuild in progress" if version.at_work else "of a rebuild that was cut short or differs"
        words += f", of {_number(last)}"
    elif version.state == "live" and not version.at_work:
        words += ", no projector at work"
    return f"version {version.version:<3} {version.checkpoint:,} events, {words}"


async def _status(settings: Settings) -> Status:
    try:
        stack = await _reach(settings)
    except Unavailable as reason:
        return _down(reason.message_en)
    if stack is None:
        return _down(f"not running on {settings.data_dir}; start it with: hub --data {settings.data_dir} up")
    error: str | None = None
    last: int | None = None
    known: list[versions.Version] = []
    at_work: set[int] = set()
    due: Due | None = None
    try:
        async with asyncio.timeout(10), open_log(stack.nats_servers) as log:
            last = await log.last_sequence()
    except (HubError, nats.errors.Error, TimeoutError):
        error = "the log cannot be reached"
    try:
        async with await AsyncConnection.connect(stack.database_url, connect_timeout=5) as connection:
            known = await versions.fetch_all(connection.cursor())
            at_work = await versions.fetch_at_work(connection.cursor())
            due = await fetch_due(connection, next((v for v in known if v.state == "live"), None))
    except psycopg.Error:
        error = "the database cannot be reached or has no projection yet"
    live = next((version for version in known if version.state == "live"), None)
    return Status(
        state="running",
        last_sequence=last,
        checkpoint=live.checkpoint if live else None,
        recorded_at=to_text(live.recorded_at) if live and live.recorded_at else None,
        lag=max(last - live.checkpoint, 0) if live and last is not None else None,
        projection=live.schema_name if live else None,
        error=error or (live.error if live else None),
        error_th=live.error_th if live and not error else None,
        error_code=live.error_code if live and not error else None,
        error_sequence=live.error_sequence if live and not error else None,
        versions=tuple(
            VersionStatus(
                version=version.number,
                state=version.state,
                checkpoint=version.checkpoint,
                code=version.code,
                at_work=version.number in at_work,
            )
            for version in known
        ),
        rebuild_due=due,
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
