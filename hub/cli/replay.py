"""`hub replay`: the history of a household, an agency or an area, event by event, as a person reads it."""

import contextlib
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal, get_args

import click

from contracts.errors import InvalidInput
from hub import clock
from hub.api.answers_story import ReplayStep
from hub.api.basis import Question
from hub.api.metrics import Metrics
from hub.api.parts import open_parts
from hub.api.reading import Hub, Reading
from hub.api.replay_scope import History, Scope, check_scope, open_history
from hub.api.replay_steps import fetch_steps
from hub.api.whose import EVERYBODY
from hub.auth import RIGHTS, Caller
from hub.cli.shared import Options, run
from hub.formats.columns import columns_of
from hub.formats.table import write_table
from hub.replay.printing import Language, ReplayLine, print_step, to_lines
from hub.replay.steps import move
from hub.settings import Settings

TableFormat = Literal["ndjson", "csv", "xlsx"]
AT_ONCE = 200
EVERY_SEQUENCE = 1 << 62
PROMPT = "[n]ext  [p]revious  [q]uit  or a sequence > "
HERE = Caller(role="auditor", rights=RIGHTS["auditor"], key_id="command", purpose="hub replay")
"""Who runs a command on the hub's own machine reads as an auditor does, and that reading is recorded too."""


@click.command()
@click.option("--household", metavar="ID", help="A household by its UUID.")
@click.option("--agency", metavar="ID", help="What an agency sent or gave.")
@click.option("--area", metavar="CODE", help="A code of 2, 4 or 6 digits.")
@click.option("--from", "from_", metavar="DATE", help="What happened on this day or later.")
@click.option("--until", metavar="DATE", help="What happened on this day or earlier.")
@click.option("--as-of", metavar="WHEN", help="What the hub knew: seq:N, a date or an instant.")
@click.option(
    "--valid-at", metavar="WHEN", help="The day at which before and after are compared. Default: now."
)
@click.option("--lang", "language", type=click.Choice(get_args(Language)), default="th", show_default=True)
@click.option("--step", "by_step", is_flag=True, help="One event at a time: n, p, q or a sequence.")
@click.option(
    "--format", "format_", type=click.Choice(get_args(TableFormat)), help="A table instead of text."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file for --format.")
@click.pass_obj
def replay(
    options: Options,
    *,
    household: str | None,
    agency: str | None,
    area: str | None,
    from_: str | None,
    until: str | None,
    as_of: str | None,
    valid_at: str | None,
    language: Language,
    by_step: bool,
    format_: TableFormat | None,
    out: Path | None,
) -> None:
    """Tell a history event by event: three clocks, what was said, and what it changed from what to what."""
    if (format_ is None) != (out is None):
        raise click.UsageError("--format and --out belong together.")
    if by_step and (format_ is not None or not sys.stdin.isatty()):
        raise click.UsageError("--step needs a terminal, and no --format.")
    scope = check_scope(Scope(household=household, agency=agency, area=area, from_=from_, until=until), HERE)
    question = Question(as_of=as_of, valid_at=valid_at)
    settings = options.settings()
    if format_ is not None and out is not None:
        run(_write(settings, question, scope, format_, out))
    elif by_step:
        run(_walk(settings, question, scope, language))
    else:
        run(_print(settings, question, scope, language))


@contextlib.asynccontextmanager
async def _open(
    settings: Settings, question: Question, scope: Scope
) -> AsyncGenerator[tuple[Hub, Reading, History]]:
    async with open_parts(settings, Metrics(), clock.now) as hub, hub.read(question) as reading:
        yield hub, reading, await open_history(reading, scope, HERE)


async def _pages(hub: Hub, reading: Reading, history: History) -> AsyncGenerator[list[ReplayStep]]:
    after = 0
    while True:
        found = await history.list_sequences(reading, after=after, limit=AT_ONCE)
        if not found:
            return
        await _record(hub, len(found))
        yield await fetch_steps(reading, found, HERE)
        after = found[-1] + 1


async def _record(hub: Hub, count: int) -> None:
    await hub.write_reading(HERE, what="hub replay", purpose=HERE.purpose, count=count, agencies=(EVERYBODY,))


async def _print(settings: Settings, question: Question, scope: Scope, language: Language) -> None:
    count = 0
    async with _open(settings, question, scope) as (hub, reading, history):
        async for steps in _pages(hub, reading, history):
            for step in steps:
                click.echo("\n".join(print_step(step, language)))
            count += len(steps)
    ending = f"{count:,} เหตุการณ์" if language == "th" else f"{count:,} events"
    click.echo(ending, err=True)


async def _walk(settings: Settings, question: Question, scope: Scope, language: Language) -> None:
    """Each step is a transaction of its own: none stays open while a person reads."""
    async with open_parts(settings, Metrics(), clock.now) as hub:
        async with hub.read(question) as reading:
            history = await open_history(reading, scope, HERE)
            sequences = await history.list_sequences(reading, after=0, limit=EVERY_SEQUENCE)
        if not sequences:
            raise InvalidInput("There is no event in this history.", message_th="ไม่มีเหตุการณ์ในประวัตินี้")
        place: int | None = 0
        while place is not None:
            await _record(hub, 1)
            async with hub.read(question) as reading:
                (step,) = await fetch_steps(reading, [sequences[place]], HERE)
            click.echo(f"({place + 1}/{len(sequences)})")
            click.echo("\n".join(print_step(step, language)))
            said = click.prompt(PROMPT, default="n", show_default=False, prompt_suffix="")
            place = move(place, sequences, said)


async def _write(
    settings: Settings, question: Question, scope: Scope, format_: TableFormat, out: Path
) -> None:
    lines: list[ReplayLine] = []
    async with _open(settings, question, scope) as (hub, reading, history):
        async for steps in _pages(hub, reading, history):
            lines += [line for step in steps for line in to_lines(step)]
    with out.open("wb") as file:
        for part in write_table(format_, columns_of(ReplayLine), lines, name="replay"):
            file.write(part)
    click.echo(f"{len(lines):,} rows → {out}", err=True)
