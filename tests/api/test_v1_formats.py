"""The same lists as JSON, NDJSON, CSV and XLSX: same rows, same order, whole unless a limit is given."""

import csv
import io
import json

import psycopg
import pytest
import pytest_asyncio
from python_calamine import CalamineWorkbook

from hub.api import walking
from tests.api.stage import Stage, open_stage
from tests.builders import Log, a_house, a_member, by_record, day

HOUSEHOLDS = 250
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS = ["/v1/households", "/v1/assistance", "/v1/agencies/psm/assistance", "/v1/agencies", "/v1/programmes"]


def crowd() -> Log:
    """More households and actions than a page of an export holds in these tests."""
    log = Log()
    for number in range(1, HOUSEHOLDS + 1):
        house = a_house(
            f"R{number}", house_code=f"3201{number:07d}", house_no=f"={number}", needs={"health": True}
        )
        log.received("tpmap", house, a_member("1", f"คน{number}", number=number, is_head=True))
        log.helped(f"a{number}", by_record("tpmap", f"R{number}"), happened_at=day(30), amount=100 + number)
    return log


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowded(postgres_cluster, tmp_path_factory):
    url = postgres_cluster.create("test_formats")
    async with open_stage(url, crowd().items, tmp_path_factory.mktemp("hub")) as stage:
        yield stage
    postgres_cluster.drop("test_formats")


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(walking, "PAGE_ITEMS", 60)


async def all_items(stage: Stage, path: str, role: str = "auditor") -> list[dict]:
    items, token = [], {}
    while True:
        body = await stage.ask(path, role, **token)
        items += body["items"]
        if body["next"] is None:
            return items
        token = {"token": body["next"]}


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def read_book(data: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def facts_of(book: dict[str, list[list]]) -> dict:
    return {row[0]: row[2] for row in book["basis ข้อมูล"][1:]}


@pytest.mark.parametrize("path", LISTS)
async def test_lines_are_the_whole_list_in_the_order_of_the_json(
    crowded: Stage, small_pages, path: str
) -> None:
    answer = await crowded.get(path, f="ndjson")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in answer.text.splitlines()] == await all_items(crowded, path)


@pytest.mark.parametrize("path", LISTS)
async def test_csv_and_xlsx_have_a_row_for_every_item(crowded: Stage, small_pages, path: str) -> None:
    items = await all_items(crowded, path)
    key = next((name for name in ("action", "household_id") if items and name in items[0]), None)
    rows = read_csv((await crowded.get(path, f="csv")).content)
    book = read_book((await crowded.get(path, f="xlsx")).content)
    first = next(iter(book.values()))
    assert (len(rows), len(first) - 1) == (len(items), len(items))
    if key is not None:
        expected = [str(item[key]) for item in items]
        assert [row[key] for row in rows] == expected
        assert [row[first[0].index(key)] for row in first[1:]] == expected


async def test_sums_of_a_workbook_are_the_totals_of_the_json(crowded: Stage, small_pages) -> None:
    path = "/v1/agencies/psm/assistance"
    totals = (await crowded.ask(path))["totals"]
    facts = facts_of(read_book((await crowded.get(path, f="xlsx")).content))
    assert facts["sum.amount_thb"] == facts["totals.amount_thb"] == totals["amount_thb"]
    assert facts["rows"] == facts["totals.actions"] == totals["actions"] == HOUSEHOLDS


async def test_a_workbook_says_what_it_rests_on(crowded: Stage) -> None:
    asked = {"valid_at": "2566-09-30", "as_of": "seq:400", "f": "xlsx"}
    answer = await crowded.get("/v1/households", **asked)
    book = read_book(answer.content)
    facts = facts_of(book)
    assert list(book) == ["households", "basis ข้อมูล", "columns คอลัมน์"]
    assert (facts["sequence"], facts["final"], facts["rows"]) == (400.0, True, 200.0)
    assert facts["valid_at"] == "2023-09-30T23:59:59.999999+07:00"
    assert facts["valid_at_be"] == "30 ก.ย. 2566 23:59:59 น."
    assert facts["address"] == "/v1/households?valid_at=2566-09-30&as_of=seq%3A400&f=xlsx"
    assert answer.headers["content-disposition"] == 'attachment; filename="households_2023-09-30_seq400.xlsx"'


