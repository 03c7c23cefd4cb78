"""`hub keys nats` on a running hub, and what a data folder keeps when it gets accounts."""

import asyncio
import json
import subprocess
import sys

import nats
import pytest

from hub.servers import nats as servers
from hub.servers.holding import running_hub as find_run
from hub.servers.nats import APP, NatsPlan, nats_child
from hub.servers.paths import DataFolder
from hub.servers.ports import choose_port
from hub.servers.process import open_guard
from tests.fixtures.hub import RunningHub
from tests.fixtures.servers import OwnServer, temporary_folder
from tests.integration.test_intake import an_action

BEFORE_ACCOUNTS = """\
listen: "127.0.0.1:{port}"
pid_file: "{pid}"
jetstream {{ store_dir: "{store}", sync_interval: always }}
authorization {{ users: [ {{ user: app, password: "{password}" }} ] }}
"""


def run(hub: RunningHub, *arguments: str) -> str:
    argv = [sys.executable, "-m", "hub", "--data", str(hub.folder), "keys", "nats", *arguments]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.timeout(180)
def test_an_agency_is_let_in_and_shut_out_while_the_hub_runs(running_hub: RunningHub) -> None:
    seed = run(running_hub, "create", "psm-surin", "--purpose", "test").strip()
    listed = json.loads(run(running_hub, "list", "--json"))
    assert [(user["agency"], user.get("revoked_at")) for user in listed] == [("psm-surin", None)]
    assert seed.startswith("SU")
    assert seed not in json.dumps(listed)
    assert asyncio.run(publish(running_hub, seed))["status"] == "accepted"
    assert seed not in (running_hub.folder / "output.log").read_text()
    run(running_hub, "revoke", "psm-surin")
    assert listed[0]["public_key"] not in run(running_hub, "list", "--config")
    assert listed[0]["public_key"] not in (running_hub.folder / "nats/agencies.conf").read_text()


async def publish(hub: RunningHub, seed: str) -> dict[str, object]:
    run_ = find_run(DataFolder(hub.folder))
    assert run_ is not None
    client = await nats.connect(
        str(run_.nats_url).replace("app@", ""), nkeys_seed_str=seed, inbox_prefix="_INBOX_psm-surin"
    )
    receipts = await client.subscribe("receipt.psm-surin.>")
    await client.jetstream().publish("in.psm-surin.help", an_action())
    receipt = await receipts.next_msg(timeout=30)
    await client.close()
    return json.loads(receipt.data)


async def test_the_streams_of_a_folder_from_before_accounts_are_there_with_them() -> None:
    with temporary_folder("accounts") as folder:
        async with open_guard() as guard:
            plan = NatsPlan(folder=folder, port=choose_port())
            text = BEFORE_ACCOUNTS.format(
                port=plan.port,
                pid=plan.pid_file,
                store=folder.nats / "store",
                password=plan.password(APP),
            )
            server = OwnServer(nats_child(plan), str(plan.url()), guard, folder.logs / "nats.log")
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(servers, "move_store", lambda _store: None)
                patch.setattr(servers, "configuration_of", lambda _plan: text)
                await server.start()
                client = await nats.connect(server.url)
                await client.jetstream().add_stream(name="OLD", subjects=["old.>"])
                await client.jetstream().publish("old.a", b"kept")
                await client.close()
                await server.stop()
            assert (folder.nats / "store/jetstream/$G").exists()
            await server.start()
            client = await nats.connect(server.url)
            assert (await client.jetstream().get_msg("OLD", 1)).data == b"kept"
            assert (await client.jetstream().publish("old.b", b"more")).seq == 2
            await client.close()
            await server.stop()
