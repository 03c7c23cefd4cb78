"""The OpenAPI 3.0.3 document of the layers, written for the clients that read it (literal paths, `limit` where QGIS looks). Pure."""

from collections.abc import Sequence

from geo import ogc
from geo.cql.reading import LANGUAGES
from geo.crs import OFFERED
from geo.layers import Layer
from geo.links import Root
from geo.openapi_answers import UNCHANGED, gone, problem, schemas
from geo.tilesets import DEEPEST, ID

Json = dict[str, object]
DOCUMENT_FORMATS = ("json", "html")
FEATURE_FORMATS = ("json", "geojson", "html")
TIMES = ("datetime", "as_of")
PAGE = (
    *("limit", "bbox", "token", "crs", "bbox-crs", "filter", "filter-lang", "filter-crs"),
    *("skipGeometry", "resulttype", "profile"),
)
PROFILES = ("versions-as-features", "versions-as-features-unique-ids")


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


def _one_of(*values: str) -> Json:
    return {"type": "string", "enum": list(values)}


def parameters() -> Json:
    """The shared parameters, at the places where clients look for them."""
    text: Json = {"type": "string"}
    box: Json = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    limit: Json = {"type": "integer", "minimum": 1, "maximum": ogc.LIMIT_MAX, "default": ogc.LIMIT_DEFAULT}
    systems = _one_of(*(crs.uri for crs in OFFERED))
    found = (
        _parameter("limit", limit, "The most features of a page."),
        _parameter("bbox", box, "minx,miny,maxx,maxy in CRS84, or in bbox-crs with its axis order."),
        _parameter(
            "datetime", text, "Instant, date, or closed interval a/b, a/.., ../b: what was true then."
        ),
        _parameter("as_of", text, "seq:N, date or instant: what the hub knew then."),
        _parameter("crs", systems, "CRS of the answer."),
        _parameter("bbox-crs", systems, "CRS of the box."),
        _parameter("filter", text, "CQL2 over the queryables."),
        _parameter("filter-lang", _one_of(*LANGUAGES), "Language of the filter; cql-text is cql2-text."),
        _parameter("filter-crs", systems, "CRS of the geometries in the filter."),
        _parameter("skipGeometry", _one_of("true", "false"), "Leave the geometries out."),
        _parameter("resulttype", _one_of("results", "hits"), "hits: the number alone."),
        _parameter("profile", _one_of(*PROFILES), "How several versions of a feature are told apart."),
        _parameter("token", text, "From the next link."),
        _parameter("f", _one_of(*DOCUMENT_FORMATS), "Format."),
    )
    return {str(one["name"]): one for one in found}


def _list_of(name: str, values: Sequence[str], description: str) -> Json:
    return _parameter(name, {"type": "array", "items": _one_of(*values)}, description)


def _format(*names: str) -> Json:
    return _parameter("f", _one_of(*names), "Format.")


def _get(
    summary: str,
    media_type: str,
    names: Sequence[str],
    more: Sequence[Json] = (),
    schema: str = "Document",
    others: Json | None = None,
) -> Json:
    listed = [{"$ref": f"#/components/parameters/{name}"} for name in names]
    is_tile = media_type == ogc.MVT
    shape: Json = (
        {"type": "string", "format": "binary"} if is_tile else {"$ref": f"#/components/schemas/{schema}"}
    )
    content: Json = {media_type: {"schema": shape}}
    if not is_tile:
        content[ogc.HTML] = {"schema": {"type": "string"}}
    answers: Json = {
        "200": {"description": summary, "content": content},
        **({"204": {"description": "Nothing here"}} if is_tile else {}),
        "304": UNCHANGED,
        **{status: problem(status) for status in ("400", "401", "404", "503")},
        **(others or {}),
    }
    return {"get": {"summary": summary, "parameters": [*listed, *more], "responses": answers}}


