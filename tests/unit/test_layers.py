"""The layers as data: their words, their columns, who sees them."""

import json

import openapi_spec_validator
import pytest

from geo import openapi
from geo.answers import feature_schema, visible_layers
from geo.layers import BY_ID, LAYERS
from geo.links import Root
from geo.pages import page
from geo.tilesets import tilejson

ALL = frozenset({"points", "personal"})
ROOT = Root(base="http://hub.test/ogc")


def test_the_ids_are_stable_and_everything_has_a_thai_title() -> None:
    assert list(BY_ID) == [
        "amphoe_summary",
        "tambon_summary",
        "household_points",
        "household_history",
        "amphoe_change",
        "tambon_change",
    ]
    for layer in LAYERS:
        titles = [layer.title_th, layer.description_th, *(shown.title_th for shown in layer.properties)]
        assert all(any("ก" <= letter <= "๙" for letter in title) for title in titles)
        assert len({shown.name for shown in layer.properties}) == len(layer.properties)


def test_a_right_adds_a_layer_and_another_its_personal_columns() -> None:
    assert [layer.id for layer in visible_layers(frozenset())] == ["amphoe_summary", "tambon_summary"]
    assert len(visible_layers(frozenset({"points"}))) == 4
    points = BY_ID["household_points"]
    personal = {shown.name for shown in points.shown(ALL)} - {
        shown.name for shown in points.shown(frozenset({"points"}))
    }
    assert personal == {"head_name", "house_code", "house_no"}


@pytest.mark.parametrize("rights", [frozenset(), frozenset({"points"}), ALL])
def test_the_api_definition_is_valid_for_every_caller_and_names_nothing_hidden(
    rights: frozenset[str],
) -> None:
    layers = visible_layers(rights)
    document = openapi.document(ROOT, layers, rights)
    openapi_spec_validator.validate(document)
    for layer in LAYERS:
        assert (f"/collections/{layer.id}/items" in document["paths"]) == (layer in layers)
    assert ("in_sources" in json.dumps(document)) == ("points" in rights)


def test_the_schema_of_a_feature_gives_each_column_one_type() -> None:
    for layer in LAYERS:
        columns = feature_schema(layer, ALL)["properties"]["properties"]["properties"]
        assert list(columns) == [shown.name for shown in layer.properties]
        assert all(isinstance(column["type"], str) for column in columns.values())


def test_tilejson_names_only_what_tiles_carry() -> None:
    document = tilejson(ROOT, BY_ID["household_points"], None, "as_of=seq:4&datetime=2023-01-01")
    assert document["tiles"] == [
        "http://hub.test/ogc/xyz/household_points/{z}/{x}/{y}.mvt?as_of=seq:4&datetime=2023-01-01"
    ]
    assert not {"head_name", "house_code", "house_no"} & document["vector_layers"][0]["fields"].keys()


def test_a_page_shows_values_as_text_and_says_what_is_hidden() -> None:
    properties = {
        "code": "3201",
        "name_th": "<script>alert(1)</script>",
        "households": None,
        "suppressed": True,
    }
    document = {
        "type": "FeatureCollection",
        "features": [{"id": "TH3201", "properties": properties}],
        "links": [{"href": 'http://x/"><b>', "rel": "next", "type": "text/html"}],
        "basis": {"sequence": 4, "as_of": None, "valid_at": "2023-01-01T00:00:00Z"},
    }
    text = page("ชั้น & <ข้อมูล>", document)
    assert "<script>" not in text
    assert "ชั้น &amp; &lt;ข้อมูล&gt;" in text
    assert 'href="http://x/&quot;&gt;&lt;b&gt;"' in text
    assert "ปกปิด" in text
    assert "2023-01-01T00:00:00Z" in text
    assert "ไม่มีข้อมูล" in page("x", {"type": "FeatureCollection", "features": []})
