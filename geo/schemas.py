"""What the attributes of a layer are, as JSON Schema (Part 5, and Part 3 for queryables). Pure."""

from collections.abc import Sequence

from geo.answers import Json, described
from geo.columns import GEOMETRY
from geo.layers import Layer, Property
from geo.links import Root

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def logical_schema(root: Root, layer: Layer, rights: frozenset[str]) -> Json:
    """What features carry: every attribute and the geometry, without the frame of GeoJSON."""
    roles: dict[str, Json] = {layer.id_property: {"x-ogc-role": "id"}}
    if layer.kind == "point":
        roles |= {
            "valid_from": {"x-ogc-role": "primary-interval-start"},
            "valid_to": {"x-ogc-role": "primary-interval-end"},
        }
    properties = {shown.name: described(shown) | roles.get(shown.name, {}) for shown in layer.shown(rights)}
    return _schema(root, layer, "schema", properties | {GEOMETRY: _geometry(layer)}) | {
        "required": [layer.id_property]
    }


def queryables(root: Root, layer: Layer) -> Json:
    """What a filter may name, and nothing else."""
    found = _properties(layer.queryables) | {GEOMETRY: _geometry(layer)}
    return _schema(root, layer, "queryables", found) | {"additionalProperties": False}


def sortables(root: Root, layer: Layer) -> Json:
    """What `sortby` may name."""
    return _schema(root, layer, "sortables", _properties(layer.queryables)) | {"additionalProperties": False}


def _properties(shown: Sequence[Property]) -> dict[str, Json]:
    return {one.name: described(one) for one in shown}


def _geometry(layer: Layer) -> Json:
    kind = "point" if layer.kind == "point" else "multipolygon"
    return {"title": "ตำแหน่ง", "x-ogc-role": "primary-geometry", "format": f"geometry-{kind}"}


def _schema(root: Root, layer: Layer, name: str, properties: dict[str, Json]) -> Json:
    return {
        "$schema": DRAFT,
        "$id": root.at("collections", layer.id, name),
        "type": "object",
        "title": layer.title_th,
        "description": layer.description_th,
        "properties": properties,
    }
