"""What is to be looked at in the help that was given: the list, the evidence, and how far silence can be trusted."""

import json
from collections.abc import AsyncGenerator

import msgspec
import pytest
import pytest_asyncio

from contracts import ids
from contracts.events import AssistanceRecorded, OpenedHelp, Programme, ProgrammeRegistered, SealedAction
from contracts.records import Help
from hub.api import examples_findings as examples
from hub.api.answers_findings import CoverageAnswer, FindingDetail, FindingPage
from tests.api.stage import Stage, open_stage
from tests.builders import KEY, Log, a_house, a_member, by_record, day
from tests.crowded import a_history

PATH = "/v1/findings"
AT = day(450).isoformat()
TELLING = ("id", "state")


class Story(Log):
    """A log that says more about help than the builders do."""

    def gave(
        self,
        key: str,
        house: str,
        at: int,
        *,
        agency="psm",
        reporter=None,
        kind="cash",
        need="income",
        amount=10_000,
        programme=None,
        reported=None,
    ) -> int:
        ref = by_record("tpmap", house)
        data = SealedAction(
            action=ids.action_pseudonym(KEY, reporter or agency, key),
            content=f"{len(self.items)}",
            subject=ref.ref,
            help=b"",
            kind=kind,
            need=need,
            recipients=(ref,),
            amount_satang=amount,
            programme=programme,
        )
        envelope = self._envelope(
            day(at),
            reporter or agency,
            agency=agency,
            reporter=reporter,
            reported_at=day(at + 5 if reported is None else reported),
        )
        return self._add(AssistanceRecorded(**envelope, data=data), OpenedHelp(Help(action_id=key)))

    def offers(self, programme: str, agency: str, need: str, **values) -> int:
        data = Programme(programme_id=programme, agency_id=agency, name_th=programme, need=need, **values)
        return self._add(ProgrammeRegistered(**self._envelope(day(0), agency, agency=agency), data=data))


def findings_story() -> Story:
    """A: helped twice; B: mistargeted and never served; C (another amphoe): served, then no longer; D to H: neighbours of A."""
    log = Story()
    log.received("tpmap", a_house("A", needs={"income": True}), a_member("1", "ก", number=1, is_head=True))
    log.received(
        "tpmap",
        a_house("B", needs={"income": False, "health": True}),
        a_member("1", "ข", number=2, is_head=True),
    )
    log.received(
        "tpmap",
        a_house("C", tambon="320201", needs={"income": True}),
        a_member("1", "ค", number=3, is_head=True),
    )
    for number, key in enumerate("DEFGH"):
        log.received(
            "tpmap",
            a_house(key, needs={"income": True}),
            a_member("1", f"เพื่อน{key}", number=10 + number, is_head=True),
        )
    log.offers("p", "psm", "income", kind="cash", period="year", minimum_interval_days=20)
    log.offers("q", "temple", "income", kind="in_kind")
    log.offers("r", "clinic", "health", kind="care")
    log.gave("a1", "A", 400)  # 12
    log.gave("a2", "A", 404, agency="temple", amount=7_000)  # 13: D1 with 12
    log.gave("a3", "A", 410, amount=20_000)  # 14: D2 with 12, D1 with 13
    log.gave("a3again", "A", 411, reporter="pao", amount=20_000)  # 15: D0 of 14
    log.gave("b1", "B", 420)  # 16: mistargeted
    log.gave("c1", "C", 30)  # 17: serves until day 395
    log.gave("a4", "A", 430, kind="in_kind")  # 18
    log.gave("a5", "A", 431, kind="training")  # 19: three kinds
    return log


