"""The door for NATS: each agency behind an account of its own, answered on its receipt subject, in fair turns, whatever another one does."""

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import AsyncGenerator

import nats
import nats.errors
import nats.js.errors
import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.aio.subscription import Subscription

from contracts.events import decode_event
from hub import gatekeeper, nkey
from hub.agency_users import AgencyUser
from hub.gatekeeper import keep_gate
from hub.inboxes import SHARE, ensure_inbox, stream_of
from hub.intake import publishing
from hub.log import JetStreamLog
from hub.servers.agencies import (
    accounts_of,
    inbox_prefix,
    reaches_its_door,
    reload,
    reload_until_open,
    write_accounts,
)
from hub.servers.nats import NatsPlan
from hub.settings import Secret
from tests.fixtures.intake import OpenIntake, open_intake_on
from tests.fixtures.nats import private_nats
from tests.fixtures.servers import OwnServer
from tests.integration.test_intake import an_action

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
A, B = "psm-surin", "temple"
FLOOD = 20_000


class Door:
    """A server of this test, an intake on it, and the agencies' users."""

    def __init__(self, plan: NatsPlan, server: OwnServer, opened: OpenIntake) -> None:
        self.plan = plan
        self.server = server
        self.opened = opened
        self.users: dict[str, AgencyUser] = {}
        self.seeds: dict[str, Secret] = {}
        self.closed: dict[str, int] = {}

    @property
    def log(self) -> JetStreamLog:
        return self.opened.intake.log

    async def admit(self, agency: str) -> None:
        seed = nkey.make_seed()
        self.seeds[agency] = seed
        self.users[agency] = AgencyUser(
            public_key=nkey.public_key(seed), agency=agency, purpose="", created_at=NOW, revoked_at=None
        )
        await ensure_inbox(self.log.client.jetstream(), agency)
        assert write_accounts(self.plan, self.users.values())
        await reload_until_open(self.plan, agency, seed)

    async def connect(self, agency: str, errors: list[str] | None = None) -> Client:
        said = [] if errors is None else errors

        async def note(error: Exception) -> None:
            said.append(str(error))

        async def note_closed() -> None:
            self.closed[agency] = self.closed.get(agency, 0) + 1

        return await nats.connect(
            f"nats://127.0.0.1:{self.plan.port}",
            nkeys_seed_str=str(self.seeds[agency]),
            inbox_prefix=inbox_prefix(agency),
            error_cb=note,
            disconnected_cb=note_closed,
            allow_reconnect=False,
        )

    @contextlib.asynccontextmanager
    async def gate(self) -> AsyncGenerator[None]:
        work = asyncio.create_task(keep_gate(self.opened.intake, self.log.client, province="32"))
        try:
            yield
        finally:
            work.cancel()
            await asyncio.wait({work})


@pytest_asyncio.fixture(loop_scope="session")
async def door(database_url: str) -> AsyncGenerator[Door]:
    async with (
        private_nats(sync_always=False) as (server, plan),
        open_intake_on(server.url, database_url, "EVENTS") as opened,
    ):
        found = Door(plan, server, opened)
        for agency in (A, B):
            await found.admit(agency)
        yield found


async def receive(receipts: Subscription, count: int) -> list[dict]:
    return [json.loads((await receipts.next_msg(timeout=30)).data) for _ in range(count)]


async def test_messages_are_taken_in_for_the_agency_of_their_subject_only(door: Door) -> None:
    agency = await door.connect(A)
    receipts = await agency.subscribe(f"receipt.{A}.>")
    async with door.gate():
        stream = agency.jetstream()
        for line in (an_action(), an_action(), an_action(agency_id=B), b"{", b"\xff\x00", b""):
            await stream.publish(f"in.{A}.help", line)
        found = await receive(receipts, 6)
    await agency.close()
    assert [receipt["status"] for receipt in found] == ["accepted", "duplicate", *["rejected"] * 4]
    assert found[2]["errors"][0]["code"] == "NOT_YOURS"
    assert await door.log.last_sequence() == 1


