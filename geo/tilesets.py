"""The documents of OGC API Tiles: tile matrix sets, tilesets, TileJSON, and a plain style. Pure."""

from geo import ogc
from geo.answers import Json, described, plain
from geo.crs import CRS84, EPSG
from geo.extent import Extent
from geo.layers import Layer
from geo.links import Link, Root, query_text

ID = "WebMercatorQuad"
HALF_WORLD = 20037508.342789244
TILE_PIXELS = 256
PIXEL_METRES = 0.00028
"""The pixel that scale denominators are told for (OGC 17-083r4, 6.1)."""
DEEPEST = 22
DRAWN_TO = 16
"""The deepest zoom worth asking for; a client enlarges it beyond."""
WORLD = (-180.0, -85.051129, 180.0, 85.051129)


def matrix_set() -> Json:
    """WebMercatorQuad as the registry of OGC defines it, to zoom 22."""
    first = 2 * HALF_WORLD / TILE_PIXELS
    return {
        "id": ID,
        "title": "Google Maps Compatible for the World",
        "uri": ogc.WEB_MERCATOR_QUAD,
        "crs": EPSG + "3857",
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(zoom),
                "scaleDenominator": first / 2**zoom / PIXEL_METRES,
                "cellSize": first / 2**zoom,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF_WORLD, HALF_WORLD],
                "tileWidth": TILE_PIXELS,
                "tileHeight": TILE_PIXELS,
                "matrixWidth": 2**zoom,
                "matrixHeight": 2**zoom,
            }
            for zoom in range(DEEPEST + 1)
        ],
    }


def matrix_sets(root: Root) -> Json:
    """The one tile matrix set there is."""
    here = Link(href=root.at("tileMatrixSets", ID), rel="self", type=ogc.JSON)
    listed: Json = {
        "id": ID,
        "title": "Google Maps Compatible for the World",
        "uri": ogc.WEB_MERCATOR_QUAD,
        "crs": EPSG + "3857",
        "links": plain([here]),
    }
    self_ = Link(href=root.at("tileMatrixSets"), rel="self", type=ogc.JSON)
    return {"tileMatrixSets": [listed], "links": plain([self_])}


def tilesets(root: Root, layer: Layer, query: str) -> Json:
    """The tilesets of a layer: one."""
    here = Link(href=root.at("collections", layer.id, "tiles") + query_text(query), rel="self", type=ogc.JSON)
    one = Link(
        href=root.at("collections", layer.id, "tiles", ID) + query_text(query), rel="self", type=ogc.JSON
    )
    listed: Json = _head(layer) | {"links": plain([one, _scheme(root), _template(root, layer, query)])}
    return {"tilesets": [listed], "links": plain([here])}


def tileset(root: Root, layer: Layer, extent: Extent | None, query: str) -> Json:
    """The metadata of a layer's tileset (OGC 17-083r4, 7): where its tiles are, and what they hold."""
    here = root.at("collections", layer.id, "tiles", ID) + query_text(query)
    links = [
        Link(href=here, rel="self", type=ogc.JSON),
        _scheme(root),
        _template(root, layer, query),
        Link(
            href=root.at("collections", layer.id, "tilejson.json") + query_text(query),
            rel="alternate",
            type=ogc.JSON,
            title="TileJSON",
        ),
    ]
    west, south, east, north = extent or WORLD
    fields = {shown.name: described(shown) for shown in layer.in_tiles}
    return _head(layer) | {
        "layers": [
            {
                "id": layer.id,
                "title": layer.title_th,
                "dataType": "vector",
                "geometryDimension": 0 if layer.kind == "point" else 2,
                "minTileMatrix": "0",
                "maxTileMatrix": str(DRAWN_TO),
                "propertiesSchema": {"type": "object", "properties": fields},
            }
        ],
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri},
        "links": plain(links),
    }


def tilejson(root: Root, layer: Layer, extent: Extent | None, query: str) -> Json:
    """TileJSON 3.0.0 with the time basis in the tile addresses."""
    fields = {shown.name: shown.title_th for shown in layer.in_tiles}
    return {
        "tilejson": "3.0.0",
        "name": layer.title_th,
        "description": layer.description_th,
        "tiles": [tile_address(root, layer, query)],
        "vector_layers": [{"id": layer.id, "fields": fields, "minzoom": 0, "maxzoom": DRAWN_TO}],
        "minzoom": 0,
        "maxzoom": DRAWN_TO,
        "bounds": extent or list(WORLD),
    }


def tile_address(root: Root, layer: Layer, query: str) -> str:
    """The address of tiles with z, x and y to fill in."""
    return root.at("xyz", layer.id) + "/{z}/{x}/{y}.mvt" + query_text(query)


def style(root: Root, layer: Layer, query: str) -> Json:
    """A MapLibre style of a layer without anything below it."""
    source: Json = {
        "type": "vector",
        "url": root.at("collections", layer.id, "tilejson.json") + query_text(query),
    }
    return {
        "version": 8,
        "name": layer.title_th,
        "sources": {layer.id: source},
        "layers": _painted(layer),
    }


def _painted(layer: Layer) -> list[Json]:
    base: Json = {"source": layer.id, "source-layer": layer.id}
    if layer.kind == "point":
        radius = ["interpolate", ["linear"], ["sqrt", ["get", "households"]], 1, 4, 40, 22]
        paint: Json = {
            "circle-radius": radius,
            "circle-color": "#0b5c8a",
            "circle-opacity": 0.75,
            "circle-stroke-color": "#ffffff",
            "circle-stroke-width": 1,
        }
        return [base | {"id": layer.id, "type": "circle", "paint": paint}]
    number: list[object] = ["coalesce", ["get", layer.shaded], 0]
    shade: list[object] = ["interpolate", ["linear"], ["sqrt", ["abs", number]]]
    fill: Json = {"fill-color": [*shade, 0, "#eef4f8", 30, "#0b5c8a"], "fill-opacity": 0.7}
    line: Json = {"line-color": "#4a5a68", "line-width": 1}
    return [
        base | {"id": f"{layer.id}-fill", "type": "fill", "paint": fill},
        base | {"id": f"{layer.id}-line", "type": "line", "paint": line},
    ]


def _head(layer: Layer) -> Json:
    return {
        "title": layer.title_th,
        "dataType": "vector",
        "crs": EPSG + "3857",
        "tileMatrixSetURI": ogc.WEB_MERCATOR_QUAD,
    }


def _scheme(root: Root) -> Link:
    return Link(href=root.at("tileMatrixSets", ID), rel=ogc.REL_TILING_SCHEME, type=ogc.JSON)


def _template(root: Root, layer: Layer, query: str) -> Link:
    where = root.at("collections", layer.id, "tiles", ID) + "/{tileMatrix}/{tileRow}/{tileCol}"
    return Link(href=where + query_text(query), rel="item", type=ogc.MVT, templated=True)
