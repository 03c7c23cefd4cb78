"""How the features and tiles of /ogc are compared with the oracle."""

import datetime as dt
import math
import urllib.parse
from collections.abc import Callable, Iterable

import mapbox_vector_tile
import msgspec
import pytest
import shapely
import shapely.geometry

from contracts.records import NEEDS
from contracts.times import parse_valid_at, start_of_day, to_text
from tests import oracle_layers
from tests.oracle_answers import Answer
from tests.oracle_asking import Asked, ask, assert_same, fetch
from tests.oracle_world import World

Properties = dict[str, Answer]
LEVELS = {"amphoe_summary": "amphoe", "tambon_summary": "tambon"}
AREA_BOXES = ("103.45,14.85,103.5,14.9", "103.3,14.7,103.9,14.95", "100,13,101,14", "103.3,14.7,103.9,15.3")
POINT_BOXES = ("103.45,14.85,103.55,14.95", "103.4,14.6,103.45,14.65", "100,13,101,14", "103,14,104,16")
POINT_FILTERS: tuple[dict[str, str], ...] = (
    *({"amphoe": amphoe} for amphoe in ("3201", "3205")),
    {"tambon": "320102"},
    {"in_sources": "1"},
    {"in_sources": "3"},
    {"level": "2"},
    *({f"need_{need}": answer} for need in NEEDS for answer in ("true", "false")),
)
ZOOM_OF_POINTS, ZOOM_OF_CELLS, ZOOM_OF_AREAS = 12, 9, 8


class Feature(msgspec.Struct):
    id: str
    geometry: dict[str, object]
    properties: Answer


class Collection(msgspec.Struct, rename="camel"):
    features: list[Feature]
    links: list[dict[str, str]]
    basis: Answer
    number_matched: int | None = None


def fetch_features(asked: Asked, layer: str, role: str | None, **query: str) -> dict[str, Feature]:
    """The features of all pages by id, each at most once; every page rests on the same basis."""
    pages = list(fetch_pages(asked, layer, role, **query))
    axes = {"sequence": asked.sequence, "as_of": asked.known.recorded_at, "valid_at": asked.moment}
    for page in pages:
        assert_same(page.basis, axes | {"final": True}, layer)
    listed = [feature for page in pages for feature in page.features]
    found = {feature.id: feature for feature in listed}
    assert len(found) == len(listed)
    return found


def fetch_pages(asked: Asked, layer: str, role: str | None, **query: str) -> list[Collection]:
    """All pages, following their links; their number of features is the number that the first one says."""
    path = f"/ogc/collections/{layer}/items"
    pages: list[Collection] = []
    following: dict[str, str] | None = {"limit": "2", **asked.layer_axes, **query}
    while following is not None:
        pages.append(msgspec.convert(ask(asked.hub, path, role, **following), Collection))
        links = [link["href"] for link in pages[-1].links if link["rel"] == "next"]
        following = dict(urllib.parse.parse_qsl(links[0].partition("?")[2])) if links else None
    assert pages[0].number_matched in (None, sum(len(page.features) for page in pages))
    return pages


def expected_of(world: World, layer: str, *, personal: bool) -> Properties:
    """The oracle's features of a layer, with the instant to the second as GIS programs want it."""
    if layer in LEVELS:
        found = oracle_layers.area_features(world, LEVELS[layer])
    else:
        found = oracle_layers.point_features(world, personal=personal)
    shown = to_text(world.moment.replace(microsecond=0))
    return {id_: {**properties, "basis_valid_at": shown} for id_, properties in found.items()}


def shape_of(world: World, layer: str, id_: str) -> shapely.Geometry:
    """The geometry that the oracle knows for a feature."""
    if layer in LEVELS:
        return shapely.from_wkb(oracle_layers.area_geometry(world, LEVELS[layer], id_.removeprefix("TH")))
    return shapely.Point(oracle_layers.point_coordinates(world)[id_])


def compare_items(layer: str) -> Callable[[Asked], None]:
    def compare(asked: Asked) -> None:
        world = asked.world
        for role, personal in (("auditor", True), ("gis", False)):
            found = fetch_features(asked, layer, role)
            expected = expected_of(world, layer, personal=personal)
            assert_same({id_: f.properties for id_, f in found.items()}, expected, f"{layer} {role}")
            for id_, feature in found.items():
                drawn = shapely.geometry.shape(feature.geometry)
                assert drawn.symmetric_difference(shape_of(world, layer, id_)).area < 1e-6
                assert drawn.distance(shape_of(world, layer, id_)) < 1e-6
            compare_selections(asked, layer, role, expected)
        if layer in LEVELS:
            compare_public(asked, layer, expected)
        else:
            compare_versions(asked, layer)

    return compare


def compare_versions(asked: Asked, layer: str) -> None:
    """An interval gives every version that holds at some moment of it, both ends included."""
    for first, last in (
        ("2022-01-01", "2023-09-30"),
        ("2023-05-31", "2024-02-01"),
        ("2010-01-01", "2010-12-31"),
    ):
        start = start_of_day(dt.date.fromisoformat(first))
        expected = oracle_layers.point_versions(asked.known, start, parse_valid_at(last))
        pages = fetch_pages(asked, layer, "auditor", datetime=f"{first}/{last}")
        found = [
            (feature.id, dt.datetime.fromisoformat(str(feature.properties["valid_from"])))
            for page in pages
            for feature in page.features
        ]
        assert len(found) == len(set(found))
        assert set(found) == expected, (first, last)


