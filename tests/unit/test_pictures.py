"""Maps as pictures in pages: drawn from the features alone, safe to show, bounded."""

import re
import xml.etree.ElementTree as ET

from geo.pages import page
from geo.pictures import FEATURES_MAX, HIDDEN, SHADES, draw

SQUARE = [[[[103.0, 14.0], [103.5, 14.0], [103.5, 14.5], [103.0, 14.0]]]]


def area(id_: str, households: int | None, coordinates: list = SQUARE) -> dict:
    return {
        "id": id_,
        "properties": {"name_th": f"ที่ {id_}", "households": households},
        "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
    }


def point(x: float, y: float) -> dict:
    return {"id": "a", "properties": {}, "geometry": {"type": "Point", "coordinates": [x, y]}}


def parsed(text: str) -> ET.Element:
    (svg,) = re.findall("<svg.*</svg>", text)
    return ET.fromstring(svg)


def test_areas_are_shaded_by_their_number_and_what_is_hidden_is_grey() -> None:
    paths = parsed(draw([area("few", 1), area("many", 100), area("hidden", None)])).findall("path")
    assert [path.get("fill") for path in paths] == [SHADES[0], SHADES[-1], HIDDEN]
    assert [path.findtext("title") for path in paths] == ["ที่ few: 1", "ที่ many: 100", "ที่ hidden"]


def test_north_is_up_and_everything_lies_on_the_page() -> None:
    svg = parsed(draw([point(103.0, 14.0), point(104.0, 15.0)]))
    south, north = ((float(c.get("cx")), float(c.get("cy"))) for c in svg.findall("circle"))
    assert north[1] < south[1]
    assert north[0] > south[0]
    _, _, width, height = map(float, svg.get("viewBox").split())
    for x, y in (south, north):
        assert 0 < x < width
        assert 0 < y < height


def test_names_cannot_break_out_of_the_picture() -> None:
    hostile = area("x", 1)
    hostile["properties"]["name_th"] = "</title><script>alert(1)</script>"
    assert "<script>" not in draw([hostile])


def test_nothing_and_too_much_are_no_picture() -> None:
    assert draw([]) == ""
    assert draw([{"id": "a", "properties": {}, "geometry": None}]) == ""
    ring = [[103.0, 14.0]] * 70_000
    assert draw([area("x", 1, [[ring]])]) == ""
    assert draw([point(103, 14)] * (FEATURES_MAX + 500)).count("<circle") == FEATURES_MAX


def test_a_page_of_features_has_the_map_thai_headers_and_fields_for_both_axes() -> None:
    document = {
        "type": "FeatureCollection",
        "features": [area("TH3201", 4)],
        "links": [{"href": "http://h/items?as_of=seq:4&bbox=1,2,3,4&token=x", "rel": "self", "type": "a/b"}],
    }
    text = page("ชั้น", document, {"households": "ครัวเรือน"})
    assert "<svg" in text
    assert '<th title="households">ครัวเรือน</th>' in text
    datetime, as_of = re.findall("<form.*?</form>", text)
    assert 'name="datetime" value=""' in datetime
    assert 'name="as_of" value="seq:4"' in datetime
    assert 'name="as_of" value="seq:4"' in as_of
    for form in (datetime, as_of):
        assert 'name="bbox" value="1,2,3,4"' in form
        assert "token" not in form
