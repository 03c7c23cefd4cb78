"""`hub linkage`: learn a linking model, try it, put it into force, and measure one against known truth."""

import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

import click
import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from hub import clock
from hub.cli.shared import Options, answer, run
from hub.intake.receipts import Receipt
from hub.linkage.models import activate_model, learn_from_hub, publish_model, try_model
from hub.opening import open_intake
from hub.servers.stack import open_stack
from hub.settings import Settings
from projections.linkage.model import LinkModel
from projections.supposing import Consequences

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def linkage() -> None:
    """Learn how records link, and measure it."""


@linkage.command()
@click.option("--dataset", type=FILE, required=True, help="CSV or Parquet, one person a row.")
@click.option("--truth", required=True, help="The column that says who is the same person.")
@click.option("--mapping", type=FILE, required=True, help="TOML: [fields] and [extra].")
@click.option("--household-truth", help="The column that says who is of one household.")
@click.pass_obj
def evaluate(options: Options, dataset: Path, truth: str, mapping: Path, household_truth: str | None) -> None:
    """Link a labelled file without looking at its truth, then print one JSON document on how right it was.

    Nothing of a running hub is used or changed.
    """
    from hub.linkage.evaluate import evaluate as evaluate_file  # noqa: PLC0415 - numpy only where it is needed

    options.settings()
    result = evaluate_file(dataset, truth, mapping, household_truth, lambda line: click.echo(line, err=True))
    click.echo(msgspec.json.encode(result).decode())


@linkage.command()
@click.option(
    "--dataset", type=FILE, help="CSV or Parquet, one person a row; without it the hub's own records."
)
@click.option("--mapping", type=FILE, help="TOML: [fields] and [extra]; goes with --dataset.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the model.")
@click.option("--publish", is_flag=True, help="Append the model to the log; `activate` puts it into force.")
@click.pass_obj
def train(
    options: Options, dataset: Path | None, mapping: Path | None, out: Path | None, *, publish: bool
) -> None:
    """Learn a linking model without any truth: from a file, or from all records that the hub knows.

    The model holds counts of values under hashes, never the values. A published model changes no link until it is activated.
    """
    from hub.linkage.learning import write_model  # noqa: PLC0415 - numpy only where it is needed

    if (dataset is None) != (mapping is None) or (out is None and not publish):
        raise click.UsageError(
            "--dataset and --mapping go together; --out or --publish says what becomes of it."
        )
    settings = options.settings()
    model, trained_on = _learn(settings, dataset, mapping)
    if out is not None:
        write_model(model, out)
        click.echo(f"{model.model_id}: {out}")
    if publish:
        click.echo(run(_publish(settings, model, trained_on)))


def _learn(settings: Settings, dataset: Path | None, mapping: Path | None) -> tuple[LinkModel, int]:
    from hub.linkage.learning import learn_model  # noqa: PLC0415 - numpy only where it is needed

    if dataset is not None and mapping is not None:
        return learn_model(dataset, mapping, lambda line: click.echo(line, err=True)), 0

    async def work() -> tuple[LinkModel, int]:
        async with open_stack(settings) as stack, _connect(stack.database_url) as connection:
            return await learn_from_hub(connection)

    return run(work())


async def _publish(settings: Settings, model: LinkModel, trained_on: int) -> str:
    async with open_stack(settings) as stack, open_intake(settings, stack) as intake:
        receipt = await publish_model(
            intake, model, province=settings.province, now=clock.now(), trained_on=trained_on
        )
    return _tell(receipt, f"{model.model_id} is published", f"{model.model_id} was published already")


@linkage.command()
@click.argument("model_id")
@click.pass_obj
def activate(options: Options, model_id: str) -> None:
    """Put the published model MODEL_ID into force: everything known is linked anew by it. See `shadow` first."""

    async def work() -> str:
        settings = options.settings()
        async with open_stack(settings) as stack, open_intake(settings, stack) as intake:
            receipt = await activate_model(intake, model_id, province=settings.province, now=clock.now())
        return _tell(receipt, f"{model_id} is in force", f"{model_id} was in force already")

    click.echo(run(work()))


@linkage.command()
@click.argument("model_id")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@click.pass_obj
def shadow(options: Options, model_id: str, *, as_json: bool) -> None:
    """Say what would change if the published model MODEL_ID were put into force now: pairs, households, findings. Nothing is written."""

    async def work() -> Consequences:
        settings = options.settings()
        async with open_stack(settings) as stack, _connect(stack.database_url) as connection:
            return await try_model(connection, model_id, now=clock.now())

    found = run(work())
    answer(found, as_json=as_json, text="\n".join(_describe(found)))


@contextlib.asynccontextmanager
async def _connect(database_url: str) -> AsyncGenerator[AsyncConnection[TupleRow]]:
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        yield connection


def _tell(receipt: Receipt, done: str, known: str) -> str:
    return f"{known if receipt.status == 'unchanged' else done} (event {receipt.sequence})."


def _describe(found: Consequences) -> list[str]:
    if found.is_nothing:
        return ["Nothing would change."]
    lines = [
        f"Pairs of records in one household: {found.pairs_gained:,} gained, {found.pairs_lost:,} lost.",
        f"Records regrouped: {found.records_moved:,}; their households: {found.before.households:,} -> {found.after.households:,}.",
        f"Members regrouped: {found.members_moved:,}; their persons: {found.before.persons:,} -> {found.after.persons:,}.",
    ]
    classes = sorted(found.before.findings.keys() | found.after.findings.keys())
    lines += [
        f"Findings {name} of the households concerned: {found.before.findings.get(name, 0):,} -> {found.after.findings.get(name, 0):,}."
        for name in classes
    ]
    return lines
