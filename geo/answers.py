"""The documents of the layers, as plain values. Pure."""

from collections.abc import Sequence

import msgspec

from contracts.times import to_text
from geo import ogc
from geo.context import Basis
from geo.crs import CRS84, OFFERED
from geo.features import Feature
from geo.layers import LAYERS, Layer, Property
from geo.links import Link, Root, collection_links
from geo.versions import version_id

Json = dict[str, object]


def plain(links: Sequence[Link]) -> list[Json]:
    """Links as JSON."""
    return [msgspec.to_builtins(link) for link in links]


def basis_note(basis: Basis) -> Json:
    """Which axes an answer used."""
    return {
        "sequence": basis.sequence,
        "as_of": None if basis.recorded_at is None else to_text(basis.recorded_at),
        "valid_at": to_text(basis.valid_at),
        "final": basis.final,
    }


def collection(
    root: Root,
    layer: Layer,
    extent: tuple[float, float, float, float] | None,
    query: str,
) -> Json:
    """One collection; the same in the list and alone."""
    spatial = [list(extent)] if extent else [[-180.0, -90.0, 180.0, 90.0]]
    return {
        "id": layer.id,
        "title": layer.title_th,
        "description": f"{layer.description_th} / {layer.title_en}",
        "itemType": "feature",
        **({"versioning": {"timeAxis": "validity-time"}} if layer.kind == "point" else {}),
        "crs": [crs.uri for crs in OFFERED],
        "storageCrs": CRS84.uri,
        "extent": {
            "spatial": {"bbox": spatial, "crs": CRS84.uri},
            "temporal": {"interval": [[None, None]], "trs": ogc.GREGORIAN},
        },
        "links": plain(collection_links(root, layer, query)),
    }


def visible_layers(rights: frozenset[str], *, is_change: bool = False) -> list[Layer]:
    """The layers that a caller knows of in a root that shows one basis, or in one that compares two."""
    return [layer for layer in LAYERS if layer.is_change == is_change and layer.visible(rights)]


def described(shown: Property) -> Json:
    """The type of one attribute."""
    # Not ["integer", "null"]: GDAL 3.12 takes a list of types for text.
    is_time = shown.type == "date-time"
    found: Json = {"title": shown.title_th, "type": "string" if is_time else shown.type}
    return found | ({"format": "date-time"} if is_time else {})


def feature_schema(layer: Layer, rights: frozenset[str]) -> Json:
    """JSON Schema of a GeoJSON feature of the layer, so that clients know the types of empty columns."""
    geometry = "Point" if layer.kind == "point" else "MultiPolygon"
    properties: dict[str, Json] = {}
    for shown in layer.shown(rights):
        properties[shown.name] = described(shown)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": layer.title_th,
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string"},
            "geometry": {"type": "object", "properties": {"type": {"const": geometry}}},
            "properties": {"type": "object", "properties": properties},
        },
    }


def feature(found: Feature, links: Sequence[Link] = (), *, unique: bool = False) -> Json:
    """One GeoJSON feature; the geometry goes through as the text that PostGIS made. `unique`: the id is that of the version."""
    whole: Json = {
        "type": "Feature",
        "id": version_id(found.id, found.start) if unique else found.id,
        "geometry": msgspec.Raw(found.geometry),
        "properties": found.properties,
    }
    return whole | ({"links": plain(links)} if links else {})
