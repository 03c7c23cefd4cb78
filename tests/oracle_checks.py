"""How each data operation of /v1 is compared with the oracle, and which operations hold no data of households or help."""

from collections.abc import Callable, Mapping

import msgspec

from contracts.events import Sequenced, encode_event
from contracts.records import NEEDS, SOURCES
from tests import oracle_answers, oracle_help, oracle_history
from tests.oracle_asking import Asked, ask, ask_all, assert_same, fetch, plain, read_lines
from tests.oracle_layer_checks import LEVELS, compare_items, compare_one, compare_tiles

NOBODY = "00000000-0000-5000-8000-000000000000"
LAYERS = (*LEVELS, "household_points")
OF_HELP = ("kind", "need", "from", "until", "area")
ROLES = {"auditor": True, "analyst": False}
"""Who asks, and whether with the right to personal data."""

PRESENTATION = frozenset(("token", "limit", "f", "crs", "bbox-crs", "min_sequence"))
"""Parameters that say how, not what; paging is in use throughout."""

WITHOUT_DATA: Mapping[str, str] = {
    "/v1/demo-roles": "which roles the demo page offers",
    "/contracts": "the list of schemas",
    "/contracts/{name}": "a schema",
    "/health": "the process",
    "/ready": "the servers behind it",
    "/metrics": "counters of the process",
    "/ogc/": "landing page",
    "/ogc/conformance": "conformance classes",
    "/ogc/api": "the document itself",
    "/ogc/collections": "the list of layers",
    **{
        f"/ogc/collections/{layer}{part}": "describes the layer"
        for layer in LAYERS
        for part in ("", "/feature-schema", "/tilejson.json")
    },
}


class Check:
    """How an operation is compared, and which of its parameters are tried, always both axes."""

    def __init__(self, compare: Callable[[Asked], None], *tried: str) -> None:
        self.compare = compare
        self.tried = frozenset((*tried, "as_of", "valid_at", "datetime"))


def compare_overview(asked: Asked) -> None:
    for level in ("amphoe", "tambon"):
        found = ask(asked.hub, "/v1/overview", "auditor", level=level, **asked.axes)
        expected = oracle_answers.overview(asked.world, level) | {"final": True, "suppressed": False}
        areas = {row["code"]: row for row in msgspec.convert(found.pop("areas"), list[dict[str, object]])}
        true = {row["code"]: row for row in msgspec.convert(expected.pop("areas"), list[dict[str, object]])}
        assert_same(found, expected, "overview")
        assert_same({str(c): areas[c] for c in areas}, {str(c): true[c] for c in true}, f"areas {level}")
        public = ask(asked.hub, "/v1/overview", None, level=level, **asked.axes)
        assert_nothing_else(public, expected | {"areas": list(true.values()), "suppressed": True})


def assert_nothing_else(found: object, true: object) -> None:
    """Whatever the public sees and is not hidden is true."""
    if isinstance(found, dict) and isinstance(true, dict):
        for key in found.keys() - {"suppressed"}:
            assert_nothing_else(found[key], true[key])
    elif isinstance(found, list) and isinstance(true, list):
        named = {row["code"]: row for row in true}
        for row in found:
            assert_nothing_else(row, named[row["code"]])
    else:
        assert found is None or plain(found) == plain(true)


def compare_list(
    asked: Asked, path: str, expected: list[oracle_answers.Answer], role: str, **query: str
) -> None:
    """All pages of a list against all that the oracle lists."""
    items, first = ask_all(asked.hub, path, role, **asked.axes, **query)
    where = f"{path} {query} {role}"
    assert_same(items, expected, where)
    axes = {axis: first[axis] for axis in ("sequence", "as_of", "valid_at", "final")}
    assert_same(axes, oracle_answers.basis_of(asked.world) | {"final": True}, where)