DECIDED = (
    ("D2-14-12", "confirmed", 440),
    ("D1-13-12", "complementary", 440),
    ("UN-3-income", "dismissed", 300),
    ("MT-16", "dismissed", 440),
    ("MT-16", "suspected", 441),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def judged(postgres_cluster, tmp_path_factory) -> AsyncGenerator[Stage]:
    """The story with decisions at 20 to 24. Tests only read."""
    log = findings_story()
    for finding, verdict, at in DECIDED:
        log.decided(finding, verdict, happened_at=day(at), text="คุยกันแล้ว")
    log.decided("D3-1-income-2565", "confirmed", happened_at=day(440))
    url = postgres_cluster.create("test_findings")
    async with open_stage(url, log.items, tmp_path_factory.mktemp("hub")) as stage:
        yield stage
    postgres_cluster.drop("test_findings")


async def found(stage: Stage, role: str = "auditor", **parameters) -> dict[str, str]:
    body = await stage.ask(PATH, role, **({"valid_at": AT} | parameters))
    items = body["items"]
    if body["next"] is None:
        assert body["total"] == len(items)
        assert body["households"] == len({item["household_id"] for item in items})
    return {item["id"]: item["state"] for item in items}


UNSERVED = [f"UN-{number}-income" for number in (3, 4, 5, 6, 7, 8)] + ["UN-2-health"]
DOUBLES = {"D0-15-14", "D1-13-12", "D1-14-13", "D2-14-12", "D3-1-income-2565"}


async def test_everything_that_stands_is_listed_with_its_state(judged: Stage) -> None:
    everything = await found(judged)
    assert set(everything) == DOUBLES | {"MT-16"} | set(UNSERVED)
    settled = {name: state for name, state in everything.items() if state != "suspected"}
    assert settled == {
        "D2-14-12": "confirmed",
        "D1-13-12": "complementary",
        "D3-1-income-2565": "confirmed",
    }


async def test_a_decision_counts_from_its_sequence_on_and_only_for_its_stretch(judged: Stage) -> None:
    assert (await found(judged, as_of="seq:19"))["D2-14-12"] == "suspected"
    assert (await found(judged, as_of="seq:20"))["D2-14-12"] == "confirmed"
    assert (await found(judged, as_of="seq:23"))["MT-16"] == "dismissed"
    assert (await found(judged, as_of="seq:24"))["MT-16"] == "suspected"
    assert (await found(judged))["UN-3-income"] == "suspected"


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"kind": "duplicate"}, DOUBLES),
        ({"kind": "unserved"}, set(UNSERVED)),
        ({"kind": "mistargeted"}, {"MT-16"}),
        ({"kind": "duplicate", "class": "D1,D3"}, {"D1-13-12", "D1-14-13", "D3-1-income-2565"}),
        ({"kind": "unserved", "class": "D1"}, set()),
        ({"state": "confirmed,complementary"}, {"D2-14-12", "D1-13-12", "D3-1-income-2565"}),
        ({"area": "3202"}, {"UN-3-income"}),
        ({"area": "320101", "kind": "mistargeted"}, {"MT-16"}),
        ({"area": "33"}, set()),
        ({"need": "health"}, {"UN-2-health"}),
        ({"need": "unknown"}, set()),
        ({"agency": "pao"}, {"D0-15-14"}),
        ({"agency": "temple"}, {"D1-13-12", "D1-14-13", "D3-1-income-2565"} - {"D3-1-income-2565"}),
        ({"agency": "nobody"}, set()),
        (
            {"kind": "duplicate", "from": day(410).isoformat()},
            {"D0-15-14", "D1-14-13", "D2-14-12", "D3-1-income-2565"},
        ),
        ({"kind": "duplicate", "until": day(410).isoformat()}, {"D1-13-12"}),
        ({"household": "00000000-0000-0000-0000-000000000000"}, set()),
        ({"valid_at": day(403).isoformat(), "kind": "duplicate"}, set()),
        ({"valid_at": day(380).isoformat(), "area": "3202"}, set()),
    ],
)
async def test_filters_narrow_the_list(judged: Stage, parameters: dict, names: set[str]) -> None:
    if parameters.get("agency") == "temple":
        names = names | {"D3-1-income-2565"}
    assert set(await found(judged, **parameters)) == names


async def test_a_household_is_asked_for_by_its_id(judged: Stage) -> None:
    items = (await judged.ask(PATH, valid_at=AT, **{"class": "D0"}))["items"]
    assert set(await found(judged, household=items[0]["household_id"])) == DOUBLES


@pytest.mark.parametrize("order", ["id", "impact"])
async def test_pages_show_everything_once_in_one_order(judged: Stage, order: str) -> None:
    whole = (await judged.ask(PATH, valid_at=AT, order=order))["items"]
    seen, asked = [], {"valid_at": AT, "order": order, "limit": 3}
    while True:
        body = await judged.ask(PATH, **asked)
        assert ("total" in body) == ("token" not in asked)
        seen += body["items"]
        if body["next"] is None:
            break
        asked["token"] = body["next"]
    assert seen == whole
    if order == "impact":
        money = [item["amount_thb"] or 0 for item in whole]
        assert money == sorted(money, reverse=True)
        assert money[0] > 0


