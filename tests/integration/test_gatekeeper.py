"""What an agency publishes over NATS is answered on its receipt subject."""

import asyncio
import json

import nats

from hub.gatekeeper import keep_gate
from tests.fixtures.intake import open_intake_on
from tests.fixtures.servers import OwnServer
from tests.integration.test_intake import an_action


async def test_messages_are_taken_in_for_the_agency_of_their_subject_only(
    own_nats: OwnServer, database_url: str
) -> None:
    async with open_intake_on(own_nats.url, database_url, "EVENTS") as opened:
        client = await nats.connect(own_nats.url)
        agency = await nats.connect(own_nats.url)
        gate = asyncio.create_task(keep_gate(opened.intake, client, province="32"))
        receipts = await agency.subscribe("receipt.psm-surin.>")
        try:
            async with asyncio.timeout(20):
                while True:
                    try:
                        await agency.jetstream().publish("in.psm-surin.help", an_action())
                        break
                    except nats.js.errors.NoStreamResponseError:
                        await asyncio.sleep(0.1)
            for line in (an_action(), an_action(agency_id="temple"), b"{"):
                await agency.jetstream().publish("in.psm-surin.help", line)
            found = [json.loads((await receipts.next_msg(timeout=20)).data) for _ in range(4)]
        finally:
            gate.cancel()
            await client.close()
            await agency.close()
        assert [receipt["status"] for receipt in found] == ["accepted", "duplicate", "rejected", "rejected"]
        assert found[2]["errors"][0]["code"] == "NOT_YOURS"
        assert await opened.intake.log.last_sequence() == 1
