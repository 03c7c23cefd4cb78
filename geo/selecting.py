"""What of a layer a question selects: filter, order, attributes, coordinate system. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from contracts.errors import InvalidInput
from geo.columns import queryables_of
from geo.cql.compiling import Compiled, compile_filter
from geo.cql.reading import parse_language, read_filter
from geo.crs import CRS84, Crs, parse_crs
from geo.layers import Layer
from geo.params import Equal, parse_choice, parse_flag, parse_value
from geo.sorting import Order, parse_sortby

SELECTING = frozenset(
    {
        "crs",
        "bbox-crs",
        "filter",
        "filter-lang",
        "filter-crs",
        "properties",
        "skipGeometry",
        "sortby",
        "resulttype",
    }
)


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """`names` are the attributes to show, in their order; `hits` asks for the number alone."""

    names: tuple[str, ...]
    crs: Crs = CRS84
    filter: Compiled | None = None
    equals: tuple[Equal, ...] = ()
    order: tuple[Order, ...] = ()
    has_geometry: bool = True
    hits: bool = False


def read_selection(asked: Mapping[str, str], layer: Layer, rights: frozenset[str]) -> Selection:
    """The checked selection. Raises InvalidInput; what the caller may not see is refused like what does not exist."""
    queryables = queryables_of(layer)
    shown = [property_.name for property_ in layer.shown(rights)]
    return Selection(
        names=_pick(asked.get("properties"), shown),
        crs=parse_crs(asked.get("crs"), "crs"),
        filter=_filter(asked, layer),
        equals=tuple(
            parse_value(parameter, asked[parameter.name])
            for parameter in layer.parameters
            if parameter.name in asked
        ),
        order=parse_sortby(asked.get("sortby"), queryables),
        has_geometry=not parse_flag(asked.get("skipGeometry"), "skipGeometry"),
        hits=parse_choice(asked.get("resulttype"), "resulttype", ("results", "hits")) == "hits",
    )


def _filter(asked: Mapping[str, str], layer: Layer) -> Compiled | None:
    language = parse_language(asked.get("filter-lang"))
    crs = parse_crs(asked.get("filter-crs"), "filter-crs")
    text = asked.get("filter")
    if text is None:
        return None
    return compile_filter(read_filter(text, language), queryables_of(layer), crs)


def _pick(text: str | None, shown: Sequence[str]) -> tuple[str, ...]:
    if text is None:
        return tuple(shown)
    wanted = {name.strip() for name in text.split(",")}
    if not wanted <= set(shown):
        raise InvalidInput(
            f"'properties' names some of {', '.join(shown)}.",
            message_th="'properties' ระบุชื่อข้อมูลที่ไม่มีในชั้นข้อมูลนี้",
            code="BAD_PARAMETER",
            path="properties",
        )
    return tuple(name for name in shown if name in wanted)
