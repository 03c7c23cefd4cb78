"""Rules, decisions and referrals through their doors, over the real log and intake."""

from contracts.rules import DEFAULT_RULES
from tests.api.real_hub import RealHub
from tests.contract_rows import a_tpmap_row

TEMPLE = {"type": "agency.registered.v1", "agency_id": "temple", "name_th": "วัดบูรพาราม"}
OFFICE = {"type": "agency.registered.v1", "agency_id": "psm", "name_th": "พมจ. สุรินทร์"}


def help_of(number: int, agency: str, day: str) -> dict[str, object]:
    return {
        "type": "assistance.recorded.v1",
        "agency_id": agency,
        "action_id": f"{agency}-{number}",
        "citizen_id": "3000000000013",
        "kind": "cash",
        "need": "income",
        "amount_baht": "500",
        "happened_on": day,
    }


async def published(real: RealHub, *bodies: dict[str, object]) -> None:
    for body in bodies:
        answer = await real.post(body)
        assert answer.status_code in {200, 201}, answer.text
    await real.project()


async def test_published_rules_are_in_force_from_their_sequence_on(real: RealHub) -> None:
    await published(real, OFFICE)
    before = (await real.get("/v1/rules")).json()
    assert (before["rules"]["version"], before["since"]) == (DEFAULT_RULES.version, None)
    sent = {"type": "rules.published.v1", "rules": {"version": "surin@2", "serves_days": 90}}
    await published(real, sent)
    now = (await real.get("/v1/rules")).json()
    assert (now["rules"]["version"], now["rules"]["serves_days"]) == ("surin@2", 90)
    then = (await real.get("/v1/rules", as_of=f"seq:{before['sequence']}")).json()
    assert then["rules"] == before["rules"]


async def test_only_an_admin_publishes_rules_and_bad_ones_are_refused_with_their_path(real: RealHub) -> None:
    await published(real, OFFICE)
    sent = {"type": "rules.published.v1", "rules": {"version": "x", "serves_days": -1}}
    good = {"type": "rules.published.v1", "rules": {"version": "x"}}
    forbidden = await real.post(good, "agency")
    assert forbidden.status_code in {403, 422}, forbidden.text
    assert (await real.get("/v1/rules")).json()["rules"]["version"] == DEFAULT_RULES.version
    refused = await real.post(sent)
    assert refused.status_code == 422
    assert "serves_days" in refused.text


async def test_a_referral_goes_its_way_and_each_step_is_taken_by_whom_it_concerns(real: RealHub) -> None:
    await published(real, OFFICE, TEMPLE)
    sent = {"referral_id": "R-1", "receiver": "temple", "need": "health", "citizen_id": "3000000000013"}
    first = await real.post_to("/v1/referrals", sent, "agency")
    assert first.status_code == 201, first.text
    again = await real.post_to("/v1/referrals", sent, "agency")
    assert (again.status_code, again.json()["sequence"]) == (200, first.json()["sequence"])
    await real.project()
    at = f"/v1/referrals/{first.json()['sequence']}"
    assert (await real.post_to(f"{at}/accept", {}, "agency")).status_code in {403, 409, 422}
    accepted = await real.post_to(f"{at}/accept", {}, "temple")
    assert accepted.status_code == 201, accepted.text
    await real.project()
    assert (await real.post_to(f"{at}/decline", {"text": "ไม่มีงบ"}, "temple")).status_code in {201, 409}
    listed = (await real.get("/v1/agencies/temple/referrals", "temple")).json()["items"]
    assert [item["referral"] for item in listed] == [first.json()["sequence"]]


async def test_a_referral_to_nobody_known_is_refused(real: RealHub) -> None:
    await published(real, OFFICE)
    sent = {"referral_id": "R-2", "receiver": "nobody", "need": "health", "citizen_id": "3000000000013"}
    refused = await real.post_to("/v1/referrals", sent, "agency")
    assert (refused.status_code, refused.json()["code"]) == (400, "RECEIVER_UNKNOWN")


async def test_a_decision_about_a_finding_that_does_not_stand_is_not_taken(real: RealHub) -> None:
    await published(real, OFFICE)
    body = {"verdict": "dismissed", "seen": 1, "reason": "x"}
    for finding in ("D1-9-8", "UN-1-health", "nothing"):
        answer = await real.post_to(f"/v1/findings/{finding}/decisions", body, "steward")
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_SUCH_FINDING")
    assert (await real.post_to("/v1/findings/D1-9-8/decisions", body, "agency")).status_code == 403


async def test_a_steward_settles_a_finding_once_and_its_state_follows(real: RealHub) -> None:
    await published(real, OFFICE, TEMPLE, tpmap_record())
    await published(real, help_of(1, "psm", "2/6/2566"), help_of(1, "temple", "4/6/2566"))
    (finding,) = (await real.get("/v1/findings", "steward", **{"class": "D1"})).json()["items"]
    body = {"verdict": "complementary", "seen": 5, "reason": "คนละวัตถุประสงค์", "id": "decision-1"}
    at = f"/v1/findings/{finding['id']}/decisions"
    first = await real.post_to(at, body, "steward")
    assert first.status_code == 201, first.text
    again = await real.post_to(at, body, "steward")
    assert (again.status_code, again.json()["sequence"]) == (200, first.json()["sequence"])
    await real.project()
    (settled,) = (await real.get("/v1/findings", "steward", **{"class": "D1"})).json()["items"]
    assert settled["state"] == "complementary"


def tpmap_record() -> dict[str, object]:
    row = a_tpmap_row(citizen_id="3000000000013")
    return {"type": "record.received.v1", "source": "tpmap", "period": "2565", "rows": [row]}
