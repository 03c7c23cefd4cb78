"""`hub linkage`: learn a linking model, and measure one against known truth."""

from pathlib import Path

import click
import msgspec

from hub.cli.shared import Options

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
@click.option("--dataset", type=FILE, required=True, help="CSV or Parquet, one person a row.")
@click.option("--mapping", type=FILE, required=True, help="TOML: [fields] and [extra].")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where to write it."
)
@click.pass_obj
def train(options: Options, dataset: Path, mapping: Path, out: Path) -> None:
    """Learn a linking model from a file, without any truth, and write it as JSON.

    The model holds counts of values under hashes, never the values. Nothing of a running hub is used or changed.
    """
    from hub.linkage.learning import learn_model, write_model  # noqa: PLC0415 - numpy only where it is needed

    options.settings()
    model = learn_model(dataset, mapping, lambda line: click.echo(line, err=True))
    write_model(model, out)
    click.echo(f"{model.model_id}: {out}")
