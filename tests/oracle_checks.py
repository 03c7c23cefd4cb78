"""How each data operation of /v1 is compared with the oracle, and which operations hold no data of households or help."""

from collections.abc import Callable, Collection, Mapping
from typing import cast

import msgspec

from contracts.events import Sequenced, encode_event
from contracts.records import NEEDS, SOURCES
from tests import oracle_answers, oracle_findings, oracle_help, oracle_history
from tests.oracle_asking import AXES, Asked, ask, ask_all, assert_same, fetch, plain, read_lines
from tests.oracle_layer_checks import LEVELS, compare_items, compare_one, compare_tiles
from tests.oracle_layer_selections import AREA_NAMES, POINT_NAMES, compare_selected
from tests.oracle_world import World

NOBODY = "00000000-0000-5000-8000-000000000000"
LAYERS = (*LEVELS, "household_points")
OF_HELP = ("kind", "need", "from", "until", "area")
ROLES = {"auditor": True, "analyst": False}
"""Who asks, and whether with the right to personal data."""

PRESENTATION = frozenset(
    (
        *("token", "limit", "f", "crs", "bbox-crs", "min_sequence"),
        *("filter-lang", "filter-crs", "properties", "skipGeometry", "resulttype", "profile"),
    )
)
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
        for part in (
            *("", "/feature-schema", "/schema", "/queryables", "/sortables"),
            *("/tilejson.json", "/style.json", "/tiles", "/tiles/WebMercatorQuad"),
        )
    },
    **{
        f"/ogc/collections/household_history{part}": "describes the layer"
        for part in ("", "/feature-schema", "/schema", "/queryables", "/sortables")
    },
    "/ogc/api.html": "the same for people",
    "/ogc/tileMatrixSets": "the list of tile matrix sets",
    "/ogc/tileMatrixSets/WebMercatorQuad": "a tile matrix set",
}


class Check:
    """How an operation is compared, and which of its parameters are tried, always both axes."""

    def __init__(self, compare: Callable[[Asked], None], *tried: str) -> None:
        self.compare = compare
        self.tried = frozenset((*tried, "as_of", "valid_at", "reported_by", "datetime"))


FINDINGS_OF_AREAS = ("twice", "unserved", "mistargeted", "exited")
TWICE = frozenset(("D1", "D2"))


def compare_public_numbers(public: dict[str, object], numbers: Mapping[str, int]) -> None:
    """What the public sees of the numbers is true or hidden; it is taken off the answer."""
    shown = msgspec.convert(public.pop("numbers"), dict[str, dict[str, object]])
    assert all(number["value"] in {None, numbers[name]} for name, number in shown.items())
    twice = msgspec.convert(public.pop("reported_twice"), dict[str, object])
    assert set(twice.values()) <= {None, 0}
    areas = cast("list[dict[str, object]]", public["areas"])
    public["areas"] = [{n: v for n, v in area.items() if n not in FINDINGS_OF_AREAS} for area in areas]


def compare_numbers(found: dict[str, object], world: World, founders: Collection[int]) -> dict[str, int]:
    """The six numbers, what was reported twice and the findings of the areas; they are taken off the answer."""
    standing = [row for row in oracle_findings.findings(world) if row.household in founders]
    households = {founder: world.households[founder] for founder in founders}
    chosen = {
        "distinct": set(households),
        "in_more_than_one": {f for f, household in households.items() if household.in_sources > 1},
        "twice": {row.household for row in standing if row.kind in TWICE},
        "unserved": {row.household for row in standing if row.kind == "unserved"},
        "mistargeted": {row.household for row in standing if row.kind == "mistargeted"},
        "exited": {f for f, h in households.items() if oracle_findings.standing_of(h) == "exited"},
    }
    numbers = msgspec.convert(found.pop("numbers"), dict[str, dict[str, object]])
    assert {name: number["value"] for name, number in numbers.items()} == {
        n: len(c) for n, c in chosen.items()
    }
    assert found.pop("reported_twice") == {"actions": 0, "amount_thb": 0.0}
    assert not oracle_findings.repeats(world.known)
    for area in msgspec.convert(found["areas"], list[dict[str, object]]):
        inside = {f for f, h in households.items() if getattr(h.place, str(area["level"])) == area["code"]}
        assert {name: area[name] for name in FINDINGS_OF_AREAS} == {
            name: len(chosen[name] & inside) for name in FINDINGS_OF_AREAS
        }, area["code"]
    areas = cast("list[dict[str, object]]", found["areas"])
    found["areas"] = [{n: v for n, v in area.items() if n not in FINDINGS_OF_AREAS} for area in areas]
    return {name: len(founders) for name, founders in chosen.items()}


