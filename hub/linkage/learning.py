"""`hub linkage train`: learn a model from a file of persons and write it down."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from contracts.errors import InvalidInput
from hub.linkage.mapping import read_mapping
from hub.linkage.reading import read_members, read_table
from projections.linkage.columns import build_columns
from projections.linkage.learning import learn_columns
from projections.linkage.model import LinkModel

Report = Callable[[str], None]


def learn_model(dataset: Path, mapping: Path, report: Report) -> LinkModel:
    """The model that a file of persons teaches, without any truth. Raises InvalidInput for a file or mapping that cannot be used."""
    described = read_mapping(mapping)
    members = read_members(read_table(dataset), described, None, None)
    if not members.values:
        raise InvalidInput(f"{dataset} holds no rows.", code="FILE_EMPTY", path="--dataset")
    columns = build_columns(members.values, members.sources, list(members.records), described.extra)
    report(f"{columns.size} persons")
    return learn_columns(columns)


def write_model(model: LinkModel, out: Path) -> None:
    """Write the model as JSON, one line per comparison being enough for a person to compare two of them."""
    out.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")