async def test_a_finding_says_why_in_words(judged: Stage) -> None:
    items = {item["id"]: item for item in (await judged.ask(PATH, valid_at=AT))["items"]}
    one = items["D2-14-12"]
    assert one["reason"] == "interval"
    assert "10 วัน" in one["reason_th"]
    assert "10 days" in one["reason_en"]
    assert (one["kind"], one["class"], one["amount_thb"], one["agencies"]) == (
        "duplicate",
        "D2",
        200.0,
        ["psm"],
    )
    assert (one["amphoe"], one["tambon"], one["rules"]) == ("3201", "320101", "rules@1")
    assert one["valid_from"] == "2022-02-15T00:00:00Z"
    assert one["valid_until"] is None
    assert one["recorded_at"] == "2026-01-01T00:14:00Z"
    assert items["UN-2-health"]["reason"] == "never"
    assert items["UN-3-income"]["reason"] == "lapsed"
    assert "psm" in items["UN-3-income"]["reason_th"]
    assert items["D0-15-14"]["agencies"] == ["pao", "psm"]
    assert items["D3-1-income-2565"]["recorded_at"] is None


async def test_a_double_shows_both_actions_the_needs_the_rule_and_the_decisions(judged: Stage) -> None:
    body = await judged.ask(f"{PATH}/D2-14-12", valid_at=AT)
    assert [(one["action"], one["part"], one["giver"], one["reporter"]) for one in body["actions"]] == [
        (12, "earlier", "psm", "psm"),
        (14, "concerned", "psm", "psm"),
    ]
    last = body["actions"][1]
    clocks = (last["happened_at"], last["reported_at"], last["recorded_at"])
    assert clocks == ("2022-02-15T00:00:00Z", "2022-02-20T00:00:00Z", "2026-01-01T00:14:00Z")
    assert last["action_id"] == "a3"
    assert body["needs"]["needs"]["income"] is True
    assert [one["source"] for one in body["needs"]["statements"]] == ["tpmap"]
    assert body["rule"]["parameters"] == {"interval_days": {"cash": 25, "in_kind": 25}}
    (decision,) = body["decisions"]
    assert (decision["sequence"], decision["verdict"], decision["actor"]) == (20, "confirmed", "0a0a0a0a")
    assert (decision["applies"], decision["text"]) == (True, "คุยกันแล้ว")
    assert body["coverage"] is None


async def test_names_and_words_are_for_those_who_may_see_them(judged: Stage) -> None:
    body = await judged.ask(f"{PATH}/D2-14-12", "analyst", valid_at=AT)
    assert "action_id" not in body["actions"][0]
    assert "text" not in body["decisions"][0]


async def test_an_unserved_need_comes_with_how_far_silence_can_be_trusted(judged: Stage) -> None:
    body = await judged.ask(f"{PATH}/UN-3-income", valid_at=AT)
    assert [(one["action"], one["part"]) for one in body["actions"]] == [(17, "earlier")]
    assert [(one["verdict"], one["applies"]) for one in body["decisions"]] == [("dismissed", False)]
    coverage = body["coverage"]
    assert (coverage["need"], coverage["area"], coverage["silent_after_days"]) == ("income", "320201", 100)
    assert [one["agency_id"] for one in coverage["agencies"]] == ["psm"]
    health = (await judged.ask(f"{PATH}/UN-2-health", valid_at=AT))["coverage"]
    assert health["confidence"] == 0.0
    assert health["agencies"][0]["sentence_th"] == "clinic ยังไม่เคยรายงาน"
    assert health["agencies"][0]["works_here"] is None


async def test_an_agency_is_silent_when_it_reported_too_long_ago(judged: Stage) -> None:
    asked = {"need": "income", "area": "3201"}
    now = await judged.ask("/v1/coverage", valid_at=day(500).isoformat(), **asked)
    assert {one["agency_id"]: one["silent"] for one in now["agencies"]} == {"psm": False, "temple": False}
    assert now["confidence"] == 1.0
    later = await judged.ask("/v1/coverage", valid_at=day(530).isoformat(), **asked)
    temple = next(one for one in later["agencies"] if one["agency_id"] == "temple")
    assert (temple["silent"], temple["silent_days"]) == (True, 121)
    assert temple["sentence_th"] == "temple ไม่ได้รายงานมา 121 วัน"
    assert later["confidence"] == 0.5
    assert (await judged.get("/v1/coverage")).status_code == 400
    assert (await judged.get("/v1/coverage", None, need="income")).status_code == 401