def compare_overview(asked: Asked) -> None:
    for level in ("amphoe", "tambon"):
        found = ask(asked.hub, "/v1/overview", "auditor", level=level, **asked.axes)
        expected = oracle_answers.overview(asked.world, level) | {"final": True, "suppressed": False}
        numbers = compare_numbers(found, asked.world, asked.world.households.keys())
        areas = {row["code"]: row for row in msgspec.convert(found.pop("areas"), list[dict[str, object]])}
        true = {row["code"]: row for row in msgspec.convert(expected.pop("areas"), list[dict[str, object]])}
        assert_same(found, expected, "overview")
        assert_same({str(c): areas[c] for c in areas}, {str(c): true[c] for c in true}, f"areas {level}")
        public = ask(asked.hub, "/v1/overview", None, level=level, **asked.axes)
        compare_public_numbers(public, numbers)
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
    axes = {axis: first[axis] for axis in (*AXES, "reported_by") if axis in first}
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
            found = ask(asked.hub, path, role, **asked.axes)
            compare_judgement(found, asked.world, id_)
            assert_same(found, expected | {"final": True}, f"{path} {role}")


TOLD_BESIDE = ("levels", "needs_over_time", "referrals")
"""Parts of a household that tests/api/test_v1_households.py holds."""


def compare_judgement(found: dict[str, object], world: World, asked_id: str) -> None:
    """The standing and the findings of a household; with what is tested elsewhere they are taken off the answer."""
    founder = next(f for f in world.households if world.known.household_id(f) == found["household_id"])
    assert found.pop("standing") == oracle_findings.standing_of(world.households[founder]), asked_id
    true = {row.name for row in oracle_findings.findings(world) if row.household == founder}
    shown = msgspec.convert(found.pop("findings"), list[dict[str, object]])
    assert {one["finding"] for one in shown} == true, asked_id
    for name in TOLD_BESIDE:
        found.pop(name)
    help_ = msgspec.convert(found["assistance"], dict[str, object])
    assert help_.pop("reported_twice") == 0
    found["assistance"] = help_


FAMILIES: Mapping[str, frozenset[str]] = {
    "record_received": frozenset(("record_received", "record_changed", "record_returned"))
}
"""One word of the oracle may be several of the timeline."""


def find_told(rows: list[dict[str, object]], true: dict[str, object], path: str) -> None:
    """Raises AssertionError unless exactly one row of the timeline says what the oracle says, in all its fields."""
    kinds = FAMILIES.get(str(true["kind"]), frozenset((str(true["kind"]),)))
    said = {name: value for name, value in true.items() if name not in {"kind", "recorded_at"}}
    found = [
        row
        for row in rows
        if row["kind"] in kinds and all(plain(row.get(name)) == value for name, value in said.items())
    ]
    near = [row for row in rows if row["kind"] in kinds and row["sequence"] == true["sequence"]]
    assert len(found) == 1, f"{path}: the oracle says {true}, the hub {near}"


def compare_timeline(asked: Asked) -> None:
    for id_ in household_ids(asked):
        path = f"/v1/households/{id_}/timeline"
        for axes, until in ((asked.axes, asked.moment), (asked.knowledge, None)):
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
            told = plain_rows(expected)
            for true in told:
                find_told(rows, true, path)
            kinds = {kind for true in told for kind in FAMILIES.get(str(true["kind"]), {str(true["kind"])})}
            assert len([row for row in rows if row["kind"] in kinds]) == len(told), path


def plain_rows(rows: list[oracle_answers.Answer]) -> list[dict[str, object]]:
    return msgspec.convert(plain(rows), list[dict[str, object]])


