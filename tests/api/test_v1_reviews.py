"""The queue of reviews: what is in doubt, in the order of what hangs on it, who holds it, and how often two stewards agree."""

import datetime as dt
from collections.abc import AsyncGenerator

import msgspec
import pytest
import pytest_asyncio

from contracts import ids
from contracts.records import PartialDate
from hub.api import examples_links
from hub.api.answers_reviews import Claim, ReviewPage
from hub.api.second_look import Decided, is_sampled, measure
from tests.api.stage import Stage, make_keys
from tests.builders import Log, a_house, a_member, by_record, day, member_of, record_of

SOURCES = ("tpmap", "thaiqm")


def doubtful(log: Log, key: str, number: int, tambon: str = "320101") -> tuple[str, str]:
    """Two records with one citizen id and nothing else in common: a borrowed id, for people to decide. Their pseudonyms."""
    place = {"tambon": tambon, "needs": {"income": True, "health": False}}
    births = (PartialDate(year=1950, month=5, day=7), PartialDate(year=1981, month=11, day=23))
    for source, name, birth in zip(SOURCES, ("สมชาย", "บุญมี"), births, strict=True):
        member = msgspec.structs.replace(a_member("1", name, number=number), birth=birth)
        log.received(source, a_house(key, **place), member)
    return record_of("tpmap", key), record_of("thaiqm", key)


@pytest_asyncio.fixture(loop_scope="session")
async def queued(stage: Stage) -> AsyncGenerator[Stage]:
    """Three pairs in doubt, of which one was given much, one little, and one lies in another amphoe."""
    log = Log()
    for number, (key, tambon) in enumerate(
        (("little", "320101"), ("much", "320101"), ("far", "320201")), start=1
    ):
        doubtful(log, key, number, tambon)
    for key, amount in (("little", 10_000), ("much", 900_000)):
        for source in SOURCES:
            log.helped(f"{key}-{source}", by_record(source, key), amount=amount, happened_at=day(30))
    await stage.fold(log.items)
    stage.keys |= {"other": (await make_keys(stage.database_url, again={"role": "steward"}))["again"]}
    yield stage


@pytest.mark.parametrize(
    ("value", "type_"), [(examples_links.REVIEWS, ReviewPage), (examples_links.CLAIM, Claim)]
)
def test_an_example_is_what_it_stands_for(value: dict, type_: type) -> None:
    read = msgspec.json.decode(msgspec.json.encode(value), type=type_)
    assert not set(value) - set(msgspec.json.decode(msgspec.json.encode(read)))


def id_of(source: str, key: str) -> str:
    return str(ids.household_id(record_of(source, key)))


async def test_the_most_money_comes_first(queued: Stage) -> None:
    page = await queued.ask("/v1/reviews", "steward")
    assert [item["amount_thb"] for item in page["items"]] == [9000.0, 100.0, 0.0]
    first = page["items"][0]
    assert (first["a"], first["b"]) == (id_of("tpmap", "much"), id_of("thaiqm", "much"))
    assert (first["kind"], first["sources"], first["persons"], first["claim"]) == (
        "undecided",
        [*SOURCES],
        2,
        None,
    )
    assert {preview["verdict"] for preview in first["previews"]} == {"same", "different"}
    assert page["total"] == 3
    previews = {preview["verdict"]: preview for preview in first["previews"]}
    assert (previews["different"]["changes"], previews["same"]["changes"]) == (False, True)
    same = previews["same"]
    assert (same["before"]["households"], same["after"]["households"], same["records_moved"]) == (2, 1, 2)
    plain = await queued.ask("/v1/reviews", "steward", preview="none")
    assert "previews" not in plain["items"][0]


async def test_two_members_in_doubt_inside_other_households_are_a_review_of_their_own(stage: Stage) -> None:
    log = Log()
    births = (PartialDate(year=1950, month=5, day=7), PartialDate(year=1981, month=11, day=23))
    for source, name, birth, others in zip(
        SOURCES, ("สมชาย", "บุญมี"), births, ((2, 3, 4), (5, 6, 7)), strict=True
    ):
        borrowed = msgspec.structs.replace(a_member("1", name, number=1), birth=birth)
        family = [
            a_member(str(number), f"คน{number}", number=number, year=1990 + number) for number in others
        ]
        log.received(source, a_house(source, tambon="320101"), borrowed, *family)
    await stage.fold(log.items)
    (item,) = (await stage.ask("/v1/reviews", "steward"))["items"]
    a, b = (str(ids.person_id(member_of(source, source, "1"))) for source in SOURCES)
    assert (item["level"], item["review"][:2], item["a"], item["b"]) == ("person", "P-", a, b)
    same = next(preview for preview in item["previews"] if preview["verdict"] == "same")
    assert (same["changes"], same["before"]["persons"], same["after"]["persons"]) == (True, 2, 1)
    log.linked(
        "different",
        (member_of("tpmap", "tpmap", "1"),),
        (member_of("thaiqm", "thaiqm", "1"),),
        level="person",
    )
    await stage.fold(log.items[-1:])
    assert (await stage.ask("/v1/reviews", "steward"))["total"] == 0


async def test_pages_hold_every_review_once(queued: Stage) -> None:
    found, token = [], None
    while True:
        more = {} if token is None else {"token": token}
        page = await queued.ask("/v1/reviews", "steward", limit=2, **more)
        found += [item["review"] for item in page["items"]]
        token = page["next"]
        if token is None:
            break
    assert len(found) == len(set(found)) == 3


