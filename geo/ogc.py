"""Words of the standards in one place: conformance classes, coordinate systems, media types, relations."""

SPEC = "http://www.opengis.net/spec/"
CONFORMANCE: tuple[str, ...] = tuple(
    SPEC + part
    for part in (
        "ogcapi-common-1/1.0/conf/core",
        "ogcapi-common-1/1.0/conf/landing-page",
        "ogcapi-common-1/1.0/conf/json",
        "ogcapi-common-1/1.0/conf/oas30",
        "ogcapi-common-2/1.0/conf/collections",
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-1/1.0/conf/oas30",
    )
)
"""Only what is implemented."""


GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
WEB_MERCATOR_QUAD = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA_JSON = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"
HTML = "text/html"

REL_TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
REL_TILING_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"

LIMIT_DEFAULT, LIMIT_MAX = 1000, 10_000
PCODE_PREFIX = "TH"