def compare_households(asked: Asked) -> None:
    texts = [{"text": text} for text in ("สม", "32990000", "45/", "ไม่มีใครชื่อนี้")]
    filters: list[dict[str, str]] = [
        {},
        *({"area": area} for area in ("32", "3201", "3203", "320102", "3299")),
        *({"need": need} for need in NEEDS),
        *({"source": source} for source in SOURCES),
        *({"in_sources": str(number)} for number in (1, 2, 3, 4)),
        {"area": "3201", "need": "health", "source": "tpmap", "in_sources": "1"},
    ]
    for role, personal in ROLES.items():
        for query in [*filters, *texts] if personal else filters:
            expected = oracle_answers.households(asked.world, query, personal=personal)
            compare_list(asked, "/v1/households", expected, role, **query)


def household_ids(asked: Asked) -> list[str]:
    """Every id that a household could ever have had, and one that none has."""
    return [*map(asked.known.household_id, asked.known.pseudonym_of), NOBODY]


def compare_household(asked: Asked) -> None:
    for role, personal in ROLES.items():
        for id_ in household_ids(asked):
            expected = oracle_answers.household(asked.world, id_, personal=personal)
            path = f"/v1/households/{id_}"
            if expected is None:
                assert fetch(asked.hub, path, role, **asked.axes)[0] == 404, path
                continue
            # The number and the list of persons cannot both be called so: the number is `persons_at_home`.
            assert_same(
                ask(asked.hub, path, role, **asked.axes), expected | {"final": True}, f"{path} {role}"
            )


def compare_timeline(asked: Asked) -> None:
    for id_ in household_ids(asked):
        path = f"/v1/households/{id_}/timeline"
        for axes, until in ((asked.axes, asked.moment), ({"as_of": asked.axes["as_of"]}, None)):
            expected = oracle_history.timeline(asked.oracle, asked.sequence, id_, until)
            if expected is None:
                assert fetch(asked.hub, path, "auditor", **axes)[0] == 404, path
                continue
            rows = [
                msgspec.convert(row, dict[str, object])
                for row in ask_all(asked.hub, path, "auditor", **axes)[0]
            ]
            assert all(row.pop("summary_th") and row.pop("summary_en") for row in rows)
            assert [order(row) for row in rows] == sorted(order(row) for row in rows)
            assert_same(sorted(rows, key=kind_order), sorted(plain_rows(expected), key=kind_order), path)


def plain_rows(rows: list[oracle_answers.Answer]) -> list[dict[str, object]]:
    return msgspec.convert(plain(rows), list[dict[str, object]])


def order(row: dict[str, object]) -> tuple[str, int]:
    sequence = row["sequence"]
    assert isinstance(sequence, int)
    return str(row["happened_at"]), sequence


def kind_order(row: dict[str, object]) -> tuple[str, int, str, str]:
    return *order(row), str(row["kind"]), str(row.get("household_id"))


def assistance_filters(asked: Asked) -> list[dict[str, str]]:
    days = [{"from": "2023-02-01"}, {"until": "2023-02-01"}, {"from": "2023-01-12", "until": "2023-03-16"}]
    named = [{"kind": kind} for kind in ("cash", "care", "loan")] + [
        {"need": n} for n in ("health", "income")
    ]
    areas = [{"area": area} for area in ("32", "3201", "320102", "3205")]
    return [{}, *days, *named, *areas, {"kind": "cash", "from": "2023-01-01", "area": "3201"}]


def compare_assistance(asked: Asked) -> None:
    known = asked.known
    people = sorted({known.person_id(person) for person in known.partition.persons.values()})
    about = [{"household": id_} for id_ in household_ids(asked)] + [{"person": id_} for id_ in people]
    agencies = [{"agency": agency} for agency in [*known.agencies, "nobody"]]
    for role, personal in ROLES.items():
        for query in [*assistance_filters(asked), *about, *agencies]:
            expected = oracle_help.assistance(asked.world, query, personal=personal)
            compare_list(asked, "/v1/assistance", expected, role, **query)