async def test_the_queue_is_for_stewards_and_for_their_area(queued: Stage) -> None:
    for role in ("auditor", "analyst", "agency", None):
        assert (await queued.get("/v1/reviews", role)).status_code in {401, 403}
    items = (await queued.ask("/v1/reviews", "steward_3202"))["items"]
    assert [item["amphoe"] for item in items] == ["3202"]
    assert len((await queued.ask("/v1/reviews", "steward", area="320201"))["items"]) == 1
    assert (await queued.get("/v1/reviews", "steward", as_of="seq:3")).status_code == 400


async def test_a_decided_pair_leaves_the_queue_and_comes_back_when_it_is_revoked(queued: Stage) -> None:
    log = Log()
    log.items = list(queued.events.items.values())
    decision = log.linked("different", (record_of("tpmap", "much"),), (record_of("thaiqm", "much"),))
    await queued.fold(log.items[-1:])
    left = (await queued.ask("/v1/reviews", "steward", kind="undecided"))["items"]
    assert len(left) == 2
    log.unlinked(decision)
    await queued.fold(log.items[-1:])
    assert len((await queued.ask("/v1/reviews", "steward", kind="undecided"))["items"]) == 3


async def test_a_field_check_is_a_task_until_somebody_decides(queued: Stage) -> None:
    log = Log()
    log.items = list(queued.events.items.values())
    pair = (record_of("tpmap", "far"),), (record_of("thaiqm", "far"),)
    log.linked("needs_field_check", *pair)
    await queued.fold(log.items[-1:])
    (task,) = (await queued.ask("/v1/reviews", "steward", kind="field_check"))["items"]
    assert {task["a"], task["b"]} == {id_of(source, "far") for source in SOURCES}
    log.linked("different", *pair)
    await queued.fold(log.items[-1:])
    assert (await queued.ask("/v1/reviews", "steward", kind="field_check"))["items"] == []


async def test_a_sampled_decision_is_asked_of_another_steward_who_does_not_see_it(queued: Stage) -> None:
    log = Log()
    log.items = list(queued.events.items.values())
    start = len(log.items)
    while not is_sampled(len(log.items) + 1):
        log.helped(f"more-{len(log.items)}", by_record("tpmap", "little"))
    author = queued.keys["steward"].split("_")[1]
    pair = (record_of("tpmap", "much"),), (record_of("thaiqm", "much"),)
    decision = log.linked("different", *pair, actor=author)
    await queued.fold(log.items[start:])
    assert (await queued.ask("/v1/reviews", "steward", kind="second"))["items"] == []
    (asked,) = (await queued.ask("/v1/reviews", "other", kind="second"))["items"]
    assert asked["review"] == f"D-{decision}"
    assert not {"rule", "score"} & asked.keys()
    assert "different" not in msgspec.json.encode({**asked, "previews": []}).decode()
    log.linked("different", *pair, actor=queued.keys["other"].split("_")[1])
    await queued.fold(log.items[-1:])
    page = await queued.ask("/v1/reviews", "other", kind="second")
    assert page["items"] == []
    assert (page["agreement"]["answered"], page["agreement"]["rate"]) == (1, 1.0)


async def test_a_review_is_held_by_one_steward_at_a_time(queued: Stage) -> None:
    async def post(path: str, role: str):
        return await queued.client.post(path, headers={"X-API-Key": queued.keys[role]})

    (review, *_) = [item["review"] for item in (await queued.ask("/v1/reviews", "steward"))["items"]]
    taken = await post(f"/v1/reviews/{review}/claim?minutes=30", "steward")
    assert (taken.status_code, taken.json()["mine"]) == (200, True)
    refused = await post(f"/v1/reviews/{review}/claim", "other")
    assert (refused.status_code, refused.json()["code"]) == (409, "REVIEW_HELD")
    seen = (await queued.ask("/v1/reviews", "other"))["items"][0]["claim"]
    assert seen["mine"] is False
    assert (await post(f"/v1/reviews/{review}/release", "other")).json()["held"] is False
    assert (await post(f"/v1/reviews/{review}/claim", "other")).status_code == 409
    queued.now += dt.timedelta(minutes=31)
    assert (await post(f"/v1/reviews/{review}/claim", "other")).status_code == 200
    assert (await post(f"/v1/reviews/{review}/release", "other")).json()["held"] is True
    assert (await post(f"/v1/reviews/{review}/claim", "steward")).status_code == 200
    assert (await post("/v1/reviews/nothing/claim", "steward")).status_code == 400
    assert (await post(f"/v1/reviews/{review}/claim", "auditor")).status_code == 403


def test_agreement_counts_the_next_steward_only_and_leaves_chance_out() -> None:
    sampled = [number for number in range(1, 400) if is_sampled(number)]
    assert 5 <= len(sampled) <= 40
    one, two, three = sampled[:3]

    def decided(sequence: int, key: str, verdict: str, actor: str) -> Decided:
        return Decided(sequence, "household", (key,), verdict, actor)

    found = measure(
        sorted(
            [
                decided(one, "a", "same", "x"),
                decided(one + 500, "a", "different", "x"),
                decided(one + 501, "a", "same", "y"),
                decided(one + 502, "a", "different", "z"),
                decided(two, "b", "different", "x"),
                decided(two + 600, "b", "same", "y"),
                decided(three, "c", "different", "x"),
                decided(three + 700, "c", "different", "y"),
            ]
        )
    )
    assert (found.sampled, found.answered, found.agreed) == (3, 3, 2)
    assert found.rate == pytest.approx(2 / 3)
    assert found.kappa == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert measure([]).rate is None
