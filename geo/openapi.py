"""The OpenAPI 3.0.3 document of the layers, written for the clients that read it (literal paths, `limit` where QGIS looks). Pure."""

from collections.abc import Sequence

from geo import ogc
from geo.crs import OFFERED
from geo.layers import Layer
from geo.links import Root

Json = dict[str, object]


def _parameter(name: str, schema: Json, description: str) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "description": description,
        "schema": schema,
    }


def parameters() -> Json:
    """The shared parameters, at the places where clients look for them."""
    text: Json = {"type": "string"}
    box: Json = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    limit: Json = {"type": "integer", "minimum": 1, "maximum": ogc.LIMIT_MAX, "default": ogc.LIMIT_DEFAULT}
    return {
        "limit": _parameter("limit", limit, "The most features of a page."),
        "bbox": _parameter("bbox", box, "minx,miny,maxx,maxy in CRS84."),
        "datetime": _parameter(
            "datetime", text, "Instant, date, or interval a/b, a/.., ../b: what was true then."
        ),
        "as_of": _parameter("as_of", text, "seq:N, date or instant: what the hub knew then."),
        "crs": _parameter(
            "crs", {"type": "string", "enum": [crs.uri for crs in OFFERED]}, "CRS of the answer."
        ),
        "bbox-crs": _parameter(
            "bbox-crs", {"type": "string", "enum": [crs.uri for crs in OFFERED]}, "CRS of the box."
        ),
        "token": _parameter("token", text, "From the next link."),
        "f": _format("json", "html"),
    }


def _format(*names: str) -> Json:
    return _parameter("f", {"type": "string", "enum": list(names)}, "Format.")


def _answer(media_type: str, description: str) -> Json:
    problem: Json = {
        "description": "Problem",
        "content": {"application/problem+json": {"schema": {"type": "object"}}},
    }
    schema: Json = {"type": "object"} if "json" in media_type else {"type": "string", "format": "binary"}
    return {
        "200": {"description": description, "content": {media_type: {"schema": schema}}},
        "400": problem,
        "404": problem,
    }


def _get(summary: str, media_type: str, names: Sequence[str], more: Sequence[Json] = ()) -> Json:
    listed = [{"$ref": f"#/components/parameters/{name}"} for name in names]
    return {
        "get": {"summary": summary, "parameters": [*listed, *more], "responses": _answer(media_type, summary)}
    }


def _in_path(name: str, kind: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


def _layer_paths(layer: Layer) -> Json:
    base = f"/collections/{layer.id}"
    times = ("datetime", "as_of")
    own = [_parameter(shown.name, {"type": shown.type}, "Equals.") for shown in layer.parameters]
    features, tile = _format("json", "geojson", "html"), _format("mvt", "pbf")
    place = [_in_path(name, "integer") for name in ("tileMatrix", "tileRow", "tileCol")]
    tiles = [_in_path(name, "integer") for name in ("z", "x", "y")]
    return {
        base: _get(layer.title_en, ogc.JSON, (*times, "f")),
        f"{base}/items": _get(
            f"Features: {layer.title_en}",
            ogc.GEOJSON,
            ("limit", "bbox", "token", "crs", "bbox-crs", *times),
            [features, *own],
        ),
        f"{base}/items/{{featureId}}": _get(
            "One feature", ogc.GEOJSON, ("crs", *times), [features, _in_path("featureId", "string")]
        ),
        f"{base}/feature-schema": _get("Schema of a feature", ogc.SCHEMA_JSON, ("f",)),
        f"{base}/tilejson.json": _get("TileJSON", ogc.JSON, (*times, "f")),
        f"{base}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _get(
            "Tile", ogc.MVT, times, [tile, *place]
        ),
        f"/xyz/{layer.id}/{{z}}/{{x}}/{{y}}.mvt": _get("Tile", ogc.MVT, times, [tile, *tiles]),
    }


def document(root: Root, layers: Sequence[Layer]) -> Json:
    """The document as this caller may see it: hidden layers do not appear."""
    paths: Json = {
        "/": _get("Landing page", ogc.JSON, ("datetime", "as_of", "f")),
        "/conformance": _get("Conformance classes", ogc.JSON, ("f",)),
        "/api": _get("This document", ogc.OPENAPI, ("f",)),
        "/collections": _get("Layers", ogc.JSON, ("datetime", "as_of", "f")),
    }
    for layer in layers:
        paths |= _layer_paths(layer)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Poverty hub layers",
            "version": "1",
            "description": "OGC API - Features and vector tiles.",
        },
        "servers": [{"url": root.base}],
        "paths": paths,
        "components": {
            "parameters": parameters(),
            "securitySchemes": {"key": {"type": "apiKey", "name": "X-API-Key", "in": "header"}},
        },
        "security": [{}, {"key": []}],
    }