def compare_agency_assistance(asked: Asked) -> None:
    for agency in asked.known.agencies:
        path = f"/v1/agencies/{agency}/assistance"
        for query in assistance_filters(asked):
            expected = oracle_help.agency_assistance(asked.world, agency, query, personal=True)
            items, first = ask_all(asked.hub, path, "auditor", **asked.axes, **query)
            found = {"items": items, "agency": first["agency"], "totals": first["totals"]}
            assert_same(found, expected, f"{path} {query}")


def compare_agencies(asked: Asked) -> None:
    compare_list(asked, "/v1/agencies", oracle_help.agencies(asked.known), "analyst")


def compare_programmes(asked: Asked) -> None:
    compare_list(asked, "/v1/programmes", oracle_help.programmes(asked.known), "analyst")


def compare_events(asked: Asked) -> None:
    """Which events are listed, and that they are the events as stored."""
    stored = {item.sequence: item for item in asked.oracle.items}
    filters: list[dict[str, str]] = [
        {},
        {"after": "3", "until": "9"},
        *(
            {"type": type_}
            for type_ in ("record", "record.withdrawn.v1", "assistance", "agency", "boundaries")
        ),
        *({"agency": agency} for agency in asked.known.agencies),
        *({"household": id_} for id_ in household_ids(asked)),
    ]
    for query in filters:
        named = {"type_" if name == "type" else name: value for name, value in query.items()}
        bounds = {name: int(named.pop(name)) for name in ("after", "until") if name in named}
        for axes, moment in ((asked.axes, asked.moment), ({"as_of": asked.axes["as_of"]}, None)):
            expected = oracle_history.events(asked.oracle, asked.sequence, moment, **bounds, **named)
            status, body = fetch(asked.hub, "/v1/events", "auditor", limit="1000", **axes, **query)
            assert status == 200, body
            lines = read_lines(body)
            assert [line.sequence for line in lines] == [item.sequence for item in expected], query
            assert all(line.recorded_at == stored[line.sequence].recorded_at for line in lines)
            assert all(bytes(line.event) == encode(stored[line.sequence]) for line in lines)


def encode(item: Sequenced) -> bytes:
    return encode_event(item.event)


POINT_QUESTIONS = ("bbox", "amphoe", "tambon", "in_sources", "level", *(f"need_{need}" for need in NEEDS))
V1 = {
    "/v1/overview": Check(compare_overview, "level"),
    "/v1/households": Check(compare_households, "area", "need", "text", "source", "in_sources"),
    "/v1/households/{household_id}": Check(compare_household, "household_id"),
    "/v1/households/{household_id}/timeline": Check(compare_timeline, "household_id"),
    "/v1/assistance": Check(compare_assistance, "household", "person", "agency", *OF_HELP),
    "/v1/agencies": Check(compare_agencies),
    "/v1/agencies/{agency_id}/assistance": Check(compare_agency_assistance, "agency_id", *OF_HELP),
    "/v1/programmes": Check(compare_programmes),
    "/v1/events": Check(compare_events, "after", "until", "type", "household", "agency"),
}


def layer_checks(layer: str) -> dict[str, Check]:
    """The operations of one layer."""
    root, matrix = f"/ogc/collections/{layer}", "tiles/WebMercatorQuad"
    questions = ("bbox",) if layer in LEVELS else POINT_QUESTIONS
    by_row = compare_tiles(layer, f"{root}/{matrix}/{{z}}/{{y}}/{{x}}")
    by_xyz = compare_tiles(layer, f"/ogc/xyz/{layer}/{{z}}/{{x}}/{{y}}.mvt")
    return {
        f"{root}/items": Check(compare_items(layer), *questions),
        f"{root}/items/{{featureId}}": Check(compare_one(layer), "featureId"),
        f"{root}/{matrix}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": Check(
            by_row, "tileMatrix", "tileRow", "tileCol"
        ),
        f"/ogc/xyz/{layer}/{{z}}/{{x}}/{{y}}.mvt": Check(by_xyz, "z", "x", "y"),
    }


CHECKS: Mapping[str, Check] = {**V1, **{p: c for layer in LAYERS for p, c in layer_checks(layer).items()}}