async def test_a_receipt_can_be_told_from_others_by_subject_and_inbox_sequence(door: Door) -> None:
    agency = await door.connect(A)
    receipts = await agency.subscribe(f"receipt.{A}.>")
    async with door.gate():
        for number in (1, 2):
            ack = await agency.jetstream().publish(
                f"in.{A}.help.n{number}", an_action(action_id=f"N{number}")
            )
            receipt = await receipts.next_msg(timeout=30)
            assert receipt.subject == f"receipt.{A}.help.n{number}"
            assert receipt.headers is not None
            assert receipt.headers[gatekeeper.SEQUENCE_HEADER] == str(ack.seq)
    await agency.close()


async def test_an_agency_can_neither_publish_nor_listen_as_another_nor_ask_the_broker(door: Door) -> None:
    errors: list[str] = []
    agency = await door.connect(A, errors)
    jetstream = door.log.client.jetstream()
    for subject in (f"in.{B}.help", f"receipt.{B}.help", "events.32.x", "$JS.API.STREAM.PURGE.EVENTS"):
        await agency.publish(subject, an_action(agency_id=B))
    for subject in (f"receipt.{B}.>", "in.>", "events.>", "receipt.>", "_INBOX.>", f"_INBOX_{B}.>"):
        await agency.subscribe(subject)
    await agency.flush()
    await asyncio.sleep(0.2)
    assert len([error for error in errors if "permissions violation" in error]) == 10
    assert (await jetstream.stream_info(stream_of(B))).state.messages == 0
    assert await door.log.last_sequence() == 0
    await agency.close()


async def test_a_reply_subject_that_is_made_up_leads_nowhere(door: Door) -> None:
    agency = await door.connect(A)
    other = await door.connect(B)
    heard = await other.subscribe(f"receipt.{B}.>")
    await other.flush()
    for reply in ("events.32.evil", f"in.{B}.evil", f"receipt.{B}.evil", "$JS.API.STREAM.PURGE.EVENTS"):
        await agency.publish(f"in.{A}.help", b"x", reply=reply)
    await agency.flush()
    await asyncio.sleep(0.3)
    jetstream = door.log.client.jetstream()
    assert (await jetstream.stream_info(stream_of(A))).state.messages == 4
    assert (await jetstream.stream_info(stream_of(B))).state.messages == 0
    assert await door.log.last_sequence() == 0
    with pytest.raises(nats.errors.TimeoutError):
        await heard.next_msg(timeout=0.2)
    await agency.close()
    await other.close()


async def test_headers_of_an_agency_do_not_get_into_the_log_and_its_message_ids_are_its_own(
    door: Door,
) -> None:
    clients = [await door.connect(agency) for agency in (A, B)]
    receipts = [
        await client.subscribe(f"receipt.{agency}.>") for client, agency in zip(clients, (A, B), strict=True)
    ]
    headers = {
        "Nats-Msg-Id": "1",
        "Nats-Expected-Stream": stream_of(A),
        "X-Else": "here",
        "ce-id": "made-up",
    }
    async with door.gate():
        first = await clients[0].jetstream().publish(f"in.{A}.help", an_action(), headers=headers)
        second = (
            await clients[1]
            .jetstream()
            .publish(f"in.{B}.help", an_action(agency_id=B), headers={"Nats-Msg-Id": "1"})
        )
        found = [(await receive(heard, 1))[0]["status"] for heard in receipts]
    assert (first.duplicate, second.duplicate) == (None, None)
    assert found == ["accepted", "accepted"]
    for sequence in (1, 2):
        stored = await door.log.client.jetstream().get_msg("EVENTS", sequence)
        assert set(stored.headers or {}) <= {
            "Nats-Expected-Last-Subject-Sequence",
            "Nats-Batch-Id",
            "Nats-Batch-Sequence",
            "Nats-Batch-Commit",
        }
        assert decode_event(stored.data or b"").id != "made-up"
    for client in clients:
        await client.close()


async def test_a_revoked_user_is_cut_off_and_the_others_keep_their_connections(door: Door) -> None:
    agency, other = await door.connect(A), await door.connect(B)
    receipts = await other.subscribe(f"receipt.{B}.>")
    async with door.gate():
        del door.users[A]
        assert write_accounts(door.plan, door.users.values())
        reload(door.plan)
        async with asyncio.timeout(10):
            while not agency.is_closed:
                await asyncio.sleep(0.05)
        assert not await reaches_its_door(door.plan.port, A, door.seeds[A])
        await other.jetstream().publish(f"in.{B}.help", an_action(agency_id=B))
        assert (await receive(receipts, 1))[0]["status"] == "accepted"
        await door.admit("pao-surin")
        newcomer = await door.connect("pao-surin")
        heard = await newcomer.subscribe("receipt.pao-surin.>")
        await newcomer.jetstream().publish("in.pao-surin.help", an_action(agency_id="pao-surin"))
        assert (await receive(heard, 1))[0]["status"] == "accepted"
    assert B not in door.closed
    assert other.stats["reconnects"] == 0
    assert door.log.client.stats["reconnects"] == 0
    await other.close()
    await newcomer.close()


