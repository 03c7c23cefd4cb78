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
