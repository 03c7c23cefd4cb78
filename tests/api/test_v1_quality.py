"""The scorecard: what an agency's data are worth, by snapshot; numbers only."""

from tests.api.stage import Stage, open_stage
from tests.builders import Log, a_house, a_member, a_point, by_citizen, citizen, day


def log_of_two() -> Log:
    log = Log()
    log.received(
        "tpmap",
        a_house("A", house_code="32010000011", point=a_point(103.5, 14.9)),
        a_member("1", "สมชาย", number=1),
        a_member("2", "สมหญิง"),
        happened_at=day(0),
    )
    log.received("tpmap", a_house("B"), a_member("1", "สมชาย", number=1), happened_at=day(10))
    log.received("tpmap", a_house("C", tambon="320301"), a_member("1", "บุญมี", number=4), happened_at=day(20))
    log.received("thaiqm", a_house("Q", tambon="320301"), a_member("1", "บุญมี", number=4), happened_at=day(5))
    log.received("tpmap", a_house("A"), a_member("1", "สมชาย", number=1), period="2567", happened_at=day(400))
    log.helped("x", by_citizen(4), agency="psm", happened_at=day(30))
    log.helped("y", by_citizen(9), agency="psm", happened_at=day(40))
    log.withdrawn("tpmap", "C", reported_at=day(500))
    return log


async def test_the_numbers_are_those_of_the_standing_records_of_each_snapshot(
    database_url: str, tmp_path
) -> None:
    async with open_stage(database_url, log_of_two().items, tmp_path) as stage:
        found = await stage.ask("/v1/agencies/tpmap/quality", "analyst", as_of="seq:7", valid_at="2021-03-02")
        (first,) = found["snapshots"]
        assert first == {
            "period": "2566",
            "records": 3,
            "members": 4,
            "house_code": 0.3333,
            "tambon": 1.0,
            "point": 0.3333,
            "name": 1.0,
            "birth": 1.0,
            "citizen_id": 0.75,
            "citizen_valid": 1.0,
            "linked": 0.3333,
            "duplicates": 1,
            "newest": "2021-01-21T00:00:00Z",
            "age_days": 50,
        }
        later = await stage.ask("/v1/agencies/tpmap/quality", "analyst")
        assert [(one["period"], one["records"]) for one in later["snapshots"]] == [("2566", 2), ("2567", 1)]
        given = (await stage.ask("/v1/agencies/psm/quality", "agency"))["help"]
        assert (given["actions"], given["unresolved"], given["newest"]) == (2, 1, "2021-02-10T00:00:00Z")
        text = str(later) + str(found)
        assert "สม" not in text
        assert citizen(1) not in text


async def test_an_agency_sees_its_own_scorecard_only(told: Stage) -> None:
    for role, agency, status in (
        ("agency", "psm", 200),
        ("agency", "tpmap", 403),
        ("gis", "tpmap", 200),
        (None, "tpmap", 401),
        ("auditor", "nobody", 404),
    ):
        assert (await told.get(f"/v1/agencies/{agency}/quality", role)).status_code == status, (role, agency)
    sheet = await told.get("/v1/agencies/tpmap/quality", "auditor", f="xlsx")
    assert sheet.status_code == 200
