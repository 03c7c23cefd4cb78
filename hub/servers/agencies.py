"""The agencies' part of the NATS server's configuration, and having the server read it again.

Each agency has an account of its own, without JetStream, and sees of the hub's account two things: its door `in.<agency>.>` and its
receipts. The broker itself keeps agencies apart: a reply subject, too, that a publisher makes up stays inside its own account, where in
a shared one the broker's acknowledgement would be written to whatever stream the subject belongs to.
"""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Iterable, Mapping, Sequence

from contracts.errors import Unavailable
from hub import nkey
from hub.agency_users import AgencyUser
from hub.servers.leftover import runs_with
from hub.servers.nats import HUB_ACCOUNT, NatsPlan
from hub.servers.paths import write_private
from hub.servers.ports import LOOPBACK

RELOAD_SECONDS = 15.0
AGAIN_SECONDS = 0.4
HEADER = "# Written by `hub keys nats`; what is changed here by hand is lost.\n"
ACCOUNT = """\
{account}: {{
  users: [
{users}
  ]
  imports: [
    {{ service: {{ account: {hub}, subject: {inbox} }} }}
    {{ stream: {{ account: {hub}, subject: {receipts} }} }}
  ]
}}
"""
USER = (
    "    {{ nkey: {key}, permissions: {{ publish: {{ allow: [{inbox}] }}, "
    "subscribe: {{ allow: [{receipts}, {replies}] }} }} }}"
)


def inbox_prefix(agency: str) -> str:
    """What the agency's client must begin its reply subjects with."""
    return f"_INBOX_{agency}"


def accounts_of(users: Iterable[AgencyUser]) -> str:
    """The accounts of all agencies that have a user in use, to stand inside `accounts { … }`."""
    by_agency: dict[str, list[str]] = {}
    for user in users:
        if user.revoked_at is None:
            by_agency.setdefault(user.agency, []).append(user.public_key)
    return HEADER + "".join(account_of(agency, keys) for agency, keys in sorted(by_agency.items()))


def account_of(agency: str, public_keys: Sequence[str]) -> str:
    """The account of one agency."""
    words = {
        "inbox": json.dumps(f"in.{agency}.>"),
        "receipts": json.dumps(f"receipt.{agency}.>"),
        "replies": json.dumps(f"{inbox_prefix(agency)}.>"),
    }
    users = "\n".join(USER.format(key=key, **words) for key in public_keys)
    return ACCOUNT.format(account=json.dumps(f"AGENCY_{agency}"), hub=HUB_ACCOUNT, users=users, **words)


def write_accounts(plan: NatsPlan, users: Iterable[AgencyUser]) -> bool:
    """Puts the accounts where the server reads them; whether they are other ones than before."""
    text = accounts_of(users)
    with contextlib.suppress(FileNotFoundError):
        if plan.agencies.read_text("utf-8") == text:
            return False
    write_private(plan.agencies, text)
    return True


def reload(plan: NatsPlan) -> None:
    """Has the running server read its configuration again; connections that are still allowed stay. Raises Unavailable."""
    try:
        pid = int(plan.pid_file.read_text("ascii"))
    except (OSError, ValueError):
        pid = 0
    if not runs_with(pid, plan.configuration):
        raise Unavailable("The hub's NATS server does not run.", code="NATS_AWAY")
    os.kill(pid, signal.SIGHUP)


async def reload_until_open(plan: NatsPlan, agency: str, seed: str) -> None:
    """Reload until this new user can reach its door. Raises Unavailable.

    nats-server 2.15.1 makes a new account at one reload and lets it reach the hub's account only at the next.
    """
    deadline = time.monotonic() + RELOAD_SECONDS
    while time.monotonic() < deadline:
        reload(plan)
        await asyncio.sleep(AGAIN_SECONDS)
        if await reaches_its_door(plan.port, agency, seed):
            return
    raise Unavailable(
        f"The NATS server did not let the new user of '{agency}' in; see its log.", code="NATS_RELOAD"
    )


async def reaches_its_door(port: int, agency: str, seed: str) -> bool:
    """Whether this user may log in and its agency's inbox answers. The question is one that the inbox refuses to store."""
    reply = f"{inbox_prefix(agency)}.door"
    headers = b"NATS/1.0\r\nNats-Expected-Stream: -\r\n\r\n"
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                nonce = json.loads((await reader.readline()).removeprefix(b"INFO "))["nonce"]
                login = login_of(seed, nonce)
                writer.write(f"CONNECT {json.dumps(login)}\r\nSUB {reply} 1\r\n".encode())
                size = len(headers)
                writer.write(f"HPUB in.{agency}.door {reply} {size} {size}\r\n".encode() + headers + b"\r\n")
                while line := await reader.readline():
                    if line.startswith(b"-ERR") or b" 503" in line:
                        return False
                    if line.startswith(b"{"):
                        return b"expected stream" in line
                return False
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False


def login_of(seed: str, nonce: str) -> Mapping[str, object]:
    return {
        "nkey": nkey.public_key(seed),
        "sig": nkey.sign(seed, nonce),
        "verbose": False,
        "pedantic": False,
        "headers": True,
        "no_responders": True,
    }