async def test_a_flood_of_one_agency_does_not_hold_up_another(door: Door) -> None:
    agency, other = await door.connect(A), await door.connect(B)
    for number in range(FLOOD):
        await agency.publish(f"in.{A}.help", b"{" if number % 10 else an_action(action_id=f"F{number}"))
        if number % 1000 == 999:
            await agency.flush()
    jetstream = door.log.client.jetstream()
    async with asyncio.timeout(120):
        while (await jetstream.stream_info(stream_of(A))).state.messages < FLOOD:
            await asyncio.sleep(0.2)
    receipts = await other.subscribe(f"receipt.{B}.>")
    await other.jetstream().publish(f"in.{B}.help", an_action(agency_id=B))
    async with door.gate():
        receipt = (await receive(receipts, 1))[0]
        left = (await jetstream.stream_info(stream_of(A))).state.messages
    assert receipt["status"] == "accepted"
    assert receipt["sequence"] <= 3 * SHARE
    assert left > FLOOD - 10 * SHARE
    await agency.close()
    await other.close()


async def test_a_full_inbox_refuses_its_own_agency_only(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.inboxes.MOST_WAITING", 5)
    await door.admit("small")
    agency, other = await door.connect("small"), await door.connect(B)
    for _ in range(5):
        await agency.jetstream().publish("in.small.help", b"x")
    with pytest.raises(nats.js.errors.ServiceUnavailableError, match="maximum messages"):
        await agency.jetstream().publish("in.small.help", b"x")
    assert (await other.jetstream().publish(f"in.{B}.help", b"x")).seq == 1
    await agency.close()
    await other.close()


async def test_a_message_that_the_hub_fails_on_is_answered_and_stops_no_other(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = publishing.decode_submission

    def fails_on_some(line: bytes) -> object:
        if b"POISON" in line:
            raise ZeroDivisionError
        return whole(line)

    monkeypatch.setattr(publishing, "decode_submission", fails_on_some)
    agency = await door.connect(A)
    receipts = await agency.subscribe(f"receipt.{A}.>")
    for id_ in ("A1", "POISON", "A2"):
        await agency.jetstream().publish(f"in.{A}.{id_}", an_action(action_id=id_))
    async with door.gate():
        found = await receive(receipts, 3)
    assert [receipt["status"] for receipt in found] == ["accepted", "rejected", "accepted"]
    assert found[1]["errors"][0]["code"] == "INTERNAL_ERROR"
    await agency.close()


async def test_what_waits_is_answered_after_kill_9_of_the_broker(door: Door) -> None:
    agency = await door.connect(A)
    async with door.gate():
        receipts = await agency.subscribe(f"receipt.{A}.>")
        await agency.jetstream().publish(f"in.{A}.help", an_action())
        assert (await receive(receipts, 1))[0]["status"] == "accepted"
        await agency.close()
        await door.server.kill()
        await door.server.start()
        agency = await door.connect(A)
        receipts = await agency.subscribe(f"receipt.{A}.>")
        await agency.jetstream().publish(f"in.{A}.help", an_action())
        receipt = (await receive(receipts, 1))[0]
        assert (receipt["status"], receipt["sequence"]) == ("duplicate", 1)
    await agency.close()


def test_only_users_in_use_stand_in_the_accounts() -> None:
    seed = nkey.make_seed()
    used = AgencyUser(
        public_key=nkey.public_key(seed), agency="a", purpose="", created_at=NOW, revoked_at=None
    )
    gone = AgencyUser(public_key="U" + "A" * 55, agency="b", purpose="", created_at=NOW, revoked_at=NOW)
    text = accounts_of([used, gone])
    assert used.public_key in text
    assert gone.public_key not in text
    assert "AGENCY_b" not in text
