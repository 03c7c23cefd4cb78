"""Learning a model from the hub's own records: the members as linking sees them, in columns."""

from collections.abc import Sequence

from projections.linkage.candidates import candidate_pairs, choose_recipes
from projections.linkage.columns import Columns, build_columns
from projections.linkage.features import RecordFeatures
from projections.linkage.linking import train
from projections.linkage.model import LinkModel
from projections.linkage.weighing import values_of


def columns_of(records: Sequence[RecordFeatures]) -> Columns:
    """Every member of these records, by member id."""
    listed = sorted(
        ((member.member, record, member) for record in records for member in record.members),
        key=lambda item: item[0],
    )
    return build_columns(
        [values_of(record, member) for _, record, member in listed],
        [record.source for _, record, _ in listed],
        [record.record for _, record, _ in listed],
        {},
    )


def learn_model(records: Sequence[RecordFeatures]) -> LinkModel:
    """The model that these records teach, without any truth: the same for the same records, whatever their order."""
    return learn_columns(columns_of(records))


def learn_columns(columns: Columns) -> LinkModel:
    """The model that these members teach, whatever they come from."""
    recipes = choose_recipes(columns)
    left, right = candidate_pairs(columns, recipes)
    return train(columns, recipes, left, right)[0]
