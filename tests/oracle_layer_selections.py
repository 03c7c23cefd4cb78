"""How filters, equalities and orders of the layers are compared with the oracle: by its own features, picked and sorted in Python."""

from collections.abc import Callable, Mapping

from tests.oracle_asking import Asked
from tests.oracle_layer_checks import Properties, as_asked, expected_of, fetch_features, fetch_pages

AREA_NAMES = (
    *("code", "name_th", "name_en", "approximate", "suppressed", "households", "persons", "records"),
    *("in_more_than_one", "assisted_households", "actions", "amount_thb"),
    *(f"need_{need}" for need in ("health", "living", "education", "income", "accessibility")),
)
POINT_NAMES = (
    *("household_id", "amphoe", "tambon", "moo", "in_sources", "sources", "persons", "level"),
    *(f"need_{need}" for need in ("health", "living", "education", "income", "accessibility")),
)
ORDERED = {"area": ("households", "amount_thb"), "point": ("persons", "level")}


def compare_selected(layer: str, kind: str) -> Callable[[Asked], None]:
    """For every attribute a value that some features have, asked by name and as CQL2, and its absence; then orders."""

    def compare(asked: Asked) -> None:
        expected = expected_of(asked.world, layer, personal=False)
        for name in AREA_NAMES if kind == "area" else POINT_NAMES:
            compare_attribute(asked, layer, name, expected)
        for name in ORDERED[kind]:
            compare_order(asked, layer, name, expected)

    return compare


def compare_attribute(asked: Asked, layer: str, name: str, expected: Properties) -> None:
    values = {id_: properties[name] for id_, properties in expected.items()}
    missing = {id_ for id_, value in values.items() if value is None}
    assert fetch_features(asked, layer, "gis", filter=f"{name} IS NULL").keys() == missing
    known = sorted((v for v in values.values() if v is not None), key=str)
    if not known:
        return
    chosen = known[len(known) // 2]
    having = {id_ for id_, value in values.items() if value == chosen}
    assert fetch_features(asked, layer, "gis", **{name: as_asked(chosen)}).keys() == having, name
    assert fetch_features(asked, layer, "gis", filter=f"{name} = {as_cql(chosen)}").keys() == having, name
    others = values.keys() - having - missing
    assert fetch_features(asked, layer, "gis", filter=f"NOT {name} = {as_cql(chosen)}").keys() == others, name


def as_cql(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return as_asked(value)


def compare_order(asked: Asked, layer: str, name: str, expected: Mapping[str, Mapping[str, object]]) -> None:
    for sign, is_descending in (("", False), ("-", True)):
        pages = fetch_pages(asked, layer, "gis", sortby=sign + name)
        found = [feature.properties[name] for page in pages for feature in page.features]
        known = [p[name] for p in expected.values() if p[name] is not None]
        ordered = sorted(known, key=lambda value: float(str(value)), reverse=is_descending)
        assert found == [*ordered, *[None] * (len(expected) - len(known))], (layer, name)
