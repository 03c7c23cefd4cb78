"""Files over HTTP: kept durably, worked through behind the answer, counted exactly; quarantine, holds, limits, who sees what."""

import asyncio
import csv
import gzip
import io
import json

import httpx
import pytest
from python_calamine import CalamineWorkbook

from tests.api.real_hub import RealHub
from tests.contract_rows import a_tpmap_row, an_action

CSV = {"Content-Type": "text/csv"}
COUNTED = ("new", "changed", "unchanged", "superseded", "quarantined", "rejected")


def a_house(number: int, **changes) -> dict[str, object]:
    plain = {"house_id": f"3201{number:07d}", "citizen_id": "", "first_name": f"ทดสอบ{number}"}
    return a_tpmap_row(**(plain | changes))


def a_csv(*rows: dict[str, object]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


async def send(
    real: RealHub, content: bytes, source="tpmap", role="admin", headers=None, **parameters
) -> httpx.Response:
    return await real.client.post(
        f"/v1/sources/{source}/batches",
        content=content,
        params=parameters,
        headers={"X-API-Key": real.keys[role], **CSV, **(headers or {})},
    )


async def settled(real: RealHub, answer: httpx.Response, role="admin") -> dict:
    """The delivery once it is worked through."""
    assert answer.status_code in {200, 202}, answer.text
    path = answer.headers["location"]
    for _ in range(600):
        info = (await real.get(path, role)).json()
        if info["state"] not in {"queued", "running"}:
            if info["state"] == "finished":
                assert info["read"] == sum(info[name] for name in COUNTED)
            return info
        await asyncio.sleep(0.05)
    pytest.fail(f"the delivery is still {info['state']}")


async def take(real: RealHub, content: bytes, *arguments, **parameters) -> dict:
    return await settled(real, await send(real, content, *arguments, **parameters))


async def test_a_file_is_taken_in_behind_the_answer_and_reconciles(real: RealHub) -> None:
    answer = await send(real, a_csv(*(a_house(n) for n in range(250)), a_house(999, survey_date="1/1/2599")))
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/batches/{answer.json()['batch']}"
    info = await settled(real, answer)
    assert (info["state"], info["rows"], info["new"], info["quarantined"]) == ("finished", 251, 250, 1)
    assert info["first_errors"][0]["code"] == "DATE_FUTURE"
    assert (info["total"], info["done"], info["quarantine"]) == (251, 251, {"open": 1})
    await real.project()
    assert len((await real.get("/v1/households", limit=1000)).json()["items"]) == 250


async def test_what_arrives_is_the_same_as_body_form_or_packed(real: RealHub) -> None:
    content = a_csv(a_house(1), a_house(2))
    first = await take(real, content)
    form = await real.client.post(
        "/v1/sources/tpmap/batches",
        files={"note": (None, "ทดสอบ"), "file": ("บ้าน.csv", content, "text/csv")},
        headers={"X-API-Key": real.keys["admin"]},
    )
    assert (form.status_code, form.json()["batch"]) == (200, first["batch"])
    packed = await take(real, gzip.compress(content), headers={"Content-Type": "application/gzip"})
    assert (packed["state"], packed["unchanged"], packed["new"]) == ("finished", 2, 0)


async def test_the_same_file_is_the_same_delivery_and_a_new_one_always_says_so_in_the_log(
    real: RealHub,
) -> None:
    content = a_csv(a_house(1), a_house(2))
    first = await take(real, content)
    last = await real.log.last_sequence()
    again = await send(real, content)
    assert (again.status_code, again.json()["batch"], again.json()["new"]) == (200, first["batch"], 2)
    assert await real.log.last_sequence() == last
    shuffled = await take(real, a_csv(a_house(2), a_house(1)))
    assert (shuffled["unchanged"], shuffled["batch"] != first["batch"]) == (2, True)
    assert await real.log.last_sequence() == last + 1


async def test_an_idempotency_key_names_one_delivery(real: RealHub) -> None:
    key = {"Idempotency-Key": "tpmap-2026-11-24"}
    first = await settled(real, await send(real, a_csv(a_house(1)), headers=key))
    again = await send(real, a_csv(a_house(1)), headers=key)
    assert (again.status_code, again.json()["batch"]) == (200, first["batch"])
    other = await send(real, a_csv(a_house(2)), headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_USED")
    assert (await send(real, a_csv(a_house(2)), headers={"Idempotency-Key": ""})).status_code == 400


async def test_a_dry_run_says_the_same_and_takes_nothing_in(real: RealHub) -> None:
    await take(real, a_csv(a_house(1), a_house(2)))
    last = await real.log.last_sequence()
    content = a_csv(a_house(1), a_house(2, house_no="9"), a_house(3), a_house(4, survey_date="1/1/2599"))
    tried = await take(real, content, dry_run="true")
    assert await real.log.last_sequence() == last
    done = await take(real, content)
    assert tried["dry_run"]
    assert not done["dry_run"]
    for name in (*COUNTED, "read", "rows", "withdrawn", "first_errors"):
        assert tried[name] == done[name], name
    assert (done["unchanged"], done["changed"], done["new"], done["quarantined"]) == (1, 1, 1, 1)
    again = await take(real, content, dry_run="true")
    assert (again["unchanged"], again["quarantined"]) == (3, 1)


async def test_a_snapshot_that_lacks_too_much_is_held_before_anything_is_taken_in(real: RealHub) -> None:
    await take(real, a_csv(*(a_house(n) for n in range(10))), mode="snapshot")
    last = await real.log.last_sequence()
    shorter = a_csv(*(a_house(n, house_no="7") for n in range(7)))
    tried = await take(real, shorter, mode="snapshot", dry_run="true")
    assert (tried["withdrawn"], [one["code"] for one in tried["warnings"]]) == (3, ["ROWS_DROPPED"])
    held = await take(real, shorter, mode="snapshot")
    assert (held["state"], held["known"], held["missing"]) == ("held", 10, 3)
    assert held["warnings"][0]["code"] == "ROWS_DROPPED"
    assert await real.log.last_sequence() == last
    path = f"/v1/batches/{held['batch']}"
    confirmed = await real.post_to(f"{path}/confirm", {}, "admin")
    assert confirmed.status_code == 202
    done = await settled(real, httpx.Response(202, headers={"location": path}))
    assert (done["state"], done["changed"], done["withdrawn"]) == ("finished", 7, 3)
    assert (await real.post_to(f"{path}/confirm", {}, "admin")).json()["code"] == "NOT_HELD"


async def test_a_held_snapshot_can_be_discarded_and_sent_again(real: RealHub, tmp_path) -> None:
    await take(real, a_csv(*(a_house(n) for n in range(10))), mode="snapshot")
    shorter = a_csv(a_house(1))
    held = await take(real, shorter, mode="snapshot")
    path = f"/v1/batches/{held['batch']}"
    assert list((tmp_path / "batches").iterdir()) != []
    gone = await real.post_to(f"{path}/discard", {}, "admin")
    assert (gone.status_code, gone.json()["state"]) == (200, "discarded")
    assert list((tmp_path / "batches").iterdir()) == []
    assert (await take(real, shorter, mode="snapshot"))["state"] == "held"
    assert (await take(real, shorter, mode="snapshot", confirm="true"))["withdrawn"] == 9


async def test_an_older_report_supersedes_nothing_and_withdraws_nothing_newer(real: RealHub) -> None:
    new = a_csv(*(a_house(n, house_no="2") for n in range(6)))
    await take(real, new, mode="snapshot", reported_at="2566-09-30")
    old = a_csv(*(a_house(n, house_no="1") for n in range(3)))
    late = await take(real, old, mode="snapshot", reported_at="2566-03-31")
    assert (late["superseded"], late["changed"], late["withdrawn"]) == (3, 0, 0)
    await real.project()
    items = (await real.get("/v1/households")).json()["items"]
    assert {item["house_no"] for item in items} == {"2"}


async def test_a_household_given_twice_in_one_file_counts_once(real: RealHub) -> None:
    forms = [
        {
            "form_code": "PPP32-1",
            "survey_year_be": 2566,
            "survey_round": 1,
            "head_first": name,
            "head_last": "ก",
        }
        for name in ("สมชาย", "สมหญิง")
    ]
    body = json.dumps([{**form, "surveyed_at": "2023-03-05T09:12:00+07:00"} for form in forms]).encode()
    info = await take(real, body, "pppconnext")
    assert (info["rows"], info["read"], info["superseded"], info["new"]) == (2, 2, 1, 1)


async def lines_of(real: RealHub, path: str, role="admin", **parameters) -> list[dict]:
    answer = await real.get(path, role, **parameters)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_every_record_of_a_file_says_what_became_of_it_in_pages(real: RealHub) -> None:
    await take(real, a_csv(a_house(0), a_house(1)))
    rows = [a_house(0), a_house(1, house_no="9"), *(a_house(n) for n in range(2, 230))]
    rows[5] = a_house(5, survey_date="1/1/2599")
    info = await take(real, a_csv(*rows))
    path = f"/v1/batches/{info['batch']}/records"
    lines = await lines_of(real, path)
    assert [line["row"] for line in lines] == list(range(1, 231))
    assert [line["status"] for line in lines[:6]] == ["unchanged", "changed", *["new"] * 3, "quarantined"]
    assert all(line["sequence"] for line in lines if line["status"] != "quarantined")
    walked, following = [], f"{path}?status=new&limit=100"
    while following:
        answer = await real.client.get(following, headers={"X-API-Key": real.keys["admin"]})
        walked += [json.loads(line)["row"] for line in answer.text.splitlines()]
        following = answer.links.get("next", {}).get("url")
    assert walked == [line["row"] for line in lines if line["status"] == "new"]
    for bad in ({"cursor": "x"}, {"status": "gone"}, {"limit": 0}):
        assert (await real.get(path, "admin", **bad)).status_code == 400


async def test_quarantined_rows_are_shown_to_their_sender_and_every_showing_is_recorded(
    real: RealHub,
) -> None:
    content = a_csv(an_action(agency_id="temple", action_id="A1", kind="ทอง", recipient_name="บุญเลิศ"))
    info = await take(real, content, "assistance", "temple")
    path = f"/v1/batches/{info['batch']}/records"
    (line,) = await lines_of(real, path, "temple", status="quarantined")
    assert (line["cells"][0]["recipient_name"], line["errors"][0]["code"]) == ("บุญเลิศ", "KIND_UNKNOWN")
    (counted,) = await lines_of(real, path, "auditor", status="quarantined")
    assert "cells" not in counted
    assert (await real.get(path, "agency")).json()["code"] == "NO_SUCH_BATCH"
    assert (await real.get(path, "gis")).status_code == 403
    readings = await real.rows("SELECT what, count FROM access.read_log")
    assert readings == [(f"/v1/batches/{info['batch']}", 1)]
    stored = await real.rows("SELECT box FROM intake.rejected")
    assert "บุญเลิศ".encode() not in bytes(stored[0][0])


async def test_the_error_workbook_holds_the_original_rows_beside_what_is_wrong(real: RealHub) -> None:
    rows = [
        a_house(1, survey_date="1/1/2599", first_name="=cmd|' /C calc'!A0"),
        a_house(1, first_name="ลูก", relation="บุตร"),
        a_house(2),
        {**a_house(3), "house_id": "", "first_name": ""},
    ]
    info = await take(real, a_csv(*rows))
    assert (info["new"], info["quarantined"], info["rejected"]) == (1, 1, 1)
    answer = await real.get(f"/v1/batches/{info['batch']}/errors.xlsx", "admin")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    head, *lines = book.get_sheet_by_index(0).to_python()
    assert head[:7] == ["row", "status", "code", "field", "ข้อความ", "message", "hint"]
    found = [dict(zip(head, line, strict=True)) for line in lines]
    assert [(one["row"], one["code"]) for one in found] == [
        ("1", "DATE_FUTURE"),
        ("2", ""),
        ("4", "NO_IDENTITY"),
    ]
    assert (found[0]["first_name"], found[1]["first_name"]) == ("=cmd|' /C calc'!A0", "ลูก")
    assert found[0]["house_id"] == rows[0]["house_id"]
    assert (await real.get(f"/v1/batches/{info['batch']}/errors.xlsx", "auditor")).status_code == 403


async def test_a_quarantined_row_is_mended_and_what_was_accepted_stays(real: RealHub) -> None:
    faulty = a_house(2, survey_date="1/1/2599")
    info = await take(real, a_csv(a_house(1), faulty))
    path = f"/v1/batches/{info['batch']}/records/2"

    async def put(body: object, role="admin") -> httpx.Response:
        return await real.client.put(path, json=body, headers={"X-API-Key": real.keys[role]})

    still = await put(faulty)
    assert (still.status_code, still.json()["code"]) == (422, "DATE_FUTURE")
    mixed = await put([a_house(2), a_house(3)])
    assert (mixed.status_code, mixed.json()["code"]) == (422, "ROWS_MIXED")
    assert (await put(a_house(2), "temple")).status_code == 404
    assert [one["row"] for one in (await real.get("/v1/quarantine", "admin")).json()["items"]] == [2]
    mended = await put(a_house(2))
    assert (mended.status_code, mended.json()["status"]) == (201, "accepted")
    assert (await put(a_house(2))).json()["code"] == "ROW_SETTLED"
    after = (await real.get(f"/v1/batches/{info['batch']}", "admin")).json()
    assert (after["new"], after["quarantined"], after["quarantine"]) == (1, 1, {"mended": 1})
    assert (await real.get("/v1/quarantine", "admin")).json()["items"] == []
    await real.project()
    assert (await real.get("/v1/overview")).json()["records"] == {"tpmap": 2}


async def test_a_row_leaves_the_quarantine_when_its_record_comes_again_or_is_dismissed(real: RealHub) -> None:
    faulty = [a_house(n, survey_date="1/1/2599") for n in (1, 2)]
    info = await take(real, a_csv(*faulty, a_house(3)))
    await take(real, a_csv(a_house(1), a_house(3)))
    path = f"/v1/batches/{info['batch']}"
    gone = await real.client.delete(f"{path}/records/2", headers={"X-API-Key": real.keys["admin"]})
    assert (gone.status_code, gone.json()["state"]) == (200, "dismissed")
    after = (await real.get(path, "admin")).json()
    assert after["quarantine"] == {"sent_again": 1, "dismissed": 1}
    assert await real.rows("SELECT count(*) FROM intake.rejected WHERE box IS NOT NULL") == [(0,)]


async def test_a_key_of_an_agency_sends_for_itself_only(real: RealHub) -> None:
    other = await send(real, a_csv(a_house(1)), "tpmap", "temple")
    assert (other.status_code, other.json()["code"]) == (403, "NOT_YOURS")
    own, foreign = an_action(agency_id="temple", action_id="A1"), an_action(agency_id="pao", action_id="A2")
    info = await take(real, a_csv(own, foreign), "assistance", "temple")
    assert (info["new"], info["quarantined"], info["first_errors"][0]["code"]) == (1, 1, "NOT_YOURS")
    listed = (await real.get("/v1/batches", "temple")).json()["items"]
    assert [one["batch"] for one in listed] == [info["batch"]]
    assert (await real.get("/v1/batches", "agency")).json()["items"] == []
    for role, status in ((None, 401), ("gis", 403), ("auditor", 403)):
        headers = {"X-API-Key": real.keys[role]} if role else {}
        answer = await real.client.post("/v1/sources/tpmap/batches", content=b"x", headers=headers)
        assert answer.status_code == status


async def test_deliveries_are_listed_the_newest_first_in_pages(real: RealHub) -> None:
    sent = [(await take(real, a_csv(a_house(n))))["batch"] for n in range(3)]
    await take(real, a_csv(an_action()), "assistance")
    page = (await real.get("/v1/batches", "admin", source="tpmap", limit=2)).json()
    rest = (await real.get("/v1/batches", "admin", source="tpmap", limit=2, cursor=page["next"])).json()
    assert [one["batch"] for one in page["items"] + rest["items"]] == sent[::-1]
    assert rest["next"] is None
    assert (await real.get("/v1/batches", "admin", state="held")).json()["items"] == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b,c\n1,2,3\n", "COLUMNS_MISSING"),
        (b"PK\x03\x04 not a workbook", "FILE_UNREADABLE"),
        (gzip.compress(b"0" * 50_000_000), "TOO_LARGE"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_words_in_both_languages(
    real: RealHub, tmp_path, content: bytes, code: str
) -> None:
    info = await take(real, content)
    problem = info["problem"]
    assert (info["state"], problem["code"], info["read"]) == ("failed", code, 0)
    assert problem["message_th"] != problem["message_en"]
    for _ in range(100):
        if not list((tmp_path / "batches").iterdir()):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the file is still there")


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"", {}, 400, "FILE_EMPTY"),
        (b"x", {"Content-Length": str(2 << 30)}, 413, "TOO_LARGE"),
        (b"--x\r\n", {"Content-Type": "multipart/form-data"}, 400, "BROKEN_FORM"),
        (b"--x\r\nbroken", {"Content-Type": "multipart/form-data; boundary=x"}, 400, "BROKEN_FORM"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
            {"Content-Type": "multipart/form-data; boundary=x"},
            400,
            "FILE_MISSING",
        ),
    ],
)
async def test_an_upload_that_is_none_is_refused_and_leaves_nothing(
    real: RealHub, tmp_path, content: bytes, headers: dict, status: int, code: str
) -> None:
    answer = await send(real, content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail_th"] != answer.json()["detail"]
    folder = tmp_path / "batches"
    assert not folder.exists() or list(folder.iterdir()) == []
    assert (await real.get("/v1/batches", "admin")).json()["items"] == []


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"source": "census"}, 404, "SOURCE_UNKNOWN"),
        ({"mode": "all"}, 400, "BAD_PARAMETER"),
        ({"period": "x y"}, 400, "PERIOD_INVALID"),
        ({"area": "9999"}, 400, "AREA_UNKNOWN"),
        ({"reported_at": "30/9/2566"}, 400, "BAD_DATE"),
        ({"colour": "red"}, 400, "UNKNOWN_PARAMETER"),
    ],
)
async def test_a_scope_that_cannot_be_is_refused(
    real: RealHub, parameters: dict, status: int, code: str
) -> None:
    answer = await send(real, a_csv(a_house(1)), **parameters)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
