"""Asking a running hub as a program does, and comparing its answers with those of the oracle."""

import datetime as dt
import hashlib
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from contracts.events import (
    AssistanceCorrected,
    AssistanceRecorded,
    AssistanceVoided,
    OpenedHelp,
    OpenedRecord,
    RecordReceived,
    Sequenced,
    decode_event,
)
from contracts.times import to_text
from tests.fixtures.hub import RunningHub
from tests.oracle import Known, Oracle
from tests.oracle_world import World

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})\Z")
SMALL_PAGE = "7"
AXES = ("sequence", "as_of", "valid_at", "final")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of /v1/events."""

    sequence: int
    recorded_at: dt.datetime
    event: msgspec.Raw
    opened: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Asked(NamedTuple):
    """One (valid_at, as_of) at which a hub and the oracle are asked the same."""

    hub: RunningHub
    oracle: Oracle
    valid_at: str
    moment: dt.datetime
    sequence: int
    reported_by: str | None = None

    @property
    def known(self) -> Known:
        return self.oracle.known(self.sequence)

    @property
    def world(self) -> World:
        return World(self.known, self.moment)

    @property
    def axes(self) -> dict[str, str]:
        return self.knowledge | {"valid_at": self.valid_at}

    @property
    def knowledge(self) -> dict[str, str]:
        """The axes without the instant of the world."""
        said = {} if self.reported_by is None else {"reported_by": self.reported_by}
        return {"as_of": f"seq:{self.sequence}", **said}

    @property
    def layer_axes(self) -> dict[str, str]:
        return {"as_of": f"seq:{self.sequence}", "datetime": self.valid_at}


def fetch(hub: RunningHub, path: str, role: str | None, **query: str) -> tuple[int, bytes]:
    """Status and body."""
    asked = f"?{urllib.parse.urlencode(query)}" if query else ""
    headers = {"X-API-Key": hub.keys[role]} if role else {}
    request = urllib.request.Request(hub.base_url + path + asked, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def ask(hub: RunningHub, path: str, role: str | None, **query: str) -> dict[str, object]:
    """The JSON of an answer that must be 200."""
    status, body = fetch(hub, path, role, **query)
    assert status == 200, f"{path} {query}: {status} {body[:500]!r}"
    return json.loads(body)


def send(hub: RunningHub, submissions: Iterable[Mapping[str, object]]) -> int:
    """Publish; the last sequence. Everything must be accepted."""
    body = json.dumps(list(submissions)).encode()
    headers = {"X-API-Key": hub.keys["admin"], "Content-Type": "application/json"}
    request = urllib.request.Request(f"{hub.base_url}/v1/events", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        receipts = json.loads(answer.read())["receipts"]
    assert {receipt["status"] for receipt in receipts} == {"accepted"}, receipts
    return max(receipt["sequence"] for receipt in receipts)


def ask_all(hub: RunningHub, path: str, role: str, **query: str) -> tuple[list[object], dict[str, object]]:
    """(items of all pages, the first page), asked in small pages."""
    first = page = ask(hub, path, role, limit=SMALL_PAGE, **query)
    items = list(msgspec.convert(page["items"], list[object]))
    while page["next"] is not None:
        page = ask(hub, path, role, limit=SMALL_PAGE, token=str(page["next"]), **query)
        assert {axis: page[axis] for axis in AXES} == {axis: first[axis] for axis in AXES}
        items += msgspec.convert(page["items"], list[object])
    return items, first


def read_lines(body: bytes) -> list[Line]:
    return [msgspec.json.decode(line, type=Line) for line in body.splitlines() if line]


def read_log(hub: RunningHub) -> list[Sequenced]:
    """Every event of the hub, read back with its sections opened."""
    found: list[Sequenced] = []
    while True:
        after = found[-1].sequence if found else 0
        status, body = fetch(hub, "/v1/events", "auditor", after=str(after), limit=SMALL_PAGE)
        assert status == 200, body
        lines = read_lines(body)
        if not lines:
            return found
        found += [to_sequenced(line) for line in lines]


def to_sequenced(line: Line) -> Sequenced:
    event = decode_event(bytes(line.event))
    opened: OpenedRecord | OpenedHelp | None = None
    if isinstance(event, RecordReceived | AssistanceRecorded | AssistanceCorrected | AssistanceVoided):
        assert not isinstance(line.opened, msgspec.UnsetType)
        kind = OpenedRecord if isinstance(event, RecordReceived) else OpenedHelp
        opened = msgspec.json.decode(line.opened, type=kind)
    digest = hashlib.sha256(bytes(line.event)).digest()
    return Sequenced(
        sequence=line.sequence, recorded_at=line.recorded_at, event=event, digest=digest, opened=opened
    )


def plain(value: object) -> object:
    """JSON values in which equal instants are equal texts."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, dt.datetime):
        return to_text(value)
    if isinstance(value, str) and INSTANT.match(value):
        return to_text(dt.datetime.fromisoformat(value))
    return value


def assert_same(found: object, expected: object, where: str) -> None:
    """Fails with the first place in which an answer differs from the oracle's."""
    difference = differ(plain(found), plain(expected), "$")
    assert difference is None, f"{where}: {difference}"


def differ(found: object, expected: object, path: str) -> str | None:
    if isinstance(found, dict) and isinstance(expected, dict):
        if found.keys() != expected.keys():
            extra, missing = found.keys() - expected.keys(), expected.keys() - found.keys()
            return f"{path}: the hub has {sorted(extra)} more and lacks {sorted(missing)}"
        pairs = [(found[key], expected[key], f"{path}.{key}") for key in found]
    elif isinstance(found, list) and isinstance(expected, list):
        if len(found) != len(expected):
            return f"{path}: the hub has {len(found)}, the oracle {len(expected)}: {found} / {expected}"
        pairs = [(a, b, f"{path}[{n}]") for n, (a, b) in enumerate(zip(found, expected, strict=True))]
    else:
        return None if found == expected else f"{path}: the hub says {found!r}, the oracle {expected!r}"
    return next((text for a, b, at in pairs if (text := differ(a, b, at)) is not None), None)
