"""Words of the standards in one place: conformance classes, coordinate systems, media types, relations."""

SPEC = "http://www.opengis.net/spec/"
CLASSES: dict[str, str] = {
    "ogcapi-common-1/1.0": "core landing-page json html oas30",
    "ogcapi-common-2/1.0": "collections",
    "ogcapi-common-3/1.0": "schemas",
    "ogcapi-features-1/1.0": "core geojson html oas30",
    "ogcapi-features-2/1.0": "crs",
    "ogcapi-features-3/1.0": "filter features-filter queryables queryables-query-parameters",
    "ogcapi-features-5/1.0": "schemas queryables sortables core-roles-features",
    "ogcapi-features-8/1.0": "sorting",
    "cql2/1.0": "cql2-text cql2-json basic-cql2 advanced-comparison-operators case-insensitive-comparison "
    "basic-spatial-functions basic-spatial-functions-plus basic-spatial-operators spatial-functions temporal-functions",
    "ogcapi-tiles-1/1.0": "core tileset tilesets-list geodata-tilesets mvt oas30 datetime",
    "tms/2.0": "tilematrixset json-tilematrixset tilesetmetadata",
    "ogcapi-features-n/0.0": "versioned-features-core versioned-features-multiple-versions-in-response "
    "versioned-features-profile-versions-as-features versioned-features-profile-versions-as-features-unique-ids",
}
CONFORMANCE: tuple[str, ...] = tuple(
    f"{SPEC}{part}/conf/{class_}" for part, classes in CLASSES.items() for class_ in classes.split()
)
"""Only what is implemented; where clients look for an older spelling, both."""

GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
WEB_MERCATOR_QUAD = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA_JSON = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"
HTML = "text/html"

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
REL_TILESETS = REL + "tilesets-vector"
REL_TILING_SCHEME = REL + "tiling-scheme"
REL_TILING_SCHEMES = REL + "tiling-schemes"
REL_SCHEMA = REL + "schema"
REL_QUERYABLES = REL + "queryables"
REL_SORTABLES = REL + "sortables"

LIMIT_DEFAULT, LIMIT_MAX = 1000, 10_000
PCODE_PREFIX = "TH"