@pytest.mark.parametrize("format_", ["json", "ndjson", "csv", "xlsx"])
async def test_every_format_carries_the_basis_in_headers(crowded: Stage, format_: str) -> None:
    headers = (await crowded.get("/v1/households", as_of="seq:400", valid_at="2023-09-30", f=format_)).headers
    assert (headers["hub-sequence"], headers["hub-final"]) == ("400", "true")
    assert headers["hub-valid-at"] == "2023-09-30T16:59:59.999999Z"
    assert headers["hub-as-of"].endswith("Z")
    assert headers["vary"] == "Accept, X-API-Key, Authorization"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/json;q=0.5, text/csv", "text/csv; charset=utf-8"),
        ("application/ndjson", "application/x-ndjson"),
        (XLSX, XLSX),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/json;q=0, */*", "application/x-ndjson"),
    ],
)
async def test_accept_chooses_the_format(crowded: Stage, accept: str, expected: str) -> None:
    answer = await crowded.get("/v1/households", limit=1, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)


async def test_f_wins_over_accept(crowded: Stage) -> None:
    answer = await crowded.get("/v1/households", f="json", limit=1, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "application/json"


async def test_what_is_no_format_is_refused(crowded: Stage) -> None:
    answer = await crowded.get("/v1/households", f="pdf")
    assert (answer.status_code, answer.json()["code"], answer.json()["path"]) == (400, "UNKNOWN_FORMAT", "f")
    answer = await crowded.get("/v1/households", headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.json()["code"]) == (406, "NOT_ACCEPTABLE")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await crowded.get("/v1/events", f="csv")).json()["code"] == "UNKNOWN_FORMAT"


@pytest.mark.parametrize("format_", ["json", "ndjson", "csv"])
async def test_with_a_limit_there_is_one_page_and_a_link_to_the_next(crowded: Stage, format_: str) -> None:
    answer = await crowded.get("/v1/households", f=format_, limit=100)
    seen = 0
    while True:
        link = answer.headers.get("link")
        lines = answer.text.splitlines()
        seen += len(answer.json()["items"]) if format_ == "json" else len(lines) - (format_ == "csv")
        if link is None:
            break
        target, _, relation = link.partition("; ")
        assert relation == 'rel="next"'
        answer = await crowded.client.get(target.strip("<>"), headers={"X-API-Key": crowded.keys["auditor"]})
        assert answer.status_code == 200, answer.text
    assert seen == HOUSEHOLDS


async def test_an_export_has_no_column_that_the_caller_may_not_see(crowded: Stage) -> None:
    seen = read_csv((await crowded.get("/v1/households", "auditor", f="csv")).content)[0]
    hidden = read_csv((await crowded.get("/v1/households", "analyst", f="csv")).content)[0]
    assert {"head_name", "house_code", "house_no", "point.lon"} <= set(seen)
    assert set(seen) - set(hidden) == {"head_name", "house_code", "house_no", "point.lon", "point.lat"}
    assert seen["house_no"].startswith("'=")
    assert seen["house_code"].startswith("32010")


async def test_an_export_counts_every_row_in_the_record_of_readings(crowded: Stage, small_pages) -> None:
    async with await psycopg.AsyncConnection.connect(crowded.database_url, autocommit=True) as connection:
        await connection.execute("DELETE FROM access.read_log")
        await crowded.get("/v1/households", f="csv", headers={"X-Purpose": "test"})
        rows = await (await connection.execute("SELECT * FROM access.read_log")).fetchall()
        total = await (await connection.execute("SELECT sum(count) FROM access.read_log")).fetchone()
    assert total == (HOUSEHOLDS,)
    assert all("test" in row for row in rows)


async def test_an_export_that_is_known_already_is_not_made_again(crowded: Stage) -> None:
    asked = {"as_of": "seq:400", "valid_at": "2023-09-30"}
    first = await crowded.get("/v1/households", f="csv", **asked)
    tag = {"If-None-Match": first.headers["etag"]}
    assert (await crowded.get("/v1/households", f="csv", headers=tag, **asked)).status_code == 304
    assert (await crowded.get("/v1/households", f="ndjson", headers=tag, **asked)).status_code == 200
    assert (
        await crowded.get("/v1/households", headers=tag | {"Accept": "text/csv"}, **asked)
    ).status_code == 200


async def test_an_export_stays_on_its_basis_whatever_is_recorded_meanwhile(
    crowded: Stage, small_pages
) -> None:
    asked = {"as_of": "seq:400", "valid_at": "2023-09-30"}
    rows = read_csv((await crowded.get("/v1/households", f="csv", **asked)).content)
    assert len(rows) == 200


async def test_too_many_rows_for_a_sheet_are_a_problem_and_no_broken_file(
    crowded: Stage, monkeypatch
) -> None:
    monkeypatch.setattr("hub.formats.workbook.MOST_ROWS", 120)
    answer = await crowded.get("/v1/households", f="xlsx")
    assert (answer.status_code, answer.json()["code"]) == (400, "TOO_MANY_ROWS")
    assert "f=csv" in answer.json()["detail"]
    assert "content-disposition" not in answer.headers


async def test_the_overview_has_its_areas_as_rows_and_its_numbers_as_a_sheet(crowded: Stage) -> None:
    body = await crowded.ask("/v1/overview")
    rows = read_csv((await crowded.get("/v1/overview", f="csv")).content)
    assert [row["code"] or None for row in rows] == [area["code"] for area in body["areas"]]
    assert [int(row["needs.health"]) for row in rows] == [area["needs"]["health"] for area in body["areas"]]
    book = read_book((await crowded.get("/v1/overview", f="xlsx")).content)
    assert {"numbers", "areas"} <= set(book)
    numbers = {row[0]: row[2] for row in book["numbers"][1:]}
    assert numbers["households"] == body["households"]
    assert numbers["needs.health.need"] == body["needs"]["health"]["need"]


async def test_a_public_overview_hides_the_same_counts_in_every_format(crowded: Stage) -> None:
    body = await crowded.ask("/v1/overview", None, level="tambon")
    rows = read_csv((await crowded.get("/v1/overview", None, level="tambon", f="csv")).content)
    assert [row["households"] for row in rows] == [
        "" if area["households"] is None else str(area["households"]) for area in body["areas"]
    ]


async def test_a_single_household_and_its_timeline_can_be_exported(crowded: Stage) -> None:
    household = (await crowded.ask("/v1/households", limit=1))["items"][0]["household_id"]
    path = f"/v1/households/{household}"
    book = read_book((await crowded.get(path, f="xlsx")).content)
    assert {"numbers", "records", "persons"} <= set(book)
    assert read_csv((await crowded.get(path, f="csv")).content)[0]["household_id"] == household
    timeline = (await crowded.ask(f"{path}/timeline"))["items"]
    rows = read_csv((await crowded.get(f"{path}/timeline", f="csv")).content)
    assert [row["kind"] for row in rows] == [item["kind"] for item in timeline]


async def test_an_empty_list_still_has_its_columns(crowded: Stage) -> None:
    answer = await crowded.get("/v1/households", f="csv", as_of="seq:0")
    assert answer.content.decode("utf-8-sig").startswith("household_id,amphoe,tambon,moo")