def _in_path(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _number(most: int) -> Json:
    return {"type": "integer", "minimum": 0, "maximum": most}


def _feature_paths(layer: Layer, rights: frozenset[str]) -> Json:
    base = f"/collections/{layer.id}"
    formats = _format(*FEATURE_FORMATS)
    shown = [one.name for one in layer.queryables]
    names = [one.name for one in layer.shown(rights)]
    picked = _list_of("properties", names, "The attributes to show.")
    sorted_ = _parameter("sortby", {"type": "string"}, f"name or -name of {', '.join(shown)}.")
    own = [_parameter(one.name, {"type": one.type}, f"{one.title_th}: equals.") for one in layer.parameters]
    one_id = _in_path("featureId", {"type": "string"})
    found: Json = {
        base: _get(layer.title_en, ogc.JSON, (*TIMES, "f")),
        f"{base}/items": _get(
            f"Features: {layer.title_en}",
            ogc.GEOJSON,
            (*PAGE, *TIMES),
            [formats, picked, sorted_, *own],
            "FeatureCollection",
            {"410": gone()},
        ),
        f"{base}/items/{{featureId}}": _get(
            f"One feature: {layer.title_en}",
            ogc.GEOJSON,
            ("crs", "skipGeometry", *TIMES),
            [formats, picked, one_id],
            "Feature",
            {"410": gone()},
        ),
        f"{base}/feature-schema": _get("Schema of a GeoJSON feature", ogc.SCHEMA_JSON, ("f",)),
        f"{base}/schema": _get("Logical schema", ogc.SCHEMA_JSON, ("f",)),
        f"{base}/queryables": _get("What filters may name", ogc.SCHEMA_JSON, (*TIMES, "f")),
        f"{base}/sortables": _get("What sortby may name", ogc.SCHEMA_JSON, ("f",)),
    }
    if layer.kind == "point":
        found[f"{base}/items/{{featureId}}/versions"] = _get(
            "Versions of a feature", ogc.JSON, ("as_of", "f"), [one_id]
        )
    return found


def _tile_paths(layer: Layer) -> Json:
    base = f"/collections/{layer.id}"
    tile = _format("mvt", "pbf")
    place = [
        _in_path(name, _number(most))
        for name, most in (
            ("tileMatrix", DEEPEST),
            ("tileRow", (1 << DEEPEST) - 1),
            ("tileCol", (1 << DEEPEST) - 1),
        )
    ]
    xyz = [
        _in_path(name, _number(most))
        for name, most in (("z", DEEPEST), ("x", (1 << DEEPEST) - 1), ("y", (1 << DEEPEST) - 1))
    ]
    return {
        f"{base}/tiles": _get("Tilesets", ogc.JSON, (*TIMES, "f")),
        f"{base}/tiles/{ID}": _get("Tileset", ogc.JSON, (*TIMES, "f")),
        f"{base}/tilejson.json": _get("TileJSON", ogc.JSON, (*TIMES, "f")),
        f"{base}/style.json": _get("MapLibre style", ogc.JSON, (*TIMES, "f")),
        f"{base}/tiles/{ID}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _get(
            "Tile", ogc.MVT, TIMES, [tile, *place]
        ),
        f"/xyz/{layer.id}/{{z}}/{{x}}/{{y}}.mvt": _get("Tile", ogc.MVT, TIMES, [tile, *xyz]),
        f"/xyz/{layer.id}/{{z}}/{{x}}/{{y}}.pbf": _get("Tile", ogc.MVT, TIMES, [tile, *xyz]),
    }


def document(root: Root, layers: Sequence[Layer], rights: frozenset[str]) -> Json:
    """The document as this caller may see it: hidden layers and columns do not appear."""
    paths: Json = {
        "/": _get("Landing page", ogc.JSON, (*TIMES, "f")),
        "/conformance": _get("Conformance classes", ogc.JSON, ("f",)),
        "/api": _get("This document", ogc.OPENAPI, ("f",)),
        "/api.html": _page("This document for people"),
        "/collections": _get("Layers", ogc.JSON, (*TIMES, "f")),
        "/tileMatrixSets": _get("Tile matrix sets", ogc.JSON, ("f",)),
        f"/tileMatrixSets/{ID}": _get(ID, ogc.JSON, ("f",)),
    }
    for layer in layers:
        paths |= _feature_paths(layer, rights) | (_tile_paths(layer) if layer.has_tiles else {})
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Poverty hub layers",
            "version": "1",
            "description": "OGC API - Features and vector tiles, at any point in time.",
        },
        "servers": [{"url": root.base}],
        "paths": paths,
        "components": {
            "parameters": parameters(),
            "schemas": schemas(),
            "securitySchemes": {"key": {"type": "apiKey", "name": "X-API-Key", "in": "header"}},
        },
        "security": [{}, {"key": []}],
    }


def _page(summary: str) -> Json:
    found: Json = {"description": summary, "content": {ogc.HTML: {"schema": {"type": "string"}}}}
    format_ = {"$ref": "#/components/parameters/f"}
    answers = {"200": found, **{status: problem(status) for status in ("400", "401", "404", "503")}}
    return {"get": {"summary": summary, "parameters": [format_], "responses": answers}}