def compare_selections(asked: Asked, layer: str, role: str, expected: Properties) -> None:
    """Every box, and for households every attribute that may be asked for."""
    for text in AREA_BOXES if layer in LEVELS else POINT_BOXES:
        box = shapely.box(*map(float, text.split(",")))
        inside = {id_ for id_ in expected if shape_of(asked.world, layer, id_).intersects(box)}
        assert fetch_features(asked, layer, role, bbox=text).keys() == inside, text
    for query in () if layer in LEVELS else POINT_FILTERS:
        ((name, value),) = query.items()
        matching = {id_ for id_, properties in expected.items() if as_asked(properties[name]) == value}
        assert fetch_features(asked, layer, role, **query).keys() == matching, query


def as_asked(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def compare_public(asked: Asked, layer: str, expected: Properties) -> None:
    """Whatever the public sees and is not hidden is true."""
    found = fetch_features(asked, layer, None)
    assert found.keys() == expected.keys()
    for id_, feature in found.items():
        for name in feature.properties.keys() - {"suppressed", "basis_valid_at"}:
            assert feature.properties[name] in (None, expected[id_][name]), (id_, name)


def compare_one(layer: str) -> Callable[[Asked], None]:
    def compare(asked: Asked) -> None:
        for role, personal in (("auditor", True), ("gis", False)):
            expected = expected_of(asked.world, layer, personal=personal)
            for id_, properties in expected.items():
                path = f"/ogc/collections/{layer}/items/{id_}"
                found = ask(asked.hub, path, role, **asked.layer_axes)
                assert found["id"] == id_
                assert_same(found["properties"], properties, path)
            for id_ in known_ids(asked, layer) - expected.keys():
                path = f"/ogc/collections/{layer}/items/{id_}"
                assert fetch(asked.hub, path, role, **asked.layer_axes)[0] in (404, 410), path

    return compare


def known_ids(asked: Asked, layer: str) -> set[str]:
    """Ids that might be features of a layer, and are at some other time."""
    if layer in LEVELS:
        return {"TH3299", "TH320199"}
    return {asked.known.household_id(household) for household in asked.known.partition.households.values()}


def compare_tiles(layer: str, path: str) -> Callable[[Asked], None]:
    """`path` has the fields z, x and y."""

    def compare(asked: Asked) -> None:
        for role in ("auditor", "gis"):
            expected = expected_of(asked.world, layer, personal=False)
            shapes = [shape_of(asked.world, layer, id_) for id_ in expected]
            if layer in LEVELS:
                found = decode_tiles(asked, layer, role, path, tiles_of(shapes, ZOOM_OF_AREAS))
                compare_area_tiles(found, expected)
                continue
            found = decode_tiles(asked, layer, role, path, tiles_of(shapes, ZOOM_OF_POINTS))
            compare_point_tiles(found, expected)
            cells = decode_tiles(asked, layer, role, path, tiles_of(shapes, ZOOM_OF_CELLS))
            assert total(cells, "households") == len(expected)
            for need in NEEDS:
                name = f"need_{need}"
                assert total(cells, name) == sum(p[name] is True for p in expected.values()), name

    return compare


def compare_area_tiles(found: list[Answer], expected: Properties) -> None:
    assert {f"TH{feature['code']}" for feature in found} == expected.keys()
    for feature in found:
        true = expected[f"TH{feature['code']}"]
        assert feature["households"] == true["households"]
        assert {name: feature.get(name) for name in true if name in feature} == pytest.approx(
            {name: value for name, value in true.items() if name in feature}
        )


def compare_point_tiles(found: list[Answer], expected: Properties) -> None:
    assert {str(feature["id"]) for feature in found} == expected.keys()
    for feature in found:
        true = expected[str(feature["id"])]
        for name in ("amphoe", "tambon", "in_sources", "persons", "level", *(f"need_{n}" for n in NEEDS)):
            assert feature.get(name) == true[name], name
        assert not feature.keys() & {"head_name", "house_code", "house_no"}


def total(features: list[Answer], name: str) -> int:
    return sum(msgspec.convert(feature.get(name, 0), int) for feature in features)


def decode_tiles(
    asked: Asked, layer: str, role: str, path: str, tiles: Iterable[tuple[int, int, int]]
) -> list[Answer]:
    """The properties of every feature of these tiles; one that lies in several comes several times."""
    found: list[Answer] = []
    for z, x, y in sorted(tiles):
        status, body = fetch(asked.hub, path.format(z=z, x=x, y=y), role, **asked.layer_axes)
        assert status in (200, 204), body
        if status == 200:
            features = mapbox_vector_tile.decode(body)[layer]["features"]
            found += [feature["properties"] for feature in features]
    return found


def tiles_of(shapes: list[shapely.Geometry], zoom: int) -> set[tuple[int, int, int]]:
    """The tiles that the boxes of these shapes lie in; one somewhere else where there is none."""
    found: set[tuple[int, int, int]] = set()
    for shape in shapes or [shapely.Point(103.5, 14.9)]:
        west, south, east, north = shape.bounds
        left, top = tile_of(west, north, zoom)
        right, bottom = tile_of(east, south, zoom)
        found |= {(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)}
    return found


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * side), int(y * side)