async def test_an_outlying_share_shows_its_kinds_and_its_neighbours(judged: Stage) -> None:
    body = await judged.ask(f"{PATH}/D3-1-income-2565", valid_at=AT)
    assert body["outlier"] == {
        "fiscal_year": 2565,
        "kinds": [
            {"kind": "cash", "actions": 3, "amount_thb": 370.0},
            {"kind": "in_kind", "actions": 1, "amount_thb": 100.0},
            {"kind": "training", "actions": 1, "amount_thb": 100.0},
        ],
        "neighbours": 5,
        "neighbours_without": 5,
    }
    assert [one["action"] for one in body["actions"]] == [12, 13, 14, 18, 19]
    assert body["valid_until"] == "2022-09-30T17:00:00Z"
    later = await judged.ask(f"{PATH}/D3-1-income-2565")
    assert later["outlier"]["neighbours"] == 5
    assert (await judged.get(f"{PATH}/D3-1-income-2564", valid_at=AT)).status_code == 404
    assert not [name for name in await found(judged, valid_at=day(430).isoformat()) if name.startswith("D3")]


@pytest.mark.parametrize(
    "name", ["D1-1-2", "MT-99", "UN-1-income", "UN-999-income", "nothing", "D3-1-income-2570"]
)
async def test_what_does_not_stand_is_not_found(judged: Stage, name: str) -> None:
    answer = await judged.get(f"{PATH}/{name}", valid_at=AT)
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_FINDING")


async def test_a_key_with_an_area_sees_that_area_only(judged: Stage) -> None:
    assert set(await found(judged, "steward_3202")) == {"UN-3-income"}
    assert (await judged.get(f"{PATH}/MT-16", "steward_3202", valid_at=AT)).status_code == 404
    assert (await judged.get(f"{PATH}/D3-1-income-2565", "steward_3202", valid_at=AT)).status_code == 404
    body = await judged.ask("/v1/coverage", "steward_3202", valid_at=AT, need="income")
    assert [one["agency_id"] for one in body["agencies"]] == ["psm"]


async def test_an_agency_sees_what_rests_on_its_own_help(judged: Stage) -> None:
    own = set(await found(judged, "agency"))
    assert own == DOUBLES | {"MT-16", "UN-3-income"}
    assert (await judged.get(PATH, "agency", agency="temple")).status_code == 403
    assert (await judged.get(f"{PATH}/UN-2-health", "agency", valid_at=AT)).status_code == 404
    body = await judged.ask(f"{PATH}/D1-13-12", "agency", valid_at=AT)
    assert [("action_id" in one, one["giver"]) for one in body["actions"]] == [
        (True, "psm"),
        (False, "temple"),
    ]


async def test_findings_need_a_right(judged: Stage) -> None:
    for role, status in ((None, 401), ("gis", 403), ("analyst", 200)):
        assert (await judged.get(PATH, role)).status_code == status
        assert (await judged.get(f"{PATH}/MT-16", role)).status_code == status


@pytest.mark.parametrize(
    "parameters",
    [
        {"kind": "x"},
        {"class": "D9"},
        {"state": "open"},
        {"need": "x"},
        {"household": "x"},
        {"from": "0.5"},
        {"area": "1"},
    ],
)
async def test_a_filter_that_cannot_be_is_refused(judged: Stage, parameters: dict) -> None:
    answer = await judged.get(PATH, **parameters)
    assert (answer.status_code, answer.json()["path"]) == (400, next(iter(parameters)))


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (examples.FINDINGS, FindingPage),
        (examples.FINDING, FindingDetail),
        (examples.COVERAGE, CoverageAnswer),
    ],
)
def test_an_example_is_what_it_stands_for(value: dict, type_: type) -> None:
    read = msgspec.json.decode(json.dumps(value).encode(), type=type_)
    assert not set(value) - set(msgspec.json.decode(msgspec.json.encode(read)))


async def test_lists_agree_with_the_six_numbers_and_every_finding_opens(postgres_cluster, tmp_path) -> None:
    url = postgres_cluster.create("test_findings_many")
    async with open_stage(url, a_history(6, 200).items, tmp_path) as busy:
        opened = set()
        for moment in (day(450).isoformat(), day(1150).isoformat()):
            numbers = (await busy.ask("/v1/overview", valid_at=moment))["numbers"]
            problem = {"valid_at": moment, "state": "suspected,confirmed", "limit": 1000}
            unserved = await busy.ask(PATH, **problem, kind="unserved")
            assert unserved["households"] == numbers["unserved"]["value"]
            items = unserved["items"]
            items += (await busy.ask(PATH, valid_at=moment, kind="duplicate", limit=1000))["items"]
            items += (await busy.ask(PATH, valid_at=moment, kind="mistargeted", limit=1000))["items"]
            for item in items:
                body = await busy.ask(f"{PATH}/{item['id']}", valid_at=moment)
                assert {name: body[name] for name in item} == item
                opened.add(item["class"])
        assert opened >= {"D1", "D2", "unserved"}
    postgres_cluster.drop("test_findings_many")
