"""A map of features as an inline picture (SVG): it needs no script and nothing from elsewhere. Pure."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import cast

WIDTH, MARGIN = 720.0, 12.0
HEIGHT_MAX = 720.0
RADIUS = 4.0
FEATURES_MAX, PLACES_MAX = 2000, 60_000
SHADES = ("#eef4f8", "#c9dfec", "#94bfd8", "#5697bd", "#0b5c8a")
HIDDEN = "#dddddd"
LEGEND = "สีเข้ม = ครัวเรือนมาก, สีเทา = ปกปิดหรือไม่มีจำนวน / darker: more households, grey: hidden"
Ring = list[tuple[float, float]]
Json = Mapping[str, object]


def draw(features: Sequence[Json], number: str = "households") -> str:
    """The map of areas or points in degrees, north up; areas are shaded by `number`. Empty where there is nothing to draw."""
    shapes = [(feature, _rings(feature.get("geometry"))) for feature in features[:FEATURES_MAX]]
    places = [place for _, rings in shapes for ring in rings for place in ring]
    if not places or len(places) > PLACES_MAX:
        return ""
    west, east = min(x for x, _ in places), max(x for x, _ in places)
    south, north = min(y for _, y in places), max(y for _, y in places)
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.05)
    across, up = max((east - west) * squeeze, 1e-4), max(north - south, 1e-4)
    scale = min((WIDTH - 2 * MARGIN) / across, (HEIGHT_MAX - 2 * MARGIN) / up)

    def to_page(place: tuple[float, float]) -> tuple[float, float]:
        x, y = place
        return MARGIN + (x - west) * squeeze * scale, MARGIN + (north - y) * scale

    most = max((_number(feature, number) or 0 for feature, _ in shapes), default=0)
    drawn = "".join(
        _shape([[to_page(place) for place in ring] for ring in rings], feature, number, most)
        for feature, rings in shapes
        if rings
    )
    width, height = across * scale + 2 * MARGIN, up * scale + 2 * MARGIN
    return (
        f'<figure><svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="แผนที่ / map">{drawn}</svg><figcaption>{LEGEND}</figcaption></figure>'
    )


def _shape(rings: list[Ring], feature: Json, number: str, most: float) -> str:
    title = f"<title>{escape(_name(feature, number))}</title>"
    if len(rings) == 1 and len(rings[0]) == 1:
        x, y = rings[0][0]
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}" fill="{SHADES[-1]}" fill-opacity="0.7">{title}</circle>'
    path = "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in ring) + "Z" for ring in rings)
    shade = _shade(_number(feature, number), most)
    return f'<path d="{path}" fill="{shade}" fill-rule="evenodd" stroke="#4a5a68" stroke-width="0.8">{title}</path>'


def _shade(count: float | None, most: float) -> str:
    if count is None:
        return HIDDEN
    share = math.sqrt(abs(count) / most) if most > 0 else 0.0
    return SHADES[min(int(share * len(SHADES)), len(SHADES) - 1)]


def _properties(feature: Json) -> Json:
    return cast("Json", feature.get("properties") or {})


def _number(feature: Json, name: str) -> float | None:
    value = _properties(feature).get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _name(feature: Json, number: str) -> str:
    values = _properties(feature)
    words = str(values.get("name_th") or feature.get("id"))
    count = values.get(number)
    return words if count is None else f"{words}: {count}"


def _rings(geometry: object) -> list[Ring]:
    if not isinstance(geometry, dict):
        return []
    shape = cast("dict[str, object]", geometry)
    coordinates = cast("list[object]", shape.get("coordinates") or [])
    if shape.get("type") == "Point":
        x, y, *_ = cast("list[float]", coordinates)
        return [[(x, y)]]
    if shape.get("type") != "MultiPolygon":
        return []
    polygons = cast("list[list[list[list[float]]]]", coordinates)
    return [[(place[0], place[1]) for place in ring] for polygon in polygons for ring in polygon]