def order(row: dict[str, object]) -> tuple[str, int]:
    sequence = row["sequence"]
    assert isinstance(sequence, int)
    return str(row["happened_at"]), sequence


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
        for axes, moment in ((asked.axes, asked.moment), (asked.knowledge, None)):
            expected = oracle_history.events(asked.oracle, asked.sequence, moment, **bounds, **named)
            status, body = fetch(asked.hub, "/v1/events", "auditor", limit="1000", **axes, **query)
            assert status == 200, body
            lines = read_lines(body)
            assert [line.sequence for line in lines] == [item.sequence for item in expected], query
            assert all(line.recorded_at == stored[line.sequence].recorded_at for line in lines)
            assert all(bytes(line.event) == encode(stored[line.sequence]) for line in lines)


def encode(item: Sequenced) -> bytes:
    return encode_event(item.event)


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
    names = AREA_NAMES if layer in LEVELS else POINT_NAMES
    chosen = compare_selected(layer, "area" if layer in LEVELS else "point")

    def compare_all(asked: Asked) -> None:
        compare_items(layer)(asked)
        chosen(asked)

    by_row = compare_tiles(layer, f"{root}/{matrix}/{{z}}/{{y}}/{{x}}")
    by_xyz = compare_tiles(layer, f"/ogc/xyz/{layer}/{{z}}/{{x}}/{{y}}.mvt")
    return {
        f"{root}/items": Check(compare_all, "bbox", "filter", "sortby", *names),
        f"{root}/items/{{featureId}}": Check(compare_one(layer), "featureId"),
        f"{root}/{matrix}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": Check(
            by_row, "tileMatrix", "tileRow", "tileCol"
        ),
        f"/ogc/xyz/{layer}/{{z}}/{{x}}/{{y}}.mvt": Check(by_xyz, "z", "x", "y"),
        f"/ogc/xyz/{layer}/{{z}}/{{x}}/{{y}}.pbf": Check(
            compare_tiles(layer, f"/ogc/xyz/{layer}/{{z}}/{{x}}/{{y}}.pbf"), "z", "x", "y"
        ),
    }


BESIDE: Mapping[str, str] = {
    "/v1/access": "tests/integration/test_access_log.py",
    "/v1/agencies/{agency_id}/quality": "tests/api/test_v1_quality.py",
    "/v1/batches": "tests/api/test_v1_batches.py",
    "/v1/batches/{batch}": "tests/api/test_v1_batches.py",
    "/v1/batches/{batch}/errors.xlsx": "tests/api/test_v1_batches.py",
    "/v1/batches/{batch}/records": "tests/api/test_v1_batches.py",
    "/v1/quarantine": "tests/api/test_v1_batches.py",
    "/v1/sources/{source}/links": "tests/integration/test_linking_back.py",
    "/ogc/collections/household_points/items/{featureId}/versions": "tests/api/test_ogc_versions.py",
    "/ogc/collections/household_history/items": "tests/api/test_ogc_versions.py",
    "/ogc/collections/household_history/items/{featureId}": "tests/api/test_ogc_versions.py",
    "/ogc/collections/household_history/items/{featureId}/versions": "tests/api/test_ogc_versions.py",
    "/v1/overview/{what}": "tests/api/test_v1_numbers.py",
    "/v1/compare": "tests/api/test_v1_numbers.py",
    "/v1/compare/{what}": "tests/api/test_v1_numbers.py",
    "/v1/mobility": "tests/api/test_v1_numbers.py",
    "/v1/mobility/{what}": "tests/api/test_v1_numbers.py",
    "/v1/matrix": "tests/api/test_v1_numbers.py",
    "/v1/matrix/{a}/{b}": "tests/api/test_v1_numbers.py",
    "/v1/findings": "tests/api/test_v1_findings.py",
    "/v1/findings/{finding_id}": "tests/api/test_v1_findings.py",
    "/v1/coverage": "tests/api/test_v1_findings.py",
    "/v1/persons/{person_id}": "tests/api/test_v1_persons.py",
    "/v1/replay": "tests/api/test_v1_replay.py",
    "/v1/rules": "tests/api/test_v1_doors.py",
    "/v1/links/{a}/{b}": "tests/api/test_v1_links.py",
    "/v1/households/{household_id}/links": "tests/api/test_v1_links.py",
    "/v1/reviews": "tests/api/test_v1_reviews.py",
    "/v1/agencies/{agency_id}/referrals": "tests/api/test_v1_doors.py",
}
"""Operations that the oracle does not answer yet, with the tests that hold them; the tables behind them are compared with the oracle."""

CHECKS: Mapping[str, Check] = {**V1, **{p: c for layer in LAYERS for p, c in layer_checks(layer).items()}}
